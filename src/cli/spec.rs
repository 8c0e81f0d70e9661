//! `ringtrace spec`: what captures support, written into a checkout of the spec.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use ringtrace::analysis::Analysis;
use ringtrace::origin::{CaptureId, Timestamp};
use ringtrace::patch::worktree::{self, State};
use ringtrace::patch::{
    Change, Closing, Credit, Folder, PullRequest, Repository, Request, TEMPLATE, TestServers, index_of, lint, unified,
};
use ringtrace::redact::Leak;
use ringtrace::report;
use ringtrace::spec::QUESTIONS;
use ringtrace::visible::{visible, visible_path};
use ringtrace::words::{counted, nearest, rfc3339};

use super::credit::CreditArguments;
use super::exit::{Exit, Failure};
use super::reading::{Filtering, Reading};
use super::redaction::{self, Redaction};
use super::settings::{Settings, Verbosity};
use super::target::OutputArguments;
use super::{interrupt, loading, own};

/// The heading of options about what is written.
const CHANGE: &str = "Change options";

/// The heading of options about a checkout alone.
const CHECKS: &str = "Options without captures";

/// The arguments of `spec`.
#[derive(Debug, Args)]
#[command(mut_arg("files", |files| files.required(false)), after_help = "\
Examples:
  ringtrace spec captures/ --spec ../wacrg --dry-run
  ringtrace spec captures/ --spec ../wacrg --contributor octocat
  ringtrace spec call.pcap --spec ../wacrg --question ack-error
  ringtrace spec --lint ../wacrg --format github
  ringtrace spec --index ../wacrg

Writes corpus entries, grades, values and provenance, new attributes and children, and enum values, as far as the \
captures support them; nothing is committed. What stands against the spec is reported, not edited. Evidence of test \
servers (loopback and documentation addresses, synthetic captures) counts for nothing without --allow-test-server. Run \
`npm run build && npm run check` in the checkout afterwards.")]
pub(super) struct SpecArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// Print a unified diff, and write nothing.
    #[arg(long, help_heading = CHANGE)]
    dry_run: bool,

    #[command(flatten)]
    credit: CreditArguments,

    /// Register the contributor under this name if the spec doesn't know the id.
    #[arg(long, help_heading = CHANGE, value_name = "NAME", requires = "contributor")]
    contributor_name: Option<String>,

    /// Close this question if it is answered, with a finding and a changelog entry.
    #[arg(long, help_heading = CHANGE, value_name = "ID", conflicts_with = "all")]
    question: Vec<String>,

    /// Close every question that is answered.
    #[arg(long, help_heading = CHANGE)]
    all: bool,

    /// Let evidence of test servers count; every line written says so.
    #[arg(long, help_heading = CHANGE)]
    allow_test_server: bool,

    /// Check the data of a checkout instead: grades without their techniques, pages that contradict each other,
    /// unlisted values, changed questions, circular derivations.
    #[arg(long, help_heading = CHECKS, value_name = "DIR", conflicts_with_all = ["files", "spec", "index"])]
    lint: Option<PathBuf>,

    /// Format of what --lint finds.
    #[arg(long, help_heading = CHECKS, value_name = "FORMAT", value_enum, default_value_t, requires = "lint")]
    format: Format,

    /// Print the index of a checkout's open questions instead, as the sources of ringtrace have it, and what changed.
    #[arg(long, help_heading = CHECKS, value_name = "DIR", conflicts_with_all = ["files", "spec"])]
    index: Option<PathBuf>,

    #[command(flatten)]
    redaction: Redaction,

    #[command(flatten)]
    output: OutputArguments,
}

/// A format of what is found in a checkout.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// JSON.
    Json,
    /// SARIF 2.1.0, for code scanners.
    Sarif,
    /// JUnit XML, a test case per check.
    Junit,
    /// Annotations of GitHub's workflows.
    Github,
}

impl From<Format> for lint::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
            Format::Sarif => Self::Sarif,
            Format::Junit => Self::Junit,
            Format::Github => Self::Github,
        }
    }
}

