//! The ladder of one or more calls, next to the selected stanza: a lifeline per party, an arrow per stanza, times on the
//! left.

mod layer;

mod parts;

mod state;

mod stanza;

mod picture;

mod heads;

mod gutter;

mod arrows;

mod commands;

mod view;

pub(in crate::tui) use commands::row_of;
pub(in crate::tui) use state::{Focus, Fold, LadderScreen};
pub(in crate::tui) use view::{Scratch, draw};
