//! One call, seen from several sockets: vantages, copies, clocks, order, and who made what.

use std::process::Command;
use std::sync::Arc;

use proptest::prelude::*;
use ringtrace::call::{
    Call, Grouping, Observed, Outcome, Progress, Provenance, Recording, Role, Row, Side, Snapshot, Span,
};
use ringtrace::origin::{CaptureId, ConnectionId, Direction, Located, Origin, Timestamp};
use ringtrace::protocol::stanza::{Stanza, Wire};

use crate::calls::node;

mod identity;
mod recorded;

/// A capture in lines, in true seconds, whatever its clock says:
///
/// - `clock +37 40`: its clock is 37 s ahead and gains 40 ppm;
/// - `log`: it is a client's log, else a recording of the wire;
/// - `1 read 0 50`: connection 1 was read from second 0 to second 50;
/// - `1 out 2.5 call ...`: a stanza on connection 1.
#[derive(Clone, Debug)]
struct Capture(String);

impl Capture {
    fn push(&self, id: CaptureId, grouping: &mut Grouping) {
        let (mut ahead, mut gains, mut is_log) = (0.0, 0.0, false);
        let mut spans: Vec<(ConnectionId, Vec<Span>)> = Vec::new();
        let mut seq = 0;
        for line in self.0.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.splitn(4, ' ').map(str::trim).collect();
            let time = |seconds: &str| {
                let seconds: f64 = seconds.parse().unwrap();
                Timestamp(((seconds + ahead + seconds * gains / 1e6) * 1e9) as i64)
            };
            match words[..] {
                ["log"] => is_log = true,
                ["clock", offset, drift] => (ahead, gains) = (offset.parse().unwrap(), drift.parse().unwrap()),
                [connection, "read", from, until] => {
                    let connection = ConnectionId(connection.parse().unwrap());
                    let span = Span { from: time(from), until: time(until) };
                    match spans.iter_mut().find(|(known, _)| *known == connection) {
                        Some((_, known)) => known.push(span),
                        None => spans.push((connection, vec![span])),
                    }
                }
                [connection, direction @ ("in" | "out"), seconds, stanza] => {
                    seq += 1;
                    let origin = Origin {
                        connection: Some(ConnectionId(connection.parse().unwrap())),
                        direction: Some(if direction == "in" { Direction::Inbound } else { Direction::Outbound }),
                        ..Origin::of_record(id, seq, 0, Some(time(seconds)))
                    };
                    let wire = Wire { counter: 0, ciphertext: line.as_bytes().into(), plaintext: Box::default() };
                    let stanza = Stanza::read(node(stanza), (!is_log).then_some(wire));
                    grouping.push(Observed { seq, stanza: Located::new(origin, stanza) });
                }
                _ => panic!("{line}"),
            }
        }
        for (connection, spans) in spans {
            grouping.record((id, Some(connection)), Recording { spans, ..Recording::default() });
        }
        grouping.settle();
    }
}

fn snapshot<C: AsRef<str>>(captures: &[C]) -> Snapshot {
    let mut grouping = Grouping::default();
    for (index, capture) in captures.iter().enumerate() {
        Capture(capture.as_ref().to_owned()).push(CaptureId(index as u32), &mut grouping);
        grouping.glance();
    }
    grouping.snapshot()
}

fn only_call<C: AsRef<str>>(captures: &[C]) -> Arc<Call> {
    let snapshot = snapshot(captures);
    assert_eq!(snapshot.calls.len(), 1);
    Arc::clone(&snapshot.calls[0])
}

/// Each row as `action direction@vantage side provenance`, without acks.
fn told(call: &Call) -> Vec<String> {
    let direction = |row: &Row| if row.observed.direction() == Some(Direction::Outbound) { "out" } else { "in" };
    let line = |row: &Row| {
        let device = call.vantages[row.vantage].device.jid().map_or("?".to_owned(), ToString::to_string);
        let action = row.action.as_ref().map_or("-", |action| action.as_str());
        format!("{action} {}@{device} {} {:?}", direction(row), row.originator.side.name(), row.originator.provenance)
    };
    call.rows.iter().filter(|row| row.observed.read().action().is_some()).map(line).collect()
}

