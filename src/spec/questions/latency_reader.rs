//! Is a latency report for the server or for the peer?
//!
//! *The question.* The stanza catalogue asks whether the server or the peer's device uses the reports when a relay is
//! chosen.
//!
//! *What decides it.* Whom a report reaches. One that comes in from the other account was handed on to the peer. One that left
//! a recorded device, while the socket of the peer was recorded without a gap and got no copy of it, ended at the
//! server; that is absence. Who uses it shows nowhere, so no more than a leaning follows.
//!
//! *What is recorded.* The report, and whether its copy was matched.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::{Call, Role, Row, Side};
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{covered, latency, making, repeated, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "latency-reader",
    page: "call-relaylatency",
    number: Some(3),
    also: &[],
    title: "Is a latency report for the server or for the peer?",
    shape: Shape::Exclusive,
    hypotheses: &["peer", "server"],
    source: include_str!("latency_reader.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let reports = latency::reports(call);
    if reports.is_empty() {
        return Vec::new();
    }
    let is_report = |row: &&Row| stanzas::is(row, &ActionName::RelayLatency);
    let copied: BTreeSet<_> = call.rows.iter().filter(is_report).filter_map(|row| row.copy_of).collect();
    // The first stanza of each recorded device, to ask how its socket was read.
    let mut devices: BTreeMap<usize, &Row> = BTreeMap::new();
    for row in &call.rows {
        devices.entry(row.vantage).or_insert(row);
    }
    let is_peer = |one: &Row, other: &Row| match call.role_of(one) {
        Role::Caller => matches!(call.role_of(other), Role::Callee | Role::CalleeOther),
        Role::Callee | Role::CalleeOther => call.role_of(other) == Role::Caller,
        Role::Unknown => false,
    };
    let pieces = reports.iter().filter_map(|report| {
        let place = making::seen_at(call, report.row);
        if report.row.observed.direction() == Some(Direction::Inbound) {
            let is_handed_on = matches!(report.row.maker.side, Side::Caller | Side::Callee);
            let why = format!("A report of the other side came in, {place}: the server hands it on.");
            return is_handed_on
                .then(|| Evidence::supporting(QUESTION.id, "peer", Strength::Indirect, report.index, why).routine());
        }
        if copied.contains(&report.index) {
            let why = format!("A report, {place}, was delivered to a recorded device of the other side.");
            return Some(Evidence::supporting(QUESTION.id, "peer", Strength::Indirect, report.index, why).routine());
        }
        let mut peers = devices.values().filter(|row| is_peer(report.row, row)).peekable();
        peers.peek()?;
        // The clocks of two devices differ: all of the call counts.
        let last = |peer: &Row| call.rows.iter().rev().find(|row| row.vantage == peer.vantage);
        let silent = peers.all(|peer| {
            let until = last(peer).and_then(|row| row.observed.time());
            covered::between(call, context, peer, peer.observed.time(), until)
        });
        let why = format!(
            "A report, {place}, reached no recorded device of the other side, whose sockets were read without a gap."
        );
        silent.then(|| Evidence::supporting(QUESTION.id, "server", Strength::Absence, report.index, why))
    });
    repeated::first_of_each(pieces)
}
