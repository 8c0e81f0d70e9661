//! Two calls compared, or a call compared with the profile of a client.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::write_json;
use crate::analysis::Analysis;
use crate::call::{Call, Row};
use crate::compare::{Aligned, Matched, Part, Profile, Relation};
use crate::spec::Judged;
use crate::visible::visible;
use crate::words::{compact, counted, milliseconds};

/// The version of what the JSON functions write. Adding fields does not change it.
const SCHEMA: u32 = 1;

/// The most characters of a value.
const VALUE: usize = 80;

/// Nanoseconds by which two delays may differ without being listed, and the factor.
const SLACK: i64 = 1_000_000_000;
const FACTOR: i64 = 2;

/// A call of an analysis.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'a> {
    /// The analysis.
    pub analysis: &'a Analysis,
    /// Index of the call.
    pub call: usize,
    /// The call.
    pub judged: &'a Judged,
}

impl Chosen<'_> {
    fn call(&self) -> &Call {
        &self.judged.call
    }

    fn title(&self) -> String {
        let capture =
            self.call().captures().first().and_then(|id| self.analysis.input_name(*id)).unwrap_or("unknown input");
        let number = self.analysis.number(self.call);
        let outcome = self.call().progress.outcome.name();
        format!("{} #{number}, call {}, {outcome}", visible(capture), visible(&self.call().id))
    }

    fn value(&self) -> Value {
        let capture = self.call().captures().first().and_then(|id| self.analysis.input_name(*id));
        json!({
            "capture": capture,
            "call": self.analysis.number(self.call),
            "call_id": self.call().id,
            "outcome": self.call().progress.outcome.name(),
        })
    }
}

/// A row by its tag, action and originator.
fn label(call: &Call, row: &Row) -> String {
    let tag = row.observed.read().node.tag();
    let action = row.action.as_ref().map_or("unknown", |action| action.as_str());
    let sent = row.answers.get().and_then(|answered| call.rows.get(answered)).unwrap_or(row);
    let side = sent.originator.side.name();
    match tag {
        "call" => format!("{} ({side})", visible(action)),
        tag => format!("{} of {} ({side})", visible(tag), visible(action)),
    }
}

/// Nanoseconds from the first row of a call to this one.
fn since_start(call: &Call, row: usize) -> Option<i64> {
    call.lapse(0, row).map(|lapse| lapse.nanoseconds)
}

/// Writes two calls: what differs first, and then every difference, and delays that differ.
///
/// # Errors
/// If `out` cannot be written.
pub fn text(sides: [Chosen<'_>; 2], rows: &[Aligned], out: &mut impl Write) -> io::Result<()> {
    let [left, right] = sides;
    writeln!(out, "left:  {}\nright: {}\n", left.title(), right.title())?;
    let count = |is_one: fn(&Aligned) -> bool| rows.iter().filter(|row| is_one(row)).count() as u64;
    let alike = count(|row| !row.differs());
    let changed = count(|row| !row.differences.is_empty());
    writeln!(
        out,
        "{} aligned: {alike} alike, {changed} with differences, {} only left, {} only right, {} at another place",
        counted(rows.len() as u64, "stanza"),
        count(|row| row.right.is_none()),
        count(|row| row.left.is_none()),
        count(|row| row.is_moved),
    )?;
    let Some(first) = rows.iter().position(Aligned::differs) else {
        writeln!(out, "The calls differ in nothing but ids, keys, times and who takes part.")?;
        return timing(sides, rows, out);
    };
    writeln!(out, "The first difference is in stanza {} of these.\n", first + 1)?;
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.differs()) {
        write_row(sides, index, row, out)?;
    }
    timing(sides, rows, out)
}

