//! The leak check: finds raw identifiers in a finished text, in any spelling.

mod escapes;

mod view;

mod needles;

mod addresses;

mod spellings;

mod wording;

use std::collections::{BTreeSet, HashSet};

use super::identifiers::Identifier;
use crate::analysis::Prefix;
use addresses::Addresses;
use escapes::without_escapes;
use needles::{Bound, Needle, Needles};
pub use needles::{Leak, What};
use spellings::{base64, hex};
use view::{View, fold};
use wording::{is_everybodys, is_protocol, is_wording};

/// How many layers of escapes are undone: a value's text, in XML, in JSON.
const LAYERS: usize = 3;

/// The fewest digits of a number that is looked for. Shorter ones are everywhere.
const NUMBER: usize = 6;

/// How many last digits of a number are looked for anywhere, as in its national form.
const NATIONAL: usize = 8;

/// How many last digits of a number are looked for as a number of their own.
const LOCAL: usize = 7;

/// The fewest different digits of a part of a number that is looked for: `0000001` is no part of anybody's.
const DIFFERENT: usize = 3;

/// The fewest characters of an id that is looked for.
const ID: usize = 8;

/// How many first characters of an id are enough.
const PREFIX: usize = 12;

/// The fewest letters of a name, or of a word of one, that are looked for.
const NAME: usize = 3;

/// The same in a script without spaces between words.
const DENSE_NAME: usize = 2;

/// The fewest letters of a name whose words may be written together.
const JOINED: usize = 6;

/// The fewest characters of the name of a user, a machine or a file that is looked for.
const SHORT_NAME: usize = 3;

/// The fewest hex digits of a number that is looked for in that form.
const HEX_NUMBER: usize = 8;

/// All raw identifiers of the captures, prepared for the search.
#[derive(Debug)]
pub(super) struct Identifiers {
    /// In the folded text.
    folded: Needles,
    /// In its letters and digits.
    alphanumeric: Needles,
    /// In the text without white space.
    exact: Needles,
    /// In the digits of the text, taken together over what may stand between the digits of a number.
    digits: Needles,
    addresses: Addresses,
    /// Beginnings of ids, in the letters and digits of the text.
    prefixes: HashSet<Prefix>,
}

/// Spellings, by the view of the text in which they are looked for.
#[derive(Default)]
struct Spellings {
    folded: BTreeSet<Needle>,
    alphanumeric: BTreeSet<Needle>,
    exact: BTreeSet<Needle>,
    digits: BTreeSet<Needle>,
    addresses: Addresses,
    prefixes: HashSet<Prefix>,
}

impl Identifiers {
    /// Prepares the spellings of every identifier that is long enough not to match by chance. Names that are `allowed`
    /// are not looked for.
    pub(super) fn new(identifiers: BTreeSet<Identifier>, allowed: &BTreeSet<String>) -> Self {
        let allowed = allowed.iter().map(|text| fold(text)).collect();
        let mut spellings = Spellings::default();
        for identifier in identifiers {
            spellings.add(identifier, &allowed);
        }
        Self {
            folded: Needles::new(&spellings.folded),
            alphanumeric: Needles::new(&spellings.alphanumeric),
            exact: Needles::new(&spellings.exact),
            digits: Needles::new(&spellings.digits),
            addresses: spellings.addresses,
            prefixes: spellings.prefixes,
        }
    }

    /// Every raw identifier in a text, once per line and kind: as written, and with escapes undone.
    pub(super) fn found_in(&self, text: &str) -> Vec<Leak> {
        let mut found = BTreeSet::new();
        let mut undone: Option<String> = None;
        for _ in 0..=LAYERS {
            let text = undone.as_deref().unwrap_or(text);
            self.folded.found_in(&View::folded(text), &mut found);
            let letters = View::alphanumeric(text);
            self.alphanumeric.found_in(&letters, &mut found);
            self.begin_in(&letters, &mut found);
            self.exact.found_in(&View::squeezed(text), &mut found);
            self.digits.found_in(&View::digits(text), &mut found);
            self.addresses.found_in(text, &mut found);
            match without_escapes(text) {
                Some(plain) => undone = Some(plain),
                None => break,
            }
        }
        found.into_iter().collect()
    }
}

