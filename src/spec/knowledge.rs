//! What others report about calls: facts from public code, issues and captures, each with its source and date. They are
//! shown as that, and never count as evidence. They are data: a user's folder can replace the shipped file.

use std::sync::LazyLock;

use serde::Deserialize;

use super::observe::stanzas::{self, Sight};
use super::pages;
use crate::call::{Call, declines};
use crate::declaration::{self, Spanned, Wrong};
use crate::protocol::stanza::{ActionName, Body};

/// The version of the form of a file.
const SCHEMA: u32 = 1;

/// The shipped file.
const SHIPPED: &str = include_str!("knowledge.toml");

/// Something that others report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about: the code of an ack's error, the id of a question, discrepancy or rule, or a topic.
    pub about: String,
    /// What they report, in this program's own words.
    pub says: String,
    /// The same in a few words, for the ladder of a call.
    pub note: Option<String>,
    /// Who reports it.
    pub source: String,
    /// When: a year, or a year and a month.
    pub date: String,
    /// Ids of rules, questions and further facts to look at.
    pub see: Vec<String>,
}

/// Everything that is known to be reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knowledge {
    facts: Vec<Fact>,
}

/// What is reported about one stanza of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note<'k> {
    /// Index in [`Call::rows`].
    pub row: usize,
    /// The fact, which has a note.
    pub fact: &'k Fact,
    /// What it comes to here. Untrusted text.
    pub here: String,
}

/// A file as TOML has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: Spanned<u32>,
    #[serde(default)]
    fact: Vec<Declared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    about: Spanned<String>,
    says: String,
    note: Option<String>,
    source: Spanned<String>,
    date: Spanned<String>,
    #[serde(default)]
    see: Vec<Spanned<String>>,
}

/// The shipped facts.
pub static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::read(SHIPPED).unwrap_or_default());

impl Knowledge {
    /// Reads a file.
    ///
    /// # Errors
    /// If it is not one, a fact has no source or no date, or what it refers to does not exist.
    pub fn read(text: &str) -> Result<Self, Wrong> {
        let File { schema, fact } = declaration::read(text)?;
        if *schema.get_ref() != SCHEMA {
            let why = format!("this file has schema {}, and only schema {SCHEMA} is supported", schema.get_ref());
            return Err(Wrong::at(text, schema.span(), why));
        }
        let known: Vec<String> = fact.iter().map(|declared| declared.about.get_ref().clone()).collect();
        let exists = |id: &str| {
            known.iter().any(|known| known == id) || pages::question(id).is_some() || pages::rule(id).is_some()
        };
        let facts = fact.into_iter().map(|declared| {
            let Declared { about, says, note, source, date, see } = declared;
            if source.get_ref().trim().is_empty() {
                return Err(Wrong::at(text, source.span(), "a fact needs a source"));
            }
            if date.get_ref().get(..4).and_then(|year| year.parse::<u16>().ok()).is_none() {
                return Err(Wrong::at(text, date.span(), "expected a year, or a year and a month, such as 2026-05"));
            }
            if let Some(unknown) = see.iter().find(|id| !exists(id.get_ref())) {
                let why = format!("no rule, question or fact is called `{}`", unknown.get_ref());
                return Err(Wrong::at(text, unknown.span(), why));
            }
            let see = see.into_iter().map(Spanned::into_inner).collect();
            let (about, source, date) = (about.into_inner(), source.into_inner(), date.into_inner());
            Ok(Fact { about, says, note, source, date, see })
        });
        Ok(Self { facts: facts.collect::<Result<_, _>>()? })
    }

    /// Adds the facts of another file.
    pub fn extend(&mut self, other: Self) {
        self.facts.extend(other.facts);
    }

