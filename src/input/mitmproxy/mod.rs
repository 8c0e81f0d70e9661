//! Flow files of mitmproxy, current (11) and older. Join at the message layer.
//!
//! A file is a row of flows, each a dictionary in the order in which Python had it. Since version 7 a websocket is the
//! member `websocket` of an HTTP flow; before, it was a flow of its own with the member `messages`. Nothing else in a
//! flow is kept, and nothing but a message is ever read whole. A record is a message, counted over all flows.

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

use super::{Format, Reading};

mod file;
mod tnetstring;

use tnetstring::Value;

/// What this reader reports, beside what it shares with others.
pub(super) const DIAGNOSES: &[&Diagnosis] = &[&FLOW_DAMAGED, &VERSION, &ALTERED];

/// mitmproxy's flow files.
pub(super) const MITMPROXY: Format = Format {
    name: "mitmproxy",
    about: "flows that mitmproxy saved",
    technique: "mitm-tls",
    connections: "websocket",
    brings_secrets: false,
    reading: Reading::Whole { probe, read: file::read },
};

/// A flow cannot be read to its end; where it ends is known.
const FLOW_DAMAGED: Diagnosis = Diagnosis {
    id: "input/flow-damaged",
    layer: Layer::Input,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "a flow is damaged, and was not read beyond the damage",
    next: "Copy the file again from where it was recorded.",
};

/// The flow is of a version that came after this program.
const VERSION: Diagnosis = Diagnosis {
    id: "input/flow-version",
    layer: Layer::Input,
    kind: Kind::Unsupported,
    severity: Severity::Note,
    why: "a flow is of a version of mitmproxy's format that is not known here, and was read as if it were known",
    next: "",
};

/// The proxy did not send the message on, or made it up.
const ALTERED: Diagnosis = Diagnosis {
    id: "input/message-altered",
    layer: Layer::Input,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "the proxy withheld a message, which was read, or made one up, which was not",
    next: "",
};

/// The newest version of the flow format that is known, that of mitmproxy 11.
const NEWEST: i64 = 21;

fn probe(beginning: &[u8]) -> bool {
    const NAMES: &[&[u8]] = &[
        b"websocket",
        b"response",
        b"request",
        b"version",
        b"type",
        b"id",
        b"error",
        b"client_conn",
        b"server_conn",
        b"intercepted",
        b"marked",
        b"metadata",
        b"messages",
        b"backup",
        b"comment",
        b"is_replay",
        b"mode",
        b"timestamp_created",
        b"close_code",
        b"handshake_flow",
    ];
    let inside = tnetstring::length(beginning).ok().and_then(|(_, header)| beginning.get(header..));
    let name = inside.and_then(tnetstring::value);
    matches!(name, Some((Value::Bytes(name), _)) if NAMES.contains(&name))
}
