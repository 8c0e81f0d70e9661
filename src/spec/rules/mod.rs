//! The normative claims that this program checks, one file each.

use super::Rule;

/// Every rule, in the order of the spec's pages.
pub const RULES: &[&Rule] = &[];
