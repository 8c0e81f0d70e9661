//! Every sight of a call stanza, also of copies and repeats: rules check each.

use super::observe::stanzas::Sight;
use super::rule::Checks;
use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::stanza::{Ack, ActionName, Body};

/// The call stanzas with an action, in order.
pub(super) use super::observe::stanzas::sights as acts;

/// Those with one action.
pub(super) fn named(call: &Call, name: ActionName) -> impl Iterator<Item = Sight<'_>> {
    acts(call).filter(move |act| act.action.name == name)
}

/// The terminates.
pub(super) fn terminates(call: &Call) -> impl Iterator<Item = Sight<'_>> {
    named(call, ActionName::Terminate)
}

/// The rejects.
pub(super) fn rejects(call: &Call) -> impl Iterator<Item = Sight<'_>> {
    named(call, ActionName::Reject)
}

/// The outbound rejects, each with the offer, or notice of one, that its vantage saw last before it.
pub(super) fn own_rejects(call: &Call) -> impl Iterator<Item = (Sight<'_>, Option<Sight<'_>>)> {
    let mut offers: Vec<Option<Sight<'_>>> = vec![None; call.vantages.len()];
    acts(call).filter_map(move |act| match act.action.name {
        ActionName::Offer | ActionName::OfferNotice if act.is_inbound() => {
            *offers.get_mut(act.row.vantage)? = Some(act);
            None
        }
        ActionName::Reject if act.is_outbound() => Some((act, offers.get(act.row.vantage).copied().flatten())),
        _ => None,
    })
}

/// Whether an action is about the path of the media.
pub(super) const fn is_of_media(name: &ActionName) -> bool {
    matches!(name, ActionName::Transport | ActionName::RelayLatency | ActionName::RelayElection)
}

/// The acks, in order.
pub(super) fn acks(call: &Call) -> impl Iterator<Item = (usize, &Row, &Ack)> {
    call.rows.iter().enumerate().filter_map(|(index, row)| match &row.observed.read().body {
        Body::Ack(ack) => Some((index, row, ack)),
        Body::Call(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => None,
    })
}

/// How a stanza departs from the form in which a client is to build it.
#[derive(Clone, Debug)]
pub(super) enum Departure {
    /// It breaks the rule.
    Broken(String),
    /// It has something that the page does not know.
    Unknown(String),
    /// The pages contradict each other about it: a discrepancy, not a fault.
    Disputed(String),
}

/// Notes how a stanza stands to a rule on what clients build. An inbound one was rewritten by the server: what would
/// break the rule in an outbound one is news there.
pub(super) fn note_built(checks: &mut Checks, act: &Sight<'_>, found: Result<&'static str, Departure>) {
    let row = act.index;
    match (act.row.observed.direction(), found) {
        (Some(Direction::Outbound), Ok(why)) => checks.holds(row, why),
        (_, Ok(_)) => {}
        (_, Err(Departure::Unknown(why))) => checks.novelty(row, why),
        (_, Err(Departure::Disputed(why))) => checks.undecided(row, why),
        (Some(Direction::Outbound), Err(Departure::Broken(why))) => checks.violated(row, why),
        (Some(Direction::Inbound), Err(Departure::Broken(why))) => {
            checks.novelty(row, format!("{why}; it came in, so the server may have made it so"));
        }
        (None, Err(Departure::Broken(why))) => {
            checks.undecided(row, format!("{why}; the recording does not say who sent it"));
        }
    }
}
