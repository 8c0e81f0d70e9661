//! The leak check: finds raw identifiers in a finished text, in any spelling.

mod escapes;

mod view;

mod needles;

mod addresses;

mod decoded;

mod wording;

use std::collections::BTreeSet;
use std::mem;

use foldhash::HashSet;

use super::identifiers::Identifier;
use crate::analysis::{Prefix, Window};
use addresses::Addresses;
use decoded::decoded;
use escapes::without_escapes;
use needles::{Bound, Needle, Needles};
pub use needles::{Leak, What};
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

/// How many bytes of a text are searched at a time.
const BLOCK: usize = 512 << 10;

/// How many bytes after them, at least, are searched with them.
const MARGIN: usize = 16 << 10;

/// All raw identifiers of the captures, prepared for the search.
#[derive(Debug)]
pub(super) struct Identifiers {
    /// In the folded text.
    folded: Needles,
    /// In its letters and digits.
    alphanumeric: Needles,
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
            digits: Needles::new(&spellings.digits),
            addresses: spellings.addresses,
            prefixes: spellings.prefixes,
        }
    }

    /// Every raw identifier in a text, once per line and kind: as written, and with escapes undone.
    pub(super) fn found_in(&self, text: &str) -> Vec<Leak> {
        self.found_in_blocks(text, BLOCK)
    }

    /// The same, of so many bytes at a time.
    fn found_in_blocks(&self, text: &str, block: usize) -> Vec<Leak> {
        let mut search = Search::in_blocks(self, block);
        search.push(text, |_| ());
        search.finish(|_| ())
    }

    fn unescaped_in(&self, text: &str) -> BTreeSet<Leak> {
        let mut found = BTreeSet::new();
        let mut undone: Option<String> = None;
        for _ in 0..=LAYERS {
            let text = undone.as_deref().unwrap_or(text);
            self.spelled_in(text, &mut found);
            if let Some(said) = decoded(text) {
                self.spelled_in(&said, &mut found);
            }
            match without_escapes(text) {
                Some(plain) => undone = Some(plain),
                None => break,
            }
        }
        found
    }
}

/// A search in a text that comes in parts, of some bytes and what follows them at a time, so that the views of a long text
/// need no more memory than those of a short one.
pub(super) struct Search<'i> {
    identifiers: &'i Identifiers,
    /// How many bytes are searched at a time, at least.
    block: usize,
    /// What was not searched yet, and how many lines are before it.
    left: String,
    line: usize,
    found: BTreeSet<Leak>,
}

impl<'i> Search<'i> {
    /// A search for these identifiers.
    pub(super) const fn of(identifiers: &'i Identifiers) -> Self {
        Self::in_blocks(identifiers, BLOCK)
    }

    const fn in_blocks(identifiers: &'i Identifiers, block: usize) -> Self {
        Self { identifiers, block, left: String::new(), line: 0, found: BTreeSet::new() }
    }

    /// Goes on with a part of the text. `searched` gets what was searched to its end.
    pub(super) fn push(&mut self, part: &str, mut searched: impl FnMut(String)) {
        // Line by line, so that little is left to be moved when a block is done.
        for line in part.split_inclusive('\n') {
            self.left.push_str(line);
            while self.left.len() > self.block + MARGIN
                && let Some(block) = self.next(false)
            {
                searched(block);
            }
        }
    }

    /// Ends the search, and returns what it found, once per line and kind.
    pub(super) fn finish(mut self, mut searched: impl FnMut(String)) -> Vec<Leak> {
        while let Some(block) = self.next(true) {
            searched(block);
        }
        self.found.into_iter().collect()
    }

    /// Searches the next block; `None` if there is nothing left, or more has to come before.
    fn next(&mut self, is_all: bool) -> Option<String> {
        let end = end_of_line(&self.left, self.block);
        // What goes on over the end of the last line is found whole.
        let with_margin = end_of_line(&self.left, end.saturating_add(MARGIN));
        if self.left.is_empty() || (with_margin == self.left.len() && !is_all) {
            return None;
        }
        let leaks = self.identifiers.unescaped_in(self.left.get(..with_margin)?);
        self.found.extend(leaks.into_iter().map(|leak| Leak { line: leak.line + self.line, ..leak }));
        let rest = self.left.split_off(end);
        let block = mem::replace(&mut self.left, rest);
        self.line += block.matches('\n').count();
        Some(block)
    }
}

/// Where the line ends that so many bytes of a text end in, after its line break.
fn end_of_line(text: &str, bytes: usize) -> usize {
    let from = text.as_bytes().get(bytes..).unwrap_or_default();
    from.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| bytes + at + 1)
}

impl Identifiers {
    /// Adds what is found in a text as it is.
    fn spelled_in(&self, text: &str, found: &mut BTreeSet<Leak>) {
        let text = fold(text);
        self.folded.found_in(&View::spaced(&text), found);
        let letters = View::alphanumeric(&text);
        self.alphanumeric.found_in(&letters, found);
        self.begin_in(&letters, found);
        self.digits.found_in(&View::digits(&text), found);
        self.addresses.found_in(&text, found);
    }

    /// Adds where ids begin in a text's letters and digits.
    fn begin_in(&self, letters: &View, found: &mut BTreeSet<Leak>) {
        if self.prefixes.is_empty() {
            return;
        }
        let mut window = Window::default();
        for (end, letter) in letters.text.bytes().enumerate() {
            if let Some(prefix) = window.push(letter)
                && self.prefixes.contains(&prefix)
            {
                found.insert(Leak { line: letters.line(end + 1 - Prefix::LENGTH), what: What::Id });
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

    fn number(&mut self, number: &str) {
        let hex = number.parse::<u128>().map(|number| format!("{number:x}"));
        self.folded.extend(hex.ok().filter(|hex| hex.len() >= HEX_NUMBER).map(|hex| (hex, What::Number, Bound::No)));
        self.digits.insert((number.to_owned(), What::Number, Bound::No));
        for (length, bound) in [(NATIONAL, Bound::No), (LOCAL, Bound::Number)] {
            let last = number.len().checked_sub(length).and_then(|begin| number.get(begin..)).unwrap_or_default();
            if last.bytes().collect::<BTreeSet<_>>().len() >= DIFFERENT {
                self.digits.insert((last.to_owned(), What::Number, bound));
            }
        }
    }

    fn id(&mut self, id: &str) {
        // Every stanza has an id: where its beginning is enough, that is all that is kept.
        match Prefix::of_id(id) {
            Some(prefix) => {
                self.prefixes.insert(prefix);
            }
            None => {
                self.folded.insert((fold(id), What::Id, Bound::No));
            }
        }
    }

    fn name(&mut self, name: &str, allowed: &BTreeSet<String>) {
        let folded = fold(name).split_whitespace().collect::<Vec<_>>().join(" ");
        let words: Vec<_> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let tells = |word: &&str| !is_wording(word) && !allowed.contains(*word);
        let is_short = |word: &&str| word.chars().count() < NAME;
        if allowed.contains(&folded) || (!words.iter().any(tells) && (words.len() < 2 || words.iter().any(is_short))) {
            return;
        }
        if words.len() > 1 {
            self.folded.insert((folded.clone(), What::Name, Bound::Word));
            let joined = words.concat();
            if joined.chars().count() >= JOINED {
                self.alphanumeric.insert((joined, What::Name, Bound::No));
            }
        }
        for word in words.into_iter().filter(tells) {
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
mod tests;
