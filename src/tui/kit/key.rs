//! A key as it is pressed, displayed and written in the config file.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key, with or without Control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The key.
    pub code: KeyCode,
    /// Whether Control is held.
    pub control: bool,
}

/// Names of keys that are not characters. Where a key has two, the first is displayed.
const NAMES: &[(&str, KeyCode)] = &[
    ("↑", KeyCode::Up),
    ("↓", KeyCode::Down),
    ("←", KeyCode::Left),
    ("→", KeyCode::Right),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Backspace", KeyCode::Backspace),
    ("Del", KeyCode::Delete),
    ("Ins", KeyCode::Insert),
    ("Space", KeyCode::Char(' ')),
];

impl Key {
    /// The key of an event; `None` if it has a modifier that no binding can use.
    #[must_use]
    pub fn of(event: KeyEvent) -> Option<Self> {
        let known = KeyModifiers::CONTROL | KeyModifiers::SHIFT;
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        let code = match event.code {
            KeyCode::Char(letter) if control => KeyCode::Char(letter.to_ascii_lowercase()),
            code => code,
        };
        known.contains(event.modifiers).then_some(Self { code, control })
    }

    /// Parses a key as it is displayed: `x`, `G`, `Ctrl-f`, `Enter`, `Space`, `F5`, `PgUp`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (control, name) = text.strip_prefix("Ctrl-").map_or((false, text), |name| (true, name));
        let mut letters = name.chars();
        let code = match (letters.next(), letters.as_str()) {
            (Some(letter), "") if !letter.is_whitespace() && !letter.is_control() => {
                let is_named = NAMES.iter().find(|(known, _)| *known == name);
                is_named.map_or(KeyCode::Char(letter), |(_, code)| *code)
            }
            (Some('F'), number) if number.parse::<u8>().is_ok_and(|number| (1..=12).contains(&number)) => {
                KeyCode::F(number.parse().ok()?)
            }
            _ => NAMES.iter().find(|(known, _)| *known == name)?.1,
        };
        let code = match code {
            KeyCode::Char(letter) if control => KeyCode::Char(letter.to_ascii_lowercase()),
            code => code,
        };
        Some(Self { code, control })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.control {
            f.write_str("Ctrl-")?;
        }
        match (NAMES.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(letter)) => write!(f, "{letter}"),
            (None, code) => write!(f, "{code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(letter: char) -> Key {
        Key { code: KeyCode::Char(letter), control: false }
    }

    fn control(letter: char) -> Key {
        Key { code: KeyCode::Char(letter), control: true }
    }

    #[test]
    fn keys_with_unsupported_modifiers_are_ignored() {
        let key = |code, modifiers| Key::of(KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(letter('G')));
        assert_eq!(key(KeyCode::Char('C'), KeyModifiers::CONTROL | KeyModifiers::SHIFT), Some(control('c')));
        assert_eq!(key(KeyCode::Char('j'), KeyModifiers::ALT), None);
    }
}
