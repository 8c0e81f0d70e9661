//! Departures that are known: a text file, one per line, that a person can review.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::departure::{Departure, Departures};
use super::level::Level;
use crate::spec::{DISCREPANCIES, RULES};
use crate::visible::visible;
use crate::words::nearest;

/// Departures that are known. Each line of the text is `LEVEL ID: WHY`, as [`Departure::signature`] has it; empty lines
/// and those that begin with `#` are comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The line of each signature.
    lines: HashMap<String, usize>,
}

/// A line of a baseline that is not a departure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct WrongLine {
    /// Its number, from 1.
    pub line: usize,
    /// Why. Fit to be shown.
    pub why: String,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// If a line is not a departure from a known rule or discrepancy.
    pub fn read(text: &str) -> Result<Self, WrongLine> {
        let mut lines = HashMap::new();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            check(text).map_err(|why| WrongLine { line, why })?;
            lines.entry(text.to_owned()).or_insert(line);
        }
        Ok(Self { lines })
    }

    /// Marks the departures that are listed as known.
    pub fn mark(&self, departures: &mut Departures<'_>) {
        departures.mark(|departure| self.knows(departure));
    }

    fn knows(&self, departure: &Departure<'_>) -> bool {
        self.lines.contains_key(&departure.signature())
    }

    /// Returns the lines that none of the departures matches, by number, each with its text.
    #[must_use]
    pub fn stale(&self, departures: &Departures<'_>) -> Vec<(usize, &str)> {
        let found: std::collections::HashSet<String> = departures.iter().map(Departure::signature).collect();
        let stale = self.lines.iter().filter(|(signature, _)| !found.contains(*signature));
        let mut stale: Vec<_> = stale.map(|(signature, line)| (*line, signature.as_str())).collect();
        stale.sort_unstable();
        stale
    }

    /// Writes the baseline that knows all of these departures.
    #[must_use]
    pub fn write(departures: &Departures<'_>) -> String {
        let mut signatures: Vec<_> = departures.iter().map(Departure::signature).collect();
        signatures.sort_unstable();
        signatures.dedup();
        let mut text =
            "# Known departures from the spec: ringtrace rules --baseline FILE does not fail on them.\n".to_owned();
        for signature in signatures {
            let _ = writeln!(text, "{signature}");
        }
        text
    }
}

/// Returns what is wrong with a line.
fn check(text: &str) -> Result<(), String> {
    let names = || Level::ALL.map(Level::name).join(", ");
    let (level, rest) = text.split_once(' ').unwrap_or((text, ""));
    if !Level::ALL.iter().any(|known| known.name() == level) {
        return Err(format!("expected a level ({}), not `{}`", names(), visible(level)));
    }
    let (id, why) = rest.split_once(": ").ok_or("expected `LEVEL ID: WHY`")?;
    if why.is_empty() {
        return Err("expected `LEVEL ID: WHY`".to_owned());
    }
    let ids = || RULES.iter().map(|rule| rule.id).chain(DISCREPANCIES.iter().map(|question| question.id));
    if ids().any(|known| known == id) {
        return Ok(());
    }
    let hint = nearest(id, ids()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(format!("no rule or discrepancy is called `{}`{hint}", visible(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_line_is_named() {
        let wrong = |text: &str| Baseline::read(text).unwrap_err().to_string();
        assert!(Baseline::read("# comment\n\nviolation SIG-14/reason-empty: its `reason` is empty\n").is_ok());
        assert_eq!(
            wrong("# x\nerror SIG-14/reason-empty: x"),
            "line 2: expected a level (violation, warning, discrepancy, novelty), not `error`"
        );
        assert_eq!(
            wrong("violation SIG-14/reason-emty: x"),
            "line 1: no rule or discrepancy is called `SIG-14/reason-emty`; did you mean `SIG-14/reason-empty`?"
        );
        assert_eq!(wrong("violation SIG-14/reason-empty"), "line 1: expected `LEVEL ID: WHY`");
    }
}
