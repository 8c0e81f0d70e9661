//! How captured TCP traffic departs from TCP.

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

/// Everything that the TCP layer can find.
pub const DIAGNOSES: &[&Diagnosis] = &[
    &BEGAN_BEFORE_CAPTURE,
    &BEFORE_FIRST_BYTE,
    &GAP,
    &CUT_BY_SNAP_LENGTH,
    &OVERLAP_DIFFERS,
    &OUT_OF_WINDOW,
    &STRAY_END,
    &AFTER_END,
    &AFTER_RESET,
];

/// The capture holds no SYN of the connection.
pub const BEGAN_BEFORE_CAPTURE: Diagnosis = Diagnosis {
    id: "tcp/began-before-capture",
    layer: Layer::Tcp,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "the connection was open before the capture began, so its first bytes are not in it",
    next: "To have a connection from its beginning, start the recorder before the client connects.",
};

/// Bytes turned up from before the first byte that was passed on.
pub const BEFORE_FIRST_BYTE: Diagnosis = Diagnosis {
    id: "tcp/before-first-byte",
    layer: Layer::Tcp,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "a segment brings bytes from before the first byte that the capture shows of its stream; they were left out",
    next: "",
};

/// Bytes of a stream are not in the capture.
pub const GAP: Diagnosis = Diagnosis {
    id: "tcp/gap",
    layer: Layer::Tcp,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "bytes of the stream are not in the capture",
    next: "The recorder missed packets: give it a larger buffer (tcpdump -B 16384) and a narrower filter (the client's port).",
};

/// Bytes of a stream were cut off by the recorder.
pub const CUT_BY_SNAP_LENGTH: Diagnosis = Diagnosis {
    id: "tcp/cut-by-snap-length",
    layer: Layer::Tcp,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "the recorder kept only the beginning of packets, and the rest of their bytes is not in the capture",
    next: "Record whole packets (tcpdump -s 0; in Wireshark, no limit for each packet).",
};

/// Two copies of the same bytes differ.
///
/// A note: nothing is missing, and if the copy that was used is the wrong one, the layers above lose what they
/// cannot read and say so.
pub const OVERLAP_DIFFERS: Diagnosis = Diagnosis {
    id: "tcp/overlap-differs",
    layer: Layer::Tcp,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "a byte was captured twice with different values; the first was used",
    next: "A damaged packet, or one that was made to look like part of the connection: compare the packets around it.",
};

/// A segment lies far from everything else in its stream.
pub const OUT_OF_WINDOW: Diagnosis = Diagnosis {
    id: "tcp/out-of-window",
    layer: Layer::Tcp,
    kind: Kind::Unexpected,
    severity: Severity::Loss,
    why: "a segment lies far beyond the rest of its stream, and nothing confirms or continues it; its bytes were left out",
    next: "A damaged packet, or the recorder missed much just before the capture ended.",
};

/// A FIN or RST that cannot belong to the stream.
pub const STRAY_END: Diagnosis = Diagnosis {
    id: "tcp/stray-end",
    layer: Layer::Tcp,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "a FIN or RST does not fit where its stream has come to; it was ignored",
    next: "",
};

/// Bytes after the FIN or RST of their own sender.
pub const AFTER_END: Diagnosis = Diagnosis {
    id: "tcp/after-end",
    layer: Layer::Tcp,
    kind: Kind::Unexpected,
    severity: Severity::Loss,
    why: "bytes came after their sender had ended the stream; they were left out",
    next: "Perhaps a new connection with the same ports whose beginning was not recorded.",
};

/// Bytes that crossed the other side's RST.
pub const AFTER_RESET: Diagnosis = Diagnosis {
    id: "tcp/after-reset",
    layer: Layer::Tcp,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "bytes were still under way when the other side reset the connection; nobody read them, and they were left out",
    next: "",
};
