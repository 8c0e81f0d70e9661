//! Values as programs print them: JSON, Node's `util.inspect`, a browser's console, Java's `toString`, and Go's `%+v`.
//!
//! One tolerant reader serves them all. What a printer left out (`[Object]`, `{…}`, `... 3 more items`) is counted.

use super::entry::NoEntry;
use super::json_node::JsonValue;
use crate::protocol::binary::ITEM_LIMIT;

/// How deeply values may be nested.
const DEEPEST: usize = 48;

/// Why a value of too many parts is not read: each takes much more memory than its text.
const TOO_MANY: &str = "it has too many values";

/// A value, and what is known of its text.
#[derive(Debug, PartialEq)]
pub(super) struct Printed {
    /// The value.
    pub(super) value: JsonValue,
    /// The length of its text.
    pub(super) length: usize,
    /// How many values in it the printer left out.
    pub(super) left_out: u32,
}

/// Reads the value that a text begins with.
///
/// # Errors
/// If the text ends within it, or there is none.
pub(super) fn read(text: &str) -> Result<Printed, NoEntry> {
    let mut parser = Parser { text, at: 0, left_out: 0, items: 0 };
    let value = parser.value(Style::Literal, 0)?;
    Ok(Printed { value, length: parser.at, left_out: parser.left_out })
}

