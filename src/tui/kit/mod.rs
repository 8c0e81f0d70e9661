//! What the screens share and that knows nothing of calls: text by width, colours, keys, lists, the terminal itself.
//!
//! Plain building blocks come first; each names only those above it.

pub mod input;

pub mod command;

pub mod key;

pub mod bindings;

pub mod keymap;

pub(super) mod text;

pub(super) mod theme;

pub(super) mod pane;

pub(super) mod fit;

pub(super) mod json;

pub(super) mod list;

pub(super) mod csv;

pub(super) mod tokens;

pub(super) mod names;

pub(super) mod paths;

pub(super) mod times;

mod editor;

pub(super) mod ascii;

pub(super) mod backdrop;

pub(super) mod signals;

pub(super) mod terminal;
