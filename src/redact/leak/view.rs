//! A text as identifiers are looked for in it.

use crate::visible::is_hidden;

/// A text made of another, and where the lines of that one begin in it.
pub(super) struct View {
    /// The text.
    pub(super) text: String,
    /// Where each line but the first begins, in order.
    lines: Vec<usize>,
}

impl View {
    /// The text as it is.
    pub(super) fn whole(text: &str) -> Self {
        let lines = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1).collect();
        Self { text: text.to_owned(), lines }
    }

    /// In lower case, with one space for any white space, and without what does not show.
    pub(super) fn folded(text: &str) -> Self {
        let mut view = Self { text: String::with_capacity(text.len()), lines: Vec::new() };
        for character in text.chars() {
            if character.is_whitespace() {
                if !view.text.ends_with(' ') {
                    view.text.push(' ');
                }
                if character == '\n' {
                    view.lines.push(view.text.len());
                }
            } else if !is_hidden(character) {
                view.text.extend(character.to_lowercase());
            }
        }
        view
    }

    /// Its digits, numbers apart by spaces. Up to two of the characters that people put between the digits of a number
    /// do not part it, nor does a line's end.
    pub(super) fn digits(text: &str) -> Self {
        let mut view = Self { text: String::new(), lines: Vec::new() };
        let mut between = 0;
        for character in text.chars() {
            if let Some(digit) = digit(character) {
                if between > 2 {
                    view.text.push(' ');
                }
                between = 0;
                view.text.push(digit);
            } else if is_hidden(character) && character != '\n' && character != '\r' {
                // It does not show: what stands around it looks like one number.
            } else if is_between_digits(character) {
                between += 1;
            } else {
                between = 3;
            }
            if character == '\n' {
                view.lines.push(view.text.len());
            }
        }
        view
    }

    /// The line of the original text, from 1, that a place of this one is in.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|begin| *begin <= at) + 1
    }
}

fn is_between_digits(character: char) -> bool {
    character.is_whitespace()
        || is_dash(character)
        || matches!(character, '+' | '(' | ')' | '.' | ',' | '/' | '_' | '\'')
}

/// The zeros of the scripts whose digits people write numbers with, each followed by its other nine.
const ZEROS: [char; 6] = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{ff10}'];

/// The digit that a character is, as one of ASCII.
fn digit(c: char) -> Option<char> {
    let value = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10));
    value.and_then(|value| char::from_digit(value, 10))
}

const fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}
