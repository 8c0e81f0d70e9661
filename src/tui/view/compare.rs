//! Two calls, or two stanzas, side by side.

use std::sync::Arc;

use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::pane;
use crate::spec::Judged;
use crate::tui::comparison::{Compared, Comparison};
use crate::tui::diff::{Pair, line_up, tokens};
use crate::tui::model::{Model, Viewport};
use crate::tui::quantity::offset;
use crate::tui::regions::Target;
use crate::tui::text::{cut, visible_all, width, wrap};
use crate::tui::theme::Theme;

/// The first line shown.
#[derive(Debug, Default)]
pub(super) struct Scroll(usize);

/// Columns between the two sides: the sign of what differs.
const BETWEEN: usize = 3;

/// Lines that show the selected pair whole, one above the other.
const WHOLE: u16 = 5;

/// Draws the comparison.
pub(super) fn draw(comparison: &Comparison, scroll: &mut Scroll, canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { model, theme, regions, frame, area } = canvas;
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
    let names = heads_of(model, comparison);
    let head = |side: usize| filled(&names.get(side).cloned().unwrap_or_default(), each);
    frame.render_widget(Line::from(format!("{}   {}", head(0), head(1))).style(theme.heading), heads);
    let room = usize::from(list.height);
    scroll.0 = pane::follow(scroll.0, comparison.selected, comparison.lines.len(), room);
    regions.add(list, Target::Lines(scroll.0));
    for ((index, line), row) in comparison.lines.iter().enumerate().skip(scroll.0).zip(list.rows()) {
        let text = |side: &Option<(String, usize)>, which: usize| {
            let Some((text, row)) = side else { return String::new() };
            let (judged, since) = since_start(comparison, which, *row);
            let text =
                judged.map_or_else(|| text.clone(), |judged| model.names.in_text(text, &judged.call.people).into());
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
    Viewport { page: room, lines: 0 }
}

/// One side of a line in its columns, with what the other does not have marked.
fn side(own: &str, other: &str, differs: bool, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
    let shown = cut(own, columns).into_owned();
    let gap = columns.saturating_sub(width(&shown));
    let mut spans = marked(&shown, other, differs && !other.is_empty(), theme);
    spans.push(Span::raw(" ".repeat(gap)));
    spans
}

/// A text with the tokens marked that another does not have.
fn marked(own: &str, other: &str, differs: bool, theme: &Theme) -> Vec<Span<'static>> {
    if !differs {
        return vec![Span::raw(own.to_owned())];
    }
    let (own, other) = (tokens(own), tokens(other));
    let pairs = line_up(&own, &other);
    let spans = pairs.into_iter().filter_map(|pair| match pair {
        Pair::Both(index, _) => own.get(index).map(|token| Span::raw((*token).to_owned())),
        Pair::Left(index) => own.get(index).map(|token| Span::styled((*token).to_owned(), theme.matched)),
        Pair::Right(_) => None,
    });
    spans.collect()
}

/// The call of a side, and when its row came, where calls are compared.
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

/// What stands over each side.
fn heads_of(model: &Model, comparison: &Comparison) -> [String; 2] {
    let call = |judged: &Arc<Judged>| {
        let number = model.calls().iter().position(|known| Arc::ptr_eq(known, judged));
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