/// The row whose stanza has this id, at the vantage of this role.
fn row<'c>(call: &'c Call, id: &str, direction: Direction) -> (usize, &'c Row) {
    let is_it = |row: &&Row| {
        row.observed.read().id.as_deref() == Some(id)
            && row.observed.direction() == Some(direction)
            && row.observed.read().action().is_some()
    };
    let index = call.rows.iter().position(|row| is_it(&row)).unwrap();
    (index, &call.rows[index])
}

/// The caller's device, 100:7.
const CALLER: &str = "
    0 read 0 60
    0 in 0.5 success lid=100:7@lid
    0 out 1.0 call to=200@lid id=A1 [offer call-id=C call-creator=100:7@lid; audio; destination]
    0 in 1.1 ack class=call id=A1 from=200@lid type=offer
    0 in 1.5 call from=200:8@lid id=B1 t=1 [preaccept call-id=C call-creator=100:7@lid]
    0 out 1.6 ack class=call id=B1 to=200:8@lid
    0 in 1.7 call from=200:9@lid id=B2 t=1 [preaccept call-id=C call-creator=100:7@lid]
    0 out 1.8 ack class=call id=B2 to=200:9@lid";

/// The callee's first linked device, 200:8; its clock is 37 s ahead and gains 40 ppm.
const CALLEE: &str = "
    clock 37 40
    0 read 0 60
    0 in 0.5 success lid=200:8@lid
    0 in 1.2 call from=100:7@lid id=A1 t=1 notify=A [offer call-id=C call-creator=100:7@lid caller_pn=900@s.whatsapp.net; audio]
    0 out 1.3 ack class=call id=A1 to=100:7@lid
    0 out 1.4 call to=100:7@lid id=B1 [preaccept call-id=C call-creator=100:7@lid]";

/// Its second one, 200:9, 12 s behind.
const OTHER: &str = "
    clock -12 -30
    0 read 0 60
    0 in 0.5 success lid=200:9@lid
    0 in 1.25 call from=100:7@lid id=A1 t=1 notify=A [offer call-id=C call-creator=100:7@lid caller_pn=900@s.whatsapp.net; audio]
    0 out 1.3 ack class=call id=A1 to=100:7@lid
    0 out 1.45 call to=100:7@lid id=B2 [preaccept call-id=C call-creator=100:7@lid]";

fn with(capture: &str, lines: &str) -> String {
    format!("{capture}\n{lines}")
}

#[test]
fn copies_are_found_and_clocks_aligned() {
    let call = only_call(&[CALLEE, CALLER]);
    assert_eq!(
        told(&call),
        [
            "offer out@100:7@lid caller Outbound",
            "offer in@200:8@lid caller Copy",
            "preaccept out@200:8@lid callee Outbound",
            "preaccept in@100:7@lid callee Copy",
            "preaccept in@100:7@lid callee Claim",
        ]
    );
    assert_eq!(call.vantages.iter().map(|vantage| vantage.role).collect::<Vec<_>>(), [Role::Caller, Role::Callee]);
    let clock = call.vantages[1].clock.unwrap();
    let truth = -(37_000_000_000_i64 + 40 * 1_300);
    assert!(clock.least <= truth && truth <= clock.most, "{clock:?}");
    assert!(clock.most - clock.least < 400_000_000, "{clock:?}");
    assert_eq!(call.vantages[0].clock.unwrap(), ringtrace::call::Clock::SAME);
}

#[test]
fn nothing_is_called_earlier_within_the_bound() {
    let caller = with(CALLER, "0 out 45.00 call to=200@lid id=A9 [terminate call-id=C reason=timeout]");
    let before = |at: &str| {
        let callee = with(CALLEE, &format!("0 out {at} call to=100:7@lid id=B9 [terminate call-id=C reason=timeout]"));
        let call = only_call(&[caller.as_str(), &callee]);
        let index = |id| row(&call, id, Direction::Outbound).0;
        assert_eq!(call.is_before(index("A1"), index("A9")), Some(true), "one vantage is in order");
        call.is_before(index("A9"), index("B9"))
    };
    assert_eq!(before("45.02"), None);
    assert_eq!(before("44.95"), None);
    assert_eq!(before("46.00"), Some(true));
    assert_eq!(before("44.00"), Some(false));
}

