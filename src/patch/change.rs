//! A change of the spec, drafted from captures.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::contradictions::{self, Discrepancy};
use super::corpus::{Corpus, Credit};
use super::coverage::Coverage;
use super::diff::added;
use super::draft::{Conflict, Draft};
use super::facts::{Catalogue, Facts, Place};
use super::parts::{self, Closed, Closing};
use super::repository::{Folder, Repository};
use super::stanza_pages::{self, Left, Pages};
use super::test_servers::{TEST_SERVER, TestServers};
use super::{enum_pages, flow_pages};
use crate::analysis::Analysis;
use crate::redact::{Leak, Redactor};
use crate::spec::Sessions;
use crate::yaml::{Data, Document, Kind, Node, Style};

/// What a change is to be made of.
#[derive(Debug)]
pub struct Request<'r> {
    /// The checkout.
    pub repository: &'r Repository,
    /// What sanitises them.
    pub redactor: &'r Redactor,
    /// The SHA-256 of each capture; `None` of one that can be read only once.
    pub digests: &'r [Option<String>],
    /// The indexes of the calls that are considered.
    pub calls: &'r [usize],
    /// Which of them were recorded against test servers.
    pub test_servers: &'r TestServers,
    /// Whether those count.
    pub allow_test_servers: bool,
    /// Who hands it in.
    pub credit: &'r Credit,
    /// The name of a contributor whom the spec does not know yet.
    pub new_contributor: Option<&'r str>,
    /// Which questions to close.
    pub closing: &'r Closing,
    /// The date of the change: `2026-06-24`.
    pub date: &'r str,
    /// Threads that judge calls.
    pub jobs: usize,
}

/// A file of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Its path below the checkout.
    pub path: String,
    /// Its text until now; `None` if it is new.
    pub before: Option<String>,
    /// Its text.
    pub after: String,
    /// What was written into it, and why.
    pub why: Vec<String>,
}

/// A change of the spec.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its files, by path.
    pub files: Vec<FileChange>,
    /// What was not written, since a person had edited it.
    pub conflicts: Vec<Conflict>,
    /// Questions that were answered or named.
    pub questions: Vec<Closed>,
    /// What stands against the spec.
    pub discrepancies: Vec<Discrepancy>,
    /// Facts that the captures show and do not raise.
    pub left: Vec<Left>,
    /// Actions that no page describes, with the number of their stanzas.
    pub without_page: Vec<(String, u64)>,
    /// The coverage before and after it.
    pub coverage: [Coverage; 2],
    /// The calls that it is drafted from.
    pub calls: usize,
    /// Calls of test servers that were left aside.
    pub set_aside: usize,
    /// Calls of captures that could not be read again, which no entry of the corpus can cite.
    pub not_citable: usize,
    /// Whether evidence of test servers is in it.
    pub is_test: bool,
    /// The SHA-256 of the first capture that can be cited.
    pub digest: Option<String>,
}

impl Change {
    /// Drafts a change from captures, which nobody needs any more.
    #[must_use]
    pub fn draft(analysis: Arc<Analysis>, request: &Request<'_>) -> Self {
        let is_test_call =
            |index: &usize| analysis.calls.get(*index).is_some_and(|judged| request.test_servers.has(&judged.call));
        let is_citable = |index: &usize| {
            let captures = analysis.calls.get(*index).map(|judged| judged.call.captures()).unwrap_or_default();
            captures
                .iter()
                .all(|id| usize::try_from(id.0).is_ok_and(|at| matches!(request.digests.get(at), Some(Some(_)))))
        };
        let citable: Vec<usize> = request.calls.iter().copied().filter(is_citable).collect();
        let tests: BTreeSet<usize> = citable.iter().copied().filter(is_test_call).collect();
        let is_test = request.allow_test_servers && !tests.is_empty();
        let counts = |index: &usize| is_test || !tests.contains(index);
        let calls: Vec<usize> = citable.iter().copied().filter(counts).collect();
        let repository = request.repository;
        let sessions = Sessions::of(calls.iter().filter_map(|index| analysis.calls.get(*index)));
        let catalogue = Catalogue::of(repository, &sessions);
        let places: HashMap<usize, usize> = calls.iter().enumerate().map(|(place, index)| (*index, place)).collect();
        let mut facts = Facts::default();
        let mut sanitised = request.redactor.sanitise_last_showing(analysis, |index, call| {
            if let Some(place) = places.get(&index) {
                facts.add(&catalogue, *place, call);
            }
        });
        if calls.len() < sanitised.analysis().calls.len() {
            sanitised = sanitised.narrowed(&calls);
        }
        let clean = sanitised.analysis();
        clean.judge(request.jobs);
        let lineage = repository.checkout().lineage();
        let pages = Pages { lineage, contributor: request.credit.contributor.as_deref(), is_test };
        let mut draft = Draft::new(repository);
        let mut corpus = Corpus::new(&draft, &sanitised, request.digests, request.credit);
        let left = stanza_pages::write(&mut draft, &mut corpus, &facts, &pages);
        flow_pages::write(&mut draft, &mut corpus, (clean, &sessions), &pages);
        enum_pages::write(&mut draft, &mut corpus, &facts, &pages);
        let closing = (request.closing, request.date);
        let findings = clean.findings();
        let questions = parts::write(&mut draft, &mut corpus, &findings, (clean, &sessions), &pages, closing);
        let against = (&sanitised, findings.as_slice());
        let discrepancies = contradictions::reports(against, request.digests, &facts, &corpus, is_test);
        let is_of_test = |place: Place| is_test && calls.get(place.call).is_some_and(|index| tests.contains(index));
        corpus.add_to(&mut draft, is_of_test);
        register(&mut draft, request);
        let stanzas = || repository.files(Folder::Stanzas);
        let before = Coverage::of(stanzas().map(|(_, page)| page));
        let after = Coverage::of(stanzas().map(|(path, page)| draft.file(path).unwrap_or(page)));
        let conflicts: BTreeSet<_> = draft.conflicts.drain(..).collect();
        let files = draft.into_files().map(|(path, before, document, why)| {
            let after = if is_test { flagged(before.as_deref(), &document) } else { document.text().to_owned() };
            FileChange { path, before, after, why }
        });
        Self {
            files: files.collect(),
            conflicts: conflicts.into_iter().collect(),
            questions,
            discrepancies,
            left,
            without_page: facts.without_page.into_iter().collect(),
            coverage: [before, after],
            calls: calls.len(),
            set_aside: if is_test { 0 } else { tests.len() },
            not_citable: request.calls.len() - citable.len(),
            is_test,
            digest: request.digests.iter().flatten().next().cloned(),
        }
    }

