//! Paths into a stanza, from its action on: `audio@rate`, `destination/to`, `capability#bytes`, `^@platform`.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::protocol::binary::Element;
use crate::spec::observe::elements;

/// The most places of one stanza that a path leads to.
const PLACES: usize = 256;

/// A path: elements below the action (or, after `^`, below the `<call>` around it), and what of the last one.
#[derive(Debug)]
pub(super) struct Path {
    /// As written.
    pub(super) text: String,
    is_of_wrapper: bool,
    elements: Vec<String>,
    part: Part,
    /// The value that the part must have.
    equals: Option<String>,
    /// Whether it led anywhere so far, with whatever value.
    pub(super) has_matched: AtomicBool,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// The element itself: its tag.
    Element,
    /// An attribute.
    Attribute(String),
    /// The content, spelled out if it is short.
    Bytes,
    /// How long the content is.
    Size,
    /// The tags of its children, in order.
    Children,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// If the text is not one: why.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (place, equals) =
            text.split_once('=').map_or((text, None), |(place, value)| (place, Some(value.to_owned())));
        let (is_of_wrapper, place) = place.strip_prefix('^').map_or((false, place), |place| (true, place));
        let (elements, part) = match place.find(['@', '#']) {
            Some(at) => place.split_at(at),
            None => (place, ""),
        };
        let part = match part {
            "" => Part::Element,
            "#bytes" => Part::Bytes,
            "#size" => Part::Size,
            "#children" => Part::Children,
            _ => match part.strip_prefix('@').filter(|name| is_name(name)) {
                Some(name) => Part::Attribute(name.to_owned()),
                None => return Err(format!("`{part}` is not a part: expected @NAME, #bytes, #size or #children")),
            },
        };
        let elements: Vec<String> = elements.split('/').filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
        if let Some(wrong) = elements.iter().find(|tag| *tag != "*" && !is_name(tag)) {
            return Err(format!("`{wrong}` is not the name of an element"));
        }
        if elements.is_empty() && part == Part::Element {
            return Err("the path is empty".to_owned());
        }
        Ok(Self { text: text.to_owned(), is_of_wrapper, elements, part, equals, has_matched: AtomicBool::new(false) })
    }

    /// Returns the elements that the path leads to, of an action and the `<call>` around it.
    pub(super) fn elements<'n>(&self, action: Element<'n>, wrapper: Element<'n>) -> Vec<Element<'n>> {
        let mut nodes = vec![if self.is_of_wrapper { wrapper } else { action }];
        for tag in &self.elements {
            let children = nodes.into_iter().flat_map(Element::children);
            nodes = children.filter(|node| tag == "*" || node.tag() == *tag).take(PLACES).collect();
        }
        nodes
    }

    /// Returns the values that the path leads to.
    pub(super) fn values<'n>(&self, action: Element<'n>, wrapper: Element<'n>) -> Vec<Cow<'n, str>> {
        let value = |node: Element<'n>| -> Option<Cow<'n, str>> {
            match &self.part {
                Part::Element => Some(Cow::Borrowed(node.tag())),
                Part::Attribute(name) => node.text(name),
                Part::Bytes => Some(elements::spelled(node).into()),
                Part::Size => Some(elements::size(node).into()),
                Part::Children => {
                    let tags: Vec<_> = node.children().take(PLACES).map(|child| child.tag()).collect();
                    Some(tags.join(" ").into())
                }
            }
        };
        let mut values: Vec<_> = self.elements(action, wrapper).into_iter().filter_map(value).collect();
        if !values.is_empty() {
            self.has_matched.store(true, Ordering::Relaxed);
        }
        values.retain(|value| self.equals.as_ref().is_none_or(|equals| equals == value));
        values
    }

    /// Returns whether the path leads anywhere.
    pub(super) fn leads(&self, action: Element<'_>, wrapper: Element<'_>) -> bool {
        !self.values(action, wrapper).is_empty()
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::xml::{Dialect, read};

    #[test]
    fn a_path_leads_to_values() {
        let xml = "<call platform='web'><offer x='1'><audio rate='8000'/><audio rate='16000'/><net medium='3'/></offer></call>";
        let wrapper = read(xml, Dialect::RINGTRACE).node.unwrap();
        let wrapper = wrapper.root();
        let offer = wrapper.child("offer").unwrap();
        let values = |path: &str| Path::parse(path).unwrap().values(offer, wrapper).join(",");
        assert_eq!(values("audio@rate"), "8000,16000");
        assert_eq!(values("@x"), "1");
        assert_eq!(values("^@platform"), "web");
        assert_eq!(values("net@medium=3"), "3");
        assert_eq!(values("net@medium=2"), "");
        assert_eq!(values("*"), "audio,audio,net");
        assert_eq!(values("^offer#children"), "audio audio net");
        assert_eq!(values("video"), "");
        for wrong in ["", "a b", "audio@", "audio#hash", "a//b@c d"] {
            assert!(Path::parse(wrong).is_err(), "{wrong}");
        }
    }
}
