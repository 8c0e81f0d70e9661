//! UDP next to a call that is not its media, or not well: never a wrong cause, and nothing without bounds.

use std::net::SocketAddr;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::media::CauseId;
use ringtrace::origin::Direction;

use crate::generated::outgoing_media::{self, Conduct, Extra};

/// What a call with this conduct and these further datagrams shows.
fn read(conduct: &Conduct, extra: &[Extra]) -> Arc<Analysis> {
    let folder = tempfile::tempdir().unwrap();
    outgoing_media::write_with(conduct, extra, folder.path(), "call");
    let mut request = Request::new(vec![Source::File(folder.path().join("call.pcap"))]);
    let keys = std::fs::read(folder.path().join("call.noisekeys.txt")).unwrap();
    request.read_key_log("call.noisekeys.txt".to_owned(), keys.as_slice()).unwrap();
    let analysis = request.load();
    assert_eq!(analysis.calls.len(), 1);
    analysis
}

/// The cause, the facts, and the addresses that its flows lead to.
fn shown(analysis: &Analysis) -> (Option<CauseId>, Vec<String>, Vec<SocketAddr>) {
    let media = analysis.calls[0].media().unwrap();
    let facts = media.findings.iter().flat_map(|found| found.facts.iter().chain(&found.conduct));
    let facts = facts.map(|fact| fact.sentence.say(&media.path.announced, true)).collect();
    let flows = media.path.legs.iter().flat_map(|leg| leg.flows()).map(|(_, flow)| flow.remote);
    (media.cause().map(|(_, cause)| cause.id), facts, flows.collect())
}

/// A datagram that our client sends from `local` to `remote`, and its answer.
fn exchange(at: u64, local: u16, remote: &str, out: &[u8], back: &[u8]) -> Vec<Extra> {
    let remote: SocketAddr = remote.parse().unwrap();
    let extra =
        |direction, at, data: &[u8]| Extra { at, direction, local, remote, data: data.to_vec(), fragment: None };
    vec![extra(Direction::Outbound, at, out), extra(Direction::Inbound, at + 20, back)]
}

/// Datagrams of other programs, each as it might be taken for media.
fn look_alikes() -> Vec<Extra> {
    let mut all = Vec::new();
    for nth in 0..200_u64 {
        let (at, byte) = (7_500 + nth * 150, u8::try_from(nth % 256).unwrap());
        // QUIC: a long header, and short ones whose first bits are those of RTP after the fixed bit is greased.
        let long = [&[0xc3, 0, 0, 0, 1, 8][..], &[byte; 60]].concat();
        let short = [&[0x80 | byte, byte, byte.wrapping_mul(7), 3][..], &[byte; 40]].concat();
        all.extend(exchange(at, 51_000, "198.51.100.20:443", &long, &short));
        // A name lookup whose id looks like the flags of RTP.
        let question =
            [&[0x80, byte, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], b"\x03web\x07example\x04test\0\0\x01\0\x01"].concat();
        all.extend(exchange(at + 3, 51_001, "198.51.100.53:53", &question, &question));
        // A game: a counter behind a fixed byte.
        let move_ = [&[0x80, 0x60, 0, byte][..], &[9; 24]].concat();
        all.extend(exchange(at + 5, 51_002, "198.51.100.30:27015", &move_, &move_));
        // Another program's call: RTP and STUN of its own, to a server of its own.
        let number = u16::try_from(nth).unwrap().to_be_bytes();
        let speech = [&[0x80, 111][..], &number, &[0, 0, 3, 0xc0, 0xaa, 0xbb, 0xcc, 0xdd], &[1; 80]].concat();
        all.extend(exchange(at + 7, 51_003, "198.51.100.40:3478", &speech, &speech));
        let check = [&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[byte; 12]].concat();
        all.extend(exchange(at + 9, 51_003, "198.51.100.40:3478", &check, &check));
    }
    all
}

#[test]
fn what_other_programs_send_belongs_to_no_call_and_changes_no_cause() {
    for conduct in [Conduct::KEPT, Conduct::BROKEN, Conduct { is_accepted: false, ..Conduct::KEPT }] {
        let alone = shown(&read(&conduct, &[]));
        let among_others = read(&conduct, &look_alikes());
        assert_eq!(shown(&among_others), alone, "{conduct:?}");
        let flows = &among_others.flows.values().next().unwrap().flows;
        assert!(flows.len() >= 7, "{}", flows.len());
    }
}

/// Another program takes the client's port once it is free, and talks to a server of its own.
#[test]
fn a_port_that_another_program_uses_later_is_not_the_call_s() {
    let alone = shown(&read(&Conduct::KEPT, &[]));
    let later = exchange(47_000 + 90_000, 46_920, "198.51.100.20:443", &[0x80; 60], &[0x90; 60]);
    let (cause, _, flows) = shown(&read(&Conduct::KEPT, &later));
    assert_eq!((cause, flows), (alone.0, alone.2));
}

#[test]
fn truncated_and_forged_messages_of_relays_change_nothing() {
    let alone = shown(&read(&Conduct::KEPT, &[]));
    let whole = [&[1, 0x13, 0, 8, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12], &[0, 9, 0, 4, 0, 0, 4, 1]].concat();
    let mut extra = Vec::new();
    for length in 0..whole.len() {
        // A refusal of a request that nobody sent, cut anywhere, from an address of its own.
        extra.extend(exchange(8_000 + length as u64, 52_000, "198.51.100.99:3478", &whole[..length], &whole[..length]));
    }
    for nth in 0..5_000_u64 {
        let id = nth.to_be_bytes();
        let forged = [&[0, 3, 0, 8, 0x21, 0x12, 0xa4, 0x42][..], &[0; 4], &id, &[0x40, 0, 0, 4, 1, 2, 3, 4]].concat();
        let local = 20_000 + u16::try_from(nth).unwrap();
        extra.extend(exchange(9_000 + nth, local, "198.51.100.98:3478", &forged, &forged));
    }
    assert_eq!(shown(&read(&Conduct::KEPT, &extra)), alone);
}

#[test]
fn fragments_are_no_media_and_do_no_harm() {
    let alone = shown(&read(&Conduct::KEPT, &[]));
    let remote: SocketAddr = "203.0.113.11:3478".parse().unwrap();
    let fragments = (0..100_u64).flat_map(|nth| {
        let piece = |offset: u16, is_more: bool| Extra {
            at: 10_000 + nth,
            direction: Direction::Inbound,
            local: 46_920,
            remote,
            data: vec![0x90; 64],
            fragment: Some((offset, is_more)),
        };
        // Only those behind the first: they have no ports.
        [piece(9, true), piece(17, false)]
    });
    assert_eq!(shown(&read(&Conduct::KEPT, &fragments.collect::<Vec<_>>())), alone);
}
