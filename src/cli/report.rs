//! `ringtrace report`: a finding as sanitised text for others.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ringtrace::analysis::Analysis;
use ringtrace::output::Inputs;
use ringtrace::redact::{Redacted, Redactor};
use ringtrace::report::{self, Draft, Released, Report, Shown, Subject};
use ringtrace::spec::{RULES, findings};
use ringtrace::visible::{visible, visible_path};
use ringtrace::words::nearest;

use super::credit::CreditArguments;
use super::exit::{Exit, Failure};
use super::reading::{Filtering, Reading, SELECTION};
use super::redaction::{self, Known, Redaction};
use super::settings::{Settings, Verbosity};
use super::target::{OUTPUT, OutputArguments, Target};
use super::{loading, own};

/// The arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace report call.pcap --question ack-coverage --form protocol-finding
  ringtrace report call.pcap --call '#3' -o comment.md
  ringtrace report call.pcap --call '#3' --form stanza-capture
  ringtrace report captures/ --form analysis -o analysis.md
  ringtrace report call.pcap --call '#3' --stanza 17 --form corpus -o 17.yaml

Reports contain no names, phone numbers, ids, file names or times of day: people become letters, calls and captures \
become numbers. See `ringtrace questions` for ids of questions and discrepancies, and `ringtrace rules` for rules.")]
pub(super) struct ReportArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    #[command(flatten)]
    about: About,

    /// Form of the report.
    #[arg(long, help_heading = OUTPUT, value_enum, value_name = "FORM", default_value_t = Form::Comment)]
    form: Form,

    /// Stanza to show in a stanza-capture or corpus entry: its `seq` in `ringtrace export` [default: the most significant
    /// one, reported on stderr].
    #[arg(long, help_heading = SELECTION, value_name = "SEQ")]
    stanza: Option<u64>,

    #[command(flatten)]
    credit: CreditArguments,

    #[command(flatten)]
    redaction: Redaction,

    #[command(flatten)]
    pub(super) output: OutputArguments,
}

/// The subject of the report.
#[derive(Debug, Args)]
#[command(next_help_heading = "Subject (one is required, but for --form analysis)")]
#[group(required = false, multiple = false)]
struct About {
    /// Open question to report on.
    #[arg(long, value_name = "ID")]
    question: Option<String>,

    /// Call to report: a call-id, a unique prefix, or `#N` as listed.
    #[arg(long, value_name = "ID")]
    call: Option<String>,

    /// Rule to report on.
    #[arg(long, value_name = "ID")]
    rule: Option<String>,

    /// Discrepancy to report on: where the spec contradicts itself or observed traffic.
    #[arg(long, value_name = "ID")]
    discrepancy: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// The spec's issue form for findings.
    ProtocolFinding,
    /// The spec's issue form for one stanza.
    StanzaCapture,
    /// The spec's issue form for discrepancies.
    Discrepancy,
    /// A comment on an issue: verdict, evidence, diagram and sanitised stanzas.
    Comment,
    /// An entry of the spec's corpus, as YAML.
    Corpus,
    /// One document on all calls, or on one: captures with their hashes, identities, timelines, what was observed and what is
    /// only supposed, departures, and what to record next.
    Analysis,
}

impl From<Form> for report::Form {
    fn from(form: Form) -> Self {
        match form {
            Form::ProtocolFinding => Self::ProtocolFinding,
            Form::StanzaCapture => Self::StanzaCapture,
            Form::Discrepancy => Self::Discrepancy,
            Form::Comment => Self::Comment,
            Form::Corpus => Self::Corpus,
            Form::Analysis => Self::Analysis,
        }
    }
}