#[test]
fn without_a_stanza_in_common_the_clocks_are_unknown() {
    let callee = CALLEE.replace("id=A1", "id=S1").replace("id=B1", "id=S2");
    let call =
        only_call(&[CALLER, &with(&callee, "0 in 40 call from=100:7@lid id=S9 [terminate call-id=C reason=timeout]")]);
    assert_eq!(call.vantages.len(), 2);
    assert_eq!(call.vantages[1].clock, None);
    let (terminate, row) = row(&call, "S9", Direction::Inbound);
    assert_eq!(
        row.originator.provenance,
        Provenance::Claim,
        "whether the caller's socket was read at that time is not known"
    );
    assert_eq!(call.is_before(0, terminate), None);
}

#[test]
fn what_a_recorded_device_did_not_send_the_server_made() {
    let callee = with(CALLEE, "0 in 45 call from=100:7@lid id=S9 [terminate call-id=C reason=timeout]");
    let originator = |caller: &str| {
        let call = only_call(&[caller, &callee]);
        let originator = &row(&call, "S9", Direction::Inbound).1.originator;
        assert_eq!(
            (call.progress.ended_by, call.progress.end_provenance),
            (Some(originator.side), Some(originator.provenance))
        );
        (originator.side, originator.provenance)
    };
    assert_eq!(originator(CALLER), (Side::Server, Provenance::Silence));
    let holes = ["0 read 0 30\n0 read 30.1 60", "0 read 0 44.9", "0 read 1.5 60", "0 read 0 45.01", ""];
    for read in holes {
        assert_eq!(originator(&CALLER.replace("0 read 0 60", read)), (Side::Caller, Provenance::Claim), "{read:?}");
    }
    assert_eq!(originator(&CALLER.replace("0 read 0 60", "0 read 0.9 45.5")), (Side::Server, Provenance::Silence));
}

#[test]
fn a_stanza_that_left_its_maker_is_no_servers() {
    let caller = with(CALLER, "0 out 44.9 call to=200@lid id=A9 [terminate call-id=C reason=timeout]");
    let callee = with(CALLEE, "0 in 45 call from=100:7@lid id=A9 [terminate call-id=C reason=timeout]");
    for captures in [[caller.as_str(), &callee], [&callee, &caller]] {
        let call = only_call(&captures);
        let (_, copy) = row(&call, "A9", Direction::Inbound);
        assert_eq!((copy.originator.side, copy.originator.provenance), (Side::Caller, Provenance::Copy));
        assert_eq!(copy.originator.device.as_ref().unwrap().to_string(), "100:7@lid");
        assert_eq!(call.progress.ended, Some(row(&call, "A9", Direction::Outbound).0));
        assert_eq!(call.progress.end_provenance, Some(Provenance::Outbound));
        assert_eq!(call.progress.ring.map(|ring| ring.nanoseconds), Some(43_900_000_000));
    }
}

#[test]
fn a_bare_address_may_be_any_device_of_its_account() {
    let caller = with(CALLER, "0 in 45 call from=200@lid id=S9 [terminate call-id=C reason=timeout]");
    let provenance = |captures: &[&str]| row(&only_call(captures), "S9", Direction::Inbound).1.originator.provenance;
    assert_eq!(provenance(&[&caller]), Provenance::Claim);
    assert_eq!(provenance(&[&caller, CALLEE]), Provenance::Claim, "200:9 is not recorded");
    assert_eq!(provenance(&[&caller, CALLEE, OTHER]), Provenance::Claim, "the phone is not recorded");
    let phone = OTHER.replace("200:9@lid", "200@lid").replace("id=B2", "id=B3");
    assert_eq!(provenance(&[&caller, CALLEE, OTHER, &phone]), Provenance::Claim, "the phone's clock is not known");
    let caller = caller.replace("0 in 1.7", "0 in 1.65 call from=200@lid id=B3 [preaccept call-id=C]\n0 in 1.7");
    assert_eq!(provenance(&[&caller, CALLEE, OTHER, &phone]), Provenance::Silence);
}

