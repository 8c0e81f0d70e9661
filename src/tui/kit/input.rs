//! One line of text being typed.

use ratatui::style::Style;
use ratatui::text::Span;

use crate::visible::is_hidden;

/// The longest line, in bytes.
const LONGEST: usize = 4096;

/// An edit of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edit {
    /// Insert a character.
    Insert(char),
    /// One character to the left.
    Left,
    /// One character to the right.
    Right,
    /// To the start.
    Start,
    /// To the end.
    End,
    /// Delete the character before the cursor.
    Backspace,
    /// Delete the character at the cursor.
    Delete,
    /// Delete the word before the cursor.
    DeleteWord,
    /// Delete everything.
    Clear,
}

/// A line of text, and the cursor in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Input {
    text: String,
    /// Byte offset of the cursor, between two graphemes.
    cursor: usize,
}

impl Input {
    /// A line with the cursor at its end.
    pub(in crate::tui) fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    pub(in crate::tui) fn text(&self) -> &str {
        &self.text
    }

    /// The text before the cursor, and the text after it.
    pub(in crate::tui) fn halves(&self) -> (&str, &str) {
        self.text.split_at_checked(self.cursor).unwrap_or((&self.text, ""))
    }

    /// Replaces the text between `start` and the cursor.
    pub(in crate::tui) fn replace_from(&mut self, start: usize, text: &str) {
        if start <= self.cursor && self.text.is_char_boundary(start) {
            self.text.replace_range(start..self.cursor, text);
            self.cursor = start + text.len();
        }
    }

    /// Inserts as much of a text as fits, without the characters that a terminal would act on. Returns whether the line
    /// changed.
    pub(in crate::tui) fn insert(&mut self, text: &str) -> bool {
        let mut room = LONGEST.saturating_sub(self.text.len());
        let fits = |character: &char| {
            let left = room.checked_sub(character.len_utf8());
            room = left.unwrap_or_default();
            left.is_some()
        };
        let kept: String = text.chars().filter(|character| !is_hidden(*character)).take_while(fits).collect();
        self.text.insert_str(self.cursor, &kept);
        self.cursor += kept.len();
        !kept.is_empty()
    }

    /// Edits the line. Returns whether that can have changed it.
    pub(in crate::tui) fn edit(&mut self, edit: Edit) -> bool {
        let (before, after) = self.halves();
        let left = || before.len() - last_length(before);
        let right = || self.cursor + first_length(after);
        match edit {
            Edit::Insert(character) => return self.insert(character.encode_utf8(&mut [0; 4])),
            Edit::Left => self.cursor = left(),
            Edit::Right => self.cursor = right(),
            Edit::Start => self.cursor = 0,
            Edit::End => self.cursor = self.text.len(),
            Edit::Backspace => {
                let left = left();
                self.replace_from(left, "");
            }
            Edit::Delete => {
                let right = right();
                self.text.replace_range(self.cursor..right, "");
            }
            Edit::DeleteWord => {
                let kept = before.trim_end().rfind(char::is_whitespace).map_or(0, |space| space + 1);
                self.replace_from(kept, "");
            }
            Edit::Clear => *self = Self::default(),
        }
        true
    }
}

/// Bytes of the last grapheme: a letter and the marks on it.
fn last_length(text: &str) -> usize {
    Span::raw(text).styled_graphemes(Style::new()).last().map_or(0, |grapheme| grapheme.symbol.len())
}

fn first_length(text: &str) -> usize {
    Span::raw(text).styled_graphemes(Style::new()).next().map_or(0, |grapheme| grapheme.symbol.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(text: &str, edits: &[Edit]) -> (String, String) {
        let mut input = Input::new(text);
        for edit in edits {
            input.edit(*edit);
        }
        let (before, after) = input.halves();
        (before.to_owned(), after.to_owned())
    }

    #[test]
    fn the_cursor_moves_over_a_letter_and_its_marks_at_once() {
        let pair = |before: &str, after: &str| (before.to_owned(), after.to_owned());
        assert_eq!(after("ae\u{301}", &[Edit::Left]), pair("a", "e\u{301}"));
        assert_eq!(after("ae\u{301}b", &[Edit::Left, Edit::Backspace]), pair("a", "b"));
        assert_eq!(after("ae\u{301}b", &[Edit::Start, Edit::Right, Edit::Delete]), pair("a", "b"));
        assert_eq!(after("one two  ", &[Edit::DeleteWord]), pair("one ", ""));
        assert_eq!(after("通話", &[Edit::Left, Edit::Insert('x')]), pair("通x", "話"));
        assert_eq!(after("x", &[Edit::Insert('\u{1b}'), Edit::Insert('\u{202e}')]), pair("x", ""));
    }

    #[test]
    fn a_line_takes_no_more_than_it_holds() {
        let mut input = Input::new("a");
        assert!(input.insert(&"通\u{1b}".repeat(1 << 20)) && !input.insert("通"));
        assert_eq!(input.text.len(), 1 + (LONGEST - 1) / 3 * 3);
        assert!(!input.text.contains('\u{1b}') && input.cursor == input.text.len());
    }

    proptest! {
        #[test]
        fn the_cursor_stays_between_characters(
            text in "\\PC{0,12}",
            edits in prop::collection::vec((0..9_usize, any::<char>()), 0..30),
        ) {
            let mut input = Input::new(text);
            for (which, character) in edits {
                let edit = [
                    Edit::Insert(character), Edit::Left, Edit::Right, Edit::Start, Edit::End,
                    Edit::Backspace, Edit::Delete, Edit::DeleteWord, Edit::Clear,
                ][which];
                input.edit(edit);
                prop_assert!(input.text.is_char_boundary(input.cursor));
            }
        }
    }
}
