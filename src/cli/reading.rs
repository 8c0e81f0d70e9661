//! The arguments of every command that reads captures: files, keys and filter.

mod newcomers;

use std::fs::{self, File};
use std::io::{self, BufReader, IsTerminal, Read};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use clap::Args;
use ringtrace::analysis::{Capture, KeyLogPlaces, Request, Source};
use ringtrace::filter;
use ringtrace::input;
use ringtrace::keys;
use ringtrace::notes::{self, Shelf};
use ringtrace::output::Inputs;
use ringtrace::spec::Checkout;
use ringtrace::tables::{RowFilter, Selection, Table};
use ringtrace::visible::visible;

use super::exit::Failure;
use super::files::{Files, Given, INPUT, expand};
use super::settings::{Settings, Verbosity};

/// The heading of options about which calls are meant.
pub(super) const SELECTION: &str = "Selection options";

/// The captures, and how to read them.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = INPUT)]
pub(super) struct Reading {
    #[command(flatten)]
    files: Files,

    /// TLS key log of the captured connections (SSLKEYLOGFILE format).
    #[arg(long, value_name = "FILE")]
    tls_keylog: Vec<PathBuf>,

    /// Noise key log of the captured clients (see docs/keys.md).
    #[arg(long, value_name = "FILE")]
    noise_keylog: Vec<PathBuf>,

    /// Don't look for key logs next to the captures.
    #[arg(long)]
    no_key_discovery: bool,

    /// Number of threads (does not affect the output) [default: number of CPUs].
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<usize>>,

    /// Checkout of the spec's repository, for the wording of its questions and for which clients derive from others.
    #[arg(long, value_name = "DIR")]
    spec: Option<PathBuf>,

    /// Key logs that were opened in the interface. They do not turn discovery off.
    #[arg(skip)]
    opened_key_logs: Vec<PathBuf>,
}

/// Which calls to include.
#[derive(Debug, Args)]
#[command(next_help_heading = SELECTION)]
pub(super) struct Filtering {
    /// Only include calls matching EXPR, e.g. `action == terminate and reason == "timeout"`. Fields are table columns
    /// (see `ringtrace explain filter`). Selects whole calls, except for `export` and `stats`, which select rows.
    #[arg(long, value_name = "EXPR")]
    filter: Option<String>,
}

impl Filtering {
    /// The expression as given.
    pub(super) fn text(&self) -> Option<String> {
        self.filter.clone()
    }

    /// The filter of calls, if one was given.
    ///
    /// # Errors
    /// If the expression is invalid: where and why.
    pub(super) fn selection(&self) -> Result<Option<Selection>, Failure> {
        self.filter
            .as_deref()
            .map(|text| Selection::parse(text).map_err(|error| wrong_filter(text, &error)))
            .transpose()
    }

    /// The filter of calls, for a command that can be run without captures.
    ///
    /// # Errors
    /// If the expression is invalid, or there are no captures to filter.
    pub(super) fn selection_of(&self, reading: &Reading) -> Result<Option<Selection>, Failure> {
        if self.filter.is_some() && !reading.has_files() {
            return Err(Failure::Usage("--filter requires at least one capture".to_owned()));
        }
        self.selection()
    }

    /// The filter of a table's rows, if one was given.
    ///
    /// # Errors
    /// If the expression is invalid: where and why.
    pub(super) fn row_filter(&self, table: Table) -> Result<Option<RowFilter>, Failure> {
        let parsed = |text: &String| RowFilter::parse(text, table).map_err(|error| wrong_filter(text, &error));
        self.filter.as_ref().map(parsed).transpose()
    }
}

impl Reading {
    /// Returns whether any capture was given; some commands can be run without.
    pub(super) const fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// Finds the captures, and reads the key logs.
    ///
    /// # Errors
    /// If a pattern is invalid or matches nothing, or a key log cannot be read.
    pub(super) fn prepare(&self, settings: &Settings) -> Result<Request, Failure> {
        Ok(self.prepare_without(settings, |_| false)?.0)
    }

    /// Returns whether standard input is among the captures.
    pub(super) fn has_standard_input(&self) -> bool {
        self.paths().any(|path| path == Path::new("-"))
    }

