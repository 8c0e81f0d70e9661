//! The checks of this page's rules; `page.md` says what each one checks.

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::binary::Element;
use crate::protocol::binary::label::labelled;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::coverage::{ANSWERED_WITHIN, Uncovered, covered_before, covered_for, covered_until, own_acks_covered};
use crate::spec::observe::stanzas::acks;
use crate::spec::{Checks, Context};

/// Nanoseconds before an ack within which what it answers was sent.
const BEFORE: i64 = 60_000_000_000;

pub(super) fn id_echo(call: &Call, context: &Context, checks: &mut Checks) {
    for (index, row, _) in acks(call) {
        if row.observed.read().id.is_none() {
            checks.lacks(call, index, "it has no `id`");
        } else if row.answers.is_some() {
            checks.holds(index, "its `id` is that of a stanza in the other direction");
        } else {
            match covered_before(call, context, row, BEFORE) {
                Ok(()) => {
                    checks.violated(index, "no stanza with its `id` went in the other direction in the previous minute")
                }
                Err(why) => checks.undecided(index, format!("the stanza it acknowledges was not recorded: {why}")),
            }
        }
    }
}

pub(super) fn class_is_tag(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, row, ack) in acks(call) {
        let Some(answered) = row.answers.get().and_then(|answered| call.rows.get(answered)) else {
            match ack.class {
                None => checks.lacks(call, index, "it has no `class`"),
                Some(_) => checks.undecided(index, "the stanza it acknowledges was not recorded"),
            }
            continue;
        };
        let tag = answered.observed.read().node.tag();
        match ack.class.as_deref() {
            Some(class) if class == tag => checks.holds(index, "its `class` is the tag of the acknowledged stanza"),
            Some(class) => checks.violated(index, format!("its `class` is {class}, but it acknowledges a `<{tag}>`")),
            None => checks.lacks(call, index, format!("it has no `class`, but acknowledges a `<{tag}>`")),
        }
    }
}

pub(super) fn type_is_action(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, row, ack) in acks(call) {
        let Some(kind) = ack.kind.as_deref() else { continue };
        let Some(answered) = row.answers.get().and_then(|answered| call.rows.get(answered)) else {
            if ack.class.as_deref() != Some("receipt") {
                checks.undecided(index, "the stanza it acknowledges was not recorded");
            }
            continue;
        };
        let Some(action) = answered.observed.read().action() else { continue };
        if action.name.as_str() == kind {
            checks.holds(index, "its `type` is the acknowledged action");
        } else if labelled(kind).is_some() {
            checks.undecided(index, format!("its `type` was replaced by {kind}"));
        } else if matches!(ActionName::read(kind), ActionName::Unknown(_)) {
            checks.novelty(
                index,
                format!("its `type` is {kind}, which names no action; it acknowledges a `{}`", action.name),
            );
        } else {
            checks.violated(index, format!("its `type` is {kind}, but it acknowledges a `{}`", action.name));
        }
    }
}

pub(super) fn error_single(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, row, _) in acks(call).filter(|(_, _, ack)| ack.error.is_some()) {
        match errors(row).count() {
            0 | 1 => checks.holds(index, "it has at most one `<error>`"),
            count => checks.violated(index, format!("it has {count} `<error>`")),
        }
    }
}

pub(super) fn error_code(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, _, ack) in acks(call) {
        let Some(code) = ack.error.as_ref().and_then(|error| error.code.as_deref()) else { continue };
        if code.parse::<i64>().is_ok() {
            checks.holds(index, "the code of its error is an integer");
        } else if labelled(code).is_some() {
            checks.undecided(index, format!("the code of its error was replaced by {code}"));
        } else {
            checks.violated(index, format!("the code of its error is not an integer: {code}"));
        }
    }
}

pub(super) fn error_text(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, row, _) in acks(call) {
        for error in errors(row) {
            let unknown = error.attributes().find(|attribute| !matches!(attribute.name, "code" | "text"));
            match (unknown, error.children().first(), error.text("text")) {
                (Some(unknown), ..) => checks.novelty(index, format!("its `<error>` carries `{}`", unknown.name)),
                (None, Some(child), _) => {
                    checks.novelty(index, format!("its `<error>` contains a `<{}>`", child.tag()))
                }
                (None, None, Some(text)) if text.trim().is_empty() => {
                    checks.violated(index, "the text of its `<error>` is empty");
                }
                (None, None, Some(_)) => checks.holds(index, "its `<error>` has a text"),
                (None, None, None) => {}
            }
        }
    }
}

