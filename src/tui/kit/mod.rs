//! What the screens share and that knows nothing of calls: text by width, colours, keys, lists, the terminal itself.
//!
//! Plain building blocks come first; each names only those above it.

pub mod input;

pub mod command;

pub mod key;

pub mod bindings;

pub mod keymap;

pub(in crate::tui) mod text;

pub(in crate::tui) mod theme;

pub(in crate::tui) mod pane;

pub(in crate::tui) mod list;

pub(in crate::tui) mod csv;

pub(in crate::tui) mod diff;

pub(in crate::tui) mod names;

pub(in crate::tui) mod times;

mod editor;

pub(in crate::tui) mod terminal;
