//! The ladder of one call as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::write_json;
use crate::analysis::Analysis;
use crate::diagram::{ArrowLine, Line, Mark, Picture};
use crate::origin::Direction;
use crate::words::{milliseconds, rfc3339};

/// The version of what [`json()`] writes. Adding fields does not change it.
const SCHEMA: u32 = 1;

/// Writes a picture of the call at `index` of the analysis: `{"schema", "call": {"number", "call_id", "outcome", "title"},
/// "lifelines": [{"name", "role", "recorded"}], "steps": [...]}`. A step has a `kind` (`stanza`, `gap`, `expected`, `event`,
/// `media`) and the fields of that kind; lifelines and steps are named by their indexes.
///
/// # Errors
/// If `out` cannot be written.
pub fn json(index: usize, picture: &Picture<'_>, analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    let Some(judged) = picture.diagram.calls.first() else { return Ok(()) };
    let lifelines = picture.diagram.lifelines.iter().map(|lifeline| {
        json!({
            "name": picture.name_of(lifeline),
            "role": picture.role_of(lifeline),
            "recorded": lifeline.is_recorded(),
        })
    });
    let lines = picture.lines();
    // A long wait is what lies between two steps, and their times say so.
    let is_step = |line: &Line<'_>| !matches!(line, Line::Wait(_));
    let step_of = |line: usize| lines.iter().take(line).filter(|line| is_step(line)).count();
    let steps = lines.iter().filter(|line| is_step(line)).map(|line| step(line, picture, analysis, &step_of));
    let value = json!({
        "schema": SCHEMA,
        "call": {
            "number": analysis.number(index),
            "call_id": judged.call.id,
            "outcome": judged.call.progress.outcome.name(),
            "title": picture.title(),
        },
        "lifelines": lifelines.collect::<Vec<_>>(),
        "steps": steps.collect::<Vec<_>>(),
    });
    write_json(&value, out)
}

fn step(line: &Line<'_>, picture: &Picture<'_>, analysis: &Analysis, step_of: &dyn Fn(usize) -> usize) -> Value {
    match line {
        Line::Arrow(line) => stanza(line, analysis, step_of),
        Line::Wait(_) => Value::Null,
        Line::Gap(gap) => json!({
            "kind": "gap",
            "lifeline": gap.lifeline,
            "length_ms": milliseconds(gap.length),
            "text": picture.gap_text(gap),
        }),
        Line::Expected(expected) => json!({
            "kind": "expected",
            "from": expected.from,
            "to": expected.to,
            "text": expected.label,
        }),
        Line::Event(event) => json!({
            "kind": "event",
            "event": event.kind.name(),
            "program": event.program,
            "record": event.record,
            "since_start_ms": event.since_start.map(milliseconds),
            "text": event.label,
        }),
        Line::Media(line) => json!({
            "kind": "media",
            "record": line.mark.record,
            "time": line.mark.time.and_then(rfc3339),
            "since_start_ms": line.since_start.map(milliseconds),
            "text": line.mark.text,
        }),
    }
}

fn stanza(line: &ArrowLine<'_>, analysis: &Analysis, step_of: &dyn Fn(usize) -> usize) -> Value {
    let observed = &line.row.observed;
    let capture = analysis.capture(observed.capture());
    // Of a log without dates, only differences of times mean something.
    let has_date = capture.is_some_and(|capture| !capture.times_are_relative);
    let marks =
        line.marks().into_iter().map(|Mark { sign, short, why }| json!({ "sign": sign, "short": short, "why": why }));
    json!({
        "kind": "stanza",
        "capture": analysis.input_name(observed.capture()),
        "record": observed.stanza.origin.last,
        "time": observed.time().filter(|_| has_date).and_then(rfc3339),
        "since_start_ms": line.since_start.map(milliseconds),
        "from": line.arrow.from,
        "to": line.arrow.to,
        "direction": observed.direction().map(|direction| match direction {
            Direction::Inbound => "in",
            Direction::Outbound => "out",
        }),
        "tag": observed.read().node.tag(),
        "action": line.row.action.as_ref().map(|action| action.as_str()),
        "text": line.text(),
        "repeated": line.is_repeated,
        "answers": line.answers.as_ref().map(|(line, _)| step_of(*line)),
        "order_known": line.is_order_known,
        "marks": marks.collect::<Vec<_>>(),
    })
}
