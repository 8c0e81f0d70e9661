//! The list of calls.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::pane;
use crate::call::Outcome;
use crate::protocol::binary::Jid;
use crate::spec::Judged;
use crate::tui::columns::Column;
use crate::tui::model::{Model, Viewport};
use crate::tui::quantity::{NONE, counted};
use crate::tui::regions::Target;
use crate::tui::text::{address, cut, shown, visible_all, width};
use crate::tui::theme::Theme;

/// The first call shown.
#[derive(Debug, Default)]
pub(super) struct Scroll(usize);

/// Columns of the marks before each call: ticked, noted.
const MARKS: usize = 2;

/// From this height on there is a line for what belongs to no call.
const LEAST_WITH_STRAYS: u16 = 6;

/// The columns that give way where room is short, the first to go first.
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

/// The columns of the terminal that a column needs, and those that it can use.
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
pub(super) fn draw(scroll: &mut Scroll, mut canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { model, theme, area, .. } = canvas;
    let list = &model.list;
    // A column without anything in it takes no room, but for what the user chose to see.
    let is_empty = |column: Column| match column {
        Column::Note => model.notes.is_empty(),
        Column::Violations => crate::spec::RULES.is_empty(),
        _ => false,
    };
    let wanted: Vec<Column> = list.columns.iter().copied().filter(|column| !is_empty(*column)).collect();
    let marks = if list.ticked.is_empty() && model.notes.is_empty() { 0 } else { MARKS };
    let columns = layout(&wanted, usize::from(area.width).saturating_sub(marks), model.calls().len());
    let mut rows = area.rows();
    if area.height > 2
        && let Some(row) = rows.next()
    {
        headings(&columns, marks, canvas.part(row));
    }
    let body = Rect { y: area.bottom().saturating_sub(area.height - u16::from(area.height > 2)), ..area };
    let strays = model.strays().filter(|_| area.height >= LEAST_WITH_STRAYS).map_or(0, |strays| strays.call.rows.len());
    let height = (area.bottom() - body.y).saturating_sub(u16::from(strays > 0));
    let body = Rect { height, ..body };
    if strays > 0 {
        let below = Rect { y: body.bottom(), height: 1, ..body };
        let key = model.keymap.key_of("strays").map_or_else(String::new, |key| format!(": {key} shows them"));
        let belong = if strays == 1 { "belongs" } else { "belong" };
        let says = format!("{} {belong} to no call{key}", counted(strays as u64, "stanza"));
        canvas.frame.render_widget(Line::styled(says, theme.muted), below);
    }
    let room = usize::from(body.height);
    scroll.0 = pane::follow(scroll.0, list.selected, list.shown.len(), room);
    let Canvas { regions, frame, .. } = canvas;
    regions.add(body, Target::Lines(scroll.0));
    for ((place, index), row) in list.shown.iter().enumerate().skip(scroll.0).zip(rows.take(room)) {
        let Some(judged) = model.calls().get(*index) else { continue };
        let mut cells = Vec::new();
        if marks > 0 {
            let tick = if list.is_ticked(&judged.call) { "✓" } else { " " };
            let note = if model.notes.of_call(&judged.call).is_some() { "*" } else { " " };
            cells.push(Span::styled(format!("{tick}{note}"), theme.accent));
        }
        for (column, width) in &columns {
            let (text, style) = cell(model, *column, *index, judged, *width, theme);
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
        frame.render_widget(Line::styled(nothing(model), theme.warning), row);
    }
    Viewport { page: room, lines: 0 }
}

/// Why the list is empty although there are calls.
fn nothing(model: &Model) -> String {
    if model.list.is_sieving() {
        return "Looking for what the filter names …".to_owned();
    }
    let clear = model.keymap.key_of("clear-filter").map_or_else(String::new, |key| format!(": {key} shows them again"));
    format!("The filter names none of {} calls{clear}", model.calls().len())
}

fn headings(columns: &[(Column, usize)], marks: usize, canvas: Canvas<'_, '_>) {
    let Canvas { model, theme, regions, frame, area: row } = canvas;
    let mut headings = vec![Span::raw(" ".repeat(marks))];
    let mut at = row.x.saturating_add(u16::try_from(marks).unwrap_or(0));
    for (column, width) in columns {
        let is_sorted = model.list.sort == *column && (*column != Column::Number || model.list.reversed);
        let arrow = match (is_sorted, model.list.reversed) {
            (false, _) => "",
            (true, false) => "▲",
            (true, true) => "▼",
        };
        let name = cut(column.heading(), width.saturating_sub(arrow.chars().count()));
        headings.extend(padded(*column, &format!("{name}{arrow}"), *width, Style::new()));
        let width = u16::try_from(*width).unwrap_or(0);
        regions.add(Rect { x: at, width, ..row }.intersection(row), Target::Heading(*column));
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
    model: &Model,
    column: Column,
    index: usize,
    judged: &Judged,
    columns: usize,
    theme: &Theme,
) -> (String, Style) {
    let call = &judged.call;
    let note = if column == Column::Note { model.notes.of_call(call) } else { None };
    let setting = model.setting(note);
    let party = |jid: &Option<Jid>, columns: usize| match jid {
        Some(jid) if !model.names.in_letters => address(jid, columns),
        Some(jid) => shown(&model.names.of(jid, &call.people), columns).into_owned(),
        None => NONE.to_owned(),
    };
    let text = match column {
        // Addresses are cut so that the device stays.
        Column::Caller => party(&call.caller, columns),
        Column::Callee => format!("→ {}", party(&call.callee, columns.saturating_sub(2))),
        Column::Media if columns < "group video".len() => {
            call.media.map_or_else(|| NONE.to_owned(), |media| media.name().to_owned())
        }
        _ => visible_all(&shown(&column.text(index, judged, &setting), columns)).into_owned(),
    };
    let warns = matches!(call.progress.outcome, Outcome::Failed | Outcome::CutOff);
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
    fn what_tells_most_stays_longest() {
        let wanted: Vec<_> = Column::ALL.iter().copied().filter(|column| *column != Column::Violations).collect();
        let has = |room, column| layout(&wanted, room, 12).iter().any(|(kept, _)| *kept == column);
        assert!(has(160, Column::Stanzas) && has(160, Column::Media));
        assert!(has(80, Column::EndedBy) && has(80, Column::Talk) && !has(80, Column::Stanzas));
        assert!(has(60, Column::Ring) && has(60, Column::Evidence) && !has(60, Column::EndedBy));
    }
}
