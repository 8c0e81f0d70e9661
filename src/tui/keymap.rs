//! Every key, once: dispatch, footer and help are made from this table.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::command::{Command, Movement};

/// Where a key means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// The list of calls.
    Calls,
    /// The ladder of a call.
    Ladder,
    /// The stanza beside the ladder.
    Stanza,
    /// What was read from each capture.
    Captures,
    /// The help.
    Help,
}

impl Context {
    /// Every context.
    pub const ALL: &[Self] = &[Self::Calls, Self::Ladder, Self::Stanza, Self::Captures, Self::Help];

    /// Its name, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calls => "Calls",
            Self::Ladder => "Ladder",
            Self::Stanza => "Stanza",
            Self::Captures => "Captures",
            Self::Help => "Help",
        }
    }
}

/// A key, with or without Control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    control: bool,
}

impl Key {
    /// The key of an event; `None` if it is held with a modifier that this table does not use.
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
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.control {
            f.write_str("Ctrl-")?;
        }
        match self.code {
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(letter) => write!(f, "{letter}"),
            code => write!(f, "{code}"),
        }
    }
}

/// Keys that ask for one command.
#[derive(Debug)]
pub struct Binding {
    /// Where they do.
    pub contexts: &'static [Context],
    /// The keys, the one to show first.
    pub keys: &'static [Key],
    /// What they ask for.
    pub command: Command,
    /// What it does, as the help says it.
    pub help: &'static str,
    /// A word for the footer; empty if it is not shown there.
    pub footer: &'static str,
}

const fn letter(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), control: false }
}

const fn named(code: KeyCode) -> Key {
    Key { code, control: false }
}

const fn control(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), control: true }
}

const fn everywhere(keys: &'static [Key], command: Command, help: &'static str, footer: &'static str) -> Binding {
    Binding { contexts: Context::ALL, keys, command, help, footer }
}

const CALLS: &[Context] = &[Context::Calls];
const LADDER: &[Context] = &[Context::Ladder];
const CALL: &[Context] = &[Context::Ladder, Context::Stanza];
const STANZA: &[Context] = &[Context::Stanza];
const OVERLAYS: &[Context] = &[Context::Captures, Context::Help];

