//! Results as text for a terminal, and as JSON.

mod anomalies;
mod changes;
pub mod explain;
pub mod figure;
mod index;
pub mod inspect;
mod json;
mod overview;
pub mod questions;
pub mod rules;
mod scope;

pub use anomalies::anomaly;
pub use overview::{call, overview};
