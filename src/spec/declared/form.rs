//! The form of looks in a file, and how they are read.

use serde::Deserialize;

use super::fields::{ACTION, FIELDS};
use super::look::{At, Cite, Look, Once, Proof, Support, Watched};
use super::path::{Names, Path, patterns};
use super::relation::Relation;
use super::template::Template;
use crate::declaration::{Spanned, Wrong};
use crate::filter::Filter;
use crate::spec::question::Shape;
use crate::spec::strength::Strength;

/// A look, as a file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Declaration {
    #[serde(default)]
    at: At,
    #[serde(rename = "where")]
    filter: Option<Spanned<String>>,
    #[serde(default)]
    has: Vec<Spanned<String>>,
    #[serde(default)]
    lacks: Vec<Spanned<String>>,
    several: Option<Spanned<String>>,
    #[serde(default)]
    in_order: Vec<String>,
    #[serde(default)]
    out_of_order: Vec<String>,
    after: Option<Spanned<String>>,
    not_after: Option<Spanned<String>>,
    before: Option<Spanned<String>>,
    not_before: Option<Spanned<String>>,
    #[serde(default)]
    same_sender: bool,
    apart_ms: Option<u32>,
    #[serde(default)]
    watched: Vec<Watched>,
    per: Option<Spanned<String>>,
    join: Option<String>,
    value: Option<Spanned<String>>,
    values: Option<Spanned<String>>,
    supports: Option<Spanned<String>>,
    refutes: Option<Spanned<String>>,
    strength: Level,
    #[serde(default)]
    routine: bool,
    once: Option<Often>,
    #[serde(default)]
    first: bool,
    #[serde(default)]
    otherwise: bool,
    #[serde(default)]
    cite: Cite,
    why: Spanned<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Level {
    Direct,
    Indirect,
    Absence,
    AsBuilt,
    Originator,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Often {
    InCall(bool),
    In(Within),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Within {
    Stanza,
}

/// What the looks of a question share.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The file.
    pub(super) text: &'a str,
    pub(super) shape: Shape,
    pub(super) hypotheses: &'static [&'static str],
    pub(super) names: &'a Names,
}

