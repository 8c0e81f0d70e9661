//! A call, derived whole from its stanzas.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::answering::{HOLDERS_SEEN, Nearness, answered};
use super::clock::{Clock, ClockId, Clocks, Sample};
use super::copies;
use super::course::{Course, Phase, Side};
use super::emitter::Emitter;
use super::maker::{Maker, Proof};
use super::making::Making;
use super::order::order;
use super::partition::Part;
use super::passages::{Passage, Passages};
use super::people::People;
use super::recording::Span;
use super::roles::{self, is_offer};
use super::sockets::{Covered, Sockets};
use super::timing::Timing;
use super::{Call, Media, Observed, Row, Vantage};
use crate::origin::Timestamp;
use crate::protocol::binary::Node;
use crate::protocol::stanza::Body;

/// What is known beside the stanzas of a call.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    /// The recorded sockets.
    pub(super) sockets: &'k Sockets,
    /// When their devices were recorded without a gap.
    pub(super) covered: &'k Covered,
    /// Which addresses are one person's.
    pub(super) people: &'k Arc<People>,
}

/// The passages of a call, and which are copies of which.
struct Passed {
    passages: Passages,
    vantages: Vec<Vantage>,
    originals: Vec<Option<usize>>,
}

impl Passed {
    fn of(part: &Part, known: Known<'_>) -> Self {
        let mut passages = Passages::of(&part.stanzas, known.sockets, known.people);
        let vantages = roles::vantages(&mut passages, part.creator.as_ref(), known.people);
        let originals = copies::originals(&passages, &vantages, known.people);
        Self { passages, vantages, originals }
    }
}

/// The most recordings of one passage whose clocks are compared with others.
const SIGHTS_COMPARED: usize = 8;

/// The copies of a call that left by one clock and arrived by another: what they say of these clocks. Wherever between a
/// device and the server a passage was recorded, all who recorded the stanza as it left did so before all who recorded its
/// arrival.
pub(super) fn samples(part: &Part, known: Known<'_>) -> Vec<Sample> {
    let Passed { passages, originals, .. } = Passed::of(part, known);
    let mut samples = Vec::new();
    for (arrived, original) in passages.items.iter().zip(&originals) {
        let Some(left) = original.and_then(|original| passages.items.get(original)) else { continue };
        for left in left.sights().take(SIGHTS_COMPARED) {
            for arrived in arrived.sights().take(SIGHTS_COMPARED) {
                samples.extend(sample(left, arrived, known.sockets));
            }
        }
    }
    samples
}

fn sample(left: &Observed, arrived: &Observed, sockets: &Sockets) -> Option<Sample> {
    let of = |sight: &Observed| Some((sockets.clock(sight.socket()), sight.time()?));
    let (left_at, arrived_at) = (of(left)?, of(arrived)?);
    let is_from_wire = [left, arrived].iter().all(|sight| sockets.is_from_wire(sight));
    (left_at.0 != arrived_at.0).then(|| Sample::new(left_at, arrived_at, is_from_wire))
}

/// Derives a call from its stanzas.
pub(super) fn call(id: &str, part: &Part, shares_id: bool, known: Known<'_>, clocks: &Clocks) -> Call {
    let Passed { passages, mut vantages, originals } = Passed::of(part, known);
    let reference = passages.items.iter().min_by_key(|passage| (passage.vantage, passage.clock));
    let reference = reference.map_or_else(ClockId::default, |passage| passage.clock);
    let spans = spans(&passages, known.sockets);
    let alignment = clocks.align(&spans);
    let clock = |clock: &ClockId| Some((*clock, alignment.between(*clock, reference)?));
    let clocks: BTreeMap<ClockId, Clock> = spans.keys().filter_map(clock).collect();
    let order = order(&passages, &originals, &alignment, reference, known.sockets);
    let mut rows = rows(passages, &vantages, &originals, &order, known);
    for row in rows.iter().rev() {
        if let Some(vantage) = vantages.get_mut(row.vantage) {
            vantage.clock = clocks.get(&known.sockets.clock(row.observed.socket())).copied();
        }
    }
    Making { known, creator: part.creator.as_ref(), vantages: &vantages, alignment: &alignment }.make(&mut rows);
    let offer = rows.iter().find(|row| row.observed.read().action().is_some_and(|action| is_offer(&action.name)));
    let offer_node = offer.and_then(|row| row.observed.read().action_node());
    let (caller, callee) = roles::parties(offer, part.creator.as_ref(), &vantages);
    let media = offer_node.map(media);
    let group = offer_node.is_some_and(|offer| {
        offer.text("type").is_some_and(|kind| kind == "group") || offer.attribute("group-jid").is_some()
    });
    let mut course = Course::of(&mut rows, group);
    course.measure(&rows, &Timing { alignment: &alignment, sockets: known.sockets });
    let recorded = |row: &Row| row.sockets().collect::<Vec<_>>();
    let recordings = rows
        .iter()
        .flat_map(recorded)
        .filter_map(|socket| Some((socket, Arc::clone(known.sockets.recording(socket)?))));
    let recordings = recordings.collect();
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
        course,
        people,
        recordings,
        clocks,
    };
    call.course.gaps = (0..call.vantages.len()).filter_map(|vantage| call.gaps(vantage)).reduce(|sum, gaps| sum + gaps);
    call
}

