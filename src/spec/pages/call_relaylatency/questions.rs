//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;

use crate::call::{Call, Role, Row, Side, group_since};
use crate::origin::Direction;
use crate::protocol::binary::Element;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::answers::Answers;
use crate::spec::observe::endpoints::RelayList;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{answered, answers, elements, endpoints, originator, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage, question};

pub(super) fn relay_address(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let reports = stanzas::of(call, &ActionName::RelayLatency);
    if reports.is_empty() {
        return Vec::new();
    }
    let list = RelayList::of(call);
    let mut evidence = Vec::new();
    for sight in &reports {
        let place = originator::seen_at(call, sight.row);
        for te in endpoints::of(sight.node) {
            let Some(length) = elements::length(te).filter(|length| *length > 0) else { continue };
            let listed = match list.lengths.contains(&length) {
                _ if list.lengths.is_empty() => "",
                true => ", as long as one in the relay list",
                false => ", unlike any in the relay list",
            };
            let is_same = te.bytes().is_some_and(|bytes| list.addresses.contains(bytes));
            let same = if is_same { "; the relay list has the same bytes" } else { "" };
            let why = format!("The address in a report {place}{}{same}.", elements::address_of(length));
            let value = format!("{}{listed}", elements::size(te));
            evidence.push(Evidence::supporting(question, value, Strength::Direct, sight.index, why));
        }
    }
    evidence
}

pub(super) fn latency_answer(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let reports = endpoints::reports(call);
    if reports.is_empty() {
        return Vec::new();
    }
    let answers = answers::answers(call);
    let pieces =
        reports.iter().filter_map(|report| Some(judge(question, call, context, report, answers.get(report.index)?)));
    question::first_of_each(pieces.flatten())
}

fn judge(
    question: &'static Question,
    call: &Call,
    context: &Context,
    report: &Sight<'_>,
    answers: &Answers,
) -> Vec<Evidence> {
    let way = match report.row.observed.direction() {
        Some(Direction::Outbound) => "outbound",
        Some(Direction::Inbound) => "inbound",
        None => return Vec::new(),
    };
    let when = report.phase(call);
    if answers.is_empty() {
        let is_watched = if report.is_inbound() {
            coverage::own_acks_covered(call, context, report.row).is_ok()
        } else {
            coverage::after(call, context, report.row, coverage::ANSWERED_WITHIN)
        };
        let why =
            format!("A report, {when}, got neither an ack nor a receipt while its socket was read without a gap.");
        let value = format!("{way}: nothing");
        let none = is_watched.then(|| Evidence::supporting(question, value, Strength::Absence, report.index, why));
        return none.into_iter().collect();
    }
    let answered = answers.acks.first().into_iter().chain(answers.receipts.first()).filter_map(|answer| {
        let node = &call.rows.get(*answer)?.observed.read().node;
        let within = node.children().first().filter(|_| node.tag() == "ack");
        let within = within.map_or_else(String::new, |child| format!(" with <{}>", child.tag()));
        let why = format!("The answer to a report, {when}, came{}.", answers::took(call, *answer));
        let value = format!("{way}: {}{within}", node.tag());
        Some(Evidence::supporting(question, value, Strength::Direct, *answer, why))
    });
    answered.collect()
}

pub(super) fn relays_per_report(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let since = group_since(&call.rows);
    let mut single: HashMap<&str, usize> = HashMap::default();
    let mut evidence = Vec::new();
    for sight in stanzas::of(call, &ActionName::RelayLatency) {
        let place = originator::seen_at(call, sight.row);
        let count = endpoints::of(sight.node).count();
        let is_of_group = since.is_some_and(|since| since <= sight.index);
        let (strength, kind) =
            if is_of_group { (Strength::Direct, "a group call") } else { (Strength::Indirect, "a 1:1 call") };
        if count > 1 {
            let why = format!("One report in {kind}, {place}, covers {count} relays.");
            evidence.push(Evidence::supporting(question, "several", strength, sight.index, why));
        } else if is_of_group && count == 1 {
            let side = sight.row.originator.side.name();
            let reports = single.entry(side).or_default();
            *reports += 1;
            // One piece for a side is enough.
            if *reports == 2 {
                let why = format!("In {kind} the {side} sends several reports with one relay each, {place}.");
                evidence.push(Evidence::supporting(question, "one", Strength::Indirect, sight.index, why));
            }
        }
    }
    evidence
}

