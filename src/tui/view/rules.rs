//! The rules, and the places where one was checked.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::board::{Board, Scroll, cell};
use super::canvas::Canvas;
use crate::spec::RULES;
use crate::spec::{Conformance, Count, Grade};
use crate::tui::model::Viewport;
use crate::tui::quantity::counted;
use crate::tui::text::{cut, visible_all, wrap};
use crate::tui::theme::Theme;

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
pub(super) fn draw(selected: usize, scroll: &mut Scroll, canvas: Canvas<'_, '_>) -> Viewport {
    let (model, theme) = (canvas.model, canvas.theme);
    let names = ["Holds", "!", "+", "Undecided", "Calls"];
    let numbers = names.map(|name| Span::raw(format!("{name:>9} ")));
    let mut heading = vec![cell("Standing", 13, Style::new())];
    let is_wide = canvas.area.width >= 100;
    heading.extend(if is_wide { numbers.to_vec() } else { Vec::new() });
    heading.push(Span::raw("Rule"));
    let empty = "This version checks no rule yet.";
    let board = Board { heading: Line::from(heading), selected, count: RULES.len(), empty };
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
    board.draw(scroll, canvas, entry, details)
}

/// Draws the places where one rule was checked.
pub(super) fn places((rule, selected): (&'static str, usize), scroll: &mut Scroll, canvas: Canvas<'_, '_>) -> Viewport {
    let (model, theme) = (canvas.model, canvas.theme);
    let places = model.board.as_ref().map_or(&[][..], |board| &board.places);
    let place = |index: usize| {
        let (call, place) = *places.get(index)?;
        let judged = model.judged(call)?;
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
    let board = Board { heading, selected, count: places.len(), empty };
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
            cell(
                &if call < model.calls().len() { format!("#{}", call + 1) } else { "none".to_owned() },
                6,
                theme.muted,
            ),
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
    board.draw(scroll, canvas, entry, details)
}
