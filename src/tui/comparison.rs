//! Two calls by row, or two stanzas by line: what is the same, and what is not.

use std::borrow::Cow;
use std::sync::Arc;

use super::diff::{Pair, line_up};
use crate::call::{Call, Row, Side};
use crate::diagram::label;
use crate::protocol::stanza::ActionName;
use crate::protocol::xml;
use crate::spec::Judged;

/// Bytes of XML of one stanza that are compared.
const XML_COMPARED: usize = 256 * 1024;

/// A stanza of a call.
pub(super) type At = (Arc<Judged>, usize);

/// What is compared.
#[derive(Clone, Debug)]
pub(super) enum Compared {
    /// Two calls.
    Calls([Arc<Judged>; 2]),
    /// Two stanzas, each with its call.
    Stanzas([At; 2]),
}

/// One line of a comparison.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The left text, and the row that it is of where calls are compared.
    pub(super) left: Option<(String, usize)>,
    /// The same at the right.
    pub(super) right: Option<(String, usize)>,
    /// Whether the two differ.
    pub(super) differs: bool,
}

/// Two calls or stanzas side by side.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    pub(super) compared: Compared,
    pub(super) lines: Arc<[Line]>,
    pub(super) selected: usize,
}

impl Comparison {
    /// Compares two calls by their rows: rows of the same action and side are put side by side.
    pub(super) fn of_calls(calls: [Arc<Judged>; 2]) -> Self {
        let kinds = |judged: &Judged| judged.call.rows.iter().map(|row| kind(&judged.call, row)).collect::<Vec<_>>();
        let labels = |judged: &Judged| judged.call.rows.iter().map(label).collect::<Vec<_>>();
        let [left, right] = &calls;
        let lines = paired(line_up(&kinds(left), &kinds(right)), &labels(left), &labels(right));
        Self { lines: lines.into(), compared: Compared::Calls(calls), selected: 0 }
    }

    /// Compares two stanzas by the lines of their XML.
    pub(super) fn of_stanzas(stanzas: [At; 2]) -> Self {
        let text = |(judged, row): &At| {
            let row = judged.call.rows.get(*row);
            row.map_or_else(String::new, |row| xml::write_bounded(&row.observed.read().node, XML_COMPARED))
        };
        let (left, right) = (text(&stanzas[0]), text(&stanzas[1]));
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let (left, right) = (lines(&left), lines(&right));
        // Lines of one element are put side by side, whatever their attributes.
        let elements = |lines: &[String]| lines.iter().map(|line| element(line).to_owned()).collect::<Vec<_>>();
        let lines = paired(line_up(&elements(&left), &elements(&right)), &left, &right);
        Self { lines: lines.into(), compared: Compared::Stanzas(stanzas), selected: 0 }
    }

    /// The next or previous line that differs.
    pub(super) fn next_difference(&self, forward: bool) -> Option<usize> {
        let differs = |index: &usize| self.lines.get(*index).is_some_and(|line| line.differs);
        if forward {
            (self.selected + 1..self.lines.len()).find(differs)
        } else {
            (0..self.selected).rev().find(differs)
        }
    }

    /// The two stanzas of the selected line, where calls are compared and both have one.
    pub(super) fn pair(&self) -> Option<[At; 2]> {
        let Compared::Calls([left, right]) = &self.compared else { return None };
        let line = self.lines.get(self.selected)?;
        Some([(Arc::clone(left), line.left.as_ref()?.1), (Arc::clone(right), line.right.as_ref()?.1)])
    }
}

/// What makes two rows of calls each other's like: tag, action, and the side that made the stanza, or of answers the
/// stanza that they answer. Which side was recorded does not matter.
struct RowKind {
    tag: Cow<'static, str>,
    action: Option<ActionName>,
    side: Side,
}

impl PartialEq for RowKind {
    fn eq(&self, other: &Self) -> bool {
        let unknown = self.side == Side::Unknown || other.side == Side::Unknown;
        self.tag == other.tag && self.action == other.action && (self.side == other.side || unknown)
    }
}

fn kind(call: &Call, row: &Row) -> RowKind {
    let stanza = row.observed.read();
    let made = row.answers.and_then(|answered| call.rows.get(answered)).unwrap_or(row);
    RowKind { tag: stanza.node.tag.clone(), action: row.action.clone(), side: made.originator.side }
}

/// What a line of XML begins with, up to the first attribute.
fn element(line: &str) -> &str {
    let begins = line.find('<').map_or(line.len(), |at| at + 1);
    let end = line.get(begins..).and_then(|rest| rest.find([' ', '>', '/']));
    end.and_then(|end| line.get(..begins + end)).unwrap_or(line)
}

fn paired(pairs: Vec<Pair>, left: &[String], right: &[String]) -> Vec<Line> {
    let text = |side: &[String], index: usize| side.get(index).map(|text| (text.clone(), index));
    let lines = pairs.into_iter().map(|pair| {
        let (left, right) = match pair {
            Pair::Both(one, other) => (text(left, one), text(right, other)),
            Pair::Left(one) => (text(left, one), None),
            Pair::Right(other) => (None, text(right, other)),
        };
        let differs = left.as_ref().map(|it| &it.0) != right.as_ref().map(|it| &it.0);
        Line { left, right, differs }
    });
    lines.collect()
}
