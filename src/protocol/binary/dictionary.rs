//! The words that WABinary encodes as one or two bytes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

/// A dictionary of tokens. The client announces its version in the fourth byte of the connection's header
/// (`57 41 06 <version>`), and both sides use it from then on.
#[derive(Debug)]
pub struct Dictionary {
    single: Vec<&'static str>,
    double: [Vec<&'static str>; 4],
}

static VERSION_2: LazyLock<Dictionary> = LazyLock::new(|| Dictionary::read(include_str!("tokens-2.txt")));
static VERSION_3: LazyLock<Dictionary> = LazyLock::new(|| Dictionary::read(include_str!("tokens-3.txt")));

/// The words of all dictionaries, so that a word is a number.
#[derive(Debug)]
struct Words {
    texts: Vec<&'static str>,
    indexes: HashMap<&'static str, u32, FixedState>,
    /// Of which lengths there are some that begin with a byte, as bits: most other texts differ in this already.
    lengths: [u64; 256],
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words { texts: Vec::new(), indexes: HashMap::default(), lengths: [0; 256] };
    for text in std::iter::once("").chain(VERSION_3.all()).chain(VERSION_2.all()) {
        let next = u32::try_from(words.texts.len()).unwrap_or(u32::MAX);
        if let Entry::Vacant(vacant) = words.indexes.entry(text) {
            vacant.insert(next);
            words.texts.push(text);
            if let Some(lengths) = words.lengths.get_mut(first_byte(text)) {
                *lengths |= length_bit(text);
            }
        }
    }
    words
});

fn first_byte(text: &str) -> usize {
    text.bytes().next().unwrap_or_default().into()
}

fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}

/// A word of a dictionary, or the empty text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(u32);

impl Word {
    /// Returns the word that a text is.
    pub(super) fn of(text: &str) -> Option<Self> {
        let words = &*WORDS;
        let may_be = words.lengths.get(first_byte(text)).is_some_and(|lengths| lengths & length_bit(text) != 0);
        if may_be { words.indexes.get(text).copied().map(Self) } else { None }
    }

    /// Returns the word of an index.
    pub(super) const fn of_index(index: u32) -> Self {
        Self(index)
    }

    /// Returns its index.
    pub(super) const fn index(self) -> u32 {
        self.0
    }

    /// Returns it as text.
    pub(super) fn as_str(self) -> &'static str {
        WORDS.texts.get(self.0 as usize).copied().unwrap_or_default()
    }
}

/// Returns a text that takes no memory of its own if it is a word of a dictionary, as most tags and names are.
#[must_use]
pub fn interned(text: &str) -> Cow<'static, str> {
    Word::of(text).map_or_else(|| Cow::Owned(text.to_owned()), |word| Cow::Borrowed(word.as_str()))
}

impl Dictionary {
    /// Returns the dictionary of a version, or `None` if it is unknown.
    #[must_use]
    pub fn of_version(version: u8) -> Option<&'static Self> {
        match version {
            2 => Some(&VERSION_2),
            3 => Some(&VERSION_3),
            _ => None,
        }
    }

    /// Returns the dictionary that current clients use, version 3.
    #[must_use]
    pub fn current() -> &'static Self {
        &VERSION_3
    }

    /// Returns whether `word` is in the dictionary, in this spelling.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        !word.is_empty() && std::iter::once(&self.single).chain(&self.double).any(|words| words.contains(&word))
    }

    /// Returns all its words.
    pub fn all(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(&self.single).chain(&self.double).flatten().copied().filter(|word| !word.is_empty())
    }

    /// Returns the word of a single byte, 1 to 235.
    pub(super) fn single(&self, byte: u8) -> Option<&'static str> {
        word(&self.single, byte)
    }

    /// Returns the word at `index` of one of the dictionaries 0 to 3.
    pub(super) fn double(&self, dictionary: u8, index: u8) -> Option<&'static str> {
        word(self.double.get(usize::from(dictionary))?, index)
    }

    /// Reads a table whose lines are `dictionary index word`.
    fn read(table: &'static str) -> Self {
        let mut dictionary = Self { single: Vec::new(), double: Default::default() };
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split(' ');
            if let (Some(name), Some(index), Some(word)) = (columns.next(), columns.next(), columns.next())
                && let Ok(index) = index.parse::<u8>()
                && let Some(words) = dictionary.words(name)
            {
                let index = usize::from(index);
                if words.len() <= index {
                    words.resize(index + 1, "");
                }
                words.splice(index..=index, [word]);
            }
        }
        dictionary
    }

    fn words(&mut self, name: &str) -> Option<&mut Vec<&'static str>> {
        match name {
            "s" => Some(&mut self.single),
            number => self.double.get_mut(number.parse::<usize>().ok()?),
        }
    }
}

fn word(words: &[&'static str], index: u8) -> Option<&'static str> {
    words.get(usize::from(index)).copied().filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_complete() {
        for version in [2, 3] {
            let dictionary = Dictionary::of_version(version).unwrap();
            let singles: Vec<u8> = (0..=255).filter(|&byte| dictionary.single(byte).is_some()).collect();
            assert_eq!(singles, (1..=235).collect::<Vec<u8>>(), "version {version}");
            for number in 0..4 {
                assert!((0..=255).all(|index| dictionary.double(number, index).is_some()), "version {version}");
            }
            assert_eq!(dictionary.double(4, 0), None);
        }
        assert!(Dictionary::of_version(1).is_none());
        assert!(Dictionary::of_version(4).is_none());
    }

    #[test]
    fn versions_2_and_3_have_different_words() {
        let [old, new] = [2, 3].map(|version| Dictionary::of_version(version).unwrap());
        assert_eq!((old.single(25), new.single(25)), (Some("xmlns"), Some("iq")));
        assert_eq!((old.single(3), new.single(3)), (Some("s.whatsapp.net"), Some("s.whatsapp.net")));
    }

    #[test]
    fn version_3_agrees_with_another_implementation() {
        use wacore_binary::token::{get_double_token, get_single_token};
        let dictionary = Dictionary::current();
        for index in 0..=255 {
            assert_eq!(dictionary.single(index), get_single_token(index).filter(|word| !word.is_empty()), "s {index}");
            for number in 0..4 {
                assert_eq!(dictionary.double(number, index), get_double_token(number, index), "{number} {index}");
            }
        }
    }
}
