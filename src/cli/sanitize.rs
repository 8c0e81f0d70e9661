//! `ringtrace sanitize`: the calls' stanzas, fit for others to read.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use ringtrace::report;

use super::exit::{Exit, Failure};
use super::progress;
use super::reading::{self, Filtering, Reading};
use super::redaction::{self, Redaction};
use super::settings::Settings;
use super::target::Target;

/// What `sanitize` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace sanitize call.pcap -o call.ndjson                         people are letters, ids are numbers
  ringtrace sanitize call.pcap --call '#2' -o call.ndjson             one of its calls
  ringtrace sanitize call.pcap --keep enc@count -o call.ndjson        with the values of one attribute
  ringtrace sanitize b.pcap --alias-file ~/aliases.txt -o b.ndjson    the same letters in every run

The result has the stanzas, what is known of each recording, and times from its beginning; ringtrace reads it again and
comes to the same verdicts. Before it is written, it is searched for every identifier of the captures in any spelling;
if one is left, nothing is written (exit code 3), and the line is named.")]
pub(super) struct SanitizeArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// Only this call: its call-id, the beginning of it, or `#N` as listed. May be given again.
    #[arg(long, value_name = "ID")]
    call: Vec<String>,

    #[command(flatten)]
    redaction: Redaction,

    /// Where to; `-` is standard output.
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Overwrites the target if it is there.
    #[arg(long)]
    force: bool,
}

/// Runs `sanitize`.
pub(super) fn run(arguments: &SanitizeArguments, settings: &Settings) -> Result<Exit, Failure> {
    let target = Target::new(arguments.output.as_deref(), arguments.force)?;
    let selection = arguments.filtering.selection()?;
    let analysis = progress::load(arguments.reading.prepare(settings)?, settings.verbosity);
    reading::report(&analysis, settings.verbosity);
    let redactor = arguments.redaction.redactor(&analysis)?;
    let sanitised = redactor.sanitise(&analysis);
    let (wanted, sanitised) = match selection.map(|selection| selection.calls(&analysis)) {
        Some(calls) => (Cow::Owned(analysis.narrowed(&calls)), sanitised.narrowed(&calls)),
        None => (Cow::Borrowed(&*analysis), sanitised),
    };
    let chosen = arguments.call.iter().map(|call| wanted.choose(Some(call)));
    let calls = chosen.collect::<Result<BTreeSet<usize>, _>>().map_err(|none| Failure::Usage(none.to_string()))?;
    let calls = (!calls.is_empty()).then(|| calls.into_iter().collect::<Vec<_>>());
    let lines = redactor.release(report::lines(&sanitised, calls.as_deref())).map_err(redaction::leaks)?;
    arguments.redaction.save(&redactor)?;
    target.write(|out| out.write_all(lines.as_str().as_bytes()).map_err(|error| target.failure(error)))?;
    Ok(reading::exit(&analysis))
}
