//! What answers what.

use super::covered;
use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::stanza::{Ack, Body, Receipt};
use crate::spec::Context;

/// The answers to one row, as indexes into [`Call::rows`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Its acks.
    pub acks: Vec<usize>,
    /// Its receipts.
    pub receipts: Vec<usize>,
}

impl Answers {
    /// Whether nothing answers it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.acks.is_empty() && self.receipts.is_empty()
    }
}

/// The answers to each row, by its index.
#[must_use]
pub fn answers(call: &Call) -> Vec<Answers> {
    let mut answers = vec![Answers::default(); call.rows.len()];
    for (index, row) in call.rows.iter().enumerate() {
        let Some(answered) = row.answers.and_then(|answered| answers.get_mut(answered)) else { continue };
        match &row.observed.read().body {
            Body::Ack(_) => answered.acks.push(index),
            Body::Receipt(_) => answered.receipts.push(index),
            Body::Call(_) | Body::Login(_) | Body::Other => {}
        }
    }
    answers
}

/// How a call stanza was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Index of its row in [`Call::rows`].
    pub index: usize,
    /// Which way it travelled.
    pub direction: Direction,
    /// Index of its first ack.
    pub acked: Option<usize>,
    /// Index of its first receipt.
    pub receipted: Option<usize>,
    /// Whether nothing answered it, while its socket was read without a gap for long enough.
    pub is_unanswered: bool,
}

/// How each call stanza of known direction was answered, in order.
#[must_use]
pub fn coverage(call: &Call, context: &Context) -> Vec<Coverage> {
    let answers = answers(call);
    let rows = call.rows.iter().zip(&answers).enumerate();
    let coverage = rows.filter_map(|(index, (row, answers))| {
        let direction = row.observed.direction()?;
        let is_call = matches!(row.observed.read().body, Body::Call(Some(_)));
        let is_unseen = || direction == Direction::Inbound && omits_own_acks(call, row);
        let was_read = || covered::after(call, context, row, covered::ANSWERED_WITHIN);
        is_call.then(|| Coverage {
            index,
            direction,
            acked: answers.acks.first().copied(),
            receipted: answers.receipts.first().copied(),
            is_unanswered: answers.is_empty() && !is_unseen() && was_read(),
        })
    });
    coverage.collect()
}

/// The ack that a row is, and the row of the call stanza or receipt that it answers, if that was seen.
#[must_use]
pub fn ack<'c>(call: &'c Call, row: &'c Row) -> Option<(&'c Ack, Option<&'c Row>)> {
    match &row.observed.read().body {
        Body::Ack(ack) => Some((ack, row.answers.and_then(|answered| call.rows.get(answered)))),
        Body::Call(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => None,
    }
}

/// The receipt that a row is.
#[must_use]
pub fn receipt(row: &Row) -> Option<&Receipt> {
    match &row.observed.read().body {
        Body::Receipt(receipt) => Some(receipt),
        Body::Call(_) | Body::Ack(_) | Body::Login(_) | Body::Other => None,
    }
}

/// Whether the log of the row's client leaves out the acks that it sends.
#[must_use]
pub fn omits_own_acks(call: &Call, row: &Row) -> bool {
    call.recording(row).is_some_and(|recording| recording.omits_own_acks)
}

/// The name of the action that a row is, or answers.
#[must_use]
pub fn action_name(row: &Row) -> &str {
    row.action.as_ref().map_or("unknown", crate::protocol::stanza::ActionName::as_str)
}
