//! Which key runs which command in which context: the table of [`bindings`](super::bindings) with the user's own keys.

use super::bindings::{Binding, Context, KEYMAP};
use super::command::Command;
use super::key::Key;

/// A binding and its keys.
#[derive(Clone, Debug)]
pub struct Bound {
    /// What it does, and where.
    pub binding: &'static Binding,
    /// The keys, the one to show first.
    pub keys: Vec<Key>,
}

impl Bound {
    /// Returns whether it is available in `context`.
    #[must_use]
    pub fn is_in(&self, context: Context) -> bool {
        self.binding.contexts.contains(context)
    }
}

/// Every command with its keys.
#[derive(Clone, Debug)]
pub struct Keymap {
    bound: Vec<Bound>,
}

/// Why the user's own keys cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// No command has this name.
    #[error("unknown command `{0}` (press : to list commands)")]
    NoCommand(String),
    /// No key has this name.
    #[error("unknown key `{0}`; keys are written `x`, `G`, `Ctrl-f`, `Enter`, `Space`, `F5`, `PgUp`")]
    NoKey(String),
    /// Two commands have the same key in one context.
    #[error("{key} is bound to both `{one}` and `{other}` on the {screen} screen")]
    Twice {
        /// The key.
        key: String,
        /// A command that has it.
        one: &'static str,
        /// Another.
        other: &'static str,
        /// Where.
        screen: &'static str,
    },
}

impl Default for Keymap {
    fn default() -> Self {
        let keys = |binding: &Binding| binding.keys.iter().filter_map(|key| Key::parse(key)).collect();
        Self { bound: KEYMAP.iter().map(|binding| Bound { binding, keys: keys(binding) }).collect() }
    }
}

impl Keymap {
    /// The table with other keys for some commands, by the commands' names. A command without keys is still in the
    /// palette.
    ///
    /// # Errors
    /// If a name or a key is unknown, or a key is bound twice in one place.
    pub fn with<'k>(own: impl IntoIterator<Item = (&'k str, Vec<&'k str>)>) -> Result<Self, KeysError> {
        let mut keymap = Self::default();
        for (name, keys) in own {
            let bound = keymap.bound.iter_mut().find(|bound| bound.binding.name == name);
            let bound = bound.ok_or_else(|| KeysError::NoCommand(name.to_owned()))?;
            let parsed = keys.iter().map(|key| Key::parse(key).ok_or_else(|| KeysError::NoKey((*key).to_owned())));
            bound.keys = parsed.collect::<Result<_, _>>()?;
        }
        keymap.bound_twice().map_or(Ok(()), Err)?;
        Ok(keymap)
    }

    /// The commands available in `context`, in the table's order.
    pub fn in_context(&self, context: Context) -> impl Iterator<Item = &Bound> {
        self.bound.iter().filter(move |bound| bound.is_in(context))
    }

    /// The key to show for the command with this name, if it has one.
    #[must_use]
    pub fn key_of(&self, name: &str) -> Option<Key> {
        self.bound.iter().find(|bound| bound.binding.name == name)?.keys.first().copied()
    }

    /// A text with the key of a command for each `‹name›` in it; for a command without a key, how the palette runs it.
    #[must_use]
    pub fn hinted(&self, text: &str) -> String {
        let (mut shown, mut rest) = (String::new(), text);
        while let Some((before, (name, after))) =
            rest.split_once('‹').and_then(|(before, more)| Some((before, more.split_once('›')?)))
        {
            let key = self.key_of(name).map_or_else(|| format!(":{name}"), |key| key.to_string());
            shown.push_str(before);
            shown.push_str(&key);
            rest = after;
        }
        shown + rest
    }

    /// The command that a key runs in a context.
    #[must_use]
    pub fn command(&self, context: Context, key: Key) -> Option<Command> {
        self.in_context(context).find(|bound| bound.keys.contains(&key)).map(|bound| bound.binding.command)
    }

    /// A key that is bound more than once in one context, if there is one.
    fn bound_twice(&self) -> Option<KeysError> {
        for context in Context::ALL {
            let mut seen: Vec<(Key, &'static str)> = Vec::new();
            for bound in self.in_context(*context) {
                for key in &bound.keys {
                    if let Some((_, one)) = seen.iter().find(|(known, _)| known == key) {
                        let (key, other) = (key.to_string(), bound.binding.name);
                        return Some(KeysError::Twice { key, one, other, screen: context.name() });
                    }
                    seen.push((*key, bound.binding.name));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;
    use crate::tui::kit::command::Movement;

    fn letter(letter: char) -> Key {
        Key { code: KeyCode::Char(letter), control: false }
    }

    fn control(letter: char) -> Key {
        Key { code: KeyCode::Char(letter), control: true }
    }

    #[test]
    fn no_key_is_bound_twice_in_a_context() {
        assert_eq!(Keymap::default().bound_twice(), None);
    }

    #[test]
    fn a_key_bound_twice_is_found() {
        let twice = Keymap::with([("next-evidence", vec!["n"])]).unwrap_err();
        assert_eq!(twice.to_string(), "n is bound to both `next-evidence` and `next-match` on the Ladder screen");
    }

    #[test]
    fn user_keys_replace_the_default_keys() {
        let keymap = Keymap::with([("next-evidence", vec!["Ctrl-e", "F5"]), ("follow-answer", vec![])]).unwrap();
        assert_eq!(keymap.command(Context::Ladder, control('e')), Some(Command::NextEvidence));
        let f5 = Key { code: KeyCode::F(5), control: false };
        assert_eq!(keymap.command(Context::Stanza, f5), Some(Command::NextEvidence));
        assert_eq!(keymap.command(Context::Ladder, letter('e')), None);
        assert_eq!(keymap.command(Context::Ladder, letter('a')), None);
        assert_eq!(keymap.command(Context::Calls, letter('j')), Some(Command::Move(Movement::Down)));
        assert_eq!(Keymap::with([("dance", vec![])]).unwrap_err(), KeysError::NoCommand("dance".to_owned()));
        assert_eq!(Keymap::with([("quit", vec!["Hyper-x"])]).unwrap_err(), KeysError::NoKey("Hyper-x".to_owned()));
    }

    #[test]
    fn every_key_parses_as_it_is_displayed() {
        for binding in KEYMAP {
            for key in binding.keys {
                assert_eq!(Key::parse(key).unwrap().to_string(), *key);
            }
        }
        for wrong in ["", "Ctrl-", "F13", "F0", "Alt-x", "xy", "\u{1b}"] {
            assert_eq!(Key::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn every_command_has_a_unique_name_and_a_description() {
        for (index, binding) in KEYMAP.iter().enumerate() {
            assert!(!binding.name.is_empty() && binding.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
            assert!(KEYMAP[..index].iter().all(|other| other.name != binding.name), "{}", binding.name);
            assert!(!binding.help.is_empty() && !binding.contexts.is_empty());
        }
    }

    #[test]
    fn every_context_can_be_left_and_has_help() {
        let keymap = Keymap::default();
        let escape = Key { code: KeyCode::Esc, control: false };
        for context in Context::ALL {
            assert_eq!(keymap.command(*context, control('c')), Some(Command::Quit));
            if context.takes_text() {
                assert_eq!(keymap.command(*context, escape), Some(Command::Back));
                continue;
            }
            assert_eq!(keymap.command(*context, letter('?')), Some(Command::Help));
            assert_eq!(keymap.command(*context, letter(':')), Some(Command::Palette));
            let leaves = keymap.command(*context, letter('q'));
            assert!(matches!(leaves, Some(Command::Back | Command::Quit)), "q in {context:?}");
        }
    }
}
