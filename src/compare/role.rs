//! The roles that addresses and ids have in a call: two calls are compared by roles, not by who happens to call.

use crate::call::Call;
use crate::protocol::binary::Jid;

/// The role of a value in a call, if it has one: of the call's id, and of the addresses of its parties.
pub(super) fn role(call: &Call, text: &str) -> Option<String> {
    if !call.id.is_empty() && *text == *call.id {
        return Some("call-id".to_owned());
    }
    let jid = Jid::parse(text).filter(|jid| !jid.user.is_empty())?;
    let is = |party: &Option<Jid>| party.as_ref().is_some_and(|party| call.people.same_person(party, &jid));
    let role = match () {
        () if is(&call.caller) => "caller",
        () if is(&call.callee) => "callee",
        () => return None,
    };
    // A device and an account are not the same, and neither are the two kinds of addresses.
    let device = if jid.device == 0 { "" } else { " device" };
    Some(format!("{role}{device} @{}", jid.server))
}
