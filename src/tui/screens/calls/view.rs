//! Drawing the list of calls.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::columns::Column;
use super::list::Calls;
use crate::call::Outcome;
use crate::protocol::binary::Jid;
use crate::spec::Judged;
use crate::tui::kit::list::Scroll;
use crate::tui::kit::pane::{Canvas, Target, Viewport};
use crate::tui::kit::text::{address, cut, shown, visible_all, width};
use crate::tui::kit::theme::Theme;
use crate::tui::shared::Shared;
use crate::words::{NONE, counted};

/// Columns of the tick and the mark before each call.
const MARKS: usize = 2;

/// From this height on there is a line about stanzas that belong to no call.
const LEAST_WITH_STRAYS: u16 = 6;

/// The columns that are hidden on narrow terminals, the first one first.
const GIVE_WAY: &[Column] = &[
    Column::Vantages,
    Column::Note,
    Column::Stanzas,
    Column::Media,
    Column::Talk,
    Column::Violations,
    Column::EndedBy,
    Column::Ring,
    Column::Number,
    Column::Start,
    Column::Evidence,
    Column::Outcome,
    Column::Caller,
];

/// The least and the greatest useful width of a column.
fn widths(column: Column, calls: usize) -> (usize, usize) {
    match column {
        Column::Number => (calls.to_string().len(), calls.to_string().len()),
        Column::Start => (8, 9),
        Column::Caller => (11, 32),
        Column::Callee => (13, 34),
        Column::Media => (5, 11),
        Column::Outcome => (9, 9),
        Column::Ring | Column::Talk => (6, 6),
        Column::Stanzas => (7, 8),
        Column::EndedBy => (14, 30),
        Column::Vantages => (8, 8),
        Column::Violations => (2, 6),
        Column::Evidence => (3, 4),
        Column::Note => (8, 40),
    }
}

/// The columns of `wanted` that fit into `room`, and their widths.
fn layout(wanted: &[Column], room: usize, calls: usize) -> Vec<(Column, usize)> {
    let mut columns: Vec<_> = wanted.iter().map(|column| (*column, widths(*column, calls).0)).collect();
    let taken = |columns: &[(Column, usize)]| columns.iter().map(|(_, width)| width + 1).sum::<usize>();
    for column in GIVE_WAY {
        if taken(&columns) <= room + 1 {
            break;
        }
        if columns.len() > 1 {
            columns.retain(|(kept, _)| kept != column);
        }
    }
    let mut spare = (room + 1).saturating_sub(taken(&columns));
    while spare > 0 {
        let before = spare;
        for (column, width) in &mut columns {
            if spare > 0 && *width < widths(*column, calls).1 {
                (*width, spare) = (*width + 1, spare - 1);
            }
        }
        if spare == before {
            break;
        }
    }
    columns
}

/// Draws the list.
pub(in crate::tui) fn draw(list: &Calls, shared: &Shared, scroll: &mut Scroll, mut canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { theme, area, .. } = canvas;
    // Columns that are always empty take no room.
    let is_empty = |column: Column| match column {
        Column::Note => shared.notes.is_empty(),
        Column::Violations => crate::spec::RULES.is_empty(),
        _ => false,
    };
    let wanted: Vec<Column> = list.columns.iter().copied().filter(|column| !is_empty(*column)).collect();
    let marks = if list.ticked.is_empty() && shared.notes.is_empty() { 0 } else { MARKS };
    let columns = layout(&wanted, usize::from(area.width).saturating_sub(marks), shared.calls().len());
    let mut rows = area.rows();
    if area.height > 2
        && let Some(row) = rows.next()
    {
        headings(list, &columns, marks, canvas.part(row));
    }
    let body = Rect { y: area.bottom().saturating_sub(area.height - u16::from(area.height > 2)), ..area };
    let strays =
        shared.strays().filter(|_| area.height >= LEAST_WITH_STRAYS).map_or(0, |strays| strays.call.rows.len());
    let height = (area.bottom() - body.y).saturating_sub(u16::from(strays > 0));
    let body = Rect { height, ..body };
    if strays > 0 {
        let below = Rect { y: body.bottom(), height: 1, ..body };
        let key = shared.keymap.key_of("strays").map_or_else(String::new, |key| format!(" ({key}: show)"));
        let belong = if strays == 1 { "belongs" } else { "belong" };
        let says = format!("{} {belong} to no call{key}", counted(strays as u64, "stanza"));
        canvas.frame.render_widget(Line::styled(says, theme.muted), below);
    }
    let room = usize::from(body.height);
    let first = scroll.follow(list.selected, list.shown.len(), room);
    let Canvas { regions, frame, .. } = canvas;
    regions.add(body, Target::Lines(first));
    for ((place, index), row) in list.shown.iter().enumerate().skip(first).zip(rows.take(room)) {
        let Some(judged) = shared.calls().get(*index) else { continue };
        let mut cells = Vec::new();
        if marks > 0 {
            let tick = if list.is_ticked(&judged.call) { "✓" } else { " " };
            let note = if shared.notes.of_call(&judged.call).is_some() { "*" } else { " " };
            cells.push(Span::styled(format!("{tick}{note}"), theme.accent));
        }
        for (column, width) in &columns {
            let (text, style) = cell(shared, *column, *index, judged, *width, theme);
            cells.extend(padded(*column, &text, *width, style));
        }
        frame.render_widget(Line::from(cells), row);
        if place == list.selected {
            frame.buffer_mut().set_style(row, theme.selected);
        }
    }
    if list.shown.is_empty()
        && let Some(row) = body.rows().next()
    {
        frame.render_widget(Line::styled(nothing(list, shared), theme.warning), row);
    }
    Viewport { page: room, lines: 0 }
}

