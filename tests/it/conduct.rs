//! What packets next to the signalling say to the spec's questions and rules.

use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::media::FactId;
use ringtrace::redact::{Aliases, Redactor};
use ringtrace::spec::{Judged, Strength};

use crate::generated::outgoing_media::{Conduct, write};

/// A call with this conduct, read by the program.
fn read(conduct: &Conduct) -> (Arc<Analysis>, Arc<Judged>) {
    let folder = tempfile::tempdir().unwrap();
    write(conduct, folder.path(), "call");
    let mut request = Request::new(vec![Source::File(folder.path().join("call.pcap"))]);
    let keys = std::fs::read(folder.path().join("call.noisekeys.txt")).unwrap();
    request.read_key_log("call.noisekeys.txt".to_owned(), keys.as_slice()).unwrap();
    let analysis = request.load();
    assert!(!analysis.is_lossy() && analysis.calls.len() == 1, "{:?}", analysis.anomalies);
    let judged = Arc::clone(&analysis.calls[0]);
    (analysis, judged)
}

/// The evidence that names packets on a question: hypothesis and strength.
fn by_packets(judged: &Judged, question: &str) -> Vec<(String, Strength)> {
    let pieces = judged.evidence.iter().filter(|piece| piece.question.id == question);
    let packets =
        pieces.filter(|piece| piece.why.contains("acket") || piece.why.contains("edia") || piece.why.contains("UDP"));
    packets.map(|piece| (piece.hypothesis.to_string(), piece.strength)).collect()
}

fn one(hypothesis: &str, strength: Strength) -> Vec<(String, Strength)> {
    vec![(hypothesis.to_owned(), strength)]
}

/// What the rules of a page found, by the last part of their ids.
fn places(judged: &Judged, page: &str) -> Vec<(String, &'static str)> {
    let places = judged.places.iter().filter_map(|place| {
        let name = place.rule.id.strip_prefix(page)?.strip_prefix('/')?;
        Some((name.to_owned(), place.found.name()))
    });
    let mut places: Vec<_> = places.collect();
    places.sort();
    places
}

fn said(judged: &Judged, id: FactId) -> Vec<String> {
    let media = judged.media().unwrap();
    let facts = media.findings.iter().flat_map(|found| found.facts.iter().chain(&found.conduct));
    facts.filter(|fact| fact.id == id).map(|fact| fact.sentence.say(&media.path.announced, false)).collect()
}

#[test]
fn a_client_that_keeps_to_sig_17_is_seen_to() {
    let (_, judged) = read(&Conduct::KEPT);
    let holds = ["kept-alive", "media-stops", "no-early-media"].map(|name| (name.to_owned(), "holds"));
    assert_eq!(places(&judged, "SIG-17"), holds);
    assert_eq!(
        said(&judged, FactId::MediaRelay),
        [
            "Our media first went over relay 2, 4.53 s after its first answer to us; of 3 relays that our client reported, one has a lower latency."
        ]
    );
    assert_eq!(
        said(&judged, FactId::ReportCadence),
        ["RTCP, by the first packet of each datagram, out: 30 of type 200 (sender report), every 1.30 s."]
    );
    assert_eq!(
        said(&judged, FactId::StreamIds),
        ["The identifiers of 2 of 2 RTP streams follow from the call-id and the LID of a known device."]
    );
}

#[test]
fn a_client_that_breaks_sig_17_is_seen_to() {
    let (_, judged) = read(&Conduct::BROKEN);
    let violated = ["kept-alive", "media-stops", "no-early-media"].map(|name| (name.to_owned(), "violated"));
    assert_eq!(places(&judged, "SIG-17"), violated);
    assert_eq!(by_packets(&judged, "relay-choice-moment"), one("before", Strength::Direct));
}

