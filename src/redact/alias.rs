//! Aliases of people, groups, calls, stanzas and hosts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use super::hosts::{for_documents, is_nobodys};
use super::numbered::Numbered;
use crate::protocol::binary::{Jid, JidForm, JidParts};

/// Servers whose names are kept. Any other name could be anything.
const SERVERS: &[&str] = &[
    "s.whatsapp.net",
    "c.us",
    "lid",
    "hosted",
    "hosted.lid",
    "call",
    "g.us",
    "broadcast",
    "newsletter",
    "bot",
    "msgr",
    "interop",
];

/// Servers whose users are not people.
const GROUPS: &[&str] = &["g.us", "broadcast", "newsletter"];

/// The user of an address whose person has no letter.
const SOMEONE: &str = "someone";

/// The same of a group without a number.
const GROUP: &str = "group";

/// The fewest characters of an id that is distinguishable from other words.
const LEAST_ID: usize = 4;

/// The aliases of captures: a letter per person, a number per group, call and stanza id, and a documentation address per
/// host, in the order of first occurrence.
///
/// As text, one line per alias. It contains the raw identifiers, so it must not leave the machine.
#[derive(Clone, Debug, Default)]
pub struct Aliases {
    /// The ordinal of each address' person, by the user and server of the address.
    people: BTreeMap<(Box<str>, Box<str>), usize>,
    /// How many people there are.
    persons: usize,
    groups: Numbered,
    calls: Numbered,
    stanzas: Numbered,
    hosts: Numbered,
}

impl Aliases {
    /// Adds an address of the person whom `person` stands for.
    pub(super) fn add_person(&mut self, jid: &Jid, person: &Jid) {
        let key = |jid: &Jid| -> (Box<str>, Box<str>) {
            let account = jid.person_account();
            (account.user.as_ref().into(), account.server.as_ref().into())
        };
        let known = self.people.get(&key(person)).or_else(|| self.people.get(&key(jid))).copied();
        let ordinal = known.unwrap_or_else(|| {
            self.persons += 1;
            self.persons - 1
        });
        self.people.entry(key(person)).or_insert(ordinal);
        self.people.entry(key(jid)).or_insert(ordinal);
    }

    /// Adds the id of a group.
    pub(super) fn add_group(&mut self, user: &str) {
        self.groups.add(user);
    }

    /// Adds a call-id.
    pub(super) fn add_call_id(&mut self, call_id: &str) {
        self.calls.add(call_id);
    }

    /// Adds a stanza id.
    pub(super) fn add_stanza_id(&mut self, id: &str) {
        self.stanzas.add(id);
    }

    /// Adds an address of the internet.
    pub(super) fn add_host(&mut self, address: IpAddr) {
        self.hosts.add(&address.to_string());
    }

    /// Whether an address is a group's.
    pub(super) fn is_group(jid: &Jid) -> bool {
        GROUPS.contains(&jid.server.as_ref())
    }

    /// The alias of an address: the person's letter with the device and the kind of server that it has.
    pub(super) fn jid(&self, jid: &Jid) -> Jid {
        let known = SERVERS.iter().find(|server| **server == jid.server).copied();
        let server = Cow::Borrowed(known.unwrap_or("unknown"));
        if jid.is_server() && known.is_some() {
            let user = jid.user.clone();
            return JidParts { user, agent: jid.agent, device: 0, server, form: JidForm::Text }.into();
        }
        let user: Arc<str> = if jid.server == "call" {
            self.call_id(&jid.user).into()
        } else if Self::is_group(jid) {
            let number = self.groups.get(&jid.user);
            number.map_or_else(|| GROUP.to_owned(), |number| format!("G{number}")).into()
        } else {
            self.person(jid).unwrap_or_else(|| SOMEONE.to_owned()).into()
        };
        JidParts { user, agent: jid.agent, device: jid.device, server, form: JidForm::Text }.into()
    }

    /// The letter of the person whose address this is.
    #[must_use]
    pub fn person(&self, jid: &Jid) -> Option<String> {
        let account = jid.person_account();
        self.people
            .get(&(account.user.as_ref().into(), account.server.as_ref().into()))
            .map(|ordinal| letters(*ordinal))
    }

    /// The alias of an address of the internet: one of the ranges for documents, of the same family.
    pub(super) fn host(&self, address: IpAddr) -> IpAddr {
        if is_nobodys(address) {
            return address;
        }
        for_documents(address, self.hosts.get(&address.to_string()).unwrap_or_default() as usize)
    }

