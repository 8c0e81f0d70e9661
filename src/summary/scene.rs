//! What of which calls is drawn, and how parties are called, whoever draws it.

use std::sync::Arc;

use super::seconds;
use crate::call::{Call, People, Row};
use crate::ladder::{self, Gap, Ladder, Lifeline, Line, Part, Party, Rung};
use crate::protocol::binary::Jid;
use crate::spec::Judged;
use crate::visible::visible;

/// Rows after a stanza among which its answer is looked for: it comes soon, or hardly ever.
const ANSWERS_WITHIN: usize = 64;

/// What of which calls is drawn, and how parties are called.
pub struct Scene<'s> {
    /// The calls, mostly one.
    pub calls: Vec<&'s Judged>,
    /// Their ladder.
    pub ladder: Arc<Ladder>,
    /// What is drawn of it, from top to bottom.
    pub lines: Arc<[Line]>,
    /// Whether answers are left out, and told on what they answer.
    pub is_folded: bool,
    /// How a party is called. What it gives is untrusted text.
    pub name: &'s dyn Fn(&Jid, &People) -> String,
}

/// By its address.
pub(super) fn by_address(jid: &Jid, _people: &People) -> String {
    jid.to_string()
}

impl<'s> Scene<'s> {
    /// All of one call, parties called by their addresses; with the steps that were to be seen and were not, where
    /// `with_expected`.
    #[must_use]
    pub fn of(judged: &'s Judged, with_expected: bool) -> Self {
        let ladder = Ladder::of_all(&[part(judged, with_expected)]);
        let lines = ladder.lines(|_| true).into();
        Self { calls: vec![judged], ladder: Arc::new(ladder), lines, is_folded: false, name: &by_address }
    }

    /// The call of a rung, and its row there.
    pub(super) fn at(&self, rung: &Rung) -> Option<(&'s Judged, &'s Row)> {
        let judged = *self.calls.get(rung.call)?;
        Some((judged, judged.call.rows.get(rung.row)?))
    }

    /// Nanoseconds from one rung to another, on aligned clocks.
    pub(super) fn elapsed(&self, from: &Rung, to: &Rung) -> Option<i64> {
        ladder::elapsed(self.place(from)?, self.place(to)?)
    }

    /// Whether two rungs are known to be in the order in which they stand.
    pub(super) fn is_order_known(&self, one: &Rung, other: &Rung) -> bool {
        match (self.place(one), self.place(other)) {
            (Some(one), Some(other)) => ladder::is_order_known(one, other),
            _ => true,
        }
    }

    fn place(&self, rung: &Rung) -> Option<(&'s Call, usize)> {
        Some((self.calls.get(rung.call)?.call.as_ref(), rung.row))
    }

    /// What a lifeline is called.
    pub(super) fn name_of(&self, lifeline: &Lifeline) -> String {
        match (&lifeline.party, self.calls.first()) {
            (Party::Local, _) => "this client".to_owned(),
            (Party::Server, _) => "server".to_owned(),
            (Party::Device(jid), Some(judged)) => visible(&(self.name)(jid, &judged.call.people)).into_owned(),
            (Party::Device(jid), None) => visible(&jid.to_string()).into_owned(),
        }
    }

    /// What a rung says: of several calls the number of its own, what it is, and which answer is folded into it.
    pub(super) fn label(&self, rung: &Rung) -> String {
        let number = if self.calls.len() > 1 { format!("{}·", rung.call + 1) } else { String::new() };
        let folded = self.calls.get(rung.call).filter(|_| self.is_folded);
        let folded = folded.and_then(|judged| first_answer(&judged.call, rung.row));
        let folded = folded.map_or_else(String::new, |took| format!(", answered after {}", took_words(took)));
        format!("{number}{}{folded}", visible(&rung.label))
    }

    /// What is missing in a gap, and of whose recording where there are several.
    pub(super) fn gap_says(&self, gap: &Gap) -> String {
        let whose = gap.lifeline.and_then(|index| self.ladder.lifelines.get(index));
        let whose = whose.map_or_else(String::new, |lifeline| format!(" at {}", self.name_of(lifeline)));
        format!("{} not recorded{whose}", seconds(gap.length))
    }

    /// How long a stanza was on its way to where it was seen again: `1.2 ms ± 0.3 ms on its way`.
    pub(super) fn way(&self, rung: &Rung) -> Option<String> {
        let (judged, row) = self.at(rung)?;
        way(&judged.call, row.copy_of?, rung.row)
    }
}

/// A call, and what was to be seen of it and was not where that is wanted.
#[must_use]
pub fn part(judged: &Judged, with_expected: bool) -> Part<'_> {
    let flow = judged.flow.as_ref().filter(|_| with_expected);
    Part { call: &judged.call, missing: flow.map(|flow| flow.missing(&judged.call)).unwrap_or_default() }
}

/// How long the first answer to a row took, in nanoseconds.
#[must_use]
pub fn first_answer(call: &Call, row: usize) -> Option<i64> {
    let later = row + 1..(row + 1 + ANSWERS_WITHIN).min(call.rows.len());
    let answers = |index: &usize| call.rows.get(*index).is_some_and(|other| other.answers == Some(row));
    call.elapsed(row, later.clone().find(answers)?)
}

/// How long a stanza was on its way from one row to its copy, and how far that may be off.
fn way(call: &Call, original: usize, copy: usize) -> Option<String> {
    let (took, bound) = (call.elapsed(original, copy)?, call.uncertainty(original, copy)?);
    let bound = if bound == 0 { String::new() } else { format!(" ± {}", milliseconds(bound)) };
    Some(format!("{}{bound} on its way", milliseconds(took.max(0))))
}

#[expect(clippy::cast_precision_loss, reason = "durations within a capture are far below 2^53 ns")]
fn milliseconds(nanoseconds: i64) -> String {
    match nanoseconds {
        ..10_000_000 => format!("{:.1} ms", nanoseconds as f64 / 1e6),
        _ => took_words(nanoseconds),
    }
}

/// A short time: in milliseconds.
pub(super) fn took_words(nanoseconds: i64) -> String {
    if (0..1_000_000).contains(&nanoseconds) {
        "less than 1 ms".to_owned()
    } else if nanoseconds.abs() < 10_000_000_000 {
        format!("{} ms", (nanoseconds + 500_000).div_euclid(1_000_000))
    } else {
        seconds(nanoseconds)
    }
}
