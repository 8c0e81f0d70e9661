//! What calls say about the spec: how they stand to its normative claims, and what bears on its open questions.
//!
//! [`Judged`] is one call's part; [`Finding`] is what follows for one question from all calls together. What is known
//! of a page of the spec is in its folder in `pages`.

mod strength;

pub mod observe;

pub mod context;

pub mod coverage;

mod page_text;

mod question;

mod rule;

pub mod flows;

mod attribute_check;

mod built;

mod lists;

mod page;

mod pages;

mod reported;

pub mod index;

mod judged;

mod verdict;

mod lineage;

mod corroboration;

mod finding;

mod checkout;

pub use checkout::{Checkout, CheckoutError, Difference};
pub use context::Context;
pub use corroboration::Confidence;
pub use finding::{Finding, PieceAt, Seen, findings, findings_by};
pub use judged::{Judged, Verdicts};
pub use lineage::Lineage;
pub use page::{Asked, Attribute, Page, Sentence, fingerprint};
pub use pages::{DISCREPANCIES, PAGES, QUESTIONS, RULES, attribute, page, question, questions, rule, sentences};
pub use question::{Evidence, Question, Shape};
pub use reported::{REPORTS, Report, reports};
pub use rule::{Checks, Conformance, Count, Grade, Place, Rule};
pub use strength::Strength;
pub use verdict::{Tally, Verdict};
