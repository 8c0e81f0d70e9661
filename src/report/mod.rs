//! What others get to read: sanitised calls as text for the spec's issue forms, for comments and for its corpus.
//!
//! Nothing here sees a raw capture: everything is made of a [`Sanitised`] analysis, and may leave only through
//! [`Redactor::release`](crate::redact::Redactor::release).

mod form;

mod sheet;

mod digest;

mod assessment;

mod request;

mod citation;

mod notes;

mod ndjson;

mod finding;

mod stanza;

mod comment;

mod draft;

mod write;

pub use assessment::Subject;
pub use digest::{digests, sha256};
pub use draft::{Draft, Released};
pub use form::{Field, Form, IssueForm};
pub use ndjson::lines;
pub use request::{Report, Shown, Unfit};
