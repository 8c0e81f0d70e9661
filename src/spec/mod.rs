//! What a call says about the spec: evidence for the hypotheses of its open questions.

pub mod questions;

use crate::call::Call;

/// How much a piece of evidence proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// A thing could have appeared in a covered window, and did not.
    Absence,
    /// An inbound claim, timing, or an announced setting.
    Indirect,
    /// Seen leaving the emitter's own socket, or the token itself.
    Direct,
}

impl Strength {
    /// The strength's name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absence => "absence",
            Self::Indirect => "indirect",
            Self::Direct => "direct",
        }
    }
}

/// A row of a call that bears on an open question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The question's id.
    pub question: &'static str,
    /// The hypothesis that it is about.
    pub hypothesis: &'static str,
    /// Whether it speaks for the hypothesis, or against it.
    pub supports: bool,
    /// How much it proves.
    pub strength: Strength,
    /// Index of the row in [`Call::rows`].
    pub row: usize,
    /// One sentence why.
    pub why: String,
}

/// An open question of the spec, and the code that looks for what bears on it.
#[derive(Debug)]
pub struct Question {
    /// Its id in this program.
    pub id: &'static str,
    /// The spec page that asks it, and its place there.
    pub page: &'static str,
    /// The question, in this program's own words.
    pub title: &'static str,
    /// The answers that it can have.
    pub hypotheses: &'static [&'static str],
    /// Finds the evidence in one call.
    pub observe: fn(&Call) -> Vec<Evidence>,
}

/// The evidence that a call holds for every question, by row.
#[must_use]
pub fn observe(call: &Call) -> Vec<Evidence> {
    let mut evidence: Vec<_> = questions::QUESTIONS.iter().flat_map(|question| (question.observe)(call)).collect();
    evidence.sort_by_key(|piece| piece.row);
    evidence
}
