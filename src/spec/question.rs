//! An open question of the spec, and the code that looks for what bears on it.

use super::context::Context;
use super::evidence::Evidence;
use crate::call::Call;

/// An open question of the spec, or a place where its pages contradict each other or the wire.
#[derive(Debug)]
pub struct Question {
    /// Its id in this program.
    pub id: &'static str,
    /// The spec page that asks it: the page's code, or its id where it has none.
    pub page: &'static str,
    /// Which of the page's open questions it is, from 1; `None` for a discrepancy, which no page asks.
    pub number: Option<u8>,
    /// Where else the spec asks the same: further pages, and which of their open questions.
    pub also: &'static [(&'static str, u8)],
    /// The question, in this program's own words.
    pub title: &'static str,
    /// What kind of answer it wants.
    pub shape: Shape,
    /// The answers that it can have; empty for a list, whose values are its hypotheses.
    pub hypotheses: &'static [&'static str],
    /// The source of its file, whose doc comment is its page.
    pub source: &'static str,
    /// Finds the evidence in one call.
    pub observe: fn(&Call, &Context) -> Vec<Evidence>,
}

impl Question {
    /// Where the spec asks it first: the page, and which of its questions.
    #[must_use]
    pub fn place(&self) -> String {
        self.number.map_or_else(|| self.page.to_owned(), |number| format!("{} #{number}", self.page))
    }

    /// The pages that ask it, the first one first.
    pub fn pages(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.page).chain(self.also.iter().map(|(page, _)| *page))
    }
}

/// What kind of answer a question wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One of its hypotheses, which exclude each other.
    Exclusive,
    /// Whether a thing occurs at all: one direct sight of it answers, and none of the other hypothesis is direct
    /// evidence against it.
    Existential {
        /// The hypothesis that it occurs.
        occurs: &'static str,
    },
    /// All values that occur: never called complete.
    List,
}
