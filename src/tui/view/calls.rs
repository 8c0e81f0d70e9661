//! The list of calls.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::pane;
use crate::call::{Media, Outcome};
use crate::spec::Judged;
use crate::tui::model::{Model, Viewport};
use crate::tui::quantity::{NONE, clock, length};
use crate::tui::text::{address, cut, shown, width};
use crate::tui::theme::Theme;

/// The first call shown.
#[derive(Debug, Default)]
pub(super) struct Scroll(usize);

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Number,
    Start,
    Caller,
    Callee,
    Media,
    Outcome,
    Ring,
    Talk,
    Stanzas,
    EndedBy,
    Evidence,
}

/// The columns from left to right.
const COLUMNS: &[Column] = &[
    Column::Number,
    Column::Start,
    Column::Caller,
    Column::Callee,
    Column::Media,
    Column::Outcome,
    Column::Ring,
    Column::Talk,
    Column::Stanzas,
    Column::EndedBy,
    Column::Evidence,
];

/// The columns that give way where room is short, the first to go first.
const GIVE_WAY: &[Column] = &[
    Column::Stanzas,
    Column::Media,
    Column::Talk,
    Column::EndedBy,
    Column::Ring,
    Column::Number,
    Column::Start,
    Column::Evidence,
    Column::Outcome,
    Column::Caller,
];

impl Column {
    const fn heading(self) -> &'static str {
        match self {
            Self::Number => "#",
            Self::Start => "Start",
            Self::Caller => "Caller",
            Self::Callee => "→ Callee",
            Self::Media => "Media",
            Self::Outcome => "Outcome",
            Self::Ring => "Ring",
            Self::Talk => "Talk",
            Self::Stanzas => "Stanzas",
            Self::EndedBy => "Ended by",
            Self::Evidence => "?",
        }
    }

    /// The columns of the terminal that it needs, and those that it can use.
    fn widths(self, calls: usize) -> (usize, usize) {
        match self {
            Self::Number => (calls.to_string().len(), calls.to_string().len()),
            Self::Start => (8, 8),
            Self::Caller => (11, 32),
            Self::Callee => (13, 34),
            Self::Media => (5, 11),
            Self::Outcome => (9, 9),
            Self::Ring | Self::Talk => (6, 6),
            Self::Stanzas => (7, 7),
            Self::EndedBy => (14, 30),
            Self::Evidence => (2, 3),
        }
    }

    const fn is_number(self) -> bool {
        matches!(self, Self::Number | Self::Ring | Self::Talk | Self::Stanzas)
    }
}

/// The columns that fit into `room`, and their widths.
fn layout(room: usize, calls: usize) -> Vec<(Column, usize)> {
    let mut columns: Vec<_> = COLUMNS.iter().map(|column| (*column, column.widths(calls).0)).collect();
    let taken = |columns: &[(Column, usize)]| columns.iter().map(|(_, width)| width + 1).sum::<usize>();
    for column in GIVE_WAY {
        if taken(&columns) <= room + 1 {
            break;
        }
        columns.retain(|(kept, _)| kept != column);
    }
    let mut spare = (room + 1).saturating_sub(taken(&columns));
    while spare > 0 {
        let before = spare;
        for (column, width) in &mut columns {
            if spare > 0 && *width < column.widths(calls).1 {
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
pub(super) fn draw(model: &Model, scroll: &mut Scroll, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    let calls = model.calls();
    let columns = layout(area.width.into(), calls.len());
    let mut rows = area.rows();
    if area.height > 2
        && let Some(row) = rows.next()
    {
        let headings =
            columns.iter().flat_map(|(column, width)| padded(*column, column.heading(), *width, Style::new()));
        frame.render_widget(Line::from_iter(headings).style(theme.heading), row);
    }
    let room = usize::from(if area.height > 2 { area.height - 1 } else { area.height });
    scroll.0 = pane::follow(scroll.0, model.selected, calls.len(), room);
    for ((index, judged), row) in calls.iter().enumerate().skip(scroll.0).zip(rows) {
        let cells = columns.iter().flat_map(|(column, width)| {
            let (text, style) = cell(*column, index, judged, *width, theme);
            padded(*column, &text, *width, style)
        });
        frame.render_widget(Line::from_iter(cells), row);
        if index == model.selected {
            frame.buffer_mut().set_style(row, theme.selected);
        }
    }
    Viewport { page: room, lines: 0 }
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
fn cell(column: Column, index: usize, judged: &Judged, columns: usize, theme: &Theme) -> (String, Style) {
    let (call, course) = (&judged.call, &judged.call.course);
    let plain = Style::new();
    let none = || (NONE.to_owned(), theme.muted);
    match column {
        Column::Number => ((index + 1).to_string(), theme.muted),
        Column::Start => call.start().map_or_else(none, |time| (clock(time), plain)),
        Column::Caller => call.caller.as_ref().map_or_else(none, |jid| (address(jid, columns), plain)),
        Column::Callee => {
            let to = |name: String| format!("→ {name}");
            call.callee.as_ref().map_or_else(
                || (to(NONE.to_owned()), theme.muted),
                |jid| (to(address(jid, columns.saturating_sub(2))), plain),
            )
        }
        Column::Media => call.media.map_or_else(none, |media| {
            let media = Media::name(media);
            let fits = call.group && columns >= "group video".len();
            (if fits { format!("group {media}") } else { media.to_owned() }, plain)
        }),
        Column::Outcome => {
            let warns = matches!(course.outcome, Outcome::Failed | Outcome::CutOff);
            (course.outcome.name().to_owned(), if warns { theme.warning } else { plain })
        }
        Column::Ring => course.ring.map_or_else(none, |ring| (length(ring), plain)),
        Column::Talk => course.talk.map_or_else(none, |talk| (length(talk), plain)),
        Column::Stanzas => (call.rows.len().to_string(), plain),
        Column::EndedBy => course.ended_by.map_or_else(none, |by| {
            let reason = course.end_reason.as_deref().filter(|reason| !reason.is_empty());
            let reason = reason.map_or_else(String::new, |reason| format!(" {}", shown(reason, columns)));
            (format!("{}{reason}", by.name()), plain)
        }),
        Column::Evidence => match judged.telling.len() {
            0 => (String::new(), plain),
            count => (format!("?{count}"), theme.accent),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_use_the_room_and_no_more() {
        for room in 20..240 {
            let columns = layout(room, 123);
            let taken: usize = columns.iter().map(|(_, width)| width + 1).sum();
            assert!(taken <= room + 1, "{room} columns hold {columns:?}");
            assert!(columns.iter().any(|(column, _)| *column == Column::Callee));
        }
    }

    #[test]
    fn what_tells_most_stays_longest() {
        let has = |room, column| layout(room, 12).iter().any(|(kept, _)| *kept == column);
        assert!(has(160, Column::Stanzas) && has(160, Column::Media));
        assert!(has(80, Column::EndedBy) && has(80, Column::Talk) && !has(80, Column::Stanzas));
        assert!(has(60, Column::Ring) && has(60, Column::Evidence) && !has(60, Column::EndedBy));
    }
}
