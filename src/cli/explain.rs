//! `ringtrace explain`: what an id means.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;
use ringtrace::summary::explain::{self, Glossary};
use ringtrace::visible::visible;

use super::exit::{EXIT_CODES, Exit, Failure};
use super::layout;
use super::reading;
use super::settings::Settings;

/// What `explain` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace explain timeout-terminate-sender       what is asked, what decides it, what is recorded
  ringtrace explain SIG-03                         what a page of the spec leaves open
  ringtrace explain 'SIG-03 #2'                    one of its questions
  ringtrace explain tls-no-key                     an anomaly
  ringtrace explain calls.ring_ms                  a column
  ringtrace explain 1                              an exit code")]
pub(super) struct ExplainArguments {
    /// A rule, question, discrepancy, page of the spec, column, anomaly or exit code.
    #[arg(value_name = "ID")]
    id: String,

    /// A checkout of the spec's repository, for the wording of its questions.
    #[arg(long, value_name = "DIR")]
    spec: Option<PathBuf>,
}

/// Runs `explain`.
pub(super) fn run(arguments: &ExplainArguments, settings: &Settings) -> Result<Exit, Failure> {
    let spec = reading::checkout(arguments.spec.as_deref())?;
    let glossary = Glossary { exit_codes: EXIT_CODES, spec: spec.as_ref() };
    let pages = glossary.pages(&arguments.id);
    if pages.is_empty() {
        let nearest = glossary.nearest(&arguments.id).map_or_else(String::new, |id| format!("; did you mean {id}?"));
        return Err(Failure::Usage(format!("nothing is called {}{nearest}", visible(&arguments.id))));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    explain::text(&pages, layout::of_output(settings.color), &mut out)?;
    out.flush()?;
    Ok(Exit::Done)
}
