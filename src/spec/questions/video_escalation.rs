//! How does an audio call become a video call?
//!
//! *The question.* SIG-02 knows of video from the offer only, and asks how a call that began with sound alone takes in
//! the picture: by an offer once more, or by a stanza made for that.
//!
//! *What decides it.* What is sent in an answered call that was offered without video: another offer of the same call
//! with a `<video>`, or another action that holds a `<video>` or, called video itself, says a state. That is direct,
//! wherever it was seen. An action that is only called something with video may be anything, and is indirect. An offer
//! with a call-id of its own is another call here, and is not looked at.
//!
//! *What is recorded.* The action, its attributes that speak of video, and where it was seen.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{article, making, naming};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "video-escalation",
    page: "SIG-02",
    number: Some(3),
    also: &[("call-mute", 3)],
    title: "How does an audio call become a video call?",
    shape: Shape::Exclusive,
    hypotheses: &["fresh-offer", "other-action"],
    source: include_str!("video_escalation.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let offered = call.course.offered.and_then(|offered| call.rows.get(offered)?.observed.read().action_node());
    let is_audio = offered.is_some_and(|offer| {
        offer.child("video").is_none() && offer.text("media").is_none_or(|media| media == "audio")
    });
    if !is_audio || call.course.accepted.is_none() {
        return Vec::new();
    }
    let sights = stanzas::each(call).into_iter().filter(|sight| sight.is_in_call(call));
    sights.filter_map(|sight| judge(call, &sight)).collect()
}

fn judge(call: &Call, sight: &Sight<'_>) -> Option<Evidence> {
    let name = &sight.action.name;
    let is_video = naming::has_word(name.as_str(), &["video"]);
    let has_video = sight.node.child("video").is_some();
    if !has_video && !is_video || matches!(name, ActionName::Accept | ActionName::Preaccept) {
        return None;
    }
    let says_state = is_video && naming::says_state(sight);
    let strength = if has_video || says_state { Strength::Direct } else { Strength::Indirect };
    let hypothesis = if *name == ActionName::Offer { "fresh-offer" } else { "other-action" };
    let tag = name.as_str();
    let with = if has_video { " with a video element" } else { "" };
    let found = naming::named(sight, &["video", "state", "enabled"]);
    let said: Vec<_> = found.iter().filter(|named| named.value.is_some()).cloned().collect();
    let said = if said.is_empty() { String::new() } else { format!(" ({})", naming::shown(&said)) };
    let place = making::seen_at(call, sight.row);
    let why = format!("In an answered audio call: {} {tag}{with}{said}, {place}.", article(tag));
    let piece = Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why);
    Some(piece.with_values(vec![format!("<{tag}>")]))
}
