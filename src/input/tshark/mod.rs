//! What tshark prints: packets with their websocket frames (`-T json`, `-T ek`, `-T fields`), which join at the
//! message layer, and streams that it put together (`-z follow`), which join above TCP.
//!
//! Records are Wireshark's frame numbers, where they are printed, and lines or elements where they are not;
//! connections are numbered as `tcp.stream`. tshark gives a fragmented message whole, with its last fragment.

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

use super::{Format, Reading};

mod documents;
mod fields;
mod follow;
mod packet;

/// What these readers report, beside what they share with others.
pub(super) const DIAGNOSES: &[&Diagnosis] = &[&NO_PAYLOAD, &FIELDS_ABSENT];

/// `tshark -T json`
pub(super) const JSON: Format = Format {
    name: "tshark-json",
    about: "packets as tshark -T json prints them",
    technique: "websocket-capture",
    connections: "tcp.stream",
    brings_secrets: false,
    reading: Reading::Whole { probe: documents::probe_json, read: documents::read_json },
};

/// `tshark -T ek`
pub(super) const EK: Format = Format {
    name: "tshark-ek",
    about: "packets as tshark -T ek prints them",
    technique: "websocket-capture",
    connections: "tcp.stream",
    brings_secrets: false,
    reading: Reading::Whole { probe: documents::probe_ek, read: documents::read_ek },
};

/// `tshark -T fields`
pub(super) const FIELDS: Format = Format {
    name: "tshark-fields",
    about: "columns as tshark -T fields prints them, with -E header=y",
    technique: "websocket-capture",
    connections: "tcp.stream",
    brings_secrets: false,
    reading: Reading::Whole { probe: fields::probe, read: fields::read },
};

/// `tshark -z follow,tcp,...`
pub(super) const FOLLOW: Format = Format {
    name: "tshark-follow",
    about: "a stream as tshark -z follow prints it: yaml, raw or hex",
    technique: "websocket-capture",
    connections: "tcp.stream",
    brings_secrets: false,
    reading: Reading::Whole { probe: follow::probe, read: follow::read },
};

/// tshark has a frame of which it does not print the bytes.
const NO_PAYLOAD: Diagnosis = Diagnosis {
    id: "input/tshark-no-payload",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "tshark did not print the bytes of a message: it could not inflate or reassemble it, or was not asked to",
    next: "Give the recording itself instead of what tshark makes of it; else print data.data too, and run tshark with \
           -o tcp.reassemble_out_of_order:TRUE.",
};

/// tshark was not asked for what is needed.
const FIELDS_ABSENT: Diagnosis = Diagnosis {
    id: "input/tshark-fields-absent",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "fields are absent without which a message cannot be placed",
    next: "Give the recording itself instead of what tshark makes of it; else print these fields: tshark -r FILE -Y \
           websocket -T fields -E header=y -e frame.number -e frame.time_epoch -e tcp.stream -e websocket.fin -e \
           websocket.mask -e websocket.opcode -e websocket.payload_length -e data.data.",
};
