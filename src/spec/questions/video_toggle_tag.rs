//! Does an action that turns the picture on or off have the tag of the offer's video?
//!
//! *The question.* The stanza catalogue draws the toggle of the camera as `<video>`, the tag that describes the picture
//! in an offer, and asks whether it is that one or another.
//!
//! *What decides it.* The actions that come after the accept of a call: one that is called exactly `video`, or another one
//! with that word in its name, or a mute of the medium video. One that gives a state is direct; one that gives none may
//! do something else, and is indirect. An offer or accept with a video element is no toggle.
//!
//! *What is recorded.* The tag, as a list, and where the first of each kind in a call was seen.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{answered, article, making, naming, repeated};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "video-toggle-tag",
    page: "call-mute",
    number: Some(2),
    also: &[],
    title: "Does an action that turns the picture on or off have the tag of the offer's video?",
    shape: Shape::Exclusive,
    hypotheses: &["same-tag", "tag-of-its-own"],
    source: include_str!("video_toggle_tag.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    repeated::first_of_each(answered::during(call).iter().filter_map(|(sight, _)| judge(call, sight)))
}

fn judge(call: &Call, sight: &Sight<'_>) -> Option<Evidence> {
    let tag = sight.action.name.as_str();
    let hypothesis = match sight.action.name {
        ActionName::Mute | ActionName::MuteV2 if sight.node.text("media").as_deref() == Some("video") => {
            "tag-of-its-own"
        }
        ActionName::Unknown(_) if tag == "video" => "same-tag",
        ActionName::Unknown(_) if naming::has_word(tag, &["video"]) => "tag-of-its-own",
        _ => return None,
    };
    let is_mute = matches!(sight.action.name, ActionName::Mute | ActionName::MuteV2);
    let strength = if is_mute || naming::says_state(sight) { Strength::Direct } else { Strength::Indirect };
    let state = if strength == Strength::Direct { "" } else { ", which gives no state" };
    let place = making::seen_at(call, sight.row);
    let why = format!("After the accept there was {} {tag}, {place}{state}.", article(tag));
    let piece = Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why);
    Some(piece.with_values(vec![format!("<{tag}>")]))
}
