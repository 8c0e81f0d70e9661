//! How captured traffic departs from HTTP upgrades and WebSocket frames.

use crate::anomaly::diagnoses;

diagnoses! { Websocket "websocket";
    HTTP2 "http2" Unsupported Note:
        "the connection speaks HTTP/2, and WebSockets inside HTTP/2 are not supported",
        "";

    IN_HTTP2 "in-http2" Unsupported Loss:
        "the client opened a WebSocket inside HTTP/2 (RFC 8441), which is not supported",
        "Make the browser use HTTP/1.1: in Firefox, set network.http.http2.websockets to false in about:config; start Chromium with --disable-http2.";

    UPGRADE_REFUSED "upgrade-refused" Unexpected Note:
        "the client requested a WebSocket, and the server refused",
        "";

    ACCEPT_MISMATCH "accept-mismatch" Unexpected Note:
        "the server's Sec-WebSocket-Accept does not match the client's Sec-WebSocket-Key; the WebSocket was read anyway",
        "";

    UNKNOWN_EXTENSION "unknown-extension" Unsupported Note:
        "the server accepted an unsupported WebSocket extension or parameter; messages that need it are reported individually",
        "";

    UPGRADE_NOT_CAPTURED "upgrade-not-captured" Missing Note:
        "all or part of a WebSocket upgrade is missing; the connection was recognised by the rest of its traffic",
        "Start the recorder before the client connects.";

    FRAMING_LOST "framing-lost" Missing Loss:
        "the start of a WebSocket frame is missing, so bytes were skipped up to the next recognisable frame, and the messages in them are lost",
        "Start the recorder before the client connects, and give it a larger buffer (tcpdump -B) so that it drops no packets.";

    MALFORMED_HEADER "malformed-header" Malformed Loss:
        "a WebSocket frame header is invalid (a control frame that is fragmented or longer than 125 bytes, or a length of 2^63 or more), so the start of the next frame is unknown",
        "";

    UNMASKED_CLIENT_FRAME "unmasked-client-frame" Unexpected Note:
        "the client sent an unmasked WebSocket frame; it was read as is",
        "";

    MASKED_SERVER_FRAME "masked-server-frame" Unexpected Note:
        "the server sent a masked WebSocket frame; it was unmasked and read",
        "";

    RESERVED_BITS "reserved-bits" Unsupported Loss:
        "a WebSocket message was skipped because it sets a reserved bit that no supported extension defines",
        "";

    STRAY_RESERVED_BITS "stray-reserved-bits" Unexpected Note:
        "a control frame or continuation frame sets a reserved bit; the bit was ignored",
        "";

    RESERVED_OPCODE "reserved-opcode" Unsupported Loss:
        "a WebSocket frame with a reserved data opcode was skipped",
        "";

    RESERVED_CONTROL_OPCODE "reserved-control-opcode" Unsupported Note:
        "a WebSocket frame with a reserved control opcode was skipped",
        "";

    STRAY_CONTINUATION "stray-continuation" Unexpected Loss:
        "a WebSocket continuation frame has no message to continue; it and its continuations were skipped",
        "";

    INTERRUPTED_MESSAGE "interrupted-message" Unexpected Loss:
        "a WebSocket message begins before the previous, fragmented one is complete; the incomplete message was dropped",
        "";

    MESSAGE_TOO_LONG "message-too-long" Unsupported Loss:
        "a WebSocket message longer than 64 MiB was skipped",
        "";

    MESSAGE_GAP "message-gap" Missing Loss:
        "part of a WebSocket message is missing, so the message could not be read; the start of the next one is known",
        "Give the recorder a larger buffer (tcpdump -B) so that it drops no packets.";

    INCOMPLETE_MESSAGE "incomplete-message" Missing Loss:
        "the connection or the capture ends inside a WebSocket message",
        "";

    INFLATE_FAILED "inflate-failed" Malformed Loss:
        "a compressed WebSocket message does not decompress; later messages in the same direction are readable only if they do not refer back to it",
        "";

    CONTEXT_MISSING "context-missing" Missing Loss:
        "a compressed WebSocket message refers to earlier messages that are missing or unreadable",
        "Start the recorder before the client connects, and give it a larger buffer (tcpdump -B) so that it drops no packets.";

    INFLATE_LIMIT "inflate-limit" Unsupported Loss:
        "a compressed WebSocket message was skipped because it expands to more than 64 MiB, or to more than 4 MiB and 200 times its size; later messages in the same direction are readable only if they do not refer back to it",
        "";
}
