//! Where does the video stand among the children of an offer?
//!
//! *The question.* The server refuses an offer whose children are out of order, with error 439. SIG-02 asks whether
//! that fixes the place of `<video>` against the `<audio>` elements.
//!
//! *What decides it.* A list: between which elements the `<video>` of an outbound offer stands, and whether the server
//! acked that offer or refused it. An order that was acked is allowed. One refusal has many possible causes; two offers
//! that differ in nothing but the place of the video would settle it. What came in was put in order by the server, and
//! counts for nothing.
//!
//! *What is recorded.* The elements before and after, and what the ack says.

use crate::call::Call;
use crate::protocol::binary::Node;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{acknowledging, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "video-position",
    page: "SIG-02",
    number: Some(4),
    also: &[],
    title: "Where does the video stand among the children of an offer?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("video_position.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let mut offers = stanzas::of(call, &ActionName::Offer);
    offers.retain(|sight| sight.is_outbound() && sight.node.child("video").is_some());
    if offers.is_empty() {
        return Vec::new();
    }
    let answers = acknowledging::answers(call);
    let pieces = offers.iter().filter_map(|sight: &Sight<'_>| {
        let children = sight.node.children();
        let place = children.iter().position(|child| child.tag == "video")?;
        let before = place.checked_sub(1).and_then(|before| children.get(before));
        let after = children.iter().skip(place).find(|child| child.tag != "video");
        let taken = acknowledging::reception(call, answers.get(sight.index)?).words();
        let value = format!("after {}, before {}: {taken}", name(before), name(after));
        let seen = making::seen_at(call, sight.row);
        let program = making::program(call, sight.row);
        let why = format!("An offer with video, {seen}{program}: {taken}.");
        Some(Evidence::supporting(QUESTION.id, value, Strength::Direct, sight.index, why))
    });
    pieces.collect()
}

fn name(node: Option<&Node>) -> String {
    node.map_or_else(|| "nothing".to_owned(), |node| format!("<{}>", node.tag))
}
