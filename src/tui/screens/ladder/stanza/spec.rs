//! The stanza and the spec: the rules that it departs from, the questions that it is evidence for, and the user's note.

use ratatui::text::{Line, Span};

use super::panel::Panel;
use crate::spec::observe::originator::made;
use crate::spec::{Conformance, Evidence, Judged, Place};
use crate::tui::kit::text::{cut, width, wrap};

impl Panel<'_> {
    /// Writes the user's note.
    pub(super) fn note(&mut self, index: usize) {
        if let Some(note) = self.shared.notes.of_row(&self.judged.call, index) {
            let text = if note.is_empty() { "marked" } else { note };
            let spans = [Span::styled("* ", self.theme.accent), Span::raw(self.named(text))];
            self.lines.extend(wrap(&spans, self.columns, 2));
        }
    }

    /// Writes of the stanza that ended the call who ended it, how certain that is, and why.
    pub(super) fn end(&mut self, index: usize) {
        let progress = &self.judged.call.progress;
        let Some(by) = progress.ended_by.filter(|_| progress.ended == Some(index)) else { return };
        let made = self.judged.call.rows.get(index).and_then(made);
        let (strength, how) = match made.filter(|made| made.by == by) {
            Some(made) => (made.strength.name(), self.named(&made.how)),
            None => ("uncertain", "nothing shows who sent this stanza".to_owned()),
        };
        let says = Span::styled(format!("ended by {}, {strength}: ", by.name()), self.theme.accent);
        self.brief_or_full(vec![says, Span::raw(how)]);
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
        let answer = format!("{bearing} {}, {}: ", self.named(&piece.hypothesis), piece.strength.name());
        // Only what is counted in the list and in the heading has the sign.
        let (sign, style) = if Judged::is_told(piece) { ("? ", self.theme.accent) } else { ("· ", self.theme.muted) };
        if !self.in_full {
            return self.brief(vec![Span::styled(format!("{sign}{answer}"), style), Span::raw(title)]);
        }
        let spans =
            [Span::styled(format!("{sign}{title}"), style), Span::styled(format!(" ({page})"), self.theme.muted)];
        self.lines.extend(wrap(&spans, self.columns, 2));
        let spans = [Span::styled(format!("  {answer}"), self.theme.outgoing), Span::raw(self.named(&piece.why))];
        self.lines.extend(wrap(&spans, self.columns, 2));
    }

    /// Writes one line, cut to the width, or all of it.
    fn brief_or_full(&mut self, spans: Vec<Span<'static>>) {
        if self.in_full { self.lines.extend(wrap(&spans, self.columns, 2)) } else { self.brief(spans) }
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
