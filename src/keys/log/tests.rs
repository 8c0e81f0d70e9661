//! Key logs, line by line.

use std::io::BufReader;

use data_encoding::{HEXLOWER, HEXUPPER};
use proptest::prelude::*;

use super::*;
use crate::anomaly::Severity;

fn xx(ephemeral: u8, static_key: u8) -> String {
    let public = Secret::new([ephemeral; 32]).public();
    format!(
        "WA_NOISE_XX {} {} {}",
        HEXLOWER.encode(&public),
        HEXLOWER.encode(&[ephemeral; 32]),
        HEXLOWER.encode(&[static_key; 32])
    )
}

fn read(text: impl AsRef<[u8]>) -> (Keys, LogReading) {
    let mut keys = Keys::new();
    let reading = keys.read_log(text.as_ref()).expect("no I/O in it");
    (keys, reading)
}

#[test]
fn reads_each_kind_of_line() {
    let server = HEXUPPER.encode(&[0xcd; 32]);
    let ik = xx(2, 3).replace("_XX", "_IK") + "\t" + &server;
    let transport = format!(
        "WA_NOISE_TRANSPORT {} {}  {}",
        HEXUPPER.encode(&[0xee; 32]),
        HEXLOWER.encode(&[5; 32]),
        HEXLOWER.encode(&[6; 32])
    );
    let (keys, reading) = read(format!("\u{feff}# a comment\r\n\r\n{}\r\n  {ik}  \n{transport}", xx(1, 3)));
    let sessions = [Secret::new([1; 32]).public(), Secret::new([2; 32]).public(), [0xee; 32]].map(SessionId::Noise);
    assert_eq!(reading, LogReading { usable: 3, sessions: sessions.into(), ..LogReading::default() });
    let first = keys.session(&Secret::new([1; 32]).public()).and_then(|session| session.private.clone());
    let expected =
        PrivateKeys { ephemeral: Secret::new([1; 32]), static_key: Secret::new([3; 32]), server_static: None };
    assert_eq!(first, Some(expected));
    let second = keys.session(&Secret::new([2; 32]).public()).and_then(|session| session.private.clone());
    assert_eq!(second.and_then(|private| private.server_static), Some([0xcd; 32]));
    assert_eq!(keys.server_statics(), [[0xcd; 32]]);
    let pair = TransportKeys { client_to_server: Secret::new([5; 32]), server_to_client: Secret::new([6; 32]) };
    assert_eq!(keys.transports().collect::<Vec<_>>(), [(&[0xee; 32], &pair)]);
}

#[test]
fn counts_labels_that_it_does_not_know() {
    let (keys, reading) = read("SOMETHING_NEW 00 11\nEXPORTER_SECRET 2\nWA_NOISE_PSK 00\n");
    assert_eq!(reading, LogReading { unknown_labels: 2, unused: 1, ..LogReading::default() });
    assert!(keys.is_empty());
    let anomalies = reading.anomalies(CaptureId(0));
    assert_eq!(anomalies.iter().map(|anomaly| anomaly.diagnosis.id).collect::<Vec<_>>(), ["keys/unknown-label"]);
    assert_eq!(anomalies[0].diagnosis.severity, Severity::Note);
}

#[test]
fn reads_nss_lines_among_the_others() {
    let random = "0F".repeat(32);
    let (long, short) = ("ab".repeat(48), "cd".repeat(32));
    let text = [
        format!("CLIENT_RANDOM {random} {long}"),
        format!("CLIENT_HANDSHAKE_TRAFFIC_SECRET {random} {short}\r"),
        format!("SERVER_HANDSHAKE_TRAFFIC_SECRET {random} {long}"),
        format!("CLIENT_TRAFFIC_SECRET_0 {random} {short}"),
        format!("SERVER_TRAFFIC_SECRET_1 {random} {short}"),
        xx(1, 2),
        format!("EXPORTER_SECRET {random} {short}"),
    ];
    let (keys, reading) = read(text.join("\n"));
    let sessions = [SessionId::Noise(Secret::new([1; 32]).public()), SessionId::Tls([0x0f; 32])];
    assert_eq!(reading, LogReading { usable: 6, unused: 1, sessions: sessions.into(), ..LogReading::default() });
    let secret = |byte: u8, length: usize| TlsSecret::new(&vec![byte; length]);
    let session = keys.tls().session(&[0x0f; 32]).expect("known");
    assert_eq!(session.master, secret(0xab, 48));
    assert_eq!(session.client.handshake, secret(0xcd, 32));
    assert_eq!(session.server.handshake, secret(0xab, 48));
    assert_eq!(session.client.application.get(&0).cloned(), secret(0xcd, 32));
    assert_eq!(session.server.application.get(&1).cloned(), secret(0xcd, 32));
    assert_eq!((keys.tls().len(), keys.sessions().count()), (1, 1));
}