    /// The alias of a call-id. None has none.
    pub(super) fn call_id(&self, call_id: &str) -> String {
        if call_id.is_empty() {
            return String::new();
        }
        self.calls.get(call_id).map_or_else(|| "CALL".to_owned(), |number| format!("CALL{number}"))
    }

    /// The alias of a value that is a known call-id or stanza id.
    pub(super) fn known(&self, value: &str) -> Option<String> {
        let call = self.calls.get(value).map(|number| format!("CALL{number}"));
        call.or_else(|| self.stanzas.get(value).map(|number| format!("ID{number}")))
    }

    /// A text that a person wrote, with the ids of calls and stanzas in it replaced. An id is a whole word that is long
    /// enough to be none of the text's own.
    pub(super) fn replaced_in(&self, text: &str) -> String {
        let is_part = |c: char| c.is_alphanumeric() || ".:_-".contains(c);
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let begin = rest.find(is_part).unwrap_or(rest.len());
            let (between, from) = rest.split_at(begin);
            replaced.push_str(between);
            let end = from.find(|c| !is_part(c)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            // What ends a sentence is not the id's.
            let bare = word.trim_end_matches(['.', ':', '-', '_']);
            match self.known(bare).filter(|_| bare.len() >= LEAST_ID) {
                Some(alias) => {
                    replaced.push_str(&alias);
                    replaced.push_str(word.get(bare.len()..).unwrap_or_default());
                }
                None => replaced.push_str(word),
            }
            rest = after;
        }
        replaced
    }
}

/// The most digits of an alias: a longer number could be somebody's.
const DIGITS: usize = 6;

/// The most letters of one: there are no more people than that makes.
const LETTERS: usize = 3;

/// Whether a text is one of these words with a number after it.
fn is_numbered(text: &str, prefixes: &[&str]) -> bool {
    let number = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    number.is_some_and(|it| (1..=DIGITS).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether an id is an alias that this module gave.
pub(super) fn is_alias(id: &str) -> bool {
    is_numbered(id, &["CALL", "ID"])
}

/// Whether the user of an address is an alias that this module gave.
pub(super) fn is_pseudonym(user: &str) -> bool {
    let letters = (1..=LETTERS).contains(&user.len()) && user.bytes().all(|byte| byte.is_ascii_uppercase());
    letters || [SOMEONE, GROUP].contains(&user) || is_numbered(user, &["CALL", "G"])
}

impl fmt::Display for Aliases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (alias, raw) in self.listed() {
            writeln!(f, "{alias} {raw}")?;
        }
        Ok(())
    }
}

/// An invalid line in a pseudonym file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected `ALIAS IDENTIFIER`")]
pub struct BadAlias {
    /// The line's number, from 1.
    pub line: usize,
}

impl FromStr for Aliases {
    type Err = BadAlias;

    fn from_str(text: &str) -> Result<Self, BadAlias> {
        let mut aliases = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if !line.is_empty() && !line.starts_with('#') {
                aliases.read_line(line).ok_or(BadAlias { line: index + 1 })?;
            }
        }
        Ok(aliases)
    }
}

impl Aliases {
    /// Each alias with its raw identifier, by kind and number. Only for this machine.
    #[must_use]
    pub fn listed(&self) -> Vec<(String, String)> {
        let mut people: Vec<_> = self.people.iter().collect();
        people.sort_by_key(|(address, ordinal)| (**ordinal, *address));
        let people =
            people.into_iter().map(|((user, server), ordinal)| (letters(*ordinal), format!("{user}@{server}")));
        let numbered = |of: &Numbered, prefix: &str| {
            let listed = of.listed().into_iter();
            listed.map(|(number, raw)| (format!("{prefix}{number}"), raw.to_owned())).collect::<Vec<_>>()
        };
        people
            .chain(numbered(&self.groups, "G"))
            .chain(numbered(&self.calls, "CALL"))
            .chain(numbered(&self.stanzas, "ID"))
            .chain(numbered(&self.hosts, "IP"))
            .collect()
    }

    fn read_line(&mut self, line: &str) -> Option<()> {
        let (alias, raw) = line.split_once(' ')?;
        let numbered =
            [("CALL", &mut self.calls), ("ID", &mut self.stanzas), ("IP", &mut self.hosts), ("G", &mut self.groups)];
        for (prefix, of) in numbered {
            if let Some(number) = alias.strip_prefix(prefix).and_then(|number| number.parse().ok()) {
                of.set(raw, number);
                return Some(());
            }
        }
        let ordinal = ordinal(alias)?;
        let account = Jid::parse(raw)?.person_account();
        self.persons = self.persons.max(ordinal.checked_add(1)?);
        self.people.insert((account.user.as_ref().into(), account.server.as_ref().into()), ordinal);
        Some(())
    }
}