#[test]
fn an_address_of_the_other_kind_is_the_same_device() {
    let callee = with(CALLEE, "0 in 45 call from=900:7@s.whatsapp.net id=S9 [terminate call-id=C reason=timeout]");
    let call = only_call(&[CALLER, &callee]);
    assert_eq!(
        row(&call, "S9", Direction::Inbound).1.originator.provenance,
        Provenance::Silence,
        "the offer links both addresses"
    );
    let phone = |vantage: usize| call.vantages[vantage].device.phone.as_ref().map(ToString::to_string);
    assert_eq!((phone(0).as_deref(), phone(1)), (Some("900:7@s.whatsapp.net"), None));
}

#[test]
fn elsewhere_never_ends_a_call_that_another_vantage_saw() {
    let taken = "0 in 5.1 call from=200:8@lid id=B3 [accept call-id=C call-creator=100:7@lid]
        0 out 5.2 call to=200:9@lid id=A2 [terminate call-id=C reason=accepted_elsewhere]
        0 in 9.1 call from=200:8@lid id=B4 [terminate call-id=C]";
    let caller = with(CALLER, taken);
    let callee = with(
        CALLEE,
        "0 out 5.0 call to=100:7@lid id=B3 [accept call-id=C call-creator=100:7@lid]
        0 out 9.0 call to=100:7@lid id=B4 [terminate call-id=C]",
    );
    let other = with(OTHER, "0 in 5.3 call from=100:7@lid id=A2 [terminate call-id=C reason=accepted_elsewhere]");
    for captures in [vec![&caller, &callee, &other], vec![&other, &callee], vec![&other, &caller]] {
        let call = only_call(&captures);
        assert_eq!(
            (call.progress.outcome, call.progress.ended_by),
            (Outcome::Answered, Some(Side::Callee)),
            "{captures:?}"
        );
        assert!(call.vantages.iter().any(|vantage| vantage.role == Role::CalleeOther));
        assert!(
            call.progress.talk.is_some_and(|talk| (talk.nanoseconds - 4_000_000_000).abs() < 1_000_000),
            "{:?}",
            call.progress.talk
        );
    }
    let alone = only_call(&[other]);
    assert_eq!((alone.progress.outcome, alone.vantages[0].role), (Outcome::Elsewhere, Role::CalleeOther));
    let declined =
        |capture: &str| capture.replace("accept call-id", "reject call-id").replace("accepted_else", "rejected_else");
    let without_end = |capture: &str| {
        declined(capture)
            .lines()
            .filter(|line| !line.contains("id=B4"))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let call = only_call(&[without_end(&caller), without_end(&callee)]);
    assert_eq!((call.progress.outcome, call.progress.ended_by), (Outcome::Declined, Some(Side::Callee)));
}

#[test]
fn in_an_unanswered_call_all_are_callees() {
    let call = only_call(&[CALLER, CALLEE, OTHER]);
    assert_eq!(
        call.vantages.iter().map(|vantage| vantage.role).collect::<Vec<_>>(),
        [Role::Caller, Role::Callee, Role::Callee]
    );
    assert_eq!(call.progress.outcome, Outcome::CutOff);
}

#[test]
fn the_server_s_changes_are_listed() {
    let call = only_call(&[CALLER, CALLEE]);
    let copy = row(&call, "A1", Direction::Inbound).0;
    let changes = call.changes(copy).unwrap();
    let lines: Vec<_> =
        changes.iter().map(|change| format!("{} {:?} {:?}", change.element, change.how, change.what)).collect();
    assert_eq!(
        lines,
        [
            "call Dropped Attribute(\"to\")",
            "call Added Attribute(\"from\")",
            "call Added Attribute(\"t\")",
            "call Added Attribute(\"notify\")",
            "call Dropped Child(\"destination\")",
            "call/offer Added Attribute(\"caller_pn\")",
        ]
    );
    assert_eq!(call.changes(row(&call, "A1", Direction::Outbound).0), None);
}

#[test]
fn the_same_session_read_twice_changes_nothing() {
    let once = only_call(&[CALLER, CALLEE]);
    let twice = only_call(&[CALLER, CALLEE, CALLER, CALLEE]);
    assert_eq!(told(&once), told(&twice));
    assert_eq!(once.rows.len(), twice.rows.len());
    assert!(twice.rows.iter().all(|row| row.also.len() == 1));
    assert_eq!(once.progress, twice.progress);
    assert_eq!(once.vantages, twice.vantages);
    assert_eq!(twice.captures().len(), 4);
}

#[test]
fn a_log_of_a_recorded_session_adds_only_what_it_alone_has() {
    let log = CALLER.replace("0 read 0 60", "log\nclock 3600 0").replace("success lid=100:7@lid", "iq")
        + "\n0 out 1.9 call to=200@lid id=L1 [mute_v2 call-id=C call-creator=100:7@lid]
        0 out 1.95 call to=200@lid id=A1 [offer call-id=C call-creator=100:7@lid; audio; destination]";
    for captures in [[CALLER, &log], [&log, CALLER]] {
        let call = only_call(&captures);
        assert_eq!(call.vantages.len(), 1, "a call stanza of one's own tells whose log it is");
        assert_eq!(
            told(&call),
            [
                "offer out@100:7@lid caller Outbound",
                "preaccept in@100:7@lid callee Claim",
                "preaccept in@100:7@lid callee Claim",
                "mute_v2 out@100:7@lid caller Outbound",
                "offer out@100:7@lid caller Outbound",
            ]
        );
        assert_eq!(call.rows.iter().filter(|row| row.also.len() == 1).count(), call.rows.len() - 2);
        assert!(call.rows.iter().all(|row| row.also.is_empty() || row.observed.read().is_from_wire()));
        assert_eq!(call.retransmissions(), 1, "the second offer of the log is a passage of its own");
    }
}

#[test]
fn one_capture_of_all_has_one_clock() {
    let renumbered = |capture: &str, number: &str| {
        let lines = capture.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("clock"));
        lines.map(|line| format!("{number}{}\n", &line[1..])).collect::<String>()
    };
    let mut lines: Vec<String> = [renumbered(CALLER, "0"), renumbered(CALLEE, "1")]
        .iter()
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let time = |line: &String| line.split(' ').nth(2).unwrap().parse::<f64>().unwrap();
    lines.sort_by(|one, other| time(one).total_cmp(&time(other)));
    lines.push("1 in 45 call from=100:7@lid id=S9 [terminate call-id=C reason=timeout]".to_owned());
    let call = only_call(&[lines.join("\n")]);
    assert_eq!(call.vantages.len(), 2);
    assert!(call.vantages.iter().all(|vantage| vantage.clock == Some(ringtrace::call::Clock::SAME)));
    assert_eq!(row(&call, "S9", Direction::Inbound).1.originator.provenance, Provenance::Silence);
}

