//! The quick way through well-formed XML that has only what clients print: tags, attributes, text and comments.
//!
//! Whatever else is well-formed, and whatever is not, is left to the parsers behind it.

use memchr::{memchr, memchr2, memmem};

use super::dialect::Dialect;
use super::reading::Reading;
use super::tree::Tree;

/// The most attributes of an element: each is compared with those before it.
const MOST_ATTRIBUTES: usize = 32;

/// Reads the element at the start of `text` as the strict parser does. Returns `None` if it is not whole, or not plain.
pub(super) fn read(text: &str, dialect: Dialect) -> Option<Reading> {
    let mut plain = Plain {
        text,
        at: 0,
        open: Vec::with_capacity(8),
        names: [""; MOST_ATTRIBUTES],
        named: 0,
        tree: Tree::new(dialect),
    };
    while !plain.tree.is_whole() {
        plain.step()?;
    }
    Some(plain.tree.reading(plain.at))
}

struct Plain<'t> {
    text: &'t str,
    at: usize,
    /// The names of the elements that have not ended.
    open: Vec<&'t str>,
    /// The names of the attributes of the element that was begun last, and how many they are.
    names: [&'t str; MOST_ATTRIBUTES],
    named: usize,
    tree: Tree<'t>,
}

impl<'t> Plain<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the next tag, or the text before it.
    fn step(&mut self) -> Option<()> {
        let rest = self.rest();
        match rest.as_bytes() {
            [b'<', b'/', ..] => {
                let name = self.open.pop()?;
                rest.get(2..)?.strip_prefix(name)?.strip_prefix('>')?;
                self.at += name.len() + 3;
                self.tree.end(false);
            }
            [b'<', b'!', b'-', b'-', inside @ ..] => {
                // What looks like its end already may be its beginning.
                let is_usual = !matches!(inside, [b'-' | b'>', ..]);
                let length = memmem::find(inside, b"-->").filter(|_| is_usual)?;
                self.tree.comment(rest.get(4..4 + length)?);
                self.at += length + 7;
            }
            [b'<', ..] => self.start_tag()?,
            bytes => {
                let length = memchr2(b'<', b'&', bytes).filter(|end| bytes.get(*end) == Some(&b'<'))?;
                self.tree.text(rest.get(..length)?);
                self.at += length;
            }
        }
        Some(())
    }

    fn start_tag(&mut self) -> Option<()> {
        self.at += 1;
        let tag = self.name()?;
        self.tree.start(tag);
        self.named = 0;
        loop {
            let before = self.at;
            self.at += self.rest().bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
            match self.rest().as_bytes() {
                [b'>', ..] => {
                    self.at += 1;
                    self.open.push(tag);
                    return Some(());
                }
                [b'/', b'>', ..] => {
                    self.at += 2;
                    self.tree.end(true);
                    return Some(());
                }
                _ if self.at > before => self.attribute()?,
                _ => return None,
            }
        }
    }

    fn attribute(&mut self) -> Option<()> {
        let name = self.name()?;
        if self.names.get(..self.named)?.contains(&name) {
            return None;
        }
        *self.names.get_mut(self.named)? = name;
        self.named += 1;
        let [b'=', quote @ (b'"' | b'\''), inside @ ..] = self.rest().as_bytes() else { return None };
        let length = memchr(*quote, inside)?;
        let begin = self.at + 2;
        self.tree.attribute(name, self.text.get(begin..begin + length)?);
        self.at = begin + length + 1;
        Some(())
    }

    /// Takes a name of the usual characters.
    fn name(&mut self) -> Option<&'t str> {
        let is_usual = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.');
        let rest = self.rest();
        let length = rest.bytes().take_while(is_usual).count();
        self.at += length;
        rest.get(..length).filter(|name| !name.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::xml::strict;

    const DIALECTS: [Dialect; 5] =
        [Dialect::BAILEYS, Dialect::WHATSMEOW, Dialect::ZAPO, Dialect::RINGTRACE, Dialect::UNKNOWN];

    #[test]
    fn what_clients_print_is_plain() {
        for text in [
            "<call from='1:2@lid' id=\"1\">\n\t\t<offer call-id='00AA'>\n\t\t\t\t<enc >\n\t0105\n\t</enc>\n\t\t</offer>\n</call>",
            "<a/> and more",
            "<a b='<x> & \"y\"'></a>",
            "<a><!-- 184 bytes --></a>",
        ] {
            for dialect in DIALECTS {
                let reading = read(text, dialect);
                assert!(reading.is_some(), "{text}");
                assert_eq!(reading, strict::read(text, dialect), "{text}");
            }
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_others() {
        for text in [
            "<a>&lt;</a>",
            "<a><![CDATA[x]]></a>",
            "<a><!-->--></a>",
            "<a b='1'c='2'/>",
            "<a></b>",
            "<a b='1' b='2'/>",
            "<a",
            "<a>",
        ] {
            assert_eq!(read(text, Dialect::UNKNOWN), None, "{text}");
        }
    }

    /// Pieces of XML, most of which fit together.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => Just("<a>".to_owned()),
            4 => Just("</a>".to_owned()),
            2 => Just("<call".to_owned()),
            2 => Just("</call>".to_owned()),
            4 => "[ \t\n]{1,2}(from|id|b)=['\"][a1@:.&<>;]{0,3}['\"]",
            2 => Just("/>".to_owned()),
            2 => Just(">".to_owned()),
            4 => "[ \n\t0af.é]{0,3}",
            1 => "[<>/='\"&;! \u{a0}-]",
            1 => "<!--( 3 bytes |-|>|->)?(--|-->)?",
            1 => Just("<![CDATA[x]]>".to_owned()),
            1 => Just("<?x?>".to_owned()),
        ];
        prop::collection::vec(piece, 0..16).prop_map(|pieces| format!("<a{}", pieces.concat()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn what_is_plain_is_read_as_the_strict_parser_reads_it(text in pieces(), dialect in prop::sample::select(&DIALECTS[..])) {
            if let Some(reading) = read(&text, dialect) {
                prop_assert_eq!(Some(reading), strict::read(&text, dialect));
            }
        }
    }
}
