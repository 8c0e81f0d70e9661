//! The boards: open questions and their evidence, rules and their places, marks; and the page of each.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::pane;
use crate::notes::Subject;
use crate::spec::discrepancies::DISCREPANCIES;
use crate::spec::questions::QUESTIONS;
use crate::spec::rules::RULES;
use crate::spec::{Conformance, Count, Finding, Grade, Verdict};
use crate::tui::model::{Model, Viewport};
use crate::tui::quantity::{NONE, clock_precise, counted};
use crate::tui::regions::{Regions, Target};
use crate::tui::text::{cut, visible_all, width, wrap};
use crate::tui::theme::Theme;

/// The first line of the list shown.
#[derive(Debug, Default)]
pub(super) struct Scroll(usize);

/// Columns of a bar.
const BAR: usize = 10;

/// Lines that say more about the selected entry.
const DETAILS: u16 = 8;

/// One line of a board: pieces of text, each with a look.
type Pieces = Vec<Span<'static>>;

/// A list above what is said of its selected entry.
struct Board<'a> {
    model: &'a Model,
    theme: &'a Theme,
    heading: Line<'static>,
    selected: usize,
    count: usize,
    /// What stands where there is no entry.
    empty: &'static str,
}

impl Board<'_> {
    /// Draws the list and the details. `entry` makes the line of an entry; `details` what is said of the selected one.
    fn draw(
        self,
        scroll: &mut Scroll,
        regions: &mut Regions,
        frame: &mut Frame<'_>,
        area: Rect,
        entry: impl Fn(usize, usize) -> Option<Pieces>,
        details: impl Fn(usize) -> Vec<Line<'static>>,
    ) -> Viewport {
        let detailed = if area.height >= 12 { DETAILS.min(area.height / 2) } else { 0 };
        let [heading, list, rule, below] = Layout::vertical([
            Constraint::Length(u16::from(area.height > 2)),
            Constraint::Fill(1),
            Constraint::Length(u16::from(detailed > 0)),
            Constraint::Length(detailed),
        ])
        .areas(area);
        frame.render_widget(self.heading.style(self.theme.heading), heading);
        if self.count == 0 {
            let text = if self.model.is_reading() { "Nothing so far." } else { self.empty };
            pane::text(&wrap(&[Span::raw(text)], list.width.into(), 0), 0, frame, list);
            return Viewport { page: list.height.into(), lines: 0 };
        }
        let selected = self.selected.min(self.count - 1);
        scroll.0 = pane::follow(scroll.0, selected, self.count, list.height.into());
        regions.add(list, Target::Lines(scroll.0));
        for (index, row) in (scroll.0..self.count).zip(list.rows()) {
            let Some(pieces) = entry(index, row.width.into()) else { continue };
            frame.render_widget(Line::from(pieces), row);
            if index == selected {
                frame.buffer_mut().set_style(row, self.theme.selected);
            }
        }
        if detailed > 0 {
            frame.render_widget(Line::styled("─".repeat(rule.width.into()), self.theme.muted), rule);
            pane::text(&details(below.width.into()), 0, frame, below);
        }
        Viewport { page: list.height.into(), lines: 0 }
    }
}

/// A text cut and filled up to some columns.
fn cell(text: &str, columns: usize, style: Style) -> Span<'static> {
    let text = cut(text, columns);
    let gap = " ".repeat(columns.saturating_sub(width(&text)) + 1);
    Span::styled(format!("{text}{gap}"), style)
}

/// Draws the open questions.
pub(super) fn questions(
    model: &Model,
    selected: usize,
    scroll: &mut Scroll,
    regions: &mut Regions,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    let findings = model.board.as_ref().map_or(&[][..], |board| &board.findings);
    let is_wide = area.width >= 100;
    let place = if is_wide { 26 } else { 0 };
    let mut heading = vec![cell("Verdict", 9, Style::new())];
    heading.push(cell("Confidence", 11, Style::new()));
    heading.push(cell("For/against", BAR + 8, Style::new()));
    if is_wide {
        heading.push(cell("Page", place, Style::new()));
    }
    heading.push(Span::raw("Question"));
    let board = Board {
        model,
        theme,
        heading: Line::from(heading),
        selected,
        count: findings.len(),
        empty: "No open question is known to this version.",
    };
    let entry = |index: usize, columns: usize| {
        let finding = findings.get(index)?;
        let (supporting, refuting) = weight(finding);
        let mut pieces = vec![cell(finding.verdict.name(), 9, verdict_style(finding.verdict, theme))];
        pieces.push(cell(finding.confidence.name(), 11, theme.muted));
        pieces.push(Span::styled(bar(supporting, refuting), theme.incoming));
        pieces.push(cell(&format!(" {supporting}/{refuting}"), 7, theme.muted));
        if place > 0 {
            pieces.push(cell(&finding.question.place(), place, theme.muted));
        }
        let taken: usize = pieces.iter().map(Span::width).sum();
        pieces.push(Span::raw(cut(finding.question.title, columns.saturating_sub(taken)).into_owned()));
        Some(pieces)
    };
    let details = |columns: usize| findings.get(selected).map_or_else(Vec::new, |it| hypotheses(it, columns, theme));
    board.draw(scroll, regions, frame, area, entry, details)
}

