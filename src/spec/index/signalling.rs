//! The open questions of the spec's pages with a code that the program does not look for.

use super::Entry;

pub(super) const UNSOUGHT: &[Entry] = &[
    Entry::not_yet(
        "SIG-15",
        2,
        "Which names do relays have, and which of them does a client report?",
        "a list of the names: they tell where a user is, so that what leaves the machine cannot have them",
    ),
    Entry::out_of_reach(
        "SIG-17",
        2,
        "What makes the caller start the media of an accepted call?",
        "media packets are not read, and what starts them is inside the client",
    ),
    Entry::out_of_reach(
        "SIG-18",
        3,
        "Does the caller show a declined call in another way than a missed one?",
        "what a client shows its user is not sent",
    ),
];
