//! `ringtrace report`: a finding as text for others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use ringtrace::analysis::{Analysis, nearest};
use ringtrace::redact::{Redacted, Redactor};
use ringtrace::report::{self, Draft, Released, Report, Shown, Subject};
use ringtrace::spec::RULES;
use ringtrace::spec::findings;
use ringtrace::visible::visible;

use super::Verbosity;
use super::exit::{Exit, Failure};
use super::progress;
use super::reading::{self, Filtering, Reading};
use super::redaction::{self, Redaction};
use super::settings::Settings;
use super::target::Target;

/// What `report` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace report call.pcap --question timeout-terminate-sender --form protocol-finding
  ringtrace report call.pcap --call '#3' -o comment.md                  a comment with a diagram and stanzas to check
  ringtrace report call.pcap --call '#3' --form stanza-capture          its most telling stanza
  ringtrace report call.pcap --call '#3' --form corpus --stanza 17 -o capture.yaml

No name, number, id, file name or time of day leaves: people are letters, calls and captures are numbers.
--question and --discrepancy take the ids of `ringtrace questions`, --rule those of `ringtrace rules`.")]
pub(super) struct ReportArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    #[command(flatten)]
    about: About,

    /// As what.
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Comment)]
    form: Form,

    /// Which stanza a stanza-capture or corpus entry shows: its `seq`, as in `ringtrace export`. Unless given, the
    /// one that tells most, which is said.
    #[arg(long, value_name = "SEQ")]
    stanza: Option<u64>,

    #[command(flatten)]
    redaction: Redaction,

    /// Where to; `-` is standard output.
    #[arg(short, long, value_name = "PATH")]
    pub(super) output: Option<PathBuf>,

    /// Overwrites the target if it is there.
    #[arg(long)]
    pub(super) force: bool,
}

/// What it is about.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct About {
    /// An open question.
    #[arg(long, value_name = "ID")]
    question: Option<String>,

    /// A call: its call-id, the beginning of it, or `#N` as listed.
    #[arg(long, value_name = "ID")]
    call: Option<String>,

    /// A rule.
    #[arg(long, value_name = "ID")]
    rule: Option<String>,

    /// A place where the spec's pages contradict each other, or the wire.
    #[arg(long, value_name = "ID")]
    discrepancy: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// The spec's form for findings.
    ProtocolFinding,
    /// The spec's form for one stanza.
    StanzaCapture,
    /// The spec's form for discrepancies.
    Discrepancy,
    /// A comment on an issue: verdict, evidence, diagram, and stanzas to check it with.
    Comment,
    /// An entry of the spec's corpus, as YAML.
    Corpus,
}

impl From<Form> for report::Form {
    fn from(form: Form) -> Self {
        match form {
            Form::ProtocolFinding => Self::ProtocolFinding,
            Form::StanzaCapture => Self::StanzaCapture,
            Form::Discrepancy => Self::Discrepancy,
            Form::Comment => Self::Comment,
            Form::Corpus => Self::Corpus,
        }
    }
}

impl About {
    fn subject(&self, analysis: &Analysis) -> Result<Subject, Failure> {
        let unknown = |what: &str, asked: &str, near: Option<&str>| {
            let near = near.map_or_else(String::new, |near| format!("; the nearest is {near}"));
            Failure::Usage(format!("there is no {what} {}{near}", visible(asked)))
        };
        let among = |asked: &str, what: &str, is_question: bool| {
            let all = findings(&[]).into_iter().map(|finding| finding.question);
            let all: Vec<_> = all.filter(|known| known.number.is_some() == is_question).collect();
            let found = all.iter().copied().find(|known| known.id == asked).map(Subject::Question);
            found.ok_or_else(|| unknown(what, asked, nearest(asked, all.iter().map(|known| known.id))))
        };
        if let Some(asked) = &self.question {
            return among(asked, "question", true);
        }
        if let Some(asked) = &self.discrepancy {
            return among(asked, "discrepancy", false);
        }
        if let Some(asked) = &self.rule {
            let found = RULES.iter().copied().find(|rule| rule.id == asked).map(Subject::Rule);
            return found.ok_or_else(|| unknown("rule", asked, nearest(asked, RULES.iter().map(|rule| rule.id))));
        }
        analysis.choose(self.call.as_deref()).map(Subject::Call).map_err(|none| Failure::Usage(none.to_string()))
    }
}

