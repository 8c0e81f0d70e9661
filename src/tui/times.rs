//! Which times are shown.

use crate::origin::Timestamp;

/// What the first column of times says. The second says how long after the row before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Times {
    /// Since the call began.
    #[default]
    Start,
    /// The time of day, in UTC.
    Clock,
    /// Since a row that the user chose.
    Reference(Timestamp),
}

impl Times {
    /// The next kind; `reference` is the moment that the user chose last.
    pub(super) fn next(self, reference: Option<Timestamp>) -> Self {
        match (self, reference) {
            (Self::Start, _) => Self::Clock,
            (Self::Clock, Some(reference)) => Self::Reference(reference),
            (Self::Clock, None) | (Self::Reference(_), _) => Self::Start,
        }
    }

    /// What stands over the column.
    pub(super) const fn heading(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Clock => "UTC",
            Self::Reference(_) => "reference",
        }
    }

    /// What it is, for people.
    pub(super) const fn says(self) -> &'static str {
        match self {
            Self::Start => "since the call began",
            Self::Clock => "of day, in UTC",
            Self::Reference(_) => "since the row that you chose with r",
        }
    }

    /// The moment that the user chose, where times are measured from it.
    pub(super) const fn reference(self) -> Option<Timestamp> {
        match self {
            Self::Reference(reference) => Some(reference),
            Self::Start | Self::Clock => None,
        }
    }
}
