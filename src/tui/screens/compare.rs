//! Two calls compared row by row, or two stanzas line by line.

use std::borrow::Cow;
use std::sync::Arc;

use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};

use crate::call::{Call, Row, Side};
use crate::diagram::label;
use crate::protocol::stanza::ActionName;
use crate::protocol::xml;
use crate::spec::Judged;
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::Command;
use crate::tui::kit::diff::{Pair, align, tokens};
use crate::tui::kit::list::Scroll;
use crate::tui::kit::pane::{self, Canvas, Target, Viewport};
use crate::tui::kit::text::{cut, visible_all, width, wrap};
use crate::tui::kit::theme::Theme;
use crate::tui::screen::{At, Formats, Screen, Step};
use crate::tui::shared::Shared;
use crate::words::offset;

const FORMATS: Formats = &[("txt", "both sides, line by line")];

/// Columns between the two sides: the sign of a difference.
const BETWEEN: usize = 3;

/// Lines that show the selected pair in full, one above the other.
const WHOLE: u16 = 5;

/// The most bytes of XML compared of one stanza.
const XML_COMPARED: usize = 256 * 1024;

/// What is compared.
#[derive(Clone, Debug)]
enum Compared {
    /// Two calls.
    Calls([Arc<Judged>; 2]),
    /// Two stanzas, each with its call.
    Stanzas([At; 2]),
}

/// One line of a comparison.
#[derive(Clone, Debug)]
struct Compare {
    /// The left text; of calls, with the index of its row.
    left: Option<(String, usize)>,
    /// The same for the right side.
    right: Option<(String, usize)>,
    /// Whether the two differ.
    differs: bool,
}

/// Two calls or stanzas side by side.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Comparison {
    compared: Compared,
    lines: Arc<[Compare]>,
    selected: usize,
}

impl Comparison {
    /// Compares two calls by their rows: rows with the same action and side are paired.
    pub(in crate::tui) fn of_calls(calls: [Arc<Judged>; 2]) -> Self {
        let kinds = |judged: &Judged| judged.call.rows.iter().map(|row| kind(&judged.call, row)).collect::<Vec<_>>();
        let labels = |judged: &Judged| judged.call.rows.iter().map(label).collect::<Vec<_>>();
        let [left, right] = &calls;
        let lines = paired(align(&kinds(left), &kinds(right)), &labels(left), &labels(right));
        Self { lines: lines.into(), compared: Compared::Calls(calls), selected: 0 }
    }

    /// Compares two stanzas by the lines of their XML.
    pub(in crate::tui) fn of_stanzas(stanzas: [At; 2]) -> Self {
        let text = |(judged, row): &At| {
            let row = judged.call.rows.get(*row);
            row.map_or_else(String::new, |row| xml::write_bounded(&row.observed.read().node, XML_COMPARED))
        };
        let (left, right) = (text(&stanzas[0]), text(&stanzas[1]));
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let (left, right) = (lines(&left), lines(&right));
        // Lines of the same element are paired, whatever their attributes.
        let elements = |lines: &[String]| lines.iter().map(|line| element(line).to_owned()).collect::<Vec<_>>();
        let lines = paired(align(&elements(&left), &elements(&right)), &left, &right);
        Self { lines: lines.into(), compared: Compared::Stanzas(stanzas), selected: 0 }
    }

    /// The next or previous line that differs.
    fn next_difference(&self, forward: bool) -> Option<usize> {
        let differs = |index: &usize| self.lines.get(*index).is_some_and(|line| line.differs);
        if forward {
            (self.selected + 1..self.lines.len()).find(differs)
        } else {
            (0..self.selected).rev().find(differs)
        }
    }

    /// The two stanzas of the selected line, if calls are compared and both have one.
    fn pair(&self) -> Option<[At; 2]> {
        let Compared::Calls([left, right]) = &self.compared else { return None };
        let line = self.lines.get(self.selected)?;
        Some([(Arc::clone(left), line.left.as_ref()?.1), (Arc::clone(right), line.right.as_ref()?.1)])
    }
}

impl Screen for Comparison {
    fn context(&self) -> Context {
        Context::Compare
    }

    fn list(&mut self, _shared: &Shared) -> Option<(&mut usize, usize)> {
        Some((&mut self.selected, self.lines.len()))
    }