impl Identifiers {
    /// Adds where ids begin in a text's letters and digits.
    fn begin_in(&self, letters: &View, found: &mut BTreeSet<Leak>) {
        let text = &letters.text;
        let windows = text.bytes().enumerate().map(|(at, _)| (at, text.get(at..at + Prefix::LENGTH)));
        for (at, window) in windows.take_while(|_| !self.prefixes.is_empty()) {
            if window.is_some_and(|window| self.prefixes.contains(&Prefix::of(window))) {
                found.insert(Leak { line: letters.line(at), what: What::Id });
            }
        }
    }
}

impl Spellings {
    fn add(&mut self, identifier: Identifier, allowed: &BTreeSet<String>) {
        match identifier {
            Identifier::Number(number) if number.len() >= NUMBER => self.number(&number),
            Identifier::Id(id) if id.chars().count() >= ID && !is_protocol(&id) => self.id(&id),
            Identifier::Name(name) => self.name(&name, allowed),
            Identifier::Address(address) => {
                self.addresses.add(address);
                self.folded.insert((fold(&address.to_string()), What::Address, Bound::Word));
            }
            Identifier::Prefix(prefix) => {
                self.prefixes.insert(prefix);
            }
            Identifier::File(file) => {
                let letters = file.chars().filter(|c| c.is_alphabetic()).count();
                if letters >= SHORT_NAME && file.contains(['.', '/', '\\']) {
                    self.folded.insert((fold(&file), What::File, Bound::Word));
                }
            }
            Identifier::Part(part) if part.chars().filter(|c| c.is_alphanumeric()).count() >= ID => {
                let part = fold(&part);
                if !is_wording(&part) && !allowed.contains(&part) {
                    self.folded.insert((part, What::File, Bound::Word));
                }
            }
            Identifier::Here(name) if name.chars().count() >= SHORT_NAME => {
                let name = fold(&name);
                if !is_wording(&name) && !is_everybodys(&name) && !allowed.contains(&name) {
                    self.folded.insert((name, What::Here, Bound::Word));
                }
            }
            Identifier::Number(_) | Identifier::Id(_) | Identifier::Part(_) | Identifier::Here(_) => {}
        }
    }

    fn encoded(&mut self, text: &str, what: What) {
        self.alphanumeric.extend(hex(text).map(|spelling| (spelling, what, Bound::No)));
        self.exact.extend(base64(text).map(|spelling| (spelling, what, Bound::No)));
    }

    fn number(&mut self, number: &str) {
        self.encoded(number, What::Number);
        let hex = number.parse::<u128>().map(|number| format!("{number:x}"));
        self.folded.extend(hex.ok().filter(|hex| hex.len() >= HEX_NUMBER).map(|hex| (hex, What::Number, Bound::No)));
        // The hex of decimal digits is decimal digits, which may be spelled apart as well.
        self.digits.extend(spellings::hex(number).map(|hex| (hex, What::Number, Bound::No)));
        self.digits.insert((number.to_owned(), What::Number, Bound::No));
        for (length, bound) in [(NATIONAL, Bound::No), (LOCAL, Bound::Number)] {
            let last = number.len().checked_sub(length).and_then(|begin| number.get(begin..)).unwrap_or_default();
            if last.bytes().collect::<BTreeSet<_>>().len() >= DIFFERENT {
                self.digits.insert((last.to_owned(), What::Number, bound));
            }
        }
    }

    fn id(&mut self, id: &str) {
        self.encoded(id, What::Id);
        self.folded.insert((fold(id), What::Id, Bound::No));
        let letters: String = fold(id).chars().filter(|character| character.is_alphanumeric()).collect();
        let prefix: String = letters.chars().take(PREFIX).collect();
        // A word is no beginning of an id that means anything.
        if prefix.chars().count() == PREFIX && prefix.chars().any(|character| character.is_ascii_digit()) {
            self.alphanumeric.insert((prefix, What::Id, Bound::No));
        }
    }

