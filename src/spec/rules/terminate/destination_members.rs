//! A `<destination>` names each target device once.
//!
//! *What the spec says.* A `<destination>` has to hold a `<to>` with a `jid` for each device that is to be
//! reached; where there is none to reach, it is left out.
//!
//! *What is checked.* Every `<destination>` of a terminate that the client sends: it holds at least one `<to>`,
//! each `<to>` has an address in `jid`, and no device is named twice. Children of another name are news. What
//! would break the rule in an inbound stanza is news too.
//!
//! *What a capture cannot show.* Whether the devices named are all that should be: the recording does not know
//! a person's devices.

use std::collections::HashSet;

use super::destinations;
use crate::call::Call;
use crate::protocol::binary::Node;
use crate::spec::acts::{Departure, note_built, terminates};
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-14/destination-members",
    page: "SIG-14",
    title: "A `<destination>` names each target device once.",
    grade: Grade::Violation,
    source: include_str!("destination_members.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for act in terminates(call) {
        for destination in destinations(&act) {
            note_built(checks, &act, judge(destination));
        }
    }
}

fn judge(destination: &Node) -> Result<&'static str, Departure> {
    if let Some(other) = destination.children().iter().find(|child| child.tag != "to") {
        return Err(Departure::Unknown(format!("its `<destination>` holds a `<{}>`", other.tag)));
    }
    let broken = |why: String| Err(Departure::Broken(why));
    let mut devices = HashSet::new();
    for member in destination.children() {
        let Some(named) = member.attribute("jid") else {
            return broken("a `<to>` of its `<destination>` has no `jid`".to_owned());
        };
        let Some(jid) = named.to_jid() else {
            return broken(format!("a `<to>` of its `<destination>` names no address: {named}"));
        };
        if !devices.insert((jid.person_account(), jid.device)) {
            return broken(format!("its `<destination>` names {jid} twice"));
        }
    }
    if devices.is_empty() {
        return broken("its `<destination>` is empty".to_owned());
    }
    Ok("its `<destination>` names each device once")
}
