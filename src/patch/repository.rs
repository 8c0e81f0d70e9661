//! A checkout of the spec's repository, as the files that a change can be made of.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::spec::{Checkout, CheckoutError, PAGES};
use crate::yaml::{Document, Node};

/// A kind of files of the spec: the folder that has them, below the checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// Entries of the stanza catalogue.
    Stanzas,
    /// Flows.
    Flows,
    /// Values of attributes.
    Enums,
    /// The normative parts on signalling.
    Signalling,
    /// Who contributed.
    Contributors,
    /// Client programs.
    Flavors,
    /// Sanitised stanzas.
    Captures,
}

impl Folder {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Stanzas, Self::Flows, Self::Enums, Self::Signalling, Self::Contributors, Self::Flavors, Self::Captures];

    /// Its path below the checkout.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Stanzas => "spec/stanzas",
            Self::Flows => "spec/flows",
            Self::Enums => "spec/enums",
            Self::Signalling => "spec/signalling",
            Self::Contributors => "spec/contributors",
            Self::Flavors => "spec/flavors",
            Self::Captures => "corpus/captures",
        }
    }

    /// The path of one of its files, by the id of what it holds.
    #[must_use]
    pub fn file(self, id: &str) -> String {
        format!("{}/{id}.yaml", self.path())
    }
}

/// Files of one folder that are read.
const FILES_LIMIT: usize = 20_000;

/// Bytes of a file that are read. The longest of the spec's has some twenty thousand.
const SIZE_LIMIT: u64 = 1 << 20;

/// A checkout of the spec's repository.
#[derive(Clone, Debug)]
pub struct Repository {
    root: PathBuf,
    /// By path below the root.
    files: BTreeMap<String, Document>,
    checkout: Checkout,
}

/// Why a folder is not a checkout that can be changed.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// It is no spec at all, or a page is invalid.
    #[error(transparent)]
    Checkout(#[from] CheckoutError),
    /// A file cannot be read.
    #[error("{path}: {error}")]
    Read {
        /// The file, below the checkout.
        path: String,
        /// The system's error.
        error: io::Error,
    },
    /// A file is invalid.
    #[error("{path}: {why}")]
    Invalid {
        /// The file, below the checkout.
        path: String,
        /// What is wrong, and on which line.
        why: String,
    },
    /// It holds something else.
    #[error("{0}: not a checkout of the call-signalling spec: {1}")]
    Other(PathBuf, &'static str),
}

impl Repository {
    /// Reads a checkout.
    ///
    /// # Errors
    /// If it is none, or a file cannot be read or is invalid.
    pub fn open(root: &Path) -> Result<Self, RepositoryError> {
        let checkout = Checkout::read(root)?;
        let other = |why| RepositoryError::Other(root.to_owned(), why);
        if !root.join(Folder::Stanzas.path()).is_dir() {
            return Err(other("it has no folder spec/stanzas"));
        }
        if !PAGES.iter().any(|page| checkout.page(page.name()).is_some()) {
            return Err(other("none of its pages is known"));
        }
        let mut files = BTreeMap::new();
        for folder in Folder::ALL {
            read_folder(root, folder, &mut files)?;
        }
        Ok(Self { root: root.to_owned(), files, checkout })
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its questions, and which clients derive from others.
    #[must_use]
    pub const fn checkout(&self) -> &Checkout {
        &self.checkout
    }

    /// A file, by its path below the checkout.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&Document> {
        self.files.get(path)
    }

    /// The files of a folder, by path.
    pub fn files(&self, folder: Folder) -> impl Iterator<Item = (&str, &Document)> {
        let inside = move |path: &str| path.strip_prefix(folder.path()).is_some_and(|rest| rest.starts_with('/'));
        self.files.iter().map(|(path, document)| (path.as_str(), document)).filter(move |(path, _)| inside(path))
    }

    /// The file of a folder that holds what has that id, and its path.
    #[must_use]
    pub fn find(&self, folder: Folder, id: &str) -> Option<(&str, &Document)> {
        self.files(folder).find(|(_, document)| id_of(document) == Some(id))
    }

    /// The ids of a folder's files.
    pub fn ids(&self, folder: Folder) -> impl Iterator<Item = &str> {
        self.files(folder).filter_map(|(_, document)| id_of(document))
    }
}

/// The id of what a file holds.
#[must_use]
pub(super) fn id_of(document: &Document) -> Option<&str> {
    document.root().text_of("id")
}

/// Reads the YAML files of a folder, if it is there.
fn read_folder(root: &Path, folder: Folder, files: &mut BTreeMap<String, Document>) -> Result<(), RepositoryError> {
    let listed = match fs::read_dir(root.join(folder.path())) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(RepositoryError::Read { path: folder.path().to_owned(), error }),
    };
    let names = listed.take(FILES_LIMIT).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    // What is hidden, or maps a client's sources, is not what the spec's own scripts read here.
    let is_page = |name: &String| name.ends_with(".yaml") && !name.ends_with(".map.yaml") && !name.starts_with('.');
    for name in names.filter(is_page) {
        let path = format!("{}/{name}", folder.path());
        let text = read(&root.join(&path)).map_err(|error| RepositoryError::Read { path: path.clone(), error })?;
        let invalid = |why: String| RepositoryError::Invalid { path: path.clone(), why };
        let document = Document::parse(text).map_err(|error| invalid(error.to_string()))?;
        if id_of(&document).is_none() {
            return Err(invalid("it has no `id`".to_owned()));
        }
        files.insert(path, document);
    }
    Ok(())
}