fn write_row(sides: [Chosen<'_>; 2], index: usize, aligned: &Aligned, out: &mut impl Write) -> io::Result<()> {
    let [left, right] = sides;
    let place = |side: Chosen<'_>, row: Option<usize>| {
        let row = side.judged.call.rows.get(row?)?;
        Some((label(&side.judged.call, row), row.observed.stanza.origin.last))
    };
    let number = index + 1;
    match (place(left, aligned.left), place(right, aligned.right)) {
        (Some((label, one)), Some((_, other))) => {
            let moved = if aligned.is_moved { ", at another place among the others" } else { "" };
            writeln!(out, "{number:>4} ≠ {label}, record {one} against record {other}{moved}")?;
        }
        (Some((label, record)), None) => writeln!(out, "{number:>4} < {label}, record {record}: only left")?,
        (None, Some((label, record))) => writeln!(out, "{number:>4} > {label}, record {record}: only right")?,
        (None, None) => {}
    }
    write_parts(&aligned.differences, out)
}

/// Writes differences, one per line: what it is, where, and how it differs.
fn write_parts(parts: &[Part], out: &mut impl Write) -> io::Result<()> {
    for part in parts {
        writeln!(out, "       {:<9} {}: {}", part.kind(), visible(&part.path()), change(part))?;
    }
    Ok(())
}

/// How the two sides of a part differ.
fn change(part: &Part) -> String {
    let value = |value: &Option<String>| {
        let value = value.as_deref().unwrap_or_default();
        let end = value.char_indices().nth(VALUE).map_or(value.len(), |(end, _)| end);
        let more = if end < value.len() { "…" } else { "" };
        format!("\"{}{more}\"", visible(value.get(..end).unwrap_or(value)))
    };
    let is_element = part.kind() == "child";
    match part.relation {
        Relation::Moved => {
            let [left, right] = [&part.left, &part.right].map(|place| place.as_deref().unwrap_or_default());
            format!("child {left} on the left, child {right} on the right")
        }
        Relation::OnlyLeft if is_element => "only left".to_owned(),
        Relation::OnlyRight if is_element => "only right".to_owned(),
        Relation::OnlyLeft => format!("only left, {}", value(&part.left)),
        Relation::OnlyRight => format!("only right, {}", value(&part.right)),
        _ => format!("{} → {}", value(&part.left), value(&part.right)),
    }
}

/// Delays since the aligned stanza before that differ: in nanoseconds, left and right.
fn delays(sides: [Chosen<'_>; 2], rows: &[Aligned]) -> Vec<(usize, i64, i64)> {
    let [left, right] = sides;
    let mut last: Option<(i64, i64)> = None;
    let mut found = Vec::new();
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_moved) {
        let Some((one, other)) = row.left.zip(row.right) else { continue };
        let times = since_start(left.call(), one).zip(since_start(right.call(), other));
        let Some((one, other)) = times else { continue };
        if let Some((before_one, before_other)) = last.replace((one, other)) {
            let (one, other) = (one - before_one, other - before_other);
            let (least, most) = (one.min(other), one.max(other));
            if most - least > SLACK && most > least.saturating_mul(FACTOR) {
                found.push((index, one, other));
            }
        }
    }
    found
}

