//! What this layer can report.

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

const fn diagnosis(
    id: &'static str,
    kind: Kind,
    severity: Severity,
    why: &'static str,
    next: &'static str,
) -> Diagnosis {
    Diagnosis { id, layer: Layer::Tls, kind, severity, why, next }
}

/// No secret of the session is known.
pub const NO_KEY: Diagnosis = diagnosis(
    "tls/no-key",
    Kind::NoKey,
    Severity::Loss,
    "the connection is encrypted with TLS, and no key log has a line with its client random",
    "Record again with the client's TLS key log (docs/keys.md says how), and give it with --tls-keylog, or name it like the capture. A key log holds the sessions that began while it was written.",
);

/// Some secrets of the session are known, and not those that are needed.
pub const SOME_SECRETS: Diagnosis = diagnosis(
    "tls/some-secrets",
    Kind::NoKey,
    Severity::Loss,
    "the key log has only some of the TLS session's secrets",
    "Take the whole key log: it may have been copied while the client was still writing it.",
);

/// The secrets open nothing.
pub const SECRETS_DO_NOT_OPEN: Diagnosis = diagnosis(
    "tls/secrets-do-not-open",
    Kind::NoKey,
    Severity::Loss,
    "the key log has secrets for the TLS session's client random, and none of its records opens with them",
    "Check that the key log was written by the client of this recording and was not edited.",
);

/// A version, cipher suite or option that is not read.
pub const UNSUPPORTED: Diagnosis = diagnosis(
    "tls/unsupported",
    Kind::Unsupported,
    Severity::Loss,
    "the TLS session uses what is not read here",
    "Read are TLS 1.3, and TLS 1.2 with AES-GCM or ChaCha20-Poly1305: let client and server agree on one of those.",
);

/// The connection began before the capture.
pub const BEGAN_BEFORE: Diagnosis = diagnosis(
    "tls/began-before",
    Kind::Missing,
    Severity::Note,
    "a TLS connection began before the capture, or its first packets were lost: without the client hello neither its server nor its line in a key log can be known",
    "If it is the client's, start the recorder before the client connects.",
);

/// A hello is missing or makes no sense.
pub const NO_HANDSHAKE: Diagnosis = diagnosis(
    "tls/no-handshake",
    Kind::Missing,
    Severity::Loss,
    "the TLS handshake was not captured whole, and without it the rest cannot be decrypted",
    "Start the recorder before the client connects; if packets were lost, record with a larger buffer (tcpdump -B) or on a quieter interface.",
);

/// The handshake was broken off.
pub const UNFINISHED: Diagnosis = diagnosis(
    "tls/unfinished",
    Kind::Unexpected,
    Severity::Note,
    "the TLS handshake was broken off before anything was sent under its protection",
    "",
);

/// A fatal alert.
pub const ALERT: Diagnosis =
    diagnosis("tls/alert", Kind::Unexpected, Severity::Note, "one side ended TLS with an alert", "");

/// Records are absent from the capture.
pub const RECORDS_MISSING: Diagnosis = diagnosis(
    "tls/records-missing",
    Kind::Missing,
    Severity::Loss,
    "TLS records were not captured whole, and what they carried is lost",
    "Record with a larger buffer (tcpdump -B), without a limit to the length of packets (-s 0).",
);

/// A record's tag is wrong.
pub const NOT_AUTHENTIC: Diagnosis = diagnosis(
    "tls/not-authentic",
    Kind::Malformed,
    Severity::Loss,
    "TLS records did not authenticate, and what they carried is lost",
    "The capture is damaged there, or a secret in the key log is not of this session.",
);

/// The stream ends inside a record.
pub const INCOMPLETE_RECORD: Diagnosis = diagnosis(
    "tls/incomplete-record",
    Kind::Missing,
    Severity::Loss,
    "the connection or the capture ends inside a TLS record",
    "",
);

/// Data before the handshake was done.
pub const EARLY_DATA: Diagnosis = diagnosis(
    "tls/early-data",
    Kind::Unsupported,
    Severity::Loss,
    "the client sent data before the server's answer (0-RTT), which is not read",
    "Let the client make a full handshake, without a session ticket of an earlier run.",
);

/// A second handshake within TLS 1.2.
pub const RENEGOTIATED: Diagnosis = diagnosis(
    "tls/renegotiated",
    Kind::Unsupported,
    Severity::Loss,
    "a second TLS handshake within the connection (renegotiation) is not followed",
    "Switch renegotiation off at the server, or use TLS 1.3, which has none.",
);

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
