//! Do ordinary hang-ups go without a reason?
//!
//! *The question.* The stanza catalogue lets the reason of a terminate be left out, and asks whether that occurs when
//! somebody hangs up, and means that the call ended well.
//!
//! *What decides it.* Terminates that ended an answered call. One without a reason answers; one with a reason is indirect
//! for the other side, since it does not say that all have one. Terminates that stop the ringing of other devices are
//! none of them. What a client takes the absence to mean is not sent.
//!
//! *What is recorded.* The terminate, its reason, how long the call had lasted, and who made it.

use crate::call::Call;
use crate::spec::observe::answered::{self, HangUp};
use crate::spec::observe::{making, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "hang-up-reason",
    page: "call-terminate",
    number: Some(1),
    also: &[],
    title: "Do ordinary hang-ups go without a reason?",
    shape: Shape::Existential { occurs: "omitted" },
    hypotheses: &["omitted", "given"],
    source: include_str!("hang_up_reason.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let hang_ups = answered::hang_ups(call).into_iter().filter(|it| it.sight.row.copy_of.is_none());
    let pieces = hang_ups.map(|HangUp { sight, talk }| {
        let talk = talk.map_or_else(String::new, |talk| format!(" after {} of talk", seconds(talk)));
        let place = making::seen_at(call, sight.row);
        match sight.action.reason.as_deref() {
            None => {
                let why = format!("A terminate without reason, {place}, ended an answered call{talk}.");
                Evidence::supporting(QUESTION.id, "omitted", Strength::Direct, sight.index, why)
            }
            Some(reason) => {
                let why = format!("A terminate with reason {reason}, {place}, ended an answered call{talk}.");
                let piece = Evidence::supporting(QUESTION.id, "given", Strength::Indirect, sight.index, why);
                piece.with_values(vec![reason.to_owned()])
            }
        }
    });
    pieces.collect()
}
