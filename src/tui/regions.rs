//! Where on the screen the mouse can point at something.

use ratatui::layout::{Position, Rect};

use super::columns::Column;

/// Something to point at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Lines of a list, the first of which is this one.
    Lines(usize),
    /// Lines of the ladder, the first of which is this one.
    Ladder(usize),
    /// The stanza.
    Stanza,
    /// The heading of a column.
    Heading(Column),
    /// The line between ladder and stanza, which can be drawn across this room.
    Split(Rect),
}

/// What was drawn where; later ones lie over earlier ones.
#[derive(Debug, Default)]
pub(super) struct Regions(Vec<(Rect, Target)>);

impl Regions {
    /// Forgets everything, before the next drawing.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Something was drawn.
    pub(super) fn add(&mut self, area: Rect, target: Target) {
        self.0.push((area, target));
    }

    /// What lies at a place, and where it was drawn.
    pub(super) fn at(&self, column: u16, row: u16) -> Option<(Rect, Target)> {
        self.0.iter().rev().find(|(area, _)| area.contains(Position::new(column, row))).copied()
    }
}
