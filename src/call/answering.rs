//! Which stanza an ack or a receipt answers.

use super::Observed;
use crate::origin::Direction;
use crate::protocol::stanza::Body;

/// The last holders of one stanza id that are looked at. Ids repeat a few times at most; a capture made to repeat one
/// a million times must not cost a million steps each.
pub(super) const HOLDERS_SEEN: usize = 16;

/// How near the recording of a stanza is to that of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nearness {
    /// It may be of the same device.
    Possible,
    /// It is of the same device.
    Same,
}

/// Of the holders of its id, the one that an ack or receipt answers: a call stanza or a receipt of the same device that
/// travelled the other way, of the tag that an ack's class names, if possible one between the same two parties, and of
/// equals the newest, since an ack answers the last copy of what was sent again.
///
/// `nearness` says whether a holder may be of the same device as the answer.
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
    let recent = holders.get(holders.len().saturating_sub(HOLDERS_SEEN)..).unwrap_or_default();
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

/// Whether two stanzas of opposite directions are between the same two devices.
fn same_parties(one: &Observed, other: &Observed) -> bool {
    matches!((one.party(), other.party()), (Some(one), Some(other)) if one.same_device(other))
}
