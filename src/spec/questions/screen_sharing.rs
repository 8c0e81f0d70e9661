//! What in the signalling marks a shared screen?
//!
//! *The question.* SIG-11 asks how a shared screen is marked, in the signalling and in the media. Of the media no
//! recording of signalling tells.
//!
//! *What decides it.* A list: each action, element or attribute of a call stanza in whose name sharing stands. The name
//! is direct evidence that there is such a thing, not of what it does. The size of a screen, which offers of video
//! calls give, is none of it.
//!
//! *What is recorded.* The name, as `<tag>` or `tag@attribute`, its value, whether the stanza was acked, and where it
//! was seen.

use crate::call::Call;
use crate::spec::observe::naming;
use crate::spec::{Context, Evidence, Question, Shape};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "screen-sharing",
    page: "SIG-11",
    number: Some(1),
    also: &[],
    title: "What in the signalling marks a shared screen?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("screen_sharing.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    naming::list(call, QUESTION.id, &["share", "shared", "sharing", "screenshare", "screensharing", "screencast"])
}
