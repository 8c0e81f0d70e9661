//! What calls say about the spec: how they stand to its normative claims, and what bears on its open questions.
//!
//! [`Judged`] is one call's part; [`Finding`] is what follows for one question from all calls together.

mod acts;
mod attributes;
mod checkout;
pub mod context;
mod corroboration;
pub mod discrepancies;
mod evidence;
mod finding;
pub mod flows;
pub mod index;
mod judged;
pub mod observe;
mod page;
pub mod parts;
mod question;
pub mod questions;
mod rule;
pub mod rules;
mod sentences;
mod verdict;
pub mod vocabulary;

pub use attributes::{Attribute, attribute};
pub use checkout::{Checkout, CheckoutError, Difference};
pub use context::Context;
pub use corroboration::Confidence;
pub use evidence::{Evidence, Strength};
pub use finding::{Finding, PieceAt, Seen, findings};
pub use judged::Judged;
pub use page::page;
pub use question::{Question, Shape};
pub use rule::{Checks, Conformance, Count, Grade, Place, Rule};
pub use sentences::{Sentence, sentences};
pub use verdict::{Tally, Verdict};
