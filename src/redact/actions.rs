//! What stands for actions of calls that nothing is known of: an ack names the action that it answers, so that both have to
//! go by the same name.

use std::collections::BTreeMap;

use super::policy::{is_name, is_withheld_name, withheld_name};

/// The most actions that are told apart.
const MOST: usize = 100;

/// The unknown actions, each with the name that stands for it: its own, if that may stay.
#[derive(Clone, Debug, Default)]
pub(super) struct Actions(BTreeMap<String, String>);

impl Actions {
    /// Adds an action by its tag.
    pub(super) fn add(&mut self, tag: &str) {
        if self.0.len() >= MOST || self.0.contains_key(tag) {
            return;
        }
        let is_used = |name: &str| self.0.values().any(|known| known == name);
        let shown = if is_name(tag) || is_withheld_name(tag) {
            tag.to_owned()
        } else {
            let name = withheld_name(tag);
            let numbered = (1..MOST).map(|ordinal| format!("{name}-{ordinal}"));
            std::iter::once(name.clone()).chain(numbered).find(|name| !is_used(name)).unwrap_or(name)
        };
        self.0.insert(tag.to_owned(), shown);
    }

    /// What stands for an action, if it is one of them.
    pub(super) fn shown(&self, tag: &str) -> Option<&str> {
        self.0.get(tag).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_of_one_length_are_told_apart() {
        let mut actions = Actions::default();
        for tag in ["bertaschulz", "schulzberta", "bertaschulz", "newtag", "withheld-9"] {
            actions.add(tag);
        }
        let shown = |tag| actions.shown(tag);
        assert_eq!([shown("bertaschulz"), shown("schulzberta")], [Some("withheld-11"), Some("withheld-11-1")]);
        assert_eq!([shown("newtag"), shown("withheld-9"), shown("other")], [Some("newtag"), Some("withheld-9"), None]);
        (0..1_000).for_each(|number| actions.add(&format!("somebodys_{number:03}_number")));
        assert_eq!(actions.0.len(), MOST);
        assert!(actions.0.values().all(|shown| is_name(shown) || is_withheld_name(shown)));
    }
}
