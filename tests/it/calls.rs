//! Stanzas grouped into calls: membership, answers, emitters, phases and outcomes.

use std::sync::Arc;

use ringtrace::call::{Call, Emitter, FoundBy, Grouping, Observed, Outcome, Phase, Recording, Role, Side, Snapshot};
use ringtrace::origin::{CaptureId, ConnectionId, Direction, Located, Origin, Timestamp};
use ringtrace::protocol::binary::Node;
use ringtrace::protocol::stanza::Stanza;
use ringtrace::spec::Judged;

use crate::tree::element;

/// Reads `tag name=value name=value [child; child]`, enough to write stanzas on one line. Children do not nest.
pub(crate) fn node(text: &str) -> Node {
    let (own, children) = text.split_once('[').map_or((text, ""), |(own, rest)| (own, rest.trim_end_matches(']')));
    let mut words = own.split_whitespace();
    let tag = words.next().unwrap().to_owned();
    let attributes: Vec<_> = words.map(|word| word.split_once('=').unwrap()).collect();
    let nodes: Vec<_> = children.split(';').map(str::trim).filter(|child| !child.is_empty()).map(node).collect();
    element(&tag, &attributes, &nodes)
}

/// A recording in lines: `connection direction seconds stanza`.
fn recorded(lines: &str) -> Grouping {
    let mut grouping = Grouping::default();
    for (index, line) in lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let mut parts = line.splitn(4, ' ');
        let connection: u32 = parts.next().unwrap().parse().unwrap();
        let direction = match parts.next().unwrap() {
            "in" => Direction::Inbound,
            "out" => Direction::Outbound,
            other => panic!("{other} is no direction"),
        };
        let seconds: f64 = parts.next().unwrap().parse().unwrap();
        let seq = index as u64 + 1;
        let time = Timestamp((seconds * 1e9) as i64);
        let origin = Origin {
            connection: Some(ConnectionId(connection)),
            direction: Some(direction),
            ..Origin::of_record(CaptureId(0), seq, 0, Some(time))
        };
        let stanza = Stanza::read(node(parts.next().unwrap()), None);
        let recording = Recording { technique: "websocket-capture", ..Recording::default() };
        grouping.cover((CaptureId(0), Some(ConnectionId(connection))), recording);
        grouping.push(Observed { seq, stanza: Located::new(origin, stanza) });
    }
    grouping
}

fn snapshot(lines: &str) -> Snapshot {
    let mut grouping = recorded(lines);
    grouping.settle();
    grouping.snapshot()
}

pub(crate) fn only_call(lines: &str) -> Call {
    let snapshot = snapshot(lines);
    assert_eq!(snapshot.calls.len(), 1, "one call in {lines}");
    (*snapshot.calls[0]).clone()
}

/// Each row as `action<tag answers emitter phase`.
fn rows(call: &Call) -> Vec<String> {
    let row = |row: &ringtrace::call::Row| {
        let action = row.action.as_ref().map_or("-", |action| action.as_str());
        let answers = row.answers.get().map_or("-".to_owned(), |index| call.rows[index].observed.seq.to_string());
        format!("{}/{action} {answers} {} {}", row.observed.read().node.tag(), row.emitter.name(), row.phase.name())
    };
    call.rows.iter().map(row).collect()
}

const ANSWERED: &str = "
    0 in 1.0  success lid=100:7@lid
    0 in 2.0  call from=200@lid id=A1 t=1 [offer call-id=C call-creator=200@lid; audio]
    0 out 2.1  ack class=call id=A1 to=200@lid type=offer
    0 out 2.2  receipt id=A1 to=200@lid from=100:7@lid [offer call-id=C call-creator=200@lid]
    0 in 2.3  ack class=receipt id=A1 from=200@lid
    0 out 2.4  call to=200@lid id=B1 [preaccept call-id=C call-creator=200@lid]
    0 in 2.5  ack class=call id=B1 from=200@lid type=preaccept
    0 out 5.0  call to=200@lid id=B2 [accept call-id=C call-creator=200@lid]
    0 in 5.1  ack class=call id=B2 from=200@lid type=accept
    0 in 9.0  call from=200:3@lid id=A2 [terminate call-id=C call-creator=200@lid duration=4]
    0 out 9.1  ack class=call id=A2 to=200:3@lid";

