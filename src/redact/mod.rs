//! What may leave the machine: [`Redacted`], which only this room can create.
//!
//! Stanzas are rewritten by an allow-list over tags and attributes ([`Redactor::node`]): people become letters, ids
//! become numbered placeholders, times become times since the call began, and content becomes its length. A value stays
//! only if it is of its attribute's type; everything else becomes its kind and length, and is listed
//! ([`Sanitised::withheld`]), since it may be the discovery. [`Sanitised`] is a whole analysis rewritten like that. Every
//! text built from it, by whatever author, must pass the leak check ([`Redactor::release`]), which searches it for every
//! raw identifier of the captures.

mod hosts;

mod policy;

mod actions;

mod numbered;

mod alias;

mod identifiers;

mod leak;

mod node;

mod redactor;

mod remarks;

mod media;

mod sanitised;

mod replaced;

mod withheld;

pub use alias::{Aliases, BadAlias};
pub use leak::{Leak, What};
pub use policy::is_withheld_name as is_withheld;
pub use redactor::{Redacted, Redactor};
pub use remarks::Remark;
pub use replaced::Replaced;
pub use sanitised::Sanitised;
pub use withheld::Withheld;