impl About {
    fn subject(&self, analysis: &Analysis) -> Result<Subject, Failure> {
        let unknown = |what: &str, asked: &str, nearest: Option<&str>| {
            let nearest = nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"));
            Failure::Usage(format!("unknown {what} `{}`{nearest}", visible(asked)))
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

/// What lets a drafted report leave.
pub(super) struct Ready {
    /// How the process ends if all goes well.
    pub(super) exit: Exit,
    pub(super) redactor: Redactor,
    pub(super) known: Known,
}

impl Ready {
    /// Passes the report through the leak check.
    ///
    /// # Errors
    /// If it contains an identifier.
    pub(super) fn release(&self, draft: Draft) -> Result<Released, Failure> {
        draft.release(&self.redactor).map_err(redaction::leaks)
    }
}

impl ReportArguments {
    /// The files that it may write.
    pub(super) fn files(&self) -> Vec<&Path> {
        self.output.path().into_iter().chain(self.redaction.file()).collect()
    }

    /// Returns whether the report is a document of its own rather than something for an issue.
    pub(super) const fn is_document(&self) -> bool {
        matches!(self.form, Form::Analysis)
    }

    /// Reads the captures and drafts the report.
    ///
    /// # Errors
    /// If there is nothing to report on the subject in this form, or a note contains an identifier.
    pub(super) fn ready(&self, settings: &Settings) -> Result<(Ready, Draft), Failure> {
        let is_document = self.is_document();
        let of_page = self.about.question.is_some() || self.about.rule.is_some() || self.about.discrepancy.is_some();
        if is_document && of_page {
            return Err(Failure::Usage("--form analysis is about all calls, or about one with --call".to_owned()));
        }
        let is_of_all = is_document && self.about.call.is_none();
        if !is_of_all && !of_page && self.about.call.is_none() {
            let options = "--question, --call, --rule or --discrepancy";
            return Err(Failure::Usage(format!("a subject is required: {options}; only --form analysis needs none")));
        }
        // Unknown ids are reported before the captures are read, which may take long.
        if self.about.call.is_none() && !is_of_all {
            self.about.subject(&Analysis::default())?;
        }
        let selection = self.filtering.selection()?;
        let request = self.reading.prepare(settings)?;
        let jobs = request.jobs();
        let analysis = loading::read(request, settings.verbosity);
        own::try_on(&analysis, jobs);
        loading::report(&analysis, settings.verbosity);
        let exit = loading::exit(&analysis);
        let known = self.redaction.known()?;
        let redactor = self.redaction.redactor_allowing(&analysis, &known, self.credit.contributor.iter());
        let digests = report::digests(&analysis);
        let filtered = selection.map(|selection| selection.calls(&analysis));
        let narrowed = filtered.as_ref().map(|calls| analysis.narrowed(calls));
        let among = narrowed.as_ref().unwrap_or(&analysis);
        let mut subject = if is_of_all { Subject::All } else { self.about.subject(among)? };
        drop(narrowed);
        let mut sanitised = redactor.sanitise_last(analysis);
        if let Some(calls) = &filtered {
            sanitised = sanitised.narrowed(calls);
        }
        if let (true, Subject::Call(call)) = (is_document, subject) {
            sanitised = sanitised.narrowed(&[call]);
            subject = Subject::Call(0);
        }
        sanitised.analysis().judge(jobs);
        let (form, stanza) = (self.form.into(), self.stanza.map(Shown::Seq));
        let filter = self.filtering.text().map(|filter| redaction::quoted_filter(&redactor, &filter));
        let filter = filter.as_deref();
        let report = Report { sanitised: &sanitised, digests: &digests, subject, form, stanza, filter };
        let mut draft = report.draft().map_err(|unfit| Failure::Usage(unfit.to_string()))?;
        if draft.form == report::Form::Corpus {
            let credited = self.credit.credit().added_to(&draft.body);
            draft.body = credited.map_err(|error| Failure::Encode(error.to_string()))?;
        }
        if let (Some(note), true) = (&draft.note, settings.verbosity >= Verbosity::Losses) {
            errln!("ringtrace: {note}");
        }
        redaction::release_notes(&redactor, &draft.remarks)?;
        redaction::list_withheld(&sanitised.withheld(), settings.verbosity);
        Ok((Ready { exit, redactor, known }, draft))
    }

    /// The files that no output may replace.
    ///
    /// # Errors
    /// If a pattern is invalid or matches nothing.
    pub(super) fn inputs(&self, settings: &Settings) -> Result<Inputs, Failure> {
        let mut inputs = self.reading.inputs(settings, self.output.path())?;
        self.redaction.protect(&mut inputs)?;
        Ok(inputs)
    }

    /// Writes the report, and what did not fit into a second file next to it, if it is a file.
    ///
    /// # Errors
    /// If one of them exists, is one of the `inputs` or cannot be written.
    pub(super) fn write(
        &self,
        (ready, report): (&Ready, &Released),
        target: &Target,
        inputs: &Inputs,
        settings: &Settings,
    ) -> Result<(), Failure> {
        let path = target.path().map(|path| rest_path(path, report.form));
        let rest = report.rest.as_ref().map(|rest| {
            let target = path.as_ref().map(|path| Target::new(path, self.output.force, inputs)).transpose()?;
            Ok::<_, Failure>((target, rest))
        });
        let rest = rest.transpose()?;
        // Without saved pseudonyms, the next report would use others.
        self.redaction.save(&ready.redactor, &ready.known)?;
        target.write_text(report.body.as_str())?;
        let Some((target, rest)) = rest else { return Ok(()) };
        let tell = |what: &str| {
            if settings.verbosity >= Verbosity::Losses {
                errln!("ringtrace: the report is too long for an issue{what}");
            }
        };
        match target.zip(path) {
            Some((target, path)) => {
                target.write_parts(rest.iter().map(Redacted::as_str))?;
                tell(&format!("; all of it is in {}", visible_path(&path)));
            }
            None => tell(": it was cut (with -o PATH, all of it is written to a second file)"),
        }
        Ok(())
    }
}

/// The path of the second file, next to the report.
fn rest_path(report: &Path, form: report::Form) -> PathBuf {
    let [_, ending] = form.endings();
    let mut name = report.as_os_str().to_owned();
    name.push(format!(".rest.{ending}"));
    name.into()
}

/// Runs `report`.
pub(super) fn run(arguments: &ReportArguments, settings: &Settings) -> Result<Exit, Failure> {
    let inputs = arguments.inputs(settings)?;
    let target = arguments.output.target(&inputs)?;
    let (ready, draft) = arguments.ready(settings)?;
    let report = ready.release(draft)?;
    arguments.write((&ready, &report), &target, &inputs, settings)?;
    Ok(ready.exit)
}
