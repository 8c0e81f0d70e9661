//! The `calls` table: a row per call.

use std::collections::BTreeSet;

use super::column::{Cell, Column, Kind, column};
use crate::analysis::Analysis;
use crate::call::{Call, Clock, Media, Provenance};
use crate::spec::Judged;
use crate::spec::Strength;

/// A call, and the analysis that it is part of.
#[derive(Clone, Copy)]
pub(super) struct CallRow<'t> {
    analysis: &'t Analysis,
    judged: &'t Judged,
}

impl<'t> CallRow<'t> {
    /// The call.
    pub(super) fn judged(&self) -> &'t Judged {
        self.judged
    }

    /// The user's note on it.
    pub(super) fn note(&self) -> Cell<'t> {
        Cell::text(self.analysis.notes.of_call(&self.judged.call))
    }
}

/// The rows, calls by their first stanza.
pub(super) fn rows(analysis: &Analysis) -> impl Iterator<Item = CallRow<'_>> {
    analysis.calls.iter().map(move |judged| row(analysis, judged))
}

/// The row of a call.
pub(super) const fn row<'t>(analysis: &'t Analysis, judged: &'t Judged) -> CallRow<'t> {
    CallRow { analysis, judged }
}

/// The columns, in order.
pub(super) fn columns<'t>() -> Vec<Column<CallRow<'t>>> {
    vec![
        column!("call_id", always Text, "The call-id.", |row| Cell::Text((&*row.judged.call.id).into())),
        column!("call_creator", Text, "Who created the call, as its stanzas say.", |row| {
            Cell::shown(row.judged.call.creator.as_ref())
        }),
        column!("caller", Text, "Who placed it.", |row| Cell::shown(row.judged.call.caller.as_ref())),
        column!("callee", Text, "To whom: an account, a device, or a group.", |row| Cell::shown(
            row.judged.call.callee.as_ref()
        )),
        column!("captures", always Text, "The captures with stanzas of it, joined by `;`.", |row| {
            let captures = row.judged.call.captures();
            Cell::joined(
                captures.into_iter().filter_map(|id| row.analysis.capture(id)).map(|capture| capture.name.clone()),
            )
        }),
        column!("vantages", always Text, "The devices whose sockets were recorded, joined by `;`.", |row| {
            let devices = row.judged.call.vantages.iter().map(|vantage| vantage.device.jid());
            Cell::joined(devices.map(|jid| jid.map_or_else(|| "unknown".to_owned(), ToString::to_string)))
        }),
        column!("media", Text, "`audio` or `video`; empty if no offer was seen.", |row| {
            Cell::text(row.judged.call.media.map(Media::name))
        }),
        column!("group", always Boolean, "Whether it is a group's call.", |row| Cell::Boolean(row.judged.call.group)),
        column!("start_utc", Time, "When its first stanza was captured.", |row| Cell::time(
            row.analysis.start_utc(&row.judged.call)
        )),
        column!(
            "ring_ms",
            Number,
            "Milliseconds from the offer to the accept or the end; empty for a stale offer.",
            |row| { Cell::milliseconds(row.judged.call.progress.ring) }
        ),
        column!("talk_ms", Number, "Milliseconds from the accept to the end.", |row| {
            Cell::milliseconds(row.judged.call.progress.talk)
        }),
        column!(
            "outcome",
            always Text,
            "`answered`, `declined`, `missed`, `cancelled`, `busy`, `elsewhere`, `failed`, or `cut-off` where the recording ends first.",
            |row| { Cell::Text(row.judged.call.progress.outcome.name().into()) }
        ),
        column!(
            "ended_by",
            Text,
            "`caller`, `callee`, `server`, `unknown`; empty where the end was not seen.",
            |row| { Cell::text(row.judged.call.progress.ended_by.map(crate::call::Side::name)) }
        ),
        column!("end_reason", Text, "`reason` of the stanza that ended it.", |row| {
            Cell::text(row.judged.call.progress.end_reason.as_deref())
        }),
        column!(
            "end_strength",
            Text,
            "How sure `ended_by` is: `direct` where the stanza left a recorded socket, or where its alleged sender's were recorded without a gap and did not send it; else `indirect`.",
            |row| {
                Cell::text(row.judged.call.progress.end_provenance.and_then(|provenance| match provenance {
                    Provenance::None => None,
                    Provenance::Claim | Provenance::SilenceOfSome => Some(Strength::Indirect.name()),
                    Provenance::Silence | Provenance::Copy | Provenance::Outbound => Some(Strength::Direct.name()),
                }))
            }
        ),
        column!("stanzas", always Integer, "Its rows in the table `stanzas`.", |row| Cell::integer(
            row.judged.call.rows.len()
        )),
        column!("violations", Integer, "Places at which it breaks rules of the spec.", |row| {
            Cell::integer(row.judged.counts.iter().map(|count| count.violated).sum::<u64>())
        }),
        column!("questions", Text, "The open questions that it is evidence for, joined by `;`.", |row| {
            let questions = row.judged.evidence.iter().map(|piece| piece.question.id.to_owned());
            Cell::joined(questions.collect::<BTreeSet<_>>())
        }),
        column!("retransmissions", always Integer, "Stanzas that were sent again under the same id.", |row| {
            Cell::integer(row.judged.call.retransmissions())
        }),
        column!(
            "gaps",
            Integer,
            "Interruptions of the recording between its first and last stanza, over all vantages; empty where that is unknown.",
            |row| { row.judged.call.progress.gaps.map_or(Cell::Null, Cell::integer) }
        ),
        column!(
            "clock_offset_ms",
            Number,
            "What is to be added to the times of a vantage for those of the first: of several vantages, of the one whose clock is known least. Empty for one vantage, and where nothing bounds the difference.",
            |row| { Cell::milliseconds(widest_clock(&row.judged.call).map(Clock::middle)) }
        ),
        column!("clock_bound_ms", Number, "By how much `clock_offset_ms` may be off, either way.", |row| {
            Cell::milliseconds(widest_clock(&row.judged.call).map(|clock| (clock.most - clock.least) / 2))
        }),
        column!("note", Text, "Your note on it.", |row| row.note()),
    ]
}

/// The clock that is known least, of the vantages after the first; `None` if there are none or one is not known at all.
fn widest_clock(call: &Call) -> Option<Clock> {
    let clocks: Option<Vec<Clock>> = call.vantages.iter().skip(1).map(|vantage| vantage.clock).collect();
    clocks?.into_iter().max_by_key(|clock| clock.most.saturating_sub(clock.least))
}
