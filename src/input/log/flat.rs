//! The quick way through what loggers mostly write: an object on one line, of texts, whole numbers and further objects,
//! without white space.
//!
//! Whatever else is JSON, and whatever is not, is left to `serde_json`.

use std::borrow::Cow;

use memchr::memchr2;

/// The value of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FlatValue<'t> {
    /// A text, borrowed where it has no escapes.
    Text(Cow<'t, str>),
    /// A whole number of at most eighteen digits.
    Number(&'t str),
    /// An object that is flat itself, as text.
    Object(&'t str),
}

/// How deep objects may be inside each other.
const DEEPEST: usize = 8;

/// The room that is made at first for a text with escapes.
const ROOM: usize = 4 << 10;

/// Takes the members of the object that a text begins with, in order; `None` if it turns out not to be flat.
pub(super) fn members<'t>(text: &'t str, mut take: impl FnMut(&'t str, FlatValue<'t>)) -> Option<()> {
    Flat { rest: text }.object(&mut take, DEEPEST)
}

struct Flat<'t> {
    rest: &'t str,
}

impl<'t> Flat<'t> {
    /// Takes an object in which others may be so deep.
    fn object(&mut self, take: &mut dyn FnMut(&'t str, FlatValue<'t>), depth: usize) -> Option<()> {
        self.take(b'{')?;
        loop {
            let name = self.name()?;
            let value = match self.rest.as_bytes() {
                [b'"', ..] => FlatValue::Text(self.text()?),
                [b'{', ..] => {
                    let before = self.rest;
                    self.object(&mut |_, _| {}, depth.checked_sub(1)?)?;
                    FlatValue::Object(before.get(..before.len() - self.rest.len())?)
                }
                _ => FlatValue::Number(self.number()?),
            };
            take(name, value);
            if self.take(b'}').is_some() {
                return Some(());
            }
            self.take(b',')?;
        }
    }

    /// Goes over a byte of ASCII.
    fn take(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(char::from(byte))?;
        Some(())
    }

    /// Takes a name of printable ASCII, with the colon behind it. Names are so short that no search for many bytes at once
    /// pays.
    fn name(&mut self) -> Option<&'t str> {
        self.take(b'"')?;
        let is_usual = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        let (name, rest) = self.rest.split_at_checked(self.rest.bytes().take_while(is_usual).count())?;
        self.rest = rest.strip_prefix("\":")?;
        Some(name)
    }

    fn number(&mut self) -> Option<&'t str> {
        let length = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at_checked(length)?;
        let is_number = (1..=18).contains(&length) && (length == 1 || !number.starts_with('0'));
        self.rest = rest;
        is_number.then_some(number)
    }

    /// Takes a text. One with control characters, or escapes of characters by number, is not flat.
    fn text(&mut self) -> Option<Cow<'t, str>> {
        self.take(b'"')?;
        let first = self.piece()?;
        if self.take(b'"').is_some() {
            return Some(Cow::Borrowed(first));
        }
        let mut text = String::with_capacity(self.rest.len().min(ROOM) + first.len());
        text.push_str(first);
        loop {
            match self.rest.as_bytes() {
                [b'"', ..] => {
                    self.take(b'"')?;
                    return Some(Cow::Owned(text));
                }
                [b'\\', escaped, ..] => {
                    text.push(match escaped {
                        b'n' => '\n',
                        b't' => '\t',
                        b'r' => '\r',
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'"' | b'\\' | b'/' => char::from(*escaped),
                        _ => return None,
                    });
                    self.rest = self.rest.get(2..)?;
                }
                [b'\\'] => return None,
                _ => text.push_str(self.piece()?),
            }
        }
    }

    /// Takes what is before the next quote or backslash.
    fn piece(&mut self) -> Option<&'t str> {
        let (piece, rest) = self.rest.split_at_checked(memchr2(b'"', b'\\', self.rest.as_bytes())?)?;
        self.rest = rest;
        // No early end, so that many bytes are looked at at once.
        let has_control = piece.bytes().fold(false, |has, byte| has | (byte < b' '));
        (!has_control).then_some(piece)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    /// The members of a text as `serde_json` reads them, if it is flat.
    fn read(text: &str) -> Option<Vec<(String, Value)>> {
        let mut found = Vec::new();
        members(text, |name, value| {
            let value = match value {
                FlatValue::Text(text) => Value::from(&*text),
                FlatValue::Number(number) => Value::from(number.parse::<u64>().unwrap()),
                FlatValue::Object(object) => read(object).unwrap().into_iter().collect::<Map<_, _>>().into(),
            };
            found.push((name.to_owned(), value));
        })?;
        Some(found)
    }

    #[test]
    fn what_loggers_write_is_flat() {
        let text = r#"{"level":10,"time":"2026-05-14T15:02:22.147Z","xml":"<a b='1'>\n\t\t<c/>\n</a>","recv":{"tag":"a","attrs":{"t":"1"}},"msg":"é\"\\"} more"#;
        let expected = [
            ("level", Value::from(10)),
            ("time", Value::from("2026-05-14T15:02:22.147Z")),
            ("xml", Value::from("<a b='1'>\n\t\t<c/>\n</a>")),
            ("recv", serde_json::json!({ "tag": "a", "attrs": { "t": "1" } })),
            ("msg", Value::from("é\"\\")),
        ];
        assert_eq!(read(text), Some(expected.map(|(name, value)| (name.to_owned(), value)).to_vec()));
    }

    #[test]
    fn what_is_not_flat_is_left_to_others() {
        for text in [
            "",
            "{",
            "{}",
            "[1]",
            r#"{"a""#,
            r#"{"a":"#,
            r#"{"a":1"#,
            r#"{"a":"b"#,
            r#"{"a":"\"#,
            r#"{"a": 1}"#,
            r#"{"a":01}"#,
            r#"{"a":1.5}"#,
            r#"{"a":-1}"#,
            r#"{"a":true}"#,
            r#"{"a":[]}"#,
            r#"{"a":{}}"#,
            r#"{"a":"\u0041"}"#,
            r#"{"a":"\x"}"#,
            r#"{"\n":1}"#,
            "{\"a\":\"\t\"}",
            r#"{"a":1234567890123456789}"#,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn what_is_flat_is_read_as_serde_json_reads_it(
            text in r#"\{("[ab]":("([a-cé'<]|\\[nt"\\/bfrux0]|[\t"\\]){0,6}"|[0-9]{1,4}|[-0-9.e]{1,3}|null|\[\]|\{("[ab]":("[ab]"|[0-9]|\{"a":1\}),?){0,2}\}),?){0,3}[ab}\] ]{0,2}"#
        ) {
            if let Some(members) = read(&text) {
                let expected = serde_json::Deserializer::from_str(&text).into_iter::<Map<String, Value>>().next();
                prop_assert_eq!(members.into_iter().collect::<Map<_, _>>(), expected.unwrap().unwrap());
            }
        }
    }
}
