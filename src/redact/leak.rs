//! The last look at a finished text: whether a raw identifier is in it, in whatever spelling.

use std::collections::BTreeSet;
use std::fmt;

use aho_corasick::{AhoCorasick, MatchKind};
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER};

use super::gather::Identifier;
use crate::protocol::binary::Dictionary;
use crate::spec::questions::QUESTIONS;
use crate::spec::rules::RULES;
use crate::visible::is_hidden;

/// The fewest digits of a number that is looked for. Shorter ones are everywhere.
const NUMBER: usize = 6;

/// The fewest characters of an id that is looked for.
const ID: usize = 8;

/// The fewest letters of a name that is looked for.
const NAME: usize = 4;

/// The fewest characters of the name of a user, a machine or a file that is looked for.
const SHORT_NAME: usize = 3;

/// The fewest hex digits of a number that is looked for in that form.
const HEX_NUMBER: usize = 8;

/// What was left in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A phone number, or the number of a LID or a group.
    Number,
    /// A call-id or a stanza id.
    Id,
    /// A name that a person chose.
    Name,
    /// An address of the internet.
    Address,
    /// The name of a file, or of a folder that it is in.
    File,
    /// The name of the user or of the machine.
    Here,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "a number that identifies someone",
            Self::Id => "the id of a call, a stanza or someone",
            Self::Name => "a name that someone chose",
            Self::Address => "an internet address",
            Self::File => "the name of a file or a folder",
            Self::Here => "the name of a user or a machine",
        })
    }
}

/// A raw identifier in a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// The line of the text, from 1.
    pub line: usize,
    /// What it is. The identifier itself is not repeated.
    pub what: What,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// All raw identifiers of the captures, ready to be looked for.
#[derive(Debug)]
pub(super) struct Identifiers {
    /// In the text in lower case.
    folded: Needles,
    /// In the text as it is.
    exact: Needles,
    /// In the digits of the text, taken together over what may stand between the digits of a number.
    digits: Needles,
}

/// Strings to be looked for at once.
#[derive(Debug)]
struct Needles {
    automaton: Option<AhoCorasick>,
    /// What each is, and whether it counts only as a whole word.
    kinds: Vec<(What, bool)>,
}

impl Needles {
    fn new(needles: &BTreeSet<(String, What, bool)>) -> Self {
        let kinds = needles.iter().map(|(_, what, whole)| (*what, *whole)).collect();
        let patterns = needles.iter().map(|(needle, _, _)| needle);
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns);
        // Only more patterns than a file can have would not fit; then every text is held back, see `found_in`.
        Self { automaton: automaton.ok(), kinds }
    }

    fn found_in(&self, text: &str, at: impl Fn(usize) -> usize, found: &mut BTreeSet<Leak>) {
        let Some(automaton) = &self.automaton else {
            found.insert(Leak { line: 1, what: What::Id });
            return;
        };
        for hit in automaton.find_overlapping_iter(text) {
            let Some((what, whole)) = self.kinds.get(hit.pattern().as_usize()) else { continue };
            if !whole || is_word(text, hit.start(), hit.end()) {
                found.insert(Leak { line: at(hit.start()), what: *what });
            }
        }
    }
}

/// Whether no letter or digit stands before or after a part of a text.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let after = text.get(end..).and_then(|after| after.chars().next());
    ![before, after].into_iter().flatten().any(char::is_alphanumeric)
}

