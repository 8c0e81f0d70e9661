//! Does the action that mutes the sound mute the picture, too?
//!
//! *The question.* SIG-13 describes how a participant tells that the microphone is off, and asks whether the camera is
//! told of by the same `<mute_v2>` or by an action of its own.
//!
//! *What decides it.* A mute that names the video, in an attribute or as its medium, is direct evidence for the same
//! action. In an answered video call another action that is called video and gives a state is direct evidence for one
//! of its own; if it gives none, it is indirect, for it may do something else.
//!
//! *What is recorded.* The action with its attributes, and where it was seen.

use crate::call::{Call, Media};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{article, making, naming};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "video-mute",
    page: "SIG-13",
    number: Some(2),
    also: &[],
    title: "Does the action that mutes the sound mute the picture, too?",
    shape: Shape::Exclusive,
    hypotheses: &["same-action", "other-action"],
    source: include_str!("video_mute.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = stanzas::each(call).into_iter().filter_map(|sight| {
        let action = sight.action.name.as_str();
        let (hypothesis, strength) = match sight.action.name {
            ActionName::Mute | ActionName::MuteV2 if mutes_video(&sight) => ("same-action", Strength::Direct),
            ActionName::Unknown(_) if naming::has_word(action, &["video"]) => {
                let is_video = call.media == Some(Media::Video) && sight.is_in_call(call);
                let strength = if naming::says_state(&sight) { Strength::Direct } else { Strength::Indirect };
                ("other-action", Some(strength).filter(|_| is_video)?)
            }
            _ => return None,
        };
        let attributes = sight.node.attributes.iter().filter(|it| !matches!(&*it.name, "call-id" | "call-creator"));
        let attributes = attributes.take(SHOWN).map(|it| format!(" {}={}", it.name, it.value));
        let place = making::seen_at(call, sight.row);
        let why = format!("There is {} {action}{}, {place}.", article(action), attributes.collect::<String>());
        let piece = Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why);
        Some(piece.with_values(vec![format!("<{action}>")]))
    });
    pieces.collect()
}

/// Whether a mute names the video.
fn mutes_video(sight: &Sight<'_>) -> bool {
    let mut attributes = sight.node.attributes.iter();
    attributes.any(|it| naming::has_word(&it.name, &["video"]) || it.name == "media" && it.value.to_text() == "video")
}

/// The most attributes that are shown of one action.
const SHOWN: usize = 8;
