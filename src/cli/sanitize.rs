//! `ringtrace sanitize`: a sanitised copy of the calls' stanzas, for others to read.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Args;
use ringtrace::redact::Redacted;
use ringtrace::report;

use super::exit::{Exit, Failure};
use super::loading;
use super::reading::{Filtering, Reading, SELECTION};
use super::redaction::{self, Redaction};
use super::settings::Settings;
use super::target::OutputArguments;

/// The arguments of `sanitize`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace sanitize call.pcap -o call.ndjson
  ringtrace sanitize call.pcap --call '#2' -o call.ndjson
  ringtrace sanitize call.pcap --keep enc@count -o call.ndjson
  ringtrace sanitize b.pcap --alias-file ~/aliases.txt -o b.ndjson

The output is ringtrace NDJSON: the stanzas, what is known about how they were captured, and times relative to the start \
of the capture. ringtrace reads it again and comes to the same verdicts. Before it is written, it is searched for every \
identifier in the captures, in any spelling; if one remains, nothing is written (exit code 3) and the line is named.")]
pub(super) struct SanitizeArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// Only include this call: a call-id, a unique prefix, or `#N` as listed. Can be repeated.
    #[arg(long, help_heading = SELECTION, value_name = "ID")]
    call: Vec<String>,

    #[command(flatten)]
    redaction: Redaction,

    #[command(flatten)]
    output: OutputArguments,
}

impl SanitizeArguments {
    /// The files that it may write.
    pub(super) fn files(&self) -> Vec<&Path> {
        self.output.path().into_iter().chain(self.redaction.file()).collect()
    }
}

/// Runs `sanitize`.
pub(super) fn run(arguments: &SanitizeArguments, settings: &Settings) -> Result<Exit, Failure> {
    let mut inputs = arguments.reading.inputs(settings, arguments.output.path())?;
    arguments.redaction.protect(&mut inputs)?;
    let target = arguments.output.target(&inputs)?;
    let selection = arguments.filtering.selection()?;
    let analysis = loading::read(arguments.reading.prepare(settings)?, settings.verbosity);
    loading::report(&analysis, settings.verbosity);
    let exit = loading::exit(&analysis);
    let known = arguments.redaction.known()?;
    let redactor = arguments.redaction.redactor(&analysis, &known);
    let filtered = selection.map(|selection| selection.calls(&analysis));
    let narrowed = filtered.as_ref().map(|calls| analysis.narrowed(calls));
    let among = narrowed.as_ref().unwrap_or(&analysis);
    let chosen = arguments.call.iter().map(|call| among.choose(Some(call)));
    let calls = chosen.collect::<Result<BTreeSet<usize>, _>>().map_err(|none| Failure::Usage(none.to_string()))?;
    let calls = (!calls.is_empty()).then(|| calls.into_iter().collect::<Vec<_>>());
    drop(narrowed);
    let sanitised = redactor.sanitise_last(analysis);
    let sanitised = match filtered {
        Some(calls) => sanitised.narrowed(&calls),
        None => sanitised,
    };
    let (lines, withheld) = (report::lines(&sanitised, calls.as_deref()), sanitised.withheld());
    // Each call is given up once it is written.
    drop(sanitised);
    let text = redactor.release_parts(lines.parts()).map_err(redaction::leaks)?;
    arguments.redaction.save(&redactor, &known)?;
    target.write_parts(text.iter().map(Redacted::as_str))?;
    redaction::list_withheld(&withheld, settings.verbosity);
    Ok(exit)
}
