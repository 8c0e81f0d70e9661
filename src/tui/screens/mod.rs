//! The screens, each with its state, its commands, its rows and its drawing.

pub(in crate::tui) mod calls;

pub(in crate::tui) mod ladder;

pub(in crate::tui) mod compare;

pub(in crate::tui) mod page;

pub(in crate::tui) mod questions;

pub(in crate::tui) mod rules;

pub(in crate::tui) mod captures;

pub(in crate::tui) mod marks;

pub(in crate::tui) mod draft;

pub(in crate::tui) mod findings;
