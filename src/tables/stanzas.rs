//! The `stanzas` table: one row per stanza of a call, and per ack of class `call` whose stanza was not observed.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::column::{Cell, Column, Kind, column};
use crate::analysis::{Analysis, Capture};
use crate::call::{Observed, Row};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{AckError, Body};
use crate::protocol::xml;
use crate::spec::{Conformance, Judged};

/// A stanza, and the call that it belongs to.
pub(super) struct StanzaRow<'t> {
    analysis: &'t Analysis,
    observed: Arc<Observed>,
    /// The call that the rules judged it in, which for unattributed stanzas is a stand-in, and its index there; `None` if it
    /// is not a stanza but a node that only travelled inside a client.
    judged: Option<(Arc<Judged>, usize)>,
    /// Whether it belongs to no call.
    is_stray: bool,
}

/// A row's place in its call.
struct OfCall<'r> {
    judged: &'r Judged,
    index: usize,
    row: &'r Row,
}

/// Returns the rows: calls by their first stanza, each in order, then the nodes inside clients if they are `included`. The
/// calls are judged by so many threads.
pub(super) fn rows(analysis: &Analysis, included: bool, jobs: usize) -> impl Iterator<Item = StanzaRow<'_>> {
    let of_calls = Judged::in_passing(&analysis.calls, jobs)
        .flat_map(move |judged| (0..judged.call.rows.len()).filter_map(move |index| row(analysis, &judged, index)));
    let internal = analysis.internal.iter().filter(move |_| included).map(move |observed| StanzaRow {
        analysis,
        observed: Arc::clone(observed),
        judged: None,
        is_stray: true,
    });
    of_calls.chain(strays(analysis)).chain(internal)
}

/// Returns the row of a call's stanza, if it exists.
pub(super) fn row<'t>(analysis: &'t Analysis, judged: &Arc<Judged>, index: usize) -> Option<StanzaRow<'t>> {
    let observed = Arc::clone(&judged.call.rows.get(index)?.observed);
    Some(StanzaRow { analysis, observed, judged: Some((Arc::clone(judged), index)), is_stray: false })
}

/// The rows of unattributed stanzas.
fn strays(analysis: &Analysis) -> impl Iterator<Item = StanzaRow<'_>> {
    analysis.strays.iter().flat_map(move |judged| {
        judged.call.rows.iter().enumerate().map(move |(index, row)| StanzaRow {
            analysis,
            observed: Arc::clone(&row.observed),
            judged: Some((Arc::clone(judged), index)),
            is_stray: true,
        })
    })
}

impl<'t> StanzaRow<'t> {
    /// Its call, if it has one.
    pub(super) fn call(&self) -> Option<&Arc<Judged>> {
        self.judged.as_ref().filter(|_| !self.is_stray).map(|(judged, _)| judged)
    }

    /// Its place in its call, if it has one.
    fn of_call(&self) -> Option<OfCall<'_>> {
        let (judged, index) = self.judged.as_ref().filter(|_| !self.is_stray)?;
        Some(OfCall { judged, index: *index, row: judged.call.rows.get(*index)? })
    }

    const fn is_internal(&self) -> bool {
        self.judged.is_none()
    }

    /// The whole stanza on one line.
    pub(super) fn xml(&self) -> String {
        xml::write_line(&self.observed.read().node)
    }

    /// The call-id that a node has itself, which may be an action without a `<call>` around it.
    fn own_call_id(&self) -> Option<Cow<'_, str>> {
        let stanza = self.observed.read();
        stanza.call_id().map(Cow::Borrowed).or_else(|| stanza.node.text("call-id"))
    }

    fn attribute(&self, name: &str) -> Cell<'_> {
        Cell::text(self.observed.read().node.text(name))
    }

    /// An attribute of the child of a `<call>`.
    fn of_action(&self, value: impl Fn(&crate::protocol::stanza::Action) -> Option<&str>) -> Cell<'_> {
        Cell::text(self.observed.read().action().and_then(value).map(str::to_owned))
    }

    fn error(&self) -> Option<&AckError> {
        match &self.observed.read().body {
            Body::Ack(ack) => ack.error.as_ref(),
            Body::Call(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => None,
        }
    }

    /// Nanoseconds since the row of the call that `earlier` gives for this row's index.
    fn since(&self, earlier: impl Fn(usize) -> Option<usize>) -> Option<i64> {
        let of = self.of_call()?;
        of.judged.call.elapsed(earlier(of.index)?, of.index)
    }

    /// All observations of the stanza, the most informative first.
    fn observations(&self) -> impl Iterator<Item = &Arc<Observed>> {
        std::iter::once(&self.observed).chain(self.of_call().into_iter().flat_map(|of| &of.row.also))
    }

    fn captures(&self) -> impl Iterator<Item = String> {
        let captures = self.observations().filter_map(|observed| self.analysis.capture(observed.capture()));
        captures.map(|capture| capture.name.clone())
    }

    /// The technique of each observation, without repeats.
    fn techniques(&self) -> BTreeSet<String> {
        let of_capture = |observed: &Observed| self.analysis.capture(observed.capture()).map(Capture::technique);
        let recording = |observed: &Observed| self.of_call()?.judged.call.recordings.get(&observed.socket());
        let technique = |observed: &Arc<Observed>| match recording(observed) {
            Some(recording) => Some(recording.technique),
            None => of_capture(observed),
        };
        self.observations().filter_map(technique).map(str::to_owned).collect()
    }

    /// The address of the local device, if the stanza has this direction.
    fn local_if(&self, direction: Direction) -> Option<&Jid> {
        let of_call = self.of_call().filter(|_| self.observed.direction() == Some(direction))?;
        of_call.judged.call.vantage_of(of_call.row)?.device.jid()
    }
}

