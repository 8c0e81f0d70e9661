//! What contradicts itself in the stanzas of calls, or what the user says of them.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::clock::ClockId;
use super::coverage::SET_BACK;
use super::model::{Call, Row};
use crate::anomaly::{Anomaly, diagnoses};
use crate::origin::{Direction, Timestamp};
use crate::protocol::stanza::Body;

diagnoses! { Call "call";
    USER_DEVICE "user-device" Unexpected Contradiction:
        "the device given with --me contradicts the stanzas and was ignored",
        "Give with --me the device that captured the FILEs that follow it, not the device at the other end.";

    TWO_CLIENTS "two-clients" Unexpected Contradiction:
        "two clients are in one log: it sent a stanza, and received the same",
        "Give each client's log as a file of its own.";

    CLOCK_SET_BACK "clock-set-back" Unexpected Contradiction:
        "times fall back from one stanza to the next: the clock was set, or several recordings were joined",
        "Times before and after are not comparable. If recordings were joined, give each as a file of its own.";

    IDS_ABSENT "ids-absent" Missing Contradiction:
        "stanzas lack the id that every stanza has, so their answers and copies are unknown",
        "";
}

/// Returns what contradicts itself in a call.
#[must_use]
pub fn contradictions(call: &Call) -> Vec<Anomaly> {
    let mut found = Vec::new();
    user_devices(call, &mut found);
    two_clients(call, &mut found);
    clocks_set_back(call, &mut found);
    let is_without_id = |row: &&Row| {
        let stanza = row.observed.read();
        matches!(stanza.body, Body::Call(_)) && stanza.id.as_deref().is_none_or(str::is_empty)
    };
    found.extend(call.rows.iter().filter(is_without_id).map(|row| anomaly(&IDS_ABSENT, row)));
    found
}

fn anomaly(diagnosis: &'static crate::anomaly::Diagnosis, row: &Row) -> Anomaly {
    Anomaly::new(diagnosis, row.observed.stanza.origin)
}

/// Reports each socket of which the user named the wrong device.
fn user_devices(call: &Call, found: &mut Vec<Anomaly>) {
    for (index, vantage) in call.vantages.iter().enumerate() {
        let Some(refused) = &vantage.device.refused else { continue };
        let own = call.rows.iter().filter(|row| row.vantage == index);
        let mut sockets: BTreeMap<_, &Row> = BTreeMap::new();
        for row in own {
            sockets.entry(row.observed.socket()).or_insert(row);
        }
        found.extend(sockets.values().map(|row| anomaly(&USER_DEVICE, row).detail(format!("--me {refused}"))));
    }
}

/// Reports what was sent over a socket and received over the same one. The server sends nothing back to its sender.
fn two_clients(call: &Call, found: &mut Vec<Anomaly>) {
    let mut sent = HashMap::default();
    let going = |direction| call.rows.iter().filter(move |row| row.observed.direction() == Some(direction));
    for row in going(Direction::Outbound) {
        if let Some(key) = row.observed.recurrence() {
            sent.entry(key).or_insert(row);
        }
    }
    for row in going(Direction::Inbound) {
        if let Some(first) = row.observed.recurrence().and_then(|key| sent.get(&key)) {
            let action = row.action.as_ref().map_or("", |action| action.as_str());
            let [out, back] = [first, row].map(|row| row.observed.stanza.origin.last);
            found.push(anomaly(&TWO_CLIENTS, row).detail(format!("{action} sent in record {out}, received in {back}")));
        }
    }
}

/// Reports where the times of a recording fall back.
fn clocks_set_back(call: &Call, found: &mut Vec<Anomaly>) {
    let mut recorded: BTreeMap<(usize, ClockId), Vec<(Timestamp, &Row)>> = BTreeMap::new();
    for row in &call.rows {
        if let Some(time) = row.observed.time() {
            let clock = call.clock_of_socket(row.observed.socket());
            recorded.entry((row.vantage, clock)).or_default().push((time, row));
        }
    }
    for stanzas in recorded.values_mut() {
        stanzas.sort_by_key(|(_, row)| row.observed.record());
        for pair in stanzas.windows(2) {
            let [(earlier, before), (later, row)] = pair else { continue };
            let back = earlier.nanoseconds_since(*later);
            if back > SET_BACK {
                let [before, record] = [before, row].map(|row| row.observed.stanza.origin.last);
                let detail = format!("by {} ms from record {before} to record {record}", back / 1_000_000);
                found.push(anomaly(&CLOCK_SET_BACK, row).detail(detail));
            }
        }
    }
}