#[test]
fn interruptions_are_counted() {
    let gaps = |read: &str| only_call(&[CALLER.replace("0 read 0 60", read)]).progress.gaps;
    assert_eq!(gaps("0 read 0 60"), Some(0));
    assert_eq!(gaps("0 read 0 1.2\n0 read 1.4 60"), Some(1));
    assert_eq!(gaps("0 read 0 1.2\n0 read 1.3 1.4\n0 read 1.45 60"), Some(2));
    assert_eq!(gaps("0 read 1.2 60"), Some(1));
    assert_eq!(gaps("0 read 0 1.8"), Some(0), "the recording ends after the last stanza");
    assert_eq!(gaps(""), None);
    let call = only_call(&[CALLER.replace("0 read 0 60", "0 read 0 30\n0 read 31 60")]);
    let window = call.window(0).unwrap();
    assert_eq!((window.from.0, window.until.0), (1_000_000_000, 30_000_000_000));
}

#[test]
fn what_another_recording_of_a_socket_has_is_not_missing() {
    let second = |read: &str| CALLER.replace("0 read 0 60", &format!("clock 3 0\n{read}"));
    let holes = |one: &str, other: &str| {
        let captures = [CALLER.replace("0 read 0 60", one), second(other)];
        let reversed = [&captures[1], &captures[0]];
        let calls = [only_call(&captures), only_call(&reversed)];
        let lengths = |call: &Call| call.holes().iter().map(|hole| (hole.before, hole.length)).collect::<Vec<_>>();
        assert_eq!(lengths(&calls[0]), lengths(&calls[1]));
        assert_eq!(calls[0].progress.gaps, calls[1].progress.gaps);
        (lengths(&calls[0]), calls[0].progress.gaps)
    };
    let gappy = "0 read 0 1.2\n0 read 1.4 60";
    assert_eq!(holes(gappy, "0 read 0 60"), (vec![], Some(0)));
    assert_eq!(holes(gappy, "0 read 0 1.55\n0 read 1.65 60"), (vec![], Some(0)));
    assert_eq!(holes(gappy, "0 read 0 1.3\n0 read 1.5 60"), (vec![(2, 100_000_000)], Some(1)));
}

