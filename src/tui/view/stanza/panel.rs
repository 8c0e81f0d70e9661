//! The text about a stanza: what it says about questions and rules, and the user's note.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::hex;
use crate::spec::{Conformance, Evidence, Judged, Place};
use crate::tui::model::Model;
use crate::tui::opened::Layer;
use crate::tui::text::{visible_all, width, wrap};
use crate::tui::theme::Theme;

/// What stands between two facts on a line.
const BETWEEN: &str = " · ";

/// The panel being written.
pub(super) struct Panel<'a> {
    pub(super) model: &'a Model,
    pub(super) judged: &'a Judged,
    pub(super) columns: usize,
    pub(super) theme: &'a Theme,
    pub(super) lines: Vec<Line<'static>>,
}

impl Panel<'_> {
    pub(super) fn written(mut self, index: usize, layer: Layer) -> Vec<Line<'static>> {
        let call = &self.judged.call;
        let Some(row) = call.rows.get(index) else { return self.lines };
        self.place(call, index, row);
        if layer != Layer::Xml {
            self.lines.extend(hex::lines(row, layer, &self.model.lower, self.columns, self.theme));
            return self.lines;
        }
        self.ties(call, index, row);
        self.changes(call, index);
        self.note(index);
        for place in self.judged.places_in(index) {
            self.rule(place);
        }
        let (telling, rest): (Vec<_>, Vec<_>) =
            self.judged.evidence_in(index).partition(|piece| Judged::is_told(piece));
        telling.into_iter().for_each(|piece| self.evidence(piece));
        self.xml(row);
        // Items of lists and absences are many, and seldom what the stanza is looked at for.
        rest.into_iter().for_each(|piece| self.evidence(piece));
        self.attributes(row);
        self.layers(row);
        self.lines
    }

    /// The user's note.
    fn note(&mut self, index: usize) {
        if let Some(note) = self.model.notes.of_row(&self.judged.call, index) {
            let text = if note.is_empty() { "marked" } else { note };
            let spans = [Span::styled("* ", self.theme.accent), Span::raw(visible_all(text))];
            self.lines.extend(wrap(&spans, self.columns, 2));
        }
    }

    /// What a rule found, unless it is all as it should be.
    fn rule(&mut self, place: &Place) {
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
        let found = if place.found == Conformance::Violated { "violated" } else { "new to the spec" };
        let why = self.named(&place.why);
        let spans = [Span::styled(format!("  {found}: "), self.theme.outgoing), Span::raw(why)];
        self.lines.extend(wrap(&spans, self.columns, 2));
    }

    /// A text with parties named as the user wants, safe to show.
    fn named(&self, text: &str) -> String {
        visible_all(&self.model.names.in_text(text, &self.judged.call.people)).into_owned()
    }

    /// Facts on as few lines as hold them.
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

    /// The question, the hypothesis, how much it proves, and why.
    fn evidence(&mut self, piece: &Evidence) {
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
