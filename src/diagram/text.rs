//! A diagram drawn with characters.

use std::io::{self, Write};

use super::lane;
use super::model::Expected;
use super::picture::{ArrowLine, Line, Picture};
use crate::call::LegState;
use crate::visible::visible;
use crate::words::offset;

/// Characters from one lifeline to the next.
const SPACING: usize = 30;

/// Characters before the first lifeline: record, since start, previous.
const GUTTER: usize = 38;

impl Picture<'_> {
    /// Writes the names of the lifelines and one line per step: an arrow with its record and times, and marks after it
    /// (`?` evidence, `!` violated rule, `+` not in the spec). A `~` before the time since the previous stanza means
    /// that the clocks are not known well enough to say which came first. Dots across all lifelines are a gap in the
    /// recording, a dotted arrow without a record is an expected step that was not observed. A line with `~` after the
    /// lifelines is what packets show of the media; the bars at the end show when it flowed. Another line without an arrow is
    /// an event that a program reported.
    ///
    /// # Errors
    /// If writing to `out` fails.
    pub fn text(&self, out: &mut impl Write) -> io::Result<()> {
        let lifelines = &self.diagram.lifelines;
        write!(out, "{:>10} {:>14} {:>11} ", "record", "since start", "previous")?;
        for (index, lifeline) in lifelines.iter().enumerate() {
            let star = if lifeline.is_recorded() { " *" } else { "" };
            let name: String = format!("{}{star}", self.name_of(lifeline)).chars().take(SPACING - 2).collect();
            let last = index + 1 == lifelines.len();
            if last { write!(out, "{name}")? } else { write!(out, "{name:<SPACING$}")? }
        }
        writeln!(out)?;
        if lifelines.iter().any(|lifeline| lifeline.fate.is_some()) {
            let fates = lifelines.iter().map(|lifeline| lifeline.fate.map_or("", LegState::name));
            let fates: String = fates.map(|fate| format!("{fate:<SPACING$}")).collect();
            writeln!(out, "{:GUTTER$}{}", "", fates.trim_end())?;
        }
        for line in self.lines() {
            match line {
                Line::Arrow(line) => self.arrow_text(&line, out)?,
                // The column of times shows it.
                Line::Wait(_) => {}
                Line::Gap(gap) => {
                    let dots = ".".repeat(self.columns());
                    writeln!(out, "{:GUTTER$}{dots}  {}", "", self.gap_text(gap))?;
                }
                Line::Expected(expected) => writeln!(out, "{:GUTTER$}{}", "", self.expected_text(expected))?,
                Line::Event(event) => {
                    let since = event.since_start.map(offset).unwrap_or_default();
                    let lifelines: String = self.lifelines().into_iter().collect();
                    let label = visible(&event.label);
                    writeln!(out, "{:>10} {since:>14} {:>11} {lifelines}  event: {label}", event.record, "")?;
                }
                Line::Media(line) => {
                    let time = line.since_start.map(offset).unwrap_or_default();
                    let bars: String = self.lifelines().into_iter().collect();
                    writeln!(out, "{:>10} {time:>14} {:>11} {bars}  ~ {}", line.record(), "", line.mark.text)?;
                }
            }
        }
        if let [judged] = self.diagram.calls.as_slice() {
            for bar in lane::bars(judged) {
                writeln!(out, "{:GUTTER$}{bar}", "")?;
            }
        }
        Ok(())
    }

    fn arrow_text(&self, line: &ArrowLine<'_>, out: &mut impl Write) -> io::Result<()> {
        let record = line.row.observed.stanza.origin.last;
        let time = |time: Option<i64>| time.map(offset).unwrap_or_default();
        let nearly = if line.is_order_known { "" } else { "~" };
        let previous = line.since_previous.map_or_else(String::new, |since| format!("{nearly}{}", offset(since)));
        let dash = if line.row.answers.is_some() { '.' } else { '-' };
        let again = if line.is_repeated { " (again)" } else { "" };
        let arrow = self.labelled((line.arrow.from, line.arrow.to), dash, &format!("{}{again}", line.label));
        write!(out, "{record:>10} {:>14} {previous:>11} {arrow}", time(line.since_start))?;
        let marks: String = line.judged.marks(line.arrow.row).into_iter().flatten().collect();
        for remark in [line.transit.as_deref().unwrap_or_default(), &marks].into_iter().filter(|text| !text.is_empty())
        {
            write!(out, "  {remark}")?;
        }
        writeln!(out)
    }

    /// An arrow across the lifelines, its label on it if it fits, else after it.
    fn labelled(&self, ends: (usize, usize), dash: char, label: &str) -> String {
        let mut line = self.arrow_across(ends, dash);
        let (left, right) = (ends.0.min(ends.1) * SPACING, ends.0.max(ends.1) * SPACING);
        let room = (right - left).saturating_sub(6);
        if label.chars().count() > room {
            return format!("{}  {label}", line.into_iter().collect::<String>().trim_end());
        }
        let start = left + 3 + (room - label.chars().count()) / 2;
        for (offset, character) in format!(" {label} ").chars().enumerate() {
            put(&mut line, start - 1 + offset, character);
        }
        line.into_iter().collect::<String>().trim_end().to_owned()
    }

    fn expected_text(&self, expected: &Expected) -> String {
        let line: String = self.arrow_across((expected.from, expected.to), '.').into_iter().collect();
        format!("{}  {}", line.trim_end(), visible(&expected.label))
    }

    /// The lifelines, and an arrow from one to another.
    fn arrow_across(&self, (from, to): (usize, usize), dash: char) -> Vec<char> {
        let mut line = self.lifelines();
        let (left, right) = (from.min(to) * SPACING, from.max(to) * SPACING);
        for column in left + 1..right {
            put(&mut line, column, dash);
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

    fn lifelines(&self) -> Vec<char> {
        let mut line: Vec<char> = vec![' '; self.columns()];
        for lifeline in 0..self.diagram.lifelines.len() {
            put(&mut line, lifeline * SPACING, '|');
        }
        line
    }

    /// The columns of all lifelines.
    fn columns(&self) -> usize {
        SPACING * self.diagram.lifelines.len().saturating_sub(1) + 1
    }
}

fn put(line: &mut [char], column: usize, character: char) {
    if let Some(slot) = line.get_mut(column) {
        *slot = character;
    }
}
