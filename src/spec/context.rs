//! What the evidence in one call depends on beside the call.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::call::Call;
use crate::protocol::binary::Jid;

/// What is known of all calls together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Whether all captures were read to their end: until then, nothing is known to be absent.
    pub complete: bool,
    /// The creators of calls that share a call-id, where their stanzas name different users.
    creators: BTreeMap<Box<str>, Vec<Jid>>,
}

impl Context {
    /// What is known of these calls together.
    #[must_use]
    pub fn of(calls: &[Arc<Call>], complete: bool) -> Self {
        let mut creators: BTreeMap<Box<str>, Vec<Jid>> = BTreeMap::new();
        for call in calls {
            let offered = call.course.offered.and(call.creator.as_ref());
            creators.entry(call.id.clone()).or_default().extend(offered.cloned());
        }
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        for call in calls {
            *ids.entry(&call.id).or_default() += 1;
        }
        creators.retain(|id, _| ids.get(&**id).is_some_and(|count| *count > 1));
        Self { complete, creators }
    }

    /// The creator, other than this one, of an offered call with this call-id.
    #[must_use]
    pub fn other_creator(&self, call_id: &str, creator: &Jid) -> Option<&Jid> {
        self.creators.get(call_id)?.iter().find(|known| !known.same_user(creator))
    }
}
