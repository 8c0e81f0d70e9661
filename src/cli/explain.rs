//! `ringtrace explain`: the page of an id.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;
use ringtrace::print::explain::{self, Glossary};
use ringtrace::spec::Checkout;
use ringtrace::spec::{fingerprint, written};
use ringtrace::visible::visible;

use super::exit::{EXIT_CODES, Exit, Failure};
use super::knowledge::KnowledgeArguments;
use super::reading;
use super::settings::Settings;

/// The arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace explain ack-coverage     a question: what is asked, what decides it
  ringtrace explain SIG-03           the open questions of a page of the spec
  ringtrace explain 'SIG-03 #2'      one of them
  ringtrace explain tls/no-key       an anomaly
  ringtrace explain calls.ring_ms    a column
  ringtrace explain filter           the language of --filter
  ringtrace explain 439              an ack's error code, as others report it
  ringtrace explain hosted-device    which device acted, as others report it
  ringtrace explain 1                an exit code
  ringtrace explain SIG-03 --spec ../wacrg --fingerprints")]
pub(super) struct ExplainArguments {
    /// Rule, question, discrepancy, page of the spec, column, anomaly, error code of an ack, topic that others report on, or
    /// exit code.
    #[arg(value_name = "ID")]
    id: String,

    /// Checkout of the spec's repository, to quote its wording of the questions.
    #[arg(long, value_name = "DIR")]
    spec: Option<PathBuf>,

    #[command(flatten)]
    knowledge: KnowledgeArguments,

    /// Print JSON.
    #[arg(long, conflicts_with = "fingerprints")]
    json: bool,

    /// Print the fingerprint of each open question of a page instead, as its entry in the sources needs it.
    #[arg(long, requires = "spec")]
    fingerprints: bool,
}

/// Runs `explain`.
pub(super) fn run(arguments: &ExplainArguments, settings: &Settings) -> Result<Exit, Failure> {
    let spec = reading::checkout(arguments.spec.as_deref())?;
    if arguments.fingerprints {
        return fingerprints(spec.as_ref(), &arguments.id);
    }
    let knowledge = arguments.knowledge.read()?;
    let glossary = Glossary { exit_codes: EXIT_CODES, spec: spec.as_ref(), knowledge: &knowledge };
    let pages = glossary.pages(&arguments.id);
    if pages.is_empty() {
        let nearest = glossary.nearest(&arguments.id).map_or_else(String::new, |id| format!("; did you mean `{id}`?"));
        let id = visible(&arguments.id);
        return Err(Failure::Usage(format!("no rule, question, column or anomaly named `{id}`{nearest}")));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    if arguments.json {
        explain::json(&pages, &mut out)?;
    } else {
        explain::text(&pages, settings.layout(), &mut out)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// Prints the fingerprints of a page's open questions, each with its wording.
fn fingerprints(spec: Option<&Checkout>, name: &str) -> Result<Exit, Failure> {
    let page = spec.and_then(|spec| spec.page(name));
    let page = page.ok_or_else(|| Failure::Usage(format!("the checkout has no page `{}`", visible(name))))?;
    let mut out = io::stdout().lock();
    for (index, wording) in page.questions.iter().enumerate() {
        writeln!(out, "{}  {name} #{}: {}", written(fingerprint(wording)), index + 1, visible(wording))?;
    }
    out.flush()?;
    Ok(Exit::Done)
}
