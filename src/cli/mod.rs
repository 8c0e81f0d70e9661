//! The command line: what is asked for, and the exit code that follows.

mod exit;
mod export;
mod files;
mod inspect;
mod open;
mod reading;
mod rules;
mod target;

use std::io;
use std::process::ExitCode;

use clap::{ColorChoice, Parser, Subcommand};

use exit::{Exit, Failure};

const EXAMPLES: &str = "\
Examples:
  ringtrace call.pcap --noise-keylog keys.txt      open the recording in the terminal interface
  ringtrace call.pcap | less                       the same as text
  ringtrace export call.pcap -o timeline.csv       its calls' stanzas as CSV
  ringtrace export *.pcap --table calls            one row a call, over several recordings
  ringtrace rules call.pcap                        how its calls stand to the rules of the spec
  ringtrace --me 10000000000001:7@lid pasted.xml   stanzas as text, seen from this device

Keys are found beside a capture: call.noisekeys.txt and call.sslkeylog.txt for call.pcap.

Exit codes: 0 done; 1 something was lost (said on standard error), the rest was done; 2 wrong usage;
3 refused to write.";

/// Reads recorded WhatsApp Web traffic of your own test accounts, rebuilds each call's stanza timeline, and marks
/// what it says about the open questions of the call signalling spec. Records nothing, contacts nothing.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    open: open::OpenArguments,

    /// Whether to use colour; NO_COLOR is honoured.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,

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
    Open(open::OpenArguments),
    /// Writes tables: the stanzas of the calls, or the calls.
    Export(export::ExportArguments),
    /// Says what is inside captures, and what could not be read, and why.
    Inspect(inspect::InspectArguments),
    /// Lists the rules that calls are checked for, and with captures what was found.
    Rules(rules::RulesArguments),
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
    let arguments = CommandLine::parse();
    let verbosity = match (arguments.quiet, arguments.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Everything,
        _ => Verbosity::Losses,
    };
    let done = match arguments.command {
        Some(Command::Export(export)) => export::run(&export, verbosity),
        Some(Command::Inspect(inspect)) => inspect::run(&inspect, verbosity),
        Some(Command::Rules(rules)) => rules::run(&rules, verbosity),
        Some(Command::Open(open)) => open::run(&open, arguments.color, verbosity),
        None => open::run(&arguments.open, arguments.color, verbosity),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(failure) if failure.is_closed_pipe() => Exit::Done.into(),
        Err(failure) => {
            eprintln!("ringtrace: {failure}");
            failure.exit().into()
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write { target: "standard output".to_owned(), error }
    }
}
