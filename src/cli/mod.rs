//! The command line: one file per subcommand, after what they share.

/// Writes to standard error. Nothing can be done if that is closed; `eprint!` would panic.
macro_rules! err {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = write!(std::io::stderr(), $($text)*);
    }};
}

/// Writes a line to standard error.
macro_rules! errln {
    ($($text:tt)*) => {
        err!("{}\n", format_args!($($text)*))
    };
}

mod exit;

mod settings;

mod interrupt;

mod target;

mod manifest;

mod files;

mod reading;

mod own;

mod loading;

mod following;

mod gate;

mod redaction;

mod credit;

mod knowledge;

mod open;

mod inspect;

mod questions;

mod rules;

mod diff;

mod explain;

mod ladder;

mod export;

mod stats;

mod report;

mod attach;

mod sanitize;

mod spec;

mod schema;

mod shell;

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};

use clap::{ColorChoice, CommandFactory, Parser, Subcommand};
use ringtrace::config;
use ringtrace::sandbox::{self, Needs};
use ringtrace::visible::{is_hidden, visible, visible_but};

use exit::{Exit, Failure};
use settings::{Settings, Verbosity};

const EXAMPLES: &str = "\
Examples:
  ringtrace call.pcap                         open a capture in the TUI
  ringtrace call.pcap | less                  print the same as text
  ringtrace questions captures/               show what captures say about the
                                              spec's open questions
  ringtrace rules call.pcap                   check its calls against the rules
  ringtrace diff good.pcap bad.pcap           show where two calls differ
  ringtrace export call.pcap -o stanzas.csv   export its stanzas as CSV
  ringtrace export *.pcap --table calls       one row per call of all captures
  ringtrace stats captures/                   count calls, measure latencies

Keys next to a capture are found by name: call.noisekeys.txt and call.sslkeylog.txt for call.pcap.

Exit codes: 0 done; 1 data was lost (see stderr), everything else was done; 2 usage error; 3 refused to \
write; 4 refused by the server; 5 something that --deny names was found.";

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

    /// File with open questions of your own (see docs/questions.md); they are listed, judged and reported like the spec's.
    #[arg(long, global = true, value_name = "FILE", help_heading = GLOBAL)]
    questions: Vec<PathBuf>,

    /// Suppress everything on stderr except fatal errors.
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    quiet: bool,

    /// Also report anomalies that lost no data.
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = GLOBAL)]
    verbose: bool,

    /// Keep the rights to write any file, to use the network and to run programs while captures are read.
    #[arg(long, global = true, help_heading = GLOBAL)]
    no_sandbox: bool,

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
    /// Compare two calls, or a call with a profile of a real client: what differs, and where first.
    Diff(diff::DiffArguments),
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
    /// Write what captures support into a checkout of the spec's repository, as a change ready for review.
    Spec(spec::SpecArguments),
    /// Print the JSON Schema of what a command prints with --json.
    Schema(schema::SchemaArguments),
    /// Print a shell completion script.
    Completions(shell::CompletionsArguments),
    /// Print a manual page.
    Man(shell::ManArguments),
}

impl CommandLine {
    /// What the process needs while it reads captures; `None` for the TUI, in which only the thread that reads gives up
    /// the rest, and for `spec`, which asks git and writes all over a checkout.
    fn needs(&self) -> Option<Needs<'_>> {
        const fn writing(files: Vec<&Path>) -> Option<Needs<'_>> {
            Some(Needs { files, network: false })
        }
        match &self.command {
            Some(Command::Open(_)) | None if open::is_interface() => None,
            Some(Command::Spec(_)) => None,
            Some(Command::Export(export)) => writing(export.files()),
            Some(Command::Stats(stats)) => writing(stats.files()),
            Some(Command::Ladder(ladder)) => writing(ladder.files()),
            Some(Command::Report(report)) => writing(report.files()),
            Some(Command::Sanitize(sanitize)) => writing(sanitize.files()),
            Some(Command::Attach(attach)) => Some(Needs { files: attach.files(), network: true }),
            Some(
                Command::Open(_)
                | Command::Inspect(_)
                | Command::Questions(_)
                | Command::Rules(_)
                | Command::Diff(_)
                | Command::Explain(_)
                | Command::Schema(_)
                | Command::Completions(_)
                | Command::Man(_),
            )
            | None => writing(Vec::new()),
        }
    }
}

/// Runs the command line that the process was given.
pub(crate) fn main() -> ExitCode {
    match run(CommandLine::try_parse().unwrap_or_else(refuse)) {
        Ok(exit) => exit.into(),
        Err(failure) if failure.is_closed_pipe() => Exit::Done.into(),
        Err(failure) => {
            errln!("ringtrace: {failure}");
            failure.exit().into()
        }
    }
}

/// Ends with what is wrong with the arguments, or with the help. An argument may be the name of a file, and so have any
/// character: the message is that about the arguments as they are shown.
fn refuse(error: clap::Error) -> CommandLine {
    let shown = env::args_os().map(|argument| visible(&argument.to_string_lossy()).into_owned());
    match CommandLine::try_parse_from(shown) {
        Err(shown) => shown.exit(),
        Ok(_) => {
            err!("{}", visible_but(&error.to_string(), |character| character != '\n' && is_hidden(character)));
            process::exit(error.exit_code())
        }
    }
}

fn run(arguments: CommandLine) -> Result<Exit, Failure> {
    if arguments.print_config_template {
        io::stdout().lock().write_all(config::TEMPLATE.as_bytes())?;
        return Ok(Exit::Done);
    }
    // These must work even if the config file is broken, so they run before it is read.
    match &arguments.command {
        Some(Command::Completions(completions)) => return shell::completions(completions, CommandLine::command()),
        Some(Command::Man(man)) => return shell::man(man, CommandLine::command()),
        Some(Command::Schema(schema)) => return schema::run(schema),
        _ => {}
    }
    let verbosity = match (arguments.quiet, arguments.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Everything,
        _ => Verbosity::Losses,
    };
    let settings = Settings::new(arguments.config.as_deref(), arguments.color, verbosity)?;
    let settings = Settings { sandbox: !arguments.no_sandbox, ..settings };
    own::add(&arguments.questions, &settings)?;
    if let Some(needs) = arguments.needs().filter(|_| settings.sandbox) {
        sandbox::enter(&needs);
    }
    match arguments.command {
        Some(Command::Open(open)) => open::run(&open, settings),
        Some(Command::Inspect(inspect)) => inspect::run(&inspect, &settings),
        Some(Command::Questions(questions)) => questions::run(&questions, &settings),
        Some(Command::Rules(rules)) => rules::run(&rules, &settings),
        Some(Command::Diff(diff)) => diff::run(&diff, &settings),
        Some(Command::Explain(explain)) => explain::run(&explain, &settings),
        Some(Command::Ladder(ladder)) => ladder::run(&ladder, &settings),
        Some(Command::Export(export)) => export::run(&export, &settings),
        Some(Command::Stats(stats)) => stats::run(&stats, &settings),
        Some(Command::Report(report)) => report::run(&report, &settings),
        Some(Command::Attach(attach)) => attach::run(&attach, &settings),
        Some(Command::Sanitize(sanitize)) => sanitize::run(&sanitize, &settings),
        Some(Command::Spec(spec)) => spec::run(&spec, &settings),
        Some(Command::Completions(_) | Command::Man(_) | Command::Schema(_)) => Ok(Exit::Done),
        None => open::run(&arguments.open, settings),
    }
}
