//! `ringtrace rules`: the spec's rules, and how calls comply.

use std::io::{self, BufWriter, Write};

use clap::Args;
use ringtrace::analysis::Analysis;
use ringtrace::print::rules;

use super::exit::{Exit, Failure};
use super::loading;
use super::reading::{Filtering, Reading};
use super::settings::Settings;
use super::target::OUTPUT;

/// The arguments of `rules`.
#[derive(Debug, Args)]
#[command(mut_arg("files", |files| files.required(false)), after_help = "\
Examples:
  ringtrace rules                                 list the rules
  ringtrace rules call.pcap                       check calls against them
  ringtrace rules call.pcap --json | jq '.rules[] | select(.violated > 0)'")]
pub(super) struct RulesArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// Print JSON.
    #[arg(long, help_heading = OUTPUT)]
    json: bool,
}

/// Runs `rules`.
pub(super) fn run(arguments: &RulesArguments, settings: &Settings) -> Result<Exit, Failure> {
    let selection = arguments.filtering.selection_of(&arguments.reading)?;
    let analysis = if arguments.reading.has_files() {
        Some(loading::load_judged(arguments.reading.prepare(settings)?, settings.verbosity))
    } else {
        None
    };
    let narrowed = analysis.as_deref().zip(selection).map(|(analysis, selection)| selection.narrow(analysis));
    let chosen = narrowed.as_ref().or(analysis.as_deref());
    let mut out = BufWriter::new(io::stdout().lock());
    if let Some(analysis) = analysis.as_deref().filter(|analysis| !arguments.json && loading::has_failed(analysis)) {
        loading::report(analysis, settings.verbosity);
        return Ok(loading::exit(analysis));
    }
    match (arguments.json, chosen) {
        (true, _) => rules::json(chosen.unwrap_or(&Analysis::default()), &mut out)?,
        (false, Some(chosen)) => rules::text(chosen, &mut out)?,
        (false, None) => rules::list(&mut out)?,
    }
    out.flush()?;
    let Some(analysis) = analysis.as_deref() else { return Ok(Exit::Done) };
    loading::report(analysis, settings.verbosity);
    Ok(loading::exit(analysis))
}
