//! `ringtrace FILE...`: the terminal interface, or the same as text.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::mpsc;
use std::thread;

use clap::Args;
use ringtrace::summary;
use ringtrace::tui::{self, ThemeName};

use super::Verbosity;
use super::exit::{Exit, Failure};
use super::layout;
use super::progress;
use super::reading::{self, Filtering, Reading};
use super::redaction::names_here;
use super::settings::Settings;

/// How `open` is called.
pub(super) const EXAMPLES: &str = "\
Examples:
  ringtrace open call.pcap --noise-keylog keys.txt
  ringtrace open recordings/ | less";

/// What `open` takes.
#[derive(Debug, Args)]
pub(super) struct OpenArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,
}

/// Runs `open`.
pub(super) fn run(arguments: &OpenArguments, settings: Settings) -> Result<Exit, Failure> {
    if io::stdout().is_terminal() { interface(arguments, settings) } else { text(arguments, &settings) }
}

fn text(arguments: &OpenArguments, settings: &Settings) -> Result<Exit, Failure> {
    let selection = arguments.filtering.selection()?;
    let analysis = progress::load(arguments.reading.prepare(settings)?, settings.verbosity);
    let narrowed = selection.map(|selection| selection.narrow(&analysis));
    let mut out = BufWriter::new(io::stdout().lock());
    summary::overview(narrowed.as_ref().unwrap_or(&analysis), &mut out)?;
    out.flush()?;
    Ok(reading::exit(&analysis))
}

/// Loads on a thread of its own, so that the first screen does not wait for anything.
fn interface(arguments: &OpenArguments, settings: Settings) -> Result<Exit, Failure> {
    let options = settings.interface()?;
    let color = settings.color;
    let filter = arguments.filtering.text().zip(arguments.filtering.selection()?);
    let request = arguments.reading.prepare(&Settings { verbosity: Verbosity::Quiet, ..settings })?;
    let shelf = request.shelf().clone();
    let lookup = Some(request.lookup());
    let (publish, updates) = mpsc::channel();
    let loading = thread::spawn(move || request.load_publishing(&mut |analysis| publish.send(analysis).is_ok()));
    let theme = if layout::wants_colour(color) { options.theme } else { ThemeName::None };
    let shown = tui::run(updates, tui::Options { theme, filter, shelf, lookup, here: names_here(), ..options });
    shown?;
    match loading.join() {
        Ok(analysis) => Ok(reading::exit(&analysis)),
        Err(_) => Ok(Exit::Lost),
    }
}