/// A minute of milliseconds: no probe waits that long.
const LONGEST: u64 = 60_000;

/// What is below the highest of four bytes.
const LOW_BYTES: u64 = 0x00ff_ffff;

/// Packets alone speak to this: see `bearing`.
pub(super) fn latency_measurement(_: &'static Question, _: &Call, _: &Context) -> Vec<Evidence> {
    Vec::new()
}

pub(super) fn latency_unit(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let reports = endpoints::reports(call);
    let pieces = reports.iter().flat_map(|report| {
        let place = originator::seen_at(call, report.row);
        endpoints::relays(report).filter_map(move |relay| {
            let sent = relay.text("latency")?;
            let value: u64 = sent.parse().ok()?;
            // A relay that was probed has a name or an address; a bandwidth is that of the call.
            let about = if relay.attribute("dl_bw").is_some() { "bandwidth" } else { "relay" };
            let (form, why) = if value > LONGEST {
                let rest = value & LOW_BYTES;
                (
                    "other form",
                    format!("far too much for a round trip in milliseconds; without its highest byte that is {rest}"),
                )
            } else {
                ("plain milliseconds", "a plausible round trip in milliseconds".to_owned())
            };
            let why = format!("A report about a {about}, {place}, gives {value}, {why}.");
            Some(Evidence::supporting(question, format!("{about}: {form}"), Strength::Direct, report.index, why))
        })
    });
    question::first_of_each(pieces)
}

pub(super) fn latency_reader(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let reports = endpoints::reports(call);
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

pub(super) fn relay_naming(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let reports = endpoints::reports(call);
    let pieces = reports.iter().flat_map(|report| {
        let place = originator::seen_at(call, report.row);
        endpoints::relays(report).filter_map(move |relay| {
            let (has_address, has_name) = (has_address(relay), has_name(relay));
            let hypothesis = match (has_address, has_name) {
                (true, true) => "both",
                (true, false) => "address",
                (false, true) => "name",
                (false, false) => return None,
            };
            let form = form(relay);
            let why = format!("A report, {place}, names a relay by {form}.");
            let piece = Evidence::supporting(question, hypothesis, Strength::Direct, report.index, why);
            Some(piece.with_values(vec![form]).routine())
        })
    });
    question::first_of_each(pieces)
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

pub(super) fn latency_cadence(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let reports = endpoints::reports(call);
    if reports.is_empty() {
        return Vec::new();
    }
    let talks = answered::talks(call);
    let late = reports.iter().filter_map(|report| {
        let talk = talks.get(&report.row.vantage)?;
        let later = talk.until(report.row)?;
        let why =
            format!("A report, {}, came {} after the accept.", originator::seen_at(call, report.row), seconds(later));
        (later > answered::SET_UP)
            .then(|| Evidence::supporting(question, "in-call", Strength::Direct, report.index, why))
    });
    let late = question::first_of_each(late);
    if !late.is_empty() {
        return late;
    }
    let quiet = talks.iter().filter_map(|(vantage, talk)| {
        let seen =
            call.rows.iter().filter(|row| row.vantage == *vantage && row.action == Some(ActionName::RelayLatency));
        let count = seen.filter(|row| row.observed.read().action().is_some()).count();
        let lasted = talk.duration().filter(|lasted| *lasted > answered::SET_UP)?;
        let why =
            format!("The device saw {count} reports during setup, and none in the {} of the call.", seconds(lasted));
        (count > 0 && talk.is_covered(call, context))
            .then(|| Evidence::supporting(question, "at-setup-only", Strength::Absence, talk.accept, why))
    });
    quiet.collect()
}