/// Why the list is empty although there are calls.
fn nothing(list: &Calls, shared: &Shared) -> String {
    if list.is_filtering() {
        return "Filtering …".to_owned();
    }
    let clear = shared.keymap.key_of("clear-filter").map_or_else(String::new, |key| format!("; {key} clears it"));
    format!("No calls match the filter ({} in total{clear})", shared.calls().len())
}

fn headings(list: &Calls, columns: &[(Column, usize)], marks: usize, canvas: Canvas<'_, '_>) {
    let Canvas { theme, regions, frame, area: row } = canvas;
    let mut headings = vec![Span::raw(" ".repeat(marks))];
    let mut at = row.x.saturating_add(u16::try_from(marks).unwrap_or(0));
    for (column, width) in columns {
        let is_sorted = list.sort == *column && (*column != Column::Number || list.reversed);
        let arrow = match (is_sorted, list.reversed) {
            (false, _) => "",
            (true, false) => "▲",
            (true, true) => "▼",
        };
        let name = cut(column.heading(), width.saturating_sub(arrow.chars().count()));
        headings.extend(padded(*column, &format!("{name}{arrow}"), *width, Style::new()));
        let width = u16::try_from(*width).unwrap_or(0);
        regions.add(Rect { x: at, width, ..row }.intersection(row), Target::Heading(*column as usize));
        at = at.saturating_add(width + 1);
    }
    frame.render_widget(Line::from(headings).style(theme.heading), row);
}

/// A cell, and the gap to the next.
fn padded(column: Column, text: &str, columns: usize, style: Style) -> [Span<'static>; 2] {
    let text = cut(text, columns);
    let gap = " ".repeat(columns.saturating_sub(width(&text)));
    if column.is_number() {
        [Span::raw(gap), Span::styled(format!("{text} "), style)]
    } else {
        [Span::styled(text.into_owned(), style), Span::raw(gap + " ")]
    }
}

/// The text of a cell, safe to show.
fn cell(
    shared: &Shared,
    column: Column,
    index: usize,
    judged: &Judged,
    columns: usize,
    theme: &Theme,
) -> (String, Style) {
    let call = &judged.call;
    let note = if column == Column::Note { shared.notes.of_call(call) } else { None };
    let context = Calls::cell_context(shared, note);
    let party = |jid: &Option<Jid>, columns: usize| match jid {
        Some(jid) if !shared.names.in_letters => address(jid, columns),
        Some(jid) => shown(&shared.names.of(jid, &call.people), columns).into_owned(),
        None => NONE.to_owned(),
    };
    let text = match column {
        // Addresses are cut so that the device stays.
        Column::Caller => party(&call.caller, columns),
        Column::Callee => format!("→ {}", party(&call.callee, columns.saturating_sub(2))),
        Column::Media if columns < "group video".len() => {
            call.media.map_or_else(|| NONE.to_owned(), |media| media.name().to_owned())
        }
        _ => visible_all(&shown(&column.text(index, judged, &context), columns)).into_owned(),
    };
    let warns = matches!(call.progress.outcome, Outcome::Failed | Outcome::CutOff | Outcome::Unknown);
    let style = match column {
        Column::Outcome if warns => theme.warning,
        Column::Violations if text.starts_with('!') => theme.violated,
        Column::Violations => theme.novelty,
        Column::Number => theme.muted,
        Column::Evidence | Column::Note => theme.accent,
        _ if text == NONE || text == "→ -" => theme.muted,
        _ => Style::new(),
    };
    (text, style)
}

/// The entries of the choice of columns.
pub(in crate::tui) fn choice(list: &Calls, theme: &Theme) -> Vec<Line<'static>> {
    let line = |column: &Column| {
        let tick = if list.columns.contains(column) { "✓ " } else { "  " };
        Line::from(vec![
            Span::styled(tick, theme.accent),
            Span::raw(format!("{:<12}", column.name())),
            Span::styled(column.description(), theme.muted),
        ])
    };
    Column::ALL.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_use_the_room_and_no_more() {
        for room in 20..240 {
            let columns = layout(Column::ALL, room, 123);
            let taken: usize = columns.iter().map(|(_, width)| width + 1).sum();
            assert!(taken <= room + 1, "{room} columns hold {columns:?}");
            assert!(columns.iter().any(|(column, _)| *column == Column::Callee));
        }
    }

    #[test]
    fn the_most_important_columns_are_hidden_last() {
        let wanted: Vec<_> = Column::ALL.iter().copied().filter(|column| *column != Column::Violations).collect();
        let has = |room, column| layout(&wanted, room, 12).iter().any(|(kept, _)| *kept == column);
        assert!(has(160, Column::Stanzas) && has(160, Column::Media));
        assert!(has(80, Column::EndedBy) && has(80, Column::Talk) && !has(80, Column::Stanzas));
        assert!(has(60, Column::Ring) && has(60, Column::Evidence) && !has(60, Column::EndedBy));
    }
}
