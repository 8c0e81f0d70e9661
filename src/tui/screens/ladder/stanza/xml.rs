//! The XML of a stanza, and what the spec says about its attributes.

use ratatui::text::{Line, Span};

use super::panel::Panel;
use crate::call::Row;
use crate::protocol::xml;
use crate::spec::attribute;
use crate::tui::kit::text::{visible_all, wrap};
use crate::tui::kit::theme::Theme;

/// The most bytes of XML shown of one stanza.
const XML_SHOWN: usize = 256 * 1024;

/// The most attributes described.
const ATTRIBUTES_DESCRIBED: usize = 60;

impl Panel<'_> {
    /// Writes the XML, with parties named as the user wants.
    pub(super) fn xml(&mut self, row: &Row) {
        // Control characters are escaped already.
        let text = xml::write_bounded(&row.observed.read().node, XML_SHOWN);
        let text = self.shared.names.in_text(&text, &self.judged.call.people);
        for line in text.split('\n') {
            let indent = line.len() - line.trim_start_matches(' ').len();
            self.lines.extend(wrap(&highlighted(line, self.theme), self.columns, indent + 4));
        }
        if text.len() >= XML_SHOWN {
            self.lines.push(Line::styled("Too long to show in full.", self.theme.warning));
        }
    }

    /// Writes what the spec says about each attribute, once per element.
    pub(super) fn attributes(&mut self, row: &Row) {
        let mut seen: Vec<(&str, &str)> = Vec::new();
        let mut open = vec![&row.observed.read().node];
        while let Some(node) = open.pop() {
            for attribute in &node.attributes {
                let pair = (node.tag.as_ref(), attribute.name.as_ref());
                if !seen.contains(&pair) && seen.len() < ATTRIBUTES_DESCRIBED {
                    seen.push(pair);
                }
            }
            if seen.len() < ATTRIBUTES_DESCRIBED {
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
                None => vec![label, Span::styled(": not in the spec", self.theme.novelty)],
            };
            self.lines.extend(wrap(&spans, self.columns, 2));
        }
    }
}

/// One line of XML with tags and attribute names highlighted.
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

/// A tag: `<name a="1" b="2">`. Values contain neither `<` nor `>`.
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
