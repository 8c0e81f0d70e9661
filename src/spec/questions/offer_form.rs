//! In what form do offers carry keys and candidates?
//!
//! *The question.* The stanza catalogue holds it settled, from rebuilt clients, that candidates are `<te>` elements with
//! bytes, and that an offer to several devices has a `<to>` with a wrapped key for each of them in its `<destination>`.
//!
//! *What decides it.* A list: where the wrapped keys of an offer stand, and in what form its candidates do, apart for
//! offers as they leave and as they come in, since the server divides an offer among the devices. Each offer counts
//! once in each direction.
//!
//! *What is recorded.* The form, and how many keys or candidates have it.

use crate::call::Call;
use crate::protocol::binary::Node;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{candidates, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "offer-form",
    page: "call-offer",
    number: Some(4),
    also: &[],
    title: "In what form do offers carry keys and candidates?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("offer_form.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    if call.course.offered.is_none() {
        return Vec::new();
    }
    let is_offer = |sight: &Sight<'_>| sight.action.name == ActionName::Offer;
    let mut offers = stanzas::of(call, &ActionName::Offer);
    offers.retain(Sight::is_outbound);
    offers.extend(stanzas::arrivals(call).into_iter().filter(is_offer));
    offers.sort_by_key(|sight| sight.index);
    offers.iter().flat_map(|sight| judge(call, sight)).collect()
}

fn judge(call: &Call, sight: &Sight<'_>) -> Vec<Evidence> {
    let way = if sight.is_outbound() { "sent" } else { "delivered" };
    let by_device = candidates::keys_by_device(sight.node).count();
    let spelled = |candidate: &&Node| candidates::is_spelled_out(candidate);
    let packed = |candidate: &&Node| !candidates::is_spelled_out(candidate) && candidates::packed(candidate).is_some();
    let found = [
        ("a key for each device in destination", by_device),
        ("keys in the offer itself", candidates::wrapped_keys(sight.node).count() - by_device),
        ("candidates as attributes", candidates::of(sight.node).filter(spelled).count()),
        ("candidates as bytes", candidates::of(sight.node).filter(packed).count()),
    ];
    let place = making::seen_at(call, sight.row);
    let pieces = found.into_iter().filter(|(_, count)| *count > 0).map(|(form, count)| {
        let why = format!("An offer, {place}, has {count} of them.");
        Evidence::supporting(QUESTION.id, format!("{way}: {form}"), Strength::Direct, sight.index, why)
    });
    pieces.collect()
}