/// Pieces for and against all hypotheses.
fn weight(finding: &Finding) -> (u64, u64) {
    let sum = |count: fn(&crate::spec::Tally) -> u64| finding.tallies.iter().map(count).sum();
    (sum(|tally| tally.supporting), sum(|tally| tally.refuting))
}

/// How much of the evidence is for, and how much against.
fn bar(supporting: u64, refuting: u64) -> String {
    let Some(all) = Some(supporting + refuting).filter(|all| *all > 0) else { return " ".repeat(BAR) };
    let full = usize::try_from(supporting * BAR as u64 / all).unwrap_or(BAR);
    format!("{}{}", "█".repeat(full), "░".repeat(BAR - full))
}

fn verdict_style(verdict: Verdict, theme: &Theme) -> Style {
    match verdict {
        Verdict::Open => theme.muted,
        Verdict::Leaning | Verdict::Observed => theme.incoming,
        Verdict::Answered => theme.accent,
        Verdict::Contested => theme.warning,
    }
}

/// The question, and a bar per hypothesis.
fn hypotheses(finding: &Finding, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let title = format!("{} ({})", finding.question.title, finding.question.place());
    let mut lines = wrap(&[Span::styled(title, theme.heading)], columns, 2);
    let most = finding.tallies.iter().map(|tally| tally.supporting).max().unwrap_or(0).max(1);
    for tally in &finding.tallies {
        let full = usize::try_from(tally.supporting * 20 / most).unwrap_or(0);
        let direct = if tally.direct > 0 { format!(", {} direct", tally.direct) } else { String::new() };
        let strongest = tally.strongest.map_or("", crate::spec::Strength::name);
        lines.push(Line::from(vec![
            cell(&visible_all(&tally.hypothesis), 24.min(columns / 3), theme.accent),
            Span::styled("█".repeat(full), theme.incoming),
            Span::styled("·".repeat(20 - full.min(20)), theme.muted),
            Span::raw(format!(" {} for{direct}, {} against  {strongest}", tally.supporting, tally.refuting)),
        ]));
    }
    lines
}

