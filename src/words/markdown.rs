//! Markdown as plain text for a terminal: paragraphs and lists wrapped, `*words*` bold.

use crate::visible::visible;

use super::Fill;

/// How text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Columns of a line.
    pub width: usize,
    /// Whether to make text bold where Markdown stresses it.
    pub colour: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self { width: 80, colour: false }
    }
}

/// How far the lines of a code block are indented.
const CODE_INDENT: usize = 4;

/// Columns that a line has for text, however narrow the screen.
const MIN_COLUMNS: usize = 20;

impl Layout {
    /// A page of Markdown, wrapped, every line indented by `indent`. Code blocks keep their lines.
    #[must_use]
    pub fn page(self, markdown: &str, indent: usize) -> String {
        let mut page = String::new();
        let mut paragraph = String::new();
        let mut is_code = false;
        for line in markdown.lines().chain([""]) {
            if line.starts_with("```") {
                is_code = !is_code;
                continue;
            }
            if is_code {
                page.push_str(&format!("{}{}\n", " ".repeat(indent + CODE_INDENT), visible(line)));
                continue;
            }
            let starts = line.is_empty() || line.starts_with("- ") || line.starts_with("| ");
            if starts && !paragraph.is_empty() {
                page.push_str(&self.wrap(&paragraph, indent));
                paragraph.clear();
            }
            if line.is_empty() && !page.ends_with("\n\n") && !page.is_empty() {
                page.push('\n');
            }
            if !line.is_empty() {
                paragraph.push_str(if paragraph.is_empty() { "" } else { " " });
                paragraph.push_str(line);
            }
        }
        page.truncate(page.trim_end().len());
        page.push('\n');
        page
    }

    /// One paragraph, wrapped, every line indented. What it holds is made safe to show first.
    #[must_use]
    pub fn wrap(self, paragraph: &str, indent: usize) -> String {
        let safe = visible(paragraph);
        let mut stress = Stress { colour: self.colour, on: false };
        let hanging = indent + if safe.starts_with("- ") { 2 } else { 0 };
        let mut wrapped = " ".repeat(indent);
        let mut fill = Fill::new(self.width.max(hanging + MIN_COLUMNS), indent, hanging);
        for (n, word) in safe.split_whitespace().enumerate() {
            let (text, width) = stress.read(word);
            if n == 0 {
                fill.breaks(0, width);
            } else if fill.breaks(1, width) {
                wrapped.push('\n');
                wrapped.push_str(&" ".repeat(hanging));
            } else {
                wrapped.push(' ');
            }
            wrapped.push_str(&text);
        }
        wrapped.push('\n');
        wrapped
    }
}

/// Where stressed text begins and ends.
struct Stress {
    colour: bool,
    on: bool,
}

impl Stress {
    /// A word with its `*` as bold, and its length on the screen. A `*` within a word is itself.
    fn read(&mut self, word: &str) -> (String, usize) {
        let (mut text, mut length) = (String::new(), 0);
        let mut rest = word;
        if !self.on && rest.len() > 1 && rest.starts_with('*') {
            self.on = true;
            rest = rest.trim_start_matches('*');
            text.push_str(if self.colour { "\u{1b}[1m" } else { "" });
        }
        let body = rest.trim_end_matches(|character: char| character.is_ascii_punctuation() && character != '*');
        let ends = self.on && body.ends_with('*');
        for part in [body.strip_suffix('*').filter(|_| ends).unwrap_or(body), rest.get(body.len()..).unwrap_or("")] {
            text.push_str(part);
            length += part.chars().count();
            if ends && self.on {
                self.on = false;
                text.push_str(if self.colour { "\u{1b}[0m" } else { "" });
            }
        }
        (text, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_and_kept_apart() {
        let page = "*What* is\nit?\n\n- one two three four five\n- six\n\nEnd.";
        let narrow = Layout { width: 22, colour: false };
        assert_eq!(narrow.page(page, 0), "What is it?\n\n- one two three four\n  five\n- six\n\nEnd.\n");
        assert_eq!(narrow.page("a b", 2), "  a b\n");
    }

    #[test]
    fn code_blocks_keep_their_lines() {
        let page = "Like this:\n\n```text\naction == terminate\n\"relaylatency\"  # anywhere\n```\n\nEnd.";
        let narrow = Layout { width: 22, colour: false };
        assert_eq!(
            narrow.page(page, 0),
            "Like this:\n\n    action == terminate\n    \"relaylatency\"  # anywhere\n\nEnd.\n"
        );
    }

    #[test]
    fn stressed_words_are_bold_where_colour_is_wanted() {
        let coloured = Layout { width: 80, colour: true };
        assert_eq!(coloured.page("*The question.* A * b, 2*3.", 0), "\u{1b}[1mThe question.\u{1b}[0m A * b, 2*3.\n");
        assert_eq!(coloured.page("a\u{1b}[2J", 0), "a\\u{1b}[2J\n");
    }
}
