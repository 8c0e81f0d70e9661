//! What UDP packets say to questions that stanzas are asked: a row per question, in addition to what stanzas say.
//!
//! What a row claims is no more than the packets show. Why a client sent them is not in them: where a question asks for that,
//! the evidence is indirect.

use super::context::Context;
use super::observe::{Survey, endpoints, originator};
use super::packets::{facts, said};
use super::question::{self, Evidence, Question};
use super::strength::Strength;
use crate::call::Call;
use crate::media::{CallMedia, Dialled, FactId, Measured, Place};
use crate::words::duration;

/// What packets say to a question.
struct Bearing {
    /// Its id.
    question: &'static str,
    /// Finds the evidence.
    look: fn(&'static Question, &Call, &CallMedia) -> Vec<Evidence>,
}

/// The rows.
const BEARINGS: &[Bearing] = &[
    Bearing {
        question: "reject-no-media",
        look: |question, _, media| {
            by_fact(question, media, FactId::RelayProbedBeforeReject, "media-prepared", Strength::Direct)
        },
    },
    Bearing {
        question: "relay-choice-moment",
        look: |question, _, media| by_fact(question, media, FactId::RelayBeforeAccept, "before", Strength::Direct),
    },
    Bearing {
        question: "relay-choice-moment",
        look: |question, _, media| by_fact(question, media, FactId::RelayChanged, "after", Strength::Direct),
    },
    Bearing { question: "relay-address", look: relay_address },
    Bearing { question: "relay-naming", look: relay_naming },
    Bearing { question: "candidate-encoding", look: candidate_encoding },
    Bearing { question: "latency-unit", look: latency_unit },
    Bearing { question: "latency-measurement", look: latency_measurement },
];

/// Questions on which stanzas alone say nothing.
const OF_PACKETS: &[&str] = &["latency-measurement"];

/// Returns whether nothing but packets bears on a question.
pub(super) fn needs_packets(question: &Question) -> bool {
    OF_PACKETS.contains(&question.id)
}

/// Returns whether stanzas or packets say anything to a question.
pub(super) fn is_any(question: &'static Question, survey: &Survey<'_>, context: &Context) -> bool {
    match context.media(survey.call) {
        None => question.has_evidence_in(survey, context),
        Some(_) => !evidence(question, survey, context).is_empty(),
    }
}

/// Returns what stanzas say to a question, and what packets do. What packets show is not absent, whatever the stanzas lack.
pub(super) fn evidence(question: &'static Question, survey: &Survey<'_>, context: &Context) -> Vec<Evidence> {
    let mut evidence = question.evidence_in(survey, context);
    let call = survey.call;
    let Some(media) = context.media(call) else { return evidence };
    let rows = BEARINGS.iter().filter(|row| row.question == question.id);
    let pieces = Question::admitted(rows.flat_map(|row| (row.look)(question, call, media)), call);
    let is_shown = |row: usize| pieces.iter().any(|piece| piece.row == row && piece.strength > Strength::Absence);
    evidence.retain(|piece| piece.strength > Strength::Absence || !is_shown(piece.row));
    evidence.extend(pieces);
    evidence
}

/// A piece for each row that a fact is about.
fn by_fact(
    question: &'static Question,
    media: &CallMedia,
    id: FactId,
    hypothesis: &'static str,
    strength: Strength,
) -> Vec<Evidence> {
    let pieces = facts(media, id).flat_map(|(leg, fact)| {
        // By another clock, an order is only taken to be so.
        let strength = if leg.clock_apart.is_some() { strength.min(Strength::Indirect) } else { strength };
        let piece = move |row: &usize| Evidence::supporting(question, hypothesis, strength, *row, said(media, fact));
        fact.rows.iter().map(piece)
    });
    pieces.collect()
}

/// The address that was dialled, and what came back, for a sentence.
fn dialled(it: &Dialled) -> String {
    let port = if it.is_exact { "" } else { ", to another port" };
    let answer = it.answer.map_or_else(String::new, |record| format!(", and record {record} came back"));
    format!("packets of the call went to the address in it{port}, first in record {}{answer}", it.record)
}

/// Only bytes that were read right lead anywhere: with the port, nothing else could have made them an address.
const fn strength(it: &Dialled) -> Strength {
    if it.is_exact { Strength::Direct } else { Strength::Indirect }
}

fn relay_address(question: &'static Question, call: &Call, media: &CallMedia) -> Vec<Evidence> {
    let reports = media.dialled.iter().filter(|it| matches!(it.place, Place::Report { .. }));
    let pieces = reports.filter_map(|it| {
        let size = if it.is_ipv6 { "18 bytes: an IPv6 address" } else { "6 bytes: an IPv4 address" };
        let port = if it.is_exact { " and a port, big-endian, where packets went" } else { ", where packets went" };
        let place = originator::seen_at(call, call.rows.get(it.row)?);
        let why = format!("A report, {place}: {}.", dialled(it));
        Some(Evidence::supporting(question, format!("{size}{port}"), strength(it), it.row, why).routine())
    });
    question::first_of_each(pieces)
}

fn relay_naming(question: &'static Question, call: &Call, media: &CallMedia) -> Vec<Evidence> {
    let pieces = media.dialled.iter().filter_map(|it| {
        let Place::Report { is_named } = it.place else { return None };
        let hypothesis = if is_named { "both" } else { "address" };
        let place = originator::seen_at(call, call.rows.get(it.row)?);
        let why = format!("A report, {place}, has the address of its relay: {}.", dialled(it));
        Some(Evidence::supporting(question, hypothesis, strength(it), it.row, why).routine())
    });
    question::first_of_each(pieces)
}

fn candidate_encoding(question: &'static Question, call: &Call, media: &CallMedia) -> Vec<Evidence> {
    let candidates = media.dialled.iter().filter(|it| it.place == Place::Transport);
    let pieces = candidates.filter_map(|it| {
        let place = originator::seen_at(call, call.rows.get(it.row)?);
        let why = format!("A candidate in a transport, {place}, is an address as bytes: {}.", dialled(it));
        Some(Evidence::supporting(question, "bytes", strength(it), it.row, why).routine())
    });
    question::first_of_each(pieces)
}

/// How far a reported latency may be off the round trip that packets show, in milliseconds: at least this, or by half.
const NEAR: u64 = 10;

/// A reported latency as milliseconds, and how it compares with the packets.
struct Compared {
    /// Whether it has something in its highest byte.
    is_other_form: bool,
    milliseconds: u64,
    is_near: bool,
    /// Whether it is what the server had announced for the relay, and need not have been measured.
    is_announced: bool,
}

fn compared(measured: &Measured) -> Option<Compared> {
    let round_trip = u64::try_from(measured.round_trip / 1_000_000).ok()?;
    let below_flag = endpoints::below_flag(measured.value);
    let (is_other_form, milliseconds) = (below_flag.is_some(), below_flag.unwrap_or(measured.value));
    let is_near = milliseconds.abs_diff(round_trip) <= NEAR.max(round_trip / 2);
    let is_announced = measured.announced == Some(milliseconds);
    Some(Compared { is_other_form, milliseconds, is_near, is_announced })
}

fn latency_unit(question: &'static Question, call: &Call, media: &CallMedia) -> Vec<Evidence> {
    let pieces = media.measured.iter().filter_map(|measured| {
        let compared = compared(measured)?;
        let form = if compared.is_other_form { "relay: other form" } else { "relay: plain milliseconds" };
        let (value, rest) = if compared.is_near {
            (form.to_owned(), "")
        } else {
            (format!("{form}, unlike the round trip of packets"), ", which it is not near")
        };
        let without = if compared.is_other_form {
            format!(", {} without its highest byte", compared.milliseconds)
        } else {
            String::new()
        };
        let place = originator::seen_at(call, call.rows.get(measured.row)?);
        let why = format!(
            "A report, {place}, gives {}{without}; packets show a round trip of {} to the same relay, first in record {}{rest}.",
            measured.value,
            duration(measured.round_trip),
            measured.record
        );
        // What is far off may be of another measurement.
        let strength = if compared.is_near { Strength::Direct } else { Strength::Indirect };
        Some(Evidence::supporting(question, value, strength, measured.row, why).routine())
    });
    question::first_of_each(pieces)
}

fn latency_measurement(question: &'static Question, call: &Call, media: &CallMedia) -> Vec<Evidence> {
    let measured = media.measured.iter().filter_map(|measured| {
        let compared = compared(measured).filter(|compared| compared.is_near && !compared.is_announced)?;
        let place = originator::seen_at(call, call.rows.get(measured.row)?);
        let why = format!(
            "A report, {place}, gives {} ms about a relay that had answered requests over UDP within {}, first in record {}.",
            compared.milliseconds,
            duration(measured.round_trip),
            measured.record
        );
        Some(Evidence::supporting(question, "over-udp", Strength::Indirect, measured.row, why).routine())
    });
    let unprobed = media.unprobed.iter().filter_map(|row| {
        let place = originator::seen_at(call, call.rows.get(*row)?);
        let why = format!("A report, {place}, is about a relay to which no packet had gone by then.");
        Some(Evidence::supporting(question, "not-over-udp", Strength::Absence, *row, why).routine())
    });
    question::first_of_each(measured.chain(unprobed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::question as by_id;

    #[test]
    fn every_row_is_of_a_question() {
        for row in BEARINGS {
            assert!(by_id(row.question).is_some(), "{}", row.question);
        }
        for id in OF_PACKETS {
            assert!(BEARINGS.iter().any(|row| row.question == *id), "{id}");
        }
    }

    #[test]
    fn a_reported_latency_is_compared_with_the_round_trip() {
        let compare = |value, round_trip: i64| {
            let measured =
                Measured { row: 0, value, announced: Some(17), round_trip: round_trip * 1_000_000, record: 1 };
            let Compared { is_other_form, milliseconds, is_near, is_announced } = compared(&measured).unwrap();
            (is_other_form, milliseconds, is_near, is_announced)
        };
        assert_eq!(compare(0x0200_0000 + 28, 30), (true, 28, true, false));
        assert_eq!(compare(28, 30), (false, 28, true, false));
        assert_eq!(compare(28_000, 30), (false, 28_000, false, false), "not in microseconds");
        assert_eq!(compare(0x0200_0000 + 17, 20), (true, 17, true, true), "what the server had announced");
        assert_eq!(compare(0x0200_0000 + 90, 30), (true, 90, false, false));
    }
}
