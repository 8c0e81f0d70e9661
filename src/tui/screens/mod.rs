//! The screens, each with its state, its commands, its rows and its drawing.

pub(super) mod calls;

pub(super) mod ladder;

pub(super) mod compare;

pub(super) mod page;

pub(super) mod questions;

pub(super) mod rules;

pub(super) mod captures;

pub(super) mod marks;

pub(super) mod media;

pub(super) mod draft;

pub(super) mod findings;
