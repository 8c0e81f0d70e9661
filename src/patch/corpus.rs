//! The entries of the corpus that a change cites: one sanitised stanza each.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use super::facts::Place;
use super::repository::{Folder, id_of};
use super::test_servers::TEST_SERVER;
use crate::call::Row;
use crate::redact::Sanitised;
use crate::report::{self, Form, Report, Shown, Subject};
use crate::yaml::{Data, Document, Edit};

/// Who hands the change in, and what is to be said of the captures.
#[derive(Clone, Debug, Default)]
pub struct Credit {
    /// The contributor's id in the spec.
    pub contributor: Option<String>,
    /// The date of the captures, where the user gives it.
    pub captured_at: Option<String>,
}

impl Credit {
    /// An entry of the corpus with what is to be said in it.
    ///
    /// # Errors
    /// If it is no entry.
    pub fn added_to(&self, entry: &str) -> Result<String, crate::yaml::NoEdit> {
        let mut document = Document::parse(entry)?;
        let given = [("contributor", &self.contributor), ("captured_at", &self.captured_at)];
        for (key, value) in given.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
            let value = if key == "captured_at" { Data::Quoted(value.clone()) } else { Data::word(value) };
            document = document.apply(&Edit::Add {
                at: "source".to_owned(),
                key,
                value,
                after: &["technique", "contributor"],
            })?;
        }
        Ok(document.text().to_owned())
    }
}

/// The entries that are cited.
pub(super) struct Corpus<'s> {
    sanitised: &'s Sanitised,
    digests: &'s [Option<String>],
    credit: &'s Credit,
    /// By id.
    cited: BTreeMap<String, Place>,
    /// Those that the checkout has, each with its technique.
    known: BTreeMap<String, String>,
}

impl<'s> Corpus<'s> {
    pub(super) fn new(
        draft: &Draft<'_>,
        sanitised: &'s Sanitised,
        digests: &'s [Option<String>],
        credit: &'s Credit,
    ) -> Self {
        let entry = |(_, entry): (&str, &Document)| {
            let technique = entry.at("source/technique").and_then(|node| node.text()).unwrap_or_default();
            Some((id_of(entry)?.to_owned(), technique.to_owned()))
        };
        let known = draft.repository.files(Folder::Captures).filter_map(entry).collect();
        Self { sanitised, digests, credit, cited: BTreeMap::new(), known }
    }

    pub(super) fn row(&self, place: Place) -> Option<&'s Row> {
        self.sanitised.analysis().calls.get(place.call)?.call.rows.get(place.row)
    }

    /// The id of a stanza's entry; `None` if its capture could not be read again.
    pub(super) fn id(&self, place: Place) -> Option<String> {
        report::corpus_id(self.digests, &self.row(place)?.observed)
    }

    /// The entry of one of these stanzas: one that is cited already if there is one, else the first.
    pub(super) fn cite(&mut self, places: &[Place]) -> Option<String> {
        let ids = || places.iter().filter_map(|place| Some((self.id(*place)?, *place)));
        let is_cited = |id: &String| self.cited.contains_key(id) || self.known.contains_key(id);
        let (id, place) = ids().find(|(id, _)| is_cited(id)).or_else(|| ids().next())?;
        self.cited.insert(id.clone(), place);
        Some(id)
    }

    /// Techniques of the entries that a text cites.
    pub(super) fn techniques_in<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let cited = ids_in(text);
        cited.filter_map(|id| self.known.get(id)).map(String::as_str)
    }

    /// Whether a text cites an entry of one of the captures that are read now, and if so which.
    pub(super) fn captures_in(&self, text: &str) -> BTreeSet<usize> {
        let prefix = |digest: &Option<String>| Some(format!("ringtrace-{}-", digest.as_deref()?.get(..12)?));
        let own: Vec<_> = self.digests.iter().map(prefix).collect();
        let of = |id: &str| own.iter().position(|own| own.as_ref().is_some_and(|own| id.starts_with(own.as_str())));
        ids_in(text).filter_map(of).collect()
    }

    /// Adds the entries that are not there yet. One that is stays as it is: if it says otherwise, that is a conflict.
    pub(super) fn add_to(self, draft: &mut Draft<'_>, is_test: impl Fn(Place) -> bool) {
        for (id, place) in &self.cited {
            let file = Folder::Captures.file(id);
            match self.entry(*place) {
                Ok(entry) => {
                    let known =
                        draft.repository.find(Folder::Captures, id).map(|(path, known)| (path.to_owned(), known));
                    match known {
                        None => {
                            let entry = if is_test(*place) { of_test_server(&entry) } else { entry };
                            let title = entry.root().text_of("title").unwrap_or_default().to_owned();
                            draft.put(&file, entry, format!("evidence: {title}"));
                        }
                        Some((path, known)) => {
                            let differs = ["stanza_tag", "direction", "confidence"]
                                .into_iter()
                                .find(|key| known.root().text_of(key) != entry.root().text_of(key));
                            if let Some(key) = differs {
                                draft.conflict(
                                    &path,
                                    key,
                                    format!("the entry has another `{key}` than the capture; kept as it is"),
                                );
                            }
                        }
                    }
                }
                Err(why) => draft.conflict(&file, "", format!("not written: {why}")),
            }
        }
    }

    fn entry(&self, place: Place) -> Result<Document, String> {
        let shown = Some(Shown::Row { call: place.call, row: place.row });
        let (sanitised, digests) = (self.sanitised, self.digests);
        let report = Report {
            sanitised,
            digests,
            subject: Subject::Call(place.call),
            form: Form::Corpus,
            stanza: shown,
            filter: None,
        };
        let entry = report.draft().map_err(|unfit| unfit.to_string())?.body;
        let entry = self.credit.added_to(&entry).map_err(|error| error.to_string())?;
        Document::parse(entry).map_err(|error| error.to_string())
    }
}

/// How the sources of a fact cite an entry.
pub(super) fn citation(id: &str) -> String {
    Folder::Captures.file(id)
}

/// The ids of ringtrace's entries in a text.
fn ids_in(text: &str) -> impl Iterator<Item = &str> {
    let is_of_id = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.split(move |c| !is_of_id(c)).filter(|word| word.starts_with("ringtrace-"))
}

/// An entry that says that its server was a test server.
fn of_test_server(entry: &Document) -> Document {
    let say = |at: &str| Edit::Append { at: at.to_owned(), text: TEST_SERVER.to_owned(), is_paragraph: true };
    ["title", "notes"].iter().fold(entry.clone(), |entry, at| entry.apply(&say(at)).unwrap_or(entry))
}
