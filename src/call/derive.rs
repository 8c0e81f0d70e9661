//! A call, derived whole from its stanzas.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::course::{Course, Side};
use super::local::{Emitter, LocalDevice};
use super::maker::{Maker, Proof};
use super::people::People;
use super::recording::Recording;
use super::{Call, HOLDERS_SEEN, Media, Observed, Role, Row, Socket, Vantage};
use crate::origin::{CaptureId, Direction, RecordNumber, Timestamp};
use crate::protocol::binary::{Jid, Node, Value};
use crate::protocol::stanza::{ActionName, Body, Stanza};

/// Where a stanza stands among those of several captures.
pub(super) fn place(observed: &Observed) -> (Option<Timestamp>, CaptureId, RecordNumber, u64) {
    (observed.time(), observed.capture(), observed.stanza.origin.last, observed.seq)
}

/// What is known beside the stanzas of a call.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    /// The local device of each socket.
    pub(super) devices: &'k BTreeMap<Socket, LocalDevice>,
    /// How each socket was recorded.
    pub(super) recordings: &'k BTreeMap<Socket, Arc<Recording>>,
    /// Which addresses are one person's.
    pub(super) people: &'k Arc<People>,
}

/// Derives a call from its stanzas.
pub(super) fn call(id: &str, creator: Option<&Jid>, stanzas: &[Arc<Observed>], known: Known<'_>) -> Call {
    let Known { devices, recordings, people } = known;
    let stanzas = in_order(stanzas);
    let (mut vantages, vantage_of) = vantages(&stanzas, devices);
    let mut rows: Vec<Row> = Vec::with_capacity(stanzas.len());
    let mut holders: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, observed) in stanzas.iter().enumerate() {
        let stanza = observed.read();
        let vantage = vantage_of.get(index).copied().unwrap_or_default();
        let device = vantages.get(vantage).map(|vantage| vantage.device.clone()).unwrap_or_default();
        let known = stanza.id.as_deref().and_then(|id| holders.get(id)).map_or(&[][..], Vec::as_slice);
        let answers = answered(&rows, known, observed, vantage);
        let own_action = match &stanza.body {
            Body::Call(action) => action.as_ref(),
            Body::Receipt(receipt) => receipt.action.as_ref(),
            Body::Ack(_) | Body::Login(_) | Body::Other => None,
        };
        let answered_action = || answers.and_then(|answers| rows.get(answers)).and_then(|row| row.action.clone());
        rows.push(Row {
            observed: Arc::clone(observed),
            vantage,
            also: Vec::new(),
            emitter: Emitter::of(stanza, observed.direction(), &device),
            action: own_action.map(|action| action.name.clone()).or_else(answered_action),
            answers,
            repeats: first_copy(&rows, known, observed, vantage),
            copy_of: None,
            maker: Maker { side: Side::Unknown, device: None, proof: Proof::None },
            phase: super::Phase::Offered,
        });
        if let Some(id) = stanza.id.as_deref() {
            holders.entry(id).or_default().push(index);
        }
    }
    for (index, vantage) in vantages.iter_mut().enumerate() {
        vantage.role = role(&rows, index, &vantage.device, creator);
    }
    for row in &mut rows {
        row.maker = maker(row, &vantages);
    }
    let course = Course::of(&mut rows, &vantages);
    let offer = rows.iter().find(|row| row.observed.read().action().is_some_and(|action| is_offer(&action.name)));
    let offer_node = offer.and_then(|row| row.observed.read().action_node());
    let (caller, callee) = parties(offer, creator, &vantages);
    Call {
        id: id.into(),
        creator: creator.cloned(),
        caller,
        callee,
        media: offer_node.map(media),
        group: offer_node.is_some_and(|offer| {
            offer.text("type").is_some_and(|kind| kind == "group") || offer.attribute("group-jid").is_some()
        }),
        vantages,
        rows,
        course,
        people: Arc::clone(people),
        recordings: recordings_of(&stanzas, recordings),
    }
}

/// How the sockets of these stanzas were recorded.
fn recordings_of(
    stanzas: &[Arc<Observed>],
    recordings: &BTreeMap<Socket, Arc<Recording>>,
) -> BTreeMap<Socket, Arc<Recording>> {
    let sockets = stanzas.iter().map(|observed| observed.socket());
    sockets.filter_map(|socket| Some((socket, Arc::clone(recordings.get(&socket)?)))).collect()
}

/// Who made the stanza of a row, as its own vantage tells.
fn maker(row: &Row, vantages: &[Vantage]) -> Maker {
    let vantage = vantages.get(row.vantage);
    let side = Side::of(row.emitter, vantage.map_or(Role::Unknown, |vantage| vantage.role));
    let (device, proof) = match row.emitter {
        Emitter::Local => (vantage.and_then(|vantage| vantage.device.jid()).cloned(), Proof::Outbound),
        Emitter::Unknown => (None, Proof::None),
        Emitter::Peer | Emitter::OwnOther | Emitter::Server => (row.observed.read().from.clone(), Proof::Claim),
    };
    Maker { side, device, proof }
}

/// By record within one capture, whose clock may jump; by time over several.
fn in_order(stanzas: &[Arc<Observed>]) -> Vec<Arc<Observed>> {
    let mut stanzas = stanzas.to_vec();
    let first = stanzas.first().map(|observed| observed.capture());
    if stanzas.iter().all(|observed| Some(observed.capture()) == first) {
        stanzas.sort_by_key(|observed| (observed.stanza.origin.last, observed.seq));
    } else {
        stanzas.sort_by_key(|observed| place(observed));
    }
    stanzas
}