/// Draws the evidence for one question.
pub(super) fn evidence(
    model: &Model,
    (question, selected): (&'static str, usize),
    scroll: &mut Scroll,
    regions: &mut Regions,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    let finding = model.board.as_ref().and_then(|board| board.finding(question));
    let pieces = finding.map_or(&[][..], |finding| &finding.pieces);
    let piece = |index: usize| {
        let at = pieces.get(index)?;
        let judged = model.calls().get(at.call)?;
        let piece = judged.evidence.get(at.piece)?;
        Some((at.call, judged, judged.call.rows.get(piece.row)?, piece))
    };
    let title = QUESTIONS.iter().chain(DISCREPANCIES).find(|known| known.id == question).map_or("", |it| it.title);
    let heading = Line::from(vec![
        cell("Call", 6, Style::new()),
        cell("Record", 8, Style::new()),
        cell("Time", 12, Style::new()),
        cell("Bears", 24, Style::new()),
        cell("Strength", 8, Style::new()),
        Span::raw("Why"),
    ]);
    let empty = "No call that was read bears on it. Its page (i) says what would.";
    let board = Board { model, theme, heading, selected, count: pieces.len(), empty };
    let entry = |index: usize, columns: usize| {
        let (call, judged, row, piece) = piece(index)?;
        let bearing = if piece.supports { "for" } else { "against" };
        let mut pieces = vec![
            cell(&format!("#{}", call + 1), 6, theme.muted),
            cell(&row.observed.stanza.origin.last.to_string(), 8, theme.muted),
            cell(&row.observed.time().map_or_else(|| NONE.to_owned(), clock_precise), 12, Style::new()),
            cell(&format!("{bearing} {}", visible_all(&piece.hypothesis)), 24, theme.accent),
            cell(piece.strength.name(), 8, Style::new()),
        ];
        let taken: usize = pieces.iter().map(Span::width).sum();
        let why = model.names.in_text(&piece.why, &judged.call.people).into_owned();
        pieces.push(Span::raw(cut(&visible_all(&why), columns.saturating_sub(taken)).into_owned()));
        Some(pieces)
    };
    let details = |columns: usize| {
        let mut lines = wrap(&[Span::styled(title, theme.heading)], columns, 2);
        if let Some((_, judged, _, piece)) = piece(selected) {
            let why = model.names.in_text(&piece.why, &judged.call.people).into_owned();
            lines.extend(wrap(&[Span::raw(visible_all(&why))], columns, 0));
        }
        lines
    };
    board.draw(scroll, regions, frame, area, entry, details)
}

/// What all places of a rule come to.
fn standing(count: Count) -> (&'static str, fn(&Theme) -> Style) {
    match count {
        Count { violated: 1.., .. } => ("violated", |theme| theme.violated),
        Count { novelties: 1.., .. } => ("novelty", |theme| theme.novelty),
        Count { holds: 1.., .. } => ("holds", |theme| theme.accent),
        Count { undecided: 1.., .. } => ("undecided", |theme| theme.incoming),
        _ => ("not exercised", |theme| theme.muted),
    }
}

/// Draws the rules.
pub(super) fn rules(
    model: &Model,
    selected: usize,
    scroll: &mut Scroll,
    regions: &mut Regions,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    let names = ["Holds", "!", "+", "Undecided", "Calls"];
    let numbers = names.map(|name| Span::raw(format!("{name:>9} ")));
    let mut heading = vec![cell("Standing", 13, Style::new())];
    let is_wide = area.width >= 100;
    heading.extend(if is_wide { numbers.to_vec() } else { Vec::new() });
    heading.push(Span::raw("Rule"));
    let empty = "This version checks no rule yet.";
    let board = Board { model, theme, heading: Line::from(heading), selected, count: RULES.len(), empty };
    let count =
        |index: usize| model.board.as_ref().and_then(|board| board.counts.get(index)).copied().unwrap_or_default();
    let calls =
        |index: usize| model.board.as_ref().and_then(|board| board.calls.get(index)).copied().unwrap_or_default();
    let entry = |index: usize, columns: usize| {
        let rule = RULES.get(index)?;
        let count = count(index);
        let (standing, style) = standing(count);
        let mut pieces = vec![cell(standing, 13, style(theme))];
        if is_wide {
            let numbers = [count.holds, count.violated, count.novelties, count.undecided, calls(index) as u64];
            pieces.extend(numbers.map(|number| Span::styled(format!("{number:>9} "), theme.muted)));
        }
        let taken: usize = pieces.iter().map(Span::width).sum();
        let text = format!("{}  {}", rule.id, rule.title);
        pieces.push(Span::raw(cut(&text, columns.saturating_sub(taken)).into_owned()));
        Some(pieces)
    };
    let details = |columns: usize| {
        let Some(rule) = RULES.get(selected) else { return Vec::new() };
        let mut lines = wrap(&[Span::styled(format!("{}  {}", rule.id, rule.title), theme.heading)], columns, 2);
        let count = count(selected);
        let grade = match rule.grade {
            Grade::Violation => "a departure is a violation",
            Grade::Warning => "a departure is a warning",
        };
        let text = format!(
            "page {}; {grade}; in {}: holds {}, violated {}, novelties {}, undecided {}",
            rule.page,
            counted(calls(selected) as u64, "call"),
            count.holds,
            count.violated,
            count.novelties,
            count.undecided
        );
        lines.extend(wrap(&[Span::raw(text)], columns, 2));
        lines
    };
    board.draw(scroll, regions, frame, area, entry, details)
}

/// Draws the places where one rule was checked.
pub(super) fn places(
    model: &Model,
    (rule, selected): (&'static str, usize),
    scroll: &mut Scroll,
    regions: &mut Regions,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    let places = model.board.as_ref().map_or(&[][..], |board| &board.places);
    let place = |index: usize| {
        let (call, place) = *places.get(index)?;
        let judged = model.calls().get(call)?;
        let place = judged.places.get(place)?;
        Some((call, judged, judged.call.rows.get(place.row)?, place))
    };
    let heading = Line::from(vec![
        cell("Call", 6, Style::new()),
        cell("Record", 8, Style::new()),
        cell("Found", 9, Style::new()),
        Span::raw("Why"),
    ]);
    let empty = "No call that was read exercises this rule. Its page (i) says what would.";
    let board = Board { model, theme, heading, selected, count: places.len(), empty };
    let why = |index: usize| {
        let (_, judged, _, place) = place(index)?;
        Some(visible_all(&model.names.in_text(&place.why, &judged.call.people)).into_owned())
    };
    let entry = |index: usize, columns: usize| {
        let (call, _, row, found) = place(index)?;
        let style = match found.found {
            Conformance::Violated => theme.violated,
            Conformance::Novelty => theme.novelty,
            Conformance::Undecided => theme.incoming,
            Conformance::Holds => theme.accent,
        };
        let mut pieces = vec![
            cell(&format!("#{}", call + 1), 6, theme.muted),
            cell(&row.observed.stanza.origin.last.to_string(), 8, theme.muted),
            cell(found.found.name(), 9, style),
        ];
        let taken: usize = pieces.iter().map(Span::width).sum();
        pieces.push(Span::raw(cut(&why(index)?, columns.saturating_sub(taken)).into_owned()));
        Some(pieces)
    };
    let title = RULES.iter().find(|known| known.id == rule).map_or("", |rule| rule.title);
    let details = |columns: usize| {
        let mut lines = wrap(&[Span::styled(format!("{rule}  {title}"), theme.heading)], columns, 2);
        lines.extend(wrap(&[Span::raw(why(selected).unwrap_or_default())], columns, 0));
        lines
    };
    board.draw(scroll, regions, frame, area, entry, details)
}

/// Draws the marks and notes.
pub(super) fn marks(
    model: &Model,
    selected: usize,
    scroll: &mut Scroll,
    regions: &mut Regions,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    let marks: Vec<(&Subject, &str)> = model.notes.iter().collect();
    let heading = Line::from(vec![cell("Call", 20, Style::new()), cell("Stanza", 24, Style::new()), Span::raw("Note")]);
    let empty = "No marks yet. In the list and in a ladder, m marks and ; writes a note.";
    let board = Board { model, theme, heading, selected, count: marks.len(), empty };
    let entry = |index: usize, columns: usize| {
        let (subject, note) = marks.get(index)?;
        let stanza = subject.stanza.as_ref().map(|key| format!("{} {} {}", key.direction, key.action, key.id));
        let mut pieces = vec![
            cell(&visible_all(&subject.call), 20, theme.muted),
            cell(&visible_all(stanza.as_deref().unwrap_or("the whole call")), 24, theme.accent),
        ];
        let taken: usize = pieces.iter().map(Span::width).sum();
        let note = if note.is_empty() { "(marked)" } else { note };
        pieces.push(Span::raw(cut(&visible_all(note), columns.saturating_sub(taken)).into_owned()));
        Some(pieces)
    };
    let details = |columns: usize| {
        let Some((subject, note)) = marks.get(selected) else { return Vec::new() };
        let mut lines =
            wrap(&[Span::styled(format!("call-id {}", visible_all(&subject.call)), theme.heading)], columns, 2);
        lines.extend(wrap(&[Span::raw(visible_all(note))], columns, 0));
        lines
    };
    board.draw(scroll, regions, frame, area, entry, details)
}

/// Draws the page of a question or a rule: Markdown with its signs taken away where they only mean looks.
pub(super) fn page(text: &str, scroll: usize, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    let mut lines = Vec::new();
    for paragraph in text.split("\n\n") {
        let joined = paragraph.lines().collect::<Vec<_>>().join(" ");
        let mut spans = Vec::new();
        for (index, piece) in joined.split('*').enumerate() {
            let style = if index % 2 == 1 { theme.accent } else { Style::new() };
            spans.push(Span::styled(piece.to_owned(), style));
        }
        if let [first] = spans.as_mut_slice()
            && lines.is_empty()
        {
            first.style = theme.heading;
        }
        lines.extend(wrap(&spans, area.width.into(), 0));
        lines.push(Line::default());
    }
    pane::text(&lines, scroll, frame, area)
}
