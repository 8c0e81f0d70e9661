//! The command line: one file per subcommand, after what they share.

mod exit;

mod settings;

mod interrupt;

mod target;

mod manifest;

mod files;

mod reading;

mod loading;

mod following;

mod redaction;

mod open;

mod inspect;

mod questions;

mod rules;

mod explain;

mod ladder;

mod export;

mod stats;

mod report;

mod attach;

mod sanitize;

mod shell;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory, Parser, Subcommand};
use ringtrace::config;

use exit::{Exit, Failure};
use settings::{Settings, Verbosity};

const EXAMPLES: &str = "\
Examples:
  ringtrace call.pcap                         open a capture in the TUI
  ringtrace call.pcap | less                  print the same as text
  ringtrace questions captures/               show what captures say about the
                                              spec's open questions
  ringtrace rules call.pcap                   check its calls against the rules
  ringtrace export call.pcap -o stanzas.csv   export its stanzas as CSV
  ringtrace export *.pcap --table calls       one row per call of all captures
  ringtrace stats captures/                   count calls, measure latencies

Keys next to a capture are found by name: call.noisekeys.txt and call.sslkeylog.txt for call.pcap.

Exit codes: 0 done; 1 data was lost (see stderr), everything else was done; 2 usage error; 3 refused to \
write; 4 refused by the server.";

/// Rebuild the call timelines in recorded WhatsApp Web traffic of your own test accounts, check them against the
/// call-signalling spec, and collect evidence on its open questions. Works on files only: it records nothing and
/// contacts no server, except when you `attach` a report to an issue.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    open: open::OpenArguments,

    /// When to use colour; NO_COLOR is honoured [default: auto].
    #[arg(long, global = true, value_name = "WHEN", help_heading = GLOBAL)]
    color: Option<ColorChoice>,

    /// Path to the config file [default: ~/.config/ringtrace/config.toml].
    #[arg(long, global = true, value_name = "FILE", help_heading = GLOBAL)]
    config: Option<PathBuf>,

    /// Suppress everything on stderr except fatal errors.
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    quiet: bool,

    /// Also report anomalies that lost no data.
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = GLOBAL)]
    verbose: bool,

    /// Print a config file with every setting, commented out.
    #[arg(long, exclusive = true, help_heading = GLOBAL)]
    print_config_template: bool,
}

/// The heading of options that every command takes.
const GLOBAL: &str = "Global options";

#[derive(Debug, Subcommand)]
enum Command {
    /// Open captures in the TUI, or print them as text when stdout is not a terminal.
    #[command(after_help = open::EXAMPLES)]
    Open(open::OpenArguments),
    /// Show what captures contain, what could not be read, and why.
    Inspect(inspect::InspectArguments),
    /// List the spec's open questions; with captures, show what they say about each.
    Questions(questions::QuestionsArguments),
    /// List the spec's rules; with captures, show how their calls comply.
    Rules(rules::RulesArguments),
    /// Explain a rule, question, column, anomaly or exit code.
    Explain(explain::ExplainArguments),
    /// Draw the sequence diagram of one call as text, Mermaid or SVG.
    Ladder(ladder::LadderArguments),
    /// Export a table (stanzas, calls, evidence, anomalies, messages) as CSV, Parquet, Arrow or NDJSON.
    Export(export::ExportArguments),
    /// Summarise calls and stanzas: counts and percentiles by any column; also reads earlier Parquet exports.
    Stats(stats::StatsArguments),
    /// Write a finding as one of the spec's issue forms, as a comment, or as an entry of its corpus; sanitised.
    Report(report::ReportArguments),
    /// Post a report as a GitHub issue or comment (after confirmation); updates an earlier post of the same finding.
    Attach(attach::AttachArguments),
    /// Write a sanitised copy of the calls' stanzas that others can open with ringtrace.
    Sanitize(sanitize::SanitizeArguments),
    /// Print a shell completion script.
    Completions(shell::CompletionsArguments),
    /// Print a manual page.
    Man(shell::ManArguments),
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
    // These two must work even if the config file is broken, so they run before it is read.
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
        Some(Command::Open(open)) => open::run(&open, settings),
        Some(Command::Inspect(inspect)) => inspect::run(&inspect, &settings),
        Some(Command::Questions(questions)) => questions::run(&questions, &settings),
        Some(Command::Rules(rules)) => rules::run(&rules, &settings),
        Some(Command::Explain(explain)) => explain::run(&explain, &settings),
        Some(Command::Ladder(ladder)) => ladder::run(&ladder, &settings),
        Some(Command::Export(export)) => export::run(&export, &settings),
        Some(Command::Stats(stats)) => stats::run(&stats, &settings),
        Some(Command::Report(report)) => report::run(&report, &settings),
        Some(Command::Attach(attach)) => attach::run(&attach, &settings),
        Some(Command::Sanitize(sanitize)) => sanitize::run(&sanitize, &settings),
        Some(Command::Completions(_) | Command::Man(_)) => Ok(Exit::Done),
        None => open::run(&arguments.open, settings),
    }
}
