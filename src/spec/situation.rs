//! What happens in calls that questions ask about, and how much of such calls was recorded.

use super::context::Context;
use super::coverage::{self, ANSWERED_WITHIN};
use super::observe::{declined, ringing};
use crate::call::{Call, Media, Role};
use crate::protocol::stanza::{ActionName, Body};

/// Declares the situations, a row each: the name, a call that has it, and how to record one.
macro_rules! situations {
    ($($(#[$doc:meta])* $name:ident $id:literal: $what:literal, $how:literal;)*) => {
        /// What a call must have to bear on a question.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Situation {
            $($(#[$doc])* $name,)*
        }

        impl Situation {
            /// Every situation.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name of the situation in declarations.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }

            /// Such a call, as a noun phrase.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self {
                    $(Self::$name => $what,)*
                }
            }

            /// How to record such a call: a sentence.
            #[must_use]
            pub const fn how(self) -> &'static str {
                match self {
                    $(Self::$name => $how,)*
                }
            }
        }
    };
}

situations! {
    /// It is a call.
    Call "call": "a call", "Record a call, from before its offer until five seconds after its terminate.";
    /// Its offer was recorded.
    Offer "offer": "a call with its offer", "Record a call from before its offer.";
    /// It is a video call.
    Video "video": "a video call", "Record a video call.";
    /// It is a video call, and a device accepts it.
    VideoAccept "video-accept": "an answered video call", "Record a video call that somebody answers.";
    /// It is a group's.
    Group "group": "a group call", "Record a group call, with a member who joins and one who leaves.";
    /// A device of the callee rings.
    Preaccept "preaccept": "a call that rings", "Record a call that rings on a linked device before somebody answers.";
    /// A device accepts it.
    Accept "accept": "an answered call", "Record a call that somebody answers.";
    /// It is answered, and ends.
    HangUp "hang-up": "a call that ends after it was answered", "Record a call that is answered and hung up half a minute later.";
    /// A device rejects it.
    Reject "reject": "a call with a reject", "Record a call that a device rejects.";
    /// A person declines it.
    Decline "decline": "a declined call", "Record a call that somebody declines.";
    /// A device rejects it by itself.
    AutomaticReject "automatic-reject": "a call that a device rejects by itself", "Call somebody who is in a call already, or whose companion cannot take calls.";
    /// Nobody answers or declines it, and it ends.
    RangOut "rang-out": "a call that rings out", "Let a call ring until it ends by itself, with nobody answering or declining.";
    /// It ends.
    Terminate "terminate": "a call with a terminate", "Record a call until five seconds after its end.";
    /// Devices of the callee are told that another one took or declined it.
    Elsewhere "elsewhere": "a call that one of several devices takes or declines", "Call somebody with a second linked device, and answer or decline on one of them.";
    /// Candidates for the media path are exchanged.
    Transport "transport": "a call with transports", "Record an answered call of half a minute, with both people on different networks.";
    /// Latencies are reported.
    Latency "latency": "a call with latency reports", "Record a call that rings for ten seconds and is then answered.";
    /// Somebody mutes.
    Mute "mute": "a call in which somebody mutes", "Mute and unmute the microphone in an answered call.";
    /// Something in it is acknowledged.
    Ack "ack": "a call with acks", "Record a call on the network, or with a client whose log has its acks.";
    /// Something in it gets a receipt.
    Receipt "receipt": "a call with receipts", "Record an incoming call from before its offer.";
}

/// Which situations a call has, and how it was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// A bit for each of [`Situation::ALL`].
    situations: u32,
    /// How it was recorded.
    pub recorded: Recorded,
}

/// How calls were recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// How many calls.
    pub calls: usize,
    /// Whether the caller's socket was recorded.
    pub caller: bool,
    /// Whether the socket of a device of the callee was.
    pub callee: bool,
    /// Whether both were in one call.
    pub both: bool,
    /// Whether a socket was read without a gap from the call's first stanza until five seconds after its last one.
    pub whole: bool,
    /// Whether the acks that the recorded client sends are among what was recorded.
    pub own_acks: bool,
}

