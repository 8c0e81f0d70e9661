//! A draft of a finding.

mod actions;

mod view;

pub(in crate::tui) use actions::{
    ask_removal, ask_target, compose, composed, confirm, copy_address, finished, formats, refusal, save, saved, send,
    start, target, text, title,
};
pub(in crate::tui) use view::{Cache, DraftScreen, draw};
