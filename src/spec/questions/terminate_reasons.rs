//! Which reasons do terminates give?
//!
//! *The question.* SIG-14 knows of one reason from source, `accepted_elsewhere`, and asks for the rest: every value
//! that the server and the clients send.
//!
//! *What decides it.* A list: each `reason` on a `<terminate>`, as sent, and `(none)` where there is no such attribute. A
//! list is never complete. Each stanza counts once, also where several devices saw it.
//!
//! *What is recorded.* The value; where and in which direction it was seen, and who made it; the media, and whether the
//! call had been answered; and whether the spec's pages know the value.

use crate::call::{Call, Media};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, stanzas};
use crate::spec::vocabulary::is_terminate_reason;
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "terminate-reasons",
    page: "SIG-14",
    number: Some(1),
    also: &[],
    title: "Which reasons do terminates give?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("terminate_reasons.rs"),
    observe,
};

/// How the list shows a terminate without the attribute.
const NONE: &str = "(none)";

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let terminates = stanzas::of(call, &ActionName::Terminate);
    let pieces = terminates.iter().map(|sight| {
        let value = sight.action.reason.as_deref().unwrap_or(NONE).to_owned();
        let known = if sight.action.reason.as_deref().is_none_or(is_terminate_reason) {
            ""
        } else {
            ", a value that no page of the spec lists"
        };
        let maker = match making::made(sight.row) {
            Some(made) if !sight.is_outbound() => {
                format!(", made by the {} ({} evidence)", made.by.name(), made.strength.name())
            }
            _ => String::new(),
        };
        let answered = call.course.accepted.is_some_and(|accepted| accepted < sight.index);
        let why = format!(
            "A terminate {}{maker}, in {} call {}{known}.",
            making::seen_at(call, sight.row),
            call.media.map_or("a", |media| if media == Media::Audio { "an audio" } else { "a video" }),
            if answered { "that had been answered" } else { "that had not been answered" },
        );
        Evidence::supporting(QUESTION.id, value, Strength::Direct, sight.index, why)
    });
    pieces.collect()
}
