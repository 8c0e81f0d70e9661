//! `ringtrace rules`: the spec's rules, and how calls comply.

use std::io::{self, BufWriter, Write};

use clap::{Args, ValueEnum};
use ringtrace::analysis::Analysis;
use ringtrace::gate::{self, Baseline, Departures};
use ringtrace::print::rules;

use super::exit::{Exit, Failure};
use super::gate::Gate;
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
  ringtrace rules call.pcap --json | jq '.rules[] | select(.violated > 0)'
  ringtrace rules call.pcap --deny violation,warning
                                                  exit with 5 if a client is at
                                                  fault, as for a CI
  ringtrace rules call.pcap --format sarif > ringtrace.sarif
  ringtrace rules call.pcap --format baseline > known.txt
  ringtrace rules call.pcap --deny violation --baseline known.txt")]
pub(super) struct RulesArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    #[command(flatten)]
    gate: Gate,

    /// Output format.
    #[arg(long, help_heading = OUTPUT, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,

    /// Print JSON; the same as --format json.
    #[arg(long, help_heading = OUTPUT, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For other programs.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML: one test case per rule; denied departures fail (without --deny, violations).
    Junit,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
    /// A file for --baseline that lists every departure as known.
    Baseline,
}

/// Runs `rules`.
pub(super) fn run(arguments: &RulesArguments, settings: &Settings) -> Result<Exit, Failure> {
    let format = if arguments.json { Format::Json } else { arguments.format };
    let is_of_captures = !matches!(format, Format::Text | Format::Json) || arguments.gate.is_given();
    if is_of_captures && !arguments.reading.has_files() {
        let formats = "--deny, --baseline and the formats sarif, junit, github and baseline";
        return Err(Failure::Usage(format!("{formats} require at least one capture")));
    }
    let selection = arguments.filtering.selection_of(&arguments.reading)?;
    let baseline = arguments.gate.baseline()?;
    let analysis = if arguments.reading.has_files() {
        Some(loading::load_judged(arguments.reading.prepare(settings)?, settings.verbosity))
    } else {
        None
    };
    let narrowed = analysis.as_deref().zip(selection).map(|(analysis, selection)| selection.narrow(analysis));
    let chosen = narrowed.as_ref().or(analysis.as_deref());
    if let Some(analysis) =
        analysis.as_deref().filter(|analysis| format == Format::Text && loading::has_failed(analysis))
    {
        loading::report(analysis, settings.verbosity);
        return Ok(loading::exit(analysis));
    }
    let none = Analysis::default();
    let mut departures = Departures::of(chosen.unwrap_or(&none));
    if let Some(baseline) = &baseline {
        baseline.mark(&mut departures);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    match chosen {
        None if format == Format::Text => rules::list(&mut out)?,
        chosen => write(format, chosen.unwrap_or(&none), &departures, arguments, &mut out)?,
    }
    out.flush()?;
    let Some(analysis) = analysis.as_deref() else { return Ok(Exit::Done) };
    loading::report(analysis, settings.verbosity);
    let denied = arguments.gate.judge(&departures, baseline.as_ref(), settings.verbosity);
    Ok(denied.unwrap_or_else(|| loading::exit(analysis)))
}

fn write(
    format: Format,
    analysis: &Analysis,
    departures: &Departures<'_>,
    arguments: &RulesArguments,
    out: &mut impl Write,
) -> io::Result<()> {
    match format {
        Format::Text => rules::text(analysis, out),
        Format::Json => rules::json(analysis, out),
        Format::Sarif => gate::sarif(departures, analysis.is_lossy(), arguments.gate.has_baseline(), out),
        Format::Junit => {
            let denied = arguments.gate.denied();
            let denied = if denied.is_empty() { vec![gate::Level::Violation] } else { denied };
            out.write_all(gate::junit(analysis, departures, &denied).as_bytes())
        }
        Format::Github => out.write_all(gate::annotations(departures).as_bytes()),
        Format::Baseline => out.write_all(Baseline::write(departures).as_bytes()),
    }
}
