//! The device that logs in, as the client's own payload of the handshake names it.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::call::{FoundBy, Grouping, LocalDevice, Observed};
use ringtrace::origin::{CaptureId, ConnectionId, Direction, Located, Origin};
use ringtrace::protocol::binary::Jid;
use ringtrace::protocol::stanza::Stanza;

use crate::calls::node;
use crate::shared::shared;

/// What is between two marks, the first time.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    text.split_once(before).unwrap().1.split_once(after).unwrap().0
}

/// A capture without the packets of its first connection: that of the pairing, which names the device.
fn without_first_connection(pcap: &[u8]) -> Vec<u8> {
    let number = |at: usize| u32::from_le_bytes(pcap[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(number(0), 0xa1b2_c3d4, "a pcap of microseconds, little-endian");
    let mut kept = pcap[..24].to_vec();
    let (mut at, mut client) = (24, None);
    while at < pcap.len() {
        let end = at + 16 + number(at + 8);
        // The ports follow an Ethernet header and one of IPv4 without options, or of IPv6.
        let ip = at + 16 + 14;
        let tcp = ip + if pcap[ip] >> 4 == 4 { 20 } else { 40 };
        let ports = &pcap[tcp..tcp + 4];
        let client = *client.get_or_insert([ports[0], ports[1]]);
        if ports[..2] != client && ports[2..] != client {
            kept.extend_from_slice(&pcap[at..end]);
        }
        at = end;
    }
    kept
}

fn read(capture: &Path, keys: &[&Path]) -> Arc<Analysis> {
    let mut request = Request::new(vec![Source::File(capture.to_owned())]);
    for keys in keys {
        request.read_key_log("keys".to_owned(), BufReader::new(File::open(keys).unwrap())).unwrap();
    }
    request.load()
}

fn devices(analysis: &Analysis) -> Vec<&LocalDevice> {
    let vantages = analysis.calls.iter().flat_map(|judged| &judged.call.vantages);
    vantages.map(|vantage| &vantage.device).collect()
}

/// The payload gives the phone number that the truth of the pairing has, where nothing else in the recording does.
#[test_with::path(../shared)]
#[test]
fn the_payload_names_the_device_that_the_pairing_named() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["zapo-ws-xx", "zapo-ws-deflate", "baileys-ws", "zapo-ipv6-ik", "rust-wss13"] {
        let file = |ending: &str| shared(&format!("captures/{name}.{ending}"));
        let (private, transport) = (file("noisekeys-private.txt"), file("noisekeys.txt"));
        let truth = fs::read_to_string(file("truth.jsonl")).unwrap();
        let phone = between(&truth, "<device jid='", "'");
        let login = folder.path().join("login.pcap");
        fs::write(&login, without_first_connection(&fs::read(file("pcap")).unwrap())).unwrap();
        // The first connection revealed the server's static key to those that resume.
        let tls = (name == "rust-wss13").then(|| file("sslkeylog.txt"));
        let with = |noise: &Path| read(&login, &[&[noise], tls.as_deref().as_slice()].concat());
        let opened = with(&private);
        assert!(!opened.calls.is_empty(), "{name}");
        for device in devices(&opened) {
            assert_eq!(device.phone.as_ref().map(ToString::to_string).as_deref(), Some(phone), "{name}");
            assert!(device.lid.is_some() && device.found_by == Some(FoundBy::Login), "{name}: {device:?}");
        }
        // The other clients sign stanzas of their own with the phone number.
        if name.starts_with("zapo") {
            assert!(devices(&with(&transport)).iter().all(|device| device.phone.is_none()), "{name}");
        }
    }
}

fn socket() -> (CaptureId, Option<ConnectionId>) {
    (CaptureId(0), Some(ConnectionId(3)))
}

fn push(grouping: &mut Grouping, seq: u64, text: &str, direction: Direction) {
    let mut origin = Origin::of_record(CaptureId(0), seq, 0, None);
    origin.connection = socket().1;
    origin.direction = Some(direction);
    grouping.push(Observed { seq, stanza: Located::new(origin, Stanza::read(node(text), None)) });
}

fn described(grouping: &mut Grouping) -> String {
    grouping.snapshot().devices.get(&socket()).and_then(LocalDevice::describe).unwrap_or_default()
}

#[test]
fn the_payload_comes_after_the_login_and_before_what_stanzas_claim() {
    let jid = Jid::parse("10000000001:7@s.whatsapp.net").unwrap();
    let mut grouping = Grouping::default();
    grouping.log_in(socket(), &jid);
    assert_eq!(described(&mut grouping), "10000000001:7@s.whatsapp.net, named by the login payload");
    let receipt = "receipt from=10000000002:9@s.whatsapp.net to=10000000003@s.whatsapp.net id=r [offer call-id=C]";
    push(&mut grouping, 1, receipt, Direction::Outbound);
    assert_eq!(described(&mut grouping), "10000000001:7@s.whatsapp.net, named by the login payload");
    push(&mut grouping, 2, "success lid=10000000000001:7@lid", Direction::Inbound);
    assert_eq!(described(&mut grouping), "10000000000001:7@lid, named by the login");
    let device = grouping.snapshot().devices.remove(&socket()).unwrap();
    assert_eq!(device.phone, Some(jid), "both are the device's");
}
