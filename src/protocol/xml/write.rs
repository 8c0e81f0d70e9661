//! Node to text.
//!
//! The text is for people and for search: attributes in wire order, addresses spelled out, values in `"`. Bytes are
//! written as text if they are UTF-8 without control characters, and otherwise as lower-case hex; the two can look alike,
//! and empty content looks like none. Bytes that the capture elides are a comment with their number.
//!
//! A character that a terminal would interpret or not show (controls, bidirectional overrides, zero-width characters,
//! noncharacters), or that is not allowed in a name, is written as `\u{...}`, its code in hex. A backslash that would look
//! like the start of such an escape is escaped too; all others stay. Reading in the dialect
//! [`RINGTRACE`](super::Dialect::RINGTRACE) reverses that.

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use quick_xml::escape::escape;

use crate::protocol::binary::{Children, Content, Element};
use crate::visible::{is_control, is_hidden, visible_but};

/// Formats a node with one element per line, indented by two spaces per level, without a final newline.
#[must_use]
pub fn write<'n>(node: impl Into<Element<'n>>) -> String {
    Writer { lines: true, limit: usize::MAX, text: String::new() }.tree(node.into())
}

/// Formats a node on one line.
#[must_use]
pub fn write_line<'n>(node: impl Into<Element<'n>>) -> String {
    Writer { lines: false, limit: usize::MAX, text: String::new() }.tree(node.into())
}

/// Formats the beginning of a node as [`write()`] does: at most `limit` bytes, followed by `…` if there is more. The cost
/// is bounded by `limit` too.
#[must_use]
pub fn write_bounded<'n>(node: impl Into<Element<'n>>, limit: usize) -> String {
    Writer { lines: true, limit, text: String::new() }.tree(node.into())
}

/// Formats the name of an element or attribute as [`write()`] does.
#[must_use]
pub fn write_name(name: &str) -> Cow<'_, str> {
    // Some letters do not show.
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | ':');
    let fits = |character| is_part(character) && !is_hidden(character);
    visible_but(name, |character| !fits(character))
}

/// Formats the value of an attribute, or text between tags, as [`write()`] does.
#[must_use]
pub fn write_text(text: &str) -> Cow<'_, str> {
    escape(visible_but(text, is_hidden))
}

/// The text that bytes are written as; `None` if they are written as hex.
#[must_use]
pub fn as_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains(is_control))
}

struct Writer {
    lines: bool,
    limit: usize,
    text: String,
}

impl Writer {
    /// Walks the tree without recursion.
    fn tree(mut self, root: Element<'_>) -> String {
        let mut open: Vec<(Element<'_>, Children<'_>)> = Vec::new();
        let mut next = Some(root);
        loop {
            if let Some(node) = next {
                self.begin_line(open.len());
                self.element(node);
                if !node.children().is_empty() {
                    open.push((node, node.children()));
                }
            } else if let Some((node, _)) = open.pop() {
                self.begin_line(open.len());
                self.end_tag(node);
            } else {
                return self.text;
            }
            if self.text.len() > self.limit {
                self.text.truncate(self.text.floor_char_boundary(self.limit));
                self.text.push('…');
                return self.text;
            }
            next = open.last_mut().and_then(|(_, children)| children.next());
        }
    }

