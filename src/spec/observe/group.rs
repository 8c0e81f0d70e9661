//! What tells a call of a group from one between two people, and an invitation from an offer.

use super::stanzas::{self, Sight};
use crate::call::{Call, is_offer};
use crate::protocol::binary::Node;

/// Whether a call has more than two people: the call says so, or its first offer does.
#[must_use]
pub fn is_group(call: &Call) -> bool {
    call.group || first_offer(call).is_some_and(|offer| speaks_of_group(&offer))
}

/// Whether an offer invites a third person to a call that others have already, rather than offers it anew to its callee.
#[must_use]
pub fn is_invitation(call: &Call, offer: &Sight<'_>) -> bool {
    if !is_offer(&offer.action.name) {
        return false;
    }
    let to = |sight: &Sight<'_>| sight.row.observed.read().to.clone();
    let is_another = first_offer(call).and_then(|first| to(&first)).zip(to(offer)).is_some_and(|(first, now)| {
        !call.people.same_person(&first, &now)
    });
    speaks_of_group(offer) || is_another
}

fn first_offer(call: &Call) -> Option<Sight<'_>> {
    stanzas::sights(call).find(|sight| is_offer(&sight.action.name))
}

/// Whether a call stanza has a roster, names a group, or goes to a call instead of a person.
fn speaks_of_group(sight: &Sight<'_>) -> bool {
    let says = |node: &Node| {
        node.attribute("group-jid").is_some() || node.text("type").is_some_and(|kind| kind == "group")
    };
    let stanza = sight.row.observed.read();
    sight.node.child("group_info").is_some()
        || says(sight.node)
        || stanza.to.as_ref().is_some_and(|to| to.server == "call")
}