/// Runs `spec`.
pub(super) fn run(arguments: &SpecArguments, settings: &Settings) -> Result<Exit, Failure> {
    if let Some(root) = &arguments.lint {
        print(&lint::written(&lint::lint(&open(root)?), arguments.format.into()))?;
        return Ok(Exit::Done);
    }
    if let Some(root) = &arguments.index {
        print(&index_of(&open(root)?))?;
        return Ok(Exit::Done);
    }
    if !arguments.reading.has_files() {
        return Err(Failure::Usage("no captures given; see `ringtrace spec --help`".to_owned()));
    }
    let Some(root) = arguments.reading.spec_folder() else {
        return Err(Failure::Usage("--spec DIR is required: a checkout of the spec's repository".to_owned()));
    };
    let repository = open(root)?;
    let credit = arguments.credit(&repository)?;
    let closing = arguments.closing()?;
    let inputs = {
        let mut inputs = arguments.reading.inputs(settings, arguments.output.path())?;
        arguments.redaction.protect(&mut inputs)?;
        inputs
    };
    let reports = arguments.output.is_given().then(|| arguments.output.target(&inputs)).transpose()?;
    let selection = arguments.filtering.selection()?;
    let prepared = arguments.reading.prepare(settings)?;
    let jobs = prepared.jobs();
    let analysis = loading::read(prepared, settings.verbosity);
    own::try_on(&analysis, jobs);
    loading::report(&analysis, settings.verbosity);
    let exit = loading::exit(&analysis);
    let known = arguments.redaction.known()?;
    let own = [&credit.contributor, &arguments.contributor_name].into_iter().flatten();
    let redactor = arguments.redaction.redactor_allowing(&analysis, &known, own);
    let digests = report::digests(&analysis);
    let calls = match &selection {
        Some(selection) => selection.calls(&analysis),
        None => (0..analysis.calls.len()).collect(),
    };
    let test_servers = TestServers::of(&analysis, synthetic(&analysis));
    let request = Request {
        repository: &repository,
        redactor: &redactor,
        digests: &digests,
        calls: &calls,
        test_servers: &test_servers,
        allow_test_servers: arguments.allow_test_server,
        credit: &credit,
        new_contributor: arguments.contributor_name.as_deref(),
        closing: &closing,
        date: &today(),
        jobs,
    };
    let change = Change::draft(analysis, &request);
    change.check(&redactor).map_err(leaks)?;
    let template = fs::read_to_string(root.join(TEMPLATE)).ok();
    let request = PullRequest::of(&change, template.as_deref());
    let summary = summary(&change);
    redactor.release(request.own.clone()).map_err(redaction::leaks)?;
    let reviewed = reviewed(&change, &request);
    if arguments.dry_run {
        print(
            &change
                .files
                .iter()
                .map(|file| unified(&file.path, file.before.as_deref(), &file.after))
                .collect::<String>(),
        )?;
        say(settings, &summary);
    } else {
        write(root, &change)?;
        print(&summary)?;
        if reports.is_none() && !change.files.is_empty() {
            print(&format!("\n{reviewed}"))?;
        }
    }
    if let Some(reports) = &reports {
        interrupt::clean_up()?;
        reports.write_text(&reviewed)?;
    }
    arguments.redaction.save(&redactor, &known)?;
    for conflict in &change.conflicts {
        let line = conflict.line.map_or_else(String::new, |line| format!(":{line}"));
        errln!("ringtrace: conflict: {}{line}: {}", visible(&conflict.file), visible(&conflict.why));
    }
    Ok(if change.conflicts.is_empty() { exit } else { Exit::Lost })
}

/// Today's date in UTC: `2026-06-24`.
fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = rfc3339(Timestamp(i64::try_from(since.as_nanos()).unwrap_or_default())).unwrap_or_default();
    now.split('T').next().unwrap_or_default().to_owned()
}

/// A checkout of the spec's repository.
fn open(root: &Path) -> Result<Repository, Failure> {
    Repository::open(root).map_err(|error| Failure::Usage(visible(&error.to_string()).into_owned()))
}

