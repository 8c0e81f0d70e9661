//! How captured TCP traffic departs from TCP.

use crate::anomaly::diagnoses;

diagnoses! { Tcp "tcp";
    BEGAN_BEFORE_CAPTURE "began-before-capture" Missing Note:
        "the connection was already open when recording began, so its first bytes are missing",
        "To record a connection from its start, start the recorder before the client connects.";

    BEFORE_FIRST_BYTE "before-first-byte" Unexpected Note:
        "a segment carries bytes from before the first byte seen on its stream; they were ignored",
        "";

    GAP "gap" Missing Loss:
        "bytes of the stream are missing",
        "The recorder dropped packets: give it a larger buffer (tcpdump -B 16384) and a narrower filter (the client's port).";

    CUT_BY_SNAP_LENGTH "cut-by-snap-length" Missing Loss:
        "packets were truncated by the recorder's snap length",
        "Record whole packets (tcpdump -s 0; in Wireshark, set no snap length).";

    /// A note: nothing is missing, and if the wrong copy was used, the layers above report what they cannot read.
    OVERLAP_DIFFERS "overlap-differs" Unexpected Note:
        "a byte was captured twice with different values; the first value was used",
        "A packet is damaged or forged. Compare the packets around it.";

    OUT_OF_WINDOW "out-of-window" Unexpected Loss:
        "a segment far outside the window of its stream was ignored, because nothing confirms or continues it",
        "A packet is damaged, or the recorder missed many packets just before the capture ended.";

    STRAY_END "stray-end" Unexpected Note:
        "an out-of-window FIN or RST was ignored",
        "";

    AFTER_END "after-end" Unexpected Loss:
        "bytes that follow the end of their stream were ignored",
        "Possibly a new connection reusing the same ports whose start was not captured.";

    AFTER_RESET "after-reset" Unexpected Note:
        "bytes in flight when the peer reset the connection were ignored; the peer never read them",
        "";
}
