//! Sentences and values with places that a stanza fills in: `An offer, {place}, with {audio@rate}[ and {video@enc}].`

use std::sync::atomic::Ordering;

use super::fields::FIELDS;
use super::path::{Lead, Path};
use super::words::{Filling, WORDS, Word};
use crate::protocol::binary::Jid;
use crate::words::counted;

/// Shown where a stanza does not have what a place asks for.
const NONE: &str = "(none)";

/// The most characters of one place.
const VALUE: usize = 200;

/// How deeply brackets can nest.
const DEEPEST: usize = 4;

/// A text with places.
#[derive(Debug)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Word(&'static Word),
    Field(usize),
    Path(Path),
    /// How many places a path leads to, and the name of one.
    Count(Path, String),
    /// `with` or `without`, for a path.
    With(Path),
    /// What kind of address a path leads to.
    Kind(Path),
    /// How many stanzas the look found in the call, and the name of one.
    Total(String),
    /// What is left out if a place in it has nothing to say, and what is said then.
    Group(Template, Template),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// If a brace or bracket is not closed, or what is in braces is neither a word, a field nor a path.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Self::read(&mut { text }, "", DEEPEST)
    }

    /// Reads until one of the ends, which is left, or to the end of the text.
    fn read(rest: &mut &str, ends: &str, depth: usize) -> Result<Self, String> {
        let mut pieces = Vec::new();
        loop {
            let at = rest.find(|character| matches!(character, '{' | '[') || ends.contains(character));
            let (before, after) = rest.split_at(at.unwrap_or(rest.len()));
            pieces.push(Piece::Text(before.to_owned()));
            *rest = after;
            if let Some(inside) = after.strip_prefix('{') {
                let (inside, after) = inside.split_once('}').ok_or("`{` is not closed")?;
                pieces.push(Piece::parse(inside)?);
                *rest = after;
            } else if let Some(inside) = after.strip_prefix('[') {
                let depth = depth.checked_sub(1).ok_or("brackets nest too deeply")?;
                *rest = inside;
                let said = Self::read(rest, "|]", depth)?;
                let mut otherwise = Self(Vec::new());
                if let Some(inside) = rest.strip_prefix('|') {
                    *rest = inside;
                    otherwise = Self::read(rest, "]", depth)?;
                }
                *rest = rest.strip_prefix(']').ok_or("`[` is not closed")?;
                pieces.push(Piece::Group(said, otherwise));
            } else {
                return Ok(Self(pieces));
            }
        }
    }

    /// Returns the paths in it.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().flat_map(|piece| -> Vec<&Path> {
            match piece {
                Piece::Path(path) | Piece::Count(path, _) | Piece::With(path) | Piece::Kind(path) => vec![path],
                Piece::Group(said, otherwise) => said.paths().chain(otherwise.paths()).collect(),
                Piece::Text(_) | Piece::Word(_) | Piece::Field(_) | Piece::Total(_) => Vec::new(),
            }
        })
    }

    /// Follows its paths that led nowhere so far, as filling it in would.
    pub(super) fn try_paths(&self, filling: Filling<'_, '_, '_>) {
        for piece in &self.0 {
            match piece {
                Piece::Path(path) | Piece::Count(path, _) | Piece::With(path) | Piece::Kind(path) => {
                    if !path.has_matched.load(Ordering::Relaxed) {
                        path.leads(filling.start, filling.names);
                    }
                }
                Piece::Group(said, otherwise) => {
                    said.try_paths(filling);
                    otherwise.try_paths(filling);
                }
                Piece::Text(_) | Piece::Word(_) | Piece::Field(_) | Piece::Total(_) => {}
            }
        }
    }

    /// Returns whether it is the same for every stanza.
    pub(super) fn is_fixed(&self) -> bool {
        self.0.iter().all(|piece| matches!(piece, Piece::Text(_)))
    }

    /// Fills it in.
    pub(super) fn fill(&self, filling: Filling<'_, '_, '_>) -> String {
        let mut text = String::new();
        self.write(filling, &mut text);
        text
    }

    fn write(&self, filling: Filling<'_, '_, '_>, text: &mut String) {
        for piece in &self.0 {
            piece.write(filling, text);
        }
    }

    /// Fills it in, if every place has something to say.
    fn write_wholly(&self, filling: Filling<'_, '_, '_>, text: &mut String) -> bool {
        let before = text.len();
        let is_whole = self.0.iter().all(|piece| piece.write(filling, text));
        if !is_whole {
            text.truncate(before);
        }
        is_whole
    }
}

