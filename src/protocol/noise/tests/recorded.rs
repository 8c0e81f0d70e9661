//! A whole recorded session, whose plaintexts are known. Skipped where the samples are absent.

use std::fs;

use super::*;
use crate::shared::shared;

/// A sample, if it is there.
fn sample(name: &str) -> Option<Vec<u8>> {
    shared(&format!("formats/noise/{name}")).map(|path| fs::read(path).unwrap())
}

#[test]
fn session_of_the_samples() {
    let (Some(har), Some(expected)) = (sample("session.har"), sample("expected.stanzas.jsonl")) else { return };
    let har: serde_json::Value = serde_json::from_slice(&har).expect("JSON");
    let messages: Vec<Sent> = har["log"]["entries"][0]["_webSocketMessages"]
        .as_array()
        .expect("messages")
        .iter()
        .map(|message| {
            let direction = if message["type"] == "send" { Direction::Outbound } else { Direction::Inbound };
            let data = message["data"].as_str().expect("data");
            (direction, data_encoding::BASE64.decode(data.as_bytes()).expect("base64"))
        })
        .collect();
    let expected: Vec<(Direction, Vec<u8>)> = String::from_utf8(expected)
        .expect("text")
        .lines()
        .map(|line| {
            let stanza: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let direction = if stanza["direction"] == "out" { Direction::Outbound } else { Direction::Inbound };
            let plain = stanza["hex"].as_str().expect("hex");
            (direction, data_encoding::HEXLOWER.decode(plain.as_bytes()).expect("hex"))
        })
        .collect();
    for log in ["keys.transport.txt", "keys.private.txt"] {
        let Some(log) = sample(log) else { return };
        let mut keys = Keys::new();
        assert_eq!(keys.read_log(log.as_slice()).expect("no I/O in it").usable, 1);
        let (report, out) = decode(&keys, &messages);
        assert_eq!(out.tallies(), []);
        assert_eq!((report.state, report.pattern), (State::Decrypted, Some(Pattern::Xx)));
        let plain: Vec<_> =
            out.frames.iter().map(|(origin, _, plain)| (origin.direction.expect("known"), plain.clone())).collect();
        assert_eq!(plain, expected);
    }
}

#[test]
fn credentials_of_the_samples() {
    let Some(credentials) = sample("baileys-creds.static-only.json") else { return };
    let reading = Keys::new().read_log(credentials.as_slice()).expect("no I/O in it");
    assert_eq!(reading.foreign, Some(crate::keys::Foreign::StaticKeyOnly));
}
