//! The terminal interface: the list of calls, the ladder of a call next to its stanzas, and what was read.
//!
//! Elm shape: a key is looked up in [`bindings::KEYMAP`] and becomes a [`command::Command`], `update` changes the
//! model, `view` draws it. Neither does any I/O; [`run()`] does it all. Captures are read by another thread, which sends
//! snapshots; the interface never waits for it.
//!
//! A screen is one file or folder in `screens`: its state, its commands, its rows, its drawing. What screens share is
//! in `kit` if it knows nothing of calls, otherwise in `shared`.

mod kit;

mod drafts;

mod board;

mod background;

mod search;

mod live;

mod dialog;

mod shared;

mod screen;

mod screens;

mod shown;

mod model;

mod dialogs;

mod update;

mod pointer;

mod chrome;

mod view;

mod options;

mod loading;

mod app;

mod run;

pub use app::App;
pub use background::{Job, JobDone};
pub use kit::ascii::is_ascii_locale;
pub use kit::backdrop::is_light_by_variable;
pub use kit::{bindings, command, input, key, keymap, theme::ThemeName};
pub use loading::{Loading, Opener};
pub use options::{Options, Wrong};
pub use run::{columns, run};
