//! Are candidates for the media path sent after the accept?
//!
//! *The question.* The flow of the outgoing call has candidates in the offer and a transport after the accept, and asks
//! whether candidates are sent again then, or stand in the offer alone.
//!
//! *What decides it.* One transport with a candidate in it that a device sent or got after the accept answers. A call
//! without one is absence, where the socket was read without a gap from the accept to the end of the call. A transport
//! without candidates is none.
//!
//! *What is recorded.* The first such transport at each end, how many candidates it has, and how long after the accept
//! it came.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{answered, candidates, making, plural, repeated, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "candidates-after-accept",
    page: "outgoing-1to1-audio",
    number: Some(4),
    also: &[],
    title: "Are candidates for the media path sent after the accept?",
    shape: Shape::Existential { occurs: "sent-again" },
    hypotheses: &["sent-again", "not-seen"],
    source: include_str!("candidates_after_accept.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let transports = answered::during(call).into_iter().filter(|(sight, _)| sight.action.name == ActionName::Transport);
    let sent = transports.filter_map(|(sight, talk)| {
        let count = Some(candidates::count(sight.node)).filter(|count| *count > 0)?;
        let later = talk.until(sight.row).map_or_else(String::new, |later| format!(" {}", seconds(later)));
        let place = making::seen_at(call, sight.row);
        let why = format!("A transport, {place},{later} after the accept has {count} candidate{}.", plural(count));
        Some(Evidence::supporting(QUESTION.id, "sent-again", Strength::Direct, sight.index, why).routine())
    });
    let sent = repeated::first_of_each(sent);
    if !sent.is_empty() {
        return sent;
    }
    let silent = answered::talks(call).into_values().filter_map(|talk| {
        let lasted = talk.watched(call, context)?;
        let why = format!(
            "In the {lasted} from the accept to the end of the call, no transport with a candidate was sent or came in."
        );
        Some(Evidence::supporting(QUESTION.id, "not-seen", Strength::Absence, talk.accept, why))
    });
    silent.collect()
}
