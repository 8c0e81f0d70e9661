//! Paths into a stanza, from its action on: `audio@rate`, `destination?/to?/enc`, `te|endpoint!ip|port#packed`, `^@platform`.
//!
//! The only place where declared questions look into elements.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::call::Call;
use crate::protocol::binary::{Attribute, Element};
use crate::spec::observe::{Seen, elements, endpoints, names};

/// The most places of one stanza that a path leads to.
const PLACES: usize = 256;

/// A path: where it begins, elements below, and what of the last one.
#[derive(Debug)]
pub(super) struct Path {
    /// As written.
    pub(super) text: String,
    root: Root,
    /// Whether it begins at the whole stanza rather than at its action.
    is_whole: bool,
    steps: Vec<Step>,
    part: Part,
    /// The values, as patterns, of which the part must have one; all if there are none.
    equals: Vec<String>,
    /// Whether it led anywhere so far, with whatever value.
    pub(super) has_matched: AtomicBool,
}

/// Which stanza a path begins in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    /// The one that is looked at.
    Seen,
    /// The same as it was sent.
    Sent,
    /// The one that it answers.
    Answered,
}

/// One step down.
#[derive(Debug)]
struct Step {
    /// The tags that it may lead to, as patterns.
    tags: Vec<String>,
    /// Whether the path also goes on without it.
    is_optional: bool,
    /// Attributes, as patterns: the element must have one of each list, or none of it.
    attributes: Vec<(bool, Vec<String>)>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// The element itself: its tag.
    Element,
    /// Attributes, by the patterns of their names.
    Attributes(Vec<String>),
    /// The content, spelled out if it is short.
    Bytes,
    /// How long the content is, in words.
    Size,
    /// The same, of an element that has bytes.
    Packed,
    /// The tags of its children, in order.
    Children,
    /// The names of its attributes, in order.
    Names,
    /// The tag of the element before it.
    Before,
    /// The tag of the element after it.
    After,
    /// Attributes and children that are not among those known.
    Other,
    /// Elements and attributes in it that are named by one of the words.
    Named,
}

const PARTS: [(&str, Part); 9] = [
    ("#bytes", Part::Bytes),
    ("#size", Part::Size),
    ("#packed", Part::Packed),
    ("#children", Part::Children),
    ("#names", Part::Names),
    ("#before", Part::Before),
    ("#after", Part::After),
    ("#other", Part::Other),
    ("#named", Part::Named),
];

/// What a question says of names, for `#other` and `#named`.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Attributes (`@name`) and children (`tag`) that are known, as patterns.
    pub(super) known: Vec<String>,
    /// Words in the names that are looked for.
    pub(super) words: Vec<String>,
}

/// Where paths begin.
#[derive(Clone, Copy)]
pub(super) struct Start<'c> {
    pub(super) call: &'c Call,
    pub(super) seen: Seen<'c>,
    /// The element that paths without a sign begin at.
    pub(super) node: Element<'c>,
}

/// Something that a path leads to.
#[derive(Debug)]
pub(super) struct Lead<'n> {
    /// The element.
    pub(super) node: Element<'n>,
    /// What it is called, where its name is not in the path.
    pub(super) name: Option<Cow<'n, str>>,
    pub(super) value: Option<Cow<'n, str>>,
}

impl Lead<'_> {
    /// What it is as the value of a question.
    pub(super) fn listed(&self) -> &str {
        self.name.as_deref().or(self.value.as_deref()).unwrap_or_default()
    }

    /// What it is in a sentence.
    pub(super) fn shown(&self) -> String {
        match (&self.name, &self.value) {
            (Some(name), Some(value)) => format!("{name}={value}"),
            _ => self.listed().to_owned(),
        }
    }
}

