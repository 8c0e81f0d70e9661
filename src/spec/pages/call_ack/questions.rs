//! What bears on the open questions of this page; `page.md` says what decides each.

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::observe::answers::{Answers, Reception};
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{answers, originator, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage, question};
use crate::words::{article, plural};

pub(super) fn receipt_without_from(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let mut bare = call.rows.iter().enumerate().filter(|(_, row)| {
        answers::receipt(row).is_some()
            && row.observed.direction() == Some(Direction::Outbound)
            && row.action == Some(ActionName::Offer)
            && row.observed.read().node.attribute("from").is_none()
    });
    let mut evidence = Vec::new();
    let Some(first) = bare.next() else { return evidence };
    let answers = answers::answers(call);
    for (index, row) in std::iter::once(first).chain(bare) {
        let Some(answers) = answers.get(index) else { continue };
        let reception = answers::reception(call, answers);
        let (hypothesis, place) = match reception {
            Reception::Acked { row } => ("taken", row),
            Reception::Refused { row, .. } => ("refused", row),
            Reception::Unknown => continue,
        };
        let program = originator::program(call, row);
        let why = format!("The receipt for an offer, without `from`{program}, was {}.", reception.words());
        evidence.push(Evidence::supporting(question, hypothesis, Strength::Direct, place, why));
    }
    evidence
}

pub(super) fn receipt_actions(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    // Copies of one that was recorded as it left count there.
    let mut receipts = call
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| answers::receipt(row).is_some() && row.copy_of.is_none() && row.action.is_some());
    let Some(first) = receipts.next() else { return Vec::new() };
    let others = std::iter::once(first).chain(receipts).filter(|(_, row)| row.action != Some(ActionName::Offer));
    let pieces = others.map(|(index, row)| {
        let action = answers::action_name(row);
        let place = format!("{}{}", originator::seen_at(call, row), originator::program(call, row));
        let why = format!("A receipt for {} {action}, {place}.", article(action));
        let piece = Evidence::supporting(question, "others", Strength::Direct, index, why);
        piece.with_values(vec![action.to_owned()]).routine()
    });
    let pieces: Vec<_> = pieces.collect();
    if pieces.is_empty() { offer_only(question, call, context, first.0).into_iter().collect() } else { pieces }
}

/// The receipt of an offer in a call whose further stanzas came in and got none.
fn offer_only(question: &'static Question, call: &Call, context: &Context, receipt: usize) -> Option<Evidence> {
    let row = call.rows.get(receipt).filter(|row| row.observed.direction() == Some(Direction::Outbound))?;
    let came = |sight: &Sight<'_>| {
        sight.is_inbound() && sight.row.vantage == row.vantage && sight.action.name != ActionName::Offer
    };
    let last = stanzas::sights(call).filter(came).last()?;
    let until = last.row.observed.time()?;
    let watched = coverage::between(call, context, row, row.observed.time(), Some(until))
        && coverage::after(call, context, last.row, coverage::ANSWERED_WITHIN);
    let why = "The offer got a receipt, and no other inbound stanza did while the socket was read without a gap.";
    watched.then(|| Evidence::supporting(question, "offer-only", Strength::Absence, receipt, why))
}

pub(super) fn ack_from_peers(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let mut own = 0_usize;
    let mut alone = 0_usize;
    let (mut first_own, mut first_alone) = (None, None);
    let mut evidence = Vec::new();
    for (row, answers) in call.rows.iter().zip(answers::answers(call)) {
        let (Body::Call(_), Some(ack)) = (&row.observed.read().body, answers.acks.first().copied()) else { continue };
        match row.observed.direction() {
            Some(Direction::Inbound) => {
                own += 1;
                first_own.get_or_insert(ack);
            }
            Some(Direction::Outbound) => {
                if let Some(piece) = arrived(question, row, &answers) {
                    evidence.push(piece);
                } else if coverage::after_row(call, context, ack, coverage::ANSWERED_WITHIN) {
                    alone += 1;
                    first_alone.get_or_insert(ack);
                }
            }
            None => {}
        }
    }
    evidence.extend(first_own.map(|row| {
        let why = format!(
            "The recorded device acked {own} inbound call stanza{}; whether its acks reach the sender is not visible here.",
            plural(own)
        );
        Evidence::supporting(question, "peers-too", Strength::Direct, row, why)
    }));
    evidence.extend(first_alone.map(|row| {
        let why = format!(
            "Each of {alone} outbound call stanza{} got one ack and no second one while the socket was read without a gap.",
            plural(alone)
        );
        Evidence::supporting(question, "server-only", Strength::Absence, row, why)
    }));
    evidence
}

