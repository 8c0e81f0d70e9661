//! The open questions, and the evidence for one.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::board::{Board, Pieces, Scroll, cell};
use super::canvas::Canvas;
use crate::spec;
use crate::spec::index::Entry;
use crate::spec::{Finding, Verdict};
use crate::tui::board::Asked;
use crate::tui::model::Viewport;
use crate::tui::quantity::{NONE, clock_precise};
use crate::tui::text::{cut, visible_all, wrap};
use crate::tui::theme::Theme;
use crate::tui::update::{reason, standing};

/// Columns of a bar.
const BAR: usize = 10;

/// Columns of the page, where there is room for its whole place and where there is not.
const PLACE: usize = 26;
const PAGE: usize = 13;

/// Draws the open questions.
pub(super) fn draw(selected: usize, scroll: &mut Scroll, canvas: Canvas<'_, '_>) -> Viewport {
    let (model, theme) = (canvas.model, canvas.theme);
    let board = model.board.as_ref();
    let is_wide = canvas.area.width >= 100;
    let mut heading = vec![cell("Verdict", 12, Style::new())];
    if is_wide {
        heading.push(cell("Confidence", 11, Style::new()));
        heading.push(cell("For/against", BAR + 8, Style::new()));
        heading.push(cell("Page", PLACE, Style::new()));
    } else {
        heading.push(cell("For", 7, Style::new()));
        heading.push(cell("Page", PAGE, Style::new()));
    }
    heading.push(Span::raw("Question"));
    let empty = if model.with_evidence { "No evidence bears on any question. h shows all." } else { "None is known." };
    let count = board.map_or(0, |board| board.asked.len());
    let list = Board { heading: Line::from(heading), selected, count, empty };
    let entry = |index: usize, columns: usize| {
        let mut pieces = match board?.asked.get(index)? {
            Asked::Sought(place) => sought(board?.findings.get(*place)?, is_wide, theme),
            Asked::Unsought(entry) => unsought(entry, is_wide, theme),
        };
        let taken: usize = pieces.iter().map(Span::width).sum();
        let (title, style) = match board?.asked.get(index)? {
            Asked::Sought(place) => (board?.findings.get(*place)?.question.title, Style::new()),
            Asked::Unsought(entry) => (entry.title, theme.muted),
        };
        pieces.push(Span::styled(cut(title, columns.saturating_sub(taken)).into_owned(), style));
        Some(pieces)
    };
    let details = |columns: usize| match board.and_then(|board| Some((board, board.asked.get(selected)?))) {
        Some((board, Asked::Sought(place))) => {
            board.findings.get(*place).map_or_else(Vec::new, |it| hypotheses(it, columns, theme))
        }
        Some((_, Asked::Unsought(entry))) => why_not(entry, columns, theme),
        None => Vec::new(),
    };
    list.draw(scroll, canvas, entry, details)
}

/// The line of a question that is looked for, up to its title.
fn sought(finding: &Finding, is_wide: bool, theme: &Theme) -> Pieces {
    let (supporting, refuting) = weight(finding);
    let mut pieces = vec![cell(finding.verdict.name(), 12, verdict_style(finding.verdict, theme))];
    if is_wide {
        pieces.push(cell(finding.confidence.name(), 11, theme.muted));
        pieces.push(Span::styled(bar(supporting, refuting), theme.incoming));
        pieces.push(cell(&format!(" {supporting}/{refuting}"), 7, theme.muted));
        pieces.push(cell(&finding.question.place(), PLACE, theme.muted));
    } else {
        pieces.push(cell(&format!("{supporting}/{refuting}"), 7, theme.muted));
        pieces.push(cell(finding.question.page, PAGE, theme.muted));
    }
    pieces
}

/// The line of a question that is not looked for, or under another page, up to its title.
fn unsought(entry: &Entry, is_wide: bool, theme: &Theme) -> Pieces {
    let mut pieces = vec![cell(&standing(entry), 12, theme.muted)];
    if is_wide {
        pieces.push(cell("", 11 + 1 + BAR + 7, theme.muted));
        pieces.push(cell(&entry.place(), PLACE, theme.muted));
    } else {
        pieces.push(cell("", 7, theme.muted));
        pieces.push(cell(entry.page, PAGE, theme.muted));
    }
    pieces
}

/// Why a question is not looked for, or where it is.
fn why_not(entry: &Entry, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let title = format!("{} ({})", entry.title, entry.place());
    let mut lines = wrap(&[Span::styled(title, theme.heading)], columns, 2);
    let text = match (reason(entry), entry.state.question()) {
        (Some((says, why)), _) => format!("{says}: {why}."),
        (None, Some(question)) => {
            format!("The same as {} ({}): Enter goes to its evidence.", question.id, question.place())
        }
        (None, None) => String::new(),
    };
    lines.extend(wrap(&[Span::raw(text)], columns, 2));
    lines
}

/// Pieces for and against all hypotheses.
fn weight(finding: &Finding) -> (u64, u64) {
    let sum = |count: fn(&spec::Tally) -> u64| finding.tallies.iter().map(count).sum();
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
    let confidence = format!("  {}, {}", finding.verdict.name(), finding.confidence.name());
    let mut lines = wrap(&[Span::styled(title, theme.heading), Span::styled(confidence, theme.muted)], columns, 2);
    let most = finding.tallies.iter().map(|tally| tally.supporting).max().unwrap_or(0).max(1);
    for tally in &finding.tallies {
        let full = usize::try_from(tally.supporting * 20 / most).unwrap_or(0);
        let direct = if tally.direct > 0 { format!(", {} direct", tally.direct) } else { String::new() };
        let strongest = tally.strongest.map_or("", spec::Strength::name);
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
    (question, selected): (&'static str, usize),
    scroll: &mut Scroll,
    canvas: Canvas<'_, '_>,
) -> Viewport {
    let (model, theme) = (canvas.model, canvas.theme);
    let finding = model.board.as_ref().and_then(|board| board.finding(question));
    let pieces = finding.map_or(&[][..], |finding| &finding.pieces);
    let piece = |index: usize| {
        let at = pieces.get(index)?;
        let judged = model.calls().get(at.call)?;
        let piece = judged.evidence.get(at.piece)?;
        Some((at.call, judged, judged.call.rows.get(piece.row)?, piece))
    };
    let title = spec::question(question).map_or("", |it| it.title);
    let heading = Line::from(vec![
        cell("Call", 6, Style::new()),
        cell("Record", 8, Style::new()),
        cell("Time", 12, Style::new()),
        cell("Bears", 24, Style::new()),
        cell("Strength", 8, Style::new()),
        Span::raw("Why"),
    ]);
    let empty = "No call that was read bears on it. Its page (i) says what would.";
    let board = Board { heading, selected, count: pieces.len(), empty };
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
    board.draw(scroll, canvas, entry, details)
}
