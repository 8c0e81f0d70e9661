//! A reject has no reason, no durations and no destination.
//!
//! *What the spec says.* Unlike a terminate, a reject has no `reason`, no `duration`, no `audio_duration` and
//! no `<destination>`.
//!
//! *What is checked.* Every outbound reject. A `reason` is the discrepancy `reject-carries-reason` and nobody's
//! fault. What would break the rule in an inbound reject is news.
//!
//! *What a capture cannot show.* What the sender of an inbound reject wrote.

use crate::call::Call;
use crate::spec::acts::{Departure, note_built, rejects};
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-08/no-counters",
    page: "SIG-08",
    title: "A reject has no reason, no durations and no destination.",
    grade: Grade::Violation,
    source: include_str!("no_counters.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in rejects(call) {
        let counter = ["duration", "audio_duration"].into_iter().find(|name| reject.node.attribute(name).is_some());
        let found = if let Some(name) = counter {
            Err(Departure::Broken(format!("it carries `{name}`")))
        } else if reject.node.child("destination").is_some() {
            Err(Departure::Broken("it holds a `<destination>`".to_owned()))
        } else if reject.node.attribute("reason").is_some() {
            Err(Departure::Disputed("it carries a `reason`: see reject-carries-reason".to_owned()))
        } else {
            Ok("it has none of what only a terminate has")
        };
        note_built(checks, &reject, found);
    }
}
