//! Names of parties: their addresses, or one letter per person.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use foldhash::HashMap;

use crate::call::People;
use crate::protocol::binary::Jid;
use crate::redact::Redactor;

/// The servers whose addresses are a person's or a group's.
const SERVERS: [&str; 7] = ["s.whatsapp.net", "lid", "c.us", "hosted", "hosted.lid", "g.us", "msgr"];

/// Letters for persons, assigned in the order of their first appearance. They keep identities off the screen; they do
/// not make anything fit to be published.
#[derive(Debug, Default)]
pub(in crate::tui) struct Names {
    /// Whether letters are shown instead of addresses.
    pub(in crate::tui) in_letters: bool,
    letters: RefCell<HashMap<Jid, usize>>,
    /// The letters that reports give, once they are known: then those are used.
    reported: Option<Arc<Redactor>>,
}

impl Names {
    /// A party's address, or its person's letter with the device: `B:7`.
    pub(in crate::tui) fn of(&self, jid: &Jid, people: &People) -> String {
        if !self.in_letters || jid.is_server() {
            return jid.to_string();
        }
        let letters = self.letter(people.person(jid));
        let kind = if jid.server == "g.us" { "group " } else { "" };
        if jid.device == 0 { format!("{kind}{letters}") } else { format!("{kind}{letters}:{}", jid.device) }
    }

    /// Assigns a person's letter, so that letters follow the order of the calls.
    pub(in crate::tui) fn meet(&self, jid: &Jid, people: &People) {
        if !jid.is_server() && self.reported.is_none() {
            self.number(people.person(jid));
        }
    }

    /// A text with every address in it replaced as [`Self::of`] does.
    pub(in crate::tui) fn in_text<'t>(&self, text: &'t str, people: &People) -> Cow<'t, str> {
        if !self.in_letters || !text.contains('@') {
            return Cow::Borrowed(text);
        }
        let is_user = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | ':' | '_' | '-');
        let is_server = |character: char| character.is_ascii_lowercase() || character == '.';
        let (mut named, mut rest) = (String::with_capacity(text.len()), text);
        while let Some((before, after)) = rest.split_once('@') {
            let user = before.rfind(|character| !is_user(character)).map_or(0, |last| {
                last + before.get(last..).and_then(|tail| tail.chars().next()).map_or(1, char::len_utf8)
            });
            let server = after.find(|character| !is_server(character)).unwrap_or(after.len());
            let (before, user) = before.split_at(user);
            let (server, after) = after.split_at(server);
            let full_stop = if server.ends_with('.') { "." } else { "" };
            let server = server.strip_suffix('.').unwrap_or(server);
            let jid = Jid::parse(&format!("{user}@{server}")).filter(|_| SERVERS.contains(&server));
            named.push_str(before);
            match jid.filter(|jid| !jid.user.is_empty()) {
                Some(jid) => named.push_str(&self.of(&jid, people)),
                None => named.extend([user, "@", server]),
            }
            named.push_str(full_stop);
            rest = after;
        }
        named.push_str(rest);
        Cow::Owned(named)
    }

    /// Uses the letters that reports give.
    pub(in crate::tui) fn adopt(&mut self, redactor: Option<Arc<Redactor>>) {
        self.reported = redactor;
    }

    fn letter(&self, person: Jid) -> String {
        if let Some(letter) = self.reported.as_ref().and_then(|redactor| redactor.aliases().person(&person)) {
            return letter;
        }
        in_letters(self.number(person))
    }

    fn number(&self, person: Jid) -> usize {
        let mut letters = self.letters.borrow_mut();
        let next = letters.len();
        *letters.entry(person).or_insert(next)
    }
}

/// 0 is A, 25 is Z, 26 is AA.
fn in_letters(mut number: usize) -> String {
    let mut reversed = Vec::new();
    loop {
        reversed.push(char::from(b'A' + u8::try_from(number % 26).unwrap_or(0)));
        match (number / 26).checked_sub(1) {
            Some(higher) => number = higher,
            None => return reversed.iter().rev().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> Jid {
        Jid::parse(text).unwrap()
    }

    #[test]
    fn persons_become_letters_and_devices_stay() {
        let people = People::default();
        let names = Names { in_letters: true, ..Names::default() };
        assert_eq!(names.of(&jid("10000000000001:7@lid"), &people), "A:7");
        assert_eq!(names.of(&jid("10000000000002@lid"), &people), "B");
        assert_eq!(names.of(&jid("10000000000001@lid"), &people), "A");
        assert_eq!(names.of(&jid("s.whatsapp.net"), &people), "s.whatsapp.net");
        assert_eq!(names.of(&jid("10000000000009@g.us"), &people), "group C");
        let raw = Names::default();
        assert_eq!(raw.of(&jid("10000000000001:7@lid"), &people), "10000000000001:7@lid");
    }

    #[test]
    fn addresses_in_a_text_become_letters() {
        let people = People::default();
        let names = Names { in_letters: true, ..Names::default() };
        let text = "came from 10000000000001:7@lid, to \"10000000000002@lid\"; a@b, @ and ü10000000000001@lid.";
        assert_eq!(names.in_text(text, &people), "came from A:7, to \"B\"; a@b, @ and üA.");
        assert_eq!(Names::default().in_text(text, &people), text);
    }

    #[test]
    fn letters_after_z_have_two_characters() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(in_letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
