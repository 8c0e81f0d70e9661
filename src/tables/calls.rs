//! The `calls` table: one row per call.

use std::sync::Arc;

use super::column::{Cell, Column, Kind, column};
use crate::analysis::Analysis;
use crate::call::{Call, Clock, Media, Party};
use crate::media::CallMedia;
use crate::origin::{Direction, Lapse};
use crate::spec::Judged;
use crate::spec::Strength;

/// A call in its analysis.
pub(super) struct CallRow<'t> {
    analysis: &'t Analysis,
    judged: Arc<Judged>,
}

impl<'t> CallRow<'t> {
    /// The call.
    pub(super) const fn judged(&self) -> &Arc<Judged> {
        &self.judged
    }

    /// What packets say about its media.
    fn media(&self) -> Option<&CallMedia> {
        self.judged.media()
    }

    /// The user's note on it.
    pub(super) fn note(&self) -> Cell<'t> {
        Cell::text(self.analysis.notes.of_call(&self.judged.call))
    }
}

/// The rows, calls by their first stanza, judged by so many threads: as far as the columns say it, or wholly for a filter,
/// which may ask about stanzas.
pub(super) fn rows(analysis: &Analysis, jobs: usize, are_filtered: bool) -> impl Iterator<Item = CallRow<'_>> {
    let (whole, short) = if are_filtered { (&*analysis.calls, &[][..]) } else { (&[][..], &*analysis.calls) };
    let judged = Judged::in_passing(whole, jobs).chain(Judged::gists_in_passing(short, jobs));
    judged.map(move |judged| CallRow { analysis, judged })
}

/// The row of a call.
pub(super) fn row<'t>(analysis: &'t Analysis, judged: &Arc<Judged>) -> CallRow<'t> {
    CallRow { analysis, judged: Arc::clone(judged) }
}

/// The legs of a call: device, state, and since when.
fn legs(call: &Call) -> impl Iterator<Item = String> {
    call.legs.iter().filter_map(|leg| {
        let last = leg.steps.last()?;
        let party = match &leg.party {
            Party::Device(jid) => jid.to_string(),
            Party::Local => "unknown".to_owned(),
            Party::Server => "server".to_owned(),
        };
        let since = call.progress.offered.and_then(|offered| call.lapse(offered, last.row)).and_then(Lapse::stated);
        let since = since.map_or_else(String::new, |since| format!(" {}", since / 1_000_000));
        Some(format!("{party} {}{since}", last.state.name()))
    })
}

