//! What the evidence in one call depends on beside the call.

use std::sync::Arc;

use crate::call::Call;

/// What is known of all calls together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Whether all captures were read to their end: until then, nothing is known to be absent.
    pub complete: bool,
}

impl Context {
    /// What is known of these calls together.
    #[must_use]
    pub fn of(_calls: &[Arc<Call>], complete: bool) -> Self {
        Self { complete }
    }
}
