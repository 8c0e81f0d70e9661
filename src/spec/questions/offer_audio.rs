//! How do offers announce sound?
//!
//! *The question.* The stanza catalogue holds it settled, from rebuilt clients, that an offer has two `<audio>`
//! elements, one for each sample rate.
//!
//! *What decides it.* A list: the codec and the rate of each `<audio>` of an offer, in order. Each offer counts once,
//! where it left its maker if that was recorded. An offer without any is not listed.
//!
//! *What is recorded.* The elements, where the offer was seen, and the platform and version that its envelope names.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, plural, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "offer-audio",
    page: "call-offer",
    number: Some(1),
    also: &[],
    title: "How do offers announce sound?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("offer_audio.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = stanzas::of(call, &ActionName::Offer).into_iter().filter_map(|sight| {
        let audio = sight.node.children().iter().filter(|child| child.tag == "audio");
        let elements = audio.map(|audio| {
            let part = |name| audio.text(name).map_or_else(|| format!("no {name}"), |value| value.into_owned());
            format!("{} {}", part("enc"), part("rate"))
        });
        let elements: Vec<_> = elements.collect();
        let count = elements.len();
        let node = &sight.row.observed.read().node;
        let named =
            ["platform", "version"].into_iter().filter_map(|name| Some(format!(", {name} {}", node.text(name)?)));
        let why = format!(
            "An offer, {}, announces sound in {count} element{}{}.",
            making::seen_at(call, sight.row),
            plural(count),
            named.collect::<String>()
        );
        (count > 0).then(|| Evidence::supporting(QUESTION.id, elements.join(", "), Strength::Direct, sight.index, why))
    });
    pieces.collect()
}