    /// The key logs that were named.
    fn key_logs(&self) -> impl Iterator<Item = &Path> {
        let logs = self.opened_key_logs.iter().chain(&self.tls_keylog).chain(&self.noise_keylog);
        logs.map(PathBuf::as_path)
    }

    /// The same without the files that are not captures, which are returned separately.
    ///
    /// # Errors
    /// As [`Self::prepare`].
    pub(super) fn prepare_without(
        &self,
        settings: &Settings,
        is_other: impl Fn(&Path) -> bool,
    ) -> Result<(Request, Vec<Source>), Failure> {
        self.prepare_files(self.files.iter().enumerate(), settings, is_other)
    }

    /// The paths of the FILEs, as given.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// The same as [`Self::prepare`] for one of the FILEs alone.
    ///
    /// # Errors
    /// As [`Self::prepare`].
    pub(super) fn prepare_one(&self, file: usize, settings: &Settings) -> Result<Request, Failure> {
        Ok(self.prepare_files(self.files.iter().enumerate().skip(file).take(1), settings, |_| false)?.0)
    }

    fn prepare_files<'f>(
        &self,
        files: impl Iterator<Item = (usize, &'f Given)>,
        settings: &Settings,
        is_other: impl Fn(&Path) -> bool,
    ) -> Result<(Request, Vec<Source>), Failure> {
        let spec = self.spec()?;
        let mut sources = Vec::new();
        let mut overrides = Vec::new();
        let mut others = Vec::new();
        for (index, file) in files {
            expand(&file.path, &mut sources)?;
            others.extend(sources.extract_if(overrides.len().., |source| source.path().is_some_and(&is_other)));
            overrides.resize(sources.len(), (self.files.is_opened_later(index), &file.overrides));
        }
        // Where captures tell the same, the first is cited: by name, so that the order of the arguments changes nothing. What
        // was opened later comes last, so that what was open keeps its place.
        let mut captures: Vec<_> = sources.into_iter().zip(overrides).collect();
        captures.sort_by(|(one, (one_later, _)), (other, (other_later, _))| {
            (one_later, one.path()).cmp(&(other_later, other.path()))
        });
        let (sources, overrides): (Vec<_>, Vec<_>) = captures.into_iter().unzip();
        let mut key_logs = self.opened_key_logs.clone();
        let mut awaited_key_logs: Vec<KeyLogPlaces> = Vec::new();
        for (given, endings) in [(&self.tls_keylog, TLS_KEY_LOGS), (&self.noise_keylog, NOISE_KEY_LOGS)] {
            for log in given {
                // One file may hold both kinds of keys and be given for both.
                if !key_logs.contains(log) {
                    key_logs.push(log.clone());
                }
            }
            if !given.is_empty() || self.no_key_discovery || !settings.key_discovery {
                continue;
            }
            for path in sources.iter().filter_map(Source::path) {
                let places = key_log_places(path, endings);
                let found = places.found();
                if found.is_empty() {
                    awaited_key_logs.push(places);
                }
                for log in found {
                    if !key_logs.contains(&log) {
                        if settings.verbosity >= Verbosity::Losses {
                            errln!("ringtrace: using keys from {}", visible(&log.to_string_lossy()));
                        }
                        key_logs.push(log);
                    }
                }
            }
        }
        let mut shelf = Shelf::default();
        for source in &sources {
            let path = source.path().map(notes_path);
            let text = path.as_deref().map_or_else(|| Ok(String::new()), notes_in)?;
            shelf.add(path, &text);
        }
        let mut request = Request::new(sources);
        request.set_shelf(shelf);
        if let Some(spec) = spec {
            request.set_lineage(spec.lineage().clone());
        }
        if let Some(jobs) = self.jobs.or_else(|| thread::available_parallelism().ok()) {
            request.use_jobs(jobs);
        }
        for (index, (_, overrides)) in overrides.into_iter().enumerate() {
            request.set_overrides(index, overrides.clone());
        }
        awaited_key_logs.into_iter().for_each(|places| request.await_key_logs(places));
        for path in key_logs {
            let name = path.to_string_lossy().into_owned();
            let read = File::open(&path).and_then(|file| request.read_key_log(name.clone(), BufReader::new(file)));
            read.map_err(|error| Failure::Read { path: visible(&name).into_owned(), error })?;
        }
        Ok((request, others))
    }

