//! Questions that are data: what a question looks at, as a few lines of TOML over the filter language and node paths.
//!
//! The shipped ones and a user's own are read by [`read`]. A look names the stanzas that it is about ([`At`], a filter, and what
//! they have or lack), the hypothesis that each supports, how much it proves, and one sentence why.

mod path;

mod template;

mod fields;

mod look;

mod read;

pub use read::{Declared, Unmatched, read};
