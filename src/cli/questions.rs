//! `ringtrace questions`: the board of open questions.

use std::io::{self, BufWriter, Write};

use clap::Args;
use ringtrace::summary::questions::{self, Board};

use super::Verbosity;
use super::exit::{Exit, Failure};
use super::layout;
use super::reading::{self, Filtering, Reading};
use super::settings::Settings;

/// What `questions` takes.
#[derive(Debug, Args)]
#[command(mut_arg("files", |files| files.required(false)), after_help = "\
Examples:
  ringtrace questions                              what is asked
  ringtrace questions --all                        every question of the spec, and how the program stands to it
  ringtrace questions recordings/ -v               what they answer, with all evidence
  ringtrace questions a.pcap b.log --json          the same for other programs
  ringtrace questions a.pcap --filter 'media == video'   what its video calls answer
  ringtrace questions a.pcap --spec ../wacrg       with the wording of a checkout of the spec")]
pub(super) struct QuestionsArguments {
    #[command(flatten)]
    reading: Reading,

    /// Also list every open question of the spec: where it is looked for, or why it is not.
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    filtering: Filtering,

    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Runs `questions`.
pub(super) fn run(arguments: &QuestionsArguments, settings: &Settings) -> Result<Exit, Failure> {
    let spec = arguments.reading.spec()?;
    let selection = arguments.filtering.selection_of(&arguments.reading)?;
    let analysis = arguments.reading.prepare(settings)?.load();
    let narrowed = selection.map(|selection| selection.narrow(&analysis));
    let chosen = narrowed.as_ref().unwrap_or(&analysis);
    let mut out = BufWriter::new(io::stdout().lock());
    if arguments.json {
        questions::json(chosen, spec.as_ref(), &mut out)?;
    } else {
        let all = settings.verbosity == Verbosity::Everything;
        questions::text(
            chosen,
            Board { spec: spec.as_ref(), all, index: arguments.all, layout: layout::of_output(settings.color) },
            &mut out,
        )?;
    }
    out.flush()?;
    if !analysis.captures.is_empty() {
        reading::report(&analysis, settings.verbosity);
    }
    Ok(reading::exit(&analysis))
}
