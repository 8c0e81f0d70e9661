//! Does the terminate of a missed call give a reason?
//!
//! *The question.* SIG-12 asks whether a word of its own, such as one for a timeout, marks the terminate of a call that
//! nobody answered, or whether the reason is left out.
//!
//! *What decides it.* The terminate that ended a call which rang live and was neither answered nor declined. That it
//! says `timeout` is direct. Another reason, or none, counts where it came at the ring timeout that the settings
//! announce or three or more calls show; it is then indirect, since a person can give up at that moment as well.
//!
//! *What is recorded.* The word, where the terminate was seen, and when it came.

use crate::call::Call;
use crate::spec::context::Moment;
use crate::spec::observe::{making, ringing};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "missed-reason",
    page: "SIG-12",
    number: Some(2),
    also: &[],
    title: "Does the terminate of a missed call give a reason?",
    shape: Shape::Existential { occurs: "reason" },
    hypotheses: &["reason", "no-reason"],
    source: include_str!("missed_reason.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let Some(rang) = ringing::rang_out(call) else { return Vec::new() };
    let pieces = rang.endings.iter().filter_map(|ending| {
        let place = making::seen_at(call, call.rows.get(ending.index)?);
        let when = match context.moment(&rang, ending) {
            Some(Moment::At(when)) => Some(when),
            Some(Moment::Before(_)) | None => None,
        };
        let (hypothesis, strength, why) = match (ending.reason, when) {
            (Some("timeout"), _) => {
                ("reason", Strength::Direct, format!("The terminate of an unanswered call, {place}, says timeout."))
            }
            (Some(reason), Some(when)) if !reason.is_empty() => {
                let why = format!("The terminate of an unanswered call, {place}, says {reason} {when}.");
                ("reason", Strength::Indirect, why)
            }
            (_, Some(when)) => {
                let why = format!("The terminate of an unanswered call, {place}, gives no reason {when}.");
                ("no-reason", Strength::Indirect, why)
            }
            (_, None) => return None,
        };
        let values = ending.reason.map(str::to_owned).into_iter().collect();
        Some(Evidence::supporting(QUESTION.id, hypothesis, strength, ending.index, why).with_values(values).routine())
    });
    pieces.collect()
}
