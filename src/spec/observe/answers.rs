//! What answers what.

use crate::call::{Call, Row};
use crate::protocol::stanza::{Ack, AckError, Body, Receipt};
use crate::words::lapse;

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
        let Some(answered) = row.answers.get().and_then(|answered| answers.get_mut(answered)) else { continue };
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
        Body::Ack(ack) => Some((ack, row.answers.get().and_then(|answered| call.rows.get(answered)))),
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

/// Whether a row is an ack of a receipt, and the receipt itself was not recorded.
#[must_use]
pub fn is_ack_of_unrecorded_receipt(call: &Call, row: &Row) -> bool {
    ack(call, row)
        .is_some_and(|(ack, answered)| ack.class.as_deref() == Some("receipt") && answered.and_then(receipt).is_none())
}

/// How long the answer in a row took, as in ` after 38 ms`, no finer than it was measured; empty if no clock tells.
#[must_use]
pub fn took(call: &Call, answer: usize) -> String {
    let answered = call.rows.get(answer).and_then(|row| row.answers.get());
    answered
        .and_then(|answered| call.lapse(answered, answer))
        .map_or_else(String::new, |took| format!(" after {}", lapse(took)))
}

/// The name of the action that a row is, or answers.
#[must_use]
pub fn action_name(row: &Row) -> &str {
    row.action.as_ref().map_or("unknown", crate::protocol::stanza::ActionName::as_str)
}

/// How the server took a stanza that was sent, as the acks of it say. Rows are indexes into [`Call::rows`].
#[derive(Clone, Copy, Debug)]
pub enum Reception<'c> {
    /// It was acked, and no ack has an error.
    Acked {
        /// The first ack.
        row: usize,
    },
    /// An ack has an error.
    Refused {
        /// That ack.
        row: usize,
        /// What it says.
        error: &'c AckError,
    },
    /// No ack was seen.
    Unknown,
}

impl Reception<'_> {
    /// It in words, after "and".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Acked { .. } => "acked".to_owned(),
            Self::Refused { error, .. } => {
                format!("refused with {}", error.code.as_deref().unwrap_or("an error without code"))
            }
            Self::Unknown => "no ack of it was seen".to_owned(),
        }
    }
}

/// How the server took what these answer.
#[must_use]
pub fn reception<'c>(call: &'c Call, answers: &Answers) -> Reception<'c> {
    let refusal = answers.acks.iter().find_map(|row| {
        let (ack, _) = ack(call, call.rows.get(*row)?)?;
        Some(Reception::Refused { row: *row, error: ack.error.as_ref()? })
    });
    refusal.unwrap_or_else(|| answers.acks.first().map_or(Reception::Unknown, |row| Reception::Acked { row: *row }))
}
