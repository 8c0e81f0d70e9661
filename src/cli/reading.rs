//! What every command that reads captures takes: the files and their keys; and what it says of them.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use clap::Args;
use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::anomaly::{Diagnosis, Kind, Layer, Severity, Tally};
use ringtrace::filter;
use ringtrace::notes::{self, Shelf};
use ringtrace::protocol::tls;
use ringtrace::spec::Checkout;
use ringtrace::summary;
use ringtrace::tables::{RowFilter, Selection, Table};
use ringtrace::visible::visible;

use super::Verbosity;
use super::exit::{Exit, Failure};
use super::files::Files;
use super::settings::Settings;

/// Files and keys.
#[derive(Debug, Args)]
pub(super) struct Reading {
    #[command(flatten)]
    files: Files,

    /// A key log with the TLS secrets of the recorded connections, as SSLKEYLOGFILE names it.
    #[arg(long, value_name = "FILE")]
    tls_keylog: Vec<PathBuf>,

    /// A key log with the Noise keys of the recorded clients.
    #[arg(long, value_name = "FILE")]
    noise_keylog: Vec<PathBuf>,

    /// Does not look for key logs beside the captures.
    #[arg(long)]
    no_key_discovery: bool,

    /// How many threads read at a time; the output is the same. As many as there are processors, unless given.
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<usize>>,

    /// A checkout of the spec's repository, for the wording of its questions.
    #[arg(long, value_name = "DIR")]
    spec: Option<PathBuf>,
}

/// Which of the calls.
#[derive(Debug, Args)]
pub(super) struct Filtering {
    /// Only what an expression names, such as `action == terminate and reason == "timeout"`. Its fields are the
    /// tables' columns. Whole calls are chosen, but for rows of a table; `ringtrace explain filter` says more.
    #[arg(long, value_name = "EXPR")]
    filter: Option<String>,
}

impl Filtering {
    /// The filter as given.
    pub(super) fn text(&self) -> Option<String> {
        self.filter.clone()
    }

    /// The filter of calls, if one was given.
    ///
    /// # Errors
    /// If it is none; says where and why.
    pub(super) fn selection(&self) -> Result<Option<Selection>, Failure> {
        self.filter
            .as_deref()
            .map(|text| Selection::parse(text).map_err(|error| wrong_filter(text, &error)))
            .transpose()
    }

    /// The filter of calls, for a command that needs no captures.
    ///
    /// # Errors
    /// If it is none, or there is nothing to choose among.
    pub(super) fn selection_of(&self, reading: &Reading) -> Result<Option<Selection>, Failure> {
        if self.filter.is_some() && !reading.has_files() {
            return Err(Failure::Usage("--filter chooses among the calls of captures, and none is given".to_owned()));
        }
        self.selection()
    }

    /// The filter of a table's rows, if one was given.
    ///
    /// # Errors
    /// If it is none; says where and why.
    pub(super) fn row_filter(&self, table: Table) -> Result<Option<RowFilter>, Failure> {
        let parsed = |text: &String| RowFilter::parse(text, table).map_err(|error| wrong_filter(text, &error));
        self.filter.as_ref().map(parsed).transpose()
    }
}

impl Reading {
    /// Whether any capture is given, for commands that have something to say without.
    pub(super) const fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// Finds the captures, and reads the key logs.
    ///
    /// # Errors
    /// If a pattern is none or matches nothing, or a key log cannot be read.
    pub(super) fn prepare(&self, settings: &Settings) -> Result<Request, Failure> {
        Ok(self.prepare_but(settings, |_| false)?.0)
    }