#[test]
fn nss_lines_of_wrong_lengths_are_malformed() {
    let (random, short) = ("0f".repeat(32), "cd".repeat(32));
    let text = [
        format!("CLIENT_RANDOM {random} {short}"),
        format!("CLIENT_TRAFFIC_SECRET_0 {random} {short}00"),
        format!("CLIENT_TRAFFIC_SECRET_0 {random}00 {short}"),
        format!("CLIENT_TRAFFIC_SECRET_0 {random}"),
        format!("SERVER_TRAFFIC_SECRET_0 {random} {}zz", "cd".repeat(31)),
        format!("SERVER_TRAFFIC_SECRET_0 {random} {short}"),
        format!("SERVER_TRAFFIC_SECRET_0 {random} {}", "ce".repeat(32)),
    ];
    let (keys, reading) = read(text.join("\n"));
    let expected = [
        (1, Reason::Length { field: 2, expected: "96", found: 64 }),
        (2, Reason::Length { field: 2, expected: "64 or 96", found: 66 }),
        (3, Reason::Length { field: 1, expected: "64", found: 66 }),
        (4, Reason::FieldCount { expected: 2, found: 1 }),
        (5, Reason::NotHexadecimal { field: 2 }),
        (7, Reason::Conflict),
    ];
    assert_eq!(reading.malformed, expected.map(|(line, reason)| MalformedLine { line, reason }));
    assert_eq!((reading.usable, keys.tls().len()), (1, 1));
}

#[test]
fn says_why_a_line_cannot_be_used_and_reads_the_others() {
    let good = xx(1, 3);
    let (label, rest) = good.split_once(' ').expect("has a space");
    let other = HEXLOWER.encode(&[9; 32]);
    let text = [
        "hello world".to_owned(),
        format!("{label} {other}"),
        format!("{label} 00{rest}"),
        format!("{label} {}", rest.replacen(|c: char| c.is_ascii_digit(), "x", 1)),
        format!("{label} {other} {other} {other}"),
        good.clone(),
        xx(1, 4),
        format!("{label} {}", "0".repeat(LONGEST_LINE)),
        xx(2, 3),
    ]
    .join("\n");
    let (keys, reading) = read(text);
    assert_eq!(reading.usable, 2);
    assert_eq!(keys.sessions().count(), 2);
    let expected = [
        (1, Reason::NoLabel),
        (2, Reason::FieldCount { expected: 3, found: 1 }),
        (3, Reason::Length { field: 1, expected: "64", found: 66 }),
        (4, Reason::NotHexadecimal { field: 1 }),
        (5, Reason::NotAPair),
        (7, Reason::Conflict),
        (8, Reason::TooLong),
    ];
    assert_eq!(reading.malformed, expected.map(|(line, reason)| MalformedLine { line, reason }));
    let anomalies = reading.anomalies(CaptureId(2));
    assert_eq!(anomalies.len(), expected.len());
    assert!(anomalies.iter().all(|anomaly| anomaly.diagnosis.severity == Severity::Loss));
    assert_eq!(anomalies[2].detail.as_deref(), Some("line 3: field 1 has 66 characters instead of 64"));
    assert_eq!(anomalies[6].origin.last, 8);
}

#[test]
fn many_malformed_lines_are_counted_and_few_kept() {
    let (_, reading) = read("no label\n".repeat(1000));
    assert_eq!((reading.malformed_total, reading.malformed.len()), (1000, MALFORMED_KEPT));
    let last = reading.anomalies(CaptureId(0)).pop().expect("some");
    assert_eq!(last.detail.as_deref(), Some("and 744 more lines"));
}