/// The letters of an ordinal: A to Z, then AA, AB ...
fn letters(mut ordinal: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + u8::try_from(ordinal % 26).unwrap_or_default());
        if ordinal < 26 {
            break;
        }
        ordinal = ordinal / 26 - 1;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

/// The ordinal of letters.
fn ordinal(letters: &str) -> Option<usize> {
    let mut ordinal = 0_usize;
    for letter in letters.bytes() {
        let digit = usize::from(letter.checked_sub(b'A').filter(|digit| *digit < 26)?);
        ordinal = ordinal.checked_mul(26)?.checked_add(digit + 1)?;
    }
    ordinal.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> Jid {
        Jid::parse(text).unwrap()
    }

    fn some() -> Aliases {
        let mut aliases = Aliases::default();
        aliases.add_person(&jid("10000000000001:7@lid"), &jid("10000000000001@lid"));
        aliases.add_person(&jid("20000000000001@s.whatsapp.net"), &jid("10000000000001@lid"));
        aliases.add_person(&jid("10000000000002@lid"), &jid("10000000000002@lid"));
        aliases.add_group("120000000000000001");
        aliases.add_call_id("00AA11BB22CC33DD");
        aliases.add_stanza_id("51736.1-7");
        aliases.add_host("10.9.8.7".parse().unwrap());
        aliases
    }

    #[test]
    fn a_person_has_one_letter_and_keeps_device_and_server() {
        let aliases = some();
        let alias = |text| aliases.jid(&jid(text)).to_string();
        assert_eq!(alias("10000000000001:7@lid"), "A:7@lid");
        assert_eq!(alias("20000000000001:7@s.whatsapp.net"), "A:7@s.whatsapp.net");
        assert_eq!(alias("10000000000002@lid"), "B@lid");
        assert_eq!(alias("120000000000000001@g.us"), "G1@g.us");
        assert_eq!(alias("00AA11BB22CC33DD@call"), "CALL1@call");
        assert_eq!(alias("s.whatsapp.net"), "s.whatsapp.net");
        assert_eq!(alias("4@anna-home.example"), "someone@unknown");
    }

    #[test]
    fn aliases_are_recognised() {
        assert!(is_alias("CALL12") && is_alias("ID3"));
        assert!(!is_alias("CALL") && !is_alias("ID3F") && !is_alias("3") && !is_alias("ID12025550100"));
        assert!(is_pseudonym("AB") && is_pseudonym("G12") && is_pseudonym("someone"));
        assert!(!is_pseudonym("Bo") && !is_pseudonym("JOANNA") && !is_pseudonym("G12025550100"));
    }

    #[test]
    fn a_host_becomes_a_documentation_address() {
        let aliases = some();
        assert_eq!(aliases.host("10.9.8.7".parse().unwrap()).to_string(), "192.0.2.2");
        let document: IpAddr = "203.0.113.9".parse().unwrap();
        assert_eq!(aliases.host(document), document);
    }

    #[test]
    fn ids_in_a_users_text_are_replaced() {
        let mut aliases = some();
        aliases.add_stanza_id("7");
        assert_eq!(
            aliases.replaced_in("00AA11BB22CC33DD: the one before 51736.1-7. 7 s later 10000000000001 hung up"),
            "CALL1: the one before ID1. 7 s later 10000000000001 hung up"
        );
        assert_eq!(aliases.replaced_in("nothing of note: 32 s"), "nothing of note: 32 s");
    }

    #[test]
    fn a_file_of_aliases_reads_back() {
        let aliases = some();
        let read = |text: &str| text.parse().map(|aliases: Aliases| aliases.to_string());
        assert_eq!(read(&aliases.to_string()), Ok(aliases.to_string()));
        assert_eq!(read("A 1@lid\nnonsense\n"), Err(BadAlias { line: 2 }));
        assert_eq!(read("A anna\n"), Err(BadAlias { line: 1 }));
    }

    #[test]
    fn a_number_is_never_given_twice() {
        let mut aliases: Aliases = "CALL1 00AA\nCALL7 00BB\n".parse().unwrap();
        aliases.add_call_id("00CC");
        assert_eq!(aliases.call_id("00CC"), "CALL8");
    }

    #[test]
    fn letters_go_on_after_z() {
        for (number, text) in [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(number), text);
            assert_eq!(ordinal(text), Some(number));
        }
        assert_eq!(ordinal("a"), None);
        assert_eq!(ordinal(""), None);
    }
}