impl Asked<'_> {
    fn wrong<T>(&self, place: &Spanned<T>, why: impl Into<String>) -> Wrong {
        Wrong::at(self.text, place.span(), why)
    }

    fn path(&self, path: &Spanned<String>) -> Result<Path, Wrong> {
        let read = Path::parse(path.get_ref()).map_err(|why| self.wrong(path, why))?;
        self.check(path, &read)?;
        Ok(read)
    }

    fn check<T>(&self, place: &Spanned<T>, path: &Path) -> Result<(), Wrong> {
        if path.asks_for_words() && self.names.words.is_empty() {
            return Err(self.wrong(place, format!("`{}` needs the `words` of the question", path.text)));
        }
        Ok(())
    }

    fn paths(&self, paths: &[Spanned<String>]) -> Result<Vec<Path>, Wrong> {
        paths.iter().map(|path| self.path(path)).collect()
    }

    fn template(&self, template: &Spanned<String>) -> Result<Template, Wrong> {
        let read = Template::parse(template.get_ref()).map_err(|why| self.wrong(template, why))?;
        read.paths().try_for_each(|path| self.check(template, path))?;
        Ok(read)
    }

    fn filter(&self, key: &str, filter: &Spanned<String>) -> Result<Filter, Wrong> {
        Filter::parse(filter.get_ref(), FIELDS).map_err(|error| {
            // After the quote; an escape before the mistake is not counted.
            let at = filter.span().start + 1 + error.at;
            Wrong::at(self.text, at..at, format!("{key}: {error}"))
        })
    }

    fn relation(&self, key: &str, filter: &Option<Spanned<String>>) -> Result<Option<Relation>, Wrong> {
        let (is_there, side) = key.strip_prefix("not-").map_or((true, key), |side| (false, side));
        let relation = |filter: &Spanned<String>| {
            Ok(Relation { filter: self.filter(key, filter)?, is_before: side == "after", is_there })
        };
        filter.as_ref().map(relation).transpose()
    }

    fn support(&self, place: &Spanned<()>, named: Option<&Spanned<String>>) -> Result<Option<Support>, Wrong> {
        let name = match (self.shape, named) {
            (Shape::List, None) => return Ok(None),
            (Shape::List, Some(name)) => return Err(self.wrong(name, "a list has no hypotheses to support")),
            (_, None) => return Err(self.wrong(place, "a look names what it supports or refutes")),
            (_, Some(name)) => name,
        };
        let template = self.template(name)?;
        if !template.is_fixed() {
            return Ok(Some(Support::Filled(template)));
        }
        let known = self.hypotheses.iter().find(|known| **known == name.get_ref().as_str());
        let why = || format!("`{}` is not one of the hypotheses: {}", name.get_ref(), self.hypotheses.join(", "));
        known.map(|known| Some(Support::Hypothesis(known))).ok_or_else(|| self.wrong(name, why()))
    }

    /// Reads a look.
    ///
    /// # Errors
    /// If it names a field, path, word or hypothesis that there is not: with its place.
    pub(super) fn look(self, declaration: Spanned<Declaration>) -> Result<Look, Wrong> {
        let place = Spanned::new(declaration.span(), ());
        let it = declaration.into_inner();
        if self.shape == Shape::List && it.value.is_none() {
            return Err(self.wrong(&place, "a look of a list has a value"));
        }
        let order = match (it.in_order.as_slice(), it.out_of_order.as_slice()) {
            ([], []) => None,
            (_, []) => Some((it.in_order, true)),
            ([], _) => Some((it.out_of_order, false)),
            _ => return Err(self.wrong(&place, "a look has either `in-order` or `out-of-order`")),
        };
        let relations = [
            ("after", &it.after),
            ("not-after", &it.not_after),
            ("before", &it.before),
            ("not-before", &it.not_before),
        ];
        let relations = relations.into_iter().map(|(key, filter)| self.relation(key, filter));
        let relations: Vec<_> = relations.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        let has_other = relations.iter().any(|relation| relation.is_there);
        if !has_other && (it.cite == Cite::Other || it.apart_ms.is_some()) {
            return Err(self.wrong(&place, "only with `after` or `before` is there another stanza"));
        }
        let filter = it.filter.as_ref().map(|filter| self.filter("where", filter)).transpose()?;
        let actions = filter.as_ref().and_then(|filter| filter.only(ACTION));
        let actions = actions.map(|actions| actions.into_iter().map(str::to_owned).collect());
        Ok(Look {
            at: it.at,
            actions,
            filter,
            has: self.paths(&it.has)?,
            lacks: self.paths(&it.lacks)?,
            several: it.several.as_ref().map(|path| self.path(path)).transpose()?,
            order,
            relations,
            same_sender: it.same_sender,
            apart: it.apart_ms.map(|milliseconds| i64::from(milliseconds) * 1_000_000),
            watched: it.watched,
            per: it.per.as_ref().map(|path| self.path(path)).transpose()?,
            join: it.join,
            value: it.value.as_ref().map(|value| self.template(value)).transpose()?,
            values: it.values.as_ref().map(|path| self.path(path)).transpose()?,
            supports: self.support(&place, it.supports.as_ref().or(it.refutes.as_ref()))?,
            refutes: it.refutes.is_some(),
            proof: match it.strength {
                Level::Direct => Proof::Fixed(Strength::Direct),
                Level::Indirect => Proof::Fixed(Strength::Indirect),
                Level::Absence => Proof::Fixed(Strength::Absence),
                Level::AsBuilt => Proof::AsBuilt,
                Level::Originator => Proof::Originator,
            },
            routine: it.routine,
            once: match it.once {
                None | Some(Often::InCall(false)) => Once::No,
                Some(Often::InCall(true)) => Once::Call,
                Some(Often::In(Within::Stanza)) => Once::Stanza,
            },
            first: it.first,
            otherwise: it.otherwise,
            cite: it.cite,
            why: self.template(&it.why)?,
        })
    }
}

/// Reads what a question says of names.
///
/// # Errors
/// If a name is not one: with its place.
pub(super) fn names(text: &str, known: Vec<Spanned<String>>, words: Vec<Spanned<String>>) -> Result<Names, Wrong> {
    let wrong = known.iter().find(|name| {
        let name = name.get_ref().strip_prefix('@').unwrap_or(name.get_ref());
        name.contains('|') || patterns(name).is_none()
    });
    if let Some(name) = wrong {
        return Err(Wrong::at(text, name.span(), "expected @NAME of an attribute or the TAG of a child"));
    }
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if let Some(word) = words.iter().find(|word| !is_word(word.get_ref())) {
        return Err(Wrong::at(text, word.span(), "a word has letters and digits only: names are split at all others"));
    }
    let inner = |spanned: Vec<Spanned<String>>| spanned.into_iter().map(Spanned::into_inner).collect();
    Ok(Names { known: inner(known), words: inner(words) })
}
