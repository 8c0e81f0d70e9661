//! What bears on the open questions of this page; `page.md` says what decides each.

use foldhash::HashSet;

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::binary::{Attribute, Element};
use crate::protocol::stanza::{Action, ActionName, Body};
use crate::spec::observe::answered::HangUp;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{SECOND, answered, names, originator, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, question};

pub(super) fn terminate_duration_direction(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let reported = reported(call);
    let pieces = answered::hang_ups(call).into_iter().filter_map(|HangUp { sight, talk }| {
        let carried = carried(sight.action);
        let (hypothesis, strength) = match (sight.is_outbound(), carried.is_empty()) {
            (true, false) => ("sent-outbound", Strength::Direct),
            (true, true) => ("received-only", Strength::Absence),
            (false, false) if !was_sent_with_one(call, sight.row) => ("received-only", Strength::Indirect),
            (false, _) => return None,
        };
        let talk = talk.map_or_else(String::new, |talk| format!(" after {} of talk", seconds(talk)));
        let place = originator::seen_at(call, sight.row);
        let with =
            if carried.is_empty() { "neither duration nor audio_duration".to_owned() } else { carried.join(" and ") };
        let why = format!("The terminate that ended an answered call{talk}, {place}, has {with}{reported}.");
        Some(Evidence::supporting(question, hypothesis, strength, sight.index, why))
    });
    pieces.collect()
}

/// Whether a row is a copy of a terminate that counts where it was sent.
fn was_sent_with_one(call: &Call, row: &Row) -> bool {
    let sent = row.copy_of.and_then(|sent| call.rows.get(sent)?.observed.read().action());
    sent.is_some_and(|sent| !carried(sent).is_empty())
}

fn carried(action: &Action) -> Vec<String> {
    let attribute = |name, value: &Option<Box<str>>| value.as_ref().map(|value| format!("{name}={value}"));
    let both = [attribute("duration", &action.duration), attribute("audio_duration", &action.audio_duration)];
    both.into_iter().flatten().collect()
}

/// The `<duration>` actions of the call, which are reports to the server.
fn reported(call: &Call) -> String {
    let actions = call.rows.iter().filter_map(|row| row.observed.read().action());
    let mut reports = actions.filter(|action| action.name == ActionName::Duration);
    reports.next().map_or_else(String::new, |action| {
        let carried = carried(action);
        let with = if carried.is_empty() { "no value".to_owned() } else { carried.join(" and ") };
        format!("; a duration action also reported {with}")
    })
}

/// How long after a terminate what a client had under way may still leave it, in nanoseconds.
const UNDER_WAY: i64 = 5 * SECOND;

pub(super) fn terminate_reason_inbound(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let inbound = stanzas::arrivals(call).into_iter().filter(|sight| sight.action.name == ActionName::Terminate);
    let pieces = inbound.map(|sight| {
        let place = originator::seen_at(call, sight.row);
        let (hypothesis, strength, why) = match sight.action.reason.as_deref() {
            Some(reason) => ("expected", Strength::Absence, format!("A terminate {place} has reason {reason}.")),
            None => ("optional", Strength::Direct, format!("A terminate {place} has no reason.")),
        };
        Evidence::supporting(question, hypothesis, strength, sight.index, why)
    });
    pieces.chain(refused(question, call)).chain(ignored(question, call)).collect()
}

/// Acks with which the client refused a terminate.
fn refused(question: &'static Question, call: &Call) -> Vec<Evidence> {
    let pieces = call.rows.iter().enumerate().filter_map(|(index, row)| {
        let Body::Ack(ack) = &row.observed.read().body else { return None };
        let is_own = row.observed.direction() == Some(Direction::Outbound);
        if !is_own || ack.error.is_none() || row.action != Some(ActionName::Terminate) {
            return None;
        }
        let answered = call.rows.get(row.answers?)?.observed.read().action()?;
        let with =
            answered.reason.as_deref().map_or_else(|| "no reason".to_owned(), |reason| format!("reason {reason}"));
        let why = format!("The client answered an inbound terminate with {with} with an error.");
        Some(Evidence::supporting(question, "validated", Strength::Indirect, index, why))
    });
    pieces.collect()
}

/// The first thing that a client did in a call long after a terminate without reason had come in for it.
fn ignored(question: &'static Question, call: &Call) -> Option<Evidence> {
    let ends = |row: &Row| {
        let action = row.observed.read().action();
        row.observed.direction() == Some(Direction::Inbound)
            && action.is_some_and(|action| action.name == ActionName::Terminate && action.reason.is_none())
    };
    let end = call.rows.iter().position(ends)?;
    let ended = call.rows.get(end)?;
    let (index, after) = call.rows.iter().enumerate().skip(end).find_map(|(index, row)| {
        let action = row.observed.read().action()?;
        let after = row.observed.time()?.nanoseconds_since(ended.observed.time()?);
        let goes_on = row.vantage == ended.vantage
            && row.observed.direction() == Some(Direction::Outbound)
            && action.name != ActionName::Duration
            && after > UNDER_WAY;
        goes_on.then_some((index, after))
    })?;
    let why =
        format!("The client continued the call {} after it had received a terminate without a reason.", seconds(after));
    Some(Evidence::supporting(question, "validated", Strength::Indirect, index, why))
}

