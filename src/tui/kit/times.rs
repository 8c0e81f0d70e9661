//! Which times are shown, and how long stanzas took.

use crate::call::Call;
use crate::origin::Timestamp;
use crate::words::{compact, compact_lapse};

/// What the first column of times shows. The second shows the time since the previous row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) enum Times {
    /// Since the start of the call.
    #[default]
    Start,
    /// The time of day, in UTC.
    Clock,
    /// Since a row that the user chose.
    Reference(Timestamp),
}

impl Times {
    /// The next kind of times; `reference` is the moment that the user chose last.
    pub(in crate::tui) fn next(self, reference: Option<Timestamp>) -> Self {
        match (self, reference) {
            (Self::Start, _) => Self::Clock,
            (Self::Clock, Some(reference)) => Self::Reference(reference),
            (Self::Clock, None) | (Self::Reference(_), _) => Self::Start,
        }
    }

    /// The heading of the column.
    pub(in crate::tui) const fn heading(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Clock => "UTC",
            Self::Reference(_) => "reference",
        }
    }

    /// A description for people.
    pub(in crate::tui) const fn description(self) -> &'static str {
        match self {
            Self::Start => "since the start of the call",
            Self::Clock => "time of day, in UTC",
            Self::Reference(_) => "since the row chosen with ‹reference›",
        }
    }

    /// The moment that times are measured from, if the user chose one.
    pub(in crate::tui) const fn reference(self) -> Option<Timestamp> {
        match self {
            Self::Reference(reference) => Some(reference),
            Self::Start | Self::Clock => None,
        }
    }
}

/// How long a stanza was in transit until another recorded device saw it, and the uncertainty: `1.2ms±0.4ms`.
pub(in crate::tui) fn transit(call: &Call, original: usize, copy: usize) -> Option<String> {
    let (took, bound) = (call.elapsed(original, copy)?.max(0), call.uncertainty(original, copy)?);
    let bound = if bound == 0 { String::new() } else { format!("±{}", compact(bound)) };
    Some(format!("{}{bound}", compact(took)))
}

/// How long an answer took, on aligned clocks.
pub(in crate::tui) fn latency(call: &Call, answer: usize) -> Option<String> {
    Some(compact_lapse(call.lapse(call.rows.get(answer)?.answers.get()?, answer)?))
}