/// The columns, in order.
pub(super) fn columns<'t>() -> Vec<Column<StanzaRow<'t>>> {
    vec![
        column!(
            "capture",
            always Text,
            "The capture, as given; with `seq`, the row's key. Further captures of the same stanza follow, joined by `;`.",
            |row| { Cell::joined(row.captures()) }
        ),
        column!("seq", always Integer, "Ordinal of the stanza among all stanzas of the capture, from 1.", |row| {
            Cell::integer(row.observed.seq)
        }),
        column!("connection", Integer, "The connection's number in the capture (Wireshark's tcp.stream).", |row| {
            row.observed.stanza.origin.connection.map_or(Cell::Null, |connection| Cell::integer(connection.0))
        }),
        column!("record", always Integer, "The record that completed the stanza (Wireshark's frame number).", |row| {
            Cell::integer(row.observed.stanza.origin.last)
        }),
        column!("record_first", always Integer, "The record that contains the stanza's first byte.", |row| {
            Cell::integer(row.observed.stanza.origin.first)
        }),
        column!(
            "time_utc",
            Time,
            "When the completing record was captured; empty if unknown or only relative.",
            |row| Cell::time(row.analysis.utc(&row.observed))
        ),
        column!("call_id", Text, "The call-id; empty for an ack whose stanza was not observed.", |row| {
            let of_call = row.of_call().map(|of| Cow::Borrowed(&*of.judged.call.id));
            Cell::text(of_call.or_else(|| row.own_call_id().filter(|_| row.is_internal())))
        }),
        column!("call_creator", Text, "The call's creator according to its stanzas.", |row| {
            Cell::shown(row.of_call().and_then(|of| of.judged.call.creator.as_ref()))
        }),
        column!(
            "since_call_start_ms",
            Number,
            "Milliseconds since the call's first stanza, on aligned clocks; empty if the clocks' difference is unknown.",
            |row| { Cell::milliseconds(row.since(|_| Some(0))) }
        ),
        column!(
            "since_previous_ms",
            Number,
            "Milliseconds since the call's previous stanza, on aligned clocks.",
            |row| { Cell::milliseconds(row.since(|index| index.checked_sub(1))) }
        ),
        column!("direction", Text, "`in`, `out`; `internal` with `--include-internal`; empty if unknown.", |row| {
            Cell::text(match row.observed.direction() {
                _ if row.is_internal() => Some("internal"),
                Some(Direction::Inbound) => Some("in"),
                Some(Direction::Outbound) => Some("out"),
                None => None,
            })
        }),
        column!(
            "emitter",
            Text,
            "Who sent it, as far as the vantage shows: `local`, `peer`, `own-other`, `server`, `unknown`.",
            |row| { Cell::text(row.of_call().map(|of| of.row.emitter.name())) }
        ),
        column!("sender", Text, "`from`; for an outbound stanza without it, the local device.", |row| {
            Cell::shown(row.observed.read().from.as_ref().or_else(|| row.local_if(Direction::Outbound)))
        }),
        column!("recipient", Text, "`to`; for an inbound stanza without it, the local device.", |row| {
            Cell::shown(row.observed.read().to.as_ref().or_else(|| row.local_if(Direction::Inbound)))
        }),
        column!("tag", always Text, "`call`, `ack` or `receipt`.", |row| Cell::Text(
            row.observed.read().node.tag().into()
        )),
        column!(
            "action",
            Text,
            "For a call stanza, the tag of its child; for an ack or receipt, the action of the stanza that it answers.",
            |row| {
                let own = || row.observed.read().action().map(|action| action.name.as_str());
                let answered = row.of_call().and_then(|of| of.row.action.as_ref()).map(|action| action.as_str());
                Cell::text(answered.or_else(own))
            }
        ),
        column!("stanza_id", Text, "The stanza's `id`, which acks and receipts echo.", |row| {
            Cell::text(row.observed.read().id.as_deref())
        }),
        column!("answers_seq", Integer, "`seq` of the stanza that this ack or receipt answers.", |row| {
            let answered = row.of_call().and_then(|of| of.judged.call.rows.get(of.row.answers.get()?));
            answered.map_or(Cell::Null, |answered| Cell::integer(answered.observed.seq))
        }),
        column!("ack_latency_ms", Number, "Milliseconds from the answered stanza to this ack or receipt.", |row| {
            let latency = row.of_call().and_then(|of| of.judged.call.answer_latency(of.index));
            latency.map_or(Cell::Null, Cell::Number)
        }),
        column!("reason", Text, "`reason` of the action.", |row| row.of_action(|action| action.reason.as_deref())),
        column!("duration_raw", Text, "`duration` of the action, as sent; its unit is an open question.", |row| {
            row.of_action(|action| action.duration.as_deref())
        }),
        column!("audio_duration_raw", Text, "`audio_duration` of the action, as sent.", |row| {
            row.of_action(|action| action.audio_duration.as_deref())
        }),
        column!(
            "error_code",
            Text,
            "An ack's error code: `code` of its `<error>`, else its `error` attribute.",
            |row| { Cell::text(row.error().and_then(|error| error.code.as_deref())) }
        ),
        column!("error_text", Text, "`text` of an ack's `<error>`.", |row| {
            Cell::text(row.error().and_then(|error| error.text.as_deref()))
        }),
        column!(
            "offline",
            Text,
            "`offline` of the stanza: the server stored it while the client was offline.",
            |row| { row.attribute("offline") }
        ),
        column!("platform", Text, "`platform` of the stanza.", |row| row.attribute("platform")),
        column!("version", Text, "`version` of the stanza.", |row| row.attribute("version")),
        column!("media", Text, "The call's media: `audio` or `video`.", |row| {
            Cell::text(row.of_call().and_then(|of| of.judged.call.media).map(crate::call::Media::name))
        }),
        column!(
            "phase",
            Text,
            "The call's phase after this stanza: `offered`, `ringing`, `accepted`, `ended`.",
            |row| { Cell::text(row.of_call().map(|of| of.row.phase.name())) }
        ),
        column!("outcome", Text, "The call's outcome, as in table `calls`.", |row| {
            Cell::text(row.of_call().map(|of| of.judged.call.progress.outcome.name()))
        }),
        column!("flow_step", Text, "The step of the spec's flow, as in `rejected-step-3`.", |row| {
            Cell::text(row.of_call().and_then(|of| of.judged.flow.as_ref()?.step_of(of.index)))
        }),
        column!("rules_violated", Text, "The spec rules that it violates, joined by `;`.", |row| {
            let places = row.judged.iter().flat_map(|(judged, index)| judged.places_in(*index));
            let violated = places.filter(|place| place.found == Conformance::Violated);
            Cell::joined(violated.map(|place| place.rule.id.to_owned()).collect::<BTreeSet<_>>())
        }),
        column!("questions", Text, "The open questions that it is evidence for, joined by `;`.", |row| {
            let evidence = row.of_call().into_iter().flat_map(|of| of.judged.evidence_in(of.index));
            Cell::joined(evidence.map(|piece| piece.question.id.to_owned()).collect::<BTreeSet<_>>())
        }),
        column!("vantage", always Text, "The device whose socket was recorded, or `unknown`.", |row| {
            let vantage = row.of_call().and_then(|of| of.judged.call.vantage_of(of.row));
            let device = vantage.and_then(|vantage| vantage.device.jid());
            Cell::Text(device.map_or("unknown".into(), |jid| jid.to_string().into()))
        }),
        column!("technique", always Text, "The capture techniques (as named by the spec), joined by `;`.", |row| {
            Cell::joined(row.techniques())
        }),
        column!("note", Text, "Your note on it.", |row| {
            let note = row.of_call().and_then(|of| row.analysis.notes.of_row(&of.judged.call, of.index));
            Cell::text(note)
        }),
        column!("xml", Text, "The stanza, on one line; only with `--xml`.", |row| { Cell::Text(row.xml().into()) }),
    ]
}
