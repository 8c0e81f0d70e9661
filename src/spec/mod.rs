//! What calls say about the spec: how they stand to its normative claims, and what bears on its open questions.
//!
//! [`Judged`] is one call's part; [`Finding`] is what follows for one question from all calls together.

mod acts;
mod attributes;
mod context;
mod coverage;
mod evidence;
pub mod flows;
mod judged;
mod page;
mod question;
pub mod questions;
mod rule;
pub mod rules;
mod sentences;
mod verdict;

pub use attributes::{Attribute, attribute};
pub use context::Context;
pub use evidence::{Evidence, Strength};
pub use judged::Judged;
pub use page::page;
pub use question::{Question, Shape};
pub use rule::{Checks, Conformance, Count, Grade, Place, Rule};
pub use sentences::{Sentence, sentences};
pub use verdict::{Confidence, Finding, PieceAt, Tally, Verdict, findings};
