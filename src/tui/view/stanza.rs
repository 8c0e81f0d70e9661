//! The selected stanza: where it was seen, what it answers, what it says about open questions, and its XML.

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders};

use super::pane;
use crate::analysis::Analysis;
use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::stanza::Body;
use crate::protocol::xml;
use crate::spec::Evidence;
use crate::spec::Judged;
use crate::spec::questions::QUESTIONS;
use crate::tui::model::{Focus, Model, Opened, Viewport};
use crate::tui::quantity::{clock_precise, latency};
use crate::tui::text::{shown, visible_all, width, wrap};
use crate::tui::theme::Theme;

/// Bytes of XML that are shown of one stanza.
const XML_SHOWN: usize = 256 * 1024;

/// Answers to one stanza that are named.
const ANSWERS_NAMED: usize = 4;

/// Columns of the name of a device or a capture.
const NAME: usize = 60;

/// What stands between two facts on a line.
const BETWEEN: &str = " · ";

/// The text as last made, and from what.
#[derive(Debug, Default)]
pub(super) struct Cache {
    made: Option<(Arc<Judged>, usize, u16)>,
    lines: Vec<Line<'static>>,
}

impl Cache {
    fn lines(&mut self, model: &Model, opened: &Opened, columns: u16, theme: &Theme) -> &[Line<'static>] {
        let fresh = self.made.as_ref().is_some_and(|(judged, row, at)| {
            Arc::ptr_eq(judged, &opened.judged) && *row == opened.row && *at == columns
        });
        if !fresh {
            let panel = Panel {
                analysis: model.analysis.as_deref(),
                judged: &opened.judged,
                columns: columns.into(),
                theme,
                lines: Vec::new(),
            };
            self.lines = panel.written(opened.row);
            self.made = Some((Arc::clone(&opened.judged), opened.row, columns));
        }
        &self.lines
    }
}

/// Draws the panel.
pub(super) fn draw(
    model: &Model,
    opened: &Opened,
    cache: &mut Cache,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    if area.is_empty() {
        return Viewport::default();
    }
    let has_focus = opened.focus == Focus::Stanza;
    let count = opened.judged.call.rows.len();
    let mut block = Block::new()
        .borders(Borders::TOP)
        .border_set(if has_focus { border::DOUBLE } else { border::PLAIN })
        .border_style(if has_focus { theme.accent } else { theme.muted })
        .title(Span::styled(format!(" Stanza {} of {count} ", opened.row + 1), theme.heading));
    let inner = block.inner(area);
    let lines = cache.lines(model, opened, inner.width, theme);
    let seen = Viewport { page: inner.height.into(), lines: lines.len() };
    block = block.title(Line::from(pane::position(opened.stanza_scroll, seen)).right_aligned());
    frame.render_widget(block, area);
    pane::text(lines, opened.stanza_scroll, frame, inner)
}

/// The panel being written.
struct Panel<'a> {
    analysis: Option<&'a Analysis>,
    judged: &'a Judged,
    columns: usize,
    theme: &'a Theme,
    lines: Vec<Line<'static>>,
}

