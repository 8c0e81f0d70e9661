//! Comparing two calls.

use std::borrow::Cow;

use super::align::align;
use super::children::{Paired, join};
use super::part::{Part, Relation, What, differences};
use super::stanza::{Side, stanzas};
use crate::call::{Call, Row, Side as Party};
use crate::protocol::stanza::ActionName;

/// The most parts named in a summary, and the most characters of a value in it.
const NAMED: usize = 6;
const VALUE: usize = 24;

/// Two rows of two calls that belong together, or one without a counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aligned {
    /// The row of the left call.
    pub left: Option<usize>,
    /// The row of the right call.
    pub right: Option<usize>,
    /// The parts that differ between these two stanzas and not between any two; empty if there is no counterpart.
    pub differences: Vec<Part>,
    /// Whether the place of the stanza among the others differs.
    pub is_moved: bool,
}

impl Aligned {
    /// Returns whether the calls differ here.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.left.is_none() || self.right.is_none() || self.is_moved || !self.differences.is_empty()
    }

    /// Says what differs, in a line; empty if nothing does. Untrusted text.
    #[must_use]
    pub fn summary(&self) -> String {
        match (self.left, self.right) {
            (Some(_), None) => return "only left".to_owned(),
            (None, _) => return "only right".to_owned(),
            _ => {}
        }
        let named = self.differences.iter().take(NAMED).map(|part| {
            let name = match &part.what {
                What::Element => format!("<{}>", part.name()),
                What::Content => format!("content of <{}>", part.name()),
                What::Attribute(_) | What::Key(_) => part.name().to_owned(),
            };
            match (&part.left, &part.right, &part.what) {
                _ if part.relation == Relation::Moved => format!("{name} moved"),
                (Some(_), None, _) => format!("-{name}"),
                (None, Some(_), _) => format!("+{name}"),
                (Some(left), Some(right), What::Attribute(_) | What::Key(_)) => {
                    format!("{name} {} → {}", brief(left), brief(right))
                }
                _ => name,
            }
        });
        let mut named: Vec<String> = named.collect();
        if self.is_moved {
            named.insert(0, "at another place".to_owned());
        }
        if let more @ 1.. = self.differences.len().saturating_sub(NAMED) {
            named.push(format!("{more} more"));
        }
        named.join(", ")
    }
}

/// The beginning of a value.
fn brief(value: &str) -> Cow<'_, str> {
    match value.char_indices().nth(VALUE).and_then(|(end, _)| value.get(..end)) {
        Some(beginning) => Cow::Owned(format!("{beginning}…")),
        None => Cow::Borrowed(value),
    }
}

/// Compares two calls: their rows, aligned by tag, action and sender, in the order of the calls.
#[must_use]
pub fn calls(left: &Call, right: &Call) -> Vec<Aligned> {
    let [ours, theirs] = [left, right].map(|call| call.rows.iter().map(|row| kind(call, row)).collect::<Vec<_>>());
    let mut pairs: Vec<Paired> = align(&ours, &theirs).into_iter().map(Paired::from).collect();
    join(&mut pairs, &ours, &theirs, true, Kind::known);
    let aligned = pairs.into_iter().map(|Paired { left: one, right: other, is_moved }| {
        let parts = one.zip(other).map_or_else(Vec::new, |(one, other)| {
            stanzas(Side { call: left, row: one }, Side { call: right, row: other })
        });
        Aligned { left: one, right: other, differences: differences(parts), is_moved }
    });
    aligned.collect()
}

/// What aligns two rows: tag, action, and the side that sent the stanza, or the stanza that it answers. Which side was
/// captured does not matter.
struct Kind<'c> {
    tag: &'c str,
    action: Option<ActionName>,
    side: Party,
}

impl<'c> Kind<'c> {
    /// The kind as a key; `None` where the side is unknown.
    fn known(&self) -> Option<(&'c str, Option<ActionName>, Party)> {
        (self.side != Party::Unknown).then(|| (self.tag, self.action.clone(), self.side))
    }
}

impl PartialEq for Kind<'_> {
    fn eq(&self, other: &Self) -> bool {
        let unknown = self.side == Party::Unknown || other.side == Party::Unknown;
        self.tag == other.tag && self.action == other.action && (self.side == other.side || unknown)
    }
}

fn kind<'c>(call: &Call, row: &'c Row) -> Kind<'c> {
    let stanza = row.observed.read();
    let sent = row.answers.get().and_then(|answered| call.rows.get(answered)).unwrap_or(row);
    Kind { tag: stanza.node.tag(), action: row.action.clone(), side: sent.originator.side }
}
