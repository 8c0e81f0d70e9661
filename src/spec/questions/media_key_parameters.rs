//! Does an offer carry a length or a salt for the media key?
//!
//! *The question.* An offer brings the call key encrypted to each device. SIG-01 asks whether a length or a salt for
//! the media keys travels beside it in clear, or whether all of them follow from what is encrypted.
//!
//! *What decides it.* In the offer: an element or an attribute that is called salt, or attributes of `<enc>` and
//! `<encopt>` that no page knows. The word salt, and a length of the key, are direct; another unknown attribute there
//! may be anything, and is indirect. Offers with a key and nothing of the kind are absence. What is inside the
//! encrypted key no recording shows; the keys of relays are other keys.
//!
//! *What is recorded.* The names, as `tag@attribute` or `<tag>`, and their values.

use crate::call::Call;
use crate::protocol::binary::Node;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::naming::has_word;
use crate::spec::observe::{making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "media-key-parameters",
    page: "SIG-01",
    number: Some(2),
    also: &[("call-offer", 5)],
    title: "Does an offer carry a length or a salt for the media key?",
    shape: Shape::Existential { occurs: "carried" },
    hypotheses: &["carried", "not-carried"],
    source: include_str!("media_key_parameters.rs"),
    observe,
};

/// Words that name a parameter of a key.
const WORDS: &[&str] = &["salt", "keylen", "keylength", "keysize"];

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for sight in stanzas::of(call, &ActionName::Offer) {
        let place = making::seen_at(call, sight.row);
        let mut found = Found::default();
        found.look(sight.node.children());
        if let Some(holder) = sight.node.child("destination") {
            holder.children().iter().for_each(|member| found.look(member.children()));
        }
        let (strength, hypothesis, why) = match (found.names.is_empty(), found.says_so, found.has_key) {
            (true, _, false) => continue,
            (true, _, true) => {
                let why = format!("The key of an offer {place} stands without any parameter in clear.");
                (Strength::Absence, "not-carried", why)
            }
            (false, true, _) => {
                let why = format!("An offer {place} has a parameter of the key in clear: {}.", found.shown.join(", "));
                (Strength::Direct, "carried", why)
            }
            (false, false, _) => {
                let why =
                    format!("An offer {place} has beside the key what no page knows: {}.", found.shown.join(", "));
                (Strength::Indirect, "carried", why)
            }
        };
        let piece = Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why);
        evidence.push(piece.with_values(found.names));
    }
    evidence
}

/// What stands beside the key of an offer.
#[derive(Default)]
struct Found {
    has_key: bool,
    says_so: bool,
    names: Vec<String>,
    shown: Vec<String>,
}

impl Found {
    fn look(&mut self, elements: &[Node]) {
        for element in elements {
            let known: &[&str] = match element.tag.as_ref() {
                "enc" => &["v", "type", "count"],
                "encopt" => &["keygen"],
                tag => {
                    if has_word(tag, WORDS) {
                        self.add(format!("<{tag}>"), None);
                        self.says_so = true;
                    }
                    continue;
                }
            };
            self.has_key |= element.tag == "enc";
            for attribute in element.attributes.iter().filter(|attribute| !known.contains(&attribute.name.as_ref())) {
                self.says_so |= has_word(&attribute.name, WORDS);
                self.add(format!("{}@{}", element.tag, attribute.name), Some(attribute.value.to_string()));
            }
        }
    }

    /// Notes one name, once for all devices that the offer goes to.
    fn add(&mut self, name: String, value: Option<String>) {
        if self.names.len() < MOST && !self.names.contains(&name) {
            self.shown.push(value.map_or_else(|| name.clone(), |value| format!("{name}={value}")));
            self.names.push(name);
        }
    }
}

/// The most names that are noted of one offer.
const MOST: usize = 16;
