//! A ladder drawn with characters.

use std::io::{self, Write};

use crate::call::Row;
use crate::ladder::{Ladder, Lifeline, Rung};
use crate::spec::Judged;
use crate::visible::visible;

/// Characters from one lifeline to the next.
const SPACING: usize = 30;

/// Writes a ladder: its lifelines' names, and a line per rung with record, times, arrow, and marks: `?` for evidence,
/// `!` where a rule is violated, `+` for something that the spec does not know.
///
/// # Errors
/// If `out` takes no more bytes.
pub fn draw(
    judged: &Judged,
    ladder: &Ladder,
    name: impl Fn(&Lifeline) -> String,
    out: &mut impl Write,
) -> io::Result<()> {
    let call = &judged.call;
    write!(out, "{:>10} {:>14} {:>11} ", "record", "since start", "previous")?;
    for (index, lifeline) in ladder.lifelines.iter().enumerate() {
        let name: String = name(lifeline).chars().take(SPACING - 2).collect();
        let last = index + 1 == ladder.lifelines.len();
        if last { write!(out, "{name}")? } else { write!(out, "{name:<SPACING$}")? }
    }
    writeln!(out)?;
    let mut previous = None;
    for rung in &ladder.rungs {
        let Some(row) = call.rows.get(rung.row) else { continue };
        let time = row.observed.time();
        let since = |earlier: Option<crate::origin::Timestamp>| {
            let nanoseconds = time.and_then(|time| earlier.map(|earlier| time.nanoseconds_since(earlier)));
            nanoseconds.map_or_else(String::new, super::seconds)
        };
        let record = row.observed.stanza.origin.last;
        write!(out, "{record:>10} {:>14} {:>11} ", since(call.start()), since(previous))?;
        let marks: String = judged.marks(rung.row).into_iter().flatten().collect();
        let gap = if marks.is_empty() { "" } else { "  " };
        writeln!(out, "{}{gap}{marks}", arrow(ladder, rung, row))?;
        previous = time;
    }
    Ok(())
}

/// The arrow of a rung over the lifelines, its label on the arrow where it fits, else behind it.
fn arrow(ladder: &Ladder, rung: &Rung, row: &Row) -> String {
    let width = SPACING * (ladder.lifelines.len().saturating_sub(1)) + 1;
    let mut line: Vec<char> = vec![' '; width];
    for lifeline in 0..ladder.lifelines.len() {
        put(&mut line, lifeline * SPACING, '|');
    }
    let (left, right) = (rung.from.min(rung.to) * SPACING, rung.from.max(rung.to) * SPACING);
    let dash = if row.answers.is_some() { '.' } else { '-' };
    for place in left + 1..right {
        put(&mut line, place, dash);
    }
    if left == right {
        put(&mut line, left, '*');
    } else if rung.from < rung.to {
        put(&mut line, right - 1, '>');
    } else {
        put(&mut line, left + 1, '<');
    }
    let mut label = visible(&rung.label).into_owned();
    if row.repeats.is_some() {
        label.push_str(" (again)");
    }
    let room = (right - left).saturating_sub(6);
    if label.chars().count() <= room {
        let start = left + 3 + (room - label.chars().count()) / 2;
        for (offset, character) in format!(" {label} ").chars().enumerate() {
            put(&mut line, start - 1 + offset, character);
        }
        line.into_iter().collect::<String>().trim_end().to_owned()
    } else {
        format!("{}  {label}", line.into_iter().collect::<String>().trim_end())
    }
}

fn put(line: &mut [char], place: usize, character: char) {
    if let Some(slot) = line.get_mut(place) {
        *slot = character;
    }
}
