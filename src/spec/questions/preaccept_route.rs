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

use std::collections::BTreeSet;

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{acknowledging, repeated, stanzas};
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
    let copied: BTreeSet<_> = rows().filter_map(|(_, row)| row.copy_of).collect();
    // One that was recorded at both ends counts where it arrived.
    let counted = rows().filter(|(index, row)| row.repeats.is_none() && !copied.contains(index));
    let pieces = counted.filter_map(|(index, row)| {
        let form = addressed(row)?;
        let sent = row.copy_of.and_then(|sent| call.rows.get(sent)).and_then(addressed);
        let is_acked = answers.get(index).is_some_and(|answers| !answers.acks.is_empty());
        let (strength, why) = match (&sent, row.observed.direction()?) {
            (Some(sent), _) => (
                Strength::Direct,
                format!("A preaccept left one recorded device {sent}, and arrived at another {form}: the server is at the other end of both connections."),
            ),
            (None, Direction::Outbound) => {
                let acked = if is_acked { "which acked it" } else { "whose ack was not seen" };
                (Strength::Indirect, format!("A preaccept left {form} for the server, {acked}; its further way is not seen."))
            }
            (None, Direction::Inbound) => (
                Strength::Indirect,
                format!("A preaccept {form} came in from the server; its way up to there is not seen."),
            ),
        };
        let forms = sent.into_iter().chain([form]).collect();
        Some(Evidence::supporting(QUESTION.id, "through-server", strength, index, why).with_values(forms).routine())
    });
    repeated::first_of_each(pieces)
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
