//! The stanza and the spec: the rules that it departs from, the questions that it is evidence for, and the user's note.

use ratatui::text::{Line, Span};

use super::panel::Panel;
use crate::spec::{Conformance, Evidence, Place};
use crate::tui::kit::text::{cut, visible_all, width, wrap};

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
        let found = if place.found == Conformance::Violated { "violated" } else { "not in the spec" };
        let title = Span::styled(format!("{sign}{}", place.rule.title), style);
        let id = Span::styled(format!(" ({})", place.rule.id), self.theme.muted);
        if !self.in_full {
            return self.brief(vec![title, id]);
        }
        self.lines.extend(wrap(&[title, id], self.columns, 2));
        let why = self.named(&place.why);
        let spans = [Span::styled(format!("  {found}: "), self.theme.outgoing), Span::raw(why)];
        self.lines.extend(wrap(&spans, self.columns, 2));
    }

    /// Writes a piece of evidence: the question, the hypothesis, the strength and the reason; in brief without the reason.
    pub(super) fn evidence(&mut self, piece: &Evidence) {
        let (title, page) = (piece.question.title, piece.question.place());
        let bearing = if piece.supports { "for" } else { "against" };
        let answer = format!("{bearing} {}, {}: ", visible_all(&piece.hypothesis), piece.strength.name());
        if !self.in_full {
            let answer = Span::styled(format!("? {answer}"), self.theme.accent);
            return self.brief(vec![answer, Span::raw(title)]);
        }
        let spans = [
            Span::styled(format!("? {title}"), self.theme.accent),
            Span::styled(format!(" ({page})"), self.theme.muted),
        ];
        self.lines.extend(wrap(&spans, self.columns, 2));
        let spans = [Span::styled(format!("  {answer}"), self.theme.outgoing), Span::raw(self.named(&piece.why))];
        self.lines.extend(wrap(&spans, self.columns, 2));
    }

    /// Writes one line, cut to the width.
    fn brief(&mut self, spans: Vec<Span<'static>>) {
        let (mut line, mut left) = (Vec::new(), self.columns);
        for span in spans {
            let text = cut(&span.content, left).into_owned();
            left = left.saturating_sub(width(&text));
            line.push(Span::styled(text, span.style));
        }
        self.lines.push(Line::from(line));
    }
}
