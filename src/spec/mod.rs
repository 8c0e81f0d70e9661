//! What calls say about the spec: how they stand to its normative claims, and what bears on its open questions.
//!
//! [`Judged`] is one call's part; [`Finding`] is what follows for one question from all calls together. What is known
//! of a page of the spec is in its folder in `pages`.

mod strength;

mod text;

pub mod observe;

pub mod context;

pub mod coverage;

pub mod packets;

mod situation;

mod page_text;

mod question;

mod declared;

mod rule;

pub mod flows;

mod attribute_check;

mod built;

mod page;

mod pages;

mod knowledge;

pub mod index;

mod bearing;

mod judged;

mod verdict;

mod lineage;

mod corroboration;

mod advice;

mod finding;

mod checkout;

pub use advice::Gap;
pub use checkout::{Checkout, CheckoutError, Difference};
pub use context::{Context, Left};
pub use corroboration::{Confidence, Sessions, Witness, corroborating};
pub use declared::{Declared, Unmatched, read as read_questions};
pub use finding::{Finding, PieceAt, Seen, finding_on, findings, findings_by};
pub use judged::{Gist, Judged, Verdicts};
pub use knowledge::{Fact, KNOWLEDGE, Knowledge, Note};
pub use lineage::Lineage;
pub use page::{Asked, Attribute, Page, Sentence, fingerprint, written};
pub use pages::{AlreadyAsked, add_questions, added_questions};
pub use pages::{
    DISCREPANCIES, PAGES, QUESTIONS, RULES, attribute, is_news, page, question, questions, rule, sentences,
};
pub use question::{Evidence, Question, Shape, Values};
pub use rule::{Checks, Conformance, Count, Grade, Place, Rule};
pub use situation::{Circumstances, Recorded, Situation};
pub use strength::Strength;
pub use text::Text;
pub use verdict::{Tally, Verdict};
