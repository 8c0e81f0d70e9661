//! The selected stanza: where it was seen, what it answers, what it says about open questions, what rules it departs from, and its XML.

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders};

use super::{hex, pane};
use crate::analysis::Capture;
use crate::call::{Call, Row};
use crate::filter;
use crate::notes::Notes;
use crate::origin::Direction;
use crate::protocol::stanza::Body;
use crate::protocol::xml;
use crate::spec::discrepancies::DISCREPANCIES;
use crate::spec::questions::QUESTIONS;
use crate::spec::rules::RULES;
use crate::spec::{Conformance, Evidence, Judged, Place, attribute};
use crate::tui::model::{Model, Viewport};
use crate::tui::quantity::{clock_precise, count, latency, offset};
use crate::tui::regions::{Regions, Target};
use crate::tui::screen::{Focus, Layer, Opened};
use crate::tui::text::{shown, visible_all, width, wrap};
use crate::tui::theme::Theme;

/// Bytes of XML that are shown of one stanza.
const XML_SHOWN: usize = 256 * 1024;

/// Answers to one stanza that are named.
const ANSWERS_NAMED: usize = 4;

/// Attributes that the pane says something of.
const ATTRIBUTES_TOLD: usize = 60;

/// Columns of the name of a device or a capture.
const NAME: usize = 60;

/// What stands between two facts on a line.
const BETWEEN: &str = " · ";

/// The text as last made, and from what.
#[derive(Debug, Default)]
pub(super) struct Cache {
    made: Option<Made>,
    lines: Vec<Line<'static>>,
}

/// What a text was made from.
#[derive(Debug)]
struct Made {
    judged: Arc<Judged>,
    row: usize,
    columns: u16,
    theme: Theme,
    layer: Layer,
    in_letters: bool,
    searched: String,
    notes: Arc<Notes>,
}

impl Made {
    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.judged, &other.judged)
            && Arc::ptr_eq(&self.notes, &other.notes)
            && (self.row, self.columns, self.theme, self.layer, self.in_letters)
                == (other.row, other.columns, other.theme, other.layer, other.in_letters)
            && self.searched == other.searched
    }
}

impl Cache {
    fn lines(&mut self, model: &Model, opened: &Opened, columns: u16, theme: &Theme) -> &[Line<'static>] {
        let Some((judged, row)) = opened.place() else { return &[] };
        let made = Made {
            judged: Arc::clone(judged),
            row,
            columns,
            theme: *theme,
            layer: opened.layer,
            in_letters: model.names.in_letters,
            searched: model.search.text.clone(),
            notes: Arc::clone(&model.notes),
        };
        if !self.made.as_ref().is_some_and(|before| before.is_same(&made)) {
            let panel = Panel { model, judged, columns: columns.into(), theme, lines: Vec::new() };
            self.lines = panel.written(row, opened.layer);
            for line in &mut self.lines {
                mark_found(line, &model.search.text, theme.matched);
            }
            self.made = Some(made);
        }
        &self.lines
    }
}

/// Draws the stanza.
pub(super) fn draw(
    model: &Model,
    opened: &Opened,
    cache: &mut Cache,
    regions: &mut Regions,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    if area.is_empty() {
        return Viewport::default();
    }
    let has_focus = opened.focus == Focus::Stanza;
    let (row, count) = opened.place().map_or((0, 0), |(judged, row)| (row + 1, judged.call.rows.len()));
    let layer = match opened.layer {
        Layer::Xml => "",
        Layer::Plaintext => "· WABinary, decrypted ",
        Layer::Ciphertext => "· Noise frame ",
    };
    let mut block = Block::new()
        .borders(Borders::TOP)
        .border_set(if has_focus { border::DOUBLE } else { border::PLAIN })
        .border_style(if has_focus { theme.accent } else { theme.muted })
        .title(Span::styled(format!(" Stanza {row} of {count} {layer}"), theme.heading));
    let inner = block.inner(area);
    let lines = cache.lines(model, opened, inner.width, theme);
    let seen = Viewport { page: inner.height.into(), lines: lines.len() };
    block = block.title(Line::from(pane::position(opened.stanza_scroll, seen)).right_aligned());
    frame.render_widget(block, area);
    regions.add(area, Target::Stanza);
    pane::text(lines, opened.stanza_scroll, frame, inner)
}

/// Marks every place of a text in a line, whatever the case.
fn mark_found(line: &mut Line<'static>, text: &str, look: Style) {
    if text.is_empty() || !line.spans.iter().any(|span| filter::contains(&span.content, text)) {
        return;
    }
    let spans = std::mem::take(&mut line.spans);
    for span in spans {
        let small = span.content.to_lowercase();
        // Where small letters take other bytes than large ones, the places would not be the same.
        if small.len() != span.content.len() {
            line.spans.push(span);
            continue;
        }
        let mut from = 0;
        for (at, found) in small.match_indices(text) {
            let parts = (span.content.get(from..at), span.content.get(at..at + found.len()));
            if let (Some(before), Some(found)) = parts {
                line.spans.push(Span::styled(before.to_owned(), span.style));
                line.spans.push(Span::styled(found.to_owned(), span.style.patch(look)));
                from = at + found.len();
            }
        }
        line.spans.push(Span::styled(span.content.get(from..).unwrap_or_default().to_owned(), span.style));
    }
}

