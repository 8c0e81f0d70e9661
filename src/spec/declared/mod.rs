//! Questions that are data: what a question looks at, as a few lines of TOML over the filter language and node paths.
//!
//! The shipped ones and a user's own are read by [`read`]. A look names the stanzas that it is about (where they were
//! recorded, a filter, what they have or lack, what came before or after), the hypothesis that each supports, how much it
//! proves, and one sentence why.

mod path;

mod looked;

mod fields;

mod words;

mod template;

mod relation;

mod look;

mod form;

mod read;

pub use read::{Declared, Unmatched, read};
