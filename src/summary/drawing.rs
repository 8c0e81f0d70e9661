//! A ladder drawn with characters.

use std::io::{self, Write};

use super::scene::Scene;
use crate::call::Row;
use crate::ladder::{Ghost, Line, Rung};
use crate::visible::visible;

/// Characters from one lifeline to the next.
const SPACING: usize = 30;

/// Characters before the first lifeline: record, since start, previous.
const GUTTER: usize = 38;

/// Writes a ladder: its lifelines' names, and a line per rung with record, times, arrow, and marks: `?` for evidence,
/// `!` where a rule is violated, `+` for something that the spec does not know. `~` stands before the time since the
/// rung before where the clocks do not tell which of the two was first. Lines of dots stand where nothing was recorded,
/// and `.` for the arrow of what was to be seen and was not.
///
/// # Errors
/// If `out` takes no more bytes.
pub fn draw(scene: &Scene<'_>, out: &mut impl Write) -> io::Result<()> {
    let lifelines = &scene.ladder.lifelines;
    write!(out, "{:>10} {:>14} {:>11} ", "record", "since start", "previous")?;
    for (index, lifeline) in lifelines.iter().enumerate() {
        let star = if lifeline.recorded { " *" } else { "" };
        let name: String = format!("{}{star}", scene.name_of(lifeline)).chars().take(SPACING - 2).collect();
        let last = index + 1 == lifelines.len();
        if last { write!(out, "{name}")? } else { write!(out, "{name:<SPACING$}")? }
    }
    writeln!(out)?;
    let start = scene.ladder.rungs.first();
    let mut previous: Option<&Rung> = None;
    for line in scene.lines.iter() {
        match line {
            Line::Rung(index) => {
                let Some(rung) = scene.ladder.rungs.get(*index) else { continue };
                let Some((judged, row)) = scene.at(rung) else { continue };
                let since = |earlier: Option<&Rung>| {
                    let earlier = earlier?;
                    let nearly = if scene.is_order_known(earlier, rung) { "" } else { "~" };
                    Some((nearly, super::seconds(scene.elapsed(earlier, rung)?)))
                };
                let (_, since_start) = since(start).unwrap_or_default();
                let (nearly, waited) = since(previous).unwrap_or_default();
                let record = row.observed.stanza.origin.last;
                write!(out, "{record:>10} {since_start:>14} {:>11} ", format!("{nearly}{waited}"))?;
                let marks: String = judged.marks(rung.row).into_iter().flatten().collect();
                let beside = [scene.way(rung).unwrap_or_default(), marks];
                let beside: Vec<_> = beside.into_iter().filter(|text| !text.is_empty()).collect();
                let gap = if beside.is_empty() { "" } else { "  " };
                writeln!(out, "{}{gap}{}", arrow(scene, rung, row), beside.join("  "))?;
                previous = Some(rung);
            }
            Line::Gap(index) => {
                let Some(gap) = scene.ladder.gaps.get(*index) else { continue };
                let text = format!("{:GUTTER$}{:.<width$}", "", "", width = width(scene));
                writeln!(out, "{text}  {}", scene.gap_says(gap))?;
            }
            Line::Ghost(index) => {
                let Some(ghost) = scene.ladder.ghosts.get(*index) else { continue };
                writeln!(out, "{:GUTTER$}{}", "", absent(scene, ghost))?;
            }
        }
    }
    Ok(())
}

fn width(scene: &Scene<'_>) -> usize {
    SPACING * scene.ladder.lifelines.len().saturating_sub(1) + 1
}

/// The arrow of a rung over the lifelines, its label on the arrow where it fits, else behind it.
fn arrow(scene: &Scene<'_>, rung: &Rung, row: &Row) -> String {
    let dash = if row.answers.is_some() { '.' } else { '-' };
    let again = if row.repeats.is_some() { " (again)" } else { "" };
    labelled(scene, (rung.from, rung.to), dash, &format!("{}{again}", scene.label(rung)))
}

/// The arrow of what was not seen, its label behind it.
fn absent(scene: &Scene<'_>, ghost: &Ghost) -> String {
    let line: String = lifelines(scene, (ghost.from, ghost.to), '.').into_iter().collect();
    format!("{}  {}", line.trim_end(), visible(&ghost.label))
}

fn labelled(scene: &Scene<'_>, ends: (usize, usize), dash: char, label: &str) -> String {
    let mut line = lifelines(scene, ends, dash);
    let (left, right) = (ends.0.min(ends.1) * SPACING, ends.0.max(ends.1) * SPACING);
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

/// The lifelines, and an arrow from one to another.
fn lifelines(scene: &Scene<'_>, (from, to): (usize, usize), dash: char) -> Vec<char> {
    let mut line: Vec<char> = vec![' '; width(scene)];
    for lifeline in 0..scene.ladder.lifelines.len() {
        put(&mut line, lifeline * SPACING, '|');
    }
    let (left, right) = (from.min(to) * SPACING, from.max(to) * SPACING);
    for place in left + 1..right {
        put(&mut line, place, dash);
    }
    if left == right {
        put(&mut line, left, '*');
    } else if from < to {
        put(&mut line, right - 1, '>');
    } else {
        put(&mut line, left + 1, '<');
    }
    line
}

fn put(line: &mut [char], place: usize, character: char) {
    if let Some(slot) = line.get_mut(place) {
        *slot = character;
    }
}
