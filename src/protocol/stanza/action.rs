//! The action of a call: the child of a `<call>`.

use std::fmt;

use crate::protocol::binary::{Element, Jid, Value};

/// The child of a `<call>`, or the call child of a `<receipt>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Action {
    /// Its tag.
    pub name: ActionName,
    /// `call-id`; for a heartbeat, the user part of the address that it is sent to.
    pub call_id: Option<Box<str>>,
    /// `call-creator`, if it is an address.
    pub call_creator: Option<Jid>,
    /// `reason`, even if it is empty.
    pub reason: Option<Box<str>>,
    /// `duration`, as sent: its unit is an open question.
    pub duration: Option<Box<str>>,
    /// `audio_duration`, as sent.
    pub audio_duration: Option<Box<str>>,
    /// The `jid` of each `<destination><to>`, in order.
    pub destination: Vec<Jid>,
}

impl Action {
    /// Reads the child of a `<call>` or `<receipt>`.
    #[must_use]
    pub fn read(node: Element<'_>) -> Self {
        let text = |name| node.text(name).map(Into::into);
        let destination = node.child("destination").map_or_else(Vec::new, |destination| {
            let members = destination.children().filter(|child| child.tag() == "to");
            members.filter_map(|member| member.attribute("jid").and_then(Value::to_jid)).collect()
        });
        Self {
            name: ActionName::read(node.tag()),
            call_id: text("call-id"),
            call_creator: node.attribute("call-creator").and_then(Value::to_jid),
            reason: text("reason"),
            duration: text("duration"),
            audio_duration: text("audio_duration"),
            destination,
        }
    }

    /// Reads the action of a `<call>` that is addressed to `to`.
    pub(super) fn of_call(node: Element<'_>, to: Option<&Jid>) -> Option<Self> {
        let mut action = Self::read(node.children().first()?);
        // Heartbeats name their call only in the address, `{call-id}@call`.
        if action.call_id.is_none()
            && let Some(to) = to
            && to.server == "call"
            && !to.user.is_empty()
        {
            action.call_id = Some(to.user.as_ref().into());
        }
        Some(action)
    }

    /// Returns whether it informs a device that another device of its account answered or declined the call. Such a
    /// terminate ends the ringing of its recipients, never the call.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        self.reason.as_deref().is_some_and(|reason| reason.ends_with("_elsewhere"))
    }
}

/// Declares the known actions with their tags, once.
macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $tag:literal,)*) => {
        /// The tag of an action.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ActionName {
            $($(#[$doc])* $variant,)*
            /// A tag that this program does not know.
            Unknown(Box<str>),
        }

        impl ActionName {
            /// Reads a tag.
            #[must_use]
            pub fn read(tag: &str) -> Self {
                match tag {
                    $($tag => Self::$variant,)*
                    _ => Self::Unknown(tag.into()),
                }
            }

            /// The tag.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $tag,)*
                    Self::Unknown(tag) => tag,
                }
            }
        }
    };
}

actions! {
    /// The caller proposes a call to one device or account.
    Offer = "offer",
    /// The server announces a call without an offer, mostly in groups.
    OfferNotice = "offer_notice",
    /// The callee's device rings.
    Preaccept = "preaccept",
    /// The callee answers the call.
    Accept = "accept",
    /// The callee declines the call, or cannot take it.
    Reject = "reject",
    /// The call ends, or stops ringing at some devices.
    Terminate = "terminate",
    /// Candidates for the media path.
    Transport = "transport",
    /// Measured latency to relays.
    RelayLatency = "relaylatency",
    /// The chosen relay.
    RelayElection = "relay_election",
    /// Microphone state, first version.
    Mute = "mute",
    /// Microphone state.
    MuteV2 = "mute_v2",
    /// The call is still alive.
    Heartbeat = "heartbeat",
    /// The length of a call, reported to the server.
    Duration = "duration",
}

impl fmt::Display for ActionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
