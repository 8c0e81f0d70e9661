//! What a pane is drawn with, and where.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::model::Model;
use crate::tui::regions::Regions;
use crate::tui::theme::Theme;

/// A part of the screen, and what is drawn on it.
pub(super) struct Canvas<'a, 'f> {
    pub(super) model: &'a Model,
    pub(super) theme: &'a Theme,
    /// Where the mouse can point at what is drawn.
    pub(super) regions: &'a mut Regions,
    pub(super) frame: &'a mut Frame<'f>,
    pub(super) area: Rect,
}

impl<'f> Canvas<'_, 'f> {
    /// The part of it in `area`.
    pub(super) fn part(&mut self, area: Rect) -> Canvas<'_, 'f> {
        Canvas { model: self.model, theme: self.theme, regions: self.regions, frame: self.frame, area }
    }
}