    /// The files that are read, or would be if they were there. If the one `output` is known, only that of a folder's files,
    /// and only if it is a capture: earlier results may lie among them.
    ///
    /// # Errors
    /// If a pattern is invalid or matches nothing.
    pub(super) fn inputs(&self, settings: &Settings, output: Option<&Path>) -> Result<Inputs, Failure> {
        let mut inputs = Inputs::default();
        let mut sources = Vec::new();
        for file in self.files.iter() {
            expand(&file.path, &mut sources)?;
        }
        for source in &sources {
            match source {
                Source::File(path) => inputs.add(path),
                Source::StandardInput => inputs.add(Path::new("/dev/stdin")),
                Source::FileInFolder(path) => {
                    let is_output = |output| {
                        let mut this = Inputs::default();
                        this.add(path);
                        this.contains(output)
                    };
                    let is_capture = || {
                        let read = Request::new(vec![source.clone()]).load();
                        read.captures.iter().any(|capture| capture.format.is_some())
                    };
                    if output.is_none_or(|output| is_output(output) && is_capture()) {
                        inputs.add(path);
                    }
                }
            }
            if let Some(path) = source.path() {
                inputs.add(&notes_path(path));
                candidates(path, TLS_KEY_LOGS)
                    .chain(candidates(path, NOISE_KEY_LOGS))
                    .flatten()
                    .for_each(|log| inputs.add(&log));
            }
        }
        self.key_logs().chain(settings.path.as_deref()).for_each(|path| inputs.add(path));
        Ok(inputs)
    }

    /// Adds a capture, a folder, a pattern or a key log, which its content shows.
    ///
    /// # Errors
    /// If it cannot be opened, is open already or contains no files, or if standard input would have to be read again.
    pub(super) fn open(&mut self, path: &Path) -> Result<(), Failure> {
        let name = || visible(&path.to_string_lossy()).into_owned();
        let refuse = |why: &str| Err(Failure::Usage(format!("{}: {why}", name())));
        let mut known = Vec::new();
        for file in self.files.iter() {
            expand(&file.path, &mut known)?;
        }
        if known.contains(&Source::StandardInput) {
            return refuse("cannot be added, because standard input cannot be read again");
        }
        if self.key_logs().any(|log| log == path) {
            return refuse("is open already");
        }
        if path.is_file() {
            let mut beginning = Vec::new();
            let read = File::open(path).and_then(|file| file.take(KEY_LOG_PROBED).read_to_end(&mut beginning));
            read.map_err(|error| Failure::Read { path: name(), error })?;
            if keys::is_log(&beginning) {
                self.opened_key_logs.push(path.to_owned());
                return Ok(());
            }
        }
        let mut sources = Vec::new();
        expand(path, &mut sources)?;
        match sources.as_slice() {
            [] => return refuse("the folder contains no files"),
            [Source::StandardInput] => return refuse("standard input can only be opened at the start"),
            [Source::File(path)] => {
                File::open(path).map_err(|error| Failure::Read { path: name(), error })?;
            }
            _ => {}
        }
        let paths: Vec<_> = known.iter().filter_map(Source::path).collect();
        if sources.iter().filter_map(Source::path).all(|path| paths.contains(&path)) {
            return refuse("is open already");
        }
        self.files.add(path.to_owned());
        Ok(())
    }

    /// Checks what can be said of the captures before a screen is shown: that the named files can be opened, that the
    /// folders contain files, and that the keyboard is not also the input.
    ///
    /// # Errors
    /// If that does not hold.
    pub(super) fn check_openable(&self) -> Result<(), Failure> {
        for file in self.files.iter() {
            let name = || visible(&file.path.to_string_lossy()).into_owned();
            let mut sources = Vec::new();
            expand(&file.path, &mut sources)?;
            if sources.is_empty() {
                return Err(Failure::Usage(format!("{}: the folder contains no files", name())));
            }
            if contains_no_captures(&sources) {
                return Err(Failure::Usage(format!("{}: the folder contains no captures", name())));
            }
            if matches!(*sources, [Source::StandardInput]) && io::stdin().is_terminal() {
                let why = "standard input is a terminal; pipe a capture to it, as in `tcpdump -w - | ringtrace -`";
                return Err(Failure::Usage(why.to_owned()));
            }
            if let [Source::File(path)] = &*sources {
                File::open(path).map_err(|error| Failure::Read { path: name(), error })?;
            }
        }
        Ok(())
    }

