//! Reports: the spec's forms, comments, and entries of its corpus.

use std::fs;
use std::path::Path;

use ringtrace::notes::{self, Notes};
use ringtrace::redact::{Aliases, Redactor};
use ringtrace::report::{Draft, Form, Report, Subject, Unfit};
use ringtrace::spec::RULES;
use ringtrace::spec::findings;
use serde::Deserialize;

use crate::sanitize::{Recordings, load, own, own_recordings, real_recordings, ringtrace};
use crate::shared::shared;

/// A form of the spec's repository.
#[derive(Deserialize)]
struct FormFile {
    title: String,
    labels: Vec<String>,
    body: Vec<Element>,
}

#[derive(Deserialize)]
struct Element {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: String,
    attributes: Attributes,
}

#[derive(Deserialize)]
struct Attributes {
    #[serde(default)]
    label: String,
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    render: Option<String>,
}

impl FormFile {
    fn fields(&self) -> impl Iterator<Item = &Element> {
        self.body.iter().filter(|element| element.kind != "markdown")
    }
}

const ISSUE_FORMS: [(Form, &str); 3] = [
    (Form::ProtocolFinding, "protocol_finding.yml"),
    (Form::StanzaCapture, "stanza_capture.yml"),
    (Form::Discrepancy, "discrepancy.yml"),
];

