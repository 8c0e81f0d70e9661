//! `ringtrace attach`: a report to an issue.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use clap::Args;
use ringtrace::github::{Access, Api, Place, Post, Repository, Target as Destination, by_hand};
use ringtrace::visible::visible;

use super::exit::{Exit, Failure};
use super::reading;
use super::report::ReportArguments;
use super::settings::Settings;
use super::target::Target;

/// Where a report is saved that could not be sent.
const SAVED: &str = "ringtrace-report.md";

/// What `attach` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace attach call.pcap --question ack-coverage --repo OWNER/NAME --issue 12 --dry-run
  ringtrace attach call.pcap --question ack-coverage --repo OWNER/NAME --issue 12
  ringtrace attach call.pcap --call '#3' --form stanza-capture --repo OWNER/NAME --new

The token is that of GITHUB_TOKEN, else the one that `gh auth token` prints. Without one the report is saved, and the
address of a form that is filled in already is printed. The same finding sent again replaces what was sent before.")]
pub(super) struct AttachArguments {
    #[command(flatten)]
    report: ReportArguments,

    /// The repository, OWNER/NAME.
    #[arg(long, value_name = "OWNER/NAME")]
    repo: Repository,

    #[command(flatten)]
    place: PlaceArguments,

    /// The address of the REST API, for other servers than GitHub's.
    #[arg(long, value_name = "URL", default_value_t)]
    api_url: Api,

    /// Sends it without asking.
    #[arg(long)]
    yes: bool,

    /// Shows what would be sent, and sends nothing.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

/// Where in the repository.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct PlaceArguments {
    /// As a comment on this issue.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    issue: Option<u64>,

    /// As a new issue.
    #[arg(long)]
    new: bool,
}

/// Runs `attach`.
pub(super) fn run(arguments: &AttachArguments, settings: &Settings) -> Result<Exit, Failure> {
    let output = arguments.report.output.as_deref();
    let saved = output.map(|path| Target::new(Some(path), arguments.report.force)).transpose()?;
    let ready = arguments.report.ready(settings)?;
    let place = arguments.place.issue.map_or(Place::New, Place::Issue);
    if place == Place::New && ready.draft.form.issue().is_none() {
        let forms = "protocol-finding, stanza-capture or discrepancy";
        return Err(Failure::Usage(format!("a new issue has one of the spec's forms: --form {forms}")));
    }
    let report = ready.release(ready.draft.clone().marked())?;
    let target = Destination { repository: arguments.repo.clone(), place };
    let post = Post { target: &target, report: &report };
    let save = |saved: &Target| arguments.report.write(&report, &ready.redactor, saved, settings);
    if let Some(saved) = &saved {
        save(saved)?;
    }
    match show(&post, &arguments.api_url) {
        // Who said --yes need not read it to its end, and who only looks may leave.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe && arguments.yes => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe && !arguments.dry_run => {
            return Err(Failure::Usage("nothing was sent, since it could not be shown to its end".to_owned()));
        }
        shown => shown?,
    }
    if arguments.dry_run {
        return Ok(reading::exit(&ready.analysis));
    }
    let Some(client) = Access::to(arguments.api_url.clone()).client() else {
        let path = output.unwrap_or(Path::new(SAVED));
        if saved.is_none() {
            save(&Target::new(Some(path), arguments.report.force)?)?;
        }
        without_token(arguments, &post, path)?;
        return Ok(reading::exit(&ready.analysis));
    };
    if !arguments.yes && !is_confirmed()? {
        return Err(Failure::Usage("nothing was sent: --yes sends it without asking".to_owned()));
    }
    let done = post.send(&client).map_err(Failure::Remote)?;
    eprintln!("ringtrace: {}: {}", done.says(), visible(done.address()));
    Ok(reading::exit(&ready.analysis))
}

/// Shows exactly what will be sent.
fn show(post: &Post<'_>, api: &Api) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}, over {api}:", post.says())?;
    if post.target.place == Place::New {
        writeln!(out, "Title: {}\nLabels: {}", post.report.title, post.labels().join(", "))?;
    }
    writeln!(out, "\n{}", post.report.body)?;
    out.flush()
}

/// Asks whether to send, if somebody is there to answer.
fn is_confirmed() -> io::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(false);
    }
    eprint!("Send this? [y/N] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Says where the report was saved, and where to paste it.
fn without_token(arguments: &AttachArguments, post: &Post<'_>, path: &Path) -> io::Result<()> {
    eprintln!("ringtrace: no token: GITHUB_TOKEN is not set, and `gh auth token` says none");
    eprintln!("ringtrace: the report is in {}", visible(&path.to_string_lossy()));
    let filled = by_hand(&arguments.api_url, post.target, post.report);
    if !filled.left_out.is_empty() {
        eprintln!("ringtrace: too long for the address, to be pasted: {}", filled.left_out.join(", "));
    }
    writeln!(io::stdout().lock(), "{}", filled.address)
}
