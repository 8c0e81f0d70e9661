//! The text of the stanza pane while it is written.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::spec::Judged;
use crate::tui::kit::text::{visible_all, width, wrap};
use crate::tui::kit::theme::Theme;
use crate::tui::shared::Shared;

/// Separates facts on a line.
const BETWEEN: &str = " · ";

/// The text of the stanza pane while it is written.
pub(super) struct Panel<'a> {
    pub(super) shared: &'a Shared,
    pub(super) judged: &'a Judged,
    pub(super) columns: usize,
    pub(super) theme: &'a Theme,
    /// Whether evidence and values are written in full.
    pub(super) in_full: bool,
    pub(super) lines: Vec<Line<'static>>,
}

impl Panel<'_> {
    /// A text with parties named as the user wants, safe to show.
    pub(super) fn named(&self, text: &str) -> String {
        visible_all(&self.shared.names.in_text(text, &self.judged.call.people)).into_owned()
    }

    /// Writes facts on as few lines as possible.
    pub(super) fn facts(&mut self, facts: &[String], style: Style) {
        let mut line = String::new();
        for fact in facts.iter().filter(|fact| !fact.is_empty()) {
            if !line.is_empty() && width(&line) + width(BETWEEN) + width(fact) > self.columns {
                self.lines.extend(wrap(&[Span::styled(std::mem::take(&mut line), style)], self.columns, 2));
            }
            if !line.is_empty() {
                line.push_str(BETWEEN);
            }
            line.push_str(fact);
        }
        self.lines.extend(wrap(&[Span::styled(line, style)], self.columns, 2));
    }
}
