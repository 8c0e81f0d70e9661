//! Is a candidate's priority one that ICE computes?
//!
//! *The question.* The stanza catalogue has candidates carry a priority, and asks how that relates to the one of ICE.
//!
//! *What decides it.* RFC 8445, section 5.1.2.1, makes a priority of three parts: the type of the candidate in the highest
//! byte, at most 126; a local preference in the next two; 256 less the component, which is 1 or 2, in the lowest. A
//! number that these do not make is direct for another scale. One that they make is indirect for ICE, since it may be chance.
//! Only candidates of transports count.
//!
//! *What is recorded.* The values as sent, as a list; the first of each in a call.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{candidates, making, repeated, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "candidate-priority",
    page: "call-transport",
    number: Some(4),
    also: &[],
    title: "Is a candidate's priority one that ICE computes?",
    shape: Shape::Exclusive,
    hypotheses: &["ice", "other-scale"],
    source: include_str!("candidate_priority.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let transports = stanzas::of(call, &ActionName::Transport);
    let pieces = transports.iter().flat_map(|sight| {
        let place = making::seen_at(call, sight.row);
        candidates::of(sight.node).filter_map(move |candidate| {
            let sent = candidate.text("priority")?;
            let (hypothesis, strength, fits) = if is_of_ice(sent.parse().ok()?) {
                ("ice", Strength::Indirect, "which the formula of ICE can give")
            } else {
                ("other-scale", Strength::Direct, "which the formula of ICE gives no candidate")
            };
            let why = format!("A candidate of a transport, {place}, has priority {sent}, {fits}.");
            let piece = Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why);
            Some(piece.with_values(vec![sent.into_owned()]).routine())
        })
    });
    repeated::first_of_each(pieces)
}

/// Whether RFC 8445, section 5.1.2.1, can give a candidate of component 1 or 2 that priority.
const fn is_of_ice(priority: u32) -> bool {
    let [kind, _, _, component] = priority.to_be_bytes();
    kind <= 126 && component >= 254
}

#[cfg(test)]
mod tests {
    use super::is_of_ice;

    #[test]
    fn the_formula_gives_what_the_rfc_gives() {
        // Host, server reflexive and relayed candidates with one address, of the first component and of the second.
        let priority =
            |kind: u32, preference: u32, component: u32| (kind << 24) + (preference << 8) + (256 - component);
        for kind in [126, 100, 0] {
            assert!(is_of_ice(priority(kind, 65_535, 1)) && is_of_ice(priority(kind, 65_535, 2)));
        }
        assert_eq!(priority(126, 65_535, 1), 2_130_706_431);
        assert!(!is_of_ice(1) && !is_of_ice(2) && !is_of_ice(0) && !is_of_ice(u32::MAX));
    }
}