    /// Returns every fact.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter()
    }

    /// Returns what is reported about an error code, a question, a discrepancy, a rule or a topic.
    pub fn about(&self, about: &str) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.about == about)
    }

    /// Returns what is reported about the stanzas of a call, by row: refusals, rejects without effect, devices that act by
    /// themselves, and latencies.
    #[must_use]
    pub fn notes(&self, call: &Call) -> Vec<Note<'_>> {
        let mut notes = Vec::new();
        let mut add = |row: usize, about: &str, here: String| {
            let fact = self.about(about).find(|fact| fact.note.is_some());
            notes.extend(fact.map(|fact| Note { row, fact, here }));
        };
        let mut has_latency = false;
        for (index, row) in call.rows.iter().enumerate() {
            if let Body::Ack(ack) = &row.observed.read().body
                && let Some(code) = ack.error.as_ref().and_then(|error| error.code.as_deref())
            {
                add(index, code, format!("error {code}"));
            }
            let Some(sight) = Sight::of(index, row) else { continue };
            if call.progress.without_effect.contains(&index) {
                add(index, "reject-without-effect", "reject without effect".to_owned());
            }
            if let Some((about, here)) = by_itself(&sight) {
                add(index, about, here);
            }
            // All latencies of a call are in one unit.
            if let Some(latency) = latency(&sight).filter(|_| !has_latency) {
                has_latency = true;
                add(index, "latency-unit", latency);
            }
        }
        notes
    }
}

/// The fact about a device that ends its part of a call without a person, if the device of a stanza did.
fn by_itself(sight: &Sight<'_>) -> Option<(&'static str, String)> {
    let device = sight.row.originator.device.as_ref().or(sight.row.observed.read().from.as_ref())?;
    let ends = matches!(sight.action.name, ActionName::Reject | ActionName::Terminate);
    if ends && device.server.starts_with("hosted") {
        return Some(("hosted-device", format!("{device}")));
    }
    let reason = sight.action.reason.as_deref()?;
    let is_automatic = sight.action.name == ActionName::Reject && !declines(sight.action) && reason != "busy";
    (is_automatic && device.device > 0).then(|| ("auto-reject-reason", format!("reason {reason}")))
}

/// What is added to a latency in milliseconds that names a relay.
const RELAYED: u64 = 0x200_0000;

/// What the first latency in a report comes to.
fn latency(sight: &Sight<'_>) -> Option<String> {
    let reported =
        sight.node.children().find(|child| child.tag() == "te" && child.attribute("relay_name").is_some())?;
    let value: u64 = reported.text("latency")?.parse().ok()?;
    let milliseconds = value.checked_sub(RELAYED).filter(|_| stanzas::is(sight.row, &ActionName::RelayLatency))?;
    Some(format!("latency {value} is {milliseconds} ms"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_facts_are_whole_and_about_what_there_is() {
        let knowledge = Knowledge::read(SHIPPED).unwrap();
        assert_eq!(*KNOWLEDGE, knowledge);
        let topics = ["phone", "companion", "hosted-device"];
        for fact in knowledge.iter() {
            let about = fact.about.as_str();
            let is_known = pages::question(about).is_some() || pages::rule(about).is_some() || topics.contains(&about);
            assert!(about.parse::<u16>().is_ok() || is_known, "{about}");
            assert!(fact.date.starts_with("20") && fact.says.ends_with('.'), "{about}");
        }
    }

    #[test]
    fn a_wrong_file_is_refused_with_the_line() {
        let wrong = |text: &str| Knowledge::read(text).unwrap_err().to_string();
        let fact = "[[fact]]\nabout = \"439\"\nsays = \"x.\"\nsource = \"me\"\ndate = \"2026\"\n";
        assert!(Knowledge::read(&format!("schema = 1\n{fact}")).is_ok());
        assert_eq!(wrong("schema = 2\n"), "line 1, column 10: this file has schema 2, and only schema 1 is supported");
        assert!(
            wrong(&format!("schema = 1\n{fact}sorce = 1\n")).starts_with("line 7, column 1: unknown field `sorce`")
        );
        let see = wrong(&format!("schema = 1\n{fact}see = [\"none\"]\n"));
        assert_eq!(see, "line 7, column 8: no rule, question or fact is called `none`");
        let undated = wrong(&format!("schema = 1\n{}", fact.replace("2026", "soon")));
        assert!(undated.starts_with("line 6, column 8: expected a year"), "{undated}");
    }
}
