//! A device that rejects sets up no media path.
//!
//! *What the spec says.* On the way to a reject, no keys for media are made, no relays are allocated and no
//! transport is negotiated.
//!
//! *What is checked.* Every call that the recorded device declines: it sends no `transport`, `relaylatency` or
//! `relay_election` in it. One of them is the discrepancy `reject-no-media`: real clients measure relays while
//! they ring.
//!
//! *What a capture cannot show.* Media itself, which does not go over this connection, and keys, which never
//! leave the client.

use crate::call::Call;
use crate::spec::acts::{acts, is_of_media, own_rejects};
use crate::spec::observe::covered::covered_until;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-08/no-media",
    page: "SIG-08",
    title: "A device that rejects sets up no media path.",
    grade: Grade::Warning,
    source: include_str!("no_media.rs"),
    check,
};

fn check(call: &Call, context: &Context, checks: &mut Checks) {
    let mut probed: Vec<Option<usize>> = vec![None; call.vantages.len()];
    for probe in acts(call).filter(|act| act.is_outbound() && is_of_media(&act.action.name)) {
        if let Some(first) = probed.get_mut(probe.row.vantage) {
            first.get_or_insert(probe.index);
        }
    }
    for (reject, offer) in own_rejects(call).filter(|(reject, _)| reject.declines() && reject.row.repeats.is_none()) {
        let Some(offer) = offer else {
            checks.undecided(reject.index, "the offer that it declines was not recorded before it");
            continue;
        };
        if let Some(probe) = probed.get(reject.row.vantage).copied().flatten() {
            checks.undecided(probe, "the device that rejects the call worked on a media path: see reject-no-media");
            continue;
        }
        let until = reject.row.observed.time().unwrap_or_default();
        match covered_until(call, context, offer.row, until) {
            Ok(()) => checks.holds(reject.index, "nothing about a media path was sent between offer and reject"),
            Err(why) => checks.undecided(reject.index, format!("whether a media path was set up: {why}")),
        }
    }
}
