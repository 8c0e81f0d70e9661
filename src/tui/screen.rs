//! The screens, and where the user is in each.

use std::sync::Arc;

use super::comparison::Comparison;
use super::keymap::Context;
use super::opened::{Focus, Opened};
use crate::call::Call;
use crate::spec::Judged;

/// A screen over the list of calls.
#[derive(Clone, Debug)]
pub(super) enum Screen {
    /// One or more calls as a ladder, beside the selected stanza.
    Call(Box<Opened>),
    /// Two calls or two stanzas side by side.
    Compare(Box<Comparison>),
    /// The open questions.
    Questions {
        /// The selected one.
        selected: usize,
    },
    /// The evidence for one question.
    Evidence {
        /// The question's id.
        question: &'static str,
        /// The selected piece.
        selected: usize,
    },
    /// The rules.
    Rules {
        /// The selected one.
        selected: usize,
    },
    /// The places where one rule was checked.
    Places {
        /// The rule's id.
        rule: &'static str,
        /// The selected place.
        selected: usize,
    },
    /// The page of a question or a rule.
    Page {
        /// What it is about.
        title: &'static str,
        /// Its text, in Markdown.
        text: String,
        /// How far it is scrolled.
        scroll: usize,
    },
    /// What was read from each capture.
    Captures {
        /// How far it is scrolled.
        scroll: usize,
    },
    /// The marks and notes.
    Marks {
        /// The selected one.
        selected: usize,
    },
    /// The findings that were drafted.
    Findings {
        /// The selected one.
        selected: usize,
    },
    /// One of them.
    Draft(Reading),
}

/// A draft that is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Which.
    pub(super) id: u64,
    /// How far its text is scrolled.
    pub(super) scroll: usize,
    /// How far what was replaced in it is scrolled.
    pub(super) replaced_scroll: usize,
    /// Whether keys move in what was replaced.
    pub(super) in_replaced: bool,
    /// Whether what was replaced is told by what it was.
    pub(super) raw: bool,
}

impl Reading {
    /// A draft at its beginning.
    pub(super) const fn of(id: u64) -> Self {
        Self { id, scroll: 0, replaced_scroll: 0, in_replaced: false, raw: false }
    }
}

impl Screen {
    /// Where keys are pressed on it.
    pub(super) fn context(&self) -> Context {
        match self {
            Self::Call(opened) => match opened.focus {
                Focus::Ladder => Context::Ladder,
                Focus::Stanza => Context::Stanza,
            },
            Self::Compare(_) => Context::Compare,
            Self::Questions { .. } => Context::Questions,
            Self::Evidence { .. } => Context::Evidence,
            Self::Rules { .. } => Context::Rules,
            Self::Places { .. } => Context::Places,
            Self::Page { .. } => Context::Page,
            Self::Captures { .. } => Context::Captures,
            Self::Marks { .. } => Context::Marks,
            Self::Findings { .. } => Context::Findings,
            Self::Draft(_) => Context::Draft,
        }
    }
}

/// Where a call of an earlier snapshot stands: by its id, and its creator where calls share an id.
pub(super) fn place_of(calls: &[Arc<Judged>], call: &Call) -> Option<usize> {
    let same_id = |known: &Arc<Judged>| known.call.id == call.id;
    let same = calls.iter().position(|known| same_id(known) && known.call.creator == call.creator);
    same.or_else(|| calls.iter().position(same_id))
}
