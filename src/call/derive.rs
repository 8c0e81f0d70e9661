//! A call, derived whole from its stanzas.
//!
//! Nothing is updated in place: a later stanza can change who is who, which clock is off by how much, and with that every
//! row before it. Deriving again from what was kept gives the same call in whatever order captures came.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::HashMap;

use super::clock::{Clock, ClockId, Clocks, Sample};
use super::legs::course;
use super::lookup::Lookup;
use super::matching::{Nearness, SAME_ID_SEEN, answered, originals, repeats};
use super::model::{Call, Emitter, Link, Media, Originator, Phase, Progress, Provenance, Row, Side, Vantage};
use super::ordering::order;
use super::originator::Attribution;
use super::outcome::progress;
use super::parties::{Part, parties, vantages};
use super::predicates::{group_since, is_offer};
use super::recording::{Observed, Span};
use super::sockets::{Known, Occurrence, Occurrences, Sockets};
use crate::origin::Timestamp;
use crate::protocol::binary::Element;
use crate::protocol::stanza::Body;

/// The occurrences of a call, and which are copies of which.
struct Matched {
    occurrences: Occurrences,
    vantages: Vec<Vantage>,
    originals: Vec<Option<usize>>,
}

impl Matched {
    fn of(part: &Part, known: Known<'_>) -> Self {
        let mut occurrences = Occurrences::of(&part.stanzas, known.sockets, known.people);
        let vantages = vantages(&mut occurrences, part.creator.as_ref(), known.people);
        let originals = originals(&occurrences, &vantages, known.people);
        Self { occurrences, vantages, originals }
    }
}

/// How many recordings of one occurrence have their clocks compared: each pair costs a sample.
const OBSERVATIONS_COMPARED: usize = 8;

/// Returns what the copies in a call say of the clocks by which they left and arrived. Wherever between a device and the
/// server a stanza was recorded, everyone who recorded it leaving did so before anyone recorded it arriving, so every pair
/// of recordings is a valid bound.
pub(super) fn samples(part: &Part, known: Known<'_>) -> Vec<Sample> {
    let Matched { occurrences, originals, .. } = Matched::of(part, known);
    let mut samples = Vec::new();
    for (arrived, original) in occurrences.items.iter().zip(&originals) {
        let Some(left) = original.and_then(|original| occurrences.items.get(original)) else { continue };
        for left in left.observations().take(OBSERVATIONS_COMPARED) {
            for arrived in arrived.observations().take(OBSERVATIONS_COMPARED) {
                samples.extend(sample(left, arrived, known.sockets));
            }
        }
    }
    samples
}

fn sample(left: &Observed, arrived: &Observed, sockets: &Sockets) -> Option<Sample> {
    let of = |observed: &Observed| Some((sockets.clock(observed.socket()), observed.time()?));
    let (left_at, arrived_at) = (of(left)?, of(arrived)?);
    let is_from_wire = [left, arrived].iter().all(|observed| sockets.is_from_wire(observed));
    let resolution = left.stanza.origin.resolution.max(arrived.stanza.origin.resolution);
    (left_at.0 != arrived_at.0).then(|| Sample::new(left_at, arrived_at, is_from_wire, resolution))
}

/// Derives a call from its stanzas.
pub(super) fn call(id: &str, part: &Part, shares_id: bool, known: Known<'_>, clocks: &Clocks) -> Call {
    let Matched { occurrences, mut vantages, originals } = Matched::of(part, known);
    let reference = occurrences.items.iter().min_by_key(|occurrence| (occurrence.vantage, occurrence.clock));
    let reference = reference.map_or_else(ClockId::default, |occurrence| occurrence.clock);
    let spans = spans(&occurrences, known.sockets);
    let alignment = clocks.align(&spans);
    let clock = |clock: &ClockId| Some((*clock, alignment.between(*clock, reference)?));
    let clocks: BTreeMap<ClockId, Clock> = spans.keys().filter_map(clock).collect();
    let order = order(&occurrences, &originals, &alignment, reference, known.sockets);
    let mut rows = rows(occurrences, &vantages, &originals, &order, known);
    for row in rows.iter().rev() {
        if let Some(vantage) = vantages.get_mut(row.vantage) {
            vantage.clock = clocks.get(&known.sockets.clock(row.observed.socket())).copied();
        }
    }
    Attribution { known, creator: part.creator.as_ref(), vantages: &vantages, alignment: &alignment }.set(&mut rows);
    let is_offer = |row: &Row| row.observed.read().action().is_some_and(|action| is_offer(&action.name));
    let offer = rows.iter().find(|row| is_offer(row));
    let (caller, callee) = parties(offer, part.creator.as_ref(), &vantages);
    let media = offer.and_then(|row| row.observed.read().action_node()).map(media);
    let group = group_since(&rows).is_some();
    let mut recorded: Vec<_> = rows.iter().flat_map(Row::sockets).collect();
    recorded.dedup();
    let recording = |socket| Some((socket, Arc::clone(known.sockets.recording(socket)?)));
    let recordings = recorded.into_iter().filter_map(recording).collect();
    let people = Arc::clone(known.people);
    let creator = part.creator.clone();
    let mut call = Call {
        id: id.into(),
        creator,
        caller,
        callee,
        media,
        group,
        shares_id,
        vantages,
        rows,
        events: Vec::new(),
        progress: Progress::default(),
        legs: Vec::new(),
        people,
        recordings,
        clocks,
        lookup: Lookup::default(),
    };
    let course = course(&call, 0..call.rows.len());
    let hides_own = |row: &Row| {
        known.sockets.is_from_wire(&row.observed) || row.sockets().any(|socket| known.sockets.hides_sent(socket))
    };
    call.progress = progress(&call, &course, call.rows.iter().any(hides_own));
    call.legs = course.legs;
    let progress = &call.progress;
    let phase = |index: usize| match index {
        _ if course.told.is_some_and(|told| told == progress.outcome) => Phase::Ended,
        _ if progress.ended.is_some_and(|ended| ended <= index) => Phase::Ended,
        _ if progress.accepted.is_some_and(|accepted| accepted <= index) => Phase::Accepted,
        _ if progress.rang.is_some_and(|rang| rang <= index) => Phase::Ringing,
        _ => Phase::Offered,
    };
    let phases: Vec<Phase> = (0..call.rows.len()).map(phase).collect();
    for (row, phase) in call.rows.iter_mut().zip(phases) {
        row.phase = phase;
    }
    call.progress.gaps =
        (0..call.vantages.len()).filter_map(|vantage| call.gaps(vantage)).reduce(|sum, gaps| sum + gaps);
    call
}

