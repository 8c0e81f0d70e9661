//! What did not stay, so that a find is not lost: where it stood, and what it looked like.

use std::collections::BTreeMap;

use super::policy::is_withheld_name;
use super::sanitised::Sanitised;
use crate::protocol::binary::label::labelled;
use crate::protocol::binary::{Content, Element, Value};

/// A place whose values were withheld.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// The place: `TAG@ATTRIBUTE`, or `TAG` for what stands in an element.
    pub place: String,
    /// What stands there instead: the kind of a value, and its length.
    pub shown: String,
    /// How often.
    pub count: usize,
}

impl Sanitised {
    /// The values, tags and names of attributes that were withheld, by place.
    #[must_use]
    pub fn withheld(&self) -> Vec<Withheld> {
        let mut found = BTreeMap::new();
        for row in self.analysis().judged().flat_map(|judged| &judged.call.rows) {
            let roots = row.observations().map(|observed| observed.read().node.root());
            for (place, shown) in roots.flat_map(Element::descendants).flat_map(withheld_of) {
                *found.entry((place, shown)).or_insert(0) += 1;
            }
        }
        found.into_iter().map(|((place, shown), count)| Withheld { place, shown, count }).collect()
    }
}

/// What a sanitised element says itself was withheld of it, apart from its children.
fn withheld_of(node: Element<'_>) -> impl Iterator<Item = (String, String)> {
    let tag = is_withheld_name(node.tag()).then(|| (node.tag().to_string(), "a tag".to_owned()));
    let content = match node.content() {
        Content::Value(Value::Text(text)) if labelled(text).is_some() => {
            Some((node.tag().to_string(), text.to_string()))
        }
        _ => None,
    };
    let attributes = node.attributes().filter_map(move |attribute| {
        let value = attribute.value.to_text();
        let shown = if labelled(&value).is_some() {
            value.into_owned()
        } else if is_withheld_name(attribute.name) {
            "the name of an attribute".to_owned()
        } else {
            return None;
        };
        Some((format!("{}@{}", node.tag(), attribute.name), shown))
    });
    tag.into_iter().chain(content).chain(attributes)
}
