//! The leak check: finds raw identifiers in a finished text, in any spelling.

mod escapes;

mod view;

mod needles;

use std::collections::BTreeSet;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER};

use super::identifiers::Identifier;
use crate::protocol::binary::Dictionary;
use crate::spec::PAGES;
use escapes::without_escapes;
use needles::Needles;
pub use needles::{Leak, What};
use view::View;

/// How many layers of escapes are undone: a value's text, in XML, in JSON.
const LAYERS: usize = 3;

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

/// All raw identifiers of the captures, prepared for the search.
#[derive(Debug)]
pub(super) struct Identifiers {
    /// In the text in lower case, without what does not show.
    folded: Needles,
    /// In the text as it is.
    exact: Needles,
    /// In the digits of the text, taken together over what may stand between the digits of a number.
    digits: Needles,
}

impl Identifiers {
    /// Prepares the spellings of every identifier that is long enough not to match by chance.
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
                    // The hex of decimal digits is decimal digits, which may be spelled apart as well.
                    digits.insert((HEXLOWER.encode(number.as_bytes()), What::Number, false));
                    digits.insert((number, What::Number, false));
                }
                Identifier::Id(id) if id.chars().count() >= ID && !is_protocol(&id) => {
                    encoded(&id, What::Id, &mut exact, &mut folded);
                    folded.insert((id.to_lowercase(), What::Id, false));
                }
                Identifier::Name(name) => {
                    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
                    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
                    if letters >= NAME && !is_protocol(&name.to_lowercase()) {
                        encoded(&name, What::Name, &mut exact, &mut folded);
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

    /// Every raw identifier in a text, once per line and kind: as written, and with escapes undone.
    pub(super) fn found_in(&self, text: &str) -> Vec<Leak> {
        let mut found = BTreeSet::new();
        let mut undone: Option<String> = None;
        for _ in 0..=LAYERS {
            let text = undone.as_deref().unwrap_or(text);
            self.folded.found_in(&View::folded(text), &mut found);
            self.exact.found_in(&View::whole(text), &mut found);
            self.digits.found_in(&View::digits(text), &mut found);
            match without_escapes(text) {
                Some(plain) => undone = Some(plain),
                None => break,
            }
        }
        found.into_iter().collect()
    }
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
    is_protocol(word)
        || ["captures", "confidence", "recording", "recordings", "timeline", "sanitised", "websocket"].contains(&word)
        || ["baileys", "whatsapp-rust", "whatsapp-web", "whatsmeow"].contains(&word)
        || PAGES.iter().any(|page| page.texts.contains(word))
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
            Identifier::Part("confidence".to_owned()),
            Identifier::Part("whatsapp-rust".to_owned()),
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
            "34 39 31 37 30 31 32 33 34 35 36 37",
            r"49\u{200b}1701234567",
            r"49\\u{200b}1701234567",
            r"\u0034\u0039 1701234567",
            "&#52;9170&nbsp;1234567",
            r"+49 170\n1234567",
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
        for spelled in ["zoe\nquinta", "Zoe\u{200b} \u{a0}Quinta", r"Zoe\u0020Quinta", "zoe&#32;quinta"] {
            assert_eq!(leaks(spelled), [What::Name], "{spelled}");
        }
        assert_eq!(leaks("00AA\u{ad}11BB22CC33DD"), [What::Id]);
        assert_eq!(leaks("relay 203.0.113.77:3478"), [What::Address]);
        assert_eq!(leaks("from session-7.pcap"), [What::File]);
        assert!(leaks("the log of whatsapp-rust in captures").is_empty(), "a client's name is not the user's");
        assert!(leaks("### Confidence").is_empty(), "a form asks for it");
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
