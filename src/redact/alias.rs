//! What stands for what.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::protocol::binary::{Jid, JidForm};

/// Servers whose names stay. Any other could be anything.
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

/// Servers whose users are no people.
const GROUPS: &[&str] = &["g.us", "broadcast", "newsletter"];

/// The ranges of IPv4 addresses that belong to nobody and are for documents (RFC 5737), each of 254.
const DOCUMENTATION: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];

/// What stands for the people, groups, calls, stanzas and hosts of captures: one letter a person, a number a group, a
/// call or a stanza id, and an address from the ranges for documents a host, in the order in which they were first seen.
///
/// As text, a line an alias: its kind, the alias, the raw identifier. Such a text belongs on this machine only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// Identifiers in the order in which they were first seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Numbered(BTreeMap<Box<str>, usize>);

impl Numbered {
    fn add(&mut self, raw: &str) {
        let next = self.0.len() + 1;
        if !self.0.contains_key(raw) {
            self.0.insert(raw.into(), next);
        }
    }

    fn get(&self, raw: &str, prefix: &str) -> Option<String> {
        self.0.get(raw).map(|number| format!("{prefix}{number}"))
    }
}

impl Aliases {
    /// Adds an address of the person whom `person` stands for.
    pub(super) fn add_person(&mut self, jid: &Jid, person: &Jid) {
        let key = |jid: &Jid| -> (Box<str>, Box<str>) {
            let account = jid.person_account();
            (account.user, account.server.into())
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
            return Jid { user: jid.user.clone(), agent: jid.agent, device: 0, server, form: JidForm::Text };
        }
        let user: Box<str> = if jid.server == "call" {
            self.call_id(&jid.user).into()
        } else if Self::is_group(jid) {
            self.groups.get(&jid.user, "G").unwrap_or_else(|| "group".to_owned()).into()
        } else {
            self.person(jid).unwrap_or_else(|| "someone".to_owned()).into()
        };
        Jid { user, agent: jid.agent, device: jid.device, server, form: JidForm::Text }
    }

    /// The letter of the person whose address this is.
    #[must_use]
    pub fn person(&self, jid: &Jid) -> Option<String> {
        let account = jid.person_account();
        self.people.get(&(account.user, account.server.into())).map(|ordinal| letters(*ordinal))
    }