    fn name(&mut self, name: &str, allowed: &BTreeSet<String>) {
        let folded = fold(name).split_whitespace().collect::<Vec<_>>().join(" ");
        let words: Vec<_> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        if allowed.contains(&folded) || words.iter().all(|word| is_wording(word)) {
            return;
        }
        if words.len() > 1 {
            self.encoded(name, What::Name);
            self.folded.insert((folded.clone(), What::Name, Bound::Word));
            let joined = words.concat();
            if joined.chars().count() >= JOINED {
                self.alphanumeric.insert((joined, What::Name, Bound::No));
            }
        } else if folded.chars().count() > NAME {
            self.encoded(name, What::Name);
        }
        for word in words.into_iter().filter(|word| !is_wording(word) && !allowed.contains(*word)) {
            let is_dense = word.chars().any(is_dense);
            let letters = word.chars().filter(|character| character.is_alphabetic()).count();
            if letters >= if is_dense { DENSE_NAME } else { NAME } {
                self.folded.insert((word.to_owned(), What::Name, if is_dense { Bound::No } else { Bound::Word }));
            }
        }
    }
}

/// Whether a character is of a script that has no spaces between words.
fn is_dense(character: char) -> bool {
    matches!(u32::from(character), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x9fff
        | 0xf900..=0xfaff | 0x20000..=0x3ffff)
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
            Identifier::Address("203.0.113.77".parse().unwrap()),
            Identifier::Prefix(Prefix::of("3eb0a1b2c3d4")),
            Identifier::File("/home/zoe/session-7.pcap".to_owned()),
            Identifier::File("session-7.pcap".to_owned()),
            Identifier::Part("holiday-with-zoe".to_owned()),
            Identifier::Part("captures".to_owned()),
            Identifier::Part("whatsapp-rust".to_owned()),
            Identifier::Here("zoe-laptop".to_owned()),
            Identifier::Here("root".to_owned()),
        ];
        let found = Identifiers::new(identifiers.into(), &BTreeSet::new()).found_in(text);
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
        for text in ["49170123456", "4917 is 0123456", "12345"] {
            assert_eq!(leaks(text), [], "{text}");
        }
    }

    #[test]
    fn ids_names_addresses_and_files_are_found() {
        assert_eq!(leaks("the call 00aa11bb22cc33dd"), [What::Id]);
        assert_eq!(leaks("said ZOE QUINTA, twice"), [What::Name]);
        assert_eq!(leaks("joey quintana"), [], "other words");
        assert_eq!(leaks("zoe hung up"), [What::Name], "a word of a name");
        for spelled in ["zoe\nquinta", "Zoe\u{200b} \u{a0}Quinta", r"Zoe\u0020Quinta", "zoe&#32;quinta"] {
            assert_eq!(leaks(spelled), [What::Name], "{spelled}");
        }
        assert_eq!(leaks("00AA\u{ad}11BB22CC33DD"), [What::Id]);
        assert_eq!(leaks("the message 3EB0-A1B2-C3D4-E5F6"), [What::Id]);
        assert_eq!(leaks("relay 203.0.113.77:3478"), [What::Address]);
        assert_eq!(leaks("from session-7.pcap"), [What::File]);
        assert!(leaks("the log of whatsapp-rust in captures").is_empty(), "a client's name is not the user's");
        assert_eq!(leaks("see Holiday-With-Zoe in captures"), [What::File]);
        assert_eq!(leaks("root@zoe-laptop"), [What::Here]);
        assert_eq!(leaks("Wm9lIFF1aW50YQ"), [What::Name]);
        assert_eq!(leaks("A1 and Bo in a call"), [], "too short to tell, or a word of the protocol");
    }

    #[test]
    fn a_leak_names_its_line() {
        let identifiers = Identifiers::new([Identifier::Number("491701234567".to_owned())].into(), &BTreeSet::new());
        let found = identifiers.found_in("one\ntwo\n491701234567\n");
        assert_eq!(found, [Leak { line: 3, what: What::Number }]);
        assert_eq!(found.first().unwrap().to_string(), "line 3: a number that identifies someone");
    }
}
