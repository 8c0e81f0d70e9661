//! The open questions of the spec's stanza catalogue that the program does not look for.

use super::Entry;

pub(super) const UNSOUGHT: &[Entry] = &[
    Entry::not_yet(
        "call-mute",
        2,
        "Which tag turns the picture on or off?",
        "a look at what is sent about video in a call",
    ),
    Entry::out_of_reach(
        "call-relaylatency",
        1,
        "Is the round trip to a relay measured over UDP, apart from the signalling?",
        "the probes are no signalling, and UDP is counted but not read",
    ),
];