    fn begin_line(&mut self, depth: usize) {
        if self.lines && !self.text.is_empty() {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n("  ", depth));
        }
    }

    /// Writes an element without children, or the start tag of one with children.
    fn element(&mut self, node: Element<'_>) {
        self.text.push('<');
        self.name(node.tag());
        for attribute in node.attributes() {
            self.text.push(' ');
            self.name(attribute.name);
            self.text.push_str("=\"");
            self.escaped(&attribute.value.to_text());
            self.text.push('"');
        }
        match node.content() {
            Content::Nodes(nodes) if !nodes.is_empty() => self.text.push('>'),
            Content::Bytes(bytes) if !bytes.is_empty() => {
                self.text.push('>');
                self.bytes(bytes);
                self.end_tag(node);
            }
            Content::Value(value) => {
                self.text.push('>');
                self.escaped(&value.to_text());
                self.end_tag(node);
            }
            Content::Elided(bytes) => {
                self.text.push_str("><!-- ");
                self.text.push_str(&bytes.to_string());
                self.text.push_str(" bytes -->");
                self.end_tag(node);
            }
            Content::None | Content::Nodes(_) | Content::Bytes(_) => self.text.push_str("/>"),
        }
    }

    fn end_tag(&mut self, node: Element<'_>) {
        self.text.push_str("</");
        self.name(node.tag());
        self.text.push('>');
    }

    fn name(&mut self, name: &str) {
        let name = write_name(self.clipped(name));
        self.text.push_str(&name);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        match as_text(bytes) {
            Some(text) => self.escaped(text),
            None => {
                let shown = bytes.get(..self.room()).unwrap_or(bytes);
                HEXLOWER.encode_append(shown, &mut self.text);
            }
        }
    }

    fn escaped(&mut self, text: &str) {
        let text = write_text(self.clipped(text));
        self.text.push_str(&text);
    }

    /// Clips `text` to the limit, or a little more: no character is written as fewer bytes than it has.
    fn clipped<'t>(&self, text: &'t str) -> &'t str {
        text.get(..text.ceil_char_boundary(self.room())).unwrap_or(text)
    }

    /// Returns one byte more than the limit leaves, so that clipping is noticed.
    fn room(&self) -> usize {
        self.limit.saturating_sub(self.text.len()).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::binary::{Jid, Node, NodeBuilder, Value};

    fn node(tag: &str, attributes: &[(&str, &str)], content: Content<'_>, children: &[Node]) -> Node {
        let mut builder = NodeBuilder::default();
        builder.start(tag);
        attributes.iter().for_each(|(name, value)| builder.attribute(name, Value::Text(value)));
        builder.content(content);
        children.iter().for_each(|child| builder.element(child.root()));
        builder.finish()
    }

    fn call() -> Node {
        let enc = node("enc", &[("type", "msg"), ("v", "2")], Content::Bytes(&[0x33, 0x0a, 0xff]), &[]);
        let audio = node("audio", &[], Content::None, &[]);
        let offer = node("offer", &[("call-id", "00AA")], Content::None, &[audio, enc]);
        let mut builder = NodeBuilder::default();
        builder.start("call");
        builder.attribute("id", Value::Text("a<b>&\"'"));
        builder.attribute("from", Value::Jid(&Jid::parse("100000000000001:7@lid").unwrap()));
        builder.element(offer.root());
        builder.finish()
    }

    #[test]
    fn one_element_a_line() {
        let expected = r#"<call id="a&lt;b&gt;&amp;&quot;&apos;" from="100000000000001:7@lid">
  <offer call-id="00AA">
    <audio/>
    <enc type="msg" v="2">330aff</enc>
  </offer>
</call>"#;
        assert_eq!(write(&call()), expected);
        assert_eq!(write_line(&call()), expected.lines().map(str::trim_start).collect::<String>());
    }

    #[test]
    fn content_is_text_where_it_can_be() {
        let shown = |content| write(&node("a", &[], content, &[]));
        assert_eq!(shown(Content::Bytes("grüß <dich>".as_bytes())), "<a>grüß &lt;dich&gt;</a>");
        assert_eq!(shown(Content::Bytes(b"two\nlines")), "<a>74776f0a6c696e6573</a>");
        assert_eq!(shown(Content::Bytes(&[0xc3])), "<a>c3</a>");
        assert_eq!(shown(Content::Bytes(b"")), "<a/>");
        let mut empty = NodeBuilder::default();
        empty.start("a");
        empty.list();
        assert_eq!(write(&empty.finish()), "<a/>");
        assert_eq!(shown(Content::Value(Value::Text("relay"))), "<a>relay</a>");
        assert_eq!(shown(Content::Elided(186)), "<a><!-- 186 bytes --></a>");
        assert_eq!(shown(Content::Bytes("a\u{200d}b".as_bytes())), "<a>a\\u{200d}b</a>");
    }

    #[test]
    fn nothing_hidden_is_written_raw() {
        let value = "\u{1b}[2J\r\n\t\u{7f}\u{9b}\u{202e}\u{200b}\u{feff}\u{fffe}";
        assert_eq!(
            write(&node("a", &[("notify", value)], Content::None, &[])),
            r#"<a notify="\u{1b}[2J\u{d}\u{a}\u{9}\u{7f}\u{9b}\u{202e}\u{200b}\u{feff}\u{fffe}"/>"#
        );
        let path = r"C:\users \u{1b}";
        assert_eq!(write(&node("a", &[("p", path)], Content::None, &[])), r#"<a p="C:\users \u{5c}u{1b}"/>"#);
        assert_eq!(
            write(&node("a b><", &[("x=\"", "1")], Content::None, &[])),
            r#"<a\u{20}b\u{3e}\u{3c} x\u{3d}\u{22}="1"/>"#
        );
        // Letters all the same.
        assert_eq!(
            write(&node("\u{3164}\u{115f}", &[("a\u{ffa0}", "1")], Content::None, &[])),
            r#"<\u{3164}\u{115f} a\u{ffa0}="1"/>"#
        );
    }

    #[test]
    fn a_deep_tree_needs_no_stack() {
        let mut builder = NodeBuilder::default();
        (0..2_000).for_each(|_| builder.start("n"));
        builder.start("leaf");
        let line = write_line(&builder.finish());
        assert!(line.starts_with("<n><n>") && line.ends_with("</n></n>"));
        assert_eq!(line.matches("<n>").count(), 2_000);
    }

    proptest! {
        #[test]
        fn bounded_is_a_beginning(limit in 0_usize..400, text in ".{0,60}", raw in prop::collection::vec(any::<u8>(), 0..60)) {
            let leaf = node("b", &[], Content::Bytes(&raw), &[]);
            let tree = node("a", &[("t", &text)], Content::None, &[call(), leaf]);
            let whole = write(&tree);
            let bounded = write_bounded(&tree, limit);
            match bounded.strip_suffix('…') {
                Some(beginning) if whole.len() > limit => {
                    prop_assert!(beginning.len() <= limit && whole.starts_with(beginning));
                }
                _ => prop_assert_eq!(bounded, whole),
            }
        }

        #[test]
        fn a_line_is_one_line_and_parses(tag in "[a-z]{1,8}", value in any::<String>(), text in any::<String>()) {
            let line = write_line(&node(&tag, &[("v", &value)], Content::Bytes(text.as_bytes()), &[]));
            prop_assert!(!line.contains(is_hidden));
            let mut reader = quick_xml::Reader::from_str(&line);
            loop {
                match reader.read_event() {
                    Ok(quick_xml::events::Event::Eof) => break,
                    event => prop_assert!(event.is_ok(), "{:?} in {}", event, line),
                }
            }
        }
    }
}
