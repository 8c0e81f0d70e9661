//! A text as identifiers are looked for in it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::visible::is_hidden;

/// A text made of another, and where the lines of that one begin in it.
pub(super) struct View {
    /// The text.
    pub(super) text: String,
    /// Where each line but the first begins, in order.
    lines: Vec<usize>,
    /// Where something was left out between two characters, in order.
    joints: Vec<usize>,
}

impl View {
    /// Each line of a folded text as `write` gives it. What `write` adds to must be as long as before, or longer.
    fn of(folded: &str, mut write: impl FnMut(&str, &mut Self)) -> Self {
        let mut view = Self { text: String::with_capacity(folded.len()), lines: Vec::new(), joints: Vec::new() };
        for (number, line) in folded.split('\n').enumerate() {
            if number > 0 {
                view.lines.push(view.text.len());
            }
            write(line, &mut view);
        }
        view
    }

    /// With one space for any white space.
    pub(super) fn spaced(folded: &str) -> Self {
        Self::of(folded, |line, view| {
            for word in line.split_whitespace() {
                view.text.push_str(word);
                view.text.push(' ');
            }
        })
    }

    /// Its letters and digits; of bytes in hex, without the sign that they are.
    pub(super) fn alphanumeric(folded: &str) -> Self {
        Self::of(folded, |line, view| {
            let mut characters = line.chars().peekable();
            while let Some(character) = characters.next() {
                let is_sign = character == '0' && characters.next_if_eq(&'x').is_some();
                if !is_sign && character.is_alphanumeric() {
                    view.text.push(character);
                }
            }
        })
    }

    /// Its digits, numbers apart by spaces. Up to three of the characters that people put between the digits of a number
    /// do not part it, nor do a few spaces or a line's end.
    pub(super) fn digits(folded: &str) -> Self {
        let (mut marks, mut spaces) = (0_usize, 0_usize);
        Self::of(folded, |line, view| {
            for character in line.chars() {
                if let Some(digit) = digit(character) {
                    if marks > BETWEEN || spaces > BETWEEN {
                        view.text.push(' ');
                    } else if marks + spaces > 0 {
                        view.joints.push(view.text.len());
                    }
                    (marks, spaces) = (0, 0);
                    view.text.push(digit);
                } else if character.is_alphanumeric() {
                    marks = BETWEEN + 1;
                } else if character.is_whitespace() {
                    spaces += 1;
                } else {
                    marks += 1;
                }
            }
            spaces += 1;
        })
    }

    /// The line of the original text, from 1, that a place of this one is in.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|begin| *begin <= at) + 1
    }

    /// Whether a number begins or ends at a place of its digits.
    pub(super) fn is_joint(&self, at: usize) -> bool {
        let character = |at: usize| self.text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        !(at.checked_sub(1).is_some_and(character) && character(at)) || self.joints.binary_search(&at).is_ok()
    }
}

/// How many characters, and how many spaces, may stand between two digits of a number.
const BETWEEN: usize = 3;

/// Letters that are one with another in some alphabet, or in upper case.
const ALIKE: [(char, &str); 8] =
    [('ı', "i"), ('ß', "ss"), ('ø', "o"), ('ł', "l"), ('đ', "d"), ('æ', "ae"), ('œ', "oe"), ('ς', "σ")];

/// A text in lower case, in the form of compatibility (NFKD), without accents, marks and what does not show. It has as
/// many lines.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        // Nothing in plain text depends on its neighbours, and they do not depend on it.
        let end = rest.bytes().position(|byte| !is_plain(byte)).unwrap_or(rest.len());
        let (plain, from) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let begin = folded.len();
        folded.push_str(plain);
        folded.get_mut(begin..).unwrap_or_default().make_ascii_lowercase();
        let end = from.bytes().position(is_plain).unwrap_or(from.len());
        let (other, after) = from.split_at_checked(end).unwrap_or((from, ""));
        fold_into(other, &mut folded);
        rest = after;
    }
    folded
}

/// Whether a byte is a character of ASCII that shows, or a space.
fn is_plain(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte)
}

fn fold_into(text: &str, folded: &mut String) {
    let shown = text.chars().filter(|character| character.is_whitespace() || !is_hidden(*character));
    let lower = shown.nfkd().flat_map(char::to_lowercase).nfkd().filter(|character| !is_combining_mark(*character));
    for character in lower {
        match ALIKE.iter().find(|(alike, _)| *alike == character) {
            Some((_, plain)) => folded.push_str(plain),
            None => folded.push(character),
        }
    }
}

/// The zeros of the scripts that have digits, each followed by its other nine.
const ZEROS: [u32; 60] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0,
    0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60,
    0x16ac0, 0x16b50, 0x1e140, 0x1e2f0, 0x1e950,
];

/// The digit that a character is, as one of ASCII.
fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c).filter(char::is_ascii_digit);
    }
    let value = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10));
    value.and_then(|value| char::from_digit(value, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn text_is_folded_alike_in_parts_and_whole(text in "(\\PC|[ a-zA-Z0-9\u{300}\u{323}\u{345}ßſKİΣς\u{ad}\u{200b}\u{2028}\t\r\n]){0,40}") {
            let mut whole = String::new();
            fold_into(&text, &mut whole);
            proptest::prop_assert_eq!(fold(&text), whole);
        }
    }
}
