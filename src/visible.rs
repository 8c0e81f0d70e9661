//! Text from a capture, made safe to show: what it contains can never move the cursor or change the terminal.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;

/// The text with every character that is not plainly visible, and every backslash that would look like such an
/// escape, written as an escape: `\u{1b}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    visible_but(text, is_hidden)
}

/// A path for people, as [`visible`] shows it.
#[must_use]
pub fn visible_path(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// The text with each `hidden` character, and each backslash that would look like an escape, as `\u{...}`.
#[must_use]
pub fn visible_but(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    let must_escape = |(at, character)| {
        hidden(character) || character == '\\' && text.get(at..).is_some_and(|rest| rest.starts_with(ESCAPE))
    };
    if !text.char_indices().any(must_escape) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for (at, character) in text.char_indices() {
        if must_escape((at, character)) {
            // Writing to a string does not fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// The text that [`visible_but`] was given, whatever it hid: each `\u{...}` that is a character's code becomes it.
#[must_use]
pub fn revealed(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(ESCAPE) else { return Cow::Borrowed(text) };
    let (before, mut rest) = text.split_at(first);
    let mut whole = before.to_owned();
    while let Some(begin) = rest.find(ESCAPE) {
        let (between, escape) = rest.split_at(begin);
        whole.push_str(between);
        let (character, length) = escaped_character(escape).unwrap_or(('\\', 1));
        whole.push(character);
        rest = escape.get(length..).unwrap_or_default();
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}

/// How an escape begins.
const ESCAPE: &str = "\\u{";

/// The character whose escape a text begins with, and how many bytes the escape has.
fn escaped_character(text: &str) -> Option<(char, usize)> {
    const MOST_DIGITS: usize = 6;
    let digits = text.strip_prefix(ESCAPE)?;
    let length = digits.bytes().take(MOST_DIGITS + 1).position(|byte| byte == b'}')?;
    let code = digits.get(..length).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let character = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
    Some((character, ESCAPE.len() + length + 1))
}

/// JSON on one line, with every character that is not plainly visible written as JSON escapes it: `\u001b`. Outside of
/// its strings JSON has no such characters.
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    if !json.contains(is_hidden) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len() + 8);
    let mut units = [0; 2];
    for character in json.chars() {
        if is_hidden(character) {
            for unit in character.encode_utf16(&mut units) {
                // Writing to a string does not fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// A control character or a noncharacter.
#[must_use]
pub fn is_control(character: char) -> bool {
    character.is_control() || u32::from(character) & 0xfffe == 0xfffe || matches!(character, '\u{fdd0}'..='\u{fdef}')
}

/// A character that changes how its neighbours are shown, or that does not show at all.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    is_control(character)
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_left_alone() {
        assert!(matches!(visible("reason=\"timeout\" Zoë 通話"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_could_reach_the_terminal_is_escaped() {
        assert_eq!(visible("a\x1b[2Jb\u{9b}c\r\n"), "a\\u{1b}[2Jb\\u{9b}c\\u{d}\\u{a}");
        assert_eq!(visible("\u{202e}evil\u{200b}"), "\\u{202e}evil\\u{200b}");
        assert_eq!(visible(r"\u{1b} C:\users"), r"\u{5c}u{1b} C:\users");
    }

    #[test]
    fn what_was_escaped_is_revealed_and_nothing_else() {
        for text in ["a\x1b[2J\u{e0001}", r"\u{1b} C:\users", "plain", r"\\u{41}", "\\\u{200b}"] {
            assert_eq!(revealed(&visible(text)), text);
        }
        for text in [r"\u{}", r"\u{110000}", r"\u{0000041}", r"\u{+41}", r"\u{41", r"\u41"] {
            assert!(revealed(text) == text, "{text}");
        }
    }

    #[test]
    fn json_is_escaped_as_json() {
        assert!(matches!(visible_json(r#"{"a":"plain \u001b"}"#), Cow::Borrowed(_)));
        let line = serde_json::to_string("\u{9b}2J\u{202e}\u{e0001}\u{7f}").unwrap();
        let shown = visible_json(&line);
        assert_eq!(shown, r#""\u009b2J\u202e\udb40\udc01\u007f""#);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), serde_json::from_str::<String>(&line).unwrap());
    }
}
