//! Compares two stanzas by element and attribute, and two calls by aligned rows.
//!
//! What differs between any two stanzas, such as ids, keys and times, is told from what differs between these two: the
//! former is [`Relation::Random`], and values with the same role in both calls, such as the caller's address, are
//! [`Relation::SameRole`]. JSON is compared by key. The order of attributes means nothing; that of elements does: one that
//! only moved is [`Relation::Moved`]. A [`Profile`] has the forms of a real client's stanzas to compare with.

mod align;

mod json;

mod nature;

mod role;

mod part;

mod children;

mod stanza;

mod calls;

mod profile;

pub use align::{Pair, align};
pub use calls::{Aligned, calls};
pub use part::{Part, Relation, What};
pub use profile::{Matched, Profile};
pub use stanza::{Side, stanzas};
