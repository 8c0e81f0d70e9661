//! Drawing the list of calls.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::columns::{Column, ONGOING};
use super::list::Calls;
use crate::call::Outcome;
use crate::protocol::binary::Jid;
use crate::spec::Judged;
use crate::tui::kit::fit::fit;
use crate::tui::kit::list::Scroll;
use crate::tui::kit::pane::{Canvas, Target, Viewport};
use crate::tui::kit::text::{address, cut, shown, width};
use crate::tui::kit::theme::Theme;
use crate::tui::shared::Shared;
use crate::words::{NONE, counted};

/// Columns before each call: the tick, and whether it is marked or new.
const MARKS: usize = 2;

/// From this height on there is a line about stanzas that belong to no call.
const LEAST_WITH_STRAYS: u16 = 6;

/// The calls whose texts decide how wide columns are, besides those on the screen.
const SAMPLED: usize = 200;

/// Columns from which on an address is recognizable, and from which on it is readable.
const RECOGNIZABLE: usize = 16;
const READABLE: usize = 22;

/// The columns in the order in which they appear on wider terminals, and the least width of each: before addresses are
/// recognizable, before they are readable, and after that.
const FIRST: &[(Column, usize)] = &[
    (Column::Callee, 13),
    (Column::Caller, 11),
    (Column::Outcome, 9),
    (Column::Evidence, 3),
    (Column::Start, 8),
    (Column::Number, 1),
    (Column::Ring, 6),
    (Column::EndedBy, 15),
    (Column::Violations, 2),
];
const SECOND: &[(Column, usize)] = &[(Column::Talk, 6)];
const THIRD: &[(Column, usize)] =
    &[(Column::Media, 5), (Column::Stanzas, 7), (Column::Note, 8), (Column::Capture, 9), (Column::Vantages, 8)];

/// Returns whether a column counts something: a number is never cut.
const fn is_count(column: Column) -> bool {
    matches!(column, Column::Number | Column::Violations | Column::Evidence)
}

/// The columns of `wanted` that fit into `room`, and their widths. `need` is the width that the texts of a column take.
fn layout(wanted: &[Column], room: usize, need: impl Fn(Column) -> usize) -> Vec<(Column, usize)> {
    let place = |column: Column| wanted.iter().position(|wanted| *wanted == column);
    let parties = |most: usize| [Column::Caller, Column::Callee].map(|column| (column, need(column).min(most)));
    let appear = |columns: &'static [(Column, usize)]| {
        columns.iter().map(|(column, least)| (*column, if is_count(*column) { need(*column) } else { *least }))
    };
    let growths = appear(FIRST).chain(parties(RECOGNIZABLE)).chain(appear(SECOND)).chain(parties(READABLE));
    let whole = Column::ALL.iter().map(|column| (*column, need(*column)));
    let growths = growths.chain(appear(THIRD)).chain(whole);
    let growths = growths.filter_map(|(column, width)| Some((place(column)?, width)));
    let widths = fit(wanted.len(), growths, room);
    wanted.iter().copied().zip(widths).filter(|(_, width)| *width > 0).collect()
}

/// The width that the texts of a column take, among the first calls and those from `first` on.
fn need(list: &Calls, shared: &Shared, column: Column, first: usize, room: usize) -> usize {
    let sampled = list.shown.iter().take(SAMPLED).chain(list.shown.iter().skip(first).take(room));
    let text = |index: &usize| {
        let judged = shared.calls().get(*index)?;
        let note = if column == Column::Note { shared.notes.of_call(&judged.call) } else { None };
        let text = column.text(*index, judged, &Calls::cell_context(shared, note));
        Some(width(&shown(&text, WIDEST)) + if column == Column::Callee { width("→ ") } else { 0 })
    };
    match column {
        Column::Number => shared.calls().len().to_string().len(),
        _ => sampled.filter_map(text).max().unwrap_or_default().max(width(column.heading()) + 1),
    }
}

/// The most columns that a text of a list gets.
const WIDEST: usize = 40;

