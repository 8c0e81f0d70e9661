//! Media next to the signalling: what UDP packets say about a call.

mod count;

pub mod stun;

pub mod rtp;

pub mod dtls;

mod sctp;

mod session;

mod stream;

mod transactions;

mod contents;

mod flow;

mod recorder;

mod collector;

mod announce;

mod proof;

mod tie;

mod leg;

mod finding;

mod case;

mod course;

mod cause;

mod fact;

mod conduct;

mod dialled;

mod timeline;

mod call_media;

pub use announce::{Announced, Election, Reachable, Relay, Report, Secret};
pub use call_media::{CallMedia, Findings, Measured};
pub use collector::{Collector, Flows, MOST_FLOWS, TcpFlow};
pub use contents::{Allocation, Contents, Dtls, Kind, Signature};
pub use count::{Count, Moment, Stretch, Stretches};
pub use dialled::{Dialled, Place};
pub use finding::{CauseId, FactId, Finding, Sentence, Strength, relay_name};
pub use flow::Flow;
pub use leg::{Coverage, Leg, LegFlow, Mark, Path, Seen, kinds_of, paths};
pub use proof::{SignedWith, Slot, signed_with, stream_id};
pub use recorder::Recorded;
pub use stream::Stream;
pub use tie::{Role, Tie, TiedFlow};
pub use timeline::Event;
pub use transactions::{Outcome, Series, Transaction, Transactions};