    /// The alias of an address of the internet: one of the ranges for documents, of the same family.
    pub(super) fn host(&self, address: IpAddr) -> IpAddr {
        if is_nobodys(address) {
            return address;
        }
        let number = self.hosts.0.get(address.to_string().as_str()).copied().unwrap_or_default();
        match address {
            IpAddr::V4(_) => {
                let [range, place] = [number / 254 % DOCUMENTATION.len(), number % 254 + 1];
                let [a, b, c] = DOCUMENTATION.get(range).copied().unwrap_or_default();
                Ipv4Addr::new(a, b, c, u8::try_from(place).unwrap_or_default()).into()
            }
            IpAddr::V6(_) => {
                let [high, low] = [number >> 16, number & 0xffff].map(|part| u16::try_from(part).unwrap_or_default());
                Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, high, low).into()
            }
        }
    }

    /// The alias of a call-id. None has none.
    pub(super) fn call_id(&self, call_id: &str) -> String {
        if call_id.is_empty() {
            return String::new();
        }
        self.calls.get(call_id, "CALL").unwrap_or_else(|| "CALL".to_owned())
    }

    /// The alias of a value that is a known call-id or stanza id.
    pub(super) fn known(&self, value: &str) -> Option<String> {
        self.calls.get(value, "CALL").or_else(|| self.stanzas.get(value, "ID"))
    }

    /// The text with every known identifier in it replaced.
    pub(super) fn replaced_in(&self, text: &str) -> String {
        let is_part = |c: char| c.is_alphanumeric() || "@.:_-".contains(c);
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let begin = rest.find(is_part).unwrap_or(rest.len());
            let (between, from) = rest.split_at(begin);
            replaced.push_str(between);
            let end = from.find(|c| !is_part(c)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            // What ends a sentence is not the identifier's.
            let bare = word.trim_end_matches(['.', ':', '-', '_']);
            match self.alias_of(bare) {
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

    fn alias_of(&self, word: &str) -> Option<String> {
        if let Some(alias) = self.known(word) {
            return Some(alias);
        }
        if word.contains('@') {
            return Jid::parse(word).map(|jid| self.jid(&jid).to_string());
        }
        let mut people = self.people.iter().filter(|((user, _), _)| user.as_ref() == word);
        people.next().map(|(_, ordinal)| letters(*ordinal)).or_else(|| self.groups.get(word, "G"))
    }

    /// Each alias with what it stands for, in the order of kinds and ordinals: to be shown on this machine.
    #[must_use]
    pub fn listed(&self) -> Vec<(String, String)> {
        let mut people: Vec<_> = self.people.iter().collect();
        people.sort_by_key(|(address, ordinal)| (**ordinal, *address));
        let people =
            people.into_iter().map(|((user, server), ordinal)| (letters(*ordinal), format!("{user}@{server}")));
        let numbered = |of: &Numbered, prefix: &str| {
            let mut listed: Vec<_> = of.0.iter().map(|(raw, number)| (*number, raw.to_string())).collect();
            listed.sort();
            listed.into_iter().map(|(number, raw)| (format!("{prefix}{number}"), raw)).collect::<Vec<_>>()
        };
        people
            .chain(numbered(&self.groups, "G"))
            .chain(numbered(&self.calls, "CALL"))
            .chain(numbered(&self.stanzas, "ID"))
            .chain(numbered(&self.hosts, "IP"))
            .collect()
    }
}

/// Whether an address says nothing about anybody: it is every machine's own, or for documents.
pub(super) fn is_nobodys(address: IpAddr) -> bool {
    let for_documents = match address {
        IpAddr::V4(address) => address.is_documentation(),
        IpAddr::V6(address) => address.segments().starts_with(&[0x2001, 0xdb8]),
    };
    for_documents || address == Ipv4Addr::LOCALHOST || address == Ipv6Addr::LOCALHOST || address.is_unspecified()
}

/// Whether an id is an alias that this module gave.
pub(super) fn is_alias(id: &str) -> bool {
    let number = ["CALL", "ID"].iter().find_map(|prefix| id.strip_prefix(prefix));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
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

impl fmt::Display for Aliases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (alias, raw) in self.listed() {
            writeln!(f, "{alias} {raw}")?;
        }
        Ok(())
    }
}

/// A line of a file of aliases that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no alias followed by what it stands for")]
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
    fn read_line(&mut self, line: &str) -> Option<()> {
        let (alias, raw) = line.split_once(' ')?;
        let numbered =
            [("CALL", &mut self.calls), ("ID", &mut self.stanzas), ("IP", &mut self.hosts), ("G", &mut self.groups)];
        for (prefix, of) in numbered {
            if let Some(number) = alias.strip_prefix(prefix).and_then(|number| number.parse().ok()) {
                of.0.insert(raw.into(), number);
                return Some(());
            }
        }
        let ordinal = ordinal(alias)?;
        let account = Jid::parse(raw)?.person_account();
        self.persons = self.persons.max(ordinal.checked_add(1)?);
        self.people.insert((account.user, account.server.into()), ordinal);
        Some(())
    }
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
    fn one_letter_a_person_with_the_device_and_the_server() {
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
    fn hosts_become_addresses_for_documents() {
        let mut aliases = some();
        let v6: IpAddr = "fd00::7".parse().unwrap();
        aliases.add_host(v6);
        assert_eq!(aliases.host("10.9.8.7".parse().unwrap()).to_string(), "192.0.2.2");
        assert_eq!(aliases.host(v6).to_string(), "2001:db8::2");
        for number in 3..800_u32 {
            aliases.add_host(Ipv4Addr::from(0x0a00_0000 + number).into());
        }
        for number in 3..800_u32 {
            let alias = aliases.host(Ipv4Addr::from(0x0a00_0000 + number).into());
            assert!(is_nobodys(alias), "{alias} for {number}");
        }
        let document: IpAddr = "203.0.113.9".parse().unwrap();
        assert_eq!(aliases.host(document), document);
    }

    #[test]
    fn aliases_are_known_as_such() {
        assert!(is_alias("CALL12") && is_alias("ID3"));
        assert!(!is_alias("CALL") && !is_alias("ID3F") && !is_alias("3"));
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

    #[test]
    fn a_file_of_aliases_reads_back() {
        let aliases = some();
        assert_eq!(aliases.to_string().parse(), Ok(aliases));
        assert_eq!("A 1@lid\nnonsense\n".parse::<Aliases>(), Err(BadAlias { line: 2 }));
        assert_eq!("A anna\n".parse::<Aliases>(), Err(BadAlias { line: 1 }));
    }

    #[test]
    fn what_a_person_wrote_gets_the_same_aliases() {
        let aliases = some();
        assert_eq!(
            aliases.replaced_in("10000000000001:7@lid (20000000000001) hung up 00AA11BB22CC33DD, see 51736.1-7."),
            "A:7@lid (A) hung up CALL1, see ID1."
        );
        assert_eq!(aliases.replaced_in("nothing of note: 32 s"), "nothing of note: 32 s");
    }
}