#[test]
fn of_timeouts_that_cross_no_side_is_said_to_be_first() {
    let timeout = |at: f64, to: &str, id: &str| {
        format!("0 out {at} call to={to} id={id} [terminate call-id=C call-creator=100:7@lid reason=timeout]")
    };
    let ends = |caller: f64, callee: f64| {
        let arrives = |at: f64, from: &str, id: &str| {
            format!(
                "0 in {} call from={from} id={id} t=1 [terminate call-id=C call-creator=100:7@lid reason=timeout]",
                at + 0.4
            )
        };
        let call = only_call(&[
            with(&with(CALLER, &timeout(caller, "200@lid", "E1")), &arrives(callee, "200:8@lid", "E2")),
            with(&with(CALLEE, &timeout(callee, "100:7@lid", "E2")), &arrives(caller, "100:7@lid", "E1")),
        ]);
        let Progress { outcome, ended_by, end_provenance, .. } = call.progress;
        (outcome, ended_by, end_provenance)
    };
    let unknown = (Outcome::Missed, Some(Side::Unknown), None);
    assert_eq!([ends(46.0, 46.05), ends(46.05, 46.0), ends(46.0, 46.0)], [unknown; 3]);
    let (outcome, ended_by, provenance) = ends(46.0, 50.0);
    assert_eq!((outcome, ended_by, provenance), (Outcome::Missed, Some(Side::Caller), Some(Provenance::Outbound)));
}

#[test]
fn a_clock_that_is_set_back_does_not_reorder_calls() {
    let capture = "0 in 10 call from=200@lid id=A1 [offer call-id=C1 call-creator=200@lid]
        0 in 5 call from=200@lid id=A2 [offer call-id=C2 call-creator=200@lid]
        0 in 6 call from=200@lid id=A3 [terminate call-id=C1 call-creator=200@lid]";
    let other = "0 in 7 call from=300@lid id=A4 [offer call-id=C3 call-creator=300@lid]";
    let ids: Vec<_> = snapshot(&[capture, other]).calls.iter().map(|call| call.id.to_string()).collect();
    assert_eq!(ids, ["C3", "C1", "C2"]);
}

#[test]
fn a_copy_is_never_before_its_original() {
    // Nothing went the other way, and the callee's clock is far behind.
    let callee = CALLEE.replace("clock 37 40", "clock -900 0").replace("id=B1", "id=S2");
    let call = only_call(&[&callee, CALLER]);
    assert_eq!(call.vantages[1].clock, None);
    assert_eq!(told(&call)[..2], ["offer out@100:7@lid caller Outbound", "offer in@200:8@lid caller Copy"]);
}