#[test]
fn packets_show_how_addresses_are_laid_out() {
    let (_, judged) = read(&Conduct { is_direct: true, ..Conduct::KEPT });
    let layout = "6 bytes: an IPv4 address and a port, big-endian, where packets went";
    assert_eq!(by_packets(&judged, "relay-address"), one(layout, Strength::Direct));
    assert_eq!(by_packets(&judged, "relay-naming"), one("both", Strength::Direct));
    assert_eq!(by_packets(&judged, "candidate-encoding"), one("bytes", Strength::Direct));
    let (_, relayed) = read(&Conduct::KEPT);
    assert_eq!(by_packets(&relayed, "candidate-encoding"), [], "nothing went to the candidate");
}

#[test]
fn reported_latencies_are_compared_with_packets() {
    let (_, judged) = read(&Conduct::KEPT);
    assert_eq!(by_packets(&judged, "latency-unit"), one("relay: other form", Strength::Direct));
    assert_eq!(by_packets(&judged, "latency-measurement"), one("over-udp", Strength::Indirect));
    let (_, unlike) = read(&Conduct { adds: 300, ..Conduct::KEPT });
    let value = "relay: other form, unlike the round trip of packets";
    assert_eq!(by_packets(&unlike, "latency-unit"), one(value, Strength::Indirect));
    assert_eq!(by_packets(&unlike, "latency-measurement"), []);
    let (_, unprobed) = read(&Conduct { probes: false, ..Conduct::KEPT });
    assert_eq!(by_packets(&unprobed, "latency-measurement"), one("not-over-udp", Strength::Absence));
}

#[test]
fn media_that_goes_over_to_another_relay_shows_a_later_choice() {
    let (_, judged) = read(&Conduct { relays: &[2, 0], ..Conduct::KEPT });
    assert_eq!(by_packets(&judged, "relay-choice-moment"), one("after", Strength::Direct));
    let (_, one_relay) = read(&Conduct::KEPT);
    assert_eq!(by_packets(&one_relay, "relay-choice-moment"), [], "when it was chosen is not seen");
}

#[test]
fn an_allocation_in_a_missed_call_is_no_media_and_no_fault() {
    let (_, judged) = read(&Conduct { is_accepted: false, ..Conduct::KEPT });
    let media: Vec<_> = judged.places.iter().filter(|place| place.rule.id == "FLOW/missed-no-media").collect();
    assert_eq!(media.len(), 1);
    assert_eq!(media[0].found.name(), "undecided");
    assert!(media[0].why.contains("allocated at a relay"), "{}", media[0].why);
    assert_eq!(
        said(&judged, FactId::RelaysProbedUnanswered),
        ["Our client allocated at 3 relays in a call that nobody accepted; 3 answered."]
    );
}

#[test]
fn media_in_a_missed_call_departs_from_the_flow() {
    let (_, judged) = read(&Conduct { is_accepted: false, is_eager: true, ..Conduct::KEPT });
    assert!(judged.media().unwrap().cause().is_none(), "nobody misses its sound");
    let media: Vec<_> = judged.places.iter().filter(|place| place.rule.id == "FLOW/missed-no-media").collect();
    assert_eq!((media.len(), media[0].found.name(), media[0].why.as_str()), (1, "novelty", "packets show media"));
    assert_eq!(said(&judged, FactId::MediaUnanswered), ["Media flowed in a call that nobody accepted."]);
}

/// What leaves the machine says the same.
#[test]
fn a_sanitised_call_says_the_same() {
    let (analysis, judged) = read(&Conduct { is_direct: true, ..Conduct::BROKEN });
    let redactor = Redactor::new(&analysis, Aliases::default(), None);
    let sanitised = redactor.sanitise(&analysis);
    let other = &sanitised.analysis().calls[0];
    assert_eq!(places(other, "SIG-17"), places(&judged, "SIG-17"));
    for question in ["relay-address", "relay-naming", "candidate-encoding", "latency-unit", "relay-choice-moment"] {
        assert_eq!(by_packets(other, question), by_packets(&judged, question), "{question}");
    }
}