/// Returns when the call lasted, on each clock.
fn spans(occurrences: &Occurrences, sockets: &Sockets) -> BTreeMap<ClockId, Span> {
    let mut spans: BTreeMap<ClockId, Span> = BTreeMap::new();
    for observed in occurrences.items.iter().flat_map(Occurrence::observations) {
        let Some(time) = observed.time() else { continue };
        let span = spans.entry(sockets.clock(observed.socket())).or_insert(Span { from: time, until: time });
        *span = Span { from: span.from.min(time), until: span.until.max(time) };
    }
    if spans.is_empty() {
        let unknown = Span { from: Timestamp::default(), until: Timestamp::default() };
        spans.extend(occurrences.items.iter().map(|occurrence| (occurrence.clock, unknown)));
    }
    spans
}

/// Returns the rows of a call, without their originators and phases.
fn rows(
    occurrences: Occurrences,
    vantages: &[Vantage],
    originals: &[Option<usize>],
    order: &[usize],
    known: Known<'_>,
) -> Vec<Row> {
    let mut places = vec![None; order.len()];
    for (place, index) in order.iter().enumerate() {
        if let Some(slot) = places.get_mut(*index) {
            *slot = Some(place);
        }
    }
    let mut items: Vec<_> = occurrences.items.into_iter().map(Some).collect();
    let mut rows: Vec<Row> = Vec::with_capacity(order.len());
    let mut holders: HashMap<Arc<str>, Vec<usize>> = HashMap::with_capacity_and_hasher(order.len(), Default::default());
    for index in order {
        let Some(occurrence) = items.get_mut(*index).and_then(Option::take) else { continue };
        let observed = occurrence.observed;
        let stanza = observed.read();
        let held = stanza.id.as_deref().and_then(|id| holders.get(id)).map_or(&[][..], Vec::as_slice);
        let at = |index: usize| rows.get(index).filter(|row: &&Row| row.vantage == occurrence.vantage);
        let answers =
            answered(&observed, held, |index| Some(&*at(index)?.observed), |index| at(index).map(|_| Nearness::Same));
        let repeats = held
            .iter()
            .take(SAME_ID_SEEN)
            .copied()
            .find(|index| at(*index).is_some_and(|row| repeats(&observed, &row.observed)));
        let own_action = match &stanza.body {
            Body::Call(action) => action.as_deref(),
            Body::Receipt(receipt) => receipt.action.as_ref(),
            Body::Ack(_) | Body::Login(_) | Body::Other => None,
        };
        let answered_action = || answers.and_then(|answers| rows.get(answers)).and_then(|row| row.action.clone());
        let action = own_action.map(|action| action.name.clone()).or_else(answered_action);
        let emitter = vantages.get(occurrence.vantage).map_or(Emitter::Unknown, |vantage| {
            Emitter::of(stanza, observed.direction(), &vantage.device, known.people)
        });
        if let Some(id) = &stanza.id {
            holders.entry(id.clone()).or_default().push(rows.len());
        }
        let is_refusal = matches!(&stanza.body, Body::Ack(ack) if ack.error.is_some());
        let original = originals.get(*index).copied().flatten();
        let place = rows.len();
        if let Some(refused) = answers.filter(|_| is_refusal).and_then(|answered| rows.get_mut(answered))
            && refused.refused_by.is_none()
        {
            refused.refused_by = Some(place).into();
        }
        rows.push(Row {
            vantage: occurrence.vantage,
            also: occurrence.also.into(),
            emitter,
            action,
            answers: answers.into(),
            refused_by: Link::default(),
            repeats: repeats.into(),
            copy_of: original.and_then(|original| *places.get(original)?).into(),
            originator: Originator { side: Side::Unknown, device: None, provenance: Provenance::None },
            phase: Phase::Offered,
            observed,
        });
    }
    rows
}

fn media(offer: Element<'_>) -> Media {
    let video = offer.child("video").is_some() || offer.text("media").is_some_and(|media| media == "video");
    if video { Media::Video } else { Media::Audio }
}
