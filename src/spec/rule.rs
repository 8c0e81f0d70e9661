//! A normative claim of the spec, and the code that checks calls against it.

use super::context::Context;
use super::page_text;
use super::text::Text;
use crate::call::Call;

/// A normative claim of the spec.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The page's code and a name: `SIG-14/to-required`.
    pub id: &'static str,
    /// The spec page that makes the claim: its code, or its id where it has none.
    pub page: &'static str,
    /// The claim, in this program's own words.
    pub title: &'static str,
    /// What a departure from it is.
    pub grade: Grade,
    /// Whether its page is about calls between two people only.
    pub(super) is_of_two: bool,
    /// The texts of its page, one section of which is its own.
    pub(super) texts: &'static str,
    /// How calls are checked.
    pub(super) check: Check,
}

/// How calls are checked against a rule.
#[derive(Clone, Copy, Debug)]
pub(super) enum Check {
    /// By what is in a call.
    Call(fn(&Call, &Context, &mut Checks)),
    /// By the form of an attribute, wherever stanzas of one kind have it.
    Attribute(Carrier, &'static str, Form),
    /// By how a call compares to the flow of the rule's page, which is found once for all rules of the flow.
    Flow(Claim),
}

/// Whose attribute a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// Acks.
    Ack,
    /// The action of terminates.
    Terminate,
}

/// The form that a rule gives an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// An address.
    Address,
    /// Decimal digits that fit into 32 bits.
    U32,
    /// Seconds since 1970, in decimal digits.
    UnixSeconds,
}

/// What a rule claims of the calls that end as the flow of its page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// They have this step of the flow, counted from 1.
    Step(u8),
    /// Nobody accepts them.
    NoAccept,
    /// They get no media path.
    NoMedia,
}

impl Rule {
    /// What the spec says and what is checked, in Markdown, under its title.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n\n{}", self.title, page_text::section(self.texts, self.id))
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

/// What a departure from a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// A table, a flow or a working model: what departs from it is news for the spec, not a fault.
    Note,
    /// A stricter reading than the page's own, or a SHOULD.
    Warning,
    /// A broken MUST.
    Violation,
}

impl Grade {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Violation => "violation",
        }
    }
}

/// What a check of one place found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conformance {
    /// As the rule says.
    Holds,
    /// Something that the page does not know: news for the spec, not a fault.
    Novelty,
    /// The recording cannot show it.
    Undecided,
    /// Not as the rule says.
    Violated,
}

impl Conformance {
    /// Its name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Novelty => "novelty",
            Self::Undecided => "undecided",
            Self::Violated => "violated",
        }
    }
}

/// A place in a call that a rule was checked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The rule.
    pub rule: &'static Rule,
    /// Index of the row in [`Call::rows`].
    pub row: usize,
    /// What was found.
    pub found: Conformance,
    /// One sentence why. Text from the capture in it is untrusted.
    pub why: Text,
}

/// How often a rule was checked in a call, and with what result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Places that are as the rule says.
    pub holds: u32,
    /// Places with something that the page does not know.
    pub novelties: u32,
    /// Places that the recording cannot decide.
    pub undecided: u32,
    /// Places that are not as the rule says.
    pub violated: u32,
}

impl Count {
    /// Whether the rule had anything to check.
    #[must_use]
    pub const fn is_exercised(self) -> bool {
        self.holds > 0 || self.novelties > 0 || self.undecided > 0 || self.violated > 0
    }

    /// Adds another count.
    pub const fn add(&mut self, other: Self) {
        self.holds = self.holds.saturating_add(other.holds);
        self.novelties = self.novelties.saturating_add(other.novelties);
        self.undecided = self.undecided.saturating_add(other.undecided);
        self.violated = self.violated.saturating_add(other.violated);
    }
}

/// What the check of a rule found in one call. Of places where it holds only the first is kept.
#[derive(Debug)]
pub struct Checks {
    rule: &'static Rule,
    count: Count,
    places: Vec<Place>,
}

impl Checks {
    /// Nothing found so far.
    #[must_use]
    pub(super) const fn new(rule: &'static Rule) -> Self {
        Self { rule, count: Count { holds: 0, novelties: 0, undecided: 0, violated: 0 }, places: Vec::new() }
    }

    /// A row is as the rule says.
    pub fn holds(&mut self, row: usize, why: &'static str) {
        self.count.holds += 1;
        if self.count.holds == 1 {
            self.places.push(Place { rule: self.rule, row, found: Conformance::Holds, why: why.into() });
        }
    }

    /// A row has something that the page does not know.
    pub fn novelty(&mut self, row: usize, why: impl Into<Text>) {
        self.count.novelties += 1;
        self.places.push(Place { rule: self.rule, row, found: Conformance::Novelty, why: why.into() });
    }

    /// The recording cannot show whether a row is as the rule says.
    pub fn undecided(&mut self, row: usize, why: impl Into<Text>) {
        self.count.undecided += 1;
        self.places.push(Place { rule: self.rule, row, found: Conformance::Undecided, why: why.into() });
    }

    /// A row lacks what the rule requires: where the recording may have left it out, that shows nothing.
    pub fn lacks(&mut self, call: &Call, row: usize, why: impl Into<Text>) {
        if call.rows.get(row).is_some_and(|row| call.is_whole(row)) {
            self.violated(row, why);
        } else {
            self.undecided(row, format!("{}, but the recording may have left it out", why.into().as_str()));
        }
    }

    /// A row is not as the rule says, which is news where the page only describes.
    pub fn violated(&mut self, row: usize, why: impl Into<Text>) {
        if self.rule.grade == Grade::Note {
            return self.novelty(row, why);
        }
        self.count.violated += 1;
        self.places.push(Place { rule: self.rule, row, found: Conformance::Violated, why: why.into() });
    }

    /// What was found.
    #[must_use]
    pub(super) fn into_parts(self) -> (Count, Vec<Place>) {
        (self.count, self.places)
    }
}
