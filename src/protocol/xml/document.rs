//! Writes documents such as SVG, which are well-formed whatever text they contain.

use std::fmt::Write as _;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use crate::visible::visible_but;

/// Attributes of an element, by name. Names must be valid XML names.
pub type Attributes<'a> = &'a [(&'a str, &'a str)];

/// A document under construction, one element per line. Elements that are open at the end are closed.
pub struct Document {
    writer: Writer<Vec<u8>>,
    open: Vec<&'static str>,
}

impl Default for Document {
    fn default() -> Self {
        Self { writer: Writer::new_with_indent(Vec::new(), b' ', 1), open: Vec::new() }
    }
}

impl Document {
    /// Opens an element; what follows is inside it.
    pub fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.put(Event::Start(start(name, attributes)));
        self.open.push(name);
    }

    /// Closes the element that was opened last.
    pub fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.put(Event::End(BytesEnd::new(name)));
        }
    }

    /// Adds an element without content.
    pub fn empty(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.put(Event::Empty(start(name, attributes)));
    }

    /// Adds an element with text. Characters that are invisible, or not allowed in XML, are written as `\u{...}`.
    pub fn text(&mut self, name: &'static str, attributes: Attributes<'_>, text: &str) {
        self.put(Event::Start(start(name, attributes)));
        let shown = visible_but(text, |character| character != '\n' && crate::visible::is_hidden(character));
        self.put(Event::Text(BytesText::new(&shown)));
        self.put(Event::End(BytesEnd::new(name)));
    }

    /// Returns the text of the document.
    #[must_use]
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        let mut text = String::from_utf8_lossy(&self.writer.into_inner()).into_owned();
        text.push('\n');
        text
    }

    fn put(&mut self, event: Event<'_>) {
        // Writing to memory does not fail.
        let _ = self.writer.write_event(event);
    }
}

fn start<'a>(name: &'a str, attributes: Attributes<'_>) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        let shown = visible_but(value, crate::visible::is_hidden);
        start.push_attribute((*name, shown.as_ref()));
    }
    start
}

/// Formats a number for SVG, with at most one digit after the decimal point.
#[must_use]
pub fn number(value: f64) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write!(text, "{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::*;

    #[test]
    fn elements_nest_and_are_closed() {
        let mut document = Document::default();
        document.open("svg", &[("width", "10")]);
        document.open("g", &[]);
        document.text("text", &[("x", "1")], "a < b & \"c\"\u{1b}");
        document.close();
        document.empty("path", &[("d", "M0 \"0\"<")]);
        assert_eq!(
            document.finish(),
            "<svg width=\"10\">\n <g>\n  <text x=\"1\">a &lt; b &amp; &quot;c&quot;\\u{1b}</text>\n </g>\n <path d=\"M0 &quot;0&quot;&lt;\"/>\n</svg>\n"
        );
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([number(3.0), number(2.25), number(-0.5)], ["3", "2.2", "-0.5"]);
    }

    proptest! {
        #[test]
        fn any_text_gives_a_document_that_parses(text in any::<String>(), value in any::<String>()) {
            let mut document = Document::default();
            document.open("a", &[("v", &value)]);
            document.text("b", &[("v", &value)], &text);
            let written = document.finish();
            let mut reader = Reader::from_str(&written);
            loop {
                match reader.read_event() {
                    Ok(Event::Eof) => break,
                    event => prop_assert!(event.is_ok(), "{event:?} in {written}"),
                }
            }
        }
    }
}
