//! Aliases as text, a line an alias: the alias, a space, and the raw identifier.

use std::fmt;
use std::str::FromStr;

use super::letters::{letters, ordinal};
use super::{Aliases, Numbered};
use crate::protocol::binary::Jid;

impl fmt::Display for Aliases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (alias, raw) in self.listed() {
            writeln!(f, "{alias} {raw}")?;
        }
        Ok(())
    }
}

/// A line of a file of aliases that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no alias followed by what it stands for")]
pub struct BadAlias {
    /// The line's number, from 1.
    pub line: usize,
}

impl FromStr for Aliases {
    type Err = BadAlias;

    fn from_str(text: &str) -> Result<Self, BadAlias> {
        let mut aliases = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if !line.is_empty() && !line.starts_with('#') {
                aliases.read_line(line).ok_or(BadAlias { line: index + 1 })?;
            }
        }
        Ok(aliases)
    }
}

impl Aliases {
    /// Each alias with what it stands for, in the order of kinds and ordinals: to be shown on this machine.
    #[must_use]
    pub fn listed(&self) -> Vec<(String, String)> {
        let mut people: Vec<_> = self.people.iter().collect();
        people.sort_by_key(|(address, ordinal)| (**ordinal, *address));
        let people =
            people.into_iter().map(|((user, server), ordinal)| (letters(*ordinal), format!("{user}@{server}")));
        let numbered = |of: &Numbered, prefix: &str| {
            let mut listed: Vec<_> = of.0.iter().map(|(raw, number)| (*number, raw.to_string())).collect();
            listed.sort();
            listed.into_iter().map(|(number, raw)| (format!("{prefix}{number}"), raw)).collect::<Vec<_>>()
        };
        people
            .chain(numbered(&self.groups, "G"))
            .chain(numbered(&self.calls, "CALL"))
            .chain(numbered(&self.stanzas, "ID"))
            .chain(numbered(&self.hosts, "IP"))
            .collect()
    }

    fn read_line(&mut self, line: &str) -> Option<()> {
        let (alias, raw) = line.split_once(' ')?;
        let numbered =
            [("CALL", &mut self.calls), ("ID", &mut self.stanzas), ("IP", &mut self.hosts), ("G", &mut self.groups)];
        for (prefix, of) in numbered {
            if let Some(number) = alias.strip_prefix(prefix).and_then(|number| number.parse().ok()) {
                of.0.insert(raw.into(), number);
                return Some(());
            }
        }
        let ordinal = ordinal(alias)?;
        let account = Jid::parse(raw)?.person_account();
        self.persons = self.persons.max(ordinal.checked_add(1)?);
        self.people.insert((account.user, account.server.into()), ordinal);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::some;
    use super::*;

    #[test]
    fn a_file_of_aliases_reads_back() {
        let aliases = some();
        assert_eq!(aliases.to_string().parse(), Ok(aliases));
        assert_eq!("A 1@lid\nnonsense\n".parse::<Aliases>(), Err(BadAlias { line: 2 }));
        assert_eq!("A anna\n".parse::<Aliases>(), Err(BadAlias { line: 1 }));
    }
}