/// An element on the way.
#[derive(Clone, Copy)]
struct Placed<'n> {
    node: Element<'n>,
    /// The children that it is one of, and which.
    siblings: Option<(Element<'n>, usize)>,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// If the text is not one: why.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (place, equals) = match text.split_once('=') {
            Some((place, values)) => (place, values.split('|').map(str::to_owned).collect()),
            None => (text, Vec::new()),
        };
        let (root, place) = match (place.strip_prefix('<'), place.strip_prefix('>')) {
            (Some(place), _) => (Root::Sent, place),
            (_, Some(place)) => (Root::Answered, place),
            (None, None) => (Root::Seen, place),
        };
        let (is_whole, place) = place.strip_prefix('^').map_or((false, place), |place| (true, place));
        let (steps, part) = match place.find(['@', '#']) {
            Some(at) => place.split_at(at),
            None => (place, ""),
        };
        let part = match (part, PARTS.into_iter().find(|(name, _)| *name == part)) {
            ("", _) => Part::Element,
            (_, Some((_, part))) => part,
            (_, None) => match part.strip_prefix('@').and_then(patterns) {
                Some(names) => Part::Attributes(names),
                None => {
                    let known = PARTS.map(|(name, _)| name).join(", ");
                    return Err(format!("`{part}` is not a part: expected @NAME or one of {known}"));
                }
            },
        };
        let steps: Vec<_> =
            steps.split('/').filter(|step| !step.is_empty()).map(Step::parse).collect::<Result<_, _>>()?;
        if steps.is_empty() && part == Part::Element {
            return Err("the path is empty".to_owned());
        }
        Ok(Self { text: text.to_owned(), root, is_whole, steps, part, equals, has_matched: AtomicBool::new(false) })
    }

    /// Returns whether the path asks for names by a question's words.
    pub(super) fn asks_for_words(&self) -> bool {
        self.part == Part::Named
    }

    /// Returns what the path leads to.
    pub(super) fn leads<'c>(&self, start: Start<'c>, names: &Names) -> Vec<Lead<'c>> {
        start.of(self.root, self.is_whole).map_or_else(Vec::new, |node| self.leads_from(node, names))
    }

    /// Returns whether the path leads anywhere.
    pub(super) fn is_there(&self, start: Start<'_>, names: &Names) -> bool {
        !self.leads(start, names).is_empty()
    }

    fn leads_from<'n>(&self, node: Element<'n>, names: &Names) -> Vec<Lead<'n>> {
        let mut leads = Vec::new();
        let start = Placed { node, siblings: None };
        if let Some((first, rest)) = self.steps.split_first() {
            let places = rest.iter().fold(first.down(&[start]), |places, step| step.down(&places));
            places.into_iter().for_each(|place| self.part.lead(place, names, &mut leads));
        } else {
            self.part.lead(start, names, &mut leads);
        }
        leads.truncate(PLACES);
        if !leads.is_empty() {
            self.has_matched.store(true, Ordering::Relaxed);
        }
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        leads.retain(|lead| {
            let is_it = |equals: &String| {
                lead.value.as_ref().is_some_and(|value| fits(equals, value) || equals == "#" && is_number(value))
            };
            self.equals.is_empty() || self.equals.iter().any(is_it)
        });
        leads
    }
}

impl<'c> Start<'c> {
    fn of(&self, root: Root, is_whole: bool) -> Option<Element<'c>> {
        let other = match root {
            Root::Seen if is_whole => return Some(self.seen.wrapper()),
            Root::Seen => return Some(self.node),
            Root::Sent => self.seen.row.copy_of.get(),
            Root::Answered => self.seen.row.answers.get(),
        };
        let stanza = self.call.rows.get(other?)?.observed.read();
        Some(if is_whole { stanza.node.root() } else { stanza.action_node().unwrap_or(stanza.node.root()) })
    }
}

