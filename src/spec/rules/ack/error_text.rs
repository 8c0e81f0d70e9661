//! An ack's error has a code and a text, and nothing else.
//!
//! *What the spec says.* `text` of an `<error>` says for people what went wrong, and may be left out. The page
//! knows `code` and `text` of an `<error>`, and no more.
//!
//! *What is checked.* Every `<error>` of an ack: a `text` that is there says something. An attribute beside the
//! two, and anything inside, is news.
//!
//! *What a capture cannot show.* Whether the text is true.

use super::errors;
use crate::call::Call;
use crate::spec::acts::acks;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "ACK/error-text",
    page: "call-ack",
    title: "An ack's error has a code and a text, and nothing else.",
    grade: Grade::Warning,
    source: include_str!("error_text.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, row, _) in acks(call) {
        for error in errors(row) {
            let unknown = error.attributes.iter().find(|attribute| !matches!(attribute.name.as_ref(), "code" | "text"));
            match (unknown, error.children().first(), error.text("text")) {
                (Some(unknown), ..) => checks.novelty(index, format!("its `<error>` carries `{}`", unknown.name)),
                (None, Some(child), _) => checks.novelty(index, format!("its `<error>` holds a `<{}>`", child.tag)),
                (None, None, Some(text)) if text.trim().is_empty() => {
                    checks.violated(index, "the text of its `<error>` is empty");
                }
                (None, None, Some(_)) => checks.holds(index, "its `<error>` has a text"),
                (None, None, None) => {}
            }
        }
    }
}
