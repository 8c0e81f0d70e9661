//! Which calls a result is about: all, or those that a filter selected.

use serde_json::{Value, json};

use crate::analysis::Analysis;
use crate::words::{count, counted};

/// How many calls are considered, as text.
pub(super) fn considered(analysis: &Analysis) -> String {
    let all = counted(analysis.calls_in_all() as u64, "call");
    match analysis.chosen {
        Some(_) => format!("{} of {all} (filtered)", count(analysis.calls.len())),
        None => all,
    }
}

/// How many calls are considered, as JSON.
pub(super) fn json_considered(analysis: &Analysis) -> Value {
    json!({ "considered": analysis.calls.len(), "of": analysis.calls_in_all() })
}