pub(super) fn missing(call: &Call, context: &Context, checks: &mut Checks) {
    let first_copy = |index: usize| call.rows.get(index).and_then(|row| row.repeats.get()).unwrap_or(index);
    let mut answered = vec![false; call.rows.len()];
    for row in &call.rows {
        // A receipt of the peer's does not say that the server acknowledges.
        let counts =
            matches!(row.observed.read().body, Body::Ack(_)) || row.observed.direction() == Some(Direction::Outbound);
        if let Some(slot) = row.answers.get().filter(|_| counts).and_then(|asked| answered.get_mut(first_copy(asked))) {
            *slot = true;
        }
    }
    let mut last_copy: Vec<usize> = (0..call.rows.len()).collect();
    for index in 0..call.rows.len() {
        if let Some(last) = last_copy.get_mut(first_copy(index)) {
            *last = index;
        }
    }
    let is_first = |row: &Row| matches!(row.observed.read().body, Body::Call(_)) && row.repeats.is_none();
    for (index, first) in call.rows.iter().enumerate().filter(|(_, row)| is_first(row)) {
        if answered.get(index).is_some_and(|answered| *answered) {
            checks.holds(index, "it was answered");
            continue;
        }
        let last = last_copy.get(index).and_then(|last| call.rows.get(*last)).unwrap_or(first);
        let (covered, what) = match first.observed.direction() {
            Some(Direction::Outbound) => {
                (covered_for(call, context, last, ANSWERED_WITHIN), "the server sent no ack for it")
            }
            Some(Direction::Inbound) => {
                (own_acks_covered(call, context, last), "the client sent neither an ack nor a receipt for it")
            }
            None => (Err("the recording does not say who sent it"), ""),
        };
        match covered {
            Ok(()) => checks.violated(index, what),
            Err(why) => checks.undecided(index, format!("no answer to it was recorded: {why}")),
        }
    }
}

pub(super) fn ack_required(call: &Call, context: &Context, checks: &mut Checks) {
    let first_copy = |index: usize| call.rows.get(index).and_then(|row| row.repeats.get()).unwrap_or(index);
    let mut answers: Vec<Option<&Body>> = vec![None; call.rows.len()];
    let own = call.rows.iter().filter(|row| row.observed.direction() == Some(Direction::Outbound));
    for (asked, body) in own.filter_map(|row| Some((row.answers.get()?, &row.observed.read().body))) {
        if let Some(answer) = answers.get_mut(first_copy(asked)).filter(|answer| !matches!(answer, Some(Body::Ack(_))))
        {
            *answer = Some(body);
        }
    }
    let is_received = |row: &Row| {
        let stanza = row.observed.read();
        row.observed.direction() == Some(Direction::Inbound)
            && row.repeats.is_none()
            && matches!(stanza.body, Body::Call(Some(_)))
    };
    for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| is_received(row)) {
        match answers.get(index).copied().flatten() {
            Some(Body::Ack(_)) => checks.holds(index, "the client acknowledged it"),
            Some(_) => checks.undecided(index, "the client sent a receipt for it instead of an ack"),
            None => match own_acks_covered(call, context, row) {
                Ok(()) => checks.violated(index, "the client sent no ack for it"),
                Err(why) => checks.undecided(index, format!("no ack of it was recorded: {why}")),
            },
        }
    }
}

pub(super) fn retransmission(call: &Call, context: &Context, checks: &mut Checks) {
    let first_copy = |index: usize| call.rows.get(index).and_then(|row| row.repeats.get()).unwrap_or(index);
    let mut acked = vec![false; call.rows.len()];
    for (index, row) in call.rows.iter().enumerate() {
        if let (Body::Ack(_), Some(asked)) = (&row.observed.read().body, row.answers.get())
            && let Some(acked) = acked.get_mut(first_copy(asked))
        {
            *acked = true;
        }
        let Some(first) = row.repeats.get() else { continue };
        let was_acked = acked.get(first).is_some_and(|acked| *acked);
        match (was_acked, row.observed.direction()) {
            (true, Some(Direction::Outbound)) => {
                checks.violated(index, "it was sent again although it had been acknowledged");
            }
            (true, _) => {
                checks.undecided(index, "it arrived again after an ack, which may not have reached the server");
            }
            (false, _) => match covered_between(call, context, first, row) {
                Ok(()) => checks.holds(index, "no ack had arrived when it was sent again"),
                Err(why) => checks.undecided(index, format!("unknown whether an ack had arrived: {why}")),
            },
        }
    }
}

fn covered_between(call: &Call, context: &Context, first: usize, again: &Row) -> Result<(), Uncovered> {
    let first = call.rows.get(first).ok_or("the first copy was not recorded")?;
    let until = again.observed.time().ok_or("the recording has no times")?;
    covered_until(call, context, first, until)
}

/// The `<error>` children of an ack.
fn errors(row: &Row) -> impl Iterator<Item = Element<'_>> {
    row.observed.read().node.children().filter(|child| child.tag() == "error")
}
