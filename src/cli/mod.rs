//! The command line: what is asked for, and the exit code that follows.

mod attach;
mod exit;
mod explain;
mod export;
mod files;
mod inspect;
mod ladder;
mod layout;
mod manifest;
mod open;
mod progress;
mod questions;
mod reading;
mod redaction;
mod report;
mod rules;
mod sanitize;
mod settings;
mod shell;
mod stats;
mod target;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory, Parser, Subcommand};
use ringtrace::config;

use exit::{Exit, Failure};
use settings::Settings;

const EXAMPLES: &str = "\
Examples:
  ringtrace call.pcap --noise-keylog keys.txt      open the recording in the terminal interface
  ringtrace call.pcap | less                       the same as text
  ringtrace export call.pcap -o timeline.csv       its calls' stanzas as CSV
  ringtrace export *.pcap --table calls            one row a call, over several recordings
  ringtrace rules call.pcap                        how its calls stand to the rules of the spec
  ringtrace stats recordings/ --by action --of ack_latency_ms   percentiles; also of earlier Parquet exports
  ringtrace questions recordings/                  what they say about the open questions of the spec
  ringtrace --me 10000000000001:7@lid pasted.xml   stanzas as text, seen from this device

Keys are found beside a capture: call.noisekeys.txt and call.sslkeylog.txt for call.pcap.

Exit codes: 0 done; 1 something was lost (said on standard error), the rest was done; 2 wrong usage;
3 refused to write; 4 the server refused.";

/// Reads recorded WhatsApp Web traffic of your own test accounts, rebuilds each call's stanza timeline, and marks
/// what it says about the open questions of the call signalling spec. Records nothing, and contacts nothing
/// but the server that `attach` is given.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    open: open::OpenArguments,

    /// Whether to use colour; NO_COLOR is honoured. By default `auto`.
    #[arg(long, global = true, value_name = "WHEN")]
    color: Option<ColorChoice>,

    /// The config file, instead of the user's own.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Prints a config file with every setting, commented out.
    #[arg(long, exclusive = true)]
    print_config_template: bool,

    /// Says nothing on standard error but why it failed.
    #[arg(short, long, global = true)]
    quiet: bool,

    /// Says on standard error also what cost nothing.
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Opens captures in the terminal interface; where standard output is no terminal, prints them as text.
    #[command(after_help = open::EXAMPLES)]
    Open(open::OpenArguments),
    /// Writes tables, as CSV, Parquet, Arrow or lines of JSON: stanzas, calls, anomalies or messages.
    Export(export::ExportArguments),
    /// Says what is inside captures, and what could not be read, and why.
    Inspect(inspect::InspectArguments),
    /// Lists the rules that calls are checked for, and with captures what was found.
    Rules(rules::RulesArguments),
    /// Draws one call's sequence diagram, as text, Mermaid or SVG.
    Ladder(ladder::LadderArguments),
    /// Counts calls and stanzas by any of their columns, with percentiles of times; also from earlier Parquet exports.
    Stats(stats::StatsArguments),
    /// Prints a script that completes ringtrace's arguments in a shell.
    Completions(shell::CompletionsArguments),
    /// Prints the manual page.
    Man(shell::ManArguments),
    /// Shows the open questions of the spec, and what captures say about them.
    Questions(questions::QuestionsArguments),
    /// Says what a rule, a question, a column, an anomaly or an exit code is.
    Explain(explain::ExplainArguments),
    /// Writes a finding as one of the spec's issue forms, as a comment, or as an entry of its corpus; sanitised.
    Report(report::ReportArguments),
    /// Sends a report to an issue, or as a new one, after showing it; what was sent before is updated.
    Attach(attach::AttachArguments),
    /// Writes the calls' stanzas with people, ids, times and content replaced, so that others can read and check them.
    Sanitize(sanitize::SanitizeArguments),
}

/// How much is said on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verbosity {
    Quiet,
    Losses,
    Everything,
}

/// Runs the command line that the process was given.
pub(crate) fn main() -> ExitCode {
    match run(CommandLine::parse()) {
        Ok(exit) => exit.into(),
        Err(failure) if failure.is_closed_pipe() => Exit::Done.into(),
        Err(failure) => {
            eprintln!("ringtrace: {failure}");
            failure.exit().into()
        }
    }
}

fn run(arguments: CommandLine) -> Result<Exit, Failure> {
    if arguments.print_config_template {
        io::stdout().lock().write_all(config::TEMPLATE.as_bytes())?;
        return Ok(Exit::Done);
    }
    // These two read nothing, and so work whatever the config file says.
    match &arguments.command {
        Some(Command::Completions(completions)) => return shell::completions(completions, CommandLine::command()),
        Some(Command::Man(man)) => return shell::man(man, CommandLine::command()),
        _ => {}
    }
    let verbosity = match (arguments.quiet, arguments.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Everything,
        _ => Verbosity::Losses,
    };
    let settings = Settings::new(arguments.config.as_deref(), arguments.color, verbosity)?;
    match arguments.command {
        Some(Command::Export(export)) => export::run(&export, &settings),
        Some(Command::Inspect(inspect)) => inspect::run(&inspect, &settings),
        Some(Command::Questions(questions)) => questions::run(&questions, &settings),
        Some(Command::Rules(rules)) => rules::run(&rules, &settings),
        Some(Command::Explain(explain)) => explain::run(&explain, &settings),
        Some(Command::Report(report)) => report::run(&report, &settings),
        Some(Command::Attach(attach)) => attach::run(&attach, &settings),
        Some(Command::Sanitize(sanitize)) => sanitize::run(&sanitize, &settings),
        Some(Command::Stats(stats)) => stats::run(&stats, &settings),
        Some(Command::Ladder(ladder)) => ladder::run(&ladder, &settings),
        Some(Command::Open(open)) => open::run(&open, settings),
        Some(Command::Completions(_) | Command::Man(_)) => Ok(Exit::Done),
        None => open::run(&arguments.open, settings),
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write { target: "standard output".to_owned(), error }
    }
}
