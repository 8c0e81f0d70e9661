//! What bears on the open questions of this page; `page.md` says what decides each.

use crate::call::Call;
use crate::protocol::binary::Children;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::names::has_word;
use crate::spec::observe::{originator, stanzas};
use crate::spec::{Context, Evidence, Question, Strength};

/// Words that name a parameter of a key.
const WORDS: &[&str] = &["salt", "keylen", "keylength", "keysize"];

/// Not data: it names what stands at several depths, each name once for all devices of an offer.
pub(super) fn media_key_parameters(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for sight in stanzas::of(call, &ActionName::Offer) {
        let place = originator::seen_at(call, sight.row);
        let mut found = Found::default();
        found.look(sight.node.children());
        if let Some(holder) = sight.node.child("destination") {
            holder.children().for_each(|member| found.look(member.children()));
        }
        let (strength, hypothesis, why) = match (found.names.is_empty(), found.says_so, found.has_key) {
            (true, _, false) => continue,
            (true, _, true) => {
                let why = format!("The key in an offer {place} has no cleartext parameters.");
                (Strength::Absence, "not-carried", why)
            }
            (false, true, _) => {
                let why =
                    format!("An offer {place} carries a cleartext parameter of the key: {}.", found.shown.join(", "));
                (originator::as_built(sight.row), "carried", why)
            }
            (false, false, _) => {
                let why = format!(
                    "An offer {place} carries undocumented attributes next to the key: {}.",
                    found.shown.join(", ")
                );
                (Strength::Indirect, "carried", why)
            }
        };
        let piece = Evidence::supporting(question, hypothesis, strength, sight.index, why);
        evidence.push(piece.with_values(found.names));
    }
    evidence
}

/// What comes with the key of an offer.
#[derive(Default)]
struct Found {
    has_key: bool,
    says_so: bool,
    names: Vec<String>,
    shown: Vec<String>,
}

impl Found {
    fn look(&mut self, elements: Children<'_>) {
        for element in elements {
            let known: &[&str] = match element.tag() {
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
            self.has_key |= element.tag() == "enc";
            for attribute in element.attributes().filter(|attribute| !known.contains(&attribute.name)) {
                self.says_so |= has_word(attribute.name, WORDS);
                self.add(format!("{}@{}", element.tag(), attribute.name), Some(attribute.value.to_string()));
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
