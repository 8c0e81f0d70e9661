//! `ringtrace attach`: posts a report to GitHub.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use clap::Args;
use ringtrace::github::{Access, Api, Place, Post, Repository, Target as Destination, by_hand};
use ringtrace::visible::{visible, visible_path};

use super::exit::{Exit, Failure};
use super::report::ReportArguments;
use super::settings::Settings;
use super::target::Target;

/// Where a report is saved that cannot be sent.
const SAVED: &str = "ringtrace-report.md";

/// The heading of options about where to post.
const DESTINATION: &str = "Destination options";

/// The arguments of `attach`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace attach call.pcap --question ack-coverage --repo O/N --issue 12
  ringtrace attach call.pcap --call '#3' --repo O/N --issue 12 --dry-run
  ringtrace attach call.pcap --call '#3' --repo O/N --new --form stanza-capture

Authenticates with GITHUB_TOKEN, or with `gh auth token` if that is unset. Without a token, the report is saved and the \
URL of a prefilled issue form is printed. Posting the same finding again updates the earlier post.")]
pub(super) struct AttachArguments {
    #[command(flatten)]
    report: ReportArguments,

    /// Repository to post to.
    #[arg(long, help_heading = DESTINATION, value_name = "OWNER/NAME")]
    repo: Repository,

    #[command(flatten)]
    place: PlaceArguments,

    /// URL of the REST API, for servers other than github.com.
    #[arg(long, help_heading = DESTINATION, value_name = "URL", default_value_t)]
    api_url: Api,

    /// Send without asking for confirmation.
    #[arg(long, help_heading = DESTINATION)]
    yes: bool,

    /// Show what would be sent, and send nothing.
    #[arg(long, help_heading = DESTINATION, conflicts_with = "yes")]
    dry_run: bool,
}

/// The issue to post to.
#[derive(Debug, Args)]
#[command(next_help_heading = DESTINATION)]
#[group(required = true, multiple = false)]
struct PlaceArguments {
    /// Comment on this issue.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    issue: Option<u64>,

    /// Open a new issue.
    #[arg(long)]
    new: bool,
}

impl AttachArguments {
    /// The files that it may write.
    pub(super) fn files(&self) -> Vec<&Path> {
        self.report.files().into_iter().chain([Path::new(SAVED)]).collect()
    }
}

/// Runs `attach`.
pub(super) fn run(arguments: &AttachArguments, settings: &Settings) -> Result<Exit, Failure> {
    if arguments.report.is_document() {
        let why = "an analysis is a document, not a comment: write it with `ringtrace report --form analysis`";
        return Err(Failure::Usage(why.to_owned()));
    }
    let output = &arguments.report.output;
    let inputs = arguments.report.inputs(settings)?;
    let saved = output.is_given().then(|| output.target(&inputs)).transpose()?;
    let (ready, draft) = arguments.report.ready(settings)?;
    let place = arguments.place.issue.map_or(Place::New, Place::Issue);
    if place == Place::New && draft.form.issue().is_none() {
        let forms = "protocol-finding, stanza-capture or discrepancy";
        return Err(Failure::Usage(format!("--new requires one of the spec's issue forms: --form {forms}")));
    }
    let report = ready.release(draft.marked())?;
    let target = Destination { repository: arguments.repo.clone(), place };
    let post = Post { target: &target, report: &report };
    let save = |saved: &Target| arguments.report.write((&ready, &report), saved, &inputs, settings);
    if let Some(saved) = &saved {
        save(saved)?;
    }
    match show(&post, &arguments.api_url) {
        // With --yes nobody has to read it to the end, and with --dry-run nothing is sent anyway.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe && arguments.yes => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe && !arguments.dry_run => {
            let why = "not sent: output was closed before the report was fully shown (use --yes to send anyway)";
            return Err(Failure::Usage(why.to_owned()));
        }
        shown => shown?,
    }
    if arguments.dry_run {
        note_labels(arguments, &post);
        return Ok(ready.exit);
    }
    let Some(client) = Access::to(arguments.api_url.clone()).client() else {
        if saved.is_none() {
            save(&Target::new(Path::new(SAVED), output.force, &inputs)?)?;
        }
        let path = if output.is_given() { output.path() } else { Some(Path::new(SAVED)) };
        without_token(arguments, &post, path)?;
        return Ok(ready.exit);
    };
    if !arguments.yes && !is_confirmed()? {
        return Err(Failure::Usage("not sent: not confirmed (use --yes to send without asking)".to_owned()));
    }
    let done = post.send(&client).map_err(Failure::Remote)?;
    errln!("ringtrace: {}: {}", done.summary(), visible(done.url()));
    note_labels(arguments, &post);
    Ok(ready.exit)
}

/// Shows exactly what will be sent.
fn show(post: &Post<'_>, api: &Api) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}, via {api}:", post.summary())?;
    if post.target.place == Place::New {
        writeln!(out, "Title: {}\nLabels: {}", post.report.title, post.labels().join(", "))?;
    }
    writeln!(out, "\n{}", post.report.body)?;
    out.flush()
}

/// Asks whether to send, if there is a terminal to answer on.
fn is_confirmed() -> io::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(false);
    }
    err!("Send this? [y/N] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Reports what becomes of the labels of a new issue, which the spec's workflows go by, and which form sets them.
fn note_labels(arguments: &AttachArguments, post: &Post<'_>) {
    if post.target.place == Place::New {
        let form = by_hand(&arguments.api_url, post.target, post.report).url;
        errln!(
            "ringtrace: GitHub drops the labels unless you may push to {}; the form sets them for everybody: {}",
            arguments.repo,
            visible(&form)
        );
    }
}

/// Reports where the report was saved, and prints the URL to post it by hand.
fn without_token(arguments: &AttachArguments, post: &Post<'_>, path: Option<&Path>) -> io::Result<()> {
    errln!("ringtrace: no GitHub token: GITHUB_TOKEN is not set and `gh auth token` returned none");
    if let Some(path) = path {
        errln!("ringtrace: the report was saved to {}", visible_path(path));
    }
    let filled = by_hand(&arguments.api_url, post.target, post.report);
    if !filled.left_out.is_empty() {
        errln!("ringtrace: too long for the URL, paste by hand: {}", filled.left_out.join(", "));
    }
    writeln!(io::stdout().lock(), "{}", filled.url)
}
