//! Do rejects carry more than the two attributes that name the call?
//!
//! *The question.* SIG-08 gives `<reject>` exactly `call-id` and `call-creator`, and asks whether any client sends more:
//! a reason, say, or a hint of the media.
//!
//! *What decides it.* Any further attribute, or any child, on one reject answers. A reject without is absence. Each stanza
//! counts once, where it left its maker if that was recorded.
//!
//! *What is recorded.* The names of the attributes, and of the children in angle brackets, as a list; their values, where the
//! reject was seen, and what is known of the program that made it.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::making;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "reject-extra-attributes",
    page: "SIG-08",
    number: Some(1),
    also: &[],
    title: "Do rejects carry more than the two attributes that name the call?",
    shape: Shape::Existential { occurs: "some" },
    hypotheses: &["some", "none"],
    source: include_str!("reject_extra_attributes.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    stanzas::of(call, &ActionName::Reject).iter().map(|sight| judge(call, sight)).collect()
}

fn judge(call: &Call, sight: &Sight<'_>) -> Evidence {
    let attributes = sight.node.attributes.iter().filter(|it| !matches!(&*it.name, "call-id" | "call-creator"));
    let (names, shown): (Vec<_>, Vec<_>) =
        attributes.map(|it| (it.name.to_string(), format!("{}={}", it.name, it.value))).unzip();
    let children = sight.node.children().iter().map(|child| format!("<{}>", child.tag));
    let values: Vec<_> = names.into_iter().chain(children.clone()).collect();
    let place = format!("{}{}", making::seen_at(call, sight.row), making::program(call, sight.row));
    if values.is_empty() {
        let why = format!("A reject {place} has the two attributes, and no more.");
        return Evidence::supporting(QUESTION.id, "none", Strength::Absence, sight.index, why);
    }
    let shown: Vec<_> = shown.into_iter().chain(children).collect();
    let why = format!("A reject {place} also has {}.", shown.join(" and "));
    Evidence::supporting(QUESTION.id, "some", Strength::Direct, sight.index, why).with_values(values)
}