#[test]
fn an_answered_call_is_followed_to_its_end() {
    let call = only_call(ANSWERED);
    assert_eq!(
        rows(&call),
        [
            "call/offer - peer offered",
            "ack/offer 2 local offered",
            "receipt/offer 2 local offered",
            "ack/offer 4 unknown offered",
            "call/preaccept - local ringing",
            "ack/preaccept 6 unknown ringing",
            "call/accept - local accepted",
            "ack/accept 8 unknown accepted",
            "call/terminate - peer ended",
            "ack/terminate 10 local ended",
        ]
    );
    assert_eq!(call.progress.outcome, Outcome::Answered);
    let lasted = |lapse: Option<ringtrace::origin::Lapse>| lapse.and_then(|lapse| lapse.stated());
    assert_eq!([lasted(call.progress.ring), lasted(call.progress.talk)], [Some(3_000_000_000), Some(4_000_000_000)]);
    assert_eq!(call.progress.ended_by, Some(Side::Caller));
    assert_eq!(call.vantages[0].role, Role::Callee);
    assert_eq!(call.vantages[0].device.found_by, Some(FoundBy::Login));
    assert_eq!(call.callee.as_ref().unwrap().to_string(), "100:7@lid");
}

/// The outcome of a call whose middle is given; the offer comes in.
fn outcome_of(rest: &str) -> (Outcome, Option<Side>) {
    let offer = "0 in 1.0 success lid=100:7@lid
        0 in 2.0 call from=200@lid id=A1 [offer call-id=C call-creator=200@lid]
        0 out 2.1 ack class=call id=A1 to=200@lid type=offer";
    let call = only_call(&format!("{offer}\n{rest}"));
    (call.progress.outcome, call.progress.ended_by)
}

#[test]
fn every_way_to_end_has_its_outcome() {
    use Side::{Callee, Caller, Unknown};
    let cases = [
        ("0 in 40 call from=200@lid id=A2 [terminate call-id=C reason=timeout]", Outcome::Missed, Some(Caller)),
        ("0 in 9 call from=200@lid id=A2 [terminate call-id=C]", Outcome::Cancelled, Some(Caller)),
        ("0 out 9 call to=200@lid id=B1 [reject call-id=C call-creator=200@lid]", Outcome::Declined, Some(Callee)),
        ("0 out 9 call to=200@lid id=B1 [reject call-id=C reason=busy]", Outcome::Busy, Some(Callee)),
        ("0 out 9 call to=200@lid id=B1 [reject call-id=C reason=uncallable]", Outcome::Failed, Some(Callee)),
        (
            "0 in 9 call from=200@lid id=A2 [terminate call-id=C reason=accepted_elsewhere]",
            Outcome::Elsewhere,
            Some(Caller),
        ),
        (
            "0 in 9 call from=100@lid id=A2 [terminate call-id=C reason=reject_elsewhere]",
            Outcome::Elsewhere,
            Some(Callee),
        ),
        ("0 in 9 call from=200@lid id=A2 [relaylatency call-id=C]", Outcome::CutOff, None),
        ("0 in 9 call from=300@g.us id=A2 [terminate call-id=C reason=busy]", Outcome::Busy, Some(Unknown)),
    ];
    for (rest, outcome, by) in cases {
        assert_eq!(outcome_of(rest), (outcome, by), "{rest}");
    }
}

#[test]
fn a_refused_offer_fails_unless_somebody_accepts_after_all() {
    let refused = "
        0 out 1 call to=200@lid id=A1 [offer call-id=C call-creator=100:7@lid]
        0 in 2 ack class=call id=A1 from=200@lid error=404 [error code=404 text=item-not-found]
        0 out 3 call to=200@lid id=A2 [terminate call-id=C call-creator=100:7@lid]";
    let call = only_call(refused);
    assert_eq!(call.progress.outcome, Outcome::Failed);
    assert_eq!(call.vantages[0].role, Role::Caller);
    let accept = "0 in 2.5 call from=200:3@lid id=A3 [accept call-id=C call-creator=100:7@lid]\n";
    let accepted = refused.replace("0 out 3 call", &format!("{accept}0 out 3 call"));
    assert_eq!(only_call(&accepted).progress.outcome, Outcome::Answered);
}

#[test]
fn a_terminate_to_siblings_does_not_end_the_call() {
    let call = only_call(
        "0 out 1 call to=200@lid id=A1 [offer call-id=C call-creator=100:7@lid]
        0 in 3 call from=200:3@lid id=B1 [accept call-id=C call-creator=100:7@lid]
        0 out 3.1 call to=200@lid id=A2 [terminate call-id=C call-creator=100:7@lid reason=accepted_elsewhere]
        0 in 9 call from=200:3@lid id=B2 [terminate call-id=C call-creator=100:7@lid]",
    );
    assert_eq!(call.progress.ended, Some(3));
    assert_eq!(call.rows[2].phase, Phase::Accepted);
    assert_eq!(call.progress.ended_by, Some(Side::Callee));
}

