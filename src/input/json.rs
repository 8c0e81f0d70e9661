//! JSON texts of any size (RFC 8259), read forward: what is wanted is handed over value by value, and the rest is
//! skipped without being kept.

use memchr::memchr2;
use serde::Deserialize;

use super::damage::Stop;
use super::source::Source;

/// The longest value that is handed over whole. A frame of WhatsApp's has at most 16 MiB, or 22 MiB in base64.
pub(super) const LONGEST_VALUE: usize = 32 << 20;

/// What is said of a place where there should be JSON.
pub(super) const NO_JSON: &str = "no JSON";

/// The longest name of an object's member that is looked at.
const LONGEST_NAME: usize = 1 << 10;

/// A whole value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// It has this many bytes, the first of the source's data, and is not yet consumed.
    Whole(usize),
    /// It was too long to be kept, and is consumed.
    TooLong(u64),
}

/// The place in a text: inside an object or array, at a value, or between two.
///
/// Only the values that are handed over are checked strictly; the ends of others are found by their brackets and
/// quotes.
pub(super) struct Json<'s, 'r> {
    /// The text. Its data begin at the place.
    pub(super) source: &'s mut Source<'r>,
}

impl Json<'_, '_> {
    /// The next byte that is not white space.
    pub(super) fn peek(&mut self) -> Result<u8, Stop> {
        loop {
            let data = self.source.data();
            let space = data.iter().take_while(|byte| is_space(**byte)).count();
            let found = data.get(space).copied();
            self.source.consume(space);
            match found {
                Some(byte) => return Ok(byte),
                None if self.source.fill(1)? => {}
                None => return Err(Stop::Cut),
            }
        }
    }

    /// Skips the next byte if it is `byte`, and says whether it was.
    fn take(&mut self, byte: u8) -> Result<bool, Stop> {
        let is = self.peek()? == byte;
        if is {
            self.source.consume(1);
        }
        Ok(is)
    }

    /// Goes inside the next value if it begins with `bracket`; else skips it.
    pub(super) fn enter(&mut self, bracket: u8) -> Result<bool, Stop> {
        let is = self.take(bracket)?;
        if !is {
            self.skip()?;
        }
        Ok(is)
    }

    /// Goes to the next element of the array that was entered; `false` at its end, which is skipped.
    pub(super) fn element(&mut self, is_first: bool) -> Result<bool, Stop> {
        self.next(is_first, b']')
    }

    /// Goes to the value of the next member of the object that was entered, and returns the member's name, empty if
    /// it is longer than any that matters; `None` at the object's end, which is skipped.
    pub(super) fn member(&mut self, is_first: bool) -> Result<Option<String>, Stop> {
        if !self.next(is_first, b'}')? {
            return Ok(None);
        }
        if self.peek()? != b'"' {
            return Err(Stop::Malformed);
        }
        let name = match self.whole(LONGEST_NAME)? {
            Value::Whole(length) => {
                let name = self.parse(length).map_err(|_| Stop::Malformed)?;
                self.source.consume(length);
                name
            }
            Value::TooLong(_) => String::new(),
        };
        if self.take(b':')? { Ok(Some(name)) } else { Err(Stop::Malformed) }
    }

    fn next(&mut self, is_first: bool, end: u8) -> Result<bool, Stop> {
        if self.take(end)? {
            return Ok(false);
        }
        if !is_first && !self.take(b',')? {
            return Err(Stop::Malformed);
        }
        self.peek().map(|_| true)
    }

    /// The next value and its length, if it is an object of the type that is wanted and its end has been read
    /// already: the quick way, for what comes by the thousand.
    pub(super) fn ahead<'a, T: Deserialize<'a>>(&'a self) -> Option<(T, usize)> {
        let mut values = serde_json::Deserializer::from_slice(self.source.data()).into_iter();
        let value = values.next()?.ok()?;
        Some((value, values.byte_offset())).filter(|(_, length)| *length <= LONGEST_VALUE)
    }

    /// Finds the end of the next value.
    pub(super) fn whole(&mut self, longest: usize) -> Result<Value, Stop> {
        self.peek()?;
        let mut skim = Skim::default();
        let mut seen = 0;
        loop {
            match skim.end(self.source.data().get(seen..).unwrap_or_default()) {
                Some(0) if seen == 0 => return Err(Stop::Malformed),
                Some(end) if seen + end <= longest => return Ok(Value::Whole(seen + end)),
                Some(end) => {
                    self.source.consume(seen + end);
                    return Ok(Value::TooLong((seen + end) as u64));
                }
                None => seen = self.source.data().len(),
            }
            if seen > longest {
                self.source.consume(seen);
                return Ok(Value::TooLong(seen as u64 + self.pass(&mut skim)?));
            }
            if !self.source.fill(seen + 1)? {
                return Err(Stop::Cut);
            }
        }
    }

    /// Skips the next value.
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        self.peek()?;
        if self.pass(&mut Skim::default())? == 0 { Err(Stop::Malformed) } else { Ok(()) }
    }

    /// The first `length` bytes of data as a value of the type that is wanted.
    pub(super) fn parse<'a, T: Deserialize<'a>>(&'a self, length: usize) -> serde_json::Result<T> {
        serde_json::from_slice(self.source.data().get(..length).unwrap_or_default())
    }

    /// Skips the rest of a value, and returns how much that was.
    fn pass(&mut self, skim: &mut Skim) -> Result<u64, Stop> {
        let mut passed = 0;
        loop {
            let data = self.source.data();
            let (end, length) = match skim.end(data) {
                Some(end) => (true, end),
                None => (false, data.len()),
            };
            self.source.consume(length);
            passed += length as u64;
            if end {
                return Ok(passed);
            }
            if !self.source.fill(1)? {
                return Err(Stop::Cut);
            }
        }
    }
}