#[test]
fn one_long_call_is_kept_whole() {
    let mut grouping = Grouping::default();
    let mut lines = String::from(CALLER);
    for index in 0..20_000 {
        lines.push_str(&format!(
            "\n0 out {} call to=200@lid id=M{index} [mute_v2 call-id=C call-creator=100:7@lid]",
            2 + index
        ));
    }
    Capture(lines).push(CaptureId(0), &mut grouping);
    assert_eq!(grouping.snapshot().calls[0].rows.len(), 20_006);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Which capture is given first makes no difference, nor what was looked at meanwhile.
    #[test]
    fn the_order_of_captures_does_not_matter(order in Just((0..4).collect::<Vec<usize>>()).prop_shuffle()) {
        let log = CALLER.replace("0 read 0 60", "log\nclock 3600 0");
        let captures = [
            with(CALLER, "0 in 45 call from=200@lid id=S9 [terminate call-id=C reason=timeout]"),
            with(CALLEE, "0 in 45.1 call from=100:7@lid id=S8 [terminate call-id=C reason=timeout]"),
            OTHER.to_owned(),
            log,
        ];
        let expected = only_call(&captures);
        let shuffled: Vec<_> = order.iter().map(|index| captures[*index].as_str()).collect();
        let call = only_call(&shuffled);
        prop_assert_eq!(told(&expected), told(&call));
        prop_assert_eq!(&expected.progress, &call.progress);
        prop_assert_eq!(&expected.vantages, &call.vantages);
        prop_assert_eq!(&expected.caller, &call.caller);
        let links = |call: &Call| call.rows.iter().map(|row| (row.copy_of.get(), row.answers.get(), row.repeats.get())).collect::<Vec<_>>();
        prop_assert_eq!(links(&expected), links(&call));
    }

    /// Whatever the clocks are, the rows of a capture stay in their order, copies follow originals, and what is called
    /// earlier is.
    #[test]
    fn what_is_called_earlier_is(
        ahead in -10_000_i64..10_000,
        gains in -90_i64..90,
        extra in proptest::collection::vec((any::<bool>(), 2_u32..3_000, any::<bool>()), 0..30),
    ) {
        let mut stanzas: Vec<_> = extra.iter().enumerate().collect();
        stanzas.sort_by_key(|(_, (_, second, _))| *second);
        let (mut caller, mut callee) = (CALLER.to_owned(), CALLEE.replace("clock 37 40", &format!("clock {ahead} {gains}")));
        for (index, (from_caller, second, is_copied)) in stanzas {
            let action = "[mute_v2 call-id=C call-creator=100:7@lid]";
            let (from, to, sender, copy) = match from_caller {
                true => ("200@lid", "100:7@lid", &mut caller, &mut callee),
                false => ("100:7@lid", "200:8@lid", &mut callee, &mut caller),
            };
            sender.push_str(&format!("\n0 out {second} call to={from} id=X{index} {action}"));
            if *is_copied {
                copy.push_str(&format!("\n0 in {second}.3 call from={to} id=X{index} {action}"));
            }
        }
        let in_order = |capture: &str| {
            let (head, mut stanzas): (Vec<&str>, Vec<&str>) = capture.lines().partition(|line| !line.contains(" in ") && !line.contains(" out "));
            let second = |line: &str| line.trim().split(' ').nth(2).unwrap().parse::<f64>().unwrap();
            stanzas.sort_by(|one, other| second(one).total_cmp(&second(other)));
            [head, stanzas].concat().join("\n")
        };
        let call = only_call(&[in_order(&caller), in_order(&callee)]);
        let truth = |row: &Row| {
            let time = row.observed.time().unwrap().0 as f64 / 1e9;
            let is_callee = call.vantages[row.vantage].role != Role::Caller;
            if is_callee { (time - ahead as f64) / (1.0 + gains as f64 / 1e6) } else { time }
        };
        for (index, row) in call.rows.iter().enumerate() {
            prop_assert!(row.copy_of.get().is_none_or(|original| original < index));
            for (other, second) in call.rows.iter().enumerate() {
                if call.is_before(index, other) == Some(true) && row.vantage != second.vantage {
                    prop_assert!(truth(row) <= truth(second) + 1e-6, "{row:?} {second:?}");
                }
            }
        }
        for vantage in 0..2 {
            let seqs: Vec<_> = call.rows.iter().filter(|row| row.vantage == vantage).map(|row| row.observed.seq).collect();
            prop_assert!(seqs.is_sorted());
        }
    }
}

/// A person reads what the server changed, one line for each way; where one end was recorded, there is none.
#[test]
fn what_was_changed_on_the_way_is_told() {
    let told = |fixture: &str| {
        let file = format!("tests/fixtures/questions/{fixture}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        let output = command.args(["-q", &file]).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(printed.contains("\n#1  "), "{printed}");
        printed.lines().filter(|line| line.starts_with("    ~ ")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!("changed_on_the_way", told("reject_fanout/answered-server-forwards-merged.ndjson"));
    assert_eq!(told("ack_error/answered-appears.ndjson"), "");
}