/// A report that was written, and what belongs to it.
pub(super) struct Ready {
    pub(super) analysis: Arc<Analysis>,
    pub(super) redactor: Redactor,
    pub(super) draft: Draft,
}

impl Ready {
    /// Lets the report leave.
    ///
    /// # Errors
    /// If an identifier is in it.
    pub(super) fn release(&self, draft: Draft) -> Result<Released, Failure> {
        draft.release(&self.redactor).map_err(redaction::leaks)
    }
}

impl ReportArguments {
    /// Reads the captures, and writes the report.
    ///
    /// # Errors
    /// If there is no such report.
    pub(super) fn ready(&self, settings: &Settings) -> Result<Ready, Failure> {
        // Whatever cannot be about these captures is said before they are read.
        if self.about.call.is_none() {
            self.about.subject(&Analysis::default())?;
        }
        let selection = self.filtering.selection()?;
        let analysis = progress::load(self.reading.prepare(settings)?, settings.verbosity);
        reading::report(&analysis, settings.verbosity);
        let redactor = self.redaction.redactor(&analysis)?;
        let digests = report::digests(&analysis);
        let mut sanitised = redactor.sanitise(&analysis);
        let subject = match selection.map(|selection| selection.calls(&analysis)) {
            Some(calls) => {
                sanitised = sanitised.narrowed(&calls);
                self.about.subject(&analysis.narrowed(&calls))?
            }
            None => self.about.subject(&analysis)?,
        };
        let (form, stanza) = (self.form.into(), self.stanza.map(Shown::Seq));
        let filter = self.filtering.text().map(|filter| redaction::fit(&redactor, &filter));
        let filter = filter.as_deref();
        let report = Report { sanitised: &sanitised, digests: &digests, subject, form, stanza, filter };
        let draft = report.draft().map_err(|unfit| Failure::Usage(unfit.to_string()))?;
        if let (Some(note), true) = (&draft.note, settings.verbosity >= Verbosity::Losses) {
            eprintln!("ringtrace: {note}");
        }
        redaction::release_notes(&redactor, &draft.remarks)?;
        Ok(Ready { analysis, redactor, draft })
    }

    /// Writes the text, and what did not find room in it into a file beside it.
    ///
    /// # Errors
    /// If one of them is there already, or takes no bytes.
    pub(super) fn write(
        &self,
        report: &Released,
        redactor: &Redactor,
        target: &Target,
        settings: &Settings,
    ) -> Result<(), Failure> {
        let put = |target: &Target, text: &Redacted| {
            target.write(|out| out.write_all(text.as_str().as_bytes()).map_err(|error| target.failure(error)))
        };
        let rest = report.rest.as_ref().map(|rest| {
            let path = self.rest_path(report.form);
            Target::new(Some(&path), self.force).map(|target| (path, target, rest))
        });
        let rest = rest.transpose()?;
        // Names that could not be kept would be others the next time.
        self.redaction.save(redactor)?;
        put(target, &report.body)?;
        if let Some((path, target, rest)) = rest {
            put(&target, rest)?;
            if settings.verbosity >= Verbosity::Losses {
                eprintln!("ringtrace: what is too long for an issue is in {}", path.display());
            }
        }
        Ok(())
    }

    /// Beside the report; where that goes to no file, in the current folder.
    fn rest_path(&self, form: report::Form) -> PathBuf {
        let [_, ending] = form.endings();
        let beside = self.output.as_deref().filter(|path| *path != Path::new("-") && !path.exists() || path.is_file());
        let mut name = beside.unwrap_or(Path::new("ringtrace-report")).as_os_str().to_owned();
        name.push(format!(".rest.{ending}"));
        name.into()
    }
}

/// Runs `report`.
pub(super) fn run(arguments: &ReportArguments, settings: &Settings) -> Result<Exit, Failure> {
    let target = Target::new(arguments.output.as_deref(), arguments.force)?;
    let ready = arguments.ready(settings)?;
    let report = ready.release(ready.draft.clone())?;
    arguments.write(&report, &ready.redactor, &target, settings)?;
    Ok(reading::exit(&ready.analysis))
}
