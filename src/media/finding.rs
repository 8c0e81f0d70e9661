//! What packets can show: causes, facts, how much they are shown, and sentences that say so.

use super::announce::Announced;
use crate::origin::RecordNumber;

/// Declares the causes and what else is worth a line.
macro_rules! findings {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $id:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$of])* $variant,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns its id in tables.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

findings! {
    /// Why a call has no sound; of several, the first is named.
    CauseId {
        /// No relay answered over UDP, and bytes went over TCP to an announced address.
        UdpUnansweredTcpUsed = "udp-unanswered-tcp-used",
        /// A relay refused an allocation.
        RelayRefused = "relay-refused",
        /// Nothing came back from any relay.
        RelayNoAnswer = "relay-no-answer",
        /// The call was elected to a relay that was never contacted.
        WrongRelay = "wrong-relay",
        /// Inbound media stopped with the peer's round of latency reports.
        StoppedAfterRelayLatency = "stopped-after-relaylatency",
        /// Nothing kept the allocation alive.
        NoKeepAlive = "no-keepalive",
        /// The relay's consent checks were not answered.
        ConsentUnanswered = "consent-unanswered",
        /// Media went out and none came in.
        OneWayOut = "one-way-out",
        /// Media came in and none went out.
        OneWayIn = "one-way-in",
        /// Media flowed and stopped.
        MediaStopped = "media-stopped",
        /// Media began late.
        LateStart = "late-start",
        /// We sent media after the end of the call.
        MediaAfterTerminate = "media-after-terminate",
        /// Packets are missing.
        Loss = "loss",
    }
}

findings! {
    /// What is worth a line, though nothing is wrong.
    FactId {
        /// Media flowed both ways to the end.
        TwoWay = "two-way",
        /// Relays were tried before the accept.
        RelaysProbedWhileRinging = "relays-probed-while-ringing",
        /// Relays were tried before the recorded device declined.
        RelayProbedBeforeReject = "relay-probed-before-reject",
        /// Media flowed between the devices.
        PeerToPeer = "peer-to-peer",
        /// The devices tried to reach each other.
        PeerTried = "peer-to-peer-tried",
        /// Media flowed over a relay's IPv6 address.
        Ipv6Relay = "ipv6-relay",
        /// Video began after the audio.
        VideoAdded = "video-added",
        /// The client went on from another port.
        ClientPortChanged = "client-port-changed",
        /// The address that the relay sees changed.
        MappingChanged = "mapping-changed",
        /// What of the media the capture cannot show.
        MediaNotRecorded = "media-not-recorded",
        /// ICMP said that packets did not arrive.
        Unreachable = "unreachable",
        /// A relay refused, beside one that carried the media.
        RefusalBeside = "relay-refusal",
        /// A relay did not answer, beside one that did.
        SilenceBeside = "relay-silence",
        /// Relays were tried in a call that nobody accepted.
        RelaysProbedUnanswered = "relays-probed-unanswered",
        /// Media flowed in a call that nobody accepted.
        MediaUnanswered = "media-unanswered",
        /// Over which relay our media went first.
        MediaRelay = "media-relay",
        /// Our media went over one relay from before the accept on.
        RelayBeforeAccept = "relay-before-accept",
        /// Our media went over to another relay after the accept.
        RelayChanged = "relay-changed",
        /// Our media went out before the accept.
        EarlyMedia = "early-media",
        /// Our client kept the path alive.
        KeptAlive = "kept-alive",
        /// Our client did not keep the path alive.
        NotKeptAlive = "not-kept-alive",
        /// How often RTCP packets go out and come in.
        ReportCadence = "report-cadence",
        /// How many streams have a derived identifier.
        StreamIds = "stream-ids",
    }
}

/// How much the packets show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// The capture shows it.
    Observed,
    /// It fits what the capture shows.
    Suggests,
}

impl Strength {
    /// Returns its name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Suggests => "suggests",
        }
    }
}

/// A piece of a sentence: text, or a relay, which has no name where nothing may leave the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// Text of the capture, which identifies anybody.
    Untrusted(String),
    /// Index of its address in [`Announced::relays`].
    Relay(Option<usize>),
}

/// A sentence about packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence(Vec<Piece>);

impl Sentence {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(vec![Piece::Text(text.into())])
    }

    pub(super) fn relay(mut self, relay: Option<usize>) -> Self {
        self.0.push(Piece::Relay(relay));
        self
    }

    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Text(text.into()));
        self
    }

    pub(super) fn untrusted(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Untrusted(text.into()));
        self
    }

    /// Returns the sentence with the relays' names, which are untrusted text, or their numbers.
    #[must_use]
    pub fn say(&self, announced: &Announced, with_names: bool) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Untrusted(text) => {
                if with_names {
                    text.clone()
                } else {
                    String::new()
                }
            }
            Piece::Relay(None) => "a relay".to_owned(),
            Piece::Relay(Some(index)) => relay_name(announced, *index, with_names),
        };
        self.0.iter().map(piece).collect()
    }
}

/// Returns what a relay is called: its name, else its number, counted by relays and not by their addresses.
#[must_use]
pub fn relay_name(announced: &Announced, index: usize, with_names: bool) -> String {
    let name = announced.relays.get(index).and_then(|relay| relay.name.as_deref()).filter(|_| with_names);
    name.map_or_else(
        || {
            let first = |place: &usize| !(0..*place).any(|before| announced.is_same_relay(before, *place));
            let number = (0..=index).filter(first).count();
            format!("relay {number}")
        },
        str::to_owned,
    )
}

/// Something that the packets show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding<I> {
    /// What.
    pub id: I,
    /// How much they show it.
    pub strength: Strength,
    /// In one sentence.
    pub sentence: Sentence,
    /// The stanzas that it rests on: indexes in [`Call::rows`](crate::call::Call::rows).
    pub rows: Vec<usize>,
    /// The packets that it rests on: records of the leg's capture.
    pub records: Vec<RecordNumber>,
}