fn timing(sides: [Chosen<'_>; 2], rows: &[Aligned], out: &mut impl Write) -> io::Result<()> {
    let delays = delays(sides, rows);
    if delays.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nDelays since the stanza before that differ by more than a second and a factor of {FACTOR}:")?;
    for (index, one, other) in delays {
        let row = rows.get(index).and_then(|row| sides[0].judged.call.rows.get(row.left?));
        let label = row.map_or_else(String::new, |row| label(&sides[0].judged.call, row));
        writeln!(out, "{:>4}   {label}: {} → {}", index + 1, compact(one), compact(other))?;
    }
    Ok(())
}

/// Writes the same as JSON: `{"schema", "left", "right", "first", "rows": [{"relation", "moved", "stanza", "left", "right",
/// "differences"}], "delays"}`. A difference has `kind` (`child`, `order`, `attribute`, `content` or `value`), `path`, `relation`, and the
/// values of both sides.
///
/// # Errors
/// If `out` cannot be written.
pub fn json(sides: [Chosen<'_>; 2], rows: &[Aligned], out: &mut impl Write) -> io::Result<()> {
    let [left, right] = sides;
    let place = |side: Chosen<'_>, index: Option<usize>| {
        let row = side.judged.call.rows.get(index?)?;
        let since_start = since_start(&side.judged.call, index?).map(milliseconds);
        Some(
            json!({ "record": row.observed.stanza.origin.last, "seq": row.observed.seq, "since_call_start_ms": since_start }),
        )
    };
    let listed = rows.iter().map(|row| {
        let relation = match (row.left, row.right) {
            (Some(_), None) => "only-left",
            (None, _) => "only-right",
            _ if row.differences.is_empty() => "same",
            _ => "different",
        };
        let side = if row.left.is_some() { (left, row.left) } else { (right, row.right) };
        let stanza =
            side.1.and_then(|index| side.0.judged.call.rows.get(index)).map(|row| label(&side.0.judged.call, row));
        json!({
            "relation": relation,
            "moved": row.is_moved,
            "stanza": stanza,
            "left": place(left, row.left),
            "right": place(right, row.right),
            "differences": row.differences.iter().map(part).collect::<Vec<_>>(),
        })
    });
    let delays = delays(sides, rows).into_iter().map(
        |(index, one, other)| json!({ "row": index, "left_ms": milliseconds(one), "right_ms": milliseconds(other) }),
    );
    let value = json!({
        "schema": SCHEMA,
        "left": left.value(),
        "right": right.value(),
        "first": rows.iter().position(Aligned::differs),
        "rows": listed.collect::<Vec<_>>(),
        "delays": delays.collect::<Vec<_>>(),
    });
    write_json(&value, out)
}

fn part(part: &Part) -> Value {
    json!({
        "kind": part.kind(),
        "path": part.path(),
        "relation": part.relation.name(),
        "left": part.left,
        "right": part.right,
    })
}

/// Writes the stanzas that a client sent in a call, compared with a profile.
///
/// # Errors
/// If `out` cannot be written.
pub fn profile_text(side: Chosen<'_>, profile: &Profile, rows: &[Matched], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "left:  {}", side.title())?;
    writeln!(out, "right: {}, as of {}", visible(&profile.client), visible(&profile.date))?;
    for source in &profile.sources {
        writeln!(out, "       from {}", visible(source))?;
    }
    writeln!(out)?;
    if rows.is_empty() {
        return writeln!(out, "Nothing in this call left a recorded socket: there is nothing to compare.");
    }
    for matched in rows {
        let Some(row) = side.judged.call.rows.get(matched.row) else { continue };
        let place = format!("{}, record {}", label(&side.judged.call, row), row.observed.stanza.origin.last);
        match &matched.differences {
            None => writeln!(out, "  · {place}: the profile has no such stanza")?,
            Some(parts) if parts.is_empty() => writeln!(out, "  = {place}")?,
            Some(parts) => {
                writeln!(out, "  ≠ {place}")?;
                write_parts(parts, out)?;
            }
        }
    }
    Ok(())
}

/// Writes the same as JSON: `{"schema", "left", "profile", "rows": [{"relation", "stanza", "left", "differences"}]}`.
///
/// # Errors
/// If `out` cannot be written.
pub fn profile_json(side: Chosen<'_>, profile: &Profile, rows: &[Matched], out: &mut impl Write) -> io::Result<()> {
    let listed = rows.iter().filter_map(|matched| {
        let row = side.judged.call.rows.get(matched.row)?;
        let relation = match &matched.differences {
            None => "unknown",
            Some(parts) if parts.is_empty() => "same",
            Some(_) => "different",
        };
        Some(json!({
            "relation": relation,
            "stanza": label(&side.judged.call, row),
            "left": { "record": row.observed.stanza.origin.last, "seq": row.observed.seq },
            "differences": matched.differences.iter().flatten().map(part).collect::<Vec<_>>(),
        }))
    });
    let value = json!({
        "schema": SCHEMA,
        "left": side.value(),
        "profile": {
            "name": profile.name,
            "client": profile.client,
            "date": profile.date,
            "sources": profile.sources,
        },
        "rows": listed.collect::<Vec<_>>(),
    });
    write_json(&value, out)
}
