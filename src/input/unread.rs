//! What an input is that cannot be read.

use memchr::memmem;

/// Files that people have instead of a capture: what they begin with, what they are and what to do.
const FILES: &[(&[u8], &str)] = &[
    (b"\xff\xfe", UTF_16),
    (b"\xfe\xff", UTF_16),
    (
        b"\x02\x21\x4c\x18",
        "an archive in the old lz4 format, which is not supported: decompress it, or compress without lz4 -l",
    ),
    (b"snoop\0\0\0", "a snoop capture: convert it with `editcap -F pcap FILE NEW`"),
    (b"RTSS", "a capture of Microsoft Network Monitor: convert it with `editcap -F pcap FILE NEW`"),
    (b"GMBU", "a capture of Microsoft Network Monitor: convert it with `editcap -F pcap FILE NEW`"),
    (b"TRSNIFF data", "a capture of NetXray or Sniffer: convert it with `editcap -F pcap FILE NEW`"),
    (b"ElfFile\0", "a Windows event log, which holds no traffic"),
    (b"SQLite format 3\0", "an SQLite database, such as apps keep, which holds no traffic"),
    (b"%PDF-", "a PDF document: save the log or the capture itself"),
    (b"\x89PNG", "a picture: save the log or the capture itself"),
    (b"\xff\xd8\xff", "a picture: save the log or the capture itself"),
    (b"PK\x03\x04", "a zip archive: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
];

const UTF_16: &str =
    "UTF-16 text, as PowerShell's `>` writes it: save it as UTF-8, or let cmd or tshark -w write the file";

/// Texts that people have instead: what one of their lines begins with, what they are and what to do.
const LINES: &[(&str, &str)] = &[
    ("CLIENT_RANDOM ", TLS_KEYS),
    ("CLIENT_HANDSHAKE_TRAFFIC_SECRET ", TLS_KEYS),
    ("SERVER_HANDSHAKE_TRAFFIC_SECRET ", TLS_KEYS),
    ("CLIENT_TRAFFIC_SECRET_0 ", TLS_KEYS),
    ("SERVER_TRAFFIC_SECRET_0 ", TLS_KEYS),
    ("EXPORTER_SECRET ", TLS_KEYS),
    ("WA_NOISE_", "a key log of Noise sessions: give it with --noise-keylog beside the capture"),
    (
        "-----BEGIN CERTIFICATE",
        "a certificate, which opens no session: log session keys, and give them with --tls-keylog",
    ),
    (
        "-----BEGIN ",
        "a key file: a private key cannot open these sessions; log session keys, and give them with --tls-keylog",
    ),
];

const TLS_KEYS: &str = "a key log of TLS sessions: give it with --tls-keylog beside the capture";

/// What an input that begins so is, and what to do, if it is something that people have instead of a capture.
pub(super) fn known(beginning: &[u8]) -> Option<&'static str> {
    if let Some((_, what)) = FILES.iter().find(|(magic, _)| beginning.starts_with(magic)) {
        return Some(what);
    }
    if memmem::find(beginning, b"<pdml").is_some() {
        return Some(
            "tshark's PDML, which is not supported: open the recording itself, or the output of tshark -T json",
        );
    }
    if beginning.trim_ascii_start().starts_with(b"====") && memmem::find(beginning, b"\nFollow: ").is_some() {
        return Some(
            "a followed stream as text, which loses bytes: open the recording itself, or use tshark -z follow,tcp,yaml",
        );
    }
    if beginning.starts_with(b"{\"connection\":") && memmem::find(beginning, b"\"plain_hex\":").is_some() {
        return Some("what a sample capture holds, for tests: open the capture beside it");
    }
    let has_credentials = [&b"\"noiseKey\""[..], b"\"signedIdentityKey\""];
    if has_credentials.iter().all(|name| memmem::find(beginning, name).is_some()) {
        return Some(
            "a client's credentials: its stored keys do not open sessions; docs/keys.md says how to log those that do",
        );
    }
    // Comments and blank lines may come first.
    let line = beginning.split(|byte| *byte == b'\n').find(|line| !matches!(line.trim_ascii(), [] | [b'#', ..]))?;
    LINES.iter().find(|(start, _)| line.starts_with(start.as_bytes())).map(|(_, what)| *what)
}

/// What an input that begins so looks like.
pub(super) fn kind_of(beginning: &[u8]) -> &'static str {
    let text = beginning.trim_ascii_start();
    let is_control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b);
    // In bytes, many are counted at once.
    let controls = |bytes: &[u8]| usize::from(bytes.iter().map(|byte| u8::from(is_control(byte))).sum::<u8>());
    if beginning.chunks(usize::from(u8::MAX)).map(controls).sum::<usize>() * 50 > beginning.len() {
        "binary data"
    } else if text.starts_with(b"{") && is_of_recorder(text) {
        "a file of meowcaller's recorder about media or keys (its stanzas are in xmpp.jsonl, next to it)"
    } else if text.starts_with(b"{") || text.starts_with(b"[{") {
        "JSON"
    } else if text.starts_with(b"<!DOCTYPE") || text.starts_with(b"<html") {
        "a web page"
    } else {
        "text"
    }
}

/// Returns whether it is a file of meowcaller's recorder with other things than stanzas: `rtp.jsonl`, `stun.jsonl`,
/// `relay.jsonl`, `keying.jsonl`.
fn is_of_recorder(text: &[u8]) -> bool {
    const NAMES: [&[u8]; 5] = [b"\"ssrc\"", b"\"call_key_hex\"", b"\"stun", b"\"relay", b"\"txid\""];
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |name: &[u8]| memmem::find(line, name).is_some();
    has(b"\"ts_ms\"") && NAMES.into_iter().any(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_in_the_wrong_place_is_named() {
        for (beginning, part) in [
            (&b"# made by curl\n\nCLIENT_RANDOM 00 11\n"[..], "--tls-keylog"),
            (b"WA_NOISE_XX 00 11 22\n", "--noise-keylog"),
            (b"-----BEGIN RSA PRIVATE KEY-----\n", "cannot open"),
            (b"snoop\0\0\0\0\0\0\x02", "editcap"),
            (b"ElfFile\0", "event log"),
            (b"{\"noiseKey\":{},\"signedIdentityKey\":{}}", "credentials"),
        ] {
            let what = known(beginning).unwrap_or_default();
            assert!(what.contains(part), "{what}");
        }
        assert_eq!(known(b"15:02:22 hello\nCLIENT_RANDOM is a word"), None);
    }

    #[test]
    fn an_input_looks_like_something() {
        for (beginning, kind) in [
            (&b"hello\n"[..], "text"),
            (b" {\"a\":1}", "JSON"),
            (
                b"{\"seq\":1,\"ssrc\":\"0x01\",\"ts_ms\":1789398142112}\n",
                "a file of meowcaller's recorder about media or keys (its stanzas are in xmpp.jsonl, next to it)",
            ),
            (b"\0\x01\x02\x03 binary", "binary data"),
            (b"<!DOCTYPE html>", "a web page"),
        ] {
            assert_eq!(kind_of(beginning), kind);
        }
    }
}