#[test]
fn acks_of_receipts_with_one_id_are_told_apart_by_address() {
    let call = only_call(
        "0 out 1 call to=200@lid id=A1 [offer call-id=C call-creator=100:7@lid]
        0 in 1.2 receipt from=200@lid id=A1 [offer call-id=C]
        0 in 1.3 receipt from=200:3@lid id=A1 [offer call-id=C]
        0 out 1.4 ack class=receipt to=200@lid id=A1 type=retry
        0 out 1.5 ack class=receipt to=200:3@lid id=A1 type=retry
        0 in 1.6 ack class=call id=A1 from=200@lid type=offer",
    );
    let answers: Vec<_> = call.rows.iter().map(|row| row.answers.get()).collect();
    assert_eq!(answers, [None, Some(0), Some(0), Some(1), Some(2), Some(0)]);
}

#[test]
fn other_traffic_is_no_part_of_a_call() {
    let snapshot = snapshot(&format!(
        "{ANSWERED}
        0 in 10 message id=M1 from=200@lid
        0 out 10 receipt id=M1 to=200@lid
        0 in 10 ack class=receipt id=M1 from=200@lid
        0 in 10 ack class=message id=A1 from=200@lid
        0 out 10 ack class=notification id=B1 to=200@lid"
    ));
    assert_eq!(snapshot.calls[0].rows.len(), 10);
    assert!(snapshot.orphans.is_empty());
}

#[test]
fn an_ack_of_a_call_stanza_that_was_not_seen_is_an_orphan() {
    let snapshot = snapshot("0 in 1 ack class=call id=X1 from=200@lid type=terminate");
    assert!(snapshot.calls.is_empty());
    assert_eq!(snapshot.orphans.len(), 1);
}

#[test]
fn an_answer_that_comes_before_what_it_answers_still_finds_it() {
    let call = only_call(
        "0 in 1 ack class=call id=A1 from=200@lid type=offer
        0 in 1 receipt id=A1 from=200@lid
        0 out 1 call to=200@lid id=A1 [offer call-id=C call-creator=100:7@lid]",
    );
    assert_eq!(call.rows.len(), 3);
}

#[test]
fn a_call_can_span_two_connections_of_one_device() {
    let call = only_call(
        "0 in 0 success lid=100:7@lid
        0 in 1 call from=200@lid id=A1 [offer call-id=C call-creator=200@lid]
        1 in 5 success lid=100:7@lid
        1 out 5.1 ack class=call id=A1 to=200@lid
        1 in 6 call from=200@lid id=A2 [terminate call-id=C call-creator=200@lid reason=timeout]
        1 out 6.1 ack class=call id=A2 to=200@lid",
    );
    assert_eq!(call.vantages.len(), 1);
    let answers: Vec<_> = call.rows.iter().map(|row| row.answers.get()).collect();
    assert_eq!(answers, [None, Some(0), None, Some(2)]);
}

#[test]
fn two_devices_in_one_capture_are_two_vantages() {
    let call = only_call(
        "0 in 0 success lid=100:7@lid
        1 in 0 success lid=200:8@lid
        0 out 1 call to=200@lid id=A1 [offer call-id=C call-creator=100:7@lid]
        1 in 1.1 call from=100:7@lid id=A1 [offer call-id=C call-creator=100:7@lid]
        1 out 1.2 ack class=call id=A1 to=100:7@lid
        0 in 1.3 ack class=call id=A1 from=200@lid",
    );
    assert_eq!(call.vantages.iter().map(|vantage| vantage.role).collect::<Vec<_>>(), [Role::Caller, Role::Callee]);
    let answers: Vec<_> = call.rows.iter().map(|row| row.answers.get()).collect();
    assert_eq!(answers, [None, None, Some(1), Some(0)]);
}

#[test]
fn one_call_id_of_two_creators_is_two_calls() {
    let snapshot = snapshot(
        "0 in 1 call from=200@lid id=A1 [offer call-id=C call-creator=200@lid]
        0 in 2 call from=300@lid id=A2 [offer call-id=C call-creator=300@lid]
        0 in 3 call from=200:3@lid id=A3 [terminate call-id=C call-creator=200:3@lid]
        0 in 4 call from=300@lid id=A4 [terminate call-id=C]",
    );
    let rows: Vec<_> = snapshot.calls.iter().map(|call| call.rows.len()).collect();
    assert_eq!(rows.iter().sum::<usize>(), 4);
    assert_eq!(snapshot.calls.len(), 2);
}

