//! What a connection can report.

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

/// The client hello was seen, and no key log names it.
pub(in super::super) const NO_KEY: Diagnosis = Diagnosis {
    id: "noise/no-key",
    layer: Layer::Noise,
    kind: Kind::NoKey,
    severity: Severity::Loss,
    why: "a frame is encrypted, and no key for its connection was given",
    next: "Give a key log (--noise-keylog) with a line that begins WA_NOISE_TRANSPORT, WA_NOISE_XX or WA_NOISE_IK and then names this client ephemeral public key; docs/keys.md says how to log it.",
};

/// Private keys were given, and the server's part of the handshake is absent.
pub(in super::super) const NO_SERVER_HELLO: Diagnosis = Diagnosis {
    id: "noise/no-server-hello",
    layer: Layer::Noise,
    kind: Kind::NoKey,
    severity: Severity::Loss,
    why: "a frame is encrypted, and its connection's private keys cannot be used, since the server hello is not in the capture",
    next: "Give the transport keys of the connection (WA_NOISE_TRANSPORT), which need no handshake, or capture the connection from its start.",
};

/// A resumed login without the server's static key.
pub(in super::super) const NO_SERVER_STATIC: Diagnosis = Diagnosis {
    id: "noise/no-server-static",
    layer: Layer::Noise,
    kind: Kind::NoKey,
    severity: Severity::Loss,
    why: "a frame is encrypted, and its connection is a resumed login (IK), for which the private keys suffice only together with the server's static public key",
    next: "Log the connection with a WA_NOISE_IK line, which names that key, or with its transport keys (WA_NOISE_TRANSPORT); or include a first login (XX) of the same client, with its key, earlier in the input: it reveals the server's key.",
};

/// A key was given for this very connection and does not open it.
pub(in super::super) const WRONG_KEY: Diagnosis = Diagnosis {
    id: "noise/wrong-key",
    layer: Layer::Noise,
    kind: Kind::NoKey,
    severity: Severity::Loss,
    why: "the key log has a line for this connection, and its keys do not open it",
    next: "Check that the line's keys were logged together: the ephemeral key identifies the connection, and the other keys must be of the same session, the client-to-server key before the server-to-client key.",
};

/// A frame whose tag fits no counter that was tried.
pub(in super::super) const UNAUTHENTICATED: Diagnosis = Diagnosis {
    id: "noise/unauthenticated",
    layer: Layer::Noise,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "a frame did not authenticate with the connection's key at any counter tried",
    next: "The frame is damaged, or bytes before it are absent from the capture.",
};

/// Counters were skipped.
pub(in super::super) const MISSING_FRAMES: Diagnosis = Diagnosis {
    id: "noise/missing-frames",
    layer: Layer::Noise,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "frames are absent: the next one that opened has a later counter than expected",
    next: "The capture lost packets: record with a larger buffer (tcpdump -B) and without a snapshot length.",
};

/// Bytes were passed over to find the next frame.
pub(in super::super) const SKIPPED_BYTES: Diagnosis = Diagnosis {
    id: "noise/skipped-bytes",
    layer: Layer::Noise,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "part of a frame is absent, and what there was of it was passed over to the next frame that opens",
    next: "The capture lost packets: record with a larger buffer (tcpdump -B) and without a snapshot length.",
};

/// A direction ends inside a frame.
pub(in super::super) const UNFINISHED_FRAME: Diagnosis = Diagnosis {
    id: "noise/unfinished-frame",
    layer: Layer::Noise,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "the connection or the capture ends inside a frame",
    next: "",
};

/// A frame without room for a tag.
pub(in super::super) const SHORT_FRAME: Diagnosis = Diagnosis {
    id: "noise/short-frame",
    layer: Layer::Noise,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "a frame is shorter than the 16 bytes of its tag",
    next: "",
};

/// A frame of no bytes.
pub(in super::super) const EMPTY_FRAME: Diagnosis = Diagnosis {
    id: "noise/empty-frame",
    layer: Layer::Noise,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "a frame has the length 0",
    next: "",
};

/// Counters were found by trial.
pub(in super::super) const BEGUN_MIDWAY: Diagnosis = Diagnosis {
    id: "noise/begun-midway",
    layer: Layer::Noise,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "the connection began before the capture; the transport keys that open it, and the counters to go on from, were found by trial",
    next: "",
};

/// The capture begins inside a frame.
pub(in super::super) const BEGUN_INSIDE_FRAME: Diagnosis = Diagnosis {
    id: "noise/begun-inside-frame",
    layer: Layer::Noise,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "the connection began before the capture, which begins inside a frame; that frame was passed over",
    next: "",
};

/// A text message among binary ones.
pub(in super::super) const TEXT_MESSAGE: Diagnosis = Diagnosis {
    id: "noise/text-message",
    layer: Layer::Noise,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "a websocket message of WhatsApp's connection is text, which its protocol does not use; it was not read",
    next: "",
};
