//! `ringtrace rules`: the rules, and with captures how their calls stand to them.

use std::io::{self, BufWriter, Write};

use clap::Args;
use ringtrace::analysis::Analysis;
use ringtrace::summary::rules;

use super::exit::{Exit, Failure};
use super::reading::{self, Filtering, Reading};
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

    #[command(flatten)]
    filtering: Filtering,

    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Runs `rules`.
pub(super) fn run(arguments: &RulesArguments, settings: &Settings) -> Result<Exit, Failure> {
    let selection = arguments.filtering.selection_of(&arguments.reading)?;
    let analysis = if arguments.reading.has_files() { Some(arguments.reading.prepare(settings)?.load()) } else { None };
    let narrowed = analysis.as_deref().zip(selection).map(|(analysis, selection)| selection.narrow(analysis));
    let chosen = narrowed.as_ref().or(analysis.as_deref());
    let mut out = BufWriter::new(io::stdout().lock());
    match (arguments.json, chosen) {
        (true, _) => rules::json(chosen.unwrap_or(&Analysis::default()), &mut out)?,
        (false, Some(chosen)) => rules::text(chosen, &mut out)?,
        (false, None) => rules::list(&mut out)?,
    }
    out.flush()?;
    let Some(analysis) = analysis.as_deref() else { return Ok(Exit::Done) };
    reading::report(analysis, settings.verbosity);
    Ok(reading::exit(analysis))
}
