//! What this layer can report.

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

/// No secret of the session is known.
pub const NO_KEY: Diagnosis = Diagnosis {
    id: "tls/no-key",
    layer: Layer::Tls,
    kind: Kind::NoKey,
    severity: Severity::Loss,
    why: "the connection is encrypted with TLS, and no key log has a line with its client random",
    next: "Record again with the client's TLS key log (docs/keys.md says how), and give it with --tls-keylog, or name it like the capture. A key log holds the sessions that began while it was written.",
};

/// Some secrets of the session are known, and not those that are needed.
pub const SOME_SECRETS: Diagnosis = Diagnosis {
    id: "tls/some-secrets",
    layer: Layer::Tls,
    kind: Kind::NoKey,
    severity: Severity::Loss,
    why: "the key log has only some of the TLS session's secrets",
    next: "Take the whole key log: it may have been copied while the client was still writing it.",
};

/// The secrets open nothing.
pub const SECRETS_DO_NOT_OPEN: Diagnosis = Diagnosis {
    id: "tls/secrets-do-not-open",
    layer: Layer::Tls,
    kind: Kind::NoKey,
    severity: Severity::Loss,
    why: "the key log has secrets for the TLS session's client random, and none of its records opens with them",
    next: "Check that the key log was written by the client of this recording and was not edited.",
};

/// A version, cipher suite or option that is not read.
pub const UNSUPPORTED: Diagnosis = Diagnosis {
    id: "tls/unsupported",
    layer: Layer::Tls,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "the TLS session uses what is not read here",
    next: "Read are TLS 1.3, and TLS 1.2 with AES-GCM or ChaCha20-Poly1305: let client and server agree on one of those.",
};

/// The connection began before the capture.
pub const BEGAN_BEFORE: Diagnosis = Diagnosis {
    id: "tls/began-before",
    layer: Layer::Tls,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "a TLS connection began before the capture, or its first packets were lost: without the client hello neither its server nor its line in a key log can be known",
    next: "If it is the client's, start the recorder before the client connects.",
};

/// A hello is missing or makes no sense.
pub const NO_HANDSHAKE: Diagnosis = Diagnosis {
    id: "tls/no-handshake",
    layer: Layer::Tls,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "the TLS handshake was not captured whole, and without it the rest cannot be decrypted",
    next: "Start the recorder before the client connects; if packets were lost, record with a larger buffer (tcpdump -B) or on a quieter interface.",
};

/// The handshake was broken off.
pub const UNFINISHED: Diagnosis = Diagnosis {
    id: "tls/unfinished",
    layer: Layer::Tls,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "the TLS handshake was broken off before anything was sent under its protection",
    next: "",
};

/// A fatal alert.
pub const ALERT: Diagnosis = Diagnosis {
    id: "tls/alert",
    layer: Layer::Tls,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "one side ended TLS with an alert",
    next: "",
};

/// Records are absent from the capture.
pub const RECORDS_MISSING: Diagnosis = Diagnosis {
    id: "tls/records-missing",
    layer: Layer::Tls,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "TLS records were not captured whole, and what they carried is lost",
    next: "Record with a larger buffer (tcpdump -B), without a limit to the length of packets (-s 0).",
};

/// A record's tag is wrong.
pub const NOT_AUTHENTIC: Diagnosis = Diagnosis {
    id: "tls/not-authentic",
    layer: Layer::Tls,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "TLS records did not authenticate, and what they carried is lost",
    next: "The capture is damaged there, or a secret in the key log is not of this session.",
};

/// The stream ends inside a record.
pub const INCOMPLETE_RECORD: Diagnosis = Diagnosis {
    id: "tls/incomplete-record",
    layer: Layer::Tls,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "the connection or the capture ends inside a TLS record",
    next: "",
};

/// Data before the handshake was done.
pub const EARLY_DATA: Diagnosis = Diagnosis {
    id: "tls/early-data",
    layer: Layer::Tls,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "the client sent data before the server's answer (0-RTT), which is not read",
    next: "Let the client make a full handshake, without a session ticket of an earlier run.",
};

/// A second handshake within TLS 1.2.
pub const RENEGOTIATED: Diagnosis = Diagnosis {
    id: "tls/renegotiated",
    layer: Layer::Tls,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "a second TLS handshake within the connection (renegotiation) is not followed",
    next: "Switch renegotiation off at the server, or use TLS 1.3, which has none.",
};

/// What the TLS layer can report.
pub const DIAGNOSES: &[&Diagnosis] = &[
    &NO_KEY,
    &SOME_SECRETS,
    &SECRETS_DO_NOT_OPEN,
    &UNSUPPORTED,
    &BEGAN_BEFORE,
    &NO_HANDSHAKE,
    &UNFINISHED,
    &ALERT,
    &RECORDS_MISSING,
    &NOT_AUTHENTIC,
    &INCOMPLETE_RECORD,
    &EARLY_DATA,
    &RENEGOTIATED,
];