/// Finds where a value ends, piece by piece.
#[derive(Debug, Default)]
struct Skim {
    /// Objects and arrays that are open.
    depth: u64,
    in_string: bool,
    /// The next byte is escaped.
    escaped: bool,
}

impl Skim {
    /// How many of the value's next bytes are part of it, or `None` if all are and it goes on.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut place = 0;
        while let Some(&byte) = bytes.get(place) {
            if self.escaped {
                self.escaped = false;
            } else if self.in_string {
                place += memchr2(b'"', b'\\', bytes.get(place..)?)?;
                if bytes.get(place) == Some(&b'"') {
                    self.in_string = false;
                    if self.depth == 0 {
                        return Some(place + 1);
                    }
                } else {
                    self.escaped = true;
                }
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        if self.depth <= 1 {
                            // A bracket without a partner ends a number or a word before it.
                            return Some(place + usize::from(self.depth == 1));
                        }
                        self.depth -= 1;
                    }
                    _ if self.depth == 0 && (byte == b',' || byte == b':' || is_space(byte)) => return Some(place),
                    _ => {}
                }
            }
            place += 1;
        }
        None
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// What follows the byte order mark and white space that a text may begin with.
pub(super) fn text(beginning: &[u8]) -> &[u8] {
    beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning).trim_ascii_start()
}

/// What follows `part` and white space, if the text begins with it.
pub(super) fn after<'a>(text: &'a [u8], part: &[u8]) -> Option<&'a [u8]> {
    text.strip_prefix(part).map(<[u8]>::trim_ascii_start)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Any, json};

    use super::*;
    use crate::origin::CaptureId;

    fn with<T>(text: &[u8], act: impl FnOnce(&mut Json<'_, '_>) -> T) -> T {
        let mut reader = text;
        let mut source = Source::new(CaptureId(0), crate::input::compressed::Decompressed::new(&mut reader).unwrap());
        act(&mut Json { source: &mut source })
    }

    #[test]
    fn a_value_ends_where_it_ends() {
        for (text, length) in [
            (r#"{"a":[1,"}"]},"#, 13),
            (r#"  "a\"b\\" "#, 8),
            ("12.5,", 4),
            ("true]", 4),
            ("[]", 2),
            (r#""\\","#, 4),
            ("null\n", 4),
        ] {
            assert_eq!(with(text.as_bytes(), |json| json.whole(100)).unwrap(), Value::Whole(length), "{text}");
            assert!(with(text.as_bytes(), |json| json.skip()).is_ok());
        }
        for text in [r#"{"a":1"#, r#""abc"#, r#""abc\"#, "  ", "12"] {
            assert!(matches!(with(text.as_bytes(), |json| json.whole(100)), Err(Stop::Cut)), "{text}");
            assert!(matches!(with(text.as_bytes(), |json| json.skip()), Err(Stop::Cut)), "{text}");
        }
        assert!(matches!(with(b",", |json| json.whole(100)), Err(Stop::Malformed)));
    }

    #[test]
    fn a_value_that_is_too_long_is_passed_over() {
        let text = format!("[\"{}\",7]", "x".repeat(5 << 20));
        with(text.as_bytes(), |json| {
            assert!(json.enter(b'[').unwrap() && json.element(true).unwrap());
            assert_eq!(json.whole(1 << 20).unwrap(), Value::TooLong((5 << 20) + 2));
            assert!(json.element(false).unwrap());
            assert_eq!(json.whole(9).unwrap(), Value::Whole(1));
        });
    }

    /// Reads a text by walking through it.
    fn walk(json: &mut Json<'_, '_>) -> Result<Any, Stop> {
        let mut is_first = true;
        Ok(match json.peek()? {
            b'{' => {
                json.enter(b'{')?;
                let mut members = serde_json::Map::new();
                while let Some(name) = json.member(std::mem::take(&mut is_first))? {
                    members.insert(name, walk(json)?);
                }
                Any::Object(members)
            }
            b'[' => {
                json.enter(b'[')?;
                let mut elements = Vec::new();
                while json.element(std::mem::take(&mut is_first))? {
                    elements.push(walk(json)?);
                }
                Any::Array(elements)
            }
            _ => {
                let Value::Whole(length) = json.whole(1000)? else { return Err(Stop::Malformed) };
                let value = json.parse(length).map_err(|_| Stop::Malformed)?;
                json.source.consume(length);
                value
            }
        })
    }

    fn values() -> impl Strategy<Value = Any> {
        let leaf = prop_oneof![
            Just(Any::Null),
            any::<bool>().prop_map(Any::from),
            any::<i32>().prop_map(Any::from),
            r#"[a"\\{}\[\]é,: ]{0,6}"#.prop_map(Any::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Any::from),
                prop::collection::btree_map(r#"["\\a-c]{0,3}"#, inner, 0..4).prop_map(|members| json!(members)),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn walking_reads_what_is_written(value in values(), pretty: bool) {
            let value = json!([value]);
            let mut text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            prop_assert_eq!(with(text.as_bytes(), walk).unwrap(), value);
            text.pop();
            prop_assert!(matches!(with(text.as_bytes(), walk), Err(Stop::Cut)));
        }
    }
}