/// Draws the list.
pub(in crate::tui) fn draw(list: &Calls, shared: &Shared, scroll: &mut Scroll, mut canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { theme, area, .. } = canvas;
    let wanted: Vec<Column> = list.columns_with_text(shared).collect();
    let is_plain = list.ticked.is_empty() && shared.notes.is_empty() && shared.live.count() == 0;
    let marks = if is_plain { 0 } else { MARKS };
    let mut rows = area.rows();
    let heading = if area.height > 2 { rows.next() } else { None };
    let body = Rect { y: area.bottom().saturating_sub(area.height - u16::from(area.height > 2)), ..area };
    let strays =
        shared.strays().filter(|_| area.height >= LEAST_WITH_STRAYS).map_or(0, |strays| strays.call.rows.len());
    let height = (area.bottom() - body.y).saturating_sub(u16::from(strays > 0));
    let body = Rect { height, ..body };
    if strays > 0 {
        let below = Rect { y: body.bottom(), height: 1, ..body };
        let key = shared.keymap.key_of("strays").map_or_else(String::new, |key| format!(" ({key}: show)"));
        let says = format!("{}{key}", counted(strays as u64, "unattributed stanza"));
        canvas.frame.render_widget(Line::styled(says, theme.muted), below);
    }
    let room = usize::from(body.height);
    let first = scroll.follow(list.selected, list.shown.len(), room);
    let needed = |column| need(list, shared, column, first, room);
    let columns = layout(&wanted, usize::from(area.width).saturating_sub(marks), needed);
    if let Some(row) = heading {
        headings(list, &columns, marks, canvas.part(row));
    }
    let Canvas { regions, frame, .. } = canvas;
    regions.add(body, Target::Lines(first));
    for ((place, index), row) in list.shown.iter().enumerate().skip(first).zip(rows.take(room)) {
        let Some(judged) = shared.calls().get(*index) else { continue };
        let mut cells = Vec::new();
        if marks > 0 {
            let tick = if list.is_ticked(&judged.call) { "✓" } else { " " };
            let mark = match () {
                () if shared.notes.is_marked(&judged.call) => "*",
                () if shared.live.is_new(&judged.call) => "•",
                () => " ",
            };
            cells.push(Span::styled(format!("{tick}{mark}"), theme.accent));
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
    Viewport::of_list(room)
}

/// Why the list is empty although there are calls.
fn nothing(list: &Calls, shared: &Shared) -> String {
    if list.is_arranging() {
        return if shared.filter.is_some() { "Filtering …" } else { "Sorting …" }.to_owned();
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
        Column::Note | Column::Capture => {
            shown(&shared.presentable(column.text(index, judged, &context)), columns).into_owned()
        }
        _ => shown(&column.text(index, judged, &context), columns).into_owned(),
    };
    let warns = matches!(call.progress.outcome, Outcome::Failed | Outcome::CutOff | Outcome::Unknown);
    let style = match column {
        Column::Outcome if text == ONGOING => theme.accent,
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

    /// What texts of the usual length need.
    fn usual(column: Column) -> usize {
        match column {
            Column::Number => 2,
            Column::Caller | Column::Callee => 32,
            Column::EndedBy => 20,
            Column::Media => 11,
            Column::Note | Column::Capture => 40,
            column => column.heading().len() + 1,
        }
    }

    #[test]
    fn no_column_gets_narrower_on_a_wider_terminal() {
        for room in 20..240 {
            let (narrow, wide) = (layout(Column::ALL, room, usual), layout(Column::ALL, room + 1, usual));
            let taken: usize = narrow.iter().map(|(_, width)| width + 1).sum();
            assert!(taken <= room + 1, "{room} columns hold {narrow:?}");
            assert!(narrow.iter().any(|(column, _)| *column == Column::Callee));
            for (column, width) in narrow {
                assert!(wide.iter().any(|(kept, wider)| *kept == column && *wider >= width), "{room}: {column:?}");
            }
        }
    }

    #[test]
    fn the_most_important_columns_are_hidden_last() {
        let wanted: Vec<_> = Column::ALL.iter().copied().filter(|column| *column != Column::Violations).collect();
        let has = |room, column| layout(&wanted, room, usual).iter().any(|(kept, _)| *kept == column);
        assert!(has(160, Column::Stanzas) && has(160, Column::Media));
        assert!(has(80, Column::EndedBy) && !has(80, Column::Stanzas));
        assert!(has(60, Column::Ring) && has(60, Column::Evidence) && !has(60, Column::EndedBy));
    }
}
