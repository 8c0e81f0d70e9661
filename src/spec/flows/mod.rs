//! The flows of the spec: what follows what in a call that ends in some way, and which of it was seen.

mod flow;

mod alignment;

mod checking;

mod expected;

pub use alignment::{Alignment, Sighting};
pub(super) use checking::check;
pub use expected::Missing;
pub(super) use flow::step;
pub use flow::{End, Flow, Passes, Step};
