//! The stanza pane: where the stanza comes from, what it answers, what it means for the spec, and its XML or bytes.

mod panel;

mod spec;

mod hex;

mod provenance;

mod xml;

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders};

use super::layer::Layer;
use super::state::{Focus, LadderScreen};
use crate::notes::Notes;
use crate::spec::{Conformance, Judged};
use crate::tui::kit::pane::{self, Canvas, Target, Viewport};
use crate::tui::kit::text::wrap;
use crate::tui::kit::theme::Theme;
use crate::tui::shared::Shared;
use panel::Panel;

/// The text as last written, and what it depends on.
#[derive(Debug, Default)]
pub(in crate::tui) struct Cache {
    key: Option<Key>,
    text: Written,
}

/// The text of the pane.
#[derive(Debug, Default)]
struct Written {
    lines: Vec<Line<'static>>,
    /// The line that the selected part begins on.
    part: Option<usize>,
}

/// What the text depends on.
#[derive(Debug)]
struct Key {
    judged: Arc<Judged>,
    row: usize,
    columns: u16,
    theme: Theme,
    layer: Layer,
    part: Option<usize>,
    in_full: bool,
    in_letters: bool,
    redacted: bool,
    notes: Arc<Notes>,
    /// The revision of the layer bytes.
    layer_bytes: usize,
}

impl Key {
    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.judged, &other.judged)
            && Arc::ptr_eq(&self.notes, &other.notes)
            && (self.row, self.columns, self.theme) == (other.row, other.columns, other.theme)
            && (self.layer, self.part) == (other.layer, other.part)
            && (self.in_full, self.in_letters, self.redacted, self.layer_bytes)
                == (other.in_full, other.in_letters, other.redacted, other.layer_bytes)
    }
}

impl Cache {
    fn text(&mut self, shared: &Shared, screen: &LadderScreen, columns: u16, theme: &Theme) -> &Written {
        let Some((judged, row)) = screen.place() else {
            *self = Self::default();
            return &self.text;
        };
        let key = Key {
            judged: Arc::clone(judged),
            row,
            columns,
            theme: *theme,
            layer: screen.layer,
            part: screen.part,
            in_full: screen.in_full,
            in_letters: shared.names.in_letters,
            redacted: shared.redactor.is_some(),
            notes: Arc::clone(&shared.notes),
            layer_bytes: shared.layer_bytes.revision(),
        };
        if !self.key.as_ref().is_some_and(|before| before.is_same(&key)) {
            let panel = Panel {
                shared,
                judged,
                columns: columns.into(),
                theme,
                in_full: screen.in_full,
                part: screen.part,
                parts: 0,
                lines: Vec::new(),
                part_style: None,
                part_line: None,
            };
            self.text = written(panel, row, screen.layer);
            self.key = Some(key);
        }
        &self.text
    }
}

/// Draws the stanza.
pub(super) fn draw(shared: &Shared, screen: &LadderScreen, cache: &mut Cache, canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { theme, regions, frame, area } = canvas;
    if area.is_empty() {
        return Viewport::default();
    }
    let has_focus = screen.focus == Focus::Stanza;
    let (row, count) = screen.place().map_or((0, 0), |(judged, row)| (row + 1, judged.call.rows.len()));
    let layer = match screen.layer {
        Layer::Xml => screen.place().map_or_else(String::new, |(judged, row)| badges(judged, row)),
        layer => format!("· {} ", layer.name()),
    };
    let title = if count == 0 { " No stanza ".to_owned() } else { format!(" Stanza {row} of {count} {layer}") };
    let mut block = Block::new()
        .borders(Borders::TOP)
        .border_set(if has_focus { border::DOUBLE } else { border::PLAIN })
        .border_style(if has_focus { theme.accent } else { theme.muted })
        .title(Span::styled(title, theme.heading));
    let inner = block.inner(area);
    if count == 0 {
        let lines = without_stanza(screen, inner.width.into(), theme);
        frame.render_widget(block, area);
        regions.add(area, Target::Stanza);
        return pane::text(&lines, 0, frame, inner);
    }
    let Written { lines, part } = cache.text(shared, screen, inner.width, theme);
    let seen = Viewport::of_text(inner, lines);
    let scroll = match part.filter(|_| screen.follows_part) {
        Some(line) => pane::follow(screen.stanza_scroll, line, lines.len(), seen.page),
        None => screen.stanza_scroll,
    };
    block = block.title(Line::from(pane::position(scroll, seen)).right_aligned());
    frame.render_widget(block, area);
    regions.add(area, Target::Stanza);
    pane::text(lines, scroll, frame, inner)
}

/// Why a call has no stanza, and how to get some.
fn without_stanza(screen: &LadderScreen, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let events = screen.calls.iter().flat_map(|judged| &judged.call.events);
    let programs: BTreeMap<&str, &str> =
        events.map(|event| (event.item.program.name, event.item.program.advice)).collect();
    let says = programs.into_iter().flat_map(|(name, advice)| {
        let says = format!(
            "No stanza of this call was recorded: it is known from events of {name}. To get stanzas, {advice}."
        );
        wrap(&[Span::styled(says, theme.muted)], columns, 0)
    });
    says.collect()
}

/// How much evidence a row has, and how many rules it departs from: what comes after the XML.
fn badges(judged: &Judged, row: usize) -> String {
    let departures = |found| judged.places_in(row).filter(|place| place.found == found).count();
    let told = judged.evidence_in(row).filter(|piece| Judged::is_told(piece)).count();
    let counts = [('?', told), ('!', departures(Conformance::Violated)), ('+', departures(Conformance::Novelty))];
    let shown = counts.iter().filter(|(_, count)| *count > 0).map(|(sign, count)| format!("{sign}{count} "));
    let shown: String = shown.collect();
    if shown.is_empty() { shown } else { format!("· {shown}") }
}

/// Writes the whole text.
fn written(mut panel: Panel<'_>, index: usize, layer: Layer) -> Written {
    write(&mut panel, index, layer);
    Written { lines: panel.lines, part: panel.part_line }
}

fn write(panel: &mut Panel<'_>, index: usize, layer: Layer) {
    let judged = panel.judged;
    let call = &judged.call;
    let Some(row) = call.rows.get(index) else { return };
    panel.place(call, index, row);
    if layer != Layer::Xml && panel.shared.names.in_letters {
        let says = "Bytes are hidden while pseudonyms are shown (‹pseudonyms›: show addresses).";
        let says = panel.shared.keymap.hinted(says);
        panel.lines.extend(wrap(&[Span::styled(says, panel.theme.muted)], panel.columns, 2));
        return;
    }
    if layer != Layer::Xml {
        return panel.bytes_of(row, layer);
    }
    panel.related(call, index, row);
    panel.end(index);
    panel.changes(call, index);
    panel.note(index);
    panel.xml(index);
    for place in judged.places_in(index) {
        panel.rule(place);
    }
    // List items and absences are many, and seldom why the stanza is looked at.
    let (significant, rest): (Vec<_>, Vec<_>) = judged.evidence_in(index).partition(|piece| Judged::is_told(piece));
    for piece in significant.into_iter().chain(rest) {
        panel.evidence(piece);
    }
    panel.attributes(row);
    panel.layers(row);
}
