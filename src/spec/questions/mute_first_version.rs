//! Is there a mute of a first version?
//!
//! *The question.* The tag `<mute_v2>` suggests a `<mute>` before it. SIG-13 asks whether older clients send that, and
//! how the two go together.
//!
//! *What decides it.* A `<mute>` answers, wherever it was seen. A call with `<mute_v2>` alone is absence. Both in one
//! call show that versions meet.
//!
//! *What is recorded.* Where it was seen, what is known of the program that made it, and whether the call has a
//! `<mute_v2>` as well.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "mute-first-version",
    page: "SIG-13",
    number: Some(4),
    also: &[],
    title: "Is there a mute of a first version?",
    shape: Shape::Existential { occurs: "exists" },
    hypotheses: &["exists", "only-second"],
    source: include_str!("mute_first_version.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let (first, second) = (stanzas::of(call, &ActionName::Mute), stanzas::of(call, &ActionName::MuteV2));
    if let (true, Some(sight)) = (first.is_empty(), second.first()) {
        let place = format!("{}{}", making::seen_at(call, sight.row), making::program(call, sight.row));
        let why = format!("The call has mutes of the second version only, {place}.");
        return vec![Evidence::supporting(QUESTION.id, "only-second", Strength::Absence, sight.index, why)];
    }
    let beside = if second.is_empty() { "" } else { "; the call has one of the second version, too" };
    let pieces = first.into_iter().map(|sight| {
        let place = format!("{}{}", making::seen_at(call, sight.row), making::program(call, sight.row));
        let why = format!("A mute of the first version, {place}{beside}.");
        Evidence::supporting(QUESTION.id, "exists", Strength::Direct, sight.index, why)
    });
    pieces.collect()
}
