//! `ringtrace inspect`: what is inside captures, and what could not be read.

use std::io::{self, BufWriter, Write};

use clap::Args;
use ringtrace::summary::inspect;

use super::exit::{Exit, Failure};
use super::reading::{self, Reading};
use super::settings::Settings;

/// What `inspect` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace inspect call.pcap
  ringtrace inspect recordings/ --json | jq '.captures[].anomalies'")]
pub(super) struct InspectArguments {
    #[command(flatten)]
    reading: Reading,

    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Runs `inspect`.
pub(super) fn run(arguments: &InspectArguments, settings: &Settings) -> Result<Exit, Failure> {
    let analysis = arguments.reading.prepare(settings)?.load();
    let mut out = BufWriter::new(io::stdout().lock());
    if arguments.json {
        inspect::json(&analysis, &mut out)?;
    } else {
        inspect::text(&analysis, &mut out)?;
    }
    out.flush()?;
    Ok(reading::exit(&analysis))
}
