//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::{Call, Role, Row, Side};
use crate::origin::Direction;
use crate::protocol::binary::Element;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{endpoints, originator, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage, question};

/// Packets alone speak to this: see `bearing`.
pub(super) fn latency_measurement(_: &'static Question, _: &Call, _: &Context) -> Vec<Evidence> {
    Vec::new()
}

/// Not data: it calculates with the value.
pub(super) fn latency_unit(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let reports = endpoints::reports(call);
    let pieces = reports.iter().flat_map(|report| {
        endpoints::relays(report).filter_map(move |relay| {
            let sent = relay.text("latency")?;
            let value: u64 = sent.parse().ok()?;
            // A relay that was probed has a name or an address; a bandwidth is that of the call.
            let about = if relay.attribute("dl_bw").is_some() { "bandwidth" } else { "relay" };
            let below_flag = endpoints::below_flag(value);
            let form = if below_flag.is_some() { "other form" } else { "plain milliseconds" };
            let why = move || {
                let place = originator::seen_at(call, report.row);
                let what = below_flag.map_or_else(
                    || "a plausible round trip in milliseconds".to_owned(),
                    |rest| {
                        format!(
                            "far too much for a round trip in milliseconds; without its highest byte that is {rest}"
                        )
                    },
                );
                format!("A report about a {about}, {place}, gives {value}, {what}.").into()
            };
            let value = format!("{about}: {form}");
            Some((Evidence::supporting(question, value, Strength::Direct, report.index, ""), why))
        })
    });
    question::first_told(pieces)
}

/// Not data: it asks what several recorded devices saw of one stanza.
pub(super) fn latency_reader(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let reports = endpoints::reports(call);
    if reports.is_empty() {
        return Vec::new();
    }
    let is_report = |row: &&Row| stanzas::is(row, &ActionName::RelayLatency);
    let copied: BTreeSet<_> = call.rows.iter().filter(is_report).filter_map(|row| row.copy_of.get()).collect();
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
        let place = originator::seen_at(call, report.row);
        if report.row.observed.direction() == Some(Direction::Inbound) {
            let is_handed_on = matches!(report.row.originator.side, Side::Caller | Side::Callee);
            let why = format!("A report from the other side arrived, {place}: the server forwards it.");
            return is_handed_on
                .then(|| Evidence::supporting(question, "peer", Strength::Indirect, report.index, why).routine());
        }
        if copied.contains(&report.index) {
            let why = format!("A report, {place}, was delivered to a recorded device on the other side.");
            return Some(Evidence::supporting(question, "peer", Strength::Indirect, report.index, why).routine());
        }
        let mut peers = devices.values().filter(|row| is_peer(report.row, row)).peekable();
        peers.peek()?;
        // The clocks of two devices differ: all of the call counts.
        let last = |peer: &Row| call.rows.iter().rev().find(|row| row.vantage == peer.vantage);
        let silent = peers.all(|peer| {
            let until = last(peer).and_then(|row| row.observed.time());
            coverage::between(call, context, peer, peer.observed.time(), until)
        });
        let why = format!(
            "A report, {place}, reached no recorded device on the other side, whose sockets were read without a gap."
        );
        silent.then(|| Evidence::supporting(question, "server", Strength::Absence, report.index, why))
    });
    question::first_of_each(pieces)
}

/// Not data: it derives the form from a part of the attributes, as their names are.
pub(super) fn relay_naming(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let reports = endpoints::reports(call);
    let pieces = reports.iter().flat_map(|report| {
        endpoints::relays(report).filter_map(move |relay| {
            let (has_address, has_name) = (has_address(relay), has_name(relay));
            let hypothesis = match (has_address, has_name) {
                (true, true) => "both",
                (true, false) => "address",
                (false, true) => "name",
                (false, false) => return None,
            };
            let form = form(relay);
            let piece = Evidence::supporting(question, hypothesis, Strength::Direct, report.index, "");
            let piece = piece.with_values(vec![form.clone()]).routine();
            let why =
                move || format!("A report, {}, names a relay by {form}.", originator::seen_at(call, report.row)).into();
            Some((piece, why))
        })
    });
    question::first_told(pieces)
}

fn has_address(relay: Element<'_>) -> bool {
    relay.attribute("ip").is_some() || matches!(endpoints::packed(relay), Some(6 | 18))
}

fn has_name(relay: Element<'_>) -> bool {
    relay.attributes().any(|it| is_name(it.name))
}

fn is_name(attribute: &str) -> bool {
    attribute.starts_with("relay") || attribute.ends_with("id") || attribute.contains("token")
}

/// What names the relay: the attributes but for what was measured, and how many bytes there are.
fn form(relay: Element<'_>) -> String {
    let names = relay.attributes().map(|it| it.name).filter(|name| is_name(name) || matches!(*name, "ip" | "port"));
    let mut parts: Vec<_> = names.map(str::to_owned).collect();
    parts.extend(endpoints::packed(relay).map(|length| format!("{length} bytes")));
    parts.join(" and ")
}