fn form_file(name: &str) -> FormFile {
    let text = fs::read_to_string(shared(&format!("wacrg/forms/{name}"))).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

/// The project's own captures and those of real clients.
fn all_recordings() -> Recordings {
    [own_recordings(), real_recordings()].concat()
}

/// The labels and values of an issue's text.
fn fields(body: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in body.lines() {
        match (line.strip_prefix("### "), fields.last_mut()) {
            (Some(label), _) => fields.push((label.to_owned(), String::new())),
            (None, Some((_, value))) => {
                value.push_str(line);
                value.push('\n');
            }
            (None, None) => panic!("{line} stands before the first field"),
        }
    }
    fields.into_iter().map(|(label, value)| (label, value.trim_matches('\n').to_owned())).collect()
}

/// Every report on these recordings in one form, with its subject.
fn each_report(recordings: Recordings, form: Form, mut check: impl FnMut(&Report<'_>, Result<Draft, Unfit>)) {
    for (captures, keys) in recordings {
        let analysis = load(&captures, &keys);
        let redactor = Redactor::new(&analysis, Aliases::default(), None);
        let sanitised = redactor.sanitise(&analysis);
        let digests: Vec<_> = analysis.captures.iter().map(|_| Some("5e".repeat(32))).collect();
        let questions = findings(&[]).into_iter().map(|finding| Subject::Question(finding.question));
        let subjects = questions.chain(RULES.iter().map(|rule| Subject::Rule(rule)));
        for subject in subjects.chain((0..analysis.calls.len()).map(Subject::Call)) {
            let report = Report { sanitised: &sanitised, digests: &digests, subject, form, stanza: None, filter: None };
            let draft = report.draft();
            if let Ok(draft) = &draft {
                let rest = draft.rest.clone().map(|rest| rest.parts().collect::<String>());
                for text in [&draft.title, &draft.body].into_iter().chain(&rest) {
                    assert_eq!(redactor.release(text.clone()).err(), None, "{subject:?}: {text}");
                }
                assert!(draft.body.len() <= 60_000, "{subject:?}");
            }
            check(&report, draft);
        }
    }
}

#[test_with::path(../shared)]
#[test]
fn each_field_of_a_form_is_there_in_its_order_with_its_own_choices() {
    for (form, name) in ISSUE_FORMS {
        let file = form_file(name);
        let known = form.issue().unwrap();
        assert_eq!(known.template, name);
        assert!(file.title.starts_with(known.title), "{}", file.title);
        assert_eq!(known.labels, file.labels);
        let slots: Vec<_> = known.fields.iter().map(|slot| (slot.id, slot.label, slot.is_code)).collect();
        let expected = file
            .fields()
            .map(|field| (field.id.as_str(), field.attributes.label.as_str(), field.attributes.render.is_some()));
        assert_eq!(slots, expected.collect::<Vec<_>>());
        let mut written = 0;
        each_report(all_recordings(), form, |report, draft| {
            let Ok(draft) = draft else {
                assert_eq!((draft, form), (Err(Unfit::NoStanza), Form::StanzaCapture));
                return;
            };
            written += 1;
            let found = fields(&draft.body);
            assert_eq!(found.len(), slots.len(), "{}", draft.body);
            for (field, (label, value)) in file.fields().zip(found) {
                assert_eq!(label, field.attributes.label);
                assert!(!value.is_empty(), "{label}");
                if field.kind == "dropdown" {
                    let is_choice = field.attributes.options.contains(&value) || value == "_No response_";
                    assert!(is_choice, "{value} is no choice of {label}: {:?}", report.subject);
                }
            }
        });
        assert!(written > 20, "{written} reports");
    }
}

#[test]
fn a_stanza_is_one_fence_and_ringtrace_is_among_the_tools() {
    assert_one_fence(own_recordings());
}

fn assert_one_fence(recordings: Recordings) {
    each_report(recordings, Form::StanzaCapture, |report, draft| {
        let Ok(draft) = draft else { return };
        let found = fields(&draft.body);
        let value = |label: &str| found.iter().find(|(known, _)| known == label).unwrap().1.clone();
        let raw = value("Raw stanza");
        let inside = raw.strip_prefix("```text\n").and_then(|raw| raw.strip_suffix("\n```")).unwrap();
        assert!(inside.starts_with('<') && inside.ends_with('>') && !inside.contains("```"), "{raw}");
        assert!(value("Tools used").split(", ").any(|tool| tool == "ringtrace"));
        assert!(inside.starts_with(&format!("<{}", value("Stanza tag"))), "{:?}", report.subject);
    });
}

#[test]
fn a_comment_says_the_same_to_whoever_reads_it_with_ringtrace() {
    assert_comments_read_again(own_recordings());
}

#[test_with::path(../shared)]
#[test]
fn stanzas_and_comments_of_real_clients_keep_their_form() {
    assert_one_fence(real_recordings());
    assert_comments_read_again(real_recordings());
}

fn assert_comments_read_again(recordings: Recordings) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("comment.md");
    let mut read = 0;
    each_report(recordings, Form::Comment, |report, draft| {
        let Subject::Question(question) = report.subject else { return };
        let draft = draft.unwrap();
        let verdict = |calls: &[std::sync::Arc<ringtrace::spec::Judged>]| {
            let found = findings(calls).into_iter().find(|finding| finding.question.id == question.id).unwrap();
            (found.verdict, found.named)
        };
        let expected = verdict(&report.sanitised.analysis().calls);
        if !draft.body.contains("<details>") {
            assert_eq!(expected.1, Vec::<String>::new(), "{}", question.id);
            return;
        }
        assert!(draft.body.starts_with(&draft.marker) && draft.body.contains("```mermaid\nsequenceDiagram\n"));
        fs::write(&file, &draft.body).unwrap();
        assert_eq!(verdict(&load(std::slice::from_ref(&file), &[]).calls), expected, "{}", question.id);
        read += 1;
    });
    assert!(read > 10, "{read} comments");
}

#[test_with::path(../shared)]
#[test]
fn an_entry_of_the_corpus_is_valid() {
    let schema = shared("wacrg/capture.schema.json");
    let schema: serde_json::Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(!validator.is_valid(&serde_json::json!({ "id": "x" })), "it can fail");
    let mut valid = 0;
    each_report(all_recordings(), Form::Corpus, |report, draft| match draft {
        Ok(draft) => {
            let entry: serde_json::Value = serde_saphyr::from_str(&draft.body).unwrap();
            let errors: Vec<_> = validator.iter_errors(&entry).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{:?}: {errors:?}\n{}", report.subject, draft.body);
            assert!(
                entry["raw"]["body"]
                    .as_str()
                    .unwrap()
                    .starts_with(&format!("<{}", entry["stanza_tag"].as_str().unwrap()))
            );
            valid += 1;
        }
        // Some logs do not say how they were recorded, and an entry has to.
        Err(unfit) => assert!(matches!(unfit, Unfit::NoStanza | Unfit::NoTechnique), "{unfit}: {:?}", report.subject),
    });
    assert!(valid > 20, "{valid} entries");
}

#[test]
fn a_report_names_no_file_and_says_how_to_come_to_the_same() {
    let capture = own("answered-and-missed", "pcap");
    let question = ["--question", "timeout-terminate-sender", "--form", "protocol-finding"];
    let mut arguments = vec!["report", capture.to_str().unwrap(), "-q"];
    arguments.extend(question);
    let output = ringtrace(Path::new("."), &arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!text.contains("answered-and-missed") && text.contains("ringtrace report capture-1 --question timeout-"));
    insta::assert_snapshot!("finding", text);
}

/// A folder with a capture in it, its keys, and notes: on the first call, on the terminate of the second, and on
/// another stanza of that.
fn noted(on_call: &str, on_terminate: &str, on_other: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for ending in ["pcap", "noisekeys.txt"] {
        fs::copy(own("answered-and-missed", ending), folder.path().join(format!("call.{ending}"))).unwrap();
    }
    let analysis = load(&[own("answered-and-missed", "pcap")], &[own("answered-and-missed", "noisekeys.txt")]);
    let calls: Vec<_> = analysis.calls.iter().map(|judged| &judged.call).collect();
    let mut notes = Notes::default();
    notes.set(notes::Subject::of_call(calls[0]), on_call);
    let terminate = calls[1].progress.ended.unwrap();
    notes.set(notes::Subject::of_row(calls[1], terminate).unwrap(), on_terminate);
    notes.set(notes::Subject::of_row(calls[1], 0).unwrap(), on_other);
    fs::write(folder.path().join("call.pcap.notes.ndjson"), notes.write()).unwrap();
    folder
}

/// What a report in a folder says, and its exit code.
fn report_in(folder: &Path, arguments: &[&str]) -> (String, String, i32) {
    let all: Vec<_> = ["report", "call.pcap"].iter().chain(arguments).copied().collect();
    let output = ringtrace(folder, &all);
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (out, err, output.status.code().unwrap())
}

#[test]
fn notes_are_in_the_reports_that_are_about_what_they_are_on() {
    let analysis = load(&[own("answered-and-missed", "pcap")], &[own("answered-and-missed", "noisekeys.txt")]);
    let id = analysis.calls[0].call.id.to_string();
    let on_call = format!("as in {id}:\nthe phone was off");
    let folder = noted(&on_call, "is this the caller's own?", "### sent | by <hand> #1");
    let report = |arguments: &[&str]| {
        let (out, err, code) = report_in(folder.path(), arguments);
        assert_eq!(code, 0, "{err}");
        out
    };
    let comment = report(&["--call", "#2"]);
    assert!(comment.contains("\n**Notes**\n\n- Note on capture-1, "), "{comment}");
    assert!(comment.contains(": ### sent ¦ by &lt;hand> `#1`\n"), "nothing in a note is markup: {comment}");
    assert!(comment.contains("is this the caller's own?\n") && !comment.contains("the phone was off"));
    let comment = report(&["--call", "#1"]);
    assert!(comment.contains("- Note on call `#1`: as in CALL1: the phone was off\n"), "{comment}");
    let finding = report(&["--question", "timeout-terminate-sender", "--form", "protocol-finding"]);
    let found = fields(&finding);
    let value = |label: &str| found.iter().find(|(known, _)| known == label).unwrap().1.clone();
    assert!(!finding.contains("by <hand>"), "that stanza does not bear on it");
    let plain = |text: String| text.replace(['`', '\\'], "").replace("&lt;", "<").replace('¦', "|");
    let open = plain(value("Open questions"));
    assert!(open.contains(", call #2, +") && open.ends_with("caller's own?"), "{open}");
    let evidence = fields(&report(&["--call", "#2", "--form", "protocol-finding"]))[2].1.clone();
    let evidence = plain(evidence);
    assert!(evidence.contains("- Note on capture-1, ") && evidence.contains("### sent | by <hand> #1"), "{evidence}");
    let (stanza, err, _) = report_in(folder.path(), &["--call", "#2", "--form", "stanza-capture"]);
    let notes = fields(&stanza).pop().unwrap();
    assert!(notes.0 == "Notes / open questions" && notes.1.contains("is this the caller's own?"), "{err}");
    assert!(!stanza.contains("by <hand>"), "that is another stanza");
    let corpus = report(&["--call", "#2", "--form", "corpus"]);
    assert!(corpus.contains("is this the caller's own?"), "{corpus}");
    let conflict = report(&["--call", "#2", "--form", "discrepancy"]);
    assert!(fields(&conflict)[3].1.contains("is this the caller's own?"), "{conflict}");
}

#[test]
fn a_note_that_names_somebody_holds_the_report_back_and_is_named() {
    let capture = load(&[own("answered-and-missed", "pcap")], &[own("answered-and-missed", "noisekeys.txt")]);
    let device = capture.calls[0].call.vantages[0].device.jid().unwrap().to_string();
    let number = device.split([':', '@']).next().unwrap();
    let spelled = format!("+{} {}-{}", &number[..2], &number[2..5], &number[5..]);
    for named in [&device, &spelled, &data_encoding::BASE64.encode(number.as_bytes())] {
        for form in ["comment", "protocol-finding", "stanza-capture", "discrepancy", "corpus"] {
            let folder = noted("fine", &format!("{named} hung up"), "fine");
            let (out, err, code) = report_in(folder.path(), &["-q", "--call", "#2", "--form", form, "-o", "report.md"]);
            assert_eq!((code, out.as_str()), (3, ""), "{named} {form}: {err}");
            assert!(err.contains("the note on capture-1, ") && err.contains(": a number that identifies someone"));
            assert!(!err.contains(named.as_str()) && !err.contains(number), "{err}");
            assert!(!folder.path().join("report.md").exists());
            let (_, err, code) = report_in(folder.path(), &["-q", "--call", "#1", "--form", form]);
            assert_eq!(code, 0, "the note is on another call: {err}");
        }
    }
}

#[test]
fn what_is_not_there_is_said_with_what_is_near() {
    let capture = own("answered-and-missed", "pcap");
    let said = |arguments: &[&str]| {
        let all: Vec<_> = ["report", capture.to_str().unwrap(), "-q"].iter().chain(arguments).copied().collect();
        let output = ringtrace(Path::new("."), &all);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&["--question", "timout-terminate-sender"]).contains("did you mean `timeout-terminate-sender`?"));
    assert!(said(&["--rule", "SIG-14/to-requird"]).contains("did you mean `SIG-14/to-required`?"));
    assert!(said(&["--call", "#9"]).contains("#1 to #7"));
    assert!(said(&["--call", "#1", "--form", "corpus", "--stanza", "99999"]).contains("no call has a stanza 99999"));
    assert!(said(&["--call", "#1", "--question", "ack-error"]).contains("cannot be used with"));
    assert!(said(&[]).contains("required"));
}