    fn entry_text(&self, index: usize, _shared: &Shared) -> Option<String> {
        let line = self.lines.get(index)?;
        let side = |side: &Option<(String, usize)>| side.as_ref().map_or_else(String::new, |(text, _)| text.clone());
        Some(format!("{} {}", side(&line.left), side(&line.right)))
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        match command {
            Command::Open => match (self.pair(), &self.compared) {
                (Some(pair), _) => return Some(Step::CompareStanzas(pair)),
                (None, Compared::Calls(_)) => shared.say("Only one of the two calls has this row"),
                (None, Compared::Stanzas(_)) => {}
            },
            Command::NextEvidence | Command::PreviousEvidence => {
                match self.next_difference(command == Command::NextEvidence) {
                    Some(line) => self.selected = line,
                    None => shared.say("No more differences"),
                }
            }
            _ => {}
        }
        None
    }

    fn copied(&self, shared: &Shared) -> Option<(&'static str, String)> {
        Some(("Comparison", self.written("txt", shared)?))
    }

    fn formats(&self, _shared: &Shared) -> Option<(String, Formats)> {
        Some(("comparison".to_owned(), FORMATS))
    }

    /// `=` where both sides are equal, `!` where they differ.
    fn written(&self, _extension: &str, _shared: &Shared) -> Option<String> {
        let side = |side: &Option<(String, usize)>| side.as_ref().map_or("", |(text, _)| text.as_str()).to_owned();
        let lines = self.lines.iter().map(|line| {
            let mark = if line.differs { '!' } else { '=' };
            format!("{mark} {:<60} | {}", side(&line.left), side(&line.right)).trim_end().to_owned() + "\n"
        });
        Some(lines.collect())
    }
}

/// What pairs two rows of calls: tag, action, and the side that sent the stanza (or the stanza that it answers). Which
/// side was recorded does not matter.
struct RowKind {
    tag: Cow<'static, str>,
    action: Option<ActionName>,
    side: Side,
}

impl PartialEq for RowKind {
    fn eq(&self, other: &Self) -> bool {
        let unknown = self.side == Side::Unknown || other.side == Side::Unknown;
        self.tag == other.tag && self.action == other.action && (self.side == other.side || unknown)
    }
}

fn kind(call: &Call, row: &Row) -> RowKind {
    let stanza = row.observed.read();
    let sent = row.answers.and_then(|answered| call.rows.get(answered)).unwrap_or(row);
    RowKind { tag: stanza.node.tag.clone(), action: row.action.clone(), side: sent.originator.side }
}

/// The start of a line of XML, up to the first attribute.
fn element(line: &str) -> &str {
    let begins = line.find('<').map_or(line.len(), |at| at + 1);
    let end = line.get(begins..).and_then(|rest| rest.find([' ', '>', '/']));
    end.and_then(|end| line.get(..begins + end)).unwrap_or(line)
}

fn paired(pairs: Vec<Pair>, left: &[String], right: &[String]) -> Vec<Compare> {
    let text = |side: &[String], index: usize| side.get(index).map(|text| (text.clone(), index));
    let lines = pairs.into_iter().map(|pair| {
        let (left, right) = match pair {
            Pair::Both(one, other) => (text(left, one), text(right, other)),
            Pair::Left(one) => (text(left, one), None),
            Pair::Right(other) => (None, text(right, other)),
        };
        let differs = left.as_ref().map(|it| &it.0) != right.as_ref().map(|it| &it.0);
        Compare { left, right, differs }
    });
    lines.collect()
}

