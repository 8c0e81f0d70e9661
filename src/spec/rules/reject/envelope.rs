//! A reject comes in with the usual attributes of a `<call>`.
//!
//! *What the spec says.* The `<call>` around a reject that comes in carries `from`, `id` and `t`, and may carry
//! `notify`, `platform`, `version` and `e`.
//!
//! *What is checked.* Every inbound reject: the first three are there. An attribute that is none of the seven
//! is news.
//!
//! *What a capture cannot show.* Nothing: the attributes are those of the stanza that came in.

use crate::call::Call;
use crate::spec::acts::rejects;
use crate::spec::observe::stanzas::Sight;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-08/envelope",
    page: "SIG-08",
    title: "A reject comes in with the usual attributes of a `<call>`.",
    grade: Grade::Violation,
    source: include_str!("envelope.rs"),
    check,
};

/// What has to be there.
const NEEDED: [&str; 3] = ["from", "id", "t"];

/// What may be there.
const OPTIONAL: [&str; 4] = ["notify", "platform", "version", "e"];

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in rejects(call).filter(Sight::is_inbound) {
        let known = |name: &str| NEEDED.contains(&name) || OPTIONAL.contains(&name);
        let unknown = reject.wrapper().attributes.iter().map(|attribute| &attribute.name).find(|name| !known(name));
        let missing = NEEDED.into_iter().find(|name| reject.wrapper().attribute(name).is_none());
        match (unknown, missing) {
            (Some(unknown), _) => checks.novelty(reject.index, format!("its `<call>` carries `{unknown}`")),
            (None, Some(missing)) => checks.violated(reject.index, format!("its `<call>` has no `{missing}`")),
            (None, None) => checks.holds(reject.index, "its `<call>` has `from`, `id` and `t`, and nothing new"),
        }
    }
}
