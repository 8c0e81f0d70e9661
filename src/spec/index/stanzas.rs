//! The open questions of the spec's stanza catalogue that the program does not look for.

use super::Entry;

pub(super) const UNSOUGHT: &[Entry] = &[
    Entry::not_yet(
        "call-accept",
        3,
        "What in an accept tells that the picture is accepted, too?",
        "a comparison of accepts in audio and in video calls",
    ),
    Entry::not_yet(
        "call-mute",
        2,
        "Which tag turns the picture on or off?",
        "a look at what is sent about video in a call",
    ),
    Entry::not_yet(
        "call-mute",
        3,
        "Is a picture added to a call by a message in it, or by a new offer?",
        "a look at what is sent about video after the accept",
    ),
    Entry::not_yet("call-mute", 4, "Is a mute acked?", "a look at what answers mutes"),
    Entry::not_yet(
        "call-offer",
        2,
        "Is the offer's capability always the same bytes?",
        "a list of the capabilities that offers carry",
    ),
    Entry::not_yet(
        "call-offer",
        5,
        "Is a length or a salt of the media key in the offer itself?",
        "a look at the attributes around the wrapped key",
    ),
    Entry::out_of_reach(
        "call-offer",
        6,
        "What does each bit of the capability stand for?",
        "the bytes pass, but what a bit stands for only the client's code tells",
    ),
    Entry::out_of_reach(
        "call-relaylatency",
        1,
        "Is the round trip to a relay measured over UDP, apart from the signalling?",
        "the probes are no signalling, and UDP is counted but not read",
    ),
];