impl Identifiers {
    /// Prepares the spellings of every identifier that is long enough to be told from chance.
    pub(super) fn new(identifiers: BTreeSet<Identifier>) -> Self {
        let (mut folded, mut exact, mut digits) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let encoded = |text: &str, what, exact: &mut BTreeSet<_>, folded: &mut BTreeSet<_>| {
            folded.insert((HEXLOWER.encode(text.as_bytes()), what, false));
            let alphabets = [BASE64_NOPAD, BASE64URL_NOPAD];
            let spellings = alphabets.iter().flat_map(|alphabet| base64(alphabet, text.as_bytes()));
            exact.extend(spellings.map(|spelling| (spelling, what, false)));
        };
        for identifier in identifiers {
            match identifier {
                Identifier::Number(number) if number.len() >= NUMBER => {
                    encoded(&number, What::Number, &mut exact, &mut folded);
                    let hex = number.parse::<u128>().map(|number| format!("{number:x}"));
                    if let Ok(hex) = hex.map(|hex| (hex, What::Number, false))
                        && hex.0.len() >= HEX_NUMBER
                    {
                        folded.insert(hex);
                    }
                    digits.insert((number, What::Number, false));
                }
                Identifier::Id(id) if id.chars().count() >= ID && !is_protocol(&id) => {
                    encoded(&id, What::Id, &mut exact, &mut folded);
                    folded.insert((id.to_lowercase(), What::Id, false));
                }
                Identifier::Name(name) => {
                    let name = name.trim();
                    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
                    if letters >= NAME && !is_protocol(&name.to_lowercase()) {
                        encoded(name, What::Name, &mut exact, &mut folded);
                        folded.insert((name.to_lowercase(), What::Name, true));
                    }
                }
                Identifier::Address(address) => {
                    folded.insert((address.to_lowercase(), What::Address, true));
                }
                Identifier::File(file) => {
                    let letters = file.chars().filter(|c| c.is_alphabetic()).count();
                    if letters >= SHORT_NAME && file.contains(['.', '/', '\\']) {
                        folded.insert((file.to_lowercase(), What::File, true));
                    }
                }
                Identifier::Part(part) if part.chars().filter(|c| c.is_alphanumeric()).count() >= ID => {
                    let part = part.to_lowercase();
                    if !is_wording(&part) {
                        folded.insert((part, What::File, true));
                    }
                }
                Identifier::Here(name) if name.chars().count() >= SHORT_NAME => {
                    let name = name.to_lowercase();
                    if !is_wording(&name) && !EVERYBODY.contains(&name.as_str()) {
                        folded.insert((name, What::Here, true));
                    }
                }
                Identifier::Number(_) | Identifier::Id(_) | Identifier::Part(_) | Identifier::Here(_) => {}
            }
        }
        Self { folded: Needles::new(&folded), exact: Needles::new(&exact), digits: Needles::new(&digits) }
    }

    /// Every raw identifier in a text, once a line and kind.
    pub(super) fn found_in(&self, text: &str) -> Vec<Leak> {
        let ends: Vec<usize> = memchr::memchr_iter(b'\n', text.as_bytes()).collect();
        let line = |at: usize| ends.partition_point(|end| *end < at) + 1;
        let mut found = BTreeSet::new();
        // Lower case can have another length in bytes, but never another number of lines.
        let lower = text.to_lowercase();
        let lower_ends: Vec<usize> = memchr::memchr_iter(b'\n', lower.as_bytes()).collect();
        self.folded.found_in(&lower, |at| lower_ends.partition_point(|end| *end < at) + 1, &mut found);
        self.exact.found_in(text, line, &mut found);
        let (together, places) = digits_together(text);
        self.digits.found_in(&together, |at| line(places.get(at).copied().unwrap_or_default()), &mut found);
        found.into_iter().collect()
    }
}

/// The digits of a text, numbers apart by spaces, and the place of each. Up to two of the characters that people put
/// between the digits of a number do not part it, nor does a line's end.
fn digits_together(text: &str) -> (String, Vec<usize>) {
    let (mut together, mut places) = (String::new(), Vec::new());
    let mut between = 0;
    for (place, c) in text.char_indices() {
        if let Some(digit) = digit(c) {
            if between > 2 {
                together.push(' ');
                places.push(place);
            }
            between = 0;
            together.push(digit);
            places.push(place);
        } else if is_hidden(c) && c != '\n' && c != '\r' {
            // It does not show: what stands around it looks like one number.
        } else if c.is_whitespace() || is_dash(c) || matches!(c, '+' | '(' | ')' | '.' | ',' | '/' | '_' | '\'') {
            between += 1;
        } else {
            between = 3;
        }
    }
    (together, places)
}

/// The zeros of the scripts whose digits people write numbers with, each followed by its other nine.
const ZEROS: [char; 6] = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{ff10}'];

/// The digit that a character is, as one of ASCII.
fn digit(c: char) -> Option<char> {
    let value = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10));
    value.and_then(|value| char::from_digit(value, 10))
}

const fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// What bytes look like in base64, whatever stands before them: the characters that depend on them alone, for each of
/// the three ways in which they can be aligned.
fn base64(alphabet: &Encoding, bytes: &[u8]) -> impl Iterator<Item = String> {
    (0..3_usize).map(move |before| {
        let mut padded = vec![0; before];
        padded.extend_from_slice(bytes);
        let text = alphabet.encode(&padded);
        // A character takes six bits: the first whole one after the bytes before, the last whole one of these.
        let first = (before * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        text.get(first..last).unwrap_or_default().to_owned()
    })
}

/// Names of users and machines that many have.
const EVERYBODY: [&str; 8] =
    ["root", "user", "admin", "ubuntu", "debian", "runner", "localhost", "localhost.localdomain"];

/// Whether a name is a word of the protocol, which has to be allowed to stand in a report.
fn is_protocol(name: &str) -> bool {
    const OURS: &[&str] =
        &["caller", "callee", "server", "capture", "ringtrace", "unknown", "record", "stanza", "evidence"];
    OURS.contains(&name) || Dictionary::current().has(name)
}

/// Whether a word, in lower case, is one that this program itself uses where it speaks of calls: as the name of a file
/// it says nothing.
fn is_wording(word: &str) -> bool {
    let pages = QUESTIONS.iter().map(|question| question.source).chain(RULES.iter().map(|rule| rule.source));
    is_protocol(word)
        || ["captures", "recording", "recordings", "timeline", "sanitised", "websocket"].contains(&word)
        || pages.into_iter().any(|page| page.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaks(text: &str) -> Vec<What> {
        let identifiers = [
            Identifier::Number("491701234567".to_owned()),
            Identifier::Number("12345".to_owned()),
            Identifier::Id("00AA11BB22CC33DD".to_owned()),
            Identifier::Id("A1".to_owned()),
            Identifier::Name("Zoe Quinta".to_owned()),
            Identifier::Name("Call".to_owned()),
            Identifier::Name("Bo".to_owned()),
            Identifier::Address("203.0.113.77".to_owned()),
            Identifier::File("/home/zoe/session-7.pcap".to_owned()),
            Identifier::File("session-7.pcap".to_owned()),
            Identifier::Part("holiday-with-zoe".to_owned()),
            Identifier::Part("captures".to_owned()),
            Identifier::Here("zoe-laptop".to_owned()),
            Identifier::Here("root".to_owned()),
        ];
        let found = Identifiers::new(identifiers.into()).found_in(text);
        found.into_iter().map(|leak| leak.what).collect()
    }

    #[test]
    fn a_number_is_found_in_every_spelling() {
        for text in [
            "491701234567",
            "x491701234567@lid",
            "+49 170 1234567",
            "+49 (170) 123-45-67",
            "49.170.1234567",
            "4917012\n34567",
            "call 343931373031323334353637 hex",
            "NDkxNzAxMjM0NTY3",
            "eDQ5MTcwMTIzNDU2Nw==",
            "eHk0OTE3MDEyMzQ1Njc=",
            "0x727BAD6B87",
            "49\u{2011}170\u{2009}1234567",
            "49\u{200b}1701234567",
            "4_9_1_7_0_1_2_3_4_5_6_7",
            "\u{664}\u{669}\u{661}\u{667}\u{660}\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}",
        ] {
            assert_eq!(leaks(text), [What::Number], "{text}");
        }
        for text in ["49170123456", "4917 is 01234567", "12345"] {
            assert_eq!(leaks(text), [], "{text}");
        }
    }

    #[test]
    fn ids_names_addresses_and_files_are_found() {
        assert_eq!(leaks("the call 00aa11bb22cc33dd"), [What::Id]);
        assert_eq!(leaks("said ZOE QUINTA, twice"), [What::Name]);
        assert_eq!(leaks("zoe quintana"), [], "another word");
        assert_eq!(leaks("relay 203.0.113.77:3478"), [What::Address]);
        assert_eq!(leaks("from session-7.pcap"), [What::File]);
        assert_eq!(leaks("see Holiday-With-Zoe in captures"), [What::File]);
        assert_eq!(leaks("root@zoe-laptop"), [What::Here]);
        assert_eq!(leaks("Wm9lIFF1aW50YQ"), [What::Name]);
        assert_eq!(leaks("A1 and Bo in a call"), [], "too short to tell, or a word of the protocol");
    }

    #[test]
    fn a_leak_names_its_line() {
        let identifiers = Identifiers::new([Identifier::Number("491701234567".to_owned())].into());
        let found = identifiers.found_in("one\ntwo\n491701234567\n");
        assert_eq!(found, [Leak { line: 3, what: What::Number }]);
        assert_eq!(found.first().unwrap().to_string(), "line 3: a number that identifies someone");
    }
}
