//! The page of a question or a rule.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::Movement;
use crate::tui::kit::pane::{self, Canvas, Viewport};
use crate::tui::kit::text::wrap;
use crate::tui::kit::theme::{Theme, ThemeName};
use crate::tui::screen::{Formats, Screen, scrolled, texts};
use crate::tui::shared::Shared;

const FORMATS: Formats = &[("md", "the page, as Markdown")];

/// The page of a question or a rule.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Page {
    title: &'static str,
    /// Its text, in Markdown.
    text: String,
    scroll: usize,
}

impl Page {
    /// A page at its start.
    pub(in crate::tui) const fn new(title: &'static str, text: String) -> Self {
        Self { title, text, scroll: 0 }
    }

    /// Its lines.
    fn laid_out(&self, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        for paragraph in self.text.split("\n\n") {
            let joined = paragraph.lines().collect::<Vec<_>>().join(" ");
            let mut spans = Vec::new();
            for (index, piece) in joined.split('*').enumerate() {
                let style = if index % 2 == 1 { theme.accent } else { Style::new() };
                spans.push(Span::styled(piece.to_owned(), style));
            }
            if let [first] = spans.as_mut_slice()
                && lines.is_empty()
            {
                first.style = theme.heading;
            }
            lines.extend(wrap(&spans, columns, 0));
            lines.push(Line::default());
        }
        lines
    }

    /// What it is about.
    pub(in crate::tui) const fn title(&self) -> &'static str {
        self.title
    }
}

impl Screen for Page {
    fn context(&self) -> Context {
        Context::Page
    }

    fn go(&mut self, movement: Movement, shared: &Shared) {
        scrolled(&mut self.scroll, movement, shared);
    }

    fn lines(&self, shared: &Shared) -> Option<Vec<String>> {
        Some(texts(&self.laid_out(shared.viewport.columns, &Theme::of(ThemeName::None))))
    }

    fn found(&mut self, place: usize, _shared: &mut Shared) {
        self.scroll = place;
    }

    fn copied(&self, _shared: &Shared) -> Option<(&'static str, String)> {
        Some(("Page", self.text.clone()))
    }

    fn formats(&self, _shared: &Shared) -> Option<(String, Formats)> {
        Some((self.title.replace('/', "-"), FORMATS))
    }

    fn written(&self, _extension: &str, _shared: &Shared) -> Option<String> {
        Some(self.text.clone())
    }
}

/// Draws the page, with emphasis as colour.
pub(in crate::tui) fn draw(screen: &Page, canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { theme, frame, area, .. } = canvas;
    pane::text(&screen.laid_out(area.width.into(), theme), screen.scroll, frame, area)
}
