//! How decrypted frames depart from WABinary.

use crate::anomaly::diagnoses;

diagnoses! { Binary "binary";
    MALFORMED "malformed" Malformed Loss:
        "a decrypted frame is malformed WABinary; the part before the error was kept",
        "Inspect the frame's bytes at that offset. If another program can read them, please report a bug.";

    UNKNOWN_TOKEN "unknown-token" Unsupported Loss:
        "a stanza uses a token that is not in the known dictionary; the part before it was kept",
        "The client may use a newer dictionary. Please report the client's version.";

    TOO_LARGE "too-large" Unsupported Loss:
        "a stanza is nested too deeply or has too many nodes; the part within the limit was kept",
        "";

    INFLATE_FAILED "inflate-failed" Malformed Loss:
        "a compressed stanza does not decompress completely; the part before the error was read",
        "";

    INFLATE_LIMIT "inflate-limit" Unsupported Loss:
        "a compressed stanza expands to more than 16 MiB; the part within the limit was read",
        "";

    TRAILING_BYTES "trailing-bytes" Unexpected Note:
        "extra bytes follow the stanza in its frame; they were counted and ignored",
        "";

    UNKNOWN_FLAGS "unknown-flags" Unexpected Note:
        "a frame's flag byte has unknown bits set besides 0x02 (compressed); they were ignored",
        "Please report it: the bits are not documented.";

    UNKNOWN_DOMAIN "unknown-domain" Unexpected Note:
        "a device address has an unknown domain byte; it is shown as the address's agent on s.whatsapp.net",
        "Please report it: the known domain bytes are 0, 1, 128 and 129.";

    UNKNOWN_DICTIONARY "unknown-dictionary" Unsupported Loss:
        "the client announced an unknown token dictionary; its stanzas were read with version 3 and may be wrong",
        "Please report it with the client's name and version, so that the new tokens can be added.";
}
