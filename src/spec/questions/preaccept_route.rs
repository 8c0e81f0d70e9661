//! Does a preaccept go through the server?
//!
//! *The question.* The flow of the incoming call draws the preaccept from device to device, and asks whether the server
//! is in between.
//!
//! *What decides it.* A preaccept that was recorded at both ends answers: both ends talk to the server alone, and what the
//! server took away and added shows between them. One that was recorded at one end is indirect: it left for the
//! server, or came from it, and the rest of its way is not seen. A way beside the server would not be in such a recording
//! at all, so nothing here speaks for it.
//!
//! *What is recorded.* How it is addressed when it leaves and when it arrives, as a list, and whether the server acked it.

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{acknowledging, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "preaccept-route",
    page: "incoming-1to1-audio",
    number: Some(3),
    also: &[],
    title: "Does a preaccept go through the server?",
    shape: Shape::Existential { occurs: "through-server" },
    hypotheses: &["through-server", "device-to-device"],
    source: include_str!("preaccept_route.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let rows = || call.rows.iter().enumerate().filter(|(_, row)| stanzas::is(row, &ActionName::Preaccept));
    if rows().next().is_none() {
        return Vec::new();
    }
    let answers = acknowledging::answers(call);
    let pieces = rows().filter(|(_, row)| row.repeats.is_none()).filter_map(|(index, row)| {
        let form = vec![addressed(row)?];
        let sent = row.copy_of.and_then(|sent| call.rows.get(sent)).and_then(addressed);
        let is_acked = answers.get(index).is_some_and(|answers| !answers.acks.is_empty());
        let (strength, why) = match (sent, row.observed.direction()?) {
            (Some(sent), _) => (
                Strength::Direct,
                format!("A preaccept that left {sent} arrived {}: the server wrote its envelope anew.", form.concat()),
            ),
            (None, Direction::Outbound) => {
                let acked = if is_acked { "which acked it" } else { "whose ack was not seen" };
                (Strength::Indirect, format!("A preaccept left for the server, {acked}; its further way is not seen."))
            }
            (None, Direction::Inbound) => {
                (Strength::Indirect, "A preaccept came from the server; its way up to there is not seen.".to_owned())
            }
        };
        Some(Evidence::supporting(QUESTION.id, "through-server", strength, index, why).with_values(form))
    });
    pieces.collect()
}

/// How an envelope is addressed: `to an account`, `from a device`.
fn addressed(row: &Row) -> Option<String> {
    let stanza = row.observed.read();
    let (way, jid) = match row.observed.direction()? {
        Direction::Outbound => ("to", &stanza.to),
        Direction::Inbound => ("from", &stanza.from),
    };
    let whom = |jid: &Jid| match (jid.is_server(), jid.device) {
        (true, _) => "the server",
        (false, 0) => "an account",
        (false, _) => "a device",
    };
    Some(format!("{way} {}", jid.as_ref().map_or("nobody", whom)))
}
