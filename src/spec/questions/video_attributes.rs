//! Does the video element of an offer have attributes?
//!
//! *The question.* SIG-02 takes the presence of `<video>` in an offer for the whole message, and asks whether
//! attributes on it tell of the codec, the resolution or the orientation, and whether the server enforces them.
//!
//! *What decides it.* One attribute on the `<video>` of an offer, or one element in it, answers. An offer whose
//! `<video>` is bare is absence. Each offer counts once, where it left its maker if that was recorded. What the server
//! answered to an outbound one is said beside: whether it would have refused others, no recording shows.
//!
//! *What is recorded.* The names of the attributes, and of elements in angle brackets; their values, where the offer
//! was seen, what is known of the program that made it, and how the server took it.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::acknowledging::{self, Reception};
use crate::spec::observe::{making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "video-attributes",
    page: "SIG-02",
    number: Some(1),
    also: &[],
    title: "Does the video element of an offer have attributes?",
    shape: Shape::Existential { occurs: "some" },
    hypotheses: &["some", "none"],
    source: include_str!("video_attributes.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let offers = stanzas::of(call, &ActionName::Offer);
    if offers.iter().all(|sight| sight.node.child("video").is_none()) {
        return Vec::new();
    }
    let answers = acknowledging::answers(call);
    let pieces = offers.into_iter().filter_map(|sight| {
        let video = sight.node.child("video")?;
        let elements = video.children().iter().map(|child| format!("<{}>", child.tag));
        let (names, shown): (Vec<_>, Vec<_>) =
            video.attributes.iter().map(|it| (it.name.to_string(), format!("{}={}", it.name, it.value))).unzip();
        let values: Vec<_> = names.into_iter().chain(elements.clone()).collect();
        let shown: Vec<_> = shown.into_iter().chain(elements).collect();
        let taken = match answers.get(sight.index).map(|answers| acknowledging::reception(call, answers)) {
            Some(reception @ (Reception::Acked { .. } | Reception::Refused { .. })) if sight.is_outbound() => {
                format!("; it was {}", reception.words())
            }
            _ => String::new(),
        };
        let place = format!("{}{}", making::seen_at(call, sight.row), making::program(call, sight.row));
        let (hypothesis, strength, what) = if values.is_empty() {
            ("none", Strength::Absence, "is bare".to_owned())
        } else {
            ("some", Strength::Direct, format!("has {}", shown.join(" and ")))
        };
        let why = format!("The video of an offer {place} {what}{taken}.");
        Some(Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why).with_values(values).routine())
    });
    pieces.collect()
}
