//! What bears on the open questions of this page; `page.md` says what decides each.

use foldhash::HashMap;

use crate::call::{Call, Role};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{SECOND, group, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage};
use crate::words::plural;

/// The most steps of a sequence that are told.
const STEPS: usize = 12;

/// Not data: it is about a sequence of stanzas.
pub(super) fn transport_sequence(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let Some(vantage) = call.vantages.iter().position(|vantage| vantage.role == Role::Caller) else {
        return Vec::new();
    };
    let own = stanzas::sights(call).filter(|sight| {
        sight.action.name == ActionName::Transport && sight.row.vantage == vantage && sight.row.repeats.is_none()
    });
    let (mut first, mut count) = (None, 0_usize);
    let mut runs: Vec<(String, usize)> = Vec::new();
    for sight in own {
        first.get_or_insert(sight.index);
        count += 1;
        let kind = sight.node.text("transport-message-type").unwrap_or("(none)".into());
        let step = format!("{} {kind}", if sight.is_outbound() { "out" } else { "in" });
        let is_room = runs.len() < STEPS;
        match runs.last_mut() {
            Some((last, times)) if *last == step => *times += 1,
            // Later ones keep a path alive that stands.
            _ if is_room => runs.push((step, 1)),
            _ => {}
        }
    }
    let Some(first) = first else { return Vec::new() };
    let steps = runs.into_iter().map(|(step, times)| if times == 1 { step } else { format!("{step} x{times}") });
    let sequence = steps.collect::<Vec<_>>().join(", ");
    let answered = if call.progress.accepted.is_some() { "an answered" } else { "an unanswered" };
    let why = format!("The caller's socket carried {count} transport{} in {answered} call.", plural(count));
    vec![Evidence::supporting(question, sequence, Strength::Direct, first, why)]
}

/// How long a caller that would send again is given, in nanoseconds.
const PATIENCE: i64 = 10 * SECOND;

/// Not data: it is about the first of several stanzas that settles it.
pub(super) fn offer_retry(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    observed(question, call, context).into_iter().collect()
}

fn observed(question: &'static Question, call: &Call, context: &Context) -> Option<Evidence> {
    let vantage = call.vantages.iter().position(|vantage| vantage.role == Role::Caller)?;
    let mut offers: HashMap<&Jid, Sight<'_>> = HashMap::default();
    let mut first = None;
    for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| row.vantage == vantage) {
        let sight = match &row.observed.read().body {
            Body::Call(Some(_)) => Sight::of(index, row)?,
            Body::Receipt(_) => return None,
            Body::Call(None) | Body::Ack(_) | Body::Login(_) | Body::Other => continue,
        };
        match sight.action.name {
            // Whatever comes in is an answer of sorts.
            _ if !sight.is_outbound() => return None,
            // A refusal is an answer, and whoever offers the call to somebody else does not repeat himself.
            ActionName::Offer if row.refused_by.is_some() || group::is_invitation(call, &sight) => {}
            ActionName::Offer => {
                let Some(to) = row.observed.read().to.as_ref() else { continue };
                if let Some(before) = offers.insert(to, sight) {
                    let why = format!("The caller resent the unanswered offer{}.", waited(&before, &sight));
                    return Some(Evidence::supporting(question, "again", Strength::Direct, index, why));
                }
                first.get_or_insert(sight);
            }
            ActionName::Terminate => return once(question, call, context, &first?, &sight),
            _ => {}
        }
    }
    None
}

/// An offer that was not sent again until the caller ended the call.
fn once(
    question: &'static Question,
    call: &Call,
    context: &Context,
    offer: &Sight<'_>,
    end: &Sight<'_>,
) -> Option<Evidence> {
    let (from, until) = (offer.row.observed.time()?, end.row.observed.time()?);
    let reason = end.action.reason.as_deref();
    let reason = reason.map_or_else(|| "without reason".to_owned(), |reason| format!("with reason {reason}"));
    let why = format!(
        "The caller sent one offer, got nothing from the callee, and ended the call {reason}{}.",
        waited(offer, end)
    );
    let was_patient = until.nanoseconds_since(from) >= PATIENCE;
    (was_patient && coverage::between(call, context, offer.row, Some(from), Some(until)))
        .then(|| Evidence::supporting(question, "once", Strength::Absence, end.index, why))
}

fn waited(one: &Sight<'_>, other: &Sight<'_>) -> String {
    let times = other.row.observed.time().zip(one.row.observed.time());
    times.map_or_else(String::new, |(late, early)| format!(" after {}", seconds(late.nanoseconds_since(early))))
}
