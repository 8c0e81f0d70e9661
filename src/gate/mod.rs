//! The gate: where calls depart from the spec, in the forms that a CI reads, and what of it is known already.
//!
//! [`Departures`] lists what was found, each with a [`Level`]; a [`Baseline`] marks those that are known. The list is
//! written as SARIF 2.1.0, JUnit XML or workflow commands of GitHub Actions.

mod level;

mod departure;

mod baseline;

mod sarif;

mod junit;

mod annotations;

pub use annotations::annotations;
pub(crate) use annotations::{message, property};
pub use baseline::{Baseline, WrongLine};
pub use departure::{Departure, Departures};
pub use junit::junit;
pub use level::Level;
pub use sarif::sarif;