pub(super) fn terminate_figures(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let mut terminates = stanzas::of(call, &ActionName::Terminate);
    if terminates.is_empty() {
        return Vec::new();
    }
    terminates.retain(Sight::is_outbound);
    terminates.extend(stanzas::arrivals(call).into_iter().filter(|sight| sight.action.name == ActionName::Terminate));
    terminates.sort_by_key(|sight| sight.index);
    question::first_of_each(terminates.iter().map(|sight| judge(question, call, sight)))
}

/// Words that name what is counted or measured of a call.
const FIGURES: &[&str] = &[
    "duration",
    "durations",
    "time",
    "seconds",
    "ms",
    "bytes",
    "packets",
    "sent",
    "received",
    "lost",
    "loss",
    "latency",
    "rtt",
    "jitter",
    "bitrate",
    "rate",
    "score",
    "quality",
];

fn judge(question: &'static Question, call: &Call, sight: &Sight<'_>) -> Evidence {
    let place = originator::seen_at(call, sight.row);
    let attributes = sight.node.attributes();
    let attributes = attributes
        .filter(|it| !matches!(it.name, "call-id" | "call-creator" | "reason") && !names::has_word(it.name, &["id"]));
    let children = || sight.node.children().filter(|child| child.tag() != "destination");
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (names, shown): (Vec<_>, Vec<_>) =
        attributes.clone().map(|it| (it.name.to_string(), format!("{}={}", it.name, it.value))).unzip();
    let is_figure = |it: Attribute<'_>| names::has_word(it.name, FIGURES) && is_number(&it.value.to_text());
    let holds_figure = |node: Element<'_>| node.attributes().any(is_figure);
    let has_figure = attributes.clone().any(is_figure) || children().any(holds_figure);
    let tags: Vec<_> = children().map(|child| format!("<{}>", child.tag())).collect();
    let values: Vec<_> = names.into_iter().chain(tags.iter().cloned()).collect();
    if values.is_empty() {
        let why = format!("A terminate, {place}, only names the call, with or without a reason.");
        return Evidence::supporting(question, "none", Strength::Absence, sight.index, why);
    }
    let strength = if has_figure { Strength::Direct } else { Strength::Indirect };
    let shown: Vec<_> = shown.into_iter().chain(tags).collect();
    let why = format!("A terminate, {place}, also has {}.", shown.join(" and "));
    Evidence::supporting(question, "figures", strength, sight.index, why).with_values(values).routine()
}

pub(super) fn elsewhere_spelling(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let terminates = stanzas::of(call, &ActionName::Terminate);
    let pieces = terminates.iter().filter(|sight| sight.action.is_elsewhere()).map(|sight| {
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let hypothesis = match reason {
            "accepted_elsewhere" | "rejected_elsewhere" => "participle",
            "accept_elsewhere" | "reject_elsewhere" => "stem",
            _ => "other",
        };
        let why = format!("A terminate {} spells its reason {reason}.", originator::seen_at(call, sight.row));
        Evidence::supporting(question, hypothesis, Strength::Direct, sight.index, why)
            .with_values(vec![reason.to_owned()])
    });
    pieces.collect()
}

pub(super) fn terminate_address(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let terminates = stanzas::of(call, &ActionName::Terminate).into_iter().filter(Sight::is_outbound);
    let pieces = terminates.filter_map(|sight| {
        let to = sight.row.observed.read().to.as_ref()?;
        let (hypothesis, strength) =
            if to.server == "call" { ("call", Strength::Direct) } else { ("peer", Strength::Absence) };
        let why = format!("A terminate {} goes to {to}.", originator::seen_at(call, sight.row));
        Some(Evidence::supporting(question, hypothesis, strength, sight.index, why).routine())
    });
    question::first_of_each(pieces)
}

pub(super) fn duration_unit(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let mut counted = HashSet::default();
    let pieces = answered::hang_ups(call).into_iter().filter_map(|HangUp { sight, talk }| {
        let talk = talk?;
        let values = [("duration", &sight.action.duration), ("audio_duration", &sight.action.audio_duration)];
        let piece = values.into_iter().find_map(|(name, value)| {
            let value = value.as_deref()?;
            let unit = unit(value.parse().ok()?, talk)?;
            let why = format!("{name}={value} after {} of talk: {unit}.", seconds(talk));
            Some(Evidence::supporting(question, unit, Strength::Direct, sight.index, why))
        });
        // What was sent with a value and arrived with it is one observation.
        piece.filter(|_| counted.insert(sight.row.copy_of.unwrap_or(sight.index)))
    });
    pieces.collect()
}

/// The unit in which `value` is about `talk` nanoseconds, if it is in one only.
fn unit(value: u32, talk: i64) -> Option<&'static str> {
    let tolerance = (talk / 10).max(2 * SECOND);
    let fits = |unit: i64| (i64::from(value).saturating_mul(unit) - talk).abs() <= tolerance;
    match (fits(SECOND), fits(SECOND / 1000)) {
        (true, false) => Some("seconds"),
        (false, true) => Some("milliseconds"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_where_it_fits_one_unit_only() {
        assert_eq!(unit(33, 33 * SECOND), Some("seconds"));
        assert_eq!(unit(33_120, 33 * SECOND), Some("milliseconds"));
        assert_eq!(unit(1, SECOND), None, "both are about a second");
        assert_eq!(unit(0, 33 * SECOND), None);
        assert_eq!(unit(500, 33 * SECOND), None);
        assert_eq!(unit(u32::MAX, 33 * SECOND), None);
    }
}
