//! What leaves the machine: [`Redacted`], and the only maker of it.
//!
//! Stanzas are rewritten by an allow-list over tags and attributes ([`Redactor::node`]): people become letters, ids
//! become numbered placeholders, times become times since the call began, and content becomes its length. The names of
//! unknown tags and attributes stay, since they are the find; their values stay only where they look like protocol.
//! [`Sanitised`] is everything that reports are made of, rewritten so, with captures by number and times that begin with
//! the recording. Whatever text is then made of it, and whoever wrote it, goes through [`Redactor::release`], which looks for every
//! raw identifier of the captures once more and refuses a text that has one.

mod hosts;

mod policy;

mod alias;

mod identifiers;

mod leak;

mod node;

mod redactor;

mod remarks;

mod sanitised;

mod replaced;

pub use alias::{Aliases, BadAlias};
pub use leak::{Leak, What};
pub use redactor::{Redacted, Redactor};
pub use remarks::Remark;
pub use replaced::Replaced;
pub use sanitised::Sanitised;
