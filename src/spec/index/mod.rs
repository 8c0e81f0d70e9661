//! How the program stands to every open question of the spec's pages: it looks for what bears on it, or it says why no
//! recording can show the answer, or what is missing yet.
//!
//! What is looked for follows from [`QUESTIONS`]; the rest stands in one file for each of the spec's folders.

mod flows;
mod signalling;
mod stanzas;

use super::parts::{self, PAGES};
use super::question::Question;
use super::questions::QUESTIONS;

/// An open question of a page, and how the program stands to it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The page that asks it: its code, or its id where it has none.
    pub page: &'static str,
    /// Which of the page's open questions it is, from 1.
    pub number: u8,
    /// The question, in this program's own words.
    pub title: &'static str,
    /// How the program stands to it.
    pub state: State,
}

/// How the program stands to an open question.
#[derive(Clone, Copy, Debug)]
pub enum State {
    /// It looks for evidence.
    LookedFor(&'static Question),
    /// It looks for evidence under another page, which asks the same.
    SameAs(&'static Question),
    /// No recording of signalling can show it: why, a clause.
    OutOfReach(&'static str),
    /// A recording could bear on it, and the program does not look: what is missing, a clause.
    NotYet(&'static str),
}

impl State {
    /// The state's name in tables and JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LookedFor(_) => "looked-for",
            Self::SameAs(_) => "same-as",
            Self::OutOfReach(_) => "out-of-reach",
            Self::NotYet(_) => "not-yet",
        }
    }

    /// The question that the program looks for, here or under another page.
    #[must_use]
    pub const fn question(&self) -> Option<&'static Question> {
        match self {
            Self::LookedFor(question) | Self::SameAs(question) => Some(question),
            Self::OutOfReach(_) | Self::NotYet(_) => None,
        }
    }

    /// Why no recording shows it, or what is missing.
    #[must_use]
    pub const fn why(&self) -> Option<&'static str> {
        match self {
            Self::OutOfReach(why) | Self::NotYet(why) => Some(why),
            Self::LookedFor(_) | Self::SameAs(_) => None,
        }
    }
}

impl Entry {
    /// Where the spec asks it: the page, and which of its questions.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{} #{}", self.page, self.number)
    }

    /// The question that the program looks for, or the place of one that it does not: what it is called in lists.
    #[must_use]
    pub fn name(&self) -> String {
        self.state.question().map_or_else(|| self.place(), |question| format!("{} ({})", question.id, self.place()))
    }

    const fn out_of_reach(page: &'static str, number: u8, title: &'static str, why: &'static str) -> Self {
        Self { page, number, title, state: State::OutOfReach(why) }
    }

    const fn not_yet(page: &'static str, number: u8, title: &'static str, missing: &'static str) -> Self {
        Self { page, number, title, state: State::NotYet(missing) }
    }
}

/// The questions that the program does not look for.
fn unsought() -> impl Iterator<Item = &'static Entry> {
    [signalling::UNSOUGHT, flows::UNSOUGHT, stanzas::UNSOUGHT].into_iter().flatten()
}

/// Every open question of the spec, in the order of its pages.
#[must_use]
pub fn all() -> Vec<Entry> {
    let places = PAGES.iter().flat_map(|page| (1_u8..).zip(page.questions).map(|(number, _)| (page.name(), number)));
    places.filter_map(|(page, number)| entry(page, number)).collect()
}

/// The open questions of one page; empty if the page asks none, or is none.
#[must_use]
pub fn of_page(page: &str) -> Vec<Entry> {
    let Some(page) = parts::page(page) else { return Vec::new() };
    (1_u8..).zip(page.questions).filter_map(|(number, _)| entry(page.name(), number)).collect()
}

/// One open question.
#[must_use]
pub fn entry(page: &str, number: u8) -> Option<Entry> {
    let first = QUESTIONS.iter().find(|known| (known.page, known.number) == (page, Some(number)));
    let again = || QUESTIONS.iter().find(|known| known.also.contains(&(page, number)));
    let state = first.map(|known| State::LookedFor(known)).or_else(|| again().map(|known| State::SameAs(known)));
    match state {
        Some(state) => {
            let page = parts::page(page)?.name();
            Some(Entry { page, number, title: state.question()?.title, state })
        }
        None => unsought().find(|known| (known.page, known.number) == (page, number)).copied(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every place that something says it is about, as often as it is said.
    fn said() -> Vec<(&'static str, u8)> {
        let sought = QUESTIONS.iter().flat_map(|question| {
            let first = question.number.map(|number| (question.page, number));
            first.into_iter().chain(question.also.iter().copied())
        });
        sought.chain(unsought().map(|entry| (entry.page, entry.number))).collect()
    }

    #[test]
    fn every_pinned_question_has_one_state_and_nothing_else_has_any() {
        let pinned =
            PAGES.iter().flat_map(|page| (1_u8..).zip(page.questions).map(|(number, _)| (page.name(), number)));
        let pinned: BTreeSet<_> = pinned.collect();
        let said = said();
        let known: BTreeSet<_> = said.iter().copied().collect();
        assert_eq!(pinned.difference(&known).collect::<Vec<_>>(), Vec::<&(&str, u8)>::new(), "without a state");
        assert_eq!(known.difference(&pinned).collect::<Vec<_>>(), Vec::<&(&str, u8)>::new(), "asked by no page");
        let mut twice = said.clone();
        twice.sort_unstable();
        let twice: Vec<_> = twice.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        assert_eq!(twice, Vec::<(&str, u8)>::new(), "with two states");
        assert_eq!(all().len(), pinned.len());
    }

    #[test]
    fn what_is_said_of_a_question_is_a_question_and_a_clause() {
        for Entry { page, number, title, state } in all() {
            assert!(title.ends_with('?') && title.len() < 110, "{page} #{number}: {title}");
            if let Some(why) = state.why() {
                assert!(why.len() > 20 && !why.ends_with('.'), "{page} #{number}: {why}");
            }
        }
    }

    #[test]
    fn pages_of_one_name_are_told_apart() {
        assert_eq!(of_page("SIG-07").len(), 2);
        assert_eq!(of_page("call-ack").len(), 4);
        assert!(of_page("SIG-99").is_empty());
        assert!(entry("SIG-07", 3).is_none() && entry("SIG-07", 0).is_none());
        let same = entry("SIG-18", 1).unwrap();
        assert!(matches!(same.state, State::SameAs(question) if question.id == "reject-fanout"));
        assert_eq!((same.page, same.number), ("SIG-18", 1));
    }
}
