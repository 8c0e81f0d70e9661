//! What is drawn, in ASCII, for terminals and locales that have nothing else.

use ratatui::buffer::Buffer;

/// Returns whether the locale is one without any character beyond ASCII, by the variables that decide it (POSIX, Base
/// Definitions, 8.2): the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is not empty. Where none is set, the terminal
/// is trusted.
#[must_use]
pub fn is_ascii_locale(variable: impl Fn(&str) -> Option<String>) -> bool {
    let mut set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable);
    set.find(|value| !value.is_empty()).is_some_and(|locale| matches!(locale.as_str(), "C" | "POSIX"))
}

/// Replaces what is not ASCII in every cell: lines, arrows and marks by what looks like them, anything else by `?`.
pub(in crate::tui) fn simplify(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let mut characters = cell.symbol().chars();
            let ascii = characters.next().map_or(' ', like);
            cell.set_char(ascii);
        }
    }
}

/// The character of ASCII that looks most like another.
const fn like(character: char) -> char {
    match character {
        '─' | '━' | '┄' | '┈' | '╌' | '–' | '—' => '-',
        '│' | '┃' | '┆' | '┊' | '╎' | '║' | '▏' | '▎' | '▐' => '|',
        '├' | '┤' | '┼' | '┌' | '┐' | '└' | '┘' | '╭' | '╮' | '╰' | '╯' | '┬' | '┴' | '╞' | '╡' => {
            '+'
        }
        '►' | '▶' | '→' | '⇢' | '»' | '›' | '▸' | '⟶' => '>',
        '◄' | '◀' | '←' | '⇠' | '«' | '‹' | '◂' => '<',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        '●' | '•' | '◆' | '✓' | '✗' | '×' | '∙' => '*',
        '○' | '◌' | '◦' => 'o',
        '█' | '▓' | '▇' => '#',
        '▒' | '░' | '▌' => '=',
        '·' | '…' => '.',
        '±' | '≈' | '∼' => '~',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    fn locale(set: &[(&str, &str)]) -> bool {
        is_ascii_locale(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        assert!(locale(&[("LANG", "C")]));
        assert!(locale(&[("LC_ALL", "POSIX"), ("LANG", "en_GB.UTF-8")]));
        assert!(locale(&[("LC_ALL", ""), ("LC_CTYPE", "C"), ("LANG", "en_GB.UTF-8")]));
        assert!(!locale(&[("LC_ALL", "C.UTF-8"), ("LANG", "C")]));
        assert!(!locale(&[("LANG", "de_DE.UTF-8")]));
        assert!(!locale(&[]));
    }

    #[test]
    fn what_is_drawn_keeps_its_place() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 13, 1));
        buffer.set_string(0, 0, "├─ ack ►│ é通", ratatui::style::Style::new());
        simplify(&mut buffer);
        let shown: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(shown.is_ascii() && shown.starts_with("+- ack >| ??"), "{shown}");
    }
}
