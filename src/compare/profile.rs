//! Reference profiles: what the stanzas of a real client look like, from public facts.

use serde::Deserialize;

use super::part::Part;
use super::stanza::{Side, against};
use crate::call::Call;
use crate::declaration::{self, Spanned, Wrong};
use crate::origin::Direction;
use crate::protocol::binary::{Element, Node};
use crate::protocol::xml::{Dialect, End, read};

/// The version of the form of a profile.
const SCHEMA: u32 = 1;

/// The shipped profiles, by name.
const SHIPPED: [(&str, &str); 2] =
    [("whatsapp-web", include_str!("profiles/whatsapp-web.toml")), ("spec", include_str!("profiles/spec.toml"))];

/// What the stanzas of a client look like.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The client and its version.
    pub client: String,
    /// When the facts were gathered: a year and a month.
    pub date: String,
    /// Where the facts come from.
    pub sources: Vec<String>,
    shapes: Vec<Shape>,
}

/// One form of a stanza.
#[derive(Clone, Debug)]
struct Shape {
    /// The `<call>`; `*` stands for any value.
    node: Node,
    /// Paths of what may be absent, or there several times.
    optional: Vec<String>,
    /// A path that stanzas of this form have: of others the profile says nothing.
    when: Option<String>,
}

/// A stanza of a call, compared with the shape of its action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// Index in [`Call::rows`].
    pub row: usize,
    /// What departs from the shape, which is the right side; `None` if the profile has no stanza with this action.
    pub differences: Option<Vec<Part>>,
}

/// A profile as TOML has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: Spanned<u32>,
    name: String,
    client: String,
    date: String,
    sources: Vec<String>,
    stanza: Vec<Declared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    xml: Spanned<String>,
    #[serde(default)]
    optional: Vec<Spanned<String>>,
    when: Option<Spanned<String>>,
}

impl Profile {
    /// Returns the names of the shipped profiles.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// Returns the text of a shipped profile.
    #[must_use]
    pub fn shipped(name: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// If it is not one, is of another version, or a path in it names nothing.
    pub fn read(text: &str) -> Result<Self, Wrong> {
        let File { schema, name, client, date, sources, stanza } = declaration::read(text)?;
        if *schema.get_ref() != SCHEMA {
            let why = format!("this profile has schema {}, and only schema {SCHEMA} is supported", schema.get_ref());
            return Err(Wrong::at(text, schema.span(), why));
        }
        let shapes = stanza.into_iter().map(|declared| shape(text, declared)).collect::<Result<_, _>>()?;
        Ok(Self { name, client, date, sources, shapes })
    }

    /// Compares the call stanzas that left recorded sockets with the shapes of their actions, each with the shape from
    /// which it departs least.
    #[must_use]
    pub fn compare(&self, call: &Call) -> Vec<Matched> {
        let sent = call.rows.iter().enumerate().filter(|(_, row)| {
            row.observed.direction() == Some(Direction::Outbound) && row.observed.read().action().is_some()
        });
        let compared = sent.map(|(index, row)| {
            let shapes = self.shapes.iter().filter(|shape| shape.fits(&row.observed.read().node));
            let departures = shapes.map(|shape| shape.departures(Side { call, row: index }));
            Matched { row: index, differences: departures.min_by_key(Vec::len) }
        });
        compared.collect()
    }
}

impl Shape {
    /// Returns whether a stanza is one of this form: by its action, and by what such stanzas have.
    fn fits(&self, stanza: &Node) -> bool {
        let action = |node: &Node| node.children().first().map(|action| action.tag().to_owned());
        action(&self.node) == action(stanza) && self.when.as_ref().is_none_or(|path| has_path(stanza, path))
    }

    fn departures(&self, side: Side<'_>) -> Vec<Part> {
        let mut parts = against(side, &self.node);
        parts.retain(|part| part.left.is_some() && part.right.is_some() || !self.optional.contains(&part.path()));
        parts
    }
}

fn shape(text: &str, declared: Declared) -> Result<Shape, Wrong> {
    let reading = read(declared.xml.get_ref(), Dialect::RINGTRACE);
    let Some(node) = reading.node.filter(|node| reading.end == End::Whole && node.children().len() == 1) else {
        return Err(Wrong::at(text, declared.xml.span(), "expected one `<call>` with one action"));
    };
    for path in declared.optional.iter().chain(&declared.when) {
        if !has_path(&node, path.get_ref()) {
            let why = format!("the stanza has nothing at `{}`", path.get_ref());
            return Err(Wrong::at(text, path.span(), why));
        }
    }
    let optional = declared.optional.into_iter().map(Spanned::into_inner).collect();
    Ok(Shape { node, optional, when: declared.when.map(Spanned::into_inner) })
}

/// Returns whether a stanza has a part at a path, which begins at its action.
fn has_path(root: &Node, path: &str) -> bool {
    let (elements, attribute) = path.split_once('@').map_or((path, None), |(path, name)| (path, Some(name)));
    let mut nodes = vec![root.root()];
    for tag in elements.split('/').filter(|tag| *tag != "call") {
        nodes = nodes.into_iter().flat_map(Element::children).filter(|node| node.tag() == tag).collect();
    }
    nodes.iter().any(|node| attribute.is_none_or(|name| node.attribute(name).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_profiles_are_profiles_with_dated_sources() {
        for (name, text) in SHIPPED {
            let profile = Profile::read(text).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
            assert_eq!(profile.name, name);
            assert!(profile.date.starts_with("20") && !profile.sources.is_empty() && profile.shapes.len() > 3);
        }
        assert!(Profile::shipped("none").is_none());
    }

    #[test]
    fn a_wrong_profile_is_refused_with_the_line() {
        let head = "schema = 1\nname = \"x\"\nclient = \"x\"\ndate = \"2026\"\nsources = []\n";
        let wrong = |text: &str| Profile::read(text).unwrap_err().to_string();
        let newer = wrong("schema = 2\nname = \"x\"\nclient = \"x\"\ndate = \"2026\"\nsources = []\nstanza = []\n");
        assert_eq!(newer, "line 1, column 10: this profile has schema 2, and only schema 1 is supported");
        let path = wrong(&format!("{head}[[stanza]]\nxml = \"<call><offer/></call>\"\noptional = [\"offer/audo\"]\n"));
        assert_eq!(path, "line 8, column 13: the stanza has nothing at `offer/audo`");
        let xml = wrong(&format!("{head}[[stanza]]\nxml = \"<call>\"\n"));
        assert_eq!(xml, "line 7, column 7: expected one `<call>` with one action");
        assert!(wrong(&format!("{head}[[stanzas]]\n")).starts_with("line 6, column 3: unknown field `stanzas`"));
    }
}
