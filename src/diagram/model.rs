//! The model of a sequence diagram: lifelines, and steps from top to bottom.

use std::sync::Arc;

use crate::call::{LegState, Party, Row};
use crate::input::EventKind;
use crate::origin::RecordNumber;
use crate::spec::Judged;

/// A sequence diagram of one or more calls: the caller's lifelines, the server, everyone else's.
#[derive(Clone, Debug, Default)]
pub struct Diagram {
    /// The calls. The first one decides whose side is on the left.
    pub calls: Vec<Arc<Judged>>,
    /// The lifelines from left to right.
    pub lifelines: Vec<Lifeline>,
    /// The steps from top to bottom.
    pub steps: Vec<Step>,
}

/// The line of one party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifeline {
    /// Whose it is.
    pub party: Party,
    /// The vantage that recorded it: the index of the first call with one, and of the vantage in that call. `None` if
    /// the party's socket was not recorded.
    pub vantage: Option<(usize, usize)>,
    /// What became of the call there, if it was offered there and that is decided: [`LegState::Accepted`] also after the end.
    pub fate: Option<LegState>,
}

impl Lifeline {
    /// Returns whether the party's socket was recorded.
    #[must_use]
    pub const fn is_recorded(&self) -> bool {
        self.vantage.is_some()
    }
}

/// One step of a diagram. Labels contain text from the captures and are untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A stanza.
    Arrow(Arrow),
    /// A part of a recording that is missing.
    Gap(Gap),
    /// A step of the spec's flow that was not observed.
    Expected(Expected),
    /// What a program reported.
    Event(Event),
}

/// A stanza of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// Index of its call in [`Diagram::calls`].
    pub call: usize,
    /// Index of its row in the call.
    pub row: usize,
    /// Index of the lifeline that it leaves.
    pub from: usize,
    /// Index of the lifeline that it reaches.
    pub to: usize,
    /// The action and its significant attributes.
    pub label: String,
}

/// A part of a recording that is missing, before the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Index of its call in [`Diagram::calls`].
    pub call: usize,
    /// Index of the lifeline whose recording has the gap, if the call was recorded at several.
    pub lifeline: Option<usize>,
    /// How long nothing was recorded, in nanoseconds.
    pub length: i64,
}

/// What a program reported of a call, which is not a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Index of its call in [`Diagram::calls`].
    pub call: usize,
    /// The record that it was read from.
    pub record: RecordNumber,
    /// Nanoseconds since the call's first stanza or event, where one capture has both.
    pub since_start: Option<i64>,
    /// The program.
    pub program: &'static str,
    /// What it reported.
    pub kind: EventKind,
    /// The program, and what it reported in its own word.
    pub label: String,
}

/// A step of the spec's flow that the captures would have shown and that is not in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Index of its call in [`Diagram::calls`].
    pub call: usize,
    /// Index of the lifeline that it would have left.
    pub from: usize,
    /// Index of the lifeline that it would have reached.
    pub to: usize,
    /// What it would have been, and which page of the spec expects it.
    pub label: String,
}

impl Diagram {
    /// Returns the call of an arrow, and the stanza's row in it.
    #[must_use]
    pub fn at(&self, arrow: &Arrow) -> Option<(&Judged, &Row)> {
        let judged = self.calls.get(arrow.call)?;
        Some((judged, judged.call.rows.get(arrow.row)?))
    }

    /// Returns the arrow that is the step at `index`.
    #[must_use]
    pub fn arrow(&self, index: usize) -> Option<&Arrow> {
        match self.steps.get(index)? {
            Step::Arrow(arrow) => Some(arrow),
            Step::Gap(_) | Step::Expected(_) | Step::Event(_) => None,
        }
    }

    /// Returns the arrows from top to bottom, each with the index of its step.
    pub fn arrows(&self) -> impl DoubleEndedIterator<Item = (usize, &Arrow)> {
        self.steps.iter().enumerate().filter_map(|(index, step)| match step {
            Step::Arrow(arrow) => Some((index, arrow)),
            Step::Gap(_) | Step::Expected(_) | Step::Event(_) => None,
        })
    }

    /// Returns the indexes of the steps to show: the arrows that `shows` accepts, and everything else.
    pub fn select(&self, mut shows: impl FnMut(&Arrow) -> bool) -> Vec<usize> {
        let is_shown = |(_, step): &(usize, &Step)| !matches!(step, Step::Arrow(arrow) if !shows(arrow));
        self.steps.iter().enumerate().filter(is_shown).map(|(index, _)| index).collect()
    }
}