/// Every key.
pub const KEYMAP: &[Binding] = &[
    Binding {
        contexts: CALLS,
        keys: &[named(KeyCode::Enter)],
        command: Command::Open,
        help: "Open the call's ladder",
        footer: "open",
    },
    Binding {
        contexts: LADDER,
        keys: &[named(KeyCode::Tab), named(KeyCode::BackTab), named(KeyCode::Enter)],
        command: Command::SwitchFocus,
        help: "Scroll the stanza",
        footer: "stanza",
    },
    Binding {
        contexts: STANZA,
        keys: &[named(KeyCode::Tab), named(KeyCode::BackTab), named(KeyCode::Enter)],
        command: Command::SwitchFocus,
        help: "Back to the ladder's rows",
        footer: "ladder",
    },
    Binding {
        contexts: CALL,
        keys: &[letter('e')],
        command: Command::NextEvidence,
        help: "Next row that is evidence for an open question",
        footer: "next ?",
    },
    Binding {
        contexts: CALL,
        keys: &[letter('E')],
        command: Command::PreviousEvidence,
        help: "Previous row that is evidence for an open question",
        footer: "",
    },
    Binding {
        contexts: CALL,
        keys: &[letter('a')],
        command: Command::FollowAnswer,
        help: "From an ack or receipt to what it answers, from a stanza to its answer",
        footer: "answer",
    },
    Binding {
        contexts: CALL,
        keys: &[letter('+'), letter('='), letter('>')],
        command: Command::Grow,
        help: "More room for the ladder",
        footer: "",
    },
    Binding {
        contexts: CALL,
        keys: &[letter('-'), letter('<')],
        command: Command::Shrink,
        help: "More room for the stanza",
        footer: "",
    },
    Binding {
        contexts: CALL,
        keys: &[letter(']')],
        command: Command::NextCall,
        help: "Next call in the list",
        footer: "next call",
    },
    Binding {
        contexts: CALL,
        keys: &[letter('[')],
        command: Command::PreviousCall,
        help: "Previous call in the list",
        footer: "",
    },
    Binding {
        contexts: CALL,
        keys: &[letter('q'), named(KeyCode::Esc)],
        command: Command::Back,
        help: "Back to the list of calls",
        footer: "back",
    },
    Binding {
        contexts: OVERLAYS,
        keys: &[letter('q'), named(KeyCode::Esc)],
        command: Command::Back,
        help: "Close",
        footer: "close",
    },
    everywhere(&[letter('j'), named(KeyCode::Down)], Command::Move(Movement::Down), "One line down", ""),
    everywhere(&[letter('k'), named(KeyCode::Up)], Command::Move(Movement::Up), "One line up", ""),
    everywhere(
        &[named(KeyCode::PageDown), control('f'), letter(' ')],
        Command::Move(Movement::PageDown),
        "One page down",
        "",
    ),
    everywhere(&[named(KeyCode::PageUp), control('b')], Command::Move(Movement::PageUp), "One page up", ""),
    everywhere(&[letter('g'), named(KeyCode::Home)], Command::Move(Movement::First), "To the first line", ""),
    everywhere(&[letter('G'), named(KeyCode::End)], Command::Move(Movement::Last), "To the last line", ""),
    everywhere(&[letter('c')], Command::Captures, "What was read from each capture, what was not, and why", "captures"),
    everywhere(&[letter('?'), named(KeyCode::F(1))], Command::Help, "These keys", "help"),
    Binding { contexts: CALLS, keys: &[letter('q')], command: Command::Quit, help: "Quit", footer: "quit" },
    everywhere(&[control('c')], Command::Quit, "Quit from anywhere", "quit"),
];

/// What a key asks for in a context.
#[must_use]
pub fn command(context: Context, key: Key) -> Option<Command> {
    let binding = KEYMAP.iter().find(|binding| binding.contexts.contains(&context) && binding.keys.contains(&key));
    binding.map(|binding| binding.command)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys that are bound more than once in one context of `table`.
    fn bound_twice(table: &[Binding]) -> Vec<(Context, String)> {
        let mut twice = Vec::new();
        for context in Context::ALL {
            let mut seen = Vec::new();
            for key in table.iter().filter(|binding| binding.contexts.contains(context)).flat_map(|it| it.keys) {
                if seen.contains(key) {
                    twice.push((*context, key.to_string()));
                }
                seen.push(*key);
            }
        }
        twice
    }

    #[test]
    fn no_key_is_bound_twice_in_a_context() {
        assert_eq!(bound_twice(KEYMAP), []);
    }

    #[test]
    fn a_key_bound_twice_is_found() {
        const J: &[Key] = &[letter('j')];
        let again = Binding { contexts: CALLS, keys: J, command: Command::Quit, help: "", footer: "" };
        let down = everywhere(J, Command::Move(Movement::Down), "", "");
        assert_eq!(bound_twice(&[again, down]), [(Context::Calls, "j".to_owned())]);
    }

    #[test]
    fn every_context_can_be_left_and_explained() {
        for context in Context::ALL {
            assert_eq!(command(*context, control('c')), Some(Command::Quit));
            assert_eq!(command(*context, letter('?')), Some(Command::Help));
            let leaves = command(*context, letter('q'));
            assert!(matches!(leaves, Some(Command::Back | Command::Quit)), "q in {context:?}");
        }
    }

    #[test]
    fn modifiers_count_only_where_the_table_uses_them() {
        let key = |code, modifiers| Key::of(KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(letter('G')));
        assert_eq!(key(KeyCode::Char('C'), KeyModifiers::CONTROL | KeyModifiers::SHIFT), Some(control('c')));
        assert_eq!(key(KeyCode::Char('j'), KeyModifiers::ALT), None);
    }
}
