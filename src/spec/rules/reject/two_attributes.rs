//! A reject has two attributes, `call-id` and `call-creator`.
//!
//! *What the spec says.* A reject carries exactly the attributes `call-id` and `call-creator`.
//!
//! *What is checked.* Every outbound reject has both. A further one is news, and evidence for
//! `reject-extra-attributes`; a `reason` is the discrepancy `reject-carries-reason`, since another page has
//! rejects carry one. In an inbound reject, too few are no client's fault but news.
//!
//! *What a capture cannot show.* Which attributes the sender of an inbound reject wrote, and which the server.

use crate::call::Call;
use crate::protocol::binary::Node;
use crate::spec::acts::{Departure, note_built, rejects};
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-08/two-attributes",
    page: "SIG-08",
    title: "A reject has two attributes, `call-id` and `call-creator`.",
    grade: Grade::Warning,
    source: include_str!("two_attributes.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in rejects(call) {
        note_built(checks, &reject, judge(reject.node));
    }
}

fn judge(reject: &Node) -> Result<&'static str, Departure> {
    let known = |name: &str| matches!(name, "call-id" | "call-creator" | "reason" | "duration" | "audio_duration");
    let unknown: Vec<_> = reject.attributes.iter().filter(|attribute| !known(&attribute.name)).collect();
    if !unknown.is_empty() {
        let names: Vec<_> = unknown.iter().map(|attribute| format!("`{}`", attribute.name)).collect();
        return Err(Departure::Unknown(format!("it carries {} too", names.join(", "))));
    }
    if let Some(missing) = ["call-id", "call-creator"].into_iter().find(|name| reject.attribute(name).is_none()) {
        return Err(Departure::Broken(format!("it has no `{missing}`")));
    }
    if let Some(counter) = ["duration", "audio_duration"].into_iter().find(|name| reject.attribute(name).is_some()) {
        return Err(Departure::Broken(format!("it carries `{counter}` too")));
    }
    if reject.attribute("reason").is_some() {
        return Err(Departure::Disputed("it carries a `reason` too: see reject-carries-reason".to_owned()));
    }
    Ok("it has `call-id` and `call-creator`, and no other attribute")
}
