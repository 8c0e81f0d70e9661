//! `ringtrace rules`: the rules, and with captures how their calls stand to them.

use std::io::{self, BufWriter, Write};

use clap::Args;
use ringtrace::analysis::Analysis;
use ringtrace::summary::rules;

use super::exit::{Exit, Failure};
use super::reading::{self, Reading};
use super::settings::Settings;

/// What `rules` takes.
#[derive(Debug, Args)]
#[command(mut_arg("files", |files| files.required(false)), after_help = "\
Examples:
  ringtrace rules                                 the list
  ringtrace rules call.pcap                       what calls are checked for, and what was found
  ringtrace rules call.pcap --json | jq '.rules[] | select(.violated > 0)'")]
pub(super) struct RulesArguments {
    #[command(flatten)]
    reading: Reading,

    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Runs `rules`.
pub(super) fn run(arguments: &RulesArguments, settings: &Settings) -> Result<Exit, Failure> {
    let analysis = if arguments.reading.has_files() { Some(arguments.reading.prepare(settings)?.load()) } else { None };
    let mut out = BufWriter::new(io::stdout().lock());
    match (arguments.json, &analysis) {
        (true, _) => rules::json(analysis.as_deref().unwrap_or(&Analysis::default()), &mut out)?,
        (false, Some(analysis)) => rules::text(analysis, &mut out)?,
        (false, None) => rules::list(&mut out)?,
    }
    out.flush()?;
    let Some(analysis) = analysis.as_deref() else { return Ok(Exit::Done) };
    reading::report(analysis, settings.verbosity);
    Ok(reading::exit(analysis))
}
