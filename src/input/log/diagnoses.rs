//! What is reported of logs.

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

/// What this room reports.
pub(in crate::input) const DIAGNOSES: &[&Diagnosis] = &[
    &NO_STANZAS,
    &UNREADABLE,
    &CUT,
    &TOLERANT,
    &TOO_DEEP,
    &STRAY_TEXT,
    &NOT_UTF8,
    &ELIDED,
    &AMBIGUOUS,
    &UNRELATED,
    &ECHOES,
    &DATES_INFERRED,
    &NO_DATES,
    &DIRECTIONS_INFERRED,
    &NO_DIRECTIONS,
    &SEVERAL_FORMATS,
    &OTHER_VERSION,
    &UNKNOWN_NAME,
];

/// A log of a known client without stanzas.
pub(super) const NO_STANZAS: Diagnosis = Diagnosis {
    id: "input/log-without-stanzas",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "no line of the log holds a stanza",
    next: "Log at the level at which the client prints what it sends and receives, and record the call again.",
};

/// A line that should hold a stanza and cannot be read.
pub(super) const UNREADABLE: Diagnosis = Diagnosis {
    id: "input/log-entry-unreadable",
    layer: Layer::Input,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "an entry of a log that should hold a stanza cannot be read",
    next: "If lines were edited, wrapped or shortened, take them again from where they were logged.",
};

/// A stanza that is not whole.
pub(super) const CUT: Diagnosis = Diagnosis {
    id: "input/log-stanza-cut",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "a stanza ends before its last tag; what there is of it was read",
    next: "If the log was still being written, or was copied in part, copy it again.",
};

/// A stanza that is no XML.
pub(super) const TOLERANT: Diagnosis = Diagnosis {
    id: "input/xml-not-well-formed",
    layer: Layer::Input,
    kind: Kind::Malformed,
    severity: Severity::Note,
    why: "a stanza is not well-formed XML, as where a client escapes nothing, and was read by its likely meaning",
    next: "",
};

/// A stanza that is nested too deep.
pub(super) const TOO_DEEP: Diagnosis = Diagnosis {
    id: "input/xml-too-deep",
    layer: Layer::Input,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "elements nested deeper than 128 were left out of a stanza",
    next: "",
};

/// Text where a stanza has none.
pub(super) const STRAY_TEXT: Diagnosis = Diagnosis {
    id: "input/xml-stray-text",
    layer: Layer::Input,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "text between the elements of a stanza was left out",
    next: "",
};

/// Text that is not UTF-8.
pub(super) const NOT_UTF8: Diagnosis = Diagnosis {
    id: "input/log-not-utf8",
    layer: Layer::Input,
    kind: Kind::Malformed,
    severity: Severity::Note,
    why: "a line with a stanza is not UTF-8; what is not was replaced",
    next: "",
};

/// Content of which only the length was logged.
pub(super) const ELIDED: Diagnosis = Diagnosis {
    id: "input/content-elided",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "the client logged of some content only how long it is",
    next: "",
};

/// Content that may be text or bytes.
pub(super) const AMBIGUOUS: Diagnosis = Diagnosis {
    id: "input/content-ambiguous",
    layer: Layer::Input,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "some content may be text or encoded bytes: nothing in the text tells",
    next: "",
};

/// Lines that hold no stanza.
pub(super) const UNRELATED: Diagnosis = Diagnosis {
    id: "input/unrelated-lines",
    layer: Layer::Input,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "lines without a stanza were passed over",
    next: "",
};

/// Acks that stand in the log twice.
pub(super) const ECHOES: Diagnosis = Diagnosis {
    id: "input/log-echo",
    layer: Layer::Input,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "a sent ack stands in the log a second time, and was counted once",
    next: "",
};

/// Dates that the log does not have.
pub(super) const DATES_INFERRED: Diagnosis = Diagnosis {
    id: "input/dates-inferred",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "the log has times without dates: the dates, and the time zone, follow from the time that the server stamped \
          on stanzas",
    next: "",
};

/// Dates that nobody knows.
pub(super) const NO_DATES: Diagnosis = Diagnosis {
    id: "input/no-dates",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "the log has times without dates, and no stanza that tells the day: times are counted from 1970-01-01, and \
          only their differences mean something",
    next: "",
};

/// Directions that the text does not have.
pub(super) const DIRECTIONS_INFERRED: Diagnosis = Diagnosis {
    id: "input/directions-inferred",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "the text does not say which way stanzas went: what has a `to` was taken for sent, and what has only a \
          `from` for received",
    next: "",
};

/// Directions that nobody knows.
pub(super) const NO_DIRECTIONS: Diagnosis = Diagnosis {
    id: "input/no-directions",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "a stanza has neither `to` nor `from`, and nothing says which way it went",
    next: "",
};

/// Lines of several clients.
pub(super) const SEVERAL_FORMATS: Diagnosis = Diagnosis {
    id: "input/several-formats",
    layer: Layer::Input,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "the log has lines in several formats; it is listed as the first of them",
    next: "",
};

/// A header of a version of this program's own format that is not the one that is read.
pub(super) const OTHER_VERSION: Diagnosis = Diagnosis {
    id: "input/ringtrace-version",
    layer: Layer::Input,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "stanzas are in a version of ringtrace's own format that is not known here, and were read as ringtrace/1",
    next: "Read it with the version of ringtrace that wrote it, or a newer one.",
};

/// A name in a header that stands for nothing known.
pub(super) const UNKNOWN_NAME: Diagnosis = Diagnosis {
    id: "input/ringtrace-name",
    layer: Layer::Input,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "a header names a technique or a client that is not known here; it was left out",
    next: "",
};