/// The text of a file that is not too large to be one of the spec's.
fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = fs::File::open(path)?.take(SIZE_LIMIT + 1).read_to_string(&mut text)?;
    if read as u64 > SIZE_LIMIT { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(text) }
}

/// One of the facts that coverage counts: an attribute or a child.
#[derive(Clone, Debug)]
pub(super) struct Entry<'d> {
    /// The elements from the stanza down to the attribute's, or to the child itself.
    pub(super) elements: Vec<&'d str>,
    /// The attribute; `None` for a child.
    pub(super) attribute: Option<&'d str>,
    /// What the page says about it.
    pub(super) node: &'d Node,
    /// Its path in the file.
    pub(super) at: String,
}

impl Entry<'_> {
    /// How the spec's own scripts name it: `call>offer>audio@rate`.
    #[must_use]
    pub(super) fn name(&self) -> String {
        fact_name(&self.elements, self.attribute)
    }
}

/// How the spec's own scripts name a fact: `call>offer>audio@rate`.
#[must_use]
pub(super) fn fact_name(elements: &[impl AsRef<str>], attribute: Option<&str>) -> String {
    let elements = elements.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(">");
    attribute.map_or_else(|| elements.clone(), |attribute| format!("{elements}@{attribute}"))
}

/// The attributes and children of a page of the stanza catalogue, each element's attributes before its children.
#[must_use]
pub(super) fn entries(page: &Document) -> Vec<Entry<'_>> {
    let mut found = Vec::new();
    let tag = page.root().text_of("tag").unwrap_or_default();
    add_entries(page.root(), &[tag], "", &mut found);
    found
}

fn add_entries<'d>(element: &'d Node, path: &[&'d str], at: &str, found: &mut Vec<Entry<'d>>) {
    let inside = |list: &str, index: usize| {
        if at.is_empty() { format!("{list}/{index}") } else { format!("{at}/{list}/{index}") }
    };
    for (index, node) in element.items_of("attributes").iter().enumerate() {
        let attribute = Some(node.text_of("name").unwrap_or_default());
        found.push(Entry { elements: path.to_vec(), attribute, node, at: inside("attributes", index) });
    }
    for (index, node) in element.items_of("children").iter().enumerate() {
        let elements: Vec<_> = path.iter().copied().chain([node.text_of("tag").unwrap_or_default()]).collect();
        let at = inside("children", index);
        found.push(Entry { elements: elements.clone(), attribute: None, node, at: at.clone() });
        add_entries(node, &elements, &at, found);
    }
}