impl SpecArguments {
    /// Who is credited, if the spec knows them or gets to.
    fn credit(&self, repository: &Repository) -> Result<Credit, Failure> {
        let known: Vec<_> = repository.ids(Folder::Contributors).collect();
        if let Some(id) =
            self.credit.contributor.as_deref().filter(|id| self.contributor_name.is_none() && !known.contains(id))
        {
            let near =
                nearest(id, known.iter().copied()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let file = Folder::Contributors.file(id);
            let how = "use --contributor-name NAME to add it";
            return Err(Failure::Usage(format!("unknown contributor `{id}`: there is no {file}{near} ({how})")));
        }
        Ok(self.credit.credit())
    }

    fn closing(&self) -> Result<Closing, Failure> {
        if self.all {
            return Ok(Closing::All);
        }
        for asked in &self.question {
            let known = || QUESTIONS.iter().map(|question| question.id);
            if !known().any(|id| id == asked) {
                let near = nearest(asked, known()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                return Err(Failure::Usage(format!("unknown question `{}`{near}", visible(asked))));
            }
        }
        Ok(Closing::Named(self.question.clone()))
    }
}

/// The captures whose card, `card.toml` in the same folder, says that they are synthetic.
fn synthetic(analysis: &Analysis) -> Vec<CaptureId> {
    let says_so = |path: &Path| {
        let card = fs::read_to_string(path.with_file_name("card.toml")).unwrap_or_default();
        card.lines().any(|line| {
            line.split_once('=')
                .is_some_and(|(key, value)| key.trim() == "synthetic" && value.trim().starts_with("true"))
        })
    };
    let captures = (0_u32..).zip(&analysis.captures);
    let captures = captures.filter(|(_, capture)| capture.path.as_deref().is_some_and(says_so));
    captures.map(|(index, _)| CaptureId(index)).collect()
}

/// Writes a change, unless somebody's changes that are not committed would mix with it.
fn write(root: &Path, change: &Change) -> Result<(), Failure> {
    if change.files.is_empty() {
        return Ok(());
    }
    match worktree::state(root) {
        State::Clean => {}
        State::Unversioned => {
            errln!("ringtrace: {}: not a Git checkout, so nothing can be undone", visible_path(root))
        }
        State::Changed(files) => {
            return Err(Failure::Dirty(format!(
                "{}: commit or stash its changes first: {}",
                visible_path(root),
                listed(&files)
            )));
        }
        State::Unknown(why) => return Err(Failure::Dirty(format!("{}: {}", visible_path(root), visible(&why)))),
    }
    interrupt::clean_up()?;
    worktree::write(root, &change.files).map_err(|(path, error)| Failure::Write { target: visible_path(&path), error })
}

/// Files that a message lists.
const LISTED: usize = 5;

fn listed(files: &[String]) -> String {
    let more = files.len().saturating_sub(LISTED);
    let files: Vec<_> = files.iter().take(LISTED).map(|file| visible(file).into_owned()).collect();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", files.join(", "))
}

fn leaks(leaks: Vec<(String, Leak)>) -> Failure {
    let by_chance = leaks.iter().any(|(_, leak)| leak.what.is_releasable());
    Failure::Leaks { places: leaks.iter().map(|(file, leak)| format!("{file}: {leak}")).collect(), by_chance }
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn say(settings: &Settings, text: &str) {
    if settings.verbosity >= Verbosity::Losses {
        err!("{text}");
    }
}

/// What is written and why, and what is not.
fn summary(change: &Change) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        for line in line.lines() {
            text.push_str(&visible(line));
            text.push('\n');
        }
    };
    if change.files.is_empty() {
        line("Nothing to write: the spec has all that these captures support.".to_owned());
    }
    for file in &change.files {
        line(format!("{}{}", file.path, if file.before.is_none() { " (new)" } else { "" }));
        file.why.iter().for_each(|why| line(format!("  {why}")));
    }
    for closed in &change.questions {
        line(format!("question {}: {}", closed.question, closed.what));
    }
    for report in &change.discrepancies {
        line(format!("discrepancy {}: reported, not edited", report.id));
    }
    for (action, count) in &change.without_page {
        line(format!("<{action}>: {}, and no page describes it", counted(*count, "stanza")));
    }
    let [before, after] = &change.coverage;
    if before == after {
        line(format!("Coverage stays:\n{before}"));
    } else {
        line(format!("Coverage now:\n{before}\nCoverage after `npm run coverage`:\n{after}"));
    }
    let mut left: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for it in &change.left {
        left.entry((it.missing, &it.file)).or_default().push(&it.fact);
    }
    for ((missing, file), facts) in left {
        let count = counted(facts.len() as u64, "fact");
        line(format!("{file}: {count} could be raised by {missing}: {}", facts.join(", ")));
    }
    if change.set_aside > 0 {
        line(format!(
            "{} of test servers set aside (see --allow-test-server)",
            counted(change.set_aside as u64, "call")
        ));
    }
    if change.not_citable > 0 {
        let calls = counted(change.not_citable as u64, "call");
        line(format!("{calls} set aside: a capture that cannot be read again cannot be cited"));
    }
    if !change.files.is_empty() {
        line("Next, in the checkout: npm run build && npm run check".to_owned());
    }
    text
}

/// The pull request, and the reports of what stands against the spec.
fn reviewed(change: &Change, request: &PullRequest) -> String {
    let mut text = format!("Branch: {}\nTitle: {}\n\n{}", request.branch, request.title, request.body);
    for report in &change.discrepancies {
        text.push_str(&format!("\n---\n\nIssue: {}\n\n{}\n", report.title, report.body.trim_end()));
    }
    text
}
