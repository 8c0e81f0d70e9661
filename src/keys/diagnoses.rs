//! How key logs depart from their format.

use crate::anomaly::diagnoses;

diagnoses! { Keys "keys";
    MALFORMED_LINE "malformed-line" Malformed Loss:
        "a line of the key log is unusable",
        "Compare the line with the formats in docs/keys.md: a label, then as many hexadecimal fields as the label requires. All other lines were read.";

    STATIC_KEY_ONLY "static-key-only" Unsupported Loss:
        "the file holds a client's stored credentials; the static key in it (noiseKey) decrypts nothing by itself, because the ephemeral key that the client generates for each connection is not stored",
        "Log the ephemeral key or the two transport keys while the client runs (docs/keys.md shows how for each client). For Baileys, wrap the exported Curve.generateKeyPair before calling makeWASocket, and write a WA_NOISE_XX line.";

    NOT_A_KEY_LOG "not-a-key-log" Malformed Loss:
        "the file is JSON, not a key log",
        "A key log is a text file with one key per line. See docs/keys.md.";

    KEY_FILE "key-file" Unsupported Loss:
        "the file is a certificate or a private key, not a key log; neither can open these sessions",
        "Log the keys of each session instead, with SSLKEYLOGFILE or as docs/keys.md shows, and pass that file.";

    CAPTURE "capture-as-key-log" Malformed Loss:
        "the file is a packet capture, not a key log",
        "Give it as FILE, without --tls-keylog or --noise-keylog. Convert a snoop capture first: editcap -F pcap FILE NEW.";

    UNKNOWN_LABEL "unknown-label" Unsupported Note:
        "lines of the key log have unknown labels, neither of TLS nor of WhatsApp's Noise, and were skipped",
        "";
}