/// Returns as much of a text as is shown.
fn short(text: &str) -> &str {
    // No text has more characters than bytes.
    let end = if text.len() > VALUE { text.char_indices().nth(VALUE).map(|(end, _)| end) } else { None };
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

impl Piece {
    /// Reads what is in braces.
    fn parse(inside: &str) -> Result<Self, String> {
        if let Some(word) = WORDS.iter().find(|word| word.name == inside) {
            return Ok(Self::Word(word));
        }
        if let Some(field) = FIELDS.iter().position(|field| field.name == inside) {
            return Ok(Self::Field(field));
        }
        let path = |text: &str| {
            Path::parse(text).map_err(|why| {
                let words: Vec<_> = WORDS.iter().map(|word| word.name).collect();
                format!("`{{{inside}}}` is neither a field, a path ({why}) nor one of {}", words.join(", "))
            })
        };
        let (sign, rest) = inside.split_once(' ').unwrap_or_default();
        Ok(match sign {
            "count" => {
                let (counted, thing) = rest.split_once(' ').unwrap_or((rest, ""));
                Self::Count(path(counted)?, thing.to_owned())
            }
            "with" => Self::With(path(rest)?),
            "kind" => Self::Kind(path(rest)?),
            "total" => Self::Total(rest.to_owned()),
            _ => Self::Path(path(inside)?),
        })
    }

    /// Writes what it says, or what is shown instead; returns whether it had something to say.
    fn write(&self, filling: Filling<'_, '_, '_>, text: &mut String) -> bool {
        let leads = |path: &Path| path.leads(filling.start, filling.names);
        let number = |number: usize, thing: &str| match thing {
            "" => number.to_string(),
            _ => counted(u64::try_from(number).unwrap_or(u64::MAX), thing),
        };
        let mut say = |said: Option<String>, silent: &str| {
            text.push_str(said.as_deref().map_or(silent, short));
            said.is_some()
        };
        match self {
            Self::Text(fixed) => {
                text.push_str(fixed);
                true
            }
            Self::Word(word) => say((word.says)(filling), word.silent),
            Self::Field(field) => say(filling.looked.field(*field), NONE),
            Self::Path(path) => {
                let leads = leads(path);
                let joint = if leads.iter().any(|lead| lead.name.is_some()) { " and " } else { ", " };
                let shown = || leads.iter().map(Lead::shown).collect::<Vec<_>>().join(joint);
                say((!leads.is_empty()).then(shown), NONE)
            }
            Self::Count(path, thing) => {
                let count = leads(path).len();
                text.push_str(&number(count, thing));
                count > 0
            }
            Self::With(path) => {
                text.push_str(if leads(path).is_empty() { "without" } else { "with" });
                true
            }
            Self::Kind(path) => {
                let kind = leads(path).first().map(|lead| kind(lead.listed()));
                text.push_str(kind.unwrap_or("nobody"));
                kind.is_some()
            }
            Self::Total(thing) => {
                text.push_str(&number(filling.total, thing));
                true
            }
            Self::Group(said, otherwise) => {
                if !said.write_wholly(filling, text) {
                    otherwise.write(filling, text);
                }
                true
            }
        }
    }
}

/// What kind of address a text is.
fn kind(text: &str) -> &'static str {
    match Jid::parse(text).as_ref().map(|jid| jid.server.as_ref()) {
        Some("lid" | "hosted.lid") => "a LID",
        Some("s.whatsapp.net" | "c.us" | "hosted") => "a phone number",
        _ => "another kind of address",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_braces_is_a_word_a_field_or_a_path() {
        assert_eq!(Template::parse("a {place} b {outcome} {audio@rate} {^@platform}").unwrap().paths().count(), 2);
        assert_eq!(Template::parse("[a {count te candidate}|b {with net}]").unwrap().paths().count(), 2);
        assert_eq!(Template::parse("{place").unwrap_err(), "`{` is not closed");
        assert_eq!(Template::parse("[{place}").unwrap_err(), "`[` is not closed");
        assert_eq!(Template::parse("[[[[[x]]]]]").unwrap_err(), "brackets nest too deeply");
        assert!(Template::parse("{pla ce}").unwrap_err().contains("neither a field, a path"));
    }

    #[test]
    fn addresses_have_kinds() {
        assert_eq!(
            ["1:2@lid", "1@s.whatsapp.net", "x"].map(kind),
            ["a LID", "a phone number", "another kind of address"]
        );
    }
}
