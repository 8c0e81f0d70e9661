//! Does a device that rejects prepare the media path before?
//!
//! *The question.* SIG-08 has no relay allocation and no transport negotiation on the path of a reject. Real clients probe
//! relays while they ring, before anybody knows how the call will go.
//!
//! *What decides it.* A `<transport>`, `<relaylatency>` or `<relay_election>` that the declining device sent in the call:
//! direct where it left its recorded socket. None, while that socket was read without a gap from the offer to the reject, is absence.
//!
//! *What is recorded.* The first such stanza, or the reject.

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{acknowledging, article, covered, declined};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The discrepancy.
pub(super) const DISCREPANCY: Question = Question {
    id: "reject-no-media",
    page: "SIG-08",
    number: None,
    also: &[],
    title: "Does a device that rejects prepare the media path before?",
    shape: Shape::Existential { occurs: "media-prepared" },
    hypotheses: &["media-prepared", "no-media"],
    source: include_str!("reject_no_media.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let prepares = |row: &Row| {
        let media = [ActionName::Transport, ActionName::RelayLatency, ActionName::RelayElection];
        row.observed.direction() == Some(Direction::Outbound) && media.iter().any(|name| stanzas::is(row, name))
    };
    let media = stanzas::first_by_vantage(call, prepares);
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let rejects = declined::rejects(call).into_iter().filter(Sight::is_outbound);
    let pieces = rejects.filter_map(|sight| {
        if let Some(index) = media.get(&sight.row.vantage).copied() {
            let action = acknowledging::action_name(call.rows.get(index)?);
            let when = if index < sight.index { "before" } else { "after" };
            let why = format!("The device that rejected sent {} {action} {when} that.", article(action));
            return Some(Evidence::supporting(DISCREPANCY.id, "media-prepared", Strength::Direct, index, why));
        }
        let offer = offers.get(&sight.row.vantage).and_then(|index| call.rows.get(*index))?;
        let watched = covered::between(call, context, sight.row, offer.observed.time(), sight.row.observed.time());
        let why = "The device that rejected prepared no media path, and its socket was read since the offer.";
        watched.then(|| Evidence::supporting(DISCREPANCY.id, "no-media", Strength::Absence, sight.index, why))
    });
    pieces.collect()
}
