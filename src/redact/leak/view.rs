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
    /// Each line as `write` gives it. What `write` adds to must be as long as before, or longer.
    fn of(text: &str, mut write: impl FnMut(&str, &mut Self)) -> Self {
        let mut view = Self { text: String::with_capacity(text.len()), lines: Vec::new(), joints: Vec::new() };
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                view.lines.push(view.text.len());
            }
            write(line, &mut view);
        }
        view
    }

    /// Without white space.
    pub(super) fn squeezed(text: &str) -> Self {
        Self::of(text, |line, view| view.text.extend(line.chars().filter(|character| !character.is_whitespace())))
    }

    /// Folded, with one space for any white space.
    pub(super) fn folded(text: &str) -> Self {
        Self::of(text, |line, view| {
            for character in fold(line).chars().chain([' ']) {
                if !character.is_whitespace() {
                    view.text.push(character);
                } else if !view.text.ends_with(' ') {
                    view.text.push(' ');
                }
            }
        })
    }

    /// Its letters and digits, folded; of bytes in hex, without the sign that they are.
    pub(super) fn alphanumeric(text: &str) -> Self {
        Self::of(text, |line, view| {
            view.text.extend(fold(line).replace("0x", "").chars().filter(|character| character.is_alphanumeric()));
        })
    }

    /// Its digits, numbers apart by spaces. Up to three of the characters that people put between the digits of a number
    /// do not part it, nor do a few spaces or a line's end.
    pub(super) fn digits(text: &str) -> Self {
        let (mut marks, mut spaces) = (0_usize, 0_usize);
        Self::of(text, |line, view| {
            for character in fold(line).chars().chain([' ']) {
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

/// A text in lower case, in the form of compatibility (NFKD), without accents, marks and what does not show.
pub(super) fn fold(text: &str) -> String {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return text.to_ascii_lowercase();
    }
    let shown = text.chars().filter(|character| character.is_whitespace() || !is_hidden(*character));
    let lower = shown.nfkd().flat_map(char::to_lowercase).nfkd().filter(|character| !is_combining_mark(*character));
    let mut folded = String::with_capacity(text.len());
    for character in lower {
        match ALIKE.iter().find(|(alike, _)| *alike == character) {
            Some((_, plain)) => folded.push_str(plain),
            None => folded.push(character),
        }
    }
    folded
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
