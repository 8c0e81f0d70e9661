//! Why captured frames could not be decrypted, and how they depart from WhatsApp's framing and Noise.

use crate::anomaly::diagnoses;

diagnoses! { Noise "noise";
    NO_KEY "no-key" NoKey Loss:
        "a frame is encrypted, and no key was given for its connection",
        "Pass a key log (--noise-keylog) with a WA_NOISE_TRANSPORT, WA_NOISE_XX or WA_NOISE_IK line for this client ephemeral public key. docs/keys.md shows how to write one.";

    NO_SERVER_HELLO "no-server-hello" NoKey Loss:
        "a frame is encrypted, and its connection's private keys are unusable because the server hello is missing",
        "Pass the connection's transport keys (WA_NOISE_TRANSPORT), which need no handshake, or start the recorder before the client connects.";

    NO_SERVER_STATIC "no-server-static" NoKey Loss:
        "a frame is encrypted, and its connection resumes an earlier login (IK), so the server's static public key is needed too",
        "Pass a WA_NOISE_IK line, which includes that key, or the transport keys (WA_NOISE_TRANSPORT). Or put a first login (XX) of the same client, with its keys, earlier in the input: it reveals the server's key.";

    WRONG_KEY "wrong-key" NoKey Loss:
        "the key log has a line for this connection, but its keys don't decrypt it",
        "Check that the keys on the line belong together: the ephemeral key identifies the connection, the other keys must come from the same session, and the client-to-server key comes before the server-to-client key.";

    UNAUTHENTICATED "unauthenticated" Malformed Loss:
        "a frame failed authentication with the connection's key",
        "The frame is damaged, or bytes before it are missing from the capture.";

    MISSING_FRAMES "missing-frames" Missing Loss:
        "frames are missing: the counter skipped ahead",
        "The recorder dropped packets: give it a larger buffer (tcpdump -B), and set no snap length.";

    SKIPPED_BYTES "skipped-bytes" Missing Loss:
        "part of a frame is missing, and the rest of it was skipped",
        "The recorder dropped packets: give it a larger buffer (tcpdump -B), and set no snap length.";

    UNFINISHED_FRAME "unfinished-frame" Missing Loss:
        "the connection or the capture ends inside a frame",
        "";

    SHORT_FRAME "short-frame" Malformed Loss:
        "a frame is shorter than its 16-byte authentication tag",
        "";

    EMPTY_FRAME "empty-frame" Unexpected Note:
        "a frame is empty",
        "";

    BEGUN_MIDWAY "begun-midway" Unexpected Note:
        "the connection began before the capture; its transport keys and counters were found by trial",
        "";

    BEGUN_INSIDE_FRAME "begun-inside-frame" Unexpected Note:
        "the connection began before the capture, which starts inside a frame; that frame was skipped",
        "";

    TEXT_MESSAGE "text-message" Unexpected Note:
        "a message of a WhatsApp connection is text, which the protocol does not use; it was skipped",
        "";

    NO_KEY_MIDWAY "no-key-midway" NoKey Loss:
        "a message looks like an encrypted WhatsApp frame, but its connection began before the capture, so only transport keys can decrypt it",
        "Pass the connection's transport keys (a WA_NOISE_TRANSPORT line), or start the recorder before the client connects: private keys (WA_NOISE_XX, WA_NOISE_IK) need the handshake.";

    CLIENT_HELLO "client-hello" Malformed Note:
        "the client's first bytes are WhatsApp's, but no readable client hello follows",
        "";

    MIRRORED "mirrored" Unexpected Note:
        "client and server were swapped, as the handshake or the key shows; the directions were corrected",
        "";
}