#[test]
fn long_comments_are_comments() {
    let (_, reading) = read(format!("# {}\n{}\n", "x".repeat(3 * LONGEST_LINE), xx(1, 2)));
    assert_eq!((reading.usable, reading.malformed_total), (1, 0));
}

#[test]
fn credentials_of_a_client_are_recognised() {
    let (_, reading) = read(r#" {"me":{}, "noiseKey":{"private":{"type":"Buffer","data":"AA=="}}}"#);
    assert_eq!(reading.foreign, Some(Foreign::StaticKeyOnly));
    assert_eq!(reading.anomalies(CaptureId(0))[0].diagnosis, &STATIC_KEY_ONLY);
    let (_, reading) = read("{\"log\":{}}\nWA_NOISE_XX\n");
    assert_eq!(reading.foreign, Some(Foreign::Json));
    assert_eq!(reading.anomalies(CaptureId(0))[0].diagnosis, &NOT_A_KEY_LOG);
    assert!(reading.malformed.is_empty());
}

#[test]
fn a_key_file_and_a_capture_are_named() {
    for (text, foreign, diagnosis) in [
        (&b"# of the server\n-----BEGIN PRIVATE KEY-----\nMIIE\n"[..], Foreign::Pem, &KEY_FILE),
        (b"-----BEGIN CERTIFICATE-----\n", Foreign::Pem, &KEY_FILE),
        (b"snoop\0\0\0\0\0\0\x02", Foreign::Capture, &CAPTURE),
        (b"\xd4\xc3\xb2\xa1\x02\0\x04\0", Foreign::Capture, &CAPTURE),
        (b"\x0a\x0d\x0d\x0a\x1c\0\0\0", Foreign::Capture, &CAPTURE),
    ] {
        let (_, reading) = read(text);
        assert_eq!(reading.foreign, Some(foreign));
        assert!(reading.malformed.is_empty());
        let anomalies = reading.anomalies(CaptureId(0));
        assert_eq!(anomalies.iter().map(|anomaly| anomaly.diagnosis).collect::<Vec<_>>(), [diagnosis]);
    }
}

#[test]
fn a_key_log_is_recognised_by_its_first_line() {
    assert!(is_log(format!("\u{feff}# comment\r\n\r\n{}", xx(1, 2)).as_bytes()));
    assert!(is_log(b"CLIENT_RANDOM 00") && is_log(b"SERVER_TRAFFIC_SECRET_0\t00") && is_log(b"EXPORTER_SECRET x"));
    for other in ["", "# only a comment", "X_Y 1", "{}", "\n\x00\nCLIENT_RANDOM 00", "<call/>\nWA_NOISE_XX 00"] {
        assert!(!is_log(other.as_bytes()), "{other:?}");
    }
    assert!(!is_log(b"\n\r\r\n\x1c\0\0\0\nCLIENT_RANDOM 00"), "a capture that brings secrets");
}

#[test]
fn wide_text_is_named() {
    let (_, reading) = read(b"\xff\xfeW\0A\0");
    assert_eq!(reading.malformed, [MalformedLine { line: 1, reason: Reason::Utf16 }]);
}

proptest! {
    #[test]
    fn no_input_panics(text in proptest::collection::vec(any::<u8>(), 0..400), capacity in 1_usize..64) {
        let whole = read(&text).1;
        let mut keys = Keys::new();
        let pieces = keys.read_log(BufReader::with_capacity(capacity, text.as_slice())).expect("no I/O in it");
        if text.first() != Some(&b'{') && whole.foreign.is_none() && pieces.foreign.is_none() && capacity > 3 {
            prop_assert_eq!(whole, pieces);
        }
    }

    #[test]
    fn any_buffering_reads_the_same(capacity in 4_usize..300, cut in 0_usize..400) {
        let text = format!("# c\n{}\r\n\nX_Y 1\n{}", xx(1, 2), xx(3, 4));
        let text = text.as_bytes().get(..cut).unwrap_or(text.as_bytes());
        let mut keys = Keys::new();
        let pieces = keys.read_log(BufReader::with_capacity(capacity, text)).expect("no I/O in it");
        prop_assert_eq!(read(text).1, pieces);
    }
}