/// How values without quotes end.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// As literals of JSON and JavaScript do.
    Literal,
    /// At a comma or closing bracket: Java.
    Comma,
    /// At a space or closing bracket: Go.
    Space,
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    left_out: u32,
    /// The values so far.
    items: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Result<u8, NoEntry> {
        self.text.as_bytes().get(self.at).copied().ok_or(NoEntry::Incomplete)
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, part: &str) -> bool {
        let is = self.rest().starts_with(part);
        if is {
            self.at += part.len();
        }
        is
    }

    /// Takes the characters up to the first that is none of these.
    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = rest.split(|character| !is_part(character)).next().unwrap_or_default();
        self.at += taken.len();
        taken
    }

    fn left_out(&mut self) -> JsonValue {
        self.left_out += 1;
        JsonValue::Null
    }

    fn value(&mut self, style: Style, depth: usize) -> Result<JsonValue, NoEntry> {
        if depth > DEEPEST {
            return Err(NoEntry::Unrelated);
        }
        self.items += 1;
        if self.items > ITEM_LIMIT {
            return Err(NoEntry::unreadable(TOO_MANY));
        }
        self.skip_space();
        match self.peek()? {
            b'{' => {
                self.at += 1;
                if self.take("…}") || self.take("...}") {
                    return Ok(self.left_out());
                }
                self.members(b'}', style, depth + 1)
            }
            b'[' => {
                self.at += 1;
                if ["Object]", "Array]", "Object: null prototype]"].into_iter().any(|name| self.take(name)) {
                    return Ok(self.left_out());
                }
                self.items(style, depth + 1)
            }
            quote @ (b'"' | b'\'' | b'`') if style == Style::Literal => self.string(quote),
            b'<' if self.take("<Buffer") => self.buffer(),
            b'<' if self.take("<nil>") => Ok(JsonValue::Null),
            _ => self.word(style, depth),
        }
    }

    fn string(&mut self, mut quote: u8) -> Result<JsonValue, NoEntry> {
        let mut text = String::new();
        loop {
            self.at += 1;
            self.literal(char::from(quote), &mut text)?;
            // Node prints a long string as pieces that `+` joins, each in quotes that it does not contain.
            let end = self.at;
            self.skip_space();
            if !self.take("+") {
                self.at = end;
                return Ok(JsonValue::Text(text));
            }
            self.skip_space();
            quote = self.peek()?;
            if !matches!(quote, b'"' | b'\'' | b'`') {
                return Err(NoEntry::Unrelated);
            }
        }
    }

    /// Adds the characters of a string up to its closing quote.
    fn literal(&mut self, quote: char, text: &mut String) -> Result<(), NoEntry> {
        loop {
            let is_end = |character| character == quote || character == '\\' || (character == '\n' && quote != '`');
            text.push_str(self.take_while(|character| !is_end(character)));
            let mut next = self.rest().chars();
            let character = next.next().ok_or(NoEntry::Incomplete)?;
            self.at += character.len_utf8();
            if character == quote {
                return Ok(());
            }
            if character == '\n' {
                return Err(NoEntry::Unrelated);
            }
            let escape = next.next().ok_or(NoEntry::Incomplete)?;
            self.at += escape.len_utf8();
            match escape {
                'x' => text.push(self.code(2)?),
                'u' => text.push(self.unit()?),
                letter => text.push(named_escape(letter)),
            }
        }
    }

    /// A character behind `\u`, which may be one half of a pair.
    fn unit(&mut self) -> Result<char, NoEntry> {
        let first = self.number(4)?;
        if !(0xd800..0xdc00).contains(&first) || !self.take("\\u") {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let second = self.number(4)?;
        let joined = 0x1_0000 + ((first - 0xd800) << 10) + second.wrapping_sub(0xdc00) % 0x400;
        Ok(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn code(&mut self, digits: usize) -> Result<char, NoEntry> {
        Ok(char::from_u32(self.number(digits)?).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn number(&mut self, digits: usize) -> Result<u32, NoEntry> {
        let number = self.rest().get(..digits).ok_or(NoEntry::Incomplete)?;
        self.at += digits;
        u32::from_str_radix(number, 16).map_err(|_| NoEntry::Unrelated)
    }

    /// The bytes of `<Buffer 01 02 ... 3 more bytes>`.
    fn buffer(&mut self) -> Result<JsonValue, NoEntry> {
        let inside = self.take_while(|character| character != '>');
        self.peek()?;
        self.at += 1;
        let (shown, more) = inside.split_once("...").unwrap_or((inside, ""));
        let hex: String = shown.split_whitespace().collect();
        let more: usize = more.split_whitespace().next().and_then(|count| count.parse().ok()).unwrap_or_default();
        let length = hex.len() / 2 + more;
        let members = [("byteLength", length.to_string()), ("hex", hex)];
        Ok(JsonValue::Object(members.map(|(name, value)| (name.to_owned(), JsonValue::Text(value))).into()))
    }

    /// A word without quotes: a literal, or the name of a class before its value.
    fn word(&mut self, style: Style, depth: usize) -> Result<JsonValue, NoEntry> {
        let start = self.at;
        let is_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$' | '.');
        let name = self.take_while(is_name);
        if self.take("[") {
            return match name {
                "map" => self.members(b']', Style::Space, depth + 1),
                "" => Err(NoEntry::Unrelated),
                _ => self.members(b']', Style::Comma, depth + 1),
            };
        }
        if style == Style::Literal && name.starts_with(char::is_alphabetic) {
            let is_counted = self.take("(");
            if is_counted {
                self.take_while(|character| character != ')' && character != '\n');
                self.peek()?;
                self.at += 1;
            }
            let end = self.at;
            self.skip_space();
            if self.rest().starts_with(['{', '[']) {
                return self.value(style, depth + 1);
            }
            self.at = end;
            if is_counted {
                return Ok(self.left_out());
            }
        }
        self.at = start;
        // Node prints dates without quotes.
        let is_number = self.peek()?.is_ascii_digit();
        let is_part = |character: char| match style {
            Style::Literal => is_name(character) || matches!(character, '-' | '+') || (character == ':' && is_number),
            Style::Comma => !matches!(character, ',' | ']' | '}' | '\n'),
            Style::Space => !matches!(character, ' ' | ']' | '}' | '\n'),
        };
        let word = self.take_while(is_part);
        match word {
            "" if style == Style::Literal => Err(NoEntry::Unrelated),
            "null" | "undefined" => Ok(JsonValue::Null),
            word => Ok(JsonValue::Text(word.to_owned())),
        }
    }

    fn items(&mut self, style: Style, depth: usize) -> Result<JsonValue, NoEntry> {
        let mut items = Vec::new();
        loop {
            self.skip_space();
            match self.peek()? {
                b']' => {
                    self.at += 1;
                    return Ok(JsonValue::List(items));
                }
                b',' => self.at += 1,
                b'.' if self.take("...") => {
                    self.left_out += 1;
                    self.take_while(|character| !matches!(character, ']' | '\n'));
                }
                _ => {
                    let before = self.at;
                    items.push(self.value(style, depth)?);
                    if self.at == before {
                        return Err(NoEntry::Unrelated);
                    }
                }
            }
        }
    }

    fn members(&mut self, end: u8, style: Style, depth: usize) -> Result<JsonValue, NoEntry> {
        let mut members = Vec::new();
        loop {
            self.skip_space();
            match self.peek()? {
                byte if byte == end => {
                    self.at += 1;
                    return Ok(JsonValue::Object(members));
                }
                b',' => self.at += 1,
                b'.' if self.take("...") => {
                    self.left_out += 1;
                    self.take_while(|character| !matches!(character, '}' | '\n'));
                }
                _ => members.push(self.member(style, depth)?),
            }
        }
    }

    fn member(&mut self, style: Style, depth: usize) -> Result<(String, JsonValue), NoEntry> {
        let quote = self.peek()?;
        let is_quoted = matches!(quote, b'"' | b'\'');
        let name = if is_quoted {
            let mut name = String::new();
            self.at += 1;
            self.literal(char::from(quote), &mut name)?;
            name
        } else {
            let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$' | '-');
            self.take_while(is_part).to_owned()
        };
        self.skip_space();
        let style = match self.peek()? {
            b'=' => Style::Comma,
            // Go puts no space behind the colon, and prints the names of fields, which begin with a capital.
            b':' if !is_quoted && name == "Tag" && !self.rest().starts_with(": ") => Style::Space,
            b':' => style,
            _ => return Err(NoEntry::Unrelated),
        };
        if name.is_empty() && !is_quoted {
            return Err(NoEntry::Unrelated);
        }
        self.at += 1;
        let value = self.value(style, depth)?;
        Ok((name, value))
    }
}

/// The character that a letter behind a backslash stands for in JavaScript; any other stands for itself.
pub(super) const fn named_escape(letter: char) -> char {
    match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::xml;

    fn shown(text: &str) -> (String, u32) {
        let Printed { value, left_out, .. } = read(text).unwrap_or_else(|error| panic!("{error:?}: {text}"));
        (xml::write_line(&value.stanza().unwrap().node), left_out)
    }

    #[test]
    fn the_same_node_in_many_languages() {
        let whole = r#"<call to="1:2@lid" id="7"><reject call-id="00AA"/></call>"#;
        for text in [
            r#"{"tag":"call","attrs":{"to":"1:2@lid","id":"7"},"content":[{"tag":"reject","attrs":{"call-id":"00AA"}}]}"#,
            "{\n  tag: 'call',\n  attrs: { to: '1:2@lid', id: '7' },\n  content: [ { tag: 'reject', attrs: { 'call-id': '00AA' }, content: undefined } ]\n}",
            "Node[description=call, attributes={to=1:2@lid, id=7}, content=[Node[description=reject, attributes={call-id=00AA}]]]",
            "{Tag:call Attrs:map[to:1:2@lid id:7] Content:[{Tag:reject Attrs:map[call-id:00AA] Content:<nil>}]}",
            "WapNode {tag: `call`, attrs: {to: '1:2' +\n '@lid', id: '\\x37'}, content: Array(1) [WapNode {tag: 'reject', attrs: {'call-id': '00AA'}}]}",
        ] {
            assert_eq!(shown(text), (whole.to_owned(), 0), "{text}");
        }
    }

    #[test]
    fn what_a_printer_left_out_is_counted() {
        for (text, expected) in [
            (
                "{ tag: 'a', attrs: {}, content: [ { tag: 'b', attrs: [Object], content: [Array] } ] }",
                ("<a><b/></a>", 2),
            ),
            ("{ tag: 'a', attrs: {}, content: [ { tag: 'b' }, ... 3 more items ] }", ("<a><b/></a>", 1)),
            ("{tag: 'a', attrs: {…}, content: Array(1)}", ("<a/>", 2)),
            ("{ tag: 'a', content: <Buffer 01 02 ... 7 more bytes> }", ("<a><!-- 9 bytes --></a>", 0)),
            ("{ tag: 'a', content: Uint8Array(2) [ 1, 255 ] }", ("<a>01ff</a>", 0)),
        ] {
            assert_eq!(shown(text), (expected.0.to_owned(), expected.1), "{text}");
        }
    }

    #[test]
    fn strings_keep_their_characters() {
        let text = |text: &str| read(text).unwrap().value;
        assert_eq!(text(r#""\ud83d\ude00\u003c\n\"""#), JsonValue::Text("😀<\n\"".to_owned()));
        assert_eq!(text(r#""\ud83d""#), JsonValue::Text("\u{fffd}".to_owned()));
        assert_eq!(text("\"it's\" +\n  '\"so\"' +\n  ''"), JsonValue::Text("it's\"so\"".to_owned()));
    }

    #[test]
    fn depth_is_bounded() {
        for open in ["{a:", "[", "A[a=", "{\"a\":[", "A {", "A(1) ["] {
            assert!(read(&open.repeat(100_000)).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[{}\\[\\]<>:=,'\"`\\\\ua0 .…A-Z()\\n+-]{0,60}") {
            if let Ok(printed) = read(&text) {
                prop_assert!(printed.length <= text.len());
            }
        }
    }
}
