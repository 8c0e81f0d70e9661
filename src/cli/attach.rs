//! `ringtrace attach`: a report to an issue.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use ringtrace::github::{Api, Client, Done, Pace, Place, Post, Repository, Token, prefilled};
use ringtrace::redact::Redacted;
use ringtrace::visible::visible;

use super::exit::{Exit, Failure};
use super::reading;
use super::redaction;
use super::report::{Ready, ReportArguments};
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
    let mut ready = arguments.report.ready(settings)?;
    let form = ready.form.issue();
    if arguments.place.new && form.is_none() {
        let forms = "protocol-finding, stanza-capture or discrepancy";
        return Err(Failure::Usage(format!("a new issue has one of the spec's forms: --form {forms}")));
    }
    if !ready.body.as_str().contains(&ready.marker) {
        let marked = format!("{}\n{}\n", ready.body, ready.marker);
        ready.body = redaction::release(&ready.redactor, marked)?;
    }
    let post = Post {
        repository: &arguments.repo,
        place: arguments.place.issue.map_or(Place::New, Place::Issue),
        title: &ready.title,
        body: &ready.body,
        labels: form.map_or(&[], |form| form.labels),
        marker: &ready.marker,
    };
    if let Some(saved) = &saved {
        arguments.report.write(&ready, saved, settings)?;
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
    let Some(token) = token(&arguments.api_url) else {
        return without_token(arguments, &ready, saved.is_some(), settings);
    };
    if !arguments.yes && !is_confirmed()? {
        return Err(Failure::Usage("nothing was sent: --yes sends it without asking".to_owned()));
    }
    let client = Client::new(arguments.api_url.clone(), token, Pace::default());
    let (what, address) = match post.send(&client).map_err(Failure::Remote)? {
        Done::Sent(address) => ("sent", address),
        Done::Updated(address) => ("updated what was sent before", address),
        Done::Unchanged(address) => ("it stands there already", address),
    };
    eprintln!("ringtrace: {what}: {}", visible(&address));
    Ok(reading::exit(&ready.analysis))
}

/// Shows exactly what will be sent.
fn show(post: &Post<'_>, api: &Api) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match post.place {
        Place::Issue(number) => writeln!(out, "A comment on {} #{number}, over {api}:\n", post.repository)?,
        Place::New => {
            writeln!(out, "A new issue of {}, over {api}:", post.repository)?;
            writeln!(out, "Title: {}\nLabels: {}\n", post.title, post.labels.join(", "))?;
        }
    }
    writeln!(out, "{}", post.body)?;
    out.flush()
}

/// The user's token, if there is one.
fn token(api: &Api) -> Option<Token> {
    let from_environment = std::env::var("GITHUB_TOKEN").ok().and_then(|token| Token::new(&token));
    from_environment.or_else(|| {
        let mut gh = Command::new("gh");
        gh.args(["auth", "token", "--hostname", &api.host()]).stdin(Stdio::null()).stderr(Stdio::null());
        let said = gh.output().ok().filter(|said| said.status.success())?;
        Token::new(&String::from_utf8(said.stdout).ok()?)
    })
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

/// Saves the report, and says where to paste it.
fn without_token(
    arguments: &AttachArguments,
    ready: &Ready,
    is_saved: bool,
    settings: &Settings,
) -> Result<Exit, Failure> {
    let path = arguments.report.output.as_deref().unwrap_or(Path::new(SAVED));
    if !is_saved {
        let target = Target::new(Some(path), arguments.report.force)?;
        arguments.report.write(ready, &target, settings)?;
    }
    eprintln!("ringtrace: no token: GITHUB_TOKEN is not set, and `gh auth token` says none");
    eprintln!("ringtrace: the report is in {}", visible(&path.to_string_lossy()));
    let mut out = io::stdout().lock();
    match (arguments.place.issue, ready.form.issue()) {
        (None, Some(form)) => {
            let title: (&str, Redacted) = ("title", ready.title.clone());
            let fields: Vec<_> = std::iter::once(title).chain(ready.fields.iter().cloned()).collect();
            let filled = prefilled(&arguments.api_url, &arguments.repo, form.template, &fields);
            if !filled.left_out.is_empty() {
                eprintln!("ringtrace: too long for the address, to be pasted: {}", filled.left_out.join(", "));
            }
            writeln!(out, "{}", filled.address)?;
        }
        (number, _) => {
            let number = number.map_or_else(String::new, |number| format!("/{number}"));
            writeln!(out, "{}/{}/issues{number}", arguments.api_url.web(), arguments.repo)?;
        }
    }
    Ok(reading::exit(&ready.analysis))
}