    /// The folder of the spec's checkout, if one was given.
    pub(super) fn spec_folder(&self) -> Option<&Path> {
        self.spec.as_deref()
    }

    /// The checkout of the spec, if one was given.
    ///
    /// # Errors
    /// If the folder is not a checkout of the spec.
    pub(super) fn spec(&self) -> Result<Option<Checkout>, Failure> {
        checkout(self.spec.as_deref())
    }
}

/// The checkout of the spec in a folder, if one was given.
///
/// # Errors
/// If the folder is not a checkout of the spec.
pub(super) fn checkout(folder: Option<&Path>) -> Result<Option<Checkout>, Failure> {
    let read = folder.map(Checkout::read).transpose();
    read.map_err(|error| Failure::Usage(visible(&error.to_string()).into_owned()))
}

/// The most bytes of files that are read to find out whether any of them is a capture.
const SEARCHED_FOR_CAPTURES: u64 = 16 << 20;

/// Returns whether these are files of a folder of which none is a capture, if that can be found out at once.
fn contains_no_captures(sources: &[Source]) -> bool {
    let in_folder = |source: &Source| matches!(source, Source::FileInFolder(_));
    let size = |source: &Source| source.path().and_then(|path| path.metadata().ok()).map_or(0, |there| there.len());
    let begins_like_one = |source: &Source| {
        let file = source.path().and_then(|path| File::open(path).ok());
        file.is_none_or(|mut file| input::begins_like_a_capture(&mut file).unwrap_or(true))
    };
    if !sources.iter().all(in_folder) || sources.iter().any(begins_like_one) {
        return false;
    }
    // A log may begin with anything.
    sources.iter().map(size).sum::<u64>() <= SEARCHED_FOR_CAPTURES && {
        let read = Request::new(sources.to_vec()).load();
        read.captures.iter().all(Capture::is_skipped)
    }
}

/// The notes in a file; empty if it does not exist.
fn notes_in(file: &Path) -> Result<String, Failure> {
    match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|error| Failure::Read { path: visible(&file.to_string_lossy()).into_owned(), error }),
    }
}

/// The file of the notes on a capture.
fn notes_path(capture: &Path) -> PathBuf {
    let mut name = capture.file_name().unwrap_or_default().to_owned();
    name.push(notes::SUFFIX);
    capture.with_file_name(name)
}

/// The error of an invalid filter, with a caret below the position.
fn wrong_filter(text: &str, error: &filter::Error) -> Failure {
    let before = visible(text.get(..error.at).unwrap_or(text)).chars().count();
    Failure::Usage(format!("--filter: {error}\n  {}\n  {}^", visible(text), " ".repeat(before)))
}

/// How many bytes of a file show whether it is a key log.
const KEY_LOG_PROBED: u64 = 64 << 10;

/// The name endings of TLS key logs; media over DTLS has one of its own.
const TLS_KEY_LOGS: &[&str] = &[".sslkeylog.txt", ".keylog", ".dtlskeylog.txt"];

/// The name endings of Noise key logs.
const NOISE_KEY_LOGS: &[&str] = &[".noisekeys.txt", ".noisekeys-private.txt"];

/// Where the key logs that belong to a capture by name may be: at its file name, cut at each of its dots, longest first, and
/// one of `endings`.
fn key_log_places(capture: &Path, endings: &[&str]) -> KeyLogPlaces {
    candidates(capture, endings).collect()
}

/// The paths at which key logs that belong to a capture are looked for, by the part of its name.
fn candidates<'p>(capture: &'p Path, endings: &'p [&str]) -> impl Iterator<Item = Vec<PathBuf>> + 'p {
    let name = capture.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let cuts = std::iter::once(name.len()).chain(name.rmatch_indices('.').map(|(dot, _)| dot)).filter(|cut| *cut > 0);
    cuts.map(move |cut| {
        let stem = name.get(..cut).unwrap_or(name);
        endings.iter().map(|ending| capture.with_file_name(format!("{stem}{ending}"))).collect()
    })
}
