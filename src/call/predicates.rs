//! What an action means for its call: one predicate each, for outcome, roles, rules and questions alike.

use super::model::Row;
use crate::protocol::binary::Element;
use crate::protocol::stanza::{Action, ActionName, Stanza};

/// Returns whether an action proposes a call, or announces that one was proposed.
#[must_use]
pub const fn is_offer(name: &ActionName) -> bool {
    matches!(name, ActionName::Offer | ActionName::OfferNotice)
}

/// Returns whether the `reason` of a reject or a terminate says that the callee declined.
#[must_use]
pub(super) fn says_declined(reason: &str) -> bool {
    matches!(reason, "declined" | "decline" | "rejected" | "reject")
}

/// Returns whether an action declines its call.
///
/// A reject declines without a reason, or with one that says so: any other reason (`busy`, `uncallable`, `enc`) is
/// a device that cannot take the call, not a person who will not. An empty reason says as little as none. A terminate
/// declines only if its reason says so, since without one it may as well be the caller's.
#[must_use]
pub fn declines(action: &Action) -> bool {
    let reason = action.reason.as_deref().filter(|reason| !reason.is_empty());
    match action.name {
        ActionName::Reject => reason.is_none_or(says_declined),
        ActionName::Terminate => reason.is_some_and(says_declined),
        _ => false,
    }
}

/// Returns the row from which on a call is a group's: its first offer, or of a call that two people began the first
/// invitation that was not refused. `None` if it is none.
#[must_use]
pub fn group_since(rows: &[Row]) -> Option<usize> {
    let offers = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.observed.read().action().is_some_and(|action| is_offer(&action.name)));
    let mut counts = offers.enumerate().filter(|(nth, (_, row))| *nth == 0 || row.refused_by.is_none());
    counts.find(|(_, (_, row))| speaks_of_group(row.observed.read())).map(|(_, (index, _))| index)
}

/// Returns whether an offer is that of a group's call: it has a roster, names a group, or goes to a call instead of
/// a person.
#[must_use]
pub fn speaks_of_group(offer: &Stanza) -> bool {
    let says = |node: Element<'_>| {
        node.attribute("group-jid").is_some()
            || node.text("type").is_some_and(|kind| kind == "group")
            || node.child("group_info").is_some()
    };
    offer.action_node().is_some_and(says) || offer.to.as_ref().is_some_and(|to| to.server == "call")
}
