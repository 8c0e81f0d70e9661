//! How grave a departure is.

use crate::spec::{Conformance, Grade, Place};

/// How grave a departure is, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A client breaks a MUST of the spec.
    Violation,
    /// A client departs from a SHOULD, or does what public reports name as a bug.
    Warning,
    /// The spec contradicts itself or the traffic.
    Discrepancy,
    /// Something that the spec does not know.
    Novelty,
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 4] = [Self::Violation, Self::Warning, Self::Discrepancy, Self::Novelty];

    /// The level's name on the command line and in baselines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Warning => "warning",
            Self::Discrepancy => "discrepancy",
            Self::Novelty => "novelty",
        }
    }

    /// Returns the level of what a rule found at a place; `None` where it found no departure.
    #[must_use]
    pub const fn of(place: &Place) -> Option<Self> {
        match (place.found, place.rule.grade) {
            (Conformance::Violated, Grade::Violation) => Some(Self::Violation),
            (Conformance::Violated, Grade::Warning) => Some(Self::Warning),
            (Conformance::Violated, Grade::Note) | (Conformance::Novelty, _) => Some(Self::Novelty),
            (Conformance::Holds | Conformance::Undecided, _) => None,
        }
    }
}
