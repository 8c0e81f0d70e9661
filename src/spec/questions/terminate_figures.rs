//! Do terminates carry figures about the call?
//!
//! *The question.* The stanza catalogue asks whether a terminate brings anything about the call that was, such as its
//! length or how many bytes it took.
//!
//! *What decides it.* Any attribute of a terminate beyond the names of the call and the reason, and any child that is no
//! list of addressees: one that is or holds a number is direct, another one indirect. A terminate without is absence. A
//! terminate counts as it was sent and as it arrived, since the server may add to it.
//!
//! *What is recorded.* The names of the attributes, and of the children in angle brackets, as a list; their values; where the
//! terminate was seen.

use crate::call::Call;
use crate::protocol::binary::Node;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{making, repeated};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "terminate-figures",
    page: "call-terminate",
    number: Some(3),
    also: &[],
    title: "Do terminates carry figures about the call?",
    shape: Shape::Existential { occurs: "figures" },
    hypotheses: &["figures", "none"],
    source: include_str!("terminate_figures.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let mut terminates = stanzas::of(call, &ActionName::Terminate);
    if terminates.is_empty() {
        return Vec::new();
    }
    terminates.retain(Sight::is_outbound);
    terminates.extend(stanzas::arrivals(call).into_iter().filter(|sight| sight.action.name == ActionName::Terminate));
    terminates.sort_by_key(|sight| sight.index);
    repeated::first_of_each(terminates.iter().map(|sight| judge(call, sight)))
}

fn judge(call: &Call, sight: &Sight<'_>) -> Evidence {
    let place = making::seen_at(call, sight.row);
    let attributes = sight.node.attributes.iter();
    let attributes = attributes.filter(|it| !matches!(&*it.name, "call-id" | "call-creator" | "reason"));
    let children = || sight.node.children().iter().filter(|child| child.tag != "destination");
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (names, shown): (Vec<_>, Vec<_>) =
        attributes.clone().map(|it| (it.name.to_string(), format!("{}={}", it.name, it.value))).unzip();
    let holds_number = |node: &Node| node.attributes.iter().any(|it| is_number(&it.value.to_text()));
    let has_number = attributes.clone().any(|it| is_number(&it.value.to_text())) || children().any(holds_number);
    let tags: Vec<_> = children().map(|child| format!("<{}>", child.tag)).collect();
    let values: Vec<_> = names.into_iter().chain(tags.iter().cloned()).collect();
    if values.is_empty() {
        let why = format!("A terminate, {place}, has nothing but the names of the call, and perhaps a reason.");
        return Evidence::supporting(QUESTION.id, "none", Strength::Absence, sight.index, why);
    }
    let strength = if has_number { Strength::Direct } else { Strength::Indirect };
    let shown: Vec<_> = shown.into_iter().chain(tags).collect();
    let why = format!("A terminate, {place}, also has {}.", shown.join(" and "));
    Evidence::supporting(QUESTION.id, "figures", strength, sight.index, why).with_values(values).routine()
}
