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
    /// The element or attribute that is selected, by its place in the XML.
    pub(super) part: Option<usize>,
    /// How many elements and attributes are written.
    pub(super) parts: usize,
    pub(super) lines: Vec<Line<'static>>,
    /// The style of the selected part, once it is written.
    pub(super) part_style: Option<Style>,
    /// The line that it begins on.
    pub(super) part_line: Option<usize>,
}

impl Panel<'_> {
    /// A text with parties named as the user wants, safe to show.
    pub(super) fn named(&self, text: &str) -> String {
        let text = self.shared.names.in_text(text, &self.judged.call.people).into_owned();
        visible_all(&self.shared.presentable(text)).into_owned()
    }

    /// The style of the next element or attribute: its own, or that of the selected part.
    pub(super) fn style_of_part(&mut self, own: Style) -> Style {
        let is_selected = self.part == Some(self.parts);
        self.parts += 1;
        if !is_selected {
            return own;
        }
        let style = own.patch(self.theme.selected);
        self.part_style = Some(style);
        style
    }

    /// Takes note of the line of the selected part, if it is among those written from `first` on.
    pub(super) fn find_part(&mut self, first: usize) {
        let Some(style) = self.part_style.filter(|_| self.part_line.is_none()) else { return };
        let has_part = |line: &Line<'_>| line.spans.iter().any(|span| span.style == style);
        self.part_line = (first..).zip(self.lines.iter().skip(first)).find(|(_, line)| has_part(line)).map(|it| it.0);
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