/// The second ack of an outbound stanza, which may be a peer's.
fn arrived(question: &'static Question, row: &Row, answers: &Answers) -> Option<Evidence> {
    let action = answers::action_name(row);
    let second = *answers.acks.get(1)?;
    let why = format!(
        "A second ack arrived for {} {action}; the `from` of an ack does not show who sent it.",
        article(action)
    );
    Some(Evidence::supporting(question, "peers-too", Strength::Indirect, second, why))
}

pub(super) fn ack_coverage(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for stanza in coverage::of_answers(call, context) {
        let action = call.rows.get(stanza.index).map_or("unknown", answers::action_name);
        let direction = if stanza.direction == Direction::Outbound { "outbound" } else { "inbound" };
        for (kind, answer) in [("acked", stanza.acked), ("receipted", stanza.receipted)] {
            let Some(answer) = answer else { continue };
            let latency =
                call.answer_latency(answer).map_or_else(String::new, |latency| format!(" after {latency:.1} ms"));
            let why = format!("An {direction} {action} was {kind}{latency}.");
            evidence.push(Evidence::supporting(question, format!("{action} {kind}"), Strength::Direct, answer, why));
        }
        if stanza.is_unanswered {
            let why = format!(
                "An {direction} {action} got neither an ack nor a receipt while its socket was read without a gap."
            );
            let value = format!("{action} neither");
            evidence.push(Evidence::supporting(question, value, Strength::Absence, stanza.index, why));
        }
    }
    evidence
}

pub(super) fn ack_error(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let acks = || {
        call.rows.iter().enumerate().filter(|(_, row)| {
            let answers_call = |answered: &Row| matches!(answered.observed.read().body, Body::Call(_));
            answers::ack(call, row)
                .is_some_and(|(ack, answered)| answered.map_or(ack.class.as_deref() == Some("call"), answers_call))
        })
    };
    let errors: Vec<_> = acks().filter_map(|(index, row)| error(question, call, index, row)).collect();
    if !errors.is_empty() {
        return errors;
    }
    let without = acks().next().map(|(index, _)| {
        let count = acks().count();
        let why = format!(
            "The call has {count} ack{} of its stanzas, none with an error.",
            if count == 1 { "" } else { "s" }
        );
        Evidence::supporting(question, "not-seen", Strength::Absence, index, why)
    });
    without.into_iter().collect()
}

fn error(question: &'static Question, call: &Call, index: usize, row: &Row) -> Option<Evidence> {
    let (ack, _) = answers::ack(call, row)?;
    let error = ack.error.as_ref()?;
    let code = error.code.as_deref().map_or_else(|| "no code".to_owned(), |code| format!("code {code}"));
    let text = error.text.as_deref().map_or_else(String::new, |text| format!(" and text {text}"));
    let action = answers::action_name(row);
    let form = error_forms(row).join(" and ");
    let why = format!(
        "The ack of {} {action}, {}, carries an error as an {form} with {code}{text}.",
        article(action),
        originator::seen_at(call, row)
    );
    let values = error.code.iter().map(ToString::to_string).collect();
    Some(Evidence::supporting(question, "appears", Strength::Direct, index, why).with_values(values))
}

