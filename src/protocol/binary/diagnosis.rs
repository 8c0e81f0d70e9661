//! How a plaintext departs from WABinary, as users read it.

use super::Reason;
use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

const fn diagnosis(
    id: &'static str,
    kind: Kind,
    severity: Severity,
    why: &'static str,
    next: &'static str,
) -> Diagnosis {
    Diagnosis { id, layer: Layer::Binary, kind, severity, why, next }
}

/// The bytes of a stanza are not WABinary from some place on.
pub const MALFORMED: Diagnosis = diagnosis(
    "binary/malformed",
    Kind::Malformed,
    Severity::Loss,
    "a decrypted frame is not well-formed WABinary; the part before the fault was kept",
    "Look at the frame's bytes at the named offset; if another program reads them, please report it.",
);

/// A token that the dictionary does not have.
pub const UNKNOWN_TOKEN: Diagnosis = diagnosis(
    "binary/unknown-token",
    Kind::Unsupported,
    Severity::Loss,
    "a stanza uses a token that the known dictionary does not have; the part before it was kept",
    "The client may use a newer dictionary than the versions known here; please report the client's version.",
);

/// Nodes nest too deep, or are too many.
pub const TOO_LARGE: Diagnosis = diagnosis(
    "binary/too-large",
    Kind::Unsupported,
    Severity::Loss,
    "a stanza nests deeper or has more nodes than any real one; the part within the limit was kept",
    "",
);

/// The zlib stream of a compressed stanza is broken or cut.
pub const INFLATE_FAILED: Diagnosis = diagnosis(
    "binary/inflate-failed",
    Kind::Malformed,
    Severity::Loss,
    "a stanza marked as compressed does not inflate to its end; what came out before was read",
    "",
);

/// A compressed stanza is larger than the limit.
pub const INFLATE_LIMIT: Diagnosis = diagnosis(
    "binary/inflate-limit",
    Kind::Unsupported,
    Severity::Loss,
    "a compressed stanza inflates to more than 16 MiB; the part within the limit was read",
    "",
);

/// Bytes follow a whole stanza.
pub const TRAILING_BYTES: Diagnosis = diagnosis(
    "binary/trailing-bytes",
    Kind::Unexpected,
    Severity::Note,
    "bytes follow a whole stanza in its frame; clients ignore or refuse them, here they are only counted",
    "",
);

/// The flag byte has bits that are not known.
pub const UNKNOWN_FLAGS: Diagnosis = diagnosis(
    "binary/unknown-flags",
    Kind::Unexpected,
    Severity::Note,
    "a frame's flag byte has bits beside the known one (0x02, compressed); they were ignored",
    "Please report it: the bits are not documented.",
);

/// A device address names a domain that is not known.
pub const UNKNOWN_DOMAIN: Diagnosis = diagnosis(
    "binary/unknown-domain",
    Kind::Unexpected,
    Severity::Note,
    "a device address has a domain byte that is not known; it is shown as the address's agent on s.whatsapp.net",
    "Please report it: the known domain bytes are 0, 1, 128 and 129.",
);

/// The client announced a token dictionary that is not known.
pub const UNKNOWN_DICTIONARY: Diagnosis = diagnosis(
    "binary/unknown-dictionary",
    Kind::Unsupported,
    Severity::Loss,
    "the client announced a token dictionary that is not known; its stanzas were read with version 3, and may be wrong",
    "Please report it with the client's name and version: a new dictionary means new tokens.",
);

/// What this layer can diagnose.
pub const DIAGNOSES: &[&Diagnosis] = &[
    &MALFORMED,
    &UNKNOWN_TOKEN,
    &TOO_LARGE,
    &INFLATE_FAILED,
    &INFLATE_LIMIT,
    &TRAILING_BYTES,
    &UNKNOWN_FLAGS,
    &UNKNOWN_DOMAIN,
    &UNKNOWN_DICTIONARY,
];

/// The diagnosis that a reason to stop belongs to.
pub(super) const fn of(reason: Reason) -> &'static Diagnosis {
    match reason {
        Reason::Empty
        | Reason::Truncated
        | Reason::NotAList(_)
        | Reason::EmptyNode
        | Reason::NoName
        | Reason::ListAsValue
        | Reason::NotPacked
        | Reason::NotText
        | Reason::AddressAsText => &MALFORMED,
        Reason::UnknownToken(_) => &UNKNOWN_TOKEN,
        Reason::TooDeep | Reason::TooMany => &TOO_LARGE,
        Reason::Inflate | Reason::InflateTruncated => &INFLATE_FAILED,
        Reason::InflateLimit => &INFLATE_LIMIT,
    }
}
