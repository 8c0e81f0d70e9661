//! `ringtrace FILE...`: the terminal interface, or the same as text.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::mpsc;
use std::thread;

use clap::Args;
use ringtrace::{summary, tui};

use super::Verbosity;
use super::exit::{Exit, Failure};
use super::layout;
use super::progress;
use super::reading::{self, Reading};
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
}

/// Runs `open`.
pub(super) fn run(arguments: &OpenArguments, settings: Settings) -> Result<Exit, Failure> {
    if io::stdout().is_terminal() { interface(arguments, settings) } else { text(arguments, &settings) }
}

fn text(arguments: &OpenArguments, settings: &Settings) -> Result<Exit, Failure> {
    let analysis = progress::load(arguments.reading.prepare(settings)?, settings.verbosity);
    let mut out = BufWriter::new(io::stdout().lock());
    summary::overview(&analysis, &mut out)?;
    out.flush()?;
    Ok(reading::exit(&analysis))
}

/// Loads on a thread of its own, so that the first screen does not wait for anything.
fn interface(arguments: &OpenArguments, settings: Settings) -> Result<Exit, Failure> {
    let color = settings.color;
    let request = arguments.reading.prepare(&Settings { verbosity: Verbosity::Quiet, ..settings })?;
    let (publish, updates) = mpsc::channel();
    let loading = thread::spawn(move || request.load_publishing(&mut |analysis| publish.send(analysis).is_ok()));
    let shown = tui::run(updates, tui::Options { colour: layout::wants_colour(color) });
    shown?;
    match loading.join() {
        Ok(analysis) => Ok(reading::exit(&analysis)),
        Err(_) => Ok(Exit::Lost),
    }
}
