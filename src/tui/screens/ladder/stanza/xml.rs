//! The XML of a stanza, and what the spec says about its attributes.

use data_encoding::HEXLOWER;
use ratatui::text::{Line, Span};

use super::panel::Panel;
use crate::call::Row;
use crate::protocol::binary::{Children, Content, Element, Value};
use crate::protocol::xml::{as_text, write_name, write_text};
use crate::spec::attribute;
use crate::tui::kit::json;
use crate::tui::kit::text::{visible_all, wrap};
use crate::words::count;

/// The most lines of XML shown of one stanza, and the most bytes of one value.
const LINES_SHOWN: usize = 4_000;
const VALUE_SHOWN: usize = 64 * 1024;

/// What is shown in brief of a value: characters of text, bytes that are not text, and lines of JSON.
const TEXT_IN_BRIEF: usize = 240;
const BYTES_IN_BRIEF: usize = 16;
const LINES_IN_BRIEF: usize = 12;

/// The most attributes described.
const ATTRIBUTES_DESCRIBED: usize = 60;

impl Panel<'_> {
    /// Writes the XML, with parties named as the user wants: an element per line, JSON on lines of its own, and long values
    /// in brief.
    pub(super) fn xml(&mut self, index: usize) {
        let Some(root) = self.shared.node(&self.judged.call, index) else {
            return self.lines.push(Line::styled("Pseudonyms are still being prepared …", self.theme.muted));
        };
        let mut open: Vec<(Element<'_>, Children<'_>)> = Vec::new();
        let mut next = Some(root.root());
        let most = self.lines.len() + LINES_SHOWN;
        loop {
            let indent = 2 * open.len();
            if let Some(node) = next {
                self.element(node, indent);
                if !node.children().is_empty() {
                    open.push((node, node.children()));
                }
            } else if let Some((node, _)) = open.pop() {
                let mut tag = self.tag(2 * open.len());
                tag.spans.push(self.end_tag(node));
                self.write(tag);
            } else {
                return;
            }
            if self.lines.len() >= most {
                self.lines.push(Line::styled("Too long to show in full.", self.theme.warning));
                return;
            }
            next = open.last_mut().and_then(|(_, children)| children.next());
        }
    }

    /// Writes an element without children, or the start tag of one with children.
    fn element(&mut self, node: Element<'_>, indent: usize) {
        let (accent, muted) = (self.theme.accent, self.theme.muted);
        let mut tag = self.tag(indent);
        let style = self.style_of_part(accent);
        tag.spans.push(Span::styled(format!("<{}", write_name(node.tag())), style));
        for attribute in node.attributes() {
            let style = self.style_of_part(muted);
            tag.spans.push(Span::raw(" "));
            tag.spans.push(Span::styled(format!("{}=", write_name(attribute.name)), style));
            tag.spans.push(Span::raw("\""));
            match attribute.value {
                Value::Bytes(bytes) => self.bytes(bytes, &mut tag),
                value => self.value(&value.to_text(), &mut tag),
            }
            tag.spans.push(Span::raw("\""));
        }
        let end = match node.content() {
            Content::Nodes(nodes) if !nodes.is_empty() => Span::styled(">", accent),
            Content::None | Content::Nodes(_) => Span::styled("/>", accent),
            Content::Bytes([]) => Span::styled("/>", accent),
            content => {
                tag.spans.push(Span::styled(">", accent));
                match content {
                    Content::Bytes(bytes) => match as_text(bytes) {
                        Some(text) => self.value(text, &mut tag),
                        None => self.bytes(bytes, &mut tag),
                    },
                    Content::Value(value) => self.value(&value.to_text(), &mut tag),
                    Content::Elided(length) => {
                        tag.spans.push(Span::styled(format!("<!-- {length} bytes -->"), muted));
                    }
                    Content::None | Content::Nodes(_) => {}
                }
                self.end_tag(node)
            }
        };
        tag.spans.push(end);
        self.write(tag);
    }

    fn tag(&self, indent: usize) -> Tag {
        let indent = indent.min(self.columns / 2);
        Tag { indent, spans: vec![Span::raw(" ".repeat(indent))] }
    }

    fn end_tag(&self, node: Element<'_>) -> Span<'static> {
        Span::styled(format!("</{}>", write_name(node.tag())), self.theme.accent)
    }

    /// Writes what there is of a tag, and begins a new line.
    fn write(&mut self, tag: Tag) {
        let first = self.lines.len();
        self.lines.extend(wrap(&tag.spans, self.columns, tag.indent + 4));
        self.find_part(first);
    }

    /// Writes a text: JSON on lines of its own, anything else in the tag.
    fn value(&mut self, text: &str, tag: &mut Tag) {
        // Pseudonyms are in the stanza already.
        let text = text.get(..text.floor_char_boundary(VALUE_SHOWN)).unwrap_or(text);
        if let Some(json) = json::lines(text).filter(|lines| lines.len() > 1) {
            let shown = if self.in_full { json.len() } else { json.len().min(LINES_IN_BRIEF) };
            let indent = tag.indent + 4;
            let rest = std::mem::replace(tag, self.tag(tag.indent));
            self.write(rest);
            for line in json.iter().take(shown) {
                let inside = line.len() - line.trim_start_matches(' ').len();
                let spans =
                    [Span::raw(" ".repeat(indent.min(self.columns / 2))), Span::raw(visible_all(line).into_owned())];
                self.lines.extend(wrap(&spans, self.columns, indent + inside + 2));
            }
            if let more @ 1.. = json.len() - shown {
                let says = format!("{}… {more} more lines{}", " ".repeat(indent), self.how_to_expand());
                self.lines.extend(wrap(&[Span::styled(says, self.theme.muted)], self.columns, indent));
            }
            return;
        }
        let most = if self.in_full { VALUE_SHOWN } else { TEXT_IN_BRIEF };
        match text.char_indices().nth(most).and_then(|(end, _)| text.get(..end)) {
            Some(beginning) => {
                tag.spans.push(Span::raw(write_text(beginning).into_owned()));
                tag.spans.push(Span::styled(
                    format!("… {} characters", count(text.chars().count() as u64)),
                    self.theme.muted,
                ));
            }
            None => tag.spans.push(Span::raw(write_text(text).into_owned())),
        }
    }

    /// Writes bytes that are not text.
    fn bytes(&self, bytes: &[u8], tag: &mut Tag) {
        let most = if self.in_full { VALUE_SHOWN } else { BYTES_IN_BRIEF };
        let shown = bytes.get(..most).unwrap_or(bytes);
        tag.spans.push(Span::raw(HEXLOWER.encode(shown)));
        if shown.len() < bytes.len() {
            tag.spans.push(Span::styled(format!("… {} bytes", count(bytes.len() as u64)), self.theme.muted));
        }
    }

    /// Which key shows values in full.
    fn how_to_expand(&self) -> String {
        self.shared.keymap.key_of("in-full").map_or_else(String::new, |key| format!(" ({key}: show)"))
    }

    /// Writes what the spec says about each attribute, once per element.
    pub(super) fn attributes(&mut self, row: &Row) {
        let mut seen: Vec<(&str, &str)> = Vec::new();
        let mut open = vec![row.observed.read().node.root()];
        while let Some(node) = open.pop() {
            for attribute in node.attributes() {
                let pair = (node.tag(), attribute.name);
                if !seen.contains(&pair) && seen.len() < ATTRIBUTES_DESCRIBED {
                    seen.push(pair);
                }
            }
            if seen.len() < ATTRIBUTES_DESCRIBED {
                open.extend(node.children().reversed());
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
                None => vec![label, Span::styled(": not in the spec", self.theme.novelty)],
            };
            self.lines.extend(wrap(&spans, self.columns, 2));
        }
    }
}

/// A tag while it is written.
struct Tag {
    /// Columns before it.
    indent: usize,
    spans: Vec<Span<'static>>,
}
