//! An open question of the spec, and what in a call bears on it.

use std::sync::Arc;

use foldhash::HashMap;

use super::context::Context;
use super::observe::Survey;
use super::page_text;
use super::situation::Situation;
use super::strength::Strength;
use super::text::Text;
use crate::call::Call;

/// An open question of the spec, or a place where its pages contradict each other or the wire.
#[derive(Clone, Copy, Debug)]
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
    /// What a call must have to bear on it.
    pub about: Situation,
    /// The answers that it can have; empty for a list, whose values are its hypotheses.
    pub hypotheses: &'static [&'static str],
    /// The texts of its page, one section of which is its own.
    pub(super) texts: &'static str,
    /// Finds the evidence in one call.
    pub(super) observe: Observe,
}

/// Finds what in one call bears on a question.
pub(super) type Observer = fn(&'static Question, &Call, &Context) -> Vec<Evidence>;

/// Something other than a function that finds what bears on a question.
pub(super) trait Detector: std::fmt::Debug + Sync {
    /// The evidence on a question in one call.
    fn evidence(&self, question: &'static Question, survey: &Survey<'_>, context: &Context) -> Vec<Evidence>;

    /// The row of the first piece of it, without the others.
    fn first_row(&self, question: &'static Question, survey: &Survey<'_>, context: &Context) -> Option<usize>;
}

/// How the evidence on a question is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Observe {
    /// By a function.
    Code(Observer),
    /// By what a declaration looks at.
    Declared(&'static dyn Detector),
}

impl Question {
    /// The same, about calls with another situation.
    #[must_use]
    pub(super) const fn about(self, about: Situation) -> Self {
        Self { about, ..self }
    }

    /// Returns whether what it looks at is data.
    #[must_use]
    pub const fn is_declared(&self) -> bool {
        matches!(self.observe, Observe::Declared(_))
    }

    /// Where the spec asks it first: the page, and which of its questions.
    #[must_use]
    pub fn place(&self) -> String {
        self.number.map_or_else(|| self.page.to_owned(), |number| format!("{} #{number}", self.page))
    }

    /// The pages that ask it, the first one first.
    pub fn pages(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.page).chain(self.also.iter().map(|(page, _)| *page))
    }

    /// What decides it and what is recorded, in Markdown, under its title.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n\n{}", self.title, page_text::section(self.texts, self.id))
    }

    /// The evidence on it in one call. A stanza that was refused had no effect, and is none.
    #[must_use]
    pub fn evidence(&'static self, call: &Call, context: &Context) -> Vec<Evidence> {
        self.evidence_in(&Survey::of(call), context)
    }

    /// The same in a call of which other questions have asked too.
    pub(super) fn evidence_in(&'static self, survey: &Survey<'_>, context: &Context) -> Vec<Evidence> {
        let call = survey.call;
        let pieces = match self.observe {
            Observe::Code(observe) => observe(self, call, context),
            Observe::Declared(detector) => detector.evidence(self, survey, context),
        };
        Self::admitted(pieces, call)
    }

    /// Returns whether there is any evidence in a call, which is found out sooner than all of it.
    pub(super) fn has_evidence_in(&'static self, survey: &Survey<'_>, context: &Context) -> bool {
        if let Observe::Declared(detector) = self.observe {
            match detector.first_row(self, survey, context) {
                None => return false,
                Some(row) if !is_refused(survey.call, row) => return true,
                // Another one may count.
                Some(_) => {}
            }
        }
        !self.evidence_in(survey, context).is_empty()
    }

    /// Those pieces of evidence in a call that count, as far as its recording proves them. A stanza that was refused had no
    /// effect, and is none.
    pub(super) fn admitted(pieces: impl IntoIterator<Item = Evidence>, call: &Call) -> Vec<Evidence> {
        let pieces = pieces.into_iter().map(|piece| piece.proven_in(call));
        pieces.filter(|piece| !is_refused(call, piece.row)).collect()
    }
}

fn is_refused(call: &Call, row: usize) -> bool {
    call.rows.get(row).is_some_and(|row| row.refused_by.is_some())
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Question {}

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

/// A row of a call that bears on an open question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The question.
    pub question: &'static Question,
    /// The hypothesis that it is about; of a question that asks for a list, a value as the wire has it. Such a value
    /// is untrusted text.
    pub hypothesis: Text,
    /// Whether it speaks for the hypothesis, or against it.
    pub supports: bool,
    /// How much it proves.
    pub strength: Strength,
    /// Whether it says what stanzas of its kind hold anyway: it counts like any other, and its row is not marked for it.
    pub routine: bool,
    /// Index of the row in [`Call::rows`](crate::call::Call::rows).
    pub row: usize,
    /// What the wire has, as sent, where a question asks for values as well as hypotheses. Untrusted text.
    pub values: Values,
    /// One sentence why. Text from the capture in it is untrusted.
    pub why: Text,
}

/// Values that a piece of evidence lists. Most list none, and then they take no more than a pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Values(Option<Arc<Box<[Text]>>>);

impl Values {
    /// Returns them in order.
    pub fn iter(&self) -> impl Iterator<Item = &Text> {
        self.0.iter().flat_map(|values| values.iter())
    }

