//! `ringtrace inspect`: what captures contain, and what could not be read.

use std::io::{self, BufWriter, Write};

use clap::Args;
use ringtrace::print::inspect;

use super::exit::{Exit, Failure};
use super::loading;
use super::reading::Reading;
use super::settings::Settings;
use super::target::OUTPUT;

/// The arguments of `inspect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace inspect call.pcap
  ringtrace inspect captures/ --json | jq '.captures[].anomalies'")]
pub(super) struct InspectArguments {
    #[command(flatten)]
    reading: Reading,

    /// Print JSON.
    #[arg(long, help_heading = OUTPUT)]
    json: bool,
}

/// Runs `inspect`.
pub(super) fn run(arguments: &InspectArguments, settings: &Settings) -> Result<Exit, Failure> {
    let mut request = arguments.reading.prepare(settings)?;
    request.forgo_mentions();
    let analysis = loading::load(request, settings.verbosity);
    let mut out = BufWriter::new(io::stdout().lock());
    if arguments.json {
        inspect::json(&analysis, &mut out)?;
    } else {
        inspect::text(&analysis, &mut out)?;
    }
    out.flush()?;
    Ok(loading::exit(&analysis))
}
