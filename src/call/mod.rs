//! Stanza to call: grouping by call-id, the local device, what answers what, phases and outcome.
//!
//! [`Grouping`] takes every stanza of every capture in order and keeps those that belong to a call;
//! a [`Call`] is derived whole from the stanzas kept. Nothing here knows the spec's rules and questions.
//!
//! ```
//! use ringtrace::call::{Grouping, Observed, Outcome};
//! use ringtrace::origin::{CaptureId, Direction, Located, Origin, Timestamp};
//! use ringtrace::protocol::stanza::Stanza;
//! use ringtrace::protocol::xml::{Dialect, read};
//!
//! let stanzas = [
//!     (Direction::Inbound, r#"<call from="100:7@lid" id="1"><offer call-id="C" call-creator="100:7@lid"/></call>"#),
//!     (Direction::Outbound, r#"<call to="100@lid" id="2"><reject call-id="C" call-creator="100:7@lid"/></call>"#),
//! ];
//! let mut grouping = Grouping::default();
//! for (seq, (direction, text)) in (1..).zip(stanzas) {
//!     let origin = Origin {
//!         direction: Some(direction),
//!         ..Origin::of_record(CaptureId(0), seq, 0, Some(Timestamp(0)))
//!     };
//!     let node = read(text, Dialect::BAILEYS).node.unwrap();
//!     grouping.push(Observed { seq, stanza: Located::new(origin, Stanza::read(node, None)) });
//! }
//! let calls = grouping.snapshot().calls;
//! assert_eq!(calls.len(), 1);
//! assert_eq!(calls[0].progress.outcome, Outcome::Declined);
//! ```

mod identity;

mod recording;

mod coverage;

mod clock;

mod lookup;

mod sockets;

mod model;

mod predicates;

mod matching;

mod changes;

mod parties;

mod ordering;

mod originator;

mod settings;

mod timing;

mod gaps;

mod legs;

mod outcome;

mod reported;

mod derive;

pub mod contradictions;

mod sharing;

mod grouping;

pub use changes::{Change, How, What};
pub use clock::{Clock, ClockId};
pub use coverage::Coverage;
pub use gaps::Hole;
pub use grouping::{Grouping, Snapshot};
pub use identity::{FoundBy, LocalDevice, Party, People};
pub use lookup::Lookup;
pub use model::{
    Call, Emitter, Leg, LegState, LegStep, Link, Media, Originator, Outcome, Phase, Progress, Provenance, Role, Row,
    Side, Vantage,
};
pub use predicates::{declines, group_since, is_offer, speaks_of_group};
pub use recording::{Observed, Original, Recording, Reported, Socket, Span};
pub use settings::{Announced, caller_timeout};
pub use sharing::Shared;