    /// The same without the files that are no captures, which are given beside.
    ///
    /// # Errors
    /// As for all.
    pub(super) fn prepare_but(
        &self,
        settings: &Settings,
        is_none: impl Fn(&Path) -> bool,
    ) -> Result<(Request, Vec<Source>), Failure> {
        self.spec()?;
        let mut sources = Vec::new();
        let mut told = Vec::new();
        let mut others = Vec::new();
        for file in self.files.iter() {
            expand(&file.path, &mut sources)?;
            others.extend(sources.extract_if(told.len().., |source| source.path().is_some_and(&is_none)));
            told.resize(sources.len(), &file.told);
        }
        let mut key_logs = Vec::new();
        for (given, endings) in [(&self.tls_keylog, TLS_KEY_LOGS), (&self.noise_keylog, NOISE_KEY_LOGS)] {
            for log in given {
                // One file may hold both kinds of keys, and be named by both options.
                if !key_logs.contains(log) {
                    key_logs.push(log.clone());
                }
            }
            if !given.is_empty() || self.no_key_discovery || !settings.key_discovery {
                continue;
            }
            for found in sources.iter().filter_map(Source::path).flat_map(|path| key_logs_beside(path, endings)) {
                if !key_logs.contains(&found) {
                    if settings.verbosity >= Verbosity::Losses {
                        eprintln!("ringtrace: keys from {}", visible(&found.to_string_lossy()));
                    }
                    key_logs.push(found);
                }
            }
        }
        let mut shelf = Shelf::default();
        for source in &sources {
            let beside = source.path().map(notes_beside);
            let text = beside.as_deref().map_or_else(|| Ok(String::new()), notes_in)?;
            shelf.add(beside, &text);
        }
        let mut request = Request::new(sources);
        request.set_shelf(shelf);
        if let Some(jobs) = self.jobs.or_else(|| thread::available_parallelism().ok()) {
            request.use_jobs(jobs);
        }
        for (index, told) in told.into_iter().enumerate() {
            request.tell(index, told.clone());
        }
        for path in key_logs {
            let name = path.to_string_lossy().into_owned();
            let read = File::open(&path).and_then(|file| request.read_key_log(name.clone(), BufReader::new(file)));
            read.map_err(|error| Failure::KeyLog { path: visible(&name).into_owned(), error })?;
        }
        Ok((request, others))
    }

    /// The checkout of the spec, if one was given.
    ///
    /// # Errors
    /// If it is none.
    pub(super) fn spec(&self) -> Result<Option<Checkout>, Failure> {
        checkout(self.spec.as_deref())
    }
}

/// The checkout of the spec in a folder, if one was given.
///
/// # Errors
/// If it is none.
pub(super) fn checkout(folder: Option<&Path>) -> Result<Option<Checkout>, Failure> {
    let read = folder.map(Checkout::read).transpose();
    read.map_err(|error| Failure::Usage(visible(&error.to_string()).into_owned()))
}

/// The notes in a file; none where there is no such file.
fn notes_in(file: &Path) -> Result<String, Failure> {
    match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|error| Failure::Notes { path: visible(&file.to_string_lossy()).into_owned(), error }),
    }
}

/// The file of the notes on a capture.
fn notes_beside(capture: &Path) -> PathBuf {
    let mut name = capture.file_name().unwrap_or_default().to_owned();
    name.push(notes::SUFFIX);
    capture.with_file_name(name)
}

/// Why a filter is none, with a mark below the place.
fn wrong_filter(text: &str, error: &filter::Error) -> Failure {
    let before = visible(text.get(..error.at).unwrap_or(text)).chars().count();
    Failure::Usage(format!("--filter: {error}\n  {}\n  {}^", visible(text), " ".repeat(before)))
}

/// A file is itself, `-` is standard input, a folder all files below it, and a pattern what it matches.
fn expand(file: &Path, sources: &mut Vec<Source>) -> Result<(), Failure> {
    if file == Path::new("-") {
        sources.push(Source::StandardInput);
        return Ok(());
    }
    if file.is_dir() {
        files_below(file, sources);
        return Ok(());
    }
    let text = file.to_string_lossy();
    if file.exists() || !text.contains(['*', '?', '[']) {
        sources.push(Source::File(file.to_owned()));
        return Ok(());
    }
    let usage = |why: String| Failure::Usage(format!("{}: {why}", visible(&text)));
    let matches = glob::glob(&text).map_err(|error| usage(error.to_string()))?;
    let before = sources.len();
    for path in matches.filter_map(Result::ok) {
        if path.is_dir() {
            files_below(&path, sources);
        } else {
            sources.push(Source::File(path));
        }
    }
    if sources.len() == before { Err(usage("no file matches".to_owned())) } else { Ok(()) }
}

