//! What bears on the open questions of this page; `page.md` says what decides each.

use crate::call::{Call, Row, Side};
use crate::media::FactId;
use crate::origin::{Direction, RecordNumber};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{answers, declined, originator, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage};
use crate::words::article;

/// Not data: it compares the devices of several stanzas.
pub(super) fn reject_fanout(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let told = declined::told_elsewhere(call).into_iter().filter_map(|sight| {
        let made = originator::made(sight.row)?;
        let hypothesis = match made.by {
            Side::Caller => "caller-forwards",
            Side::Server => "server-forwards",
            Side::Callee | Side::Unknown => return None,
        };
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let why = format!("A terminate with reason {reason} reports the decline: {}.", made.how);
        Some(Evidence::supporting(question, hypothesis, made.strength, sight.index, why))
    });
    told.chain(further_rejects(question, call)).collect()
}

/// Rejects by another device than the one that rejected first.
fn further_rejects(question: &'static Question, call: &Call) -> Vec<Evidence> {
    let rejects: Vec<_> = declined::rejects(call)
        .into_iter()
        .filter_map(|sight| Some((sight.index, originator::made(sight.row)?, sight.row.originator.device.as_ref()?)))
        .collect();
    let Some((_, first, first_device)) = rejects.first() else { return Vec::new() };
    // An account's bare address names no device, and may stand for the one that rejected first.
    let names_device = |device: &Jid| device.device != 0;
    let others = rejects.iter().skip(1).filter(|(_, _, device)| {
        names_device(first_device) && names_device(device) && !call.people.same_device(first_device, device)
    });
    let pieces = others.map(|(index, made, device)| {
        let why = format!("After {first_device}, the callee's device {device} also rejected the call: {}.", made.how);
        Evidence::supporting(question, "each-device-rejects", made.strength.min(first.strength), *index, why)
    });
    pieces.collect()
}

/// Not data: it looks at packets beside the stanzas.
pub(super) fn reject_no_media(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let prepares = |row: &Row| {
        let media = [ActionName::Transport, ActionName::RelayLatency, ActionName::RelayElection];
        row.observed.direction() == Some(Direction::Outbound) && media.iter().any(|name| stanzas::is(row, name))
    };
    let media = stanzas::first_by_vantage(call, prepares);
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let rejects = declined::rejects(call).into_iter().filter(Sight::is_outbound);
    let pieces = rejects.filter_map(|sight| {
        if let Some((sentence, record)) = allocated(call, context, sight.index) {
            let why = format!("{sentence} The first request is in record {record}.");
            return Some(Evidence::supporting(question, "media-prepared", Strength::Direct, sight.index, why));
        }
        if let Some(index) = media.get(&sight.row.vantage).copied().filter(|index| *index < sight.index) {
            let action = answers::action_name(call.rows.get(index)?);
            let why = format!("The rejecting device sent {} {action} before the reject.", article(action));
            return Some(Evidence::supporting(question, "media-prepared", Strength::Direct, index, why));
        }
        let offer = offers.get(&sight.row.vantage).and_then(|index| call.rows.get(*index))?;
        let watched = coverage::between(call, context, sight.row, offer.observed.time(), sight.row.observed.time());
        let why = "The rejecting device set up no media; its socket was read without a gap since the offer.";
        watched.then(|| Evidence::supporting(question, "no-media", Strength::Absence, sight.index, why))
    });
    pieces.collect()
}

/// What packets show of a device that allocated at a relay before the reject in this row, and the first record that does.
pub(super) fn allocated(call: &Call, context: &Context, reject: usize) -> Option<(String, RecordNumber)> {
    let media = context.media(call)?;
    let facts = media.findings.iter().flat_map(|found| &found.facts);
    let mut facts = facts.filter(|fact| fact.id == FactId::RelayProbedBeforeReject && fact.rows.contains(&reject));
    let fact = facts.next()?;
    Some((fact.sentence.say(&media.path.announced, false), *fact.records.first()?))
}