impl Panel<'_> {
    fn written(mut self, index: usize) -> Vec<Line<'static>> {
        let call = &self.judged.call;
        if let Some(row) = call.rows.get(index) {
            self.place(call, row);
            self.ties(call, index, row);
            for piece in self.judged.evidence_in(index) {
                self.evidence(piece);
            }
            self.xml(row);
        }
        self.lines
    }

    /// Facts on as few lines as hold them.
    fn facts(&mut self, facts: &[String], style: Style) {
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

    /// Where, when and by whom.
    fn place(&mut self, call: &Call, row: &Row) {
        let origin = row.observed.stanza.origin;
        let direction = match origin.direction {
            Some(Direction::Outbound) => "out",
            Some(Direction::Inbound) => "in",
            None => "direction unknown",
        };
        // One vantage is marked in the ladder; of several, this says which.
        let vantage = call.vantage_of(row).filter(|_| call.vantages.len() > 1);
        let device = vantage.and_then(|vantage| vantage.device.jid()).map(ToString::to_string);
        let capture = self.analysis.filter(|analysis| analysis.captures.len() > 1);
        let capture = capture.and_then(|analysis| analysis.capture(origin.capture));
        let facts = [
            origin.to_string(),
            origin.time.map_or_else(String::new, clock_precise),
            direction.to_owned(),
            format!("emitter {}", row.emitter.name()),
            origin.connection.map_or_else(String::new, |id| format!("tcp.stream {}", id.0)),
            format!("phase {}", row.phase.name()),
            device.map_or_else(String::new, |device| format!("seen by {}", shown(&device, NAME))),
            capture.map_or_else(String::new, |capture| shown(&capture.name, NAME).into_owned()),
        ];
        self.facts(&facts, Style::new());
    }

    /// What it answers, what answers it, and what it repeats.
    fn ties(&mut self, call: &Call, index: usize, row: &Row) {
        let name = |row: &Row| {
            let action = row.action.as_ref().map_or("", |action| action.as_str());
            let tag = match row.observed.read().body {
                Body::Call(_) => "",
                _ => &row.observed.read().node.tag,
            };
            format!(
                "{}{}{}",
                shown(tag, NAME),
                if tag.is_empty() || action.is_empty() { "" } else { " " },
                shown(action, NAME)
            )
        };
        let record = |row: &Row| row.observed.stanza.origin.last;
        let took = |index: usize| {
            call.answer_latency(index).map_or_else(String::new, |took| format!(" after {}", latency(took)))
        };
        if let Some(asked) = row.answers.and_then(|asked| call.rows.get(asked)) {
            let tie = format!("answers {} in record {}{}", name(asked), record(asked), took(index));
            self.facts(&[tie], self.theme.accent);
        }
        let mut answers = call.rows.iter().enumerate().skip(index).filter(|(_, other)| other.answers == Some(index));
        let named = answers.by_ref().take(ANSWERS_NAMED);
        let mut named: Vec<_> = named
            .map(|(index, other)| format!("{} {}{}", other.observed.read().node.tag, record(other), took(index)))
            .collect();
        if let more @ 1.. = answers.count() {
            named.push(format!("{more} more"));
        }
        match named.first_mut() {
            Some(first) => {
                first.insert_str(0, "answered by ");
                self.facts(&named, self.theme.accent);
            }
            None if matches!(row.observed.read().body, Body::Call(_)) => {
                self.facts(&["no answer to it was seen".to_owned()], self.theme.muted);
            }
            None => {}
        }
        if let Some(first) = row.repeats.and_then(|first| call.rows.get(first)) {
            self.facts(&[format!("sent again: the first copy is in record {}", record(first))], self.theme.warning);
        }
    }

    /// The question, the hypothesis, how much it proves, and why.
    fn evidence(&mut self, piece: &Evidence) {
        let question = QUESTIONS.iter().find(|question| question.id == piece.question);
        let title = question.map_or(piece.question, |question| question.title);
        let page = question.map(|question| question.place()).unwrap_or_default();
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
            Span::raw(visible_all(&piece.why)),
        ];
        self.lines.extend(wrap(&spans, self.columns, 2));
    }

    fn xml(&mut self, row: &Row) {
        // Its writer has escaped what a terminal would act on.
        let text = xml::write_bounded(&row.observed.read().node, XML_SHOWN);
        for line in text.split('\n') {
            let indent = line.len() - line.trim_start_matches(' ').len();
            self.lines.extend(wrap(&highlighted(line, self.theme), self.columns, indent + 4));
        }
        if text.len() >= XML_SHOWN {
            self.lines.push(Line::styled("The rest of this stanza is too long to show here.", self.theme.warning));
        }
    }
}

/// One line of XML in spans: tags, names of attributes, and the rest.
fn highlighted<'a>(line: &'a str, theme: &Theme) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let (tag, after) = tag.split_at(end);
        spans.push(Span::raw(before));
        spans.extend(highlighted_tag(tag, theme));
        rest = after;
    }
    spans.push(Span::raw(rest));
    spans
}

/// A tag: `<name a="1" b="2">`. Values hold no `<` and no `>`.
fn highlighted_tag<'a>(tag: &'a str, theme: &Theme) -> Vec<Span<'a>> {
    let name = tag.find([' ', '>']).unwrap_or(tag.len());
    let (name, mut rest) = tag.split_at(name);
    let mut spans = vec![Span::styled(name, theme.accent)];
    while let Some((attribute, after)) = rest.split_once('"') {
        let (value, after) = after.split_once('"').unwrap_or((after, ""));
        let (name, equals) = attribute.split_at(attribute.len().saturating_sub(1));
        let quoted = rest.get(attribute.len()..rest.len() - after.len()).unwrap_or(value);
        spans.push(Span::styled(name, theme.muted));
        spans.push(Span::styled(equals, theme.muted));
        spans.push(Span::raw(quoted));
        rest = after;
    }
    spans.push(Span::styled(rest, theme.accent));
    spans
}
