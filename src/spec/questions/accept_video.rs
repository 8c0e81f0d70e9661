//! Does the accept of a video call speak of the video?
//!
//! *The question.* SIG-02 answers a video offer with the same accept as an audio one, and asks whether a `<video>` or
//! anything else in the accept confirms the picture.
//!
//! *What decides it.* In a call that was offered with video: an element or an attribute in the accept that is called
//! video, whichever it is, answers. An accept without is absence. Each accept counts once, where it left its maker if
//! that was recorded.
//!
//! *What is recorded.* The names, as `<tag>` or `tag@attribute`, the values, where the accept was seen, and what is
//! known of the program that made it.

use crate::call::{Call, Media};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, naming, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "accept-video",
    page: "SIG-02",
    number: Some(2),
    also: &[("call-accept", 3)],
    title: "Does the accept of a video call speak of the video?",
    shape: Shape::Existential { occurs: "speaks" },
    hypotheses: &["speaks", "silent"],
    source: include_str!("accept_video.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    if call.media != Some(Media::Video) {
        return Vec::new();
    }
    let pieces = stanzas::of(call, &ActionName::Accept).into_iter().map(|sight| {
        let place = format!("{}{}", making::seen_at(call, sight.row), making::program(call, sight.row));
        let found = naming::named(&sight, &["video"]);
        if found.is_empty() {
            let why = format!("The accept of a video call, {place}, has nothing that is called video.");
            return Evidence::supporting(QUESTION.id, "silent", Strength::Absence, sight.index, why);
        }
        let why = format!("The accept of a video call, {place}, has {}.", naming::shown(&found));
        let values = found.into_iter().map(|named| named.name).collect();
        Evidence::supporting(QUESTION.id, "speaks", Strength::Direct, sight.index, why).with_values(values)
    });
    pieces.collect()
}
