//! How a plaintext departs from WABinary, as users read it.

use super::Reason;
use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

/// The bytes of a stanza are not WABinary from some place on.
pub const MALFORMED: Diagnosis = Diagnosis {
    id: "binary/malformed",
    layer: Layer::Binary,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "a decrypted frame is not well-formed WABinary; the part before the fault was kept",
    next: "Look at the frame's bytes at the named offset; if another program reads them, please report it.",
};

/// A token that the dictionary does not have.
pub const UNKNOWN_TOKEN: Diagnosis = Diagnosis {
    id: "binary/unknown-token",
    layer: Layer::Binary,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "a stanza uses a token that the known dictionary does not have; the part before it was kept",
    next: "The client may use a newer dictionary than the versions known here; please report the client's version.",
};

/// Nodes nest too deep, or are too many.
pub const TOO_LARGE: Diagnosis = Diagnosis {
    id: "binary/too-large",
    layer: Layer::Binary,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "a stanza nests deeper or has more nodes than any real one; the part within the limit was kept",
    next: "",
};

/// The zlib stream of a compressed stanza is broken or cut.
pub const INFLATE_FAILED: Diagnosis = Diagnosis {
    id: "binary/inflate-failed",
    layer: Layer::Binary,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "a stanza marked as compressed does not inflate to its end; what came out before was read",
    next: "",
};

/// A compressed stanza is larger than the limit.
pub const INFLATE_LIMIT: Diagnosis = Diagnosis {
    id: "binary/inflate-limit",
    layer: Layer::Binary,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "a compressed stanza inflates to more than 16 MiB; the part within the limit was read",
    next: "",
};

/// Bytes follow a whole stanza.
pub const TRAILING_BYTES: Diagnosis = Diagnosis {
    id: "binary/trailing-bytes",
    layer: Layer::Binary,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "bytes follow a whole stanza in its frame; clients ignore or refuse them, here they are only counted",
    next: "",
};

/// The flag byte has bits that are not known.
pub const UNKNOWN_FLAGS: Diagnosis = Diagnosis {
    id: "binary/unknown-flags",
    layer: Layer::Binary,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "a frame's flag byte has bits beside the known one (0x02, compressed); they were ignored",
    next: "Please report it: the bits are not documented.",
};

/// A device address names a domain that is not known.
pub const UNKNOWN_DOMAIN: Diagnosis = Diagnosis {
    id: "binary/unknown-domain",
    layer: Layer::Binary,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "a device address has a domain byte that is not known; it is shown as the address's agent on s.whatsapp.net",
    next: "Please report it: the known domain bytes are 0, 1, 128 and 129.",
};

/// The client announced a token dictionary that is not known.
pub const UNKNOWN_DICTIONARY: Diagnosis = Diagnosis {
    id: "binary/unknown-dictionary",
    layer: Layer::Binary,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "the client announced a token dictionary that is not known; its stanzas were read with version 3, and may be wrong",
    next: "Please report it with the client's name and version: a new dictionary means new tokens.",
};

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
