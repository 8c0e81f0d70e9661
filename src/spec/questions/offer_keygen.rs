//! Which way of making keys do offers name?
//!
//! *The question.* The stanza catalogue holds it settled, from rebuilt clients, that `<encopt keygen="2">` stands for
//! the second way of deriving the media keys.
//!
//! *What decides it.* A list: the `keygen` of each offer's `<encopt>`, as sent. Each offer counts once, where it left
//! its maker if that was recorded. Which derivation a value stands for is not to be seen: the keys are not sent in clear.
//!
//! *What is recorded.* The value, where the offer was seen, and how many wrapped keys stand beside it.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{candidates, making, plural, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "offer-keygen",
    page: "call-offer",
    number: Some(3),
    also: &[],
    title: "Which way of making keys do offers name?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("offer_keygen.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = stanzas::of(call, &ActionName::Offer).into_iter().filter_map(|sight| {
        let options = sight.node.child("encopt")?;
        let value = options.text("keygen").map_or_else(|| "(none)".to_owned(), |value| value.into_owned());
        let keys = candidates::wrapped_keys(sight.node).count();
        let place = making::seen_at(call, sight.row);
        let why = format!("An offer, {place}, with {keys} wrapped key{}.", plural(keys));
        Some(Evidence::supporting(QUESTION.id, value, Strength::Direct, sight.index, why))
    });
    pieces.collect()
}