/// When the call lasted, on each clock.
fn spans(passages: &Passages, sockets: &Sockets) -> BTreeMap<ClockId, Span> {
    let mut spans: BTreeMap<ClockId, Span> = BTreeMap::new();
    for sight in passages.items.iter().flat_map(Passage::sights) {
        let Some(time) = sight.time() else { continue };
        let span = spans.entry(sockets.clock(sight.socket())).or_insert(Span { from: time, until: time });
        *span = Span { from: span.from.min(time), until: span.until.max(time) };
    }
    if spans.is_empty() {
        let unknown = Span { from: Timestamp::default(), until: Timestamp::default() };
        spans.extend(passages.items.iter().map(|passage| (passage.clock, unknown)));
    }
    spans
}

/// The rows of a call but for their makers and phases.
fn rows(
    passages: Passages,
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
    let mut items: Vec<_> = passages.items.into_iter().map(Some).collect();
    let mut rows: Vec<Row> = Vec::with_capacity(order.len());
    let mut holders: HashMap<Box<str>, Vec<usize>> = HashMap::new();
    for index in order {
        let Some(passage) = items.get_mut(*index).and_then(Option::take) else { continue };
        let observed = passage.observed;
        let stanza = observed.read();
        let held = stanza.id.as_deref().and_then(|id| holders.get(id)).map_or(&[][..], Vec::as_slice);
        let at = |index: usize| rows.get(index).filter(|row: &&Row| row.vantage == passage.vantage);
        let answers =
            answered(&observed, held, |index| Some(&*at(index)?.observed), |index| at(index).map(|_| Nearness::Same));
        let repeats = held
            .iter()
            .take(HOLDERS_SEEN)
            .copied()
            .find(|index| at(*index).is_some_and(|row| repeats(&observed, &row.observed)));
        let own_action = match &stanza.body {
            Body::Call(action) => action.as_ref(),
            Body::Receipt(receipt) => receipt.action.as_ref(),
            Body::Ack(_) | Body::Login(_) | Body::Other => None,
        };
        let answered_action = || answers.and_then(|answers| rows.get(answers)).and_then(|row| row.action.clone());
        let action = own_action.map(|action| action.name.clone()).or_else(answered_action);
        let emitter = vantages.get(passage.vantage).map_or(Emitter::Unknown, |vantage| {
            Emitter::of(stanza, observed.direction(), &vantage.device, known.people)
        });
        if let Some(id) = &stanza.id {
            holders.entry(id.clone()).or_default().push(rows.len());
        }
        rows.push(Row {
            vantage: passage.vantage,
            also: passage.also,
            emitter,
            action,
            answers,
            repeats,
            copy_of: originals.get(*index).copied().flatten().and_then(|original| *places.get(original)?),
            maker: Maker { side: Side::Unknown, device: None, proof: Proof::None },
            phase: Phase::Offered,
            observed,
        });
    }
    rows
}

/// Whether a call stanza was sent again: the same id, direction, action and other end.
fn repeats(again: &Observed, first: &Observed) -> bool {
    let (one, other) = (again.read(), first.read());
    let name = |action: &Body| match action {
        Body::Call(action) => Some(action.as_ref().map(|action| action.name.clone())),
        Body::Ack(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => None,
    };
    let is_between_others =
        matches!((again.party(), first.party()), (Some(one), Some(other)) if !one.same_device(other));
    name(&one.body).is_some()
        && name(&one.body) == name(&other.body)
        && again.direction() == first.direction()
        && !is_between_others
}

fn media(offer: &Node) -> Media {
    let video = offer.child("video").is_some() || offer.text("media").is_some_and(|media| media == "video");
    if video { Media::Video } else { Media::Audio }
}
