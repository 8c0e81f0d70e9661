//! `ringtrace questions`: the spec's open questions, and what captures say about them.

use std::io::{self, BufWriter, Write};

use clap::Args;
use ringtrace::print::questions::{self, Board};

use super::exit::{Exit, Failure};
use super::loading;
use super::reading::{Filtering, Reading};
use super::settings::{Settings, Verbosity};
use super::target::OUTPUT;

/// The arguments of `questions`.
#[derive(Debug, Args)]
#[command(mut_arg("files", |files| files.required(false)), after_help = "\
Examples:
  ringtrace questions                           list the questions
  ringtrace questions --all                     also list what nothing covers
  ringtrace questions captures/ -v              show verdicts with all evidence
  ringtrace questions a.pcap b.log --json       the same for other programs
  ringtrace questions a.pcap --filter group     use only its group calls
  ringtrace questions a.pcap --spec ../wacrg    quote the spec's own wording")]
pub(super) struct QuestionsArguments {
    #[command(flatten)]
    reading: Reading,

    /// Also list every open question of the spec: what covers it, or why nothing does.
    #[arg(long, help_heading = OUTPUT)]
    all: bool,

    #[command(flatten)]
    filtering: Filtering,

    /// Print JSON.
    #[arg(long, help_heading = OUTPUT)]
    json: bool,
}

/// Runs `questions`.
pub(super) fn run(arguments: &QuestionsArguments, settings: &Settings) -> Result<Exit, Failure> {
    let spec = arguments.reading.spec()?;
    let selection = arguments.filtering.selection_of(&arguments.reading)?;
    let analysis = loading::load_judged(arguments.reading.prepare(settings)?, settings.verbosity);
    let narrowed = selection.map(|selection| selection.narrow(&analysis));
    let chosen = narrowed.as_ref().unwrap_or(&analysis);
    let mut out = BufWriter::new(io::stdout().lock());
    if !arguments.json && loading::has_failed(&analysis) {
        loading::report(&analysis, settings.verbosity);
        return Ok(loading::exit(&analysis));
    }
    if arguments.json {
        questions::json(chosen, spec.as_ref(), &mut out)?;
    } else {
        let all = settings.verbosity == Verbosity::Everything;
        questions::text(
            chosen,
            Board { spec: spec.as_ref(), all, index: arguments.all, layout: settings.layout() },
            &mut out,
        )?;
    }
    out.flush()?;
    if !analysis.captures.is_empty() {
        loading::report(&analysis, settings.verbosity);
    }
    Ok(loading::exit(&analysis))
}