/// The columns, in order.
pub(super) fn columns<'t>() -> Vec<Column<CallRow<'t>>> {
    vec![
        column!("call_id", always Text, "The call-id.", |row| Cell::Text((&*row.judged.call.id).into())),
        column!("call_creator", Text, "The call's creator according to its stanzas.", |row| {
            Cell::shown(row.judged.call.creator.as_ref())
        }),
        column!("caller", Text, "The account or device that placed the call.", |row| Cell::shown(
            row.judged.call.caller.as_ref()
        )),
        column!("callee", Text, "The account, device or group that was called.", |row| Cell::shown(
            row.judged.call.callee.as_ref()
        )),
        column!("captures", always Text, "The captures that contain its stanzas, joined by `;`.", |row| {
            let captures = row.judged.call.captures();
            Cell::joined(
                captures.into_iter().filter_map(|id| row.analysis.capture(id)).map(|capture| capture.name.clone()),
            )
        }),
        column!("vantages", always Text, "The devices whose sockets were recorded, joined by `;`.", |row| {
            let devices = row.judged.call.vantages.iter().map(|vantage| vantage.device.jid());
            Cell::joined(devices.map(|jid| jid.map_or_else(|| "unknown".to_owned(), ToString::to_string)))
        }),
        column!("media", Text, "`audio` or `video`; empty if no offer was observed.", |row| {
            Cell::text(row.judged.call.media.map(Media::name))
        }),
        column!("group", always Boolean, "Whether it is a group call.", |row| Cell::Boolean(row.judged.call.group)),
        column!(
            "source",
            always Text,
            "`stanza`, or `event` if the call is known only from what a program reported: then there is no stanza, and \
             outcome and times are as the program gives them.",
            |row| { Cell::Text(if row.judged.call.is_known_from_events() { "event" } else { "stanza" }.into()) }
        ),
        column!("start_utc", Time, "When its first stanza was captured, or its first event.", |row| Cell::time(
            row.analysis.start_utc(&row.judged.call)
        )),
        column!(
            "ring_ms",
            Number,
            "Milliseconds from the offer to the accept or the end; empty for a stale offer.",
            |row| { Cell::lapse(row.judged.call.progress.ring) }
        ),
        column!("talk_ms", Number, "Milliseconds from the accept to the end.", |row| {
            Cell::lapse(row.judged.call.progress.talk)
        }),
        column!(
            "outcome",
            always Text,
            "`answered`, `declined`, `missed`, `cancelled`, `busy`, `elsewhere`, `failed`, `cut-off` if the capture ends before the call, or `unknown` if it does not tell.",
            |row| { Cell::Text(row.judged.call.progress.outcome.name().into()) }
        ),
        column!(
            "ended_by",
            Text,
            "`caller`, `callee`, `server` or `unknown`; empty if the end was not observed.",
            |row| { Cell::text(row.judged.call.progress.ended_by.map(crate::call::Side::name)) }
        ),
        column!("end_reason", Text, "`reason` of the stanza that ended it.", |row| {
            Cell::text(row.judged.call.progress.end_reason.as_deref())
        }),
        column!(
            "end_strength",
            Text,
            "How certain `ended_by` is: `direct` if the stanza left a recorded socket, or if all sockets of its alleged sender were recorded without a gap and did not send it; otherwise `indirect`.",
            |row| { Cell::text(row.judged.call.progress.end_provenance.and_then(Strength::of).map(Strength::name)) }
        ),
        column!(
            "legs",
            Text,
            "The devices that it was offered to, joined by `;`: each with where its leg came to (`offered`, `ringing`, `accepted`, `rejected`, `busy`, `refused`, `stopped` or `ended`) and the milliseconds since the offer at which it did, as in `200:8@lid accepted 5200`; without the time where no clock tells it.",
            |row| { Cell::joined(legs(&row.judged.call)) }
        ),
        column!("stanzas", always Integer, "The number of its rows in table `stanzas`.", |row| Cell::integer(
            row.judged.call.rows.len()
        )),
        column!("violations", Integer, "The number of rule violations.", |row| {
            Cell::integer(row.judged.gist().violations)
        }),
        column!("questions", Text, "The open questions that it is evidence for, joined by `;`.", |row| {
            Cell::joined(row.judged.gist().questions.iter().map(|id| (*id).to_owned()))
        }),
        column!("retransmissions", always Integer, "The number of stanzas that were resent under the same id.", |row| {
            Cell::integer(row.judged.call.retransmissions())
        }),
        column!(
            "gaps",
            Integer,
            "The number of gaps in the recordings of all vantages between its first and last stanza; empty if unknown.",
            |row| { row.judged.call.progress.gaps.map_or(Cell::Null, Cell::integer) }
        ),
        column!(
            "clock_offset_ms",
            Number,
            "Clock offset to add to this vantage's times to align them with the first vantage; for several vantages, the least certain one. Empty for one vantage, or if nothing bounds the offset.",
            |row| { Cell::milliseconds(widest_clock(&row.judged.call).map(Clock::middle)) }
        ),
        column!("clock_bound_ms", Number, "The uncertainty of `clock_offset_ms` in either direction.", |row| {
            Cell::milliseconds(widest_clock(&row.judged.call).map(|clock| (clock.most - clock.least) / 2))
        }),
        column!(
            "media_cause",
            Text,
            "Why it has no sound, as far as captured packets show it: an id such as `relay-no-answer` or `one-way-out`; empty if nothing is wrong or nothing can be said.",
            |row| { Cell::text(row.media().and_then(CallMedia::cause).map(|(_, cause)| cause.id.id())) }
        ),
        column!("media_out_ms", Number, "Milliseconds from the accept to the first media packet sent.", |row| {
            Cell::milliseconds(row.media().and_then(|media| media.since_accept(Direction::Outbound)))
        }),
        column!("media_in_ms", Number, "Milliseconds from the accept to the first media packet received.", |row| {
            Cell::milliseconds(row.media().and_then(|media| media.since_accept(Direction::Inbound)))
        }),
        column!("note", Text, "Your note on it.", |row| row.note()),
    ]
}

/// The least certain clock of the vantages after the first; `None` if there are none, or if one is unknown.
fn widest_clock(call: &Call) -> Option<Clock> {
    let clocks: Option<Vec<Clock>> = call.vantages.iter().skip(1).map(|vantage| vantage.clock).collect();
    clocks?.into_iter().max_by_key(|clock| clock.most.saturating_sub(clock.least))
}
