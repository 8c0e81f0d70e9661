//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::BTreeMap;

use crate::call::{Call, Side};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{answered, endpoints, originator, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage, lists, question};
use crate::words::{article, plural};

pub(super) fn transport_te(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    lists::endpoints(call, question, &ActionName::Transport)
}

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

pub(super) fn candidate_tag(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let transports = stanzas::of(call, &ActionName::Transport);
    let pieces = transports.iter().flat_map(|sight| {
        let place = originator::seen_at(call, sight.row);
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for candidate in endpoints::candidates(sight.node) {
            *counts.entry(if candidate.tag() == "te" { "te" } else { "endpoint" }).or_default() += 1;
        }
        counts.into_iter().map(move |(tag, count)| {
            let why = format!("A transport, {place}, has {count} candidate{} with the tag {tag}.", plural(count));
            Evidence::supporting(question, tag, Strength::Direct, sight.index, why).routine()
        })
    });
    question::first_of_each(pieces)
}

pub(super) fn candidate_encoding(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let transports = stanzas::of(call, &ActionName::Transport);
    let pieces = transports.iter().flat_map(|sight| {
        let place = originator::seen_at(call, sight.row);
        endpoints::candidates(sight.node).filter_map(move |candidate| {
            let (hypothesis, form) = if endpoints::is_spelled_out(candidate) {
                let names: Vec<_> = candidate.attributes().map(|it| it.name).collect();
                ("attributes", names.join(" "))
            } else {
                ("bytes", format!("{} bytes", endpoints::packed(candidate)?))
            };
            let why = format!("A candidate in a transport, {place}, is encoded as {hypothesis}: {form}.");
            let piece = Evidence::supporting(question, hypothesis, Strength::Direct, sight.index, why);
            Some(piece.with_values(vec![form]).routine())
        })
    });
    question::first_of_each(pieces)
}

pub(super) fn in_call_update(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = answered::during(call).into_iter().filter_map(|(sight, talk)| {
        let later = talk.until(sight.row)?;
        let (hypothesis, what) = match sight.action.name {
            ActionName::Transport if later > answered::SET_UP && endpoints::count(sight.node) > 0 => {
                ("transport", "A transport")
            }
            ActionName::Offer => ("new-offer", "Another offer for the call"),
            _ => return None,
        };
        let why =
            format!("{what}, {}, came {} after the accept.", originator::seen_at(call, sight.row), seconds(later));
        Some(Evidence::supporting(question, hypothesis, Strength::Direct, sight.index, why))
    });
    question::first_of_each(pieces)
}

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

pub(super) fn rekeying(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let keyed = answered::during(call).into_iter().filter_map(|(sight, talk)| {
        endpoints::wrapped_keys(sight.node).next()?;
        let later = talk.until(sight.row).map_or_else(String::new, |later| format!(" {}", seconds(later)));
        let tag = sight.action.name.as_str();
        let place = originator::seen_at(call, sight.row);
        let why = format!("A wrapped key was in {} {tag}, {place},{later} after the accept.", article(tag));
        let piece = Evidence::supporting(question, "new-key", Strength::Direct, sight.index, why);
        Some(piece.with_values(vec![format!("<{tag}>")]))
    });
    let keyed = question::first_of_each(keyed);
    if !keyed.is_empty() {
        return keyed;
    }
    let none = answered::talks(call).into_values().filter_map(|talk| {
        let lasted = talk.watched(call, context)?;
        let why =
            format!("No wrapped key was sent or received in the {lasted} from the accept to the end of the call.");
        Some(Evidence::supporting(question, "none-seen", Strength::Absence, talk.accept, why))
    });
    none.collect()
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
