//! The open questions of the spec's flows that the program does not look for.

use super::Entry;

pub(super) const UNSOUGHT: &[Entry] = &[];
