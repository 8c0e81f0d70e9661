//! The open questions of the spec's stanza catalogue that the program does not look for.

use super::Entry;

pub(super) const UNSOUGHT: &[Entry] = &[Entry::out_of_reach(
    "call-relaylatency",
    1,
    "Is the round trip to a relay measured over UDP, apart from the signalling?",
    "the probes are no signalling, and UDP is counted but not read",
)];