impl Step {
    fn parse(text: &str) -> Result<Self, String> {
        let is_not_one = || format!("`{text}` is not the name of an element");
        let (tags, mut rest) = text.split_at(text.find(['+', '!']).unwrap_or(text.len()));
        let (tags, is_optional) = tags.strip_suffix('?').map_or((tags, false), |tags| (tags, true));
        let mut attributes = Vec::new();
        while let Some(sign) = rest.chars().next() {
            let after = rest.get(1..).unwrap_or_default();
            let (names, more) = after.split_at(after.find(['+', '!']).unwrap_or(after.len()));
            attributes.push((sign == '+', patterns(names).ok_or_else(is_not_one)?));
            rest = more;
        }
        Ok(Self { tags: patterns(tags).ok_or_else(is_not_one)?, is_optional, attributes })
    }

    fn down<'n>(&self, places: &[Placed<'n>]) -> Vec<Placed<'n>> {
        let mut below = if self.is_optional { places.to_vec() } else { Vec::new() };
        for Placed { node, .. } in places {
            let children = node.children().enumerate();
            let fits = children.filter(|(_, child)| {
                any_fits(&self.tags, child.tag())
                    && !endpoints::is_blank(*child)
                    && self
                        .attributes
                        .iter()
                        .all(|(is_there, names)| attributes(*child).any(|it| any_fits(names, it.name)) == *is_there)
            });
            let room = PLACES.saturating_sub(below.len());
            below.extend(fits.take(room).map(|(at, child)| Placed { node: child, siblings: Some((*node, at)) }));
        }
        below
    }
}

impl Part {
    /// Adds what it is of an element.
    fn lead<'n>(&self, place: Placed<'n>, names: &Names, leads: &mut Vec<Lead<'n>>) {
        let node = place.node;
        let mut value = |value: Cow<'n, str>| leads.push(Lead { node, name: None, value: Some(value) });
        match self {
            Self::Element => value(Cow::Borrowed(node.tag())),
            Self::Attributes(patterns) => {
                let is_one = matches!(patterns.as_slice(), [name] if !name.contains('*'));
                let fits = attributes(node).filter(|it| any_fits(patterns, it.name));
                let found = fits.map(|it| Lead {
                    node,
                    name: (!is_one).then_some(Cow::Borrowed(it.name)),
                    value: Some(it.value.to_text()),
                });
                // Of an attribute that is there twice, the first counts.
                leads.extend(found.take(if is_one { 1 } else { PLACES }));
            }
            Self::Bytes => value(elements::spelled(node).into()),
            Self::Size => value(elements::size(node).into()),
            Self::Packed => {
                if endpoints::packed(node).is_some() {
                    value(elements::size(node).into());
                }
            }
            Self::Children => {
                let tags: Vec<_> = node.children().take(PLACES).map(|child| child.tag()).collect();
                value(tags.join(" ").into())
            }
            Self::Names => value(attributes(node).map(|it| it.name).collect::<Vec<_>>().join(" ").into()),
            Self::Before | Self::After => {
                let beside = place.siblings.and_then(|(parent, at)| match self {
                    Self::Before => parent.children().get(at.checked_sub(1)?),
                    _ => parent.children().skip(at).find(|next| next.tag() != node.tag()),
                });
                if let Some(beside) = beside {
                    value(format!("<{}>", beside.tag()).into());
                }
            }
            Self::Other => leads.extend(other(node, &names.known)),
            Self::Named => {
                let words: Vec<&str> = names.words.iter().map(String::as_str).collect();
                let named = names::named(node, &words).into_iter();
                leads.extend(named.map(|it| Lead {
                    node,
                    name: Some(it.name.into()),
                    value: it.value.map(Into::into),
                }));
            }
        }
    }
}

