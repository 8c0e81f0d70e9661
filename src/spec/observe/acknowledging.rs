//! What answers what.

use crate::call::{Call, Row};
use crate::protocol::stanza::{Ack, Body, Receipt};

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

/// The name of the action that a row is, or answers.
#[must_use]
pub fn action_name(row: &Row) -> &str {
    row.action.as_ref().map_or("unknown", crate::protocol::stanza::ActionName::as_str)
}
