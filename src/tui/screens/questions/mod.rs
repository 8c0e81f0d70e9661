//! The open questions, and the evidence for one of them.

mod evidence;

mod list;

pub(in crate::tui) use evidence::{Evidence, draw_evidence};
pub(in crate::tui) use list::{Questions, draw};