/// The attributes and children of an element that are not among the known ones, each name once.
fn other<'n>(node: Element<'n>, known: &[String]) -> Vec<Lead<'n>> {
    let is_known = |sign: &str, name: &str| {
        known.iter().any(|known| match (known.strip_prefix('@'), sign) {
            (Some(pattern), "@") => fits(pattern, name),
            (None, "") => fits(known, name),
            _ => false,
        })
    };
    let attributes = attributes(node).filter(|it| !is_known("@", it.name));
    let attributes =
        attributes.map(|it| Lead { node, name: Some(Cow::Borrowed(it.name)), value: Some(it.value.to_text()) });
    let children = node.children().take(PLACES).filter(|child| !is_known("", child.tag()));
    let children =
        children.map(|child| Lead { node: child, name: Some(format!("<{}>", child.tag()).into()), value: None });
    let mut leads: Vec<Lead<'n>> = Vec::new();
    for lead in attributes.chain(children) {
        if !leads.iter().any(|known| known.name == lead.name) {
            leads.push(lead);
        }
    }
    leads
}

fn attributes(node: Element<'_>) -> impl Iterator<Item = Attribute<'_>> {
    node.attributes().take(PLACES)
}

/// Returns whether a name fits a pattern, in which `*` stands for any text.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match name.split_once(part) {
            Some((_, after)) => name = after,
            None => return false,
        }
    }
    name.ends_with(last)
}

fn any_fits(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| fits(pattern, name))
}

/// Reads patterns of names that stand apart by `|`.
pub(super) fn patterns(text: &str) -> Option<Vec<String>> {
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '*'))
    };
    text.split('|').map(|name| is_name(name).then(|| name.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::xml::{Dialect, read};

    #[test]
    fn a_path_leads_to_values() {
        let xml = "<call platform='web'><offer x='1' y='2'><audio rate='8000'/><audio rate='16000'/>\
                   <net medium='3' media='5'/><destination><to><enc v='2'/></to></destination><enc/></offer></call>";
        let wrapper = read(xml, Dialect::RINGTRACE).node.unwrap();
        let wrapper = wrapper.root();
        let offer = wrapper.children().first().unwrap();
        let names = Names { known: vec!["@x".to_owned(), "a*".to_owned()], words: vec!["medium".to_owned()] };
        let values = |path: &str| {
            let path = Path::parse(path).unwrap();
            path.leads_from(if path.is_whole { wrapper } else { offer }, &names)
                .iter()
                .map(Lead::shown)
                .collect::<Vec<_>>()
                .join(",")
        };
        assert_eq!(values("audio@rate"), "8000,16000");
        assert_eq!(values("@x"), "1");
        assert_eq!(values("^@platform"), "web");
        assert_eq!(values("net@medium=3"), "3");
        assert_eq!(values("net@medium=2|3"), "3");
        assert_eq!(values("net@medium=2"), "");
        assert_eq!(values("net@medium=#"), "3");
        assert_eq!(values("net@med*"), "medium=3,media=5");
        assert_eq!(values("*"), "audio,audio,net,destination,enc");
        assert_eq!(values("audio|net!medium"), "audio,audio");
        assert_eq!(values("audio|net+medium|rate!media"), "audio,audio");
        assert_eq!(values("net@*=*"), "medium=3,media=5");
        assert_eq!(values("destination?/to?/enc"), "enc,enc");
        assert_eq!(values("net#before"), "<audio>");
        assert_eq!(values("audio#after"), "<net>,<net>");
        assert_eq!(values("net#names"), "medium media");
        assert_eq!(values("#other"), "y=2,<net>,<destination>,<enc>");
        assert_eq!(values("#named"), "net@medium=3");
        assert_eq!(values("^offer#children"), "audio audio net destination enc");
        assert_eq!(values("video"), "");
        for wrong in ["", "a b", "audio@", "audio#hash", "a//b@c d", "a!", "<", ">^"] {
            assert!(Path::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name) in
            [("*", "x"), ("relay*", "relay_id"), ("*id", "relay_id"), ("*token*", "a-token"), ("a*c*e", "abcde")]
        {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("relay*", "a-relay"), ("*id", "idx"), ("a*c", "ab"), ("a", "ab"), ("a*a", "a")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