/// The files in a folder and those below it, by path. Some of them may be no captures: that is no loss.
fn files_below(folder: &Path, sources: &mut Vec<Source>) {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            // Reading it as a file says why it cannot be read.
            sources.push(Source::File(folder));
            continue;
        };
        for entry in entries.filter_map(Result::ok) {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) if entry.path().is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    sources.extend(found.into_iter().map(Source::FileInFolder));
}

/// How files are named that have TLS secrets.
const TLS_KEY_LOGS: [&str; 2] = [".sslkeylog.txt", ".keylog"];

/// How files are named that have Noise keys.
const NOISE_KEY_LOGS: [&str; 2] = [".noisekeys.txt", ".noisekeys-private.txt"];

/// The key logs that belong to a capture by their names: the capture's file name, cut at each of its dots, longest
/// first, and an ending that says what it is.
fn key_logs_beside(capture: &Path, endings: [&str; 2]) -> Vec<PathBuf> {
    let Some(name) = capture.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let cuts = std::iter::once(name.len()).chain(name.rmatch_indices('.').map(|(dot, _)| dot)).filter(|cut| *cut > 0);
    for cut in cuts {
        let stem = name.get(..cut).unwrap_or(name);
        let candidates = endings.iter().map(|ending| capture.with_file_name(format!("{stem}{ending}")));
        let found: Vec<_> = candidates.filter(|candidate| candidate.is_file()).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Says on standard error what could not be read, and what to do about it.
pub(super) fn report(analysis: &Analysis, verbosity: Verbosity) {
    let least = match verbosity {
        Verbosity::Quiet => return,
        Verbosity::Losses => Severity::Loss,
        Verbosity::Everything => Severity::Note,
    };
    for capture in &analysis.captures {
        if let Some(failure) = &capture.failure {
            eprintln!("ringtrace: {}: {}", visible(&capture.name), visible(failure));
        }
    }
    // Where there is nothing to show, the reason is worth more than a note.
    let none_found = analysis.calls.is_empty();
    let says_why = |tally: &Tally| {
        let Diagnosis { severity, layer, kind, .. } = tally.diagnosis;
        *severity >= least || (none_found && (*layer, *kind) == (Layer::Input, Kind::Missing))
    };
    let said: Vec<_> = analysis.anomalies.iter().filter(|tally| says_why(tally)).collect();
    for (index, tally) in said.iter().enumerate() {
        eprintln!("ringtrace: {}", summary::anomaly(analysis, tally));
        let again =
            said.get(index + 1..).is_some_and(|later| later.iter().any(|later| later.diagnosis == tally.diagnosis));
        if !tally.diagnosis.next.is_empty() && !again {
            eprintln!("ringtrace:   {}", tally.diagnosis.next);
        }
        if tally.diagnosis == &tls::NO_KEY
            && let Some(log) = std::env::var_os("SSLKEYLOGFILE").filter(|log| !log.is_empty())
        {
            let log = log.to_string_lossy();
            eprintln!("ringtrace:   SSLKEYLOGFILE is set: try --tls-keylog {}", visible(&log));
        }
    }
    if analysis.calls.is_empty() && analysis.captures.iter().any(|capture| capture.failure.is_none()) {
        eprintln!("ringtrace: no calls were found");
    }
}

/// The exit code that follows from what was read.
pub(super) fn exit(analysis: &Analysis) -> Exit {
    if analysis.is_lossy() { Exit::Lost } else { Exit::Done }
}
