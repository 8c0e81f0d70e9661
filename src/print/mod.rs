//! Results as text for a terminal, and as JSON.

mod json;

mod scope;

mod anomalies;

pub mod figure;

mod index;

mod media;

pub mod inspect;

mod summary;

pub mod questions;

pub mod rules;

pub mod diff;

pub mod ladder;

pub mod explain;

mod changes;

mod overview;

pub use anomalies::anomaly;
pub(crate) use json::Each;
pub use json::write_json;
pub use media::{cited, clock};
pub use overview::{call, overview};
