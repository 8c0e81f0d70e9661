//! Reports for others: sanitised calls as the spec's issue forms, as comments, and as entries of its corpus.
//!
//! Nothing here sees a raw capture: everything is built from a [`Sanitised`](crate::redact::Sanitised) analysis, and leaves
//! only through the leak check ([`Redactor::release`](crate::redact::Redactor::release)).

mod form;

mod inert;

mod sheet;

mod digest;

mod assessment;

mod ndjson;

mod request;

mod citation;

mod notes;

mod media;

mod finding;

mod stanza;

mod comment;

mod document;

mod draft;

mod write;

pub use assessment::Subject;
pub use citation::corpus_id;
pub use digest::{digests, sha256};
pub use draft::{Draft, Released, Rest};
pub use form::{Field, Form, IssueForm};
pub use ndjson::{Lines, lines};
pub use request::{Report, Shown, Unfit};
pub use sheet::write as fill;
