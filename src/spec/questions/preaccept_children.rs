//! Does a preaccept hold more than audio, encopt and capability?
//!
//! *The question.* SIG-04 lists three kinds of children for a preaccept, as seen in audio calls, and asks whether one
//! in a video call holds further ones, `<video>` or `<net>` for instance.
//!
//! *What decides it.* Any other child of one preaccept answers. One without, in a video call, is absence; in an audio
//! call it is what the page says already. Each preaccept counts once, where it left its maker if that was recorded.
//!
//! *What is recorded.* The tags of the further children, the media of the call, where the preaccept was seen, and what
//! is known of the program that made it.

use std::collections::BTreeSet;

use crate::call::{Call, Media};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "preaccept-children",
    page: "SIG-04",
    number: Some(2),
    also: &[],
    title: "Does a preaccept hold more than audio, encopt and capability?",
    shape: Shape::Existential { occurs: "more" },
    hypotheses: &["more", "no-more"],
    source: include_str!("preaccept_children.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let media = call.media.map_or("a", |media| if media == Media::Audio { "an audio" } else { "a video" });
    let pieces = stanzas::of(call, &ActionName::Preaccept).into_iter().filter_map(|sight| {
        let place = format!("{}{}", making::seen_at(call, sight.row), making::program(call, sight.row));
        let tags = sight.node.children().iter().map(|child| child.tag.as_ref());
        let further: BTreeSet<&str> = tags.filter(|tag| !matches!(*tag, "audio" | "encopt" | "capability")).collect();
        let further: Vec<_> = further.into_iter().take(SHOWN).map(|tag| format!("<{tag}>")).collect();
        if further.is_empty() {
            let why = format!("A preaccept in a video call, {place}, holds no further children.");
            let is_video = call.media == Some(Media::Video);
            return is_video.then(|| Evidence::supporting(QUESTION.id, "no-more", Strength::Absence, sight.index, why));
        }
        let why = format!("A preaccept in {media} call, {place}, also holds {}.", further.join(" and "));
        Some(Evidence::supporting(QUESTION.id, "more", Strength::Direct, sight.index, why).with_values(further))
    });
    pieces.collect()
}

/// The most tags that are noted of one preaccept.
const SHOWN: usize = 16;
