//! `ringtrace FILE...`: the terminal interface, or the same as text.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::mpsc;
use std::thread;

use clap::{Args, ColorChoice};
use ringtrace::{summary, tui};

use super::Verbosity;
use super::exit::{Exit, Failure};
use super::layout;
use super::reading::{self, Reading};

/// What `open` takes.
#[derive(Debug, Args)]
pub(super) struct OpenArguments {
    #[command(flatten)]
    reading: Reading,
}

/// Runs `open`.
pub(super) fn run(arguments: &OpenArguments, color: ColorChoice, verbosity: Verbosity) -> Result<Exit, Failure> {
    if io::stdout().is_terminal() { interface(arguments, color) } else { text(arguments, verbosity) }
}

fn text(arguments: &OpenArguments, verbosity: Verbosity) -> Result<Exit, Failure> {
    let analysis = arguments.reading.prepare(verbosity)?.load();
    let mut out = BufWriter::new(io::stdout().lock());
    summary::overview(&analysis, &mut out)?;
    out.flush()?;
    Ok(reading::exit(&analysis))
}

/// Loads on a thread of its own, so that the first screen does not wait for anything.
fn interface(arguments: &OpenArguments, color: ColorChoice) -> Result<Exit, Failure> {
    let request = arguments.reading.prepare(Verbosity::Quiet)?;
    let (publish, updates) = mpsc::channel();
    let loading = thread::spawn(move || request.load_publishing(&mut |analysis| publish.send(analysis).is_ok()));
    let shown = tui::run(updates, tui::Options { colour: layout::wants_colour(color) });
    shown?;
    match loading.join() {
        Ok(analysis) => Ok(reading::exit(&analysis)),
        Err(_) => Ok(Exit::Lost),
    }
}