    /// Checks that no identifier of the captures is in what it adds. What the files had before is not the user's.
    ///
    /// # Errors
    /// If one is: the file, and what was found.
    pub fn check(&self, redactor: &Redactor) -> Result<(), Vec<(String, Leak)>> {
        let added = |file: &FileChange| {
            let added = added(file.before.as_deref(), &file.after);
            added.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n")
        };
        let files =
            self.files.iter().map(|file| (file.path.clone(), format!("{}\n{}", added(file), file.why.join("\n"))));
        let reports = self.discrepancies.iter().map(|it| (it.id.clone(), format!("{}\n{}", it.title, it.body)));
        let leaks = files.chain(reports).flat_map(|(name, text)| {
            let leaks = redactor.release(text).err().unwrap_or_default();
            leaks.into_iter().map(move |leak| (name.clone(), leak))
        });
        let leaks: Vec<_> = leaks.collect();
        if leaks.is_empty() { Ok(()) } else { Err(leaks) }
    }
}

/// Adds a contributor whom the spec does not know, if anything is written and the user gives a name.
fn register(draft: &mut Draft<'_>, request: &Request<'_>) {
    let Some((id, name)) = request.credit.contributor.as_deref().zip(request.new_contributor) else { return };
    if draft.is_empty() || draft.repository.ids(Folder::Contributors).any(|known| known == id) {
        return;
    }
    let entry = format!("id: {}\nname: {}\ngithub: {}\n", word(id), word(name), word(id));
    if let Ok(entry) = Document::parse(entry) {
        draft.put(&Folder::Contributors.file(id), entry, format!("new contributor {id}"));
    }
}

fn word(text: &str) -> String {
    Data::word(text).inline()
}

/// The text of a file in which every line that comes new says that it is on the evidence of a test server, where a line
/// can: in a comment, unless it says so itself or is part of a longer text.
fn flagged(before: Option<&str>, document: &Document) -> String {
    let mut inside = BTreeSet::new();
    add_inside(document, document.root(), &mut inside);
    let new: BTreeSet<_> = added(before, document.text()).into_iter().map(|(line, _)| line).collect();
    let lines = document.text().split_inclusive('\n').enumerate().map(|(number, line)| {
        let text = line.trim_end_matches(['\n', '\r']);
        if !new.contains(&number) || inside.contains(&number) || text.trim().is_empty() || text.contains(TEST_SERVER) {
            return line.to_owned();
        }
        format!("{text} # {TEST_SERVER}{}", line.get(text.len()..).unwrap_or_default())
    });
    let flagged: String = lines.collect();
    let is_same = Document::parse(flagged.clone()).is_ok_and(|flagged| flagged.means_the_same(document));
    if is_same { flagged } else { document.text().to_owned() }
}

/// Adds the numbers of the lines, from 0, at whose end a comment would be part of a text.
fn add_inside(document: &Document, node: &Node, inside: &mut BTreeSet<usize>) {
    match &node.kind {
        Kind::Scalar(_, style) => {
            let [from, until] = [node.span.start, node.span.end].map(|at| document.line(at) - 1);
            let is_block = matches!(style, Style::Literal | Style::Folded);
            inside.extend(from..if is_block { until + 1 } else { until });
        }
        Kind::Sequence(items, _) => items.iter().for_each(|item| add_inside(document, item, inside)),
        Kind::Mapping(entries, _) => {
            for (key, value) in entries {
                add_inside(document, key, inside);
                add_inside(document, value, inside);
            }
        }
    }
}
