//! Do transports name another network medium than 2?
//!
//! *The question.* SIG-05 has `<net medium="2">` in every transport, and asks whether other values occur there, and
//! what the scale of the values means. The first is in the recordings, the second is not.
//!
//! *What decides it.* Another `medium` on the `<net>` of one transport answers. A transport with 2 is absence. Each
//! transport counts once, where it left its maker if that was recorded.
//!
//! *What is recorded.* The values, where the transport was seen, and what is known of the program that made it.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "transport-medium",
    page: "SIG-05",
    number: Some(3),
    also: &[],
    title: "Do transports name another network medium than 2?",
    shape: Shape::Existential { occurs: "others" },
    hypotheses: &["others", "only-2"],
    source: include_str!("transport_medium.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = stanzas::of(call, &ActionName::Transport).into_iter().filter_map(|sight| {
        let medium = sight.node.child("net")?.text("medium")?;
        let place = format!("{}{}", making::seen_at(call, sight.row), making::program(call, sight.row));
        let (hypothesis, strength) =
            if medium == "2" { ("only-2", Strength::Absence) } else { ("others", Strength::Direct) };
        let why = format!("A transport {place} names medium {medium}.");
        let piece = Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why);
        Some(piece.with_values(vec![medium.into_owned()]).routine())
    });
    pieces.collect()
}
