//! The redactor: rewrites what an analysis holds, and checks every text before it leaves.

use std::collections::BTreeSet;
use std::fmt;

use super::actions::Actions;
use super::alias::Aliases;
use super::identifiers;
use super::leak::{Identifiers, Leak, Search};
use super::node;
use crate::analysis::Analysis;
use crate::protocol::binary::{Jid, Node};

/// A text that contains no raw identifier of the captures it was built from.
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
    /// Actions that nothing is known of.
    actions: Actions,
}

impl Redactor {
    /// Collects every identifier in the captures and assigns aliases. Those already in `aliases` are kept. `here` are the
    /// names of the user and the machine, which must not leave it either.
    #[must_use]
    pub fn new(analysis: &Analysis, aliases: Aliases, here: impl IntoIterator<Item = String>) -> Self {
        Self::allowing(analysis, aliases, here, &BTreeSet::new())
    }

    /// The same, where the user lets words leave that are names of somebody or something too.
    #[must_use]
    pub fn allowing(
        analysis: &Analysis,
        aliases: Aliases,
        here: impl IntoIterator<Item = String>,
        allowed: &BTreeSet<String>,
    ) -> Self {
        let gathered = identifiers::gather(analysis, aliases, here);
        Self {
            aliases: gathered.aliases,
            identifiers: Identifiers::new(gathered.identifiers, allowed),
            kept: node::Kept::default(),
            actions: gathered.actions,
        }
    }

    /// Keeps the values of an attribute. [`Self::release`] still checks them.
    pub fn keep(&mut self, tag: impl Into<String>, attribute: impl Into<String>) {
        self.kept.attributes.insert((tag.into(), attribute.into()));
    }

    /// Keeps the bytes of an element. [`Self::release`] still checks them.
    pub fn keep_content(&mut self, tag: impl Into<String>) {
        self.kept.contents.insert(tag.into());
    }

    /// A stanza with everything replaced that is not known to be harmless. Its wall-clock times become seconds since
    /// `start`, which is in seconds since the Unix epoch.
    #[must_use]
    pub fn node(&self, node: &Node, start: Option<i64>) -> Node {
        let Self { aliases, kept, actions, .. } = self;
        node::redacted(node, &node::Rewriting { aliases, kept, actions, start })
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

    /// A user's text with ids of calls and stanzas replaced.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.aliases.replaced_in(text)
    }

    /// The aliases, to be shown on this machine or saved for the next run.
    #[must_use]
    pub const fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// Checks a text for leaks.
    ///
    /// # Errors
    /// If it contains raw identifiers of the captures, in any spelling: all that were found.
    pub fn release(&self, text: String) -> Result<Redacted, Vec<Leak>> {
        let leaks = self.identifiers.found_in(&text);
        if leaks.is_empty() { Ok(Redacted(text)) } else { Err(leaks) }
    }

    /// Checks a long text for leaks that comes in parts, and returns it in larger ones.
    ///
    /// # Errors
    /// If it contains raw identifiers of the captures, in any spelling: all that were found.
    pub fn release_parts(&self, parts: impl Iterator<Item = String>) -> Result<Vec<Redacted>, Vec<Leak>> {
        let mut search = Search::of(&self.identifiers);
        let mut released = Vec::new();
        for part in parts {
            search.push(&part, |searched| released.push(Redacted(searched)));
        }
        let leaks = search.finish(|searched| released.push(Redacted(searched)));
        if leaks.is_empty() { Ok(released) } else { Err(leaks) }
    }
}
