//! A reject is empty.
//!
//! *What the spec says.* A reject has no children and no content.
//!
//! *What is checked.* Every outbound reject. A child that the page does not know is news; in an inbound reject,
//! which the server may have rewritten, whatever it holds is.
//!
//! *What a capture cannot show.* What the sender of an inbound reject wrote.

use crate::call::Call;
use crate::protocol::binary::Content;
use crate::spec::acts::{Departure, note_built, rejects};
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-08/empty",
    page: "SIG-08",
    title: "A reject is empty.",
    grade: Grade::Violation,
    source: include_str!("empty.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in rejects(call) {
        let found = match (&reject.node.content, reject.node.children()) {
            (Content::None, _) | (Content::Nodes(_), []) => Ok("it is empty"),
            (_, [child, ..]) if child.tag != "destination" => {
                Err(Departure::Unknown(format!("it holds a `<{}>`", child.tag)))
            }
            (_, [child, ..]) => Err(Departure::Broken(format!("it holds a `<{}>`", child.tag))),
            (Content::Bytes(bytes), []) if bytes.is_empty() => Ok("it is empty"),
            (Content::Bytes(_) | Content::Value(_) | Content::Elided(_), []) => {
                Err(Departure::Broken("it has content".to_owned()))
            }
        };
        note_built(checks, &reject, found);
    }
}
