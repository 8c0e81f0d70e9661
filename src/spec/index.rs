//! How the program stands to every open question of the spec's pages: it looks for what bears on it, or it says why no
//! recording can show the answer, or what is missing yet.
//!
//! It follows from the rows of [`PAGES`].

use super::page::{Page, Pursuit};
use super::pages::{self, PAGES, QUESTIONS};
use super::question::Question;

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
}

/// Every open question of the spec, in the order of its pages.
#[must_use]
pub fn all() -> Vec<Entry> {
    PAGES.iter().flat_map(|page| entries(page)).collect()
}

/// The open questions of one page; empty if the page asks none, or is none.
#[must_use]
pub fn of_page(page: &str) -> Vec<Entry> {
    pages::page(page).map_or_else(Vec::new, |page| entries(page).collect())
}

/// One open question.
#[must_use]
pub fn entry(page: &str, number: u8) -> Option<Entry> {
    entries(pages::page(page)?).find(|entry| entry.number == number)
}

fn entries(page: &'static Page) -> impl Iterator<Item = Entry> {
    (1_u8..).zip(page.questions).filter_map(|(number, asked)| {
        let (title, state) = match &asked.pursuit {
            Pursuit::LookedFor(_) | Pursuit::Declared => {
                let question = pages::sought(page, number, asked)?;
                (question.title, State::LookedFor(question))
            }
            Pursuit::Elsewhere => {
                let place = (page.name(), number);
                let question = QUESTIONS.iter().find(|question| question.also.contains(&place))?;
                (question.title, State::SameAs(question))
            }
            Pursuit::NotLookedFor { title, is_in_reach: true, why } => (*title, State::NotYet(why)),
            Pursuit::NotLookedFor { title, is_in_reach: false, why } => (*title, State::OutOfReach(why)),
        };
        Some(Entry { page: page.name(), number, title, state })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_question_of_a_page_has_one_state() {
        let asked: usize = PAGES.iter().map(|page| page.questions.len()).sum();
        assert_eq!(all().len(), asked, "a question is said to be looked for elsewhere, and is not");
        let further: Vec<_> = QUESTIONS.iter().flat_map(|question| question.also).collect();
        assert_eq!(further.iter().collect::<BTreeSet<_>>().len(), further.len(), "two questions claim one place");
        for (page, number) in further {
            assert!(matches!(entry(page, *number).unwrap().state, State::SameAs(_)), "{page} #{number}");
        }
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