impl Recorded {
    /// Adds how another call was recorded.
    pub const fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.caller |= other.caller;
        self.callee |= other.callee;
        self.both |= other.both;
        self.whole |= other.whole;
        self.own_acks |= other.own_acks;
    }
}

impl Circumstances {
    /// Finds the situations of a call. Linear in its rows.
    #[must_use]
    pub fn of(call: &Call, context: &Context) -> Self {
        let mut circumstances = Self { situations: 0, recorded: recorded(call, context) };
        let mut has = |situation: Situation, is_there: bool| {
            circumstances.situations |= u32::from(is_there) << (situation as u32);
        };
        has(Situation::Call, true);
        has(Situation::Video, call.media == Some(Media::Video));
        has(Situation::VideoAccept, call.media == Some(Media::Video) && call.progress.accepted.is_some());
        has(Situation::Group, call.group);
        has(Situation::Accept, call.progress.accepted.is_some());
        has(Situation::HangUp, call.progress.accepted.is_some() && call.progress.ended.is_some());
        has(Situation::Decline, declined::declined(call).is_some());
        has(Situation::RangOut, ringing::rang_out(call).is_some());
        for row in &call.rows {
            let stanza = row.observed.read();
            has(Situation::Ack, matches!(stanza.body, Body::Ack(_)));
            has(Situation::Receipt, matches!(stanza.body, Body::Receipt(_)));
            let Some(action) = stanza.action() else { continue };
            has(Situation::Elsewhere, action.is_elsewhere());
            let situation = match action.name {
                ActionName::Offer => Situation::Offer,
                ActionName::Preaccept => Situation::Preaccept,
                ActionName::Reject => Situation::Reject,
                ActionName::Terminate => Situation::Terminate,
                ActionName::Transport => Situation::Transport,
                ActionName::RelayLatency => Situation::Latency,
                ActionName::Mute | ActionName::MuteV2 => Situation::Mute,
                _ => continue,
            };
            has(situation, true);
            let says_why = action.reason.is_some() && !crate::call::declines(action);
            has(Situation::AutomaticReject, situation == Situation::Reject && says_why);
        }
        circumstances
    }

    /// Returns whether the call has a situation.
    #[must_use]
    pub const fn has(self, situation: Situation) -> bool {
        self.situations & (1 << (situation as u32)) != 0
    }
}

fn recorded(call: &Call, context: &Context) -> Recorded {
    let role = |is_one: fn(Role) -> bool| call.vantages.iter().any(|vantage| is_one(vantage.role));
    let caller = role(|role| role == Role::Caller);
    let callee = role(|role| matches!(role, Role::Callee | Role::CalleeOther));
    let last = call.rows.iter().rev().find_map(|row| row.observed.time());
    let is_whole = |place: usize| {
        let own = || call.rows.iter().filter(move |row| row.vantage == place);
        let first = own().next();
        first.zip(last).is_some_and(|(row, last)| {
            let until = crate::origin::Timestamp(last.0.saturating_add(ANSWERED_WITHIN));
            coverage::between(call, context, row, row.observed.time(), Some(until))
        })
    };
    Recorded {
        calls: 1,
        caller,
        callee,
        both: caller && callee,
        whole: (0..call.vantages.len()).any(is_whole),
        own_acks: call.recordings.values().any(|recording| !recording.omits_own_acks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_situation_has_its_own_bit_and_sentence() {
        assert!(Situation::ALL.len() <= 32);
        for (index, situation) in Situation::ALL.iter().enumerate() {
            assert_eq!(*situation as usize, index);
            assert!(situation.how().ends_with('.') && !situation.what().ends_with('.'));
        }
    }
}
