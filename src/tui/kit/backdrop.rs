//! Whether the terminal's background is dark: asked of the terminal itself, whose answer comes among the keys.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What asks a terminal for the colour of its background (xterm control sequences, OSC 11).
pub(in crate::tui) const QUESTION: &str = "\x1b]11;?\x1b\\";

/// The longest answer: `]11;rgb:` and three times four digits, with room to spare.
const LONGEST_ANSWER: usize = 40;

/// Finds the answer among the keys.
///
/// A terminal answers `ESC ] 11 ; rgb:RRRR/GGGG/BBBB`, ended by BEL or `ESC \`, whenever it gets to it. The event reader
/// does not know the sequence and hands it over key by key, beginning with Alt-`]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Backdrop {
    answer: Option<String>,
}

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Heard {
    /// A key that the user pressed.
    Key,
    /// Part of the answer.
    Answer,
    /// The end of the answer, and whether the background is light.
    Light(bool),
}

impl Backdrop {
    /// Takes a key.
    pub(in crate::tui) fn hear(&mut self, key: &KeyEvent) -> Heard {
        let is_alt = key.modifiers.contains(KeyModifiers::ALT);
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        let Some(answer) = &mut self.answer else {
            let begins = is_alt && key.code == KeyCode::Char(']');
            self.answer = begins.then(String::new);
            return if begins { Heard::Answer } else { Heard::Key };
        };
        match key.code {
            KeyCode::Char('\\') if is_alt => {}
            KeyCode::Char('g') if is_control => {}
            KeyCode::Char(character) if !is_alt && !is_control && answer.len() < LONGEST_ANSWER => {
                answer.push(character);
                return Heard::Answer;
            }
            _ => {
                self.answer = None;
                return Heard::Key;
            }
        }
        let light = is_light(answer);
        self.answer = None;
        light.map_or(Heard::Answer, Heard::Light)
    }
}

/// Returns whether the colour of an answer is light, by its luma (ITU-R BT.601).
fn is_light(answer: &str) -> Option<bool> {
    let mut parts = answer.strip_prefix("11;rgb:")?.split('/').map(|digits| {
        let value = u32::from_str_radix(digits, 16).ok()?;
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)?.checked_sub(1)?;
        value.checked_mul(1000)?.checked_div(most)
    });
    let [red, green, blue] = [parts.next()??, parts.next()??, parts.next()??];
    Some(red * 299 + green * 587 + blue * 114 > 500_000)
}

/// Returns whether the background is light according to `COLORFGBG`, which some terminals set: foreground and background
/// as numbers of the sixteen colours.
#[must_use]
pub fn is_light_by_variable(colours: &str) -> Option<bool> {
    let background: u8 = colours.rsplit(';').next()?.parse().ok()?;
    Some(background == 7 || (9..=15).contains(&background))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(backdrop: &mut Backdrop, sequence: &str) -> Vec<Heard> {
        let mut alt = KeyModifiers::NONE;
        let mut heard = Vec::new();
        for character in sequence.chars() {
            let key = match character {
                '\x1b' => {
                    alt = KeyModifiers::ALT;
                    continue;
                }
                '\x07' => KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL),
                character => KeyEvent::new(KeyCode::Char(character), std::mem::replace(&mut alt, KeyModifiers::NONE)),
            };
            heard.push(backdrop.hear(&key));
        }
        heard
    }

    #[test]
    fn an_answer_is_no_keys_and_says_what_is_behind_the_text() {
        for (answer, light) in [
            ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", true),
            ("\x1b]11;rgb:fd/f6/e3\x07", true),
            ("\x1b]11;rgb:0000/2b2b/3636\x1b\\", false),
        ] {
            let mut backdrop = Backdrop::default();
            let heard = hear(&mut backdrop, answer);
            assert_eq!(heard.last(), Some(&Heard::Light(light)), "{answer:?}");
            assert!(heard[..heard.len() - 1].iter().all(|heard| *heard == Heard::Answer));
            assert_eq!(hear(&mut backdrop, "jq"), [Heard::Key, Heard::Key]);
        }
    }

    #[test]
    fn keys_are_kept_and_a_wrong_answer_says_nothing() {
        let mut backdrop = Backdrop::default();
        assert_eq!(hear(&mut backdrop, "\x1bj]1"), [Heard::Key; 3]);
        assert!(!hear(&mut backdrop, "\x1b]11;rgb:zz/1\x07").iter().any(|heard| matches!(heard, Heard::Light(_))));
        let endless = hear(&mut backdrop, &format!("\x1b]{}", "x".repeat(200)));
        assert!(endless.iter().filter(|heard| **heard == Heard::Answer).count() <= LONGEST_ANSWER + 1);
    }

    #[test]
    fn the_variable_names_a_colour() {
        assert_eq!(is_light_by_variable("0;15"), Some(true));
        assert_eq!(is_light_by_variable("15;default;0"), Some(false));
        assert_eq!(is_light_by_variable("12;8"), Some(false));
        assert_eq!(is_light_by_variable(""), None);
    }
}