/// Draws the comparison.
pub(in crate::tui) fn draw(
    comparison: &Comparison,
    shared: &Shared,
    scroll: &mut Scroll,
    canvas: Canvas<'_, '_>,
) -> Viewport {
    let Canvas { theme, regions, frame, area } = canvas;
    let whole = if area.height >= 14 { WHOLE } else { 0 };
    let [heads, list, rule, below] = Layout::vertical([
        Constraint::Length(u16::from(area.height > 3)),
        Constraint::Fill(1),
        Constraint::Length(u16::from(whole > 0)),
        Constraint::Length(whole),
    ])
    .areas(area);
    let columns = usize::from(area.width);
    let each = columns.saturating_sub(BETWEEN) / 2;
    let names = heads_of(shared, comparison);
    let head = |side: usize| filled(&names.get(side).cloned().unwrap_or_default(), each);
    frame.render_widget(Line::from(format!("{}   {}", head(0), head(1))).style(theme.heading), heads);
    let room = usize::from(list.height);
    let first = scroll.follow(comparison.selected, comparison.lines.len(), room);
    regions.add(list, Target::Lines(first));
    for ((index, line), row) in comparison.lines.iter().enumerate().skip(first).zip(list.rows()) {
        let text = |side: &Option<(String, usize)>, which: usize| {
            let Some((text, row)) = side else { return String::new() };
            let (judged, since) = since_start(comparison, which, *row);
            let text =
                judged.map_or_else(|| text.clone(), |judged| shared.names.in_text(text, &judged.call.people).into());
            format!("{}{since}", visible_all(&text))
        };
        let (left, right) = (text(&line.left, 0), text(&line.right, 1));
        let sign = match (&line.left, &line.right, line.differs) {
            (_, _, false) => " │ ",
            (Some(_), None, _) => " < ",
            (None, Some(_), _) => " > ",
            _ => " ≠ ",
        };
        let mut spans = side(&left, &right, line.differs, each, theme);
        spans.push(Span::styled(sign, if line.differs { theme.matched } else { theme.muted }));
        spans.extend(side(&right, &left, line.differs, each, theme));
        frame.render_widget(Line::from(spans), row);
        if index == comparison.selected {
            frame.buffer_mut().set_style(row, theme.selected);
        }
    }
    if whole > 0 {
        let differences = comparison.lines.iter().filter(|line| line.differs).count();
        let count = format!("─ {differences} of {} lines differ ", comparison.lines.len());
        let rest = "─".repeat(columns.saturating_sub(width(&count)));
        frame.render_widget(Line::styled(count + &rest, theme.muted), rule);
        let mut lines = Vec::new();
        if let Some(line) = comparison.lines.get(comparison.selected) {
            let text = |side: &Option<(String, usize)>| side.as_ref().map_or("", |(text, _)| text).trim().to_owned();
            let (left, right) = (text(&line.left), text(&line.right));
            for (sign, one, other) in [("< ", &left, &right), ("> ", &right, &left)] {
                let mut spans = vec![Span::styled(sign, theme.accent)];
                spans.extend(marked(&visible_all(one), &visible_all(other), line.differs, theme));
                lines.extend(wrap(&spans, columns, 2));
            }
        }
        pane::text(&lines, 0, frame, below);
    }
    Viewport::of_list(room)
}

/// One side of a line, with what the other does not have highlighted.
fn side(own: &str, other: &str, differs: bool, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
    let shown = cut(own, columns).into_owned();
    let gap = columns.saturating_sub(width(&shown));
    let mut spans = marked(&shown, other, differs && !other.is_empty(), theme);
    spans.push(Span::raw(" ".repeat(gap)));
    spans
}

/// A text with the tokens highlighted that another does not have.
fn marked(own: &str, other: &str, differs: bool, theme: &Theme) -> Vec<Span<'static>> {
    if !differs {
        return vec![Span::raw(own.to_owned())];
    }
    let (own, other) = (tokens(own), tokens(other));
    let pairs = align(&own, &other);
    let spans = pairs.into_iter().filter_map(|pair| match pair {
        Pair::Both(index, _) => own.get(index).map(|token| Span::raw((*token).to_owned())),
        Pair::Left(index) => own.get(index).map(|token| Span::styled((*token).to_owned(), theme.matched)),
        Pair::Right(_) => None,
    });
    spans.collect()
}

/// The call of a side, and if calls are compared, the time of its row since the start.
fn since_start(comparison: &Comparison, side: usize, row: usize) -> (Option<&Arc<Judged>>, String) {
    match &comparison.compared {
        Compared::Calls(calls) => {
            let judged = calls.get(side);
            let since = judged.and_then(|judged| {
                let time = judged.call.rows.get(row)?.observed.time()?;
                Some(format!("  {}", offset(time.nanoseconds_since(judged.call.start()?))))
            });
            (judged, since.unwrap_or_default())
        }
        Compared::Stanzas(stanzas) => (stanzas.get(side).map(|(judged, _)| judged), String::new()),
    }
}

/// The heading of each side.
fn heads_of(shared: &Shared, comparison: &Comparison) -> [String; 2] {
    let call = |judged: &Arc<Judged>| {
        let number = shared.calls().iter().position(|known| Arc::ptr_eq(known, judged));
        let number = number.map_or_else(String::new, |number| format!("#{} ", number + 1));
        let by = judged.call.progress.ended_by.map_or_else(String::new, |by| format!(", ended by {}", by.name()));
        format!("{number}{}{by}  {}", judged.call.progress.outcome.name(), visible_all(&judged.call.id))
    };
    match &comparison.compared {
        Compared::Calls(calls) => calls.each_ref().map(call),
        Compared::Stanzas(stanzas) => stanzas.each_ref().map(|(judged, row)| {
            let origin = judged.call.rows.get(*row).map(|row| row.observed.stanza.origin);
            let record = origin.map_or_else(String::new, |origin| format!("{origin} of "));
            format!("{record}{}", call(judged))
        }),
    }
}

fn filled(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(&text))))
}
