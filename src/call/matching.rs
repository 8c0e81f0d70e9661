//! Which stanzas belong together: an ack or receipt and what it answers, a copy and its original, a retransmission and
//! the first transmission.

use foldhash::HashMap;

use super::identity::People;
use super::model::Vantage;
use super::recording::Observed;
use super::sockets::Occurrences;
use crate::origin::Direction;
use crate::protocol::stanza::{ActionName, Body};

/// How many of the last stanzas with one id are looked at. Ids repeat a few times at most; a capture crafted to repeat
/// one a million times must not cost a million steps for each.
pub(super) const SAME_ID_SEEN: usize = 16;

/// Whether the socket of a stanza is that of another's device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nearness {
    /// It may be the same device.
    Possible,
    /// It is the same device.
    Same,
}

/// Returns the stanza that an ack or receipt answers, among the holders of its id: a call stanza or a receipt of the same
/// device that travelled the other way, with the tag that an ack's class names.
///
/// Ids are unique per sender only, so a holder between the same two parties is preferred. Among equals the newest wins,
/// since an ack answers the last transmission. `nearness` returns whether a holder may be of the same device as the
/// answer.
pub(super) fn answered<'o, T: Copy>(
    answer: &Observed,
    holders: &[T],
    observed: impl Fn(T) -> Option<&'o Observed>,
    nearness: impl Fn(T) -> Option<Nearness>,
) -> Option<T> {
    let stanza = answer.read();
    let class = match &stanza.body {
        Body::Ack(ack) => ack.class.as_deref(),
        Body::Receipt(_) => Some("call"),
        Body::Call(_) | Body::Login(_) | Body::Other => return None,
    };
    if !matches!(class, None | Some("call" | "receipt")) {
        return None;
    }
    let direction = answer.direction().map(Direction::reversed);
    let recent = holders.get(holders.len().saturating_sub(SAME_ID_SEEN)..).unwrap_or_default();
    let candidates = recent.iter().filter_map(|holder| {
        let held = observed(*holder).filter(|held| held.direction() == direction)?;
        let is_receipt = match held.read().body {
            Body::Call(_) => false,
            Body::Receipt(_) if class != Some("call") => true,
            Body::Receipt(_) | Body::Ack(_) | Body::Login(_) | Body::Other => return None,
        };
        let nearness = nearness(*holder)?;
        Some(((class == Some("receipt") && is_receipt, nearness, same_parties(held, answer)), *holder))
    });
    candidates.max_by_key(|(closeness, _)| *closeness).map(|(_, holder)| holder)
}

/// Returns whether two stanzas of opposite directions are between the same two devices.
fn same_parties(one: &Observed, other: &Observed) -> bool {
    matches!((one.party(), other.party()), (Some(one), Some(other)) if one.same_device(other))
}

/// Returns whether a call stanza was sent again: the same id (which the caller has checked), direction, action and other
/// end.
pub(super) fn repeats(again: &Observed, first: &Observed) -> bool {
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

/// What a stanza and its copies have in common.
#[derive(PartialEq, Eq, Hash)]
struct Common<'s> {
    id: &'s str,
    tag: &'s str,
    action: Option<&'s ActionName>,
}

impl<'s> Common<'s> {
    /// Returns `None` for a stanza that has no copies, such as an ack: the server sends acks of its own.
    fn of(observed: &'s Observed) -> Option<Self> {
        let stanza = observed.read();
        let action = match &stanza.body {
            Body::Call(action) => action.as_deref(),
            Body::Receipt(receipt) => receipt.action.as_ref(),
            Body::Ack(_) | Body::Login(_) | Body::Other => return None,
        };
        let id = stanza.id.as_deref().filter(|id| !id.is_empty())?;
        Some(Self { id, tag: stanza.node.tag(), action: action.map(|action| &action.name) })
    }
}

/// Returns, for each occurrence that is a delivered copy, the first occurrence of that stanza as it left its originator's
/// socket.
///
/// Copies are matched by wrapper id, tag and action within the call, never by content: the server drops `to` and
/// `<destination>`, adds attributes, relays and settings, and reorders children. So a copy rarely equals its original, and
/// two stanzas that are equal (a second mute) need not be one. The id survives delivery, as real traffic shows.
pub(super) fn originals(occurrences: &Occurrences, vantages: &[Vantage], people: &People) -> Vec<Option<usize>> {
    if vantages.len() < 2 {
        return vec![None; occurrences.items.len()];
    }
    let mut sent: HashMap<Common<'_>, Vec<usize>> = HashMap::default();
    for (index, occurrence) in occurrences.items.iter().enumerate() {
        if occurrence.observed.direction() == Some(Direction::Outbound)
            && let Some(common) = Common::of(&occurrence.observed)
        {
            sent.entry(common).or_default().push(index);
        }
    }
    let original = |observed: &Observed, vantage: usize| {
        let sent = sent.get(&Common::of(observed)?)?;
        sent.iter().take(SAME_ID_SEEN).copied().find(|index| {
            occurrences.items.get(*index).is_some_and(|occurrence| {
                occurrence.vantage != vantage
                    && vantages.get(occurrence.vantage).is_some_and(|sender| may_be_from(observed, sender, people))
            })
        })
    };
    let inbound = |observed: &Observed| observed.direction() == Some(Direction::Inbound);
    let items = occurrences.items.iter();
    items
        .map(|occurrence| original(&occurrence.observed, occurrence.vantage).filter(|_| inbound(&occurrence.observed)))
        .collect()
}

/// Returns whether the sender that a stanza names allows it to be from a vantage. Receipts echo the id of what they
/// answer, so those of several devices share it; there, the sender must be that vantage.
fn may_be_from(observed: &Observed, sender: &Vantage, people: &People) -> bool {
    let stanza = observed.read();
    let Some(from) = stanza.from.as_ref().filter(|from| !from.is_server()) else {
        return matches!(stanza.body, Body::Call(_));
    };
    match &stanza.body {
        Body::Call(_) => sender.device.may_be(from, people).unwrap_or(true),
        _ => sender.device.jid().is_some_and(|jid| people.same_device(jid, from)),
    }
}
