//! The stanza and the spec: the rules that it departs from, the questions that it is evidence for, and the user's note.

use ratatui::text::Span;

use super::panel::Panel;
use crate::spec::{Conformance, Evidence, Place};
use crate::tui::kit::text::{visible_all, wrap};

impl Panel<'_> {
    /// Writes the user's note.
    pub(super) fn note(&mut self, index: usize) {
        if let Some(note) = self.shared.notes.of_row(&self.judged.call, index) {
            let text = if note.is_empty() { "marked" } else { note };
            let spans = [Span::styled("* ", self.theme.accent), Span::raw(visible_all(text))];
            self.lines.extend(wrap(&spans, self.columns, 2));
        }
    }

    /// Writes what a rule found, unless it holds.
    pub(super) fn rule(&mut self, place: &Place) {
        let (sign, style) = match place.found {
            Conformance::Violated => ("! ", self.theme.violated),
            Conformance::Novelty => ("+ ", self.theme.novelty),
            Conformance::Undecided | Conformance::Holds => return,
        };
        let spans = [
            Span::styled(format!("{sign}{}", place.rule.title), style),
            Span::styled(format!(" ({})", place.rule.id), self.theme.muted),
        ];
        self.lines.extend(wrap(&spans, self.columns, 2));
        let found = if place.found == Conformance::Violated { "violated" } else { "not in the spec" };
        let why = self.named(&place.why);
        let spans = [Span::styled(format!("  {found}: "), self.theme.outgoing), Span::raw(why)];
        self.lines.extend(wrap(&spans, self.columns, 2));
    }

    /// Writes a piece of evidence: the question, the hypothesis, the strength and the reason.
    pub(super) fn evidence(&mut self, piece: &Evidence) {
        let (title, page) = (piece.question.title, piece.question.place());
        let bearing = if piece.supports { "for" } else { "against" };
        let spans = [
            Span::styled(format!("? {title}"), self.theme.accent),
            Span::styled(format!(" ({page})"), self.theme.muted),
        ];
        self.lines.extend(wrap(&spans, self.columns, 2));
        let spans = [
            Span::styled(
                format!("  {bearing} {}, {}: ", visible_all(&piece.hypothesis), piece.strength.name()),
                self.theme.outgoing,
            ),
            Span::raw(self.named(&piece.why)),
        ];
        self.lines.extend(wrap(&spans, self.columns, 2));
    }
}
