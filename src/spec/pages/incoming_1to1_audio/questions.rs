//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::BTreeSet;

use foldhash::HashMap;

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::observe::{answers, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage, question};

/// Not data: it orders answers of two kinds, and asks for each what its client's recording leaves out.
pub(super) fn offer_answer_order(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let is_own = |row: &Row| row.observed.direction() == Some(Direction::Outbound);
    let preaccepts = stanzas::first_by_vantage(call, |row| is_own(row) && stanzas::is(row, &ActionName::Preaccept));
    if preaccepts.is_empty() {
        return Vec::new();
    }
    let mut answers: HashMap<usize, (usize, &Row)> = HashMap::default();
    for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| is_own(row)) {
        let offer = row.answers.get().and_then(|offer| call.rows.get(offer));
        let offer = offer.filter(|offer| stanzas::is(offer, &ActionName::Offer) && !is_own(offer));
        if let Some(offer) = offer
            && matches!(row.observed.read().body, Body::Ack(_) | Body::Receipt(_))
        {
            answers.entry(row.vantage).or_insert((index, offer));
        }
    }
    let mut pieces: Vec<_> = answers
        .iter()
        .filter_map(|(vantage, (answer, offer))| {
            judge(question, call, context, *preaccepts.get(vantage)?, *answer, offer)
        })
        .collect();
    pieces.sort_by_key(|piece| piece.row);
    pieces
}

fn judge(
    question: &'static Question,
    call: &Call,
    context: &Context,
    preaccept: usize,
    answer: usize,
    offer: &Row,
) -> Option<Evidence> {
    let answered = call.rows.get(answer)?;
    let is_receipt = answers::receipt(answered).is_some();
    // Where the recording omits acks, one may have gone before.
    if is_receipt && answer > preaccept && coverage::own_acks_covered(call, context, offer).is_err() {
        return None;
    }
    let kind = if is_receipt { "a receipt" } else { "an ack" };
    let after = |index: usize| {
        let row = call.rows.get(index)?;
        Some(format!(" after {:.1} ms", row.observed.time()?.milliseconds_since(offer.observed.time()?)))
    };
    let (answered, rang) = (after(answer).unwrap_or_default(), after(preaccept).unwrap_or_default());
    let why = format!("The device answered the offer with {kind}{answered}, and signalled that it rings{rang}.");
    Some(if answer < preaccept {
        Evidence::supporting(question, "before", Strength::Indirect, answer, why).routine()
    } else {
        Evidence::supporting(question, "after", Strength::Direct, answer, why)
    })
}

/// Not data: it compares a stanza with its copy at another device, where both were recorded.
pub(super) fn preaccept_route(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let rows = || call.rows.iter().enumerate().filter(|(_, row)| stanzas::is(row, &ActionName::Preaccept));
    if rows().next().is_none() {
        return Vec::new();
    }
    let answers = answers::answers(call);
    let copied: BTreeSet<_> = rows().filter_map(|(_, row)| row.copy_of.get()).collect();
    // One that was recorded at both ends counts where it arrived.
    let counted = rows().filter(|(index, row)| row.repeats.is_none() && !copied.contains(index));
    let pieces = counted.filter_map(|(index, row)| {
        let form = addressed(row)?;
        let sent = row.copy_of.get().and_then(|sent| call.rows.get(sent)).and_then(addressed);
        let is_acked = answers.get(index).is_some_and(|answers| !answers.acks.is_empty());
        let (strength, why) = match (&sent, row.observed.direction()?) {
            (Some(sent), _) => (
                Strength::Direct,
                format!("A preaccept left one recorded device {sent} and reached another {form}: the server is at the other end of both connections."),
            ),
            (None, Direction::Outbound) => {
                let acked = if is_acked { "which acked it" } else { "with no ack recorded" };
                (Strength::Indirect, format!("A preaccept left {form} for the server, {acked}; the rest of its route is not visible."))
            }
            (None, Direction::Inbound) => (
                Strength::Indirect,
                format!("A preaccept {form} arrived from the server; its route to the server is not visible."),
            ),
        };
        let forms = sent.into_iter().chain([form]).collect();
        Some(Evidence::supporting(question, "through-server", strength, index, why).with_values(forms).routine())
    });
    question::first_of_each(pieces)
}

/// How an envelope is addressed: `addressed to an account`, `stamped with a device`.
fn addressed(row: &Row) -> Option<String> {
    let stanza = row.observed.read();
    let (way, jid) = match row.observed.direction()? {
        Direction::Outbound => ("addressed to", &stanza.to),
        Direction::Inbound => ("stamped with", &stanza.from),
    };
    let whom = |jid: &Jid| match (jid.is_server(), jid.device) {
        (true, _) => "the server",
        (false, 0) => "an account",
        (false, _) => "a device",
    };
    Some(format!("{way} {}", jid.as_ref().map_or("nobody", whom)))
}
