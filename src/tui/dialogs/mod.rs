//! The dialogs on top of a screen: drawing them, and what follows when they are accepted.

mod help;

mod view;

mod saving;

mod update;

pub(super) use saving::copied;
pub(super) use update::{
    Accepted, accept, ask, ask_form, ask_note, ask_to_overwrite, ask_value, complete, count_matching, edit, go,
    only_peer, paste, toggle_mark,
};
pub(super) use view::draw;
