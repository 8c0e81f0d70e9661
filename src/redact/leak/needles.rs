//! Searching for all spellings at once.

use std::collections::BTreeSet;
use std::fmt;

use aho_corasick::{AhoCorasick, MatchKind};

use super::view::View;

/// The kind of an identifier found in a text.
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

impl What {
    /// Whether it can be a word that stands in a text by chance, which [`Redactor::allowing`](crate::redact::Redactor::allowing)
    /// lets through.
    #[must_use]
    pub const fn is_releasable(self) -> bool {
        matches!(self, Self::Name | Self::File | Self::Here)
    }
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
    /// Its kind. The identifier itself is not repeated.
    pub what: What,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// Where a string counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bound {
    /// Anywhere.
    No,
    /// Where no letter or digit stands before or after it.
    Word,
    /// Where a number begins, and ends where one ends.
    Number,
}

/// A string, what it is, and where it counts.
pub(super) type Needle = (String, What, Bound);

/// Strings to be looked for at once.
#[derive(Debug)]
pub(super) struct Needles {
    automaton: Option<AhoCorasick>,
    /// What each is, and where it counts.
    kinds: Vec<(What, Bound)>,
}

impl Needles {
    pub(super) fn new(needles: &BTreeSet<Needle>) -> Self {
        let kinds = needles.iter().map(|(_, what, bound)| (*what, *bound)).collect();
        let patterns = needles.iter().map(|(needle, _, _)| needle);
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns);
        // Only more patterns than a file can have would not fit; then every text is held back, see `found_in`.
        Self { automaton: automaton.ok(), kinds }
    }

    /// Adds what is found in a text.
    pub(super) fn found_in(&self, view: &View, found: &mut BTreeSet<Leak>) {
        let Some(automaton) = &self.automaton else {
            found.insert(Leak { line: 1, what: What::Id });
            return;
        };
        for hit in automaton.find_overlapping_iter(&view.text) {
            let Some((what, bound)) = self.kinds.get(hit.pattern().as_usize()) else { continue };
            let counts = match bound {
                Bound::No => true,
                Bound::Word => is_word(&view.text, hit.start(), hit.end()),
                Bound::Number => view.is_joint(hit.start()) && view.is_joint(hit.end()),
            };
            if counts {
                found.insert(Leak { line: view.line(hit.start()), what: *what });
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