/// The vantages of a call, and the vantage of each stanza. Connections of one device are one vantage.
fn vantages(stanzas: &[Arc<Observed>], devices: &BTreeMap<Socket, LocalDevice>) -> (Vec<Vantage>, Vec<usize>) {
    let mut vantages: Vec<Vantage> = Vec::new();
    let mut by_socket: BTreeMap<Socket, usize> = BTreeMap::new();
    let vantage_of = stanzas.iter().map(|observed| {
        let socket = observed.socket();
        *by_socket.entry(socket).or_insert_with(|| {
            let device = devices.get(&socket).cloned().unwrap_or_default();
            vantages.iter().position(|known| known.device.is_same(&device)).unwrap_or_else(|| {
                vantages.push(Vantage { device, role: Role::Unknown, clock: None });
                vantages.len() - 1
            })
        })
    });
    let vantage_of = vantage_of.collect();
    (vantages, vantage_of)
}

/// The row that an ack or receipt answers: same id, same vantage, other direction, the tag that its class names.
fn answered(rows: &[Row], known: &[usize], observed: &Observed, vantage: usize) -> Option<usize> {
    let stanza = observed.read();
    let class = match &stanza.body {
        Body::Ack(ack) => ack.class.as_deref(),
        Body::Receipt(_) => Some("call"),
        Body::Call(_) | Body::Login(_) | Body::Other => return None,
    };
    let direction = observed.direction().map(Direction::reversed);
    // Of equals the newest: an ack answers the last copy of what was sent again.
    let recent = known.get(known.len().saturating_sub(HOLDERS_SEEN)..).unwrap_or_default();
    let candidates = recent.iter().copied().filter(|index| {
        rows.get(*index).is_some_and(|row| {
            row.vantage == vantage
                && row.observed.direction() == direction
                && match row.observed.read().body {
                    Body::Call(_) => true,
                    Body::Receipt(_) => class != Some("call"),
                    Body::Ack(_) | Body::Login(_) | Body::Other => false,
                }
        })
    });
    let closeness = |index: &usize| {
        rows.get(*index).map(|row| {
            let is_receipt = matches!(row.observed.read().body, Body::Receipt(_));
            (class == Some("receipt") && is_receipt, same_party(row.observed.read(), stanza))
        })
    };
    candidates.max_by_key(closeness)
}

/// Whether two stanzas of opposite directions are between the same two devices.
fn same_party(one: &Stanza, other: &Stanza) -> bool {
    let party = |stanza: &Stanza| stanza.from.clone().or_else(|| stanza.to.clone());
    matches!((party(one), party(other)), (Some(one), Some(other)) if one.same_device(&other))
}

/// The first copy of a call stanza that was sent again under the same id.
fn first_copy(rows: &[Row], known: &[usize], observed: &Observed, vantage: usize) -> Option<usize> {
    if !matches!(observed.read().body, Body::Call(_)) {
        return None;
    }
    known.iter().take(HOLDERS_SEEN).copied().find(|index| {
        rows.get(*index).is_some_and(|row| {
            row.vantage == vantage
                && row.observed.direction() == observed.direction()
                && row.observed.read().node.tag == observed.read().node.tag
                && row.observed.read().action().map(|action| &action.name)
                    == observed.read().action().map(|action| &action.name)
        })
    })
}

/// What a vantage was: by the direction of an offer; else by the creator, whom every action names; else the
/// callee if it accepted or declined.
fn role(rows: &[Row], vantage: usize, device: &LocalDevice, creator: Option<&Jid>) -> Role {
    let mut actions = rows.iter().filter(|row| row.vantage == vantage).filter_map(|row| {
        let action = row.observed.read().action()?;
        Some((&action.name, row.observed.direction()?))
    });
    let by_offer = actions.clone().find(|(name, _)| is_offer(name));
    match (by_offer, creator.and_then(|creator| device.shares_account(creator))) {
        (Some((_, Direction::Outbound)), _) | (None, Some(true)) => Role::Caller,
        (Some((_, Direction::Inbound)), _) | (None, Some(false)) => Role::Callee,
        (None, None) => {
            let taken = |(name, direction)| {
                direction == Direction::Outbound && matches!(name, &ActionName::Accept | &ActionName::Reject)
            };
            if actions.any(taken) { Role::Callee } else { Role::Unknown }
        }
    }
}

/// Who called whom.
fn parties(offer: Option<&Row>, creator: Option<&Jid>, vantages: &[Vantage]) -> (Option<Jid>, Option<Jid>) {
    let Some(offer) = offer else {
        let callee = vantages.iter().find(|vantage| vantage.role == Role::Callee);
        return (creator.cloned(), callee.and_then(|vantage| vantage.device.jid()).cloned());
    };
    let stanza = offer.observed.read();
    let local = vantages.get(offer.vantage).and_then(|vantage| vantage.device.jid());
    let group = stanza.action_node().and_then(|node| node.attribute("group-jid")).and_then(Value::to_jid);
    match offer.observed.direction() {
        Some(Direction::Outbound) => (local.or(creator).cloned(), group.or_else(|| stanza.to.clone())),
        Some(Direction::Inbound) => (creator.or(stanza.from.as_ref()).cloned(), group.or_else(|| local.cloned())),
        None => (creator.cloned(), stanza.to.clone()),
    }
}

/// Whether an action proposes a call, or tells of a proposal.
const fn is_offer(name: &ActionName) -> bool {
    matches!(name, ActionName::Offer | ActionName::OfferNotice)
}

fn media(offer: &Node) -> Media {
    let video = offer.child("video").is_some() || offer.text("media").is_some_and(|media| media == "video");
    if video { Media::Video } else { Media::Audio }
}