    fn texts_mut(&mut self) -> impl Iterator<Item = &mut Text> {
        self.0.as_mut().and_then(Arc::get_mut).into_iter().flatten()
    }
}

impl From<Vec<String>> for Values {
    fn from(values: Vec<String>) -> Self {
        let is_any = !values.is_empty();
        Self(is_any.then(|| Arc::new(values.into_iter().map(Text::from).collect())))
    }
}

impl Evidence {
    /// A row that speaks for a hypothesis.
    #[must_use]
    pub fn supporting(
        question: &'static Question,
        hypothesis: impl Into<Text>,
        strength: Strength,
        row: usize,
        why: impl Into<Text>,
    ) -> Self {
        let (hypothesis, why) = (hypothesis.into(), why.into());
        Self { question, hypothesis, supports: true, strength, routine: false, row, values: Values::default(), why }
    }

    /// The same, as far as its recording proves it. One of parts may have left out what would speak against it; what it has,
    /// it has.
    fn proven_in(self, call: &Call) -> Self {
        let is_whole = call.rows.get(self.row).is_none_or(|row| call.is_whole(row));
        let shows_itself = match self.question.shape {
            Shape::Exclusive => false,
            Shape::Existential { occurs } => self.hypothesis == occurs,
            Shape::List => true,
        };
        let is_bounded = !is_whole && !shows_itself;
        Self { strength: if is_bounded { self.strength.min(Strength::Indirect) } else { self.strength }, ..self }
    }

    /// The same, with what the wire has.
    #[must_use]
    pub fn with_values(self, values: Vec<String>) -> Self {
        Self { values: Values::from(values), ..self }
    }

    /// What it says, text by text.
    pub(super) fn texts_mut(&mut self) -> impl Iterator<Item = &mut Text> {
        [&mut self.hypothesis, &mut self.why].into_iter().chain(self.values.texts_mut())
    }

    /// The same, as one of many: it says what stanzas of its kind hold anyway.
    #[must_use]
    pub fn routine(self) -> Self {
        Self { routine: true, ..self }
    }
}

/// What a piece of evidence says: its hypothesis, whether it supports it, its strength and its values.
type Said = (Text, bool, Strength, Values);

/// Pieces of evidence in a call, of which those that say the same (hypothesis, strength and values) are counted, and the first
/// is kept.
#[derive(Default)]
pub(super) struct Distinct {
    known: HashMap<Said, usize>,
    first: Vec<(Evidence, usize)>,
}

impl Distinct {
    /// Adds a piece, whose sentence is needed only if no other said the same. Returns whether it was.
    pub(super) fn add(&mut self, piece: Evidence, why: impl FnOnce() -> Text) -> bool {
        let same = (piece.hypothesis.clone(), piece.supports, piece.strength, piece.values.clone());
        let place = *self.known.entry(same).or_insert(self.first.len());
        if let Some((_, more)) = self.first.get_mut(place) {
            *more += 1;
            return false;
        }
        self.first.push((Evidence { why: why(), ..piece }, 0));
        true
    }

    /// Returns the first of each, with how many more there are.
    pub(super) fn into_pieces(self) -> impl Iterator<Item = Evidence> {
        self.first.into_iter().map(|(piece, more)| match more {
            0 => piece,
            _ => Evidence { why: format!("{} The call has {more} more like this.", piece.why).into(), ..piece },
        })
    }
}

/// Of pieces of evidence that say the same (hypothesis, strength and values), the first, and how many more there are.
#[must_use]
pub(super) fn first_of_each(pieces: impl IntoIterator<Item = Evidence>) -> Vec<Evidence> {
    first_told(pieces.into_iter().map(|piece| {
        let why = piece.why.clone();
        (piece, move || why)
    }))
}

/// The same of pieces that still lack their sentence, which is made for the first of each only.
#[must_use]
pub(super) fn first_told<W: FnOnce() -> Text>(pieces: impl IntoIterator<Item = (Evidence, W)>) -> Vec<Evidence> {
    let mut distinct = Distinct::default();
    for (piece, why) in pieces {
        distinct.add(piece, why);
    }
    distinct.into_pieces().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Strength;

    #[test]
    fn what_is_the_same_is_counted_and_what_is_not_stands_apart() {
        let question = *crate::spec::QUESTIONS.first().unwrap();
        let piece = |hypothesis: &'static str, strength, row| {
            Evidence::supporting(question, hypothesis, strength, row, format!("Row {row}."))
        };
        let told = first_of_each([
            piece("a", Strength::Direct, 1),
            piece("b", Strength::Direct, 2),
            piece("a", Strength::Direct, 3),
            piece("a", Strength::Indirect, 4),
            piece("a", Strength::Direct, 5).with_values(vec!["x".to_owned()]),
            piece("a", Strength::Direct, 6),
        ]);
        let told: Vec<_> = told.iter().map(|piece| piece.why.as_str()).collect();
        assert_eq!(told, ["Row 1. The call has 2 more like this.", "Row 2.", "Row 4.", "Row 5."]);
    }
}
