//! Tagged netstrings, as mitmproxy writes them: `<length>:<bytes><tag>`, the tag saying what the bytes are.

/// A value. Lists and dictionaries hold further values, one after the other, a dictionary names and values in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// `,` or, as UTF-8, `;`.
    Bytes(&'a [u8]),
    /// `#` or `^`: a number as decimal text.
    Number(&'a str),
    /// `!`
    Bool(bool),
    /// `~`
    Null,
    /// `]`
    List(Values<'a>),
    /// `}`
    Dictionary(Values<'a>),
}

/// The values in a list or dictionary. Ends early at what is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Values<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Values<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let (value, rest) = value(self.0)?;
        self.0 = rest;
        Some(value)
    }
}

/// The most digits of a length.
const DIGITS: usize = 12;

/// The length that the bytes begin with, and how long that is with its colon. `Err(true)` if more bytes are needed to
/// tell, `Err(false)` if there is none.
pub(super) fn length(bytes: &[u8]) -> Result<(u64, usize), bool> {
    let digits = bytes.iter().take(DIGITS).take_while(|byte| byte.is_ascii_digit()).count();
    match bytes.get(digits) {
        Some(b':') if digits > 0 => {
            let text = bytes.get(..digits).and_then(|digits| std::str::from_utf8(digits).ok());
            text.and_then(|text| text.parse().ok()).map(|length| (length, digits + 1)).ok_or(false)
        }
        Some(_) => Err(false),
        None => Err(true),
    }
}

/// The value that the bytes begin with, and what follows it.
pub(super) fn value(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (length, header) = length(bytes).ok()?;
    let (content, rest) = bytes.get(header..)?.split_at_checked(usize::try_from(length).ok()?)?;
    let (tag, rest) = rest.split_first()?;
    Some((tagged(content, *tag)?, rest))
}

/// The value that the bytes are, without its length.
pub(super) fn without_length(bytes: &[u8]) -> Option<Value<'_>> {
    let (tag, content) = bytes.split_last()?;
    tagged(content, *tag)
}

/// What the content of a value is by its tag.
fn tagged(content: &[u8], tag: u8) -> Option<Value<'_>> {
    Some(match tag {
        b',' | b';' => Value::Bytes(content),
        b'#' | b'^' => Value::Number(std::str::from_utf8(content).ok()?),
        b'!' => Value::Bool(content == b"true"),
        b'~' => Value::Null,
        b']' => Value::List(Values(content)),
        b'}' => Value::Dictionary(Values(content)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        for (text, expected) in [
            (&b"5:hello,"[..], Value::Bytes(b"hello")),
            (b"5:hello;", Value::Bytes(b"hello")),
            (b"0:;", Value::Bytes(b"")),
            (b"2:-4#", Value::Number("-4")),
            (b"14:1778770942.101^", Value::Number("1778770942.101")),
            (b"4:true!", Value::Bool(true)),
            (b"5:false!", Value::Bool(false)),
            (b"0:~", Value::Null),
        ] {
            assert_eq!(value(text), Some((expected, &b""[..])));
            assert_eq!(value(&text[..text.len() - 1]), None);
        }
        let Some((Value::List(values), rest)) = value(b"10:1:1#3:two,]rest") else { panic!("no list") };
        assert_eq!((values.collect::<Vec<_>>(), rest), (vec![Value::Number("1"), Value::Bytes(b"two")], &b"rest"[..]));
    }

    #[test]
    fn what_is_no_value_is_none() {
        for text in
            [&b""[..], b":,", b"x", b"5:hell", b"1:a?", b"99999999999999999999:a,", b"-1:a,", b"999999999999:a,"]
        {
            assert_eq!(value(text), None);
        }
        assert_eq!(length(b"12"), Err(true));
        assert_eq!(length(b"123456789012"), Err(true));
        assert_eq!(length(b"1234567890123"), Err(false));
        assert_eq!(length(b"a"), Err(false));
    }
}
