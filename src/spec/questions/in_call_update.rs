//! Does a call under way go on with transports, or with a new offer?
//!
//! *The question.* The stanza catalogue asks whether a change of the path in a call, from one network to another say, is
//! told in a transport as before, or in another offer.
//!
//! *What decides it.* What a device sent or got after the accept: a transport, or an offer of the same call that is not the
//! first one sent again. Both are direct. A transport within five seconds of the accept may still set the call up, and says
//! nothing. An offer with a call-id of its own is another call here.
//!
//! *What is recorded.* The first of each kind at each end, and how long after the accept it came.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{answered, making, repeated, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "in-call-update",
    page: "call-transport",
    number: Some(3),
    also: &[],
    title: "Does a call under way go on with transports, or with a new offer?",
    shape: Shape::Exclusive,
    hypotheses: &["transport", "new-offer"],
    source: include_str!("in_call_update.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = answered::during(call).into_iter().filter_map(|(sight, talk)| {
        let later = talk.until(sight.row)?;
        let (hypothesis, what) = match sight.action.name {
            ActionName::Transport if later > answered::SET_UP => ("transport", "A transport"),
            ActionName::Offer => ("new-offer", "Another offer of the call"),
            _ => return None,
        };
        let why = format!("{what}, {}, came {} after the accept.", making::seen_at(call, sight.row), seconds(later));
        Some(Evidence::supporting(QUESTION.id, hypothesis, Strength::Direct, sight.index, why))
    });
    repeated::first_of_each(pieces)
}
