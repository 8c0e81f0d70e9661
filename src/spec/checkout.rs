//! A checkout of the spec's repository: the wording of its questions, which this program does not carry, and how its
//! pages stand to those that the program knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::index::{self, Entry};
use super::lineage::Lineage;
use super::page::fingerprint;
use super::pages;
use super::question::Question;

/// The folders of the spec's data that hold pages with questions.
const FOLDERS: [&str; 3] = ["signalling", "flows", "stanzas"];

/// Files looked at in one folder. The spec has a few dozen.
const FILES_LIMIT: usize = 1000;

/// Bytes of a page. The longest of the spec's has about twenty thousand.
const PAGE_LIMIT: u64 = 1 << 20;

/// The folder of the spec's data that describes client programs.
const FLAVORS: &str = "flavors";

/// A checkout of the spec's repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    pages: BTreeMap<String, Page>,
    lineage: Lineage,
}

/// A page as the checkout has it. All text is untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// How far it is agreed on: `draft`, `review`, `stable`.
    pub status: Option<String>,
    /// The confidence that it claims as a whole.
    pub confidence: Option<String>,
    /// The wording of its open questions, in order.
    pub questions: Vec<String>,
}

/// Why a folder is no checkout.
#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    /// It cannot be read.
    #[error("{path}: {error}")]
    Read {
        /// What was read.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// None of the spec's folders is in it.
    #[error("{0}: not a spec checkout: expected `signalling`, `flows` or `stanzas`, directly or under `spec/`")]
    NoSpec(PathBuf),
    /// A page is none.
    #[error("{path}: {why}")]
    Page {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// How a checkout differs from the spec that this program knows.
#[derive(Clone, Debug)]
pub enum Difference {
    /// The checkout asks what the program does not know.
    Unknown {
        /// The page's name and the question's number.
        place: String,
        /// Its wording. Untrusted text.
        wording: String,
    },
    /// The program knows a question that its page no longer asks.
    Gone(Entry),
    /// The question is there under another number.
    Moved(Entry, usize),
    /// The question is there in other words: whether it still means the same is to be read.
    Reworded(Entry),
}

/// A page's file, as far as it is of interest.
#[derive(Debug, Deserialize)]
struct File {
    id: String,
    code: Option<String>,
    title: Option<String>,
    display_name: Option<String>,
    status: Option<String>,
    confidence: Option<String>,
    #[serde(default)]
    open_questions: Vec<String>,
}

/// A client program, as far as it is of interest.
#[derive(Debug, Deserialize)]
struct Flavor {
    id: String,
    #[serde(default)]
    derives_from: Vec<String>,
}

impl Checkout {
    /// Reads the pages of a checkout: of the repository, or of its folder `spec`.
    ///
    /// # Errors
    /// If the folder holds no spec, or a file in it cannot be read or is no page.
    pub fn read(folder: &Path) -> Result<Self, CheckoutError> {
        fs::read_dir(folder).map_err(failed(folder))?;
        let roots = [folder.join("spec"), folder.to_owned()];
        let root = roots.iter().find(|root| FOLDERS.iter().any(|name| root.join(name).is_dir()));
        let root = root.ok_or_else(|| CheckoutError::NoSpec(folder.to_owned()))?;
        let mut pages = BTreeMap::new();
        for folder in FOLDERS.map(|name| root.join(name)).iter().filter(|folder| folder.is_dir()) {
            for (path, text) in texts(folder)? {
                let (name, page) = read_page(&text).map_err(|why| CheckoutError::Page { path, why })?;
                pages.insert(name, page);
            }
        }
        let flavors = root.join(FLAVORS);
        let lineage = if flavors.is_dir() {
            let read = texts(&flavors)?.into_iter().map(|(path, text)| {
                let flavor: Flavor = parse(&text).map_err(|why| CheckoutError::Page { path, why })?;
                Ok((flavor.id, flavor.derives_from))
            });
            Lineage::of(read.collect::<Result<Vec<_>, _>>()?.into_iter())
        } else {
            Lineage::default()
        };
        Ok(Self { pages, lineage })
    }

    /// Which clients derive from one another, as the checkout says; as this program knows, if it describes none.
    #[must_use]
    pub const fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// The page of that name: a code, or an id where it has none.
    #[must_use]
    pub fn page(&self, name: &str) -> Option<&Page> {
        self.pages.get(name)
    }

    /// How many pages it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether it has no pages.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// The wording of a question, where its first page asks it.
    #[must_use]
    pub fn wording(&self, question: &Question) -> Option<&str> {
        self.wording_at(question.page, question.number?)
    }

    /// The wording of a page's question, by its words if the page still asks it anywhere, else by its number.
    #[must_use]
    pub fn wording_at(&self, page: &str, number: u8) -> Option<&str> {
        let known = usize::from(number).checked_sub(1)?;
        let index = self.index_of(page, known).unwrap_or(known);
        self.pages.get(page)?.questions.get(index).map(String::as_str)
    }

    /// Where a page asks a question in the words that this program knows, both from 0.
    fn index_of(&self, page: &str, known: usize) -> Option<usize> {
        let known = pages::page(page)?.questions.get(known)?.fingerprint;
        self.pages.get(page)?.questions.iter().position(|wording| fingerprint(wording) == known)
    }

    /// How its questions differ from those that this program knows, by page.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        let mut differences = Vec::new();
        let mut answered: BTreeSet<(&str, usize)> = BTreeSet::new();
        for entry in index::all() {
            let place = usize::from(entry.number).saturating_sub(1);
            let index = self.index_of(entry.page, place);
            let asked = self.pages.get(entry.page).map_or(0, |page| page.questions.len());
            match index {
                Some(index) if index == place => {}
                Some(index) => differences.push(Difference::Moved(entry, index + 1)),
                None if place < asked && !self.is_known_elsewhere(entry.page, place) => {
                    differences.push(Difference::Reworded(entry));
                }
                None => {
                    differences.push(Difference::Gone(entry));
                    continue;
                }
            }
            answered.insert((entry.page, index.unwrap_or(place)));
        }
        for (name, page) in &self.pages {
            for (index, wording) in page.questions.iter().enumerate() {
                if !answered.contains(&(name.as_str(), index)) {
                    let place = format!("{name} #{}", index + 1);
                    differences.push(Difference::Unknown { place, wording: wording.clone() });
                }
            }
        }
        differences
    }

    /// Whether the question at a place is another one of those that the index has for the page.
    fn is_known_elsewhere(&self, page: &str, index: usize) -> bool {
        let wording = self.pages.get(page).and_then(|page| page.questions.get(index));
        let known = pages::page(page).map_or(&[][..], |page| page.questions);
        wording.is_some_and(|wording| known.iter().any(|asked| asked.fingerprint == fingerprint(wording)))
    }
}

/// The error of a file or folder that cannot be read.
fn failed(path: &Path) -> impl FnOnce(io::Error) -> CheckoutError {
    let path = path.to_owned();
    |error| CheckoutError::Read { path, error }
}

/// The YAML files in a folder, by name.
fn texts(folder: &Path) -> Result<Vec<(PathBuf, String)>, CheckoutError> {
    let entries = fs::read_dir(folder).map_err(failed(folder))?;
    let mut files: Vec<_> = entries.take(FILES_LIMIT).filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    files.sort();
    let text = |path: PathBuf| {
        let mut text = String::new();
        let file = fs::File::open(&path).map_err(failed(&path))?;
        file.take(PAGE_LIMIT).read_to_string(&mut text).map_err(failed(&path))?;
        Ok((path, text))
    };
    files.into_iter().map(text).collect()
}

/// Parses a file.
fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let limits = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: 32, max_nodes: 50_000, max_aliases: 100, max_anchors: 100 },
    };
    serde_saphyr::from_str_with_options(text, limits)
        .map_err(|error| error.to_string().lines().next().unwrap_or("not readable").to_owned())
}

/// Reads a page, and its name.
fn read_page(text: &str) -> Result<(String, Page), String> {
    let file: File = parse(text)?;
    let title = file.title.or(file.display_name).unwrap_or_default();
    let page = Page { title, status: file.status, confidence: file.confidence, questions: file.open_questions };
    Ok((file.code.unwrap_or(file.id), page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_page_is_refused() {
        assert!(read_page("id: x\nopen_questions: [a, b]\n").is_ok());
        assert!(read_page("id: x\nopen_questions: 3\n").is_err());
        assert!(read_page("- 1\n").is_err());
        assert!(read_page(&format!("id: {}x{}", "[".repeat(100), "]".repeat(100))).is_err());
        assert!(matches!(Checkout::read(Path::new("captures")), Err(CheckoutError::NoSpec(_))));
        assert!(matches!(Checkout::read(Path::new("no such folder")), Err(CheckoutError::Read { .. })));
    }
}
