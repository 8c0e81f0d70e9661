//! Invitations into a running call.

use super::stanzas::Sight;
use crate::call::{Call, is_offer, speaks_of_group};

/// Whether an offer asks a third person into a call that others have already, rather than offers it anew to its callee.
#[must_use]
pub fn is_invitation(call: &Call, offer: &Sight<'_>) -> bool {
    let stanza = offer.row.observed.read();
    let first = call.progress.offered.filter(|first| *first < offer.index).and_then(|first| call.rows.get(first));
    let Some(first) = first.filter(|_| is_offer(&offer.action.name)) else { return false };
    let is_another = || {
        let parties = first.observed.read().to.as_ref().zip(stanza.to.as_ref());
        parties.is_some_and(|(one, other)| !call.people.same_person(one, other))
    };
    speaks_of_group(stanza) || is_another()
}
