//! The selected stanza: where it was seen, what it answers, what it says about open questions, what rules it departs
//! from, and its XML or its bytes.

mod hex;
mod panel;
mod passage;
mod xml;

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders};

use super::pane;
use crate::filter;
use crate::notes::Notes;
use crate::spec::Judged;
use crate::tui::model::{Model, Viewport};
use crate::tui::opened::{Focus, Layer, Opened};
use crate::tui::regions::{Regions, Target};
use crate::tui::theme::Theme;
use panel::Panel;

/// The text as last made, and from what.
#[derive(Debug, Default)]
pub(super) struct Cache {
    made: Option<Made>,
    lines: Vec<Line<'static>>,
}

/// What a text was made from.
#[derive(Debug)]
struct Made {
    judged: Arc<Judged>,
    row: usize,
    columns: u16,
    theme: Theme,
    layer: Layer,
    in_letters: bool,
    searched: String,
    notes: Arc<Notes>,
    /// How often what it came in changed.
    lower: usize,
}

impl Made {
    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.judged, &other.judged)
            && Arc::ptr_eq(&self.notes, &other.notes)
            && (self.row, self.columns, self.theme, self.layer, self.in_letters, self.lower)
                == (other.row, other.columns, other.theme, other.layer, other.in_letters, other.lower)
            && self.searched == other.searched
    }
}

impl Cache {
    fn lines(&mut self, model: &Model, opened: &Opened, columns: u16, theme: &Theme) -> &[Line<'static>] {
        let Some((judged, row)) = opened.place() else { return &[] };
        let made = Made {
            judged: Arc::clone(judged),
            row,
            columns,
            theme: *theme,
            layer: opened.layer,
            in_letters: model.names.in_letters,
            searched: model.search.text.clone(),
            notes: Arc::clone(&model.notes),
            lower: model.lower.changes(),
        };
        if !self.made.as_ref().is_some_and(|before| before.is_same(&made)) {
            let panel = Panel { model, judged, columns: columns.into(), theme, lines: Vec::new() };
            self.lines = panel.written(row, opened.layer);
            for line in &mut self.lines {
                mark_found(line, &model.search.text, theme.matched);
            }
            self.made = Some(made);
        }
        &self.lines
    }
}

/// Draws the stanza.
pub(super) fn draw(
    model: &Model,
    opened: &Opened,
    cache: &mut Cache,
    regions: &mut Regions,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    if area.is_empty() {
        return Viewport::default();
    }
    let has_focus = opened.focus == Focus::Stanza;
    let (row, count) = opened.place().map_or((0, 0), |(judged, row)| (row + 1, judged.call.rows.len()));
    let layer = match opened.layer {
        Layer::Xml => String::new(),
        layer => format!("· {} ", layer.name()),
    };
    let mut block = Block::new()
        .borders(Borders::TOP)
        .border_set(if has_focus { border::DOUBLE } else { border::PLAIN })
        .border_style(if has_focus { theme.accent } else { theme.muted })
        .title(Span::styled(format!(" Stanza {row} of {count} {layer}"), theme.heading));
    let inner = block.inner(area);
    let lines = cache.lines(model, opened, inner.width, theme);
    let seen = Viewport { page: inner.height.into(), lines: lines.len() };
    block = block.title(Line::from(pane::position(opened.stanza_scroll, seen)).right_aligned());
    frame.render_widget(block, area);
    regions.add(area, Target::Stanza);
    pane::text(lines, opened.stanza_scroll, frame, inner)
}

/// Marks every place of a text in a line, whatever the case.
fn mark_found(line: &mut Line<'static>, text: &str, look: Style) {
    if text.is_empty() || !line.spans.iter().any(|span| filter::contains(&span.content, text)) {
        return;
    }
    let spans = std::mem::take(&mut line.spans);
    for span in spans {
        let small = span.content.to_lowercase();
        // Where small letters take other bytes than large ones, the places would not be the same.
        if small.len() != span.content.len() {
            line.spans.push(span);
            continue;
        }
        let mut from = 0;
        for (at, found) in small.match_indices(text) {
            let parts = (span.content.get(from..at), span.content.get(at..at + found.len()));
            if let (Some(before), Some(found)) = parts {
                line.spans.push(Span::styled(before.to_owned(), span.style));
                line.spans.push(Span::styled(found.to_owned(), span.style.patch(look)));
                from = at + found.len();
            }
        }
        line.spans.push(Span::styled(span.content.get(from..).unwrap_or_default().to_owned(), span.style));
    }
}
