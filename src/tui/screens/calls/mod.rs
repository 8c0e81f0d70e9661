//! The list of calls.

mod columns;

mod list;

mod view;

pub(in crate::tui) use columns::Column;
pub(in crate::tui) use list::Calls;
pub(in crate::tui) use view::{choice, draw};
