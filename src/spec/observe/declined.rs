//! Declines, and what tells the other devices of the callee of them.

use super::stanzas::{self, Sight};
use crate::call::{Call, Row, Side, declines};
use crate::protocol::stanza::ActionName;

/// The rejects that decline, each once. One that was refused declines nothing.
#[must_use]
pub fn rejects(call: &Call) -> Vec<Sight<'_>> {
    let mut rejects = stanzas::of(call, &ActionName::Reject);
    rejects.retain(|sight| declines(sight.action) && sight.row.refused_by.is_none());
    rejects
}

/// Index of the first reject or terminate that declines an unanswered call. A caller does not decline its own call, and
/// a reject without effect declines nothing.
#[must_use]
pub fn declined(call: &Call) -> Option<usize> {
    let until = call.progress.accepted.unwrap_or(call.rows.len());
    let is_decline = |(index, row): &(usize, &Row)| {
        let is_effective = !call.progress.without_effect.contains(&row.copy_of.get().unwrap_or(*index));
        let action = row.observed.read().action();
        row.originator.side != Side::Caller && row.refused_by.is_none() && is_effective && action.is_some_and(declines)
    };
    call.rows.iter().enumerate().take(until).find(is_decline).map(|(index, _)| index)
}

/// The terminates, each once, that tell a device that another device of its account declined: by the word in the
/// reason, or because a decline went before and the reason does not speak of an accept.
#[must_use]
pub fn told_elsewhere(call: &Call) -> Vec<Sight<'_>> {
    let declined = declined(call);
    let mut terminates = stanzas::of(call, &ActionName::Terminate);
    terminates.retain(|sight| {
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        sight.action.is_elsewhere()
            && (speaks_of_decline(reason)
                || !reason.starts_with("accept") && declined.is_some_and(|declined| declined < sight.index))
    });
    terminates
}

pub(super) fn speaks_of_decline(reason: &str) -> bool {
    reason.starts_with("reject") || reason.starts_with("decline")
}
