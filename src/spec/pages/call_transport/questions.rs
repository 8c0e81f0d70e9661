//! What bears on the open questions of this page; `page.md` says what decides each.

use crate::call::{Call, Side};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{endpoints, originator, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage, question};

/// Not data: it is about the last of several stanzas of a side, and what followed.
pub(super) fn candidate_rounds(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let counts = |sight: &Sight<'_>| {
        sight.action.name == ActionName::Transport && sight.node.attribute("p2p-cand-round").is_some()
    };
    if !stanzas::sights(call).any(|sight| counts(&sight)) {
        return Vec::new();
    }
    let all = stanzas::each(call);
    let pieces = [Side::Caller, Side::Callee].into_iter().filter_map(|side| {
        let mut own = all.iter().filter(|sight| sight.row.originator.side == side);
        let (mut last, mut count, mut next) = (None, 0_usize, None);
        for sight in own.by_ref() {
            if counts(sight) {
                (last, next) = (Some(sight), None);
                count += 1;
            } else if next.is_none() {
                next = Some(sight);
            }
        }
        let last = last?;
        let round = last.node.text("p2p-cand-round")?;
        let then = match next {
            Some(next) => format!("; its next stanza: {}", named(next)),
            None if coverage::after(call, context, last.row, coverage::ANSWERED_WITHIN) => {
                "; nothing followed from it while the socket was read for 5 s".to_owned()
            }
            None => String::new(),
        };
        let place = originator::seen_at(call, last.row);
        let why = format!(
            "The {} named rounds in {count} transport{}, the last one {place}{then}.",
            side.name(),
            if count == 1 { "" } else { "s" }
        );
        Some(Evidence::supporting(question, format!("up to {round}"), Strength::Direct, last.index, why))
    });
    pieces.collect()
}

/// What a stanza is, with its type if it is a transport.
fn named(sight: &Sight<'_>) -> String {
    let kind = sight.node.text("transport-message-type").filter(|_| sight.action.name == ActionName::Transport);
    let kind = kind.map_or_else(String::new, |kind| format!(" of type {kind}"));
    format!("{}{kind}", sight.action.name.as_str())
}

/// Not data: it takes a number apart by its bits.
pub(super) fn candidate_priority(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let transports = stanzas::of(call, &ActionName::Transport);
    let pieces = transports.iter().flat_map(|sight| {
        let place = originator::seen_at(call, sight.row);
        endpoints::candidates(sight.node).filter_map(move |candidate| {
            let sent = candidate.text("priority")?;
            let (hypothesis, strength, fits) = if is_of_ice(sent.parse().ok()?) {
                ("ice", Strength::Indirect, "which the ICE formula can produce")
            } else {
                ("other-scale", Strength::Direct, "which the ICE formula cannot produce")
            };
            let why = format!("A candidate in a transport, {place}, has priority {sent}, {fits}.");
            let piece = Evidence::supporting(question, hypothesis, strength, sight.index, why);
            Some(piece.with_values(vec![sent.into_owned()]).routine())
        })
    });
    question::first_of_each(pieces)
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