#[test]
fn a_heartbeat_belongs_to_the_call_that_its_address_names() {
    let call = only_call(
        "0 in 1 call from=200@lid id=A1 [offer call-id=CAFE call-creator=200@lid]
        0 out 2 call to=CAFE@call id=B1 [heartbeat]
        0 out 3 call to=call id=B2 [duration call-id=CAFE call-creator=200@lid duration=2]",
    );
    assert_eq!(call.rows.len(), 3);
}

#[test]
fn a_stanza_sent_again_is_a_retransmission() {
    let call = only_call(
        "0 out 1 call to=200@lid id=A1 [offer call-id=C call-creator=100:7@lid]
        0 out 9 call to=200@lid id=A1 [offer call-id=C call-creator=100:7@lid]
        0 in 9.1 ack class=call id=A1 from=200@lid",
    );
    assert_eq!(call.retransmissions(), 1);
    assert_eq!(call.rows[1].repeats.get(), Some(0));
    assert_eq!(call.rows[2].answers.get(), Some(1), "the ack answers the copy before it");
}

#[test]
fn a_call_whose_offer_was_not_captured_still_has_its_parties() {
    let call = only_call(
        "0 out 2.2 receipt id=A1 to=200@lid from=100:7@lid [offer call-id=C call-creator=200@lid]
        0 in 40 call from=200@lid id=A2 [terminate call-id=C call-creator=200@lid reason=timeout]",
    );
    assert_eq!(call.vantages[0].role, Role::Callee);
    assert_eq!(call.caller.unwrap().to_string(), "200@lid");
    assert_eq!(call.callee.unwrap().to_string(), "100:7@lid");
    assert_eq!((call.media, call.progress.ring), (None, None));
}

#[test]
fn the_local_device_is_never_a_guess() {
    let call = only_call("0 in 1 call from=200@lid id=A1 [offer call-id=C call-creator=200@lid]");
    assert_eq!(call.vantages[0].device.jid(), None);
    assert_eq!(call.rows[0].emitter, Emitter::Unknown);
    assert_eq!(call.vantages[0].role, Role::Callee);
}

#[test]
fn a_terminate_at_the_ring_timeout_is_evidence_for_its_sender() {
    let evidence = |lines: &str| {
        let judged = Judged::new(Arc::new(only_call(lines)), Arc::default());
        let pieces = judged.evidence.iter().filter(|piece| piece.question.id == "timeout-terminate-sender");
        pieces.map(|piece| format!("{} {} {}", piece.hypothesis, piece.strength.name(), piece.row)).collect::<Vec<_>>()
    };
    let outgoing = "0 out 1 call to=200@lid id=A1 [offer call-id=C call-creator=100:7@lid]
        0 out 46 call to=200@lid id=A2 [terminate call-id=C call-creator=100:7@lid reason=timeout]";
    assert_eq!(evidence(outgoing), ["caller direct 1"]);
    let one_device_busy = outgoing.replace(
        "0 out 46",
        "0 in 2 call from=200:3@lid id=B1 [reject call-id=C call-creator=100:7@lid reason=busy]\n        0 out 46",
    );
    assert_eq!(evidence(&one_device_busy), ["caller direct 2"]);
    let incoming = "0 in 0 success lid=100:7@lid
        0 in 1 call from=200@lid id=A1 [offer call-id=C call-creator=200@lid]
        0 in 46 call from=200@lid id=A2 [terminate call-id=C call-creator=200@lid reason=timeout]";
    assert_eq!(evidence(incoming), ["caller indirect 1"]);
    assert_eq!(evidence(&incoming.replace("from=200@lid id=A2", "from=s.whatsapp.net id=A2")), ["server indirect 1"]);
    let own_timeout = incoming.replace("in 46 call from=200@lid", "out 46 call to=200@lid");
    assert_eq!(evidence(&own_timeout), ["callee direct 1"]);
    let silent = [
        incoming.replace("id=A1 ", "id=A1 offline=1 "),
        incoming.replace("offer call-id", "offer_notice call-id"),
        incoming.replace("reason=timeout", "reason=busy"),
        incoming.replace("call-creator=200@lid]\n", "call-creator=200@lid is_call_ended=1]\n"),
        incoming.lines().take(2).collect::<Vec<_>>().join("\n"),
        incoming.replace(
            "\n        0 in 46",
            "\n        0 out 2 call to=200@lid id=B1 [reject call-id=C call-creator=200@lid]\n        0 in 46",
        ),
    ];
    for lines in silent {
        assert!(evidence(&lines).is_empty(), "{lines}");
    }
}