/// In what forms an ack has its error.
fn error_forms(row: &Row) -> Vec<&'static str> {
    let node = &row.observed.read().node;
    let forms = [("attribute", node.attribute("error").is_some()), ("<error> child", node.child("error").is_some())];
    forms.into_iter().filter(|(_, is_there)| *is_there).map(|(form, _)| form).collect()
}

pub(super) fn ack_error_form(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let refusals = call.rows.iter().enumerate().filter(|(_, row)| row.observed.direction() == Some(Direction::Inbound));
    let pieces = refusals.flat_map(|(index, row)| {
        let error = answers::ack(call, row).and_then(|(ack, _)| ack.error.as_ref());
        let code = error.and_then(|error| error.code.as_deref()).unwrap_or("none");
        let forms = if error.is_some() { error_forms(row) } else { Vec::new() };
        forms.into_iter().map(move |form| {
            let hypothesis = if form == "attribute" { "attribute" } else { "child" };
            let why = format!(
                "The ack of {} {} has its error, code {code}, as an {form}.",
                article(answers::action_name(row)),
                answers::action_name(row)
            );
            Evidence::supporting(question, hypothesis, Strength::Direct, index, why)
        })
    });
    pieces.collect()
}

pub(super) fn ack_from(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = call.rows.iter().enumerate().filter_map(|(index, row)| {
        let (_, answered) = answers::ack(call, row)?;
        let answered = answered.filter(|answered| matches!(answered.observed.read().body, Body::Call(_)))?;
        let is_inbound = row.observed.direction() == Some(Direction::Inbound);
        let from = row.observed.read().from.as_ref().filter(|_| is_inbound)?;
        let to = answered.observed.read().to.as_ref();
        let action = answers::action_name(row);
        let (hypothesis, whose) = if to.is_some_and(|to| to == from || call.people.same_person(to, from)) {
            ("addressee", "names the addressee of what it answers")
        } else if from.is_server() {
            ("server", "names the server")
        } else {
            return None;
        };
        let why = format!("The `from` of the ack of {} {action} {whose}: {from}.", article(action));
        Some(Evidence::supporting(question, hypothesis, Strength::Direct, index, why).routine())
    });
    question::first_of_each(pieces)
}

pub(super) fn call_receipt(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let receipts = call.rows.iter().enumerate().filter_map(|(index, row)| {
        let what =
            row.action.as_ref().map_or_else(|| "a stanza of the call".to_owned(), |action| format!("the {action}"));
        let place = originator::seen_at(call, row);
        let why = if answers::receipt(row).is_some() {
            // Copies of one that was recorded as it left count there.
            row.copy_of.is_none().then(|| format!("A receipt for {what}, {place}."))?
        } else {
            answers::is_ack_of_unrecorded_receipt(call, row)
                .then(|| format!("An ack of class receipt for {what}, {place}, whose receipt was not recorded."))?
        };
        Some(Evidence::supporting(question, "exists", Strength::Direct, index, why))
    });
    let receipts: Vec<_> = receipts.collect();
    if receipts.is_empty() { none_came(question, call, context).into_iter().collect() } else { receipts }
}

/// The first stanza of a call that was acked, if its socket was read on, to the call's end and a little further.
fn none_came(question: &'static Question, call: &Call, context: &Context) -> Option<Evidence> {
    let answers = answers::answers(call);
    let (index, row) = call.rows.iter().enumerate().find(|(index, row)| {
        let is_acked = answers.get(*index).is_some_and(|answers| !answers.acks.is_empty());
        is_acked && row.observed.read().action().is_some()
    })?;
    let last = call.rows.iter().rev().find(|last| last.observed.socket() == row.observed.socket())?;
    let watched = coverage::between(call, context, row, row.observed.time(), last.observed.time())
        && coverage::after(call, context, last, coverage::ANSWERED_WITHIN);
    let why = "The call's stanzas were acked and none got a receipt while the socket was read without a gap.";
    watched.then(|| Evidence::supporting(question, "not-seen", Strength::Absence, index, why))
}
