//! Stanza to call: grouping by call-id, the local device, what answers what, phases and outcome.
//!
//! [`Grouping`] takes every stanza of every capture in order and keeps those that belong to a call;
//! a [`Call`] is derived whole from the stanzas kept. Nothing here knows the spec's rules and questions.
//!
//! ```
//! use ringtrace::call::Grouping;
//!
//! let mut grouping = Grouping::default();
//! let snapshot = grouping.snapshot();
//! assert!(snapshot.calls.is_empty());
//! ```

mod identity;

mod recording;

mod coverage;

mod clock;

mod sockets;

mod model;

mod predicates;

mod matching;

mod changes;

mod parties;

mod ordering;

mod originator;

mod outcome;

mod timing;

mod derive;

mod grouping;

pub use changes::{Change, How, What};
pub use clock::{Clock, ClockId};
pub use coverage::Coverage;
pub use grouping::{Grouping, Snapshot};
pub use identity::{FoundBy, LocalDevice, Party, People};
pub use model::{Call, Course, Emitter, Maker, Media, Outcome, Phase, Proof, Role, Row, Side, Vantage};
pub use predicates::{declines, is_offer, says_declined};
pub use recording::{Observed, Original, Recording, Socket, Span};
pub use timing::Hole;
