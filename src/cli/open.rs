//! `ringtrace FILE...`: the TUI, or the same as text.

use std::env;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use clap::Args;
use ringtrace::analysis::{Analysis, Following};
use ringtrace::print;
use ringtrace::sandbox::{self, Needs};
use ringtrace::tui::{self, Loading, Opener, ThemeName};

use super::exit::{Exit, Failure};
use super::files::INPUT;
use super::loading;
use super::reading::{Filtering, Reading};
use super::redaction::names_here;
use super::settings::{Settings, Verbosity};

/// Examples of `ringtrace open`; without the subcommand, the program's own are shown.
pub(super) const EXAMPLES: &str = "\
Examples:
  ringtrace open call.pcap --noise-keylog keys.txt
  ringtrace open captures/ | less
  ringtrace open --follow baileys.log         watch calls as a client logs them";

/// The arguments of `open`.
#[derive(Debug, Args)]
pub(super) struct OpenArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// Keep reading as the captures grow: calls appear as they are written. Verdicts that need a capture's end are marked
    /// as provisional.
    #[arg(long, help_heading = INPUT)]
    follow: bool,
}

/// Runs `open`.
pub(super) fn run(arguments: &OpenArguments, settings: Settings) -> Result<Exit, Failure> {
    if !is_interface() {
        if arguments.follow {
            let what = "--follow requires a terminal; to print rows as they come, use `ringtrace export --follow`";
            return Err(Failure::Usage(what.to_owned()));
        }
        return text(arguments, &settings);
    }
    if env::var("TERM").is_ok_and(|terminal| terminal == "dumb") {
        return Err(Failure::Usage(
            "this terminal (TERM=dumb) cannot show the TUI; pipe the output to print text, as in `ringtrace FILE | less`"
                .to_owned(),
        ));
    }
    interface(arguments, settings)
}

/// Returns whether the TUI is shown: standard output is a terminal.
pub(super) fn is_interface() -> bool {
    io::stdout().is_terminal()
}

fn text(arguments: &OpenArguments, settings: &Settings) -> Result<Exit, Failure> {
    let selection = arguments.filtering.selection()?;
    let analysis = loading::load(arguments.reading.prepare(settings)?, settings.verbosity);
    let narrowed = selection.map(|selection| selection.narrow(&analysis));
    let mut out = BufWriter::new(io::stdout().lock());
    print::overview(narrowed.as_ref().unwrap_or(&analysis), &mut out)?;
    out.flush()?;
    Ok(loading::exit(&analysis))
}

/// Loads on another thread, so that the first screen appears at once.
fn interface(arguments: &OpenArguments, settings: Settings) -> Result<Exit, Failure> {
    arguments.reading.check_openable()?;
    let options = settings.interface()?;
    let theme = if settings.allows_colour() { options.theme.or_else(theme_by_variable) } else { Some(ThemeName::None) };
    let ascii = tui::is_ascii_locale(|name| env::var(name).ok());
    let filter = arguments.filtering.text().zip(arguments.filtering.selection()?);
    let settings = Settings { verbosity: Verbosity::Quiet, ..settings };
    let mut captures = Captures {
        reading: arguments.reading.clone(),
        settings,
        follow: arguments.follow,
        following: Following::default(),
        reader: None,
        so_far: Arc::default(),
    };
    let loading = captures.load()?;
    let shown = tui::run(loading, tui::Options { theme, ascii, filter, here: names_here(), ..options }, &mut captures);
    captures.following.stop();
    shown?;
    Ok(captures.exit())
}

/// What the interface shows, and who reads it.
struct Captures {
    reading: Reading,
    settings: Settings,
    /// Whether captures are read on as they grow, and what ends that.
    follow: bool,
    following: Following,
    reader: Option<JoinHandle<Arc<Analysis>>>,
    /// The exit code after what was read so far.
    so_far: Arc<Mutex<Exit>>,
}

impl Captures {
    /// Begins to read. An earlier reader ends when it finds that nobody takes what it reads.
    fn load(&mut self) -> Result<Loading, Failure> {
        let following = Following::default();
        let request = if self.follow {
            self.reading.prepare_following(&self.settings, following.clone())?
        } else {
            let mut request = self.reading.prepare(&self.settings)?;
            if !request.is_repeatable() {
                request.wait_for_pipes(following.clone());
            }
            request
        };
        let (shelf, lookup) = (request.shelf().clone(), request.lookup());
        let inputs = self.reading.inputs(&self.settings, None)?;
        self.following.stop();
        self.following = following;
        let (publish, updates) = mpsc::channel();
        let (has_sandbox, so_far) = (self.settings.sandbox, Arc::default());
        self.so_far = Arc::clone(&so_far);
        let reader = thread::Builder::new().spawn(move || {
            if has_sandbox {
                sandbox::enter(&Needs::default());
            }
            let jobs = request.jobs();
            request.load_publishing(&mut |analysis| {
                // The interface must not wait for it.
                analysis.judge(jobs);
                *so_far.lock().unwrap_or_else(PoisonError::into_inner) = loading::exit(&analysis);
                publish.send(analysis).is_ok()
            })
        });
        self.reader = Some(reader.map_err(Failure::Thread)?);
        Ok(Loading { updates, lookup, inputs, shelf, follows: self.follow })
    }

    /// The exit code after reading what was opened last. What is not read yet is not waited for: a pipe may be silent.
    fn exit(self) -> Exit {
        self.following.stop();
        match self.reader.filter(JoinHandle::is_finished).map(JoinHandle::join) {
            Some(Ok(analysis)) => loading::exit(&analysis),
            Some(Err(_)) => Exit::Lost,
            None => *self.so_far.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

impl Opener for Captures {
    fn open(&mut self, path: &Path) -> Result<Loading, String> {
        let mut reading = self.reading.clone();
        let said = |failure: Failure| failure.to_string();
        reading.open(path).map_err(said)?;
        let before = std::mem::replace(&mut self.reading, reading);
        self.load().map_err(|failure| {
            self.reading = before;
            said(failure)
        })
    }

    fn reload(&mut self, follow: bool) -> Result<Loading, String> {
        if self.reading.has_standard_input() {
            return Err("standard input cannot be read again".to_owned());
        }
        let before = std::mem::replace(&mut self.follow, follow);
        self.load().map_err(|failure| {
            self.follow = before;
            failure.to_string()
        })
    }

    fn stop_following(&mut self) {
        self.follow = false;
        self.following.stop();
    }
}

/// The theme for the background that `COLORFGBG` names, if the terminal sets it.
fn theme_by_variable() -> Option<ThemeName> {
    let light = tui::is_light_by_variable(&env::var("COLORFGBG").ok()?)?;
    Some(if light { ThemeName::Light } else { ThemeName::Dark })
}
