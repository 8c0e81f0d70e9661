//! Why captured TLS could not be decrypted, and how it departs from TLS.

use crate::anomaly::diagnoses;

diagnoses! { Tls "tls";
    NO_KEY "no-key" NoKey Loss:
        "the connection is encrypted with TLS, and no key log has its client random",
        "Capture again with TLS key logging enabled in the client (see docs/keys.md), and pass the key log with --tls-keylog or name it after the capture. A key log only covers sessions that began while it was being written.";

    SOME_SECRETS "some-secrets" NoKey Loss:
        "the key log has only some of the TLS session's secrets",
        "Use the complete key log: it may have been copied while the client was still writing it.";

    SECRETS_DO_NOT_OPEN "secrets-do-not-open" NoKey Loss:
        "the key log has secrets for a TLS session, but they don't decrypt it",
        "Check that the key log was written by the client in this capture and has not been edited.";

    UNSUPPORTED "unsupported" Unsupported Loss:
        "the TLS session uses an unsupported version or cipher suite",
        "Supported: TLS 1.3, and TLS 1.2 with AES-GCM or ChaCha20-Poly1305. Configure client or server to negotiate one of these.";

    BEGAN_BEFORE "began-before" Missing Note:
        "a TLS connection began before the capture, or its first packets are missing; without the client hello, neither its server nor its key log line can be identified",
        "If it is the client's connection, start the recorder before the client connects.";

    NO_HANDSHAKE "no-handshake" Missing Loss:
        "part of the TLS handshake is missing, so the rest of the session cannot be decrypted",
        "Start the recorder before the client connects. If packets were dropped, give it a larger buffer (tcpdump -B) or capture on a quieter interface.";

    UNFINISHED "unfinished" Unexpected Note:
        "the TLS handshake was aborted before any encrypted data was sent",
        "";

    ALERT "alert" Unexpected Note:
        "one side ended the TLS session with an alert",
        "";

    RECORDS_MISSING "records-missing" Missing Loss:
        "TLS records are missing or incomplete, and their contents are lost",
        "Give the recorder a larger buffer (tcpdump -B), and capture whole packets (tcpdump -s 0).";

    NOT_AUTHENTIC "not-authentic" Malformed Loss:
        "TLS records failed authentication, and their contents are lost",
        "The capture is damaged there, or a secret in the key log belongs to another session.";

    INCOMPLETE_RECORD "incomplete-record" Missing Loss:
        "the connection or the capture ends inside a TLS record",
        "";

    EARLY_DATA "early-data" Unsupported Loss:
        "the client sent early data (0-RTT), which is not decrypted",
        "Make the client perform a full handshake, without a session ticket from an earlier run.";

    RENEGOTIATED "renegotiated" Unsupported Loss:
        "TLS was renegotiated within the connection, which is not supported",
        "Disable renegotiation on the server, or use TLS 1.3, which has none.";
}
