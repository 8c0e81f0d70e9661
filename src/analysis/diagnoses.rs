//! What is reported of connections as a whole.

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

/// A connection on which the phone's own app, or something like it, speaks Noise without TLS or websocket.
pub const STRAIGHT_OVER_TCP: Diagnosis = Diagnosis {
    id: "noise/straight-over-tcp",
    layer: Layer::Noise,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "WhatsApp's protocol runs straight over TCP, without a websocket, as in the phone's own app; the signalling of \
          calls is in this connection, UDP next to it is media",
    next: "",
};

/// Frames of such a connection for which no key was given.
pub const APP_KEYS: Diagnosis = Diagnosis {
    id: "noise/app-keys",
    layer: Layer::Noise,
    kind: Kind::NoKey,
    severity: Severity::Loss,
    why: "the frames of a connection straight over TCP are encrypted, and no key was given",
    next: "Its keys cannot be logged: link a Web client to the account, and record that one instead.",
};

/// Such a connection that began before the capture.
pub const APP_MIDWAY: Diagnosis = Diagnosis {
    id: "noise/app-midway",
    layer: Layer::Noise,
    kind: Kind::NoKey,
    severity: Severity::Loss,
    why: "a connection that began before the capture carries encrypted frames straight over TCP, as the phone's own app \
          sends them; the signalling of calls is in this connection, UDP next to it is media",
    next: "The app cannot log its keys: link a Web client to the account, and record that one instead.",
};

/// A connection from before WhatsApp's client spoke Noise.
pub const OLDER_THAN_NOISE: Diagnosis = Diagnosis {
    id: "noise/older-version",
    layer: Layer::Noise,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "a version of WhatsApp's protocol from before Noise, which is not read",
    next: "",
};

/// A TLS session whose keys were given and that was not decrypted all the same.
pub const TLS_KEYS_UNUSED: Diagnosis = Diagnosis {
    id: "tls/keys-unused",
    layer: Layer::Tls,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "a TLS connection to a server that is not one of WhatsApp's was not decrypted, though the key log knows it",
    next: "",
};

/// A TLS session that nothing shows to be WhatsApp's or not.
pub const NAMELESS: Diagnosis = Diagnosis {
    id: "tls/nameless",
    layer: Layer::Tls,
    kind: Kind::NoKey,
    severity: Severity::Note,
    why: "a TLS connection names no server, and no key log has its client random, so whose it is cannot be told",
    next: "If it is the client's, capture again with TLS key logging enabled in the client, and pass the key log with \
           --tls-keylog (docs/keys.md).",
};

/// A TLS connection of which only one side was recorded, whosever it is.
pub const ONE_SIDED_TLS: Diagnosis = Diagnosis {
    id: "tls/one-sided",
    layer: Layer::Tls,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "only one side of a TLS connection was recorded, so whose it is cannot be told",
    next: "If it is the client's, record again without a filter of direction. With one side missing, no key can open a \
           session.",
};

/// A connection of which only one side was recorded.
pub const ONE_SIDED: Diagnosis = Diagnosis {
    id: "tcp/one-sided",
    layer: Layer::Tcp,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "only one side of a connection was recorded",
    next: "Record again without a filter of direction. With one side missing, no key can open a session.",
};
