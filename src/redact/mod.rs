//! What leaves the machine: [`Redacted`], and the only maker of it.
//!
//! Stanzas are rewritten by an allow-list over tags and attributes ([`Redactor::node`]): people become letters, ids
//! become numbered placeholders, times become times since the call began, and content becomes its length. The names of
//! unknown tags and attributes stay, since they are the find; their values stay only where they look like protocol.
//! [`Sanitised`] is everything that reports are made of, rewritten so, with captures by number and times that begin with
//! the recording. Whatever text is then made of it, and whoever wrote it, goes through [`Redactor::release`], which looks for every
//! raw identifier of the captures once more and refuses a text that has one.

mod alias;
mod gather;
mod hosts;
mod leak;
mod node;
mod policy;
mod remarks;
mod replaced;
mod sanitised;

use std::fmt;

pub use alias::{Aliases, BadAlias};
pub use leak::{Leak, What};
pub use remarks::Remark;
pub use replaced::Replaced;
pub use sanitised::Sanitised;

use crate::analysis::Analysis;
use crate::protocol::binary::{Jid, Node};
use leak::Identifiers;

/// A text without any raw identifier of the captures that it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted(String);

impl Redacted {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Rewrites what an analysis holds so that it can leave the machine.
#[derive(Debug)]
pub struct Redactor {
    aliases: Aliases,
    identifiers: Identifiers,
    /// Attributes whose values the user releases, as tag and name.
    kept: node::Kept,
}

impl Redactor {
    /// Gathers every identifier of the captures, and gives each an alias. Aliases that `aliases` has already are kept.
    /// `here` has the names of the user and the machine, which may not leave either.
    #[must_use]
    pub fn new(analysis: &Analysis, aliases: Aliases, here: impl IntoIterator<Item = String>) -> Self {
        let gathered = gather::gather(analysis, aliases, here);
        Self {
            aliases: gathered.aliases,
            identifiers: Identifiers::new(gathered.identifiers),
            kept: node::Kept::default(),
        }
    }

    /// Lets the values of an attribute stay as they are. [`Self::release`] still looks at them.
    pub fn keep(&mut self, tag: impl Into<String>, attribute: impl Into<String>) {
        self.kept.attributes.insert((tag.into(), attribute.into()));
    }

    /// Lets the bytes in an element stay as they are. [`Self::release`] still looks at them.
    pub fn keep_content(&mut self, tag: impl Into<String>) {
        self.kept.contents.insert(tag.into());
    }

    /// The stanza with everything rewritten that is not known to be harmless. `start` is the moment, in seconds since
    /// the Unix epoch, since which its wall-clock times are counted instead.
    #[must_use]
    pub fn node(&self, node: &Node, start: Option<i64>) -> Node {
        node::redacted(node, &node::Rewriting { aliases: &self.aliases, kept: &self.kept, start })
    }

    /// Everything that an analysis knows of its calls, rewritten.
    #[must_use]
    pub fn sanitise(&self, analysis: &Analysis) -> Sanitised {
        Sanitised::new(analysis, self)
    }

    /// The alias of an address.
    #[must_use]
    pub fn jid(&self, jid: &Jid) -> Jid {
        self.aliases.jid(jid)
    }

    /// The alias of a call-id.
    #[must_use]
    pub fn call_id(&self, call_id: &str) -> String {
        self.aliases.call_id(call_id)
    }

    /// A text that a person wrote, with the ids of calls and stanzas in it replaced.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.aliases.replaced_in(text)
    }

    /// What stands for what, to be shown on this machine or kept in a file for the next run.
    #[must_use]
    pub const fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// Lets a text leave.
    ///
    /// # Errors
    /// If it has a raw identifier of the captures, in whatever spelling: all of those found.
    pub fn release(&self, text: String) -> Result<Redacted, Vec<Leak>> {
        let leaks = self.identifiers.found_in(&text);
        if leaks.is_empty() { Ok(Redacted(text)) } else { Err(leaks) }
    }
}
