//! The open questions of the spec's flows that the program does not look for.

use super::Entry;

pub(super) const UNSOUGHT: &[Entry] = &[
    Entry::not_yet(
        "incoming-1to1-audio",
        1,
        "Does a device answer an offer before or after it says that it rings?",
        "a look at the order of the offer's ack or receipt and the preaccept",
    ),
    Entry::not_yet(
        "incoming-1to1-audio",
        2,
        "Who stops the callee's other devices when one has accepted, and with which word?",
        "a look at the terminates that follow an accept",
    ),
    Entry::not_yet(
        "incoming-1to1-audio",
        3,
        "Does a preaccept go through the server?",
        "a look at how preaccepts are addressed, and what arrives of them",
    ),
    Entry::not_yet(
        "outgoing-1to1-audio",
        1,
        "Which devices that an offer reached send a preaccept?",
        "a look at devices that accept, decline or ring without one",
    ),
    Entry::not_yet(
        "outgoing-1to1-audio",
        3,
        "Is the relay chosen before or after the accept?",
        "a look at when latency reports and elections of relays come",
    ),
    Entry::not_yet(
        "outgoing-1to1-audio",
        4,
        "Are candidates for the media path sent after the accept?",
        "a look at the transports that follow an accept",
    ),
];