/// The panel being written.
struct Panel<'a> {
    model: &'a Model,
    judged: &'a Judged,
    columns: usize,
    theme: &'a Theme,
    lines: Vec<Line<'static>>,
}

impl Panel<'_> {
    fn written(mut self, index: usize, layer: Layer) -> Vec<Line<'static>> {
        let call = &self.judged.call;
        let Some(row) = call.rows.get(index) else { return self.lines };
        self.place(call, row);
        if layer != Layer::Xml {
            self.lines.extend(hex::lines(row, layer, self.columns, self.theme));
            return self.lines;
        }
        self.ties(call, index, row);
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
        let title = RULES.iter().find(|rule| rule.id == place.rule).map_or(place.rule, |rule| rule.title);
        let spans = [
            Span::styled(format!("{sign}{title}"), style),
            Span::styled(format!(" ({})", place.rule), self.theme.muted),
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

    /// What the spec says of each attribute, once for each element that has it.
    fn attributes(&mut self, row: &Row) {
        let mut seen: Vec<(&str, &str)> = Vec::new();
        let mut open = vec![&row.observed.read().node];
        while let Some(node) = open.pop() {
            for attribute in &node.attributes {
                let pair = (node.tag.as_ref(), attribute.name.as_ref());
                if !seen.contains(&pair) && seen.len() < ATTRIBUTES_TOLD {
                    seen.push(pair);
                }
            }
            if seen.len() < ATTRIBUTES_TOLD {
                open.extend(node.children().iter().rev());
            }
        }
        if !seen.is_empty() {
            self.lines.push(Line::default());
        }
        for (element, name) in seen {
            let label = Span::styled(format!("{} {}", visible_all(element), visible_all(name)), self.theme.accent);
            let spans = match attribute(element, name) {
                Some(known) => {
                    let need = if known.required { "required" } else { "optional" };
                    let place = format!(" ({}, {need}, {})", known.page, known.confidence);
                    vec![label, Span::raw(format!(": {}", known.says)), Span::styled(place, self.theme.muted)]
                }
                None => vec![label, Span::styled(": on no page of the spec", self.theme.novelty)],
            };
            self.lines.extend(wrap(&spans, self.columns, 2));
        }
    }

    /// The layers that it came through, from the outermost.
    fn layers(&mut self, row: &Row) {
        let origin = row.observed.stanza.origin;
        let mut facts = vec![origin.to_string(), format!("byte {} of its stream", count(origin.offset))];
        match &row.observed.read().wire {
            Some(wire) => facts.extend([
                format!("Noise counter {}", wire.counter),
                format!("frame {} bytes", count(wire.ciphertext.len() as u64)),
                format!("WABinary {} bytes", count(wire.plaintext.len() as u64)),
            ]),
            None => facts.push("recorded as text: no bytes to show".to_owned()),
        }
        self.lines.push(Line::default());
        self.facts(&facts, self.theme.muted);
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
        let device = vantage.and_then(|vantage| vantage.device.jid());
        let device = device.map(|jid| self.model.names.of(jid, &call.people));
        let clock = vantage.and_then(|vantage| vantage.clock).map(|clock| {
            format!("its clock is {} to {} behind the first vantage's", offset(clock.least), offset(clock.most))
        });
        let analysis = self.model.analysis.as_deref();
        let also = row.also.iter().map(|other| {
            let name = analysis.and_then(|analysis| analysis.capture(other.capture()));
            let name = name.map_or_else(String::new, |capture| format!(" of {}", shown(&capture.name, NAME)));
            format!("also {}{name}", other.stanza.origin)
        });
        let copy = row
            .copy_of
            .and_then(|copy| call.rows.get(copy))
            .map(|copy| format!("the same stanza left its maker's socket in {}", copy.observed.stanza.origin));
        let capture = analysis.and_then(|analysis| analysis.capture(origin.capture));
        let connections = capture.map_or("connection", Capture::connections_are);
        let capture = capture.filter(|_| analysis.is_some_and(|analysis| analysis.captures.len() > 1));
        let facts = [
            origin.to_string(),
            origin.time.map_or_else(String::new, clock_precise),
            direction.to_owned(),
            format!("emitter {}", row.emitter.name()),
            origin.connection.map_or_else(String::new, |id| format!("{connections} {}", id.0)),
            format!("phase {}", row.phase.name()),
            device.map_or_else(String::new, |device| format!("seen by {}", shown(&device, NAME))),
            capture.map_or_else(String::new, |capture| shown(&capture.name, NAME).into_owned()),
        ];
        let facts: Vec<String> = facts.into_iter().chain(clock).chain(copy).chain(also).collect();
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
        let question = QUESTIONS.iter().chain(DISCREPANCIES).find(|question| question.id == piece.question);
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
            Span::raw(self.named(&piece.why)),
        ];
        self.lines.extend(wrap(&spans, self.columns, 2));
    }

    /// The rule that is violated, or by which something is new, and why. What holds says nothing here.
    fn xml(&mut self, row: &Row) {
        // Its writer has escaped what a terminal would act on.
        let text = xml::write_bounded(&row.observed.read().node, XML_SHOWN);
        let text = self.model.names.in_text(&text, &self.judged.call.people);
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
