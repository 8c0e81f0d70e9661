//! Do acks of call stanzas carry errors, and which?
//!
//! *The question.* The page on acks describes an `<error>` child with a code and a text, and asks whether it occurs on acks
//! of calls, and what its codes are.
//!
//! *What decides it.* One ack of a call stanza with an `<error>` child, or with an `error` attribute, answers. That the acks of
//! a call carry none is absence.
//!
//! *What is recorded.* The codes as sent, as a list; the text, and the stanza that was refused.

use crate::call::{Call, Row};
use crate::protocol::stanza::Body;
use crate::spec::observe::{acknowledging, article, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "ack-error",
    page: "call-ack",
    number: Some(3),
    also: &[],
    title: "Do acks of call stanzas carry errors, and which?",
    shape: Shape::Existential { occurs: "appears" },
    hypotheses: &["appears", "not-seen"],
    source: include_str!("ack_error.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let acks = || {
        call.rows.iter().enumerate().filter(|(_, row)| {
            let answers_call = |answered: &Row| matches!(answered.observed.read().body, Body::Call(_));
            acknowledging::ack(call, row)
                .is_some_and(|(ack, answered)| answered.map_or(ack.class.as_deref() == Some("call"), answers_call))
        })
    };
    let errors: Vec<_> = acks().filter_map(|(index, row)| error(call, index, row)).collect();
    if !errors.is_empty() {
        return errors;
    }
    let without = acks().next().map(|(index, _)| {
        let count = acks().count();
        let why = format!(
            "The call has {count} ack{} of its stanzas, none with an error.",
            if count == 1 { "" } else { "s" }
        );
        Evidence::supporting(QUESTION.id, "not-seen", Strength::Absence, index, why)
    });
    without.into_iter().collect()
}

fn error(call: &Call, index: usize, row: &Row) -> Option<Evidence> {
    let (ack, _) = acknowledging::ack(call, row)?;
    let error = ack.error.as_ref()?;
    let code = error.code.as_deref().map_or_else(|| "no code".to_owned(), |code| format!("code {code}"));
    let text = error.text.as_deref().map_or_else(String::new, |text| format!(" and text {text}"));
    let action = acknowledging::action_name(row);
    let why = format!(
        "The ack of {} {action}, {}, carries an error with {code}{text}.",
        article(action),
        making::seen_at(call, row)
    );
    let values = error.code.iter().map(ToString::to_string).collect();
    Some(Evidence::supporting(QUESTION.id, "appears", Strength::Direct, index, why).with_values(values))
}
