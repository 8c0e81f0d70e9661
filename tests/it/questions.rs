//! The open questions and the discrepancies: recordings that answer them, and ones that cannot.
//!
//! `tests/fixtures/questions/<file stem>/<verdict>[-<hypothesis>][-<what is special>].ndjson` is a recording in
//! ringtrace's own lines, whose first line says what it shows; its name is the verdict that it must give. `cannot.txt`
//! lists the verdicts that a question cannot get, each with the reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::call::{Originator, Outcome, Provenance, Side};
use ringtrace::spec::{self, Context, Finding, Gist, Judged, Question, Shape, Strength, Verdict, Verdicts, findings};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/questions")
}

fn all() -> impl Iterator<Item = &'static Question> {
    spec::questions()
}

fn stem(question: &Question) -> String {
    question.id.replace('-', "_")
}

/// The recordings of a question, by name.
fn recordings(question: &Question) -> Vec<PathBuf> {
    let folder = fixtures().join(stem(question));
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "ndjson"));
    paths.sort();
    paths
}

fn load(paths: &[&Path]) -> Arc<Analysis> {
    Request::new(paths.iter().map(|path| Source::File(path.to_path_buf())).collect()).load()
}

fn finding(question: &Question, calls: &[Arc<Judged>]) -> Finding {
    findings(calls).into_iter().find(|finding| finding.question.id == question.id).unwrap()
}

fn name(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

/// The verdict and the hypothesis that the name of a recording promises.
fn promised<'n>(question: &Question, name: &'n str) -> (&'n str, Option<&'static str>) {
    let (verdict, rest) = name.split_once('-').unwrap_or((name, ""));
    let is_named = |hypothesis: &&str| rest == *hypothesis || rest.starts_with(&format!("{hypothesis}-"));
    let hypotheses = question.hypotheses.iter().copied().filter(is_named);
    (verdict, hypotheses.max_by_key(|hypothesis| hypothesis.len()).filter(|_| verdict != "open"))
}

#[test]
fn the_docs_count_the_questions_that_are_data() {
    let docs = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/questions.md")).unwrap();
    let docs = docs.split_whitespace().collect::<Vec<_>>().join(" ");
    let counted = |questions: &[&Question]| {
        let data = questions.iter().filter(|question| question.is_declared()).count();
        format!("{data} of {}", questions.len())
    };
    let (questions, discrepancies) = (counted(&spec::QUESTIONS), counted(&spec::DISCREPANCIES));
    let claim = format!("{questions} are data, and of the discrepancies, {discrepancies}");
    assert!(docs.contains(&claim), "{claim}");
}

#[test]
fn every_recording_gives_the_verdict_that_it_is_named_by() {
    let mut wrong = Vec::new();
    for question in all() {
        for path in recordings(question) {
            let analysis = load(&[&path]);
            assert!(!analysis.is_lossy() && !analysis.calls.is_empty(), "{}", path.display());
            let finding = finding(question, &analysis.calls);
            let (verdict, hypothesis) = promised(question, name(&path));
            let is_named = hypothesis.is_none_or(|hypothesis| finding.named == [hypothesis]);
            if finding.verdict.name() != verdict || !is_named {
                let (verdict, named) = (finding.verdict.name(), finding.named.join(" "));
                wrong.push(format!("{}/{}: {verdict} {named}", stem(question), name(&path)));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The verdicts that a question of its shape can get.
fn reachable(question: &Question) -> Vec<String> {
    match question.shape {
        Shape::List => vec!["open".to_owned(), "observed".to_owned()],
        Shape::Existential { occurs } => vec!["open".to_owned(), "leaning".to_owned(), format!("answered-{occurs}")],
        Shape::Exclusive => {
            let answers = question.hypotheses.iter().map(|hypothesis| format!("answered-{hypothesis}"));
            let others = ["open", "leaning", "contested"].map(str::to_owned);
            others.into_iter().chain(answers).collect()
        }
    }
}

/// Which of the verdicts that a question can get no recording has, and no reason excuses; and what is excused in vain.
fn unshown(question: &Question, names: &[&str], excuses: &str) -> Vec<String> {
    let shown: BTreeSet<String> = names
        .iter()
        .flat_map(|name| {
            let (verdict, hypothesis) = promised(question, name);
            let with = hypothesis.map(|hypothesis| format!("{verdict}-{hypothesis}"));
            std::iter::once(verdict.to_owned()).chain(with)
        })
        .collect();
    let reason = |line: &str| line.split_once(": ").filter(|(_, why)| why.len() > 20).map(|(what, _)| what.to_owned());
    let excused: BTreeSet<String> = excuses.lines().filter_map(reason).collect();
    let reachable = reachable(question);
    let missing = reachable.iter().filter(|verdict| !shown.contains(*verdict) && !excused.contains(*verdict)).cloned();
    let in_vain = excused.iter().filter(|verdict| shown.contains(*verdict) || !reachable.contains(verdict));
    missing.chain(in_vain.map(|verdict| format!("needless excuse: {verdict}"))).collect()
}

#[test]
fn every_verdict_of_every_question_is_shown() {
    let mut wrong = Vec::new();
    for question in all() {
        let paths = recordings(question);
        let names: Vec<_> = paths.iter().map(|path| name(path)).collect();
        let excuses = fs::read_to_string(fixtures().join(stem(question)).join("cannot.txt")).unwrap_or_default();
        wrong.extend(unshown(question, &names, &excuses).into_iter().map(|what| format!("{}: {what}", question.id)));
    }
    assert_eq!(wrong, Vec::<String>::new());
    let known: BTreeSet<_> = all().map(stem).collect();
    for entry in fs::read_dir(fixtures()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name), "{name} is no question");
    }
}

#[test]
fn a_verdict_that_nothing_shows_is_found() {
    let question = all().find(|question| question.id == "cancel-vs-timeout").unwrap();
    let names = ["open", "leaning-distinct", "contested", "answered-distinct"];
    assert_eq!(unshown(question, &names, ""), ["answered-same"]);
    assert_eq!(unshown(question, &names, "answered-same: it is not to be had by anybody"), Vec::<String>::new());
    assert_eq!(unshown(question, &names, "answered-same: no"), ["answered-same"], "that is no reason");
    let needless = "answered-same: it is not to be had by anybody\nopen: it is not to be had by anybody";
    assert_eq!(unshown(question, &names, needless), ["needless excuse: open"]);
}

/// Each finding as text that does not depend on the order of the calls.
fn told(analysis: &Analysis) -> Vec<String> {
    let told = findings(&analysis.calls).into_iter().map(|finding| {
        let Finding { question, verdict, named, confidence, tallies, .. } = finding;
        format!("{} {verdict:?} {named:?} {confidence:?} {tallies:?}", question.id)
    });
    told.collect()
}

#[test]
fn the_order_of_the_captures_does_not_matter() {
    // Each recording uses the same call-ids: of each question one, renamed by what its folder is called.
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for question in all() {
        let source = recordings(question).into_iter().next_back().unwrap();
        let text = fs::read_to_string(source).unwrap();
        let renamed =
            text.replace("'C1", &format!("'{}-1", question.id)).replace("'C2", &format!("'{}-2", question.id));
        let path = folder.path().join(format!("{}.ndjson", question.id));
        fs::write(&path, renamed).unwrap();
        paths.push(path);
    }
    let mut paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let forward = told(&load(&paths));
    paths.reverse();
    assert_eq!(told(&load(&paths)), forward);
    paths.rotate_left(7);
    assert_eq!(told(&load(&paths)), forward);
    assert!(forward.iter().any(|finding| finding.contains("Contested")));
}

#[test]
fn a_call_that_says_nothing_changes_no_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let unrelated = folder.path().join("unrelated.ndjson");
    let header = r#"{"schema":"ringtrace/1","vantage":"x","device":["10000000000008:3@lid"],"technique":"mitm-tls"}"#;
    let offer = r#"{"vantage":"x","at":5000,"dir":"out","xml":"<call to='10000000000009@lid' id='X1'><offer call-id='X' call-creator='10000000000008:3@lid'/></call>"}"#;
    fs::write(&unrelated, format!("{header}\n{offer}\n")).unwrap();
    let alone = load(&[&unrelated]);
    assert!(alone.calls.len() == 1 && alone.calls[0].evidence.is_empty());
    for question in all() {
        for path in recordings(question) {
            assert_eq!(told(&load(&[&path, &unrelated])), told(&load(&[&path])), "{}", path.display());
            assert_eq!(told(&load(&[&unrelated, &path])), told(&load(&[&path])), "{}", path.display());
        }
    }
}

/// The recording as one that ends after its first half: the stanzas after that are not in it, and no window goes on.
fn cut(text: &str) -> String {
    let time = |line: &str| {
        let (_, rest) = line.split_once(r#""at":"#)?;
        rest.split([',', '}']).next()?.parse::<f64>().ok()
    };
    let mut times: Vec<f64> = text.lines().filter_map(time).collect();
    times.sort_by(f64::total_cmp);
    let end = times.get((times.len() - 1) / 2).copied().unwrap_or_default();
    let window = |line: &str| {
        let (before, rest) = line.split_once(r#""window":"#)?;
        let (spans, after) = rest.split_once("]]")?;
        let spans: Vec<[f64; 2]> = serde_json::from_str(&format!("{spans}]]")).unwrap();
        let spans: Vec<_> =
            spans.into_iter().filter(|[from, _]| *from <= end).map(|[from, until]| [from, until.min(end)]).collect();
        Some(format!("{before}\"window\":{}{after}", serde_json::to_string(&spans).unwrap()))
    };
    let lines = text.lines().filter(|line| time(line).is_none_or(|time| time <= end));
    lines.map(|line| window(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}

#[test]
fn a_session_that_is_read_twice_says_what_it_says_once() {
    let folder = tempfile::tempdir().unwrap();
    let (copy, half) = (folder.path().join("copy.ndjson"), folder.path().join("half.ndjson"));
    let mut wrong = Vec::new();
    for question in all() {
        for path in recordings(question) {
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&copy, &text).unwrap();
            fs::write(&half, cut(&text)).unwrap();
            let once = told(&load(&[&path]));
            for (what, paths) in
                [("twice", [&path, &copy]), ("whole, then half", [&path, &half]), ("half, then whole", [&half, &path])]
            {
                let other = told(&load(&paths.map(PathBuf::as_path)));
                let differs = once.iter().zip(&other).filter(|(one, other)| one != other);
                wrong.extend(differs.map(|(one, other)| format!("{} {what}:\n  {one}\n  {other}", path.display())));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The evidence on who sent the terminate, if its originator were known in that way.
fn known_by(side: Side, provenance: Provenance) -> Vec<(String, Strength)> {
    let question = all().find(|question| question.id == "timeout-terminate-sender").unwrap();
    let path = fixtures().join("timeout_terminate_sender/leaning-caller.ndjson");
    let mut call = (*load(&[&path]).calls[0].call).clone();
    for row in call.rows.iter_mut().filter(|row| row.observed.read().action().is_some()) {
        row.originator = Originator { side, device: row.observed.read().from.clone(), provenance };
    }
    let evidence = question.evidence(&call, &Context::default());
    evidence.into_iter().map(|piece| (piece.hypothesis.to_string(), piece.strength)).collect()
}

#[test]
fn what_is_known_of_a_maker_decides_how_much_it_proves() {
    use Strength::{Direct, Indirect};
    let one = |hypothesis: &str, strength| vec![(hypothesis.to_owned(), strength)];
    assert_eq!(known_by(Side::Caller, Provenance::Claim), one("caller", Indirect));
    assert_eq!(known_by(Side::Caller, Provenance::Copy), one("caller", Direct));
    assert_eq!(known_by(Side::Server, Provenance::Silence), one("server", Direct));
    assert_eq!(known_by(Side::Server, Provenance::SilenceOfSome), one("server", Indirect));
    assert_eq!(known_by(Side::Callee, Provenance::Outbound), one("callee", Direct));
    assert_eq!(known_by(Side::Unknown, Provenance::Claim), []);
    assert_eq!(known_by(Side::Caller, Provenance::None), []);
}

#[test]
fn a_reject_with_an_empty_reason_is_a_plain_decline_everywhere() {
    let plain = fixtures().join("reject_reason_vocabulary/answered-no-reason.ndjson");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.ndjson");
    let text = fs::read_to_string(&plain).unwrap().replace("<reject ", "<reject reason='' ");
    fs::write(&path, text).unwrap();
    let [plain, empty] = [&plain, &path].map(|path| load(&[path]));
    let outcome = |analysis: &Analysis| analysis.calls[0].call.progress.outcome;
    assert_eq!((outcome(&empty), outcome(&plain)), (Outcome::Declined, Outcome::Declined));
    assert_eq!(empty.calls[0].flow.as_ref().map(|flow| flow.flow.name), Some("rejected"));
    let named = |id: &str| {
        let question = spec::question(id).unwrap();
        [&empty, &plain].map(|analysis| finding(question, &analysis.calls).named)
    };
    assert_eq!(named("decline-carrier"), [["reject"], ["reject"]]);
    assert_eq!(named("reject-reason-vocabulary"), [["no-reason"], ["no-reason"]]);
    assert_eq!(named("ring-timeout-side"), [[""; 0]; 2], "it did not ring out");
}

#[test]
fn values_are_listed_as_sent() {
    let question = all().find(|question| question.id == "ack-error").unwrap();
    let path = fixtures().join("ack_error/answered-appears.ndjson");
    let values = finding(question, &load(&[&path]).calls).values;
    let values: Vec<_> = values.into_iter().map(|seen| (seen.value, seen.count)).collect();
    assert_eq!(values, [("404".to_owned(), 1), ("500".to_owned(), 1)]);
    let question = all().find(|question| question.id == "terminate-reasons").unwrap();
    let finding = finding(question, &load(&[&fixtures().join("terminate_reasons/observed.ndjson")]).calls);
    assert_eq!(finding.named, ["(none)", "rejected_elsewhere", "timeout"]);
    assert_eq!(finding.verdict, Verdict::Observed);
}

#[test]
fn lists_say_what_their_recordings_show() {
    let mut said = String::new();
    for question in all().filter(|question| question.shape == Shape::List) {
        for path in recordings(question).iter().filter(|path| name(path).starts_with("observed")) {
            said += &format!("{}/{}\n", stem(question), name(path));
            let analysis = load(&[path]);
            let pieces = analysis.calls.iter().flat_map(|judged| &judged.evidence);
            for piece in pieces.filter(|piece| piece.question == question) {
                said += &format!("  {} ({}): {}\n", piece.hypothesis, piece.strength.name(), piece.why);
            }
        }
    }
    insta::assert_snapshot!("lists", said);
}

/// A call with so many terminates, rejects and acks, each different.
fn crowded(count: usize) -> Arc<Analysis> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crowded.ndjson");
    let header = r#"{"schema":"ringtrace/1","vantage":"a","device":["10000000000001:7@lid"],"window":[[0,9000000]]}"#;
    let mut lines = vec![header.to_owned()];
    for index in 0..count {
        let names = "call-id='C' call-creator='10000000000001:7@lid'";
        let offer = if index == 0 { "offer" } else { "transport" };
        for (direction, xml) in [
            ("out", format!("<call to='10000000000002@lid' id='O{index}'><{offer} {names}/></call>")),
            ("in", format!("<ack class='call' id='O{index}' from='10000000000002@lid'/>")),
            (
                "in",
                format!(
                    "<call from='10000000000002:{}@lid' id='R{index}'><reject {names} x{index}='1'/></call>",
                    index % 90
                ),
            ),
            (
                "out",
                format!(
                    "<call to='10000000000002@lid' id='T{index}'><terminate {names} reason='x{index}_elsewhere'/></call>"
                ),
            ),
        ] {
            lines.push(format!(r#"{{"vantage":"a","at":{},"dir":"{direction}","xml":"{xml}"}}"#, index * 4));
        }
    }
    fs::write(&path, lines.join("\n")).unwrap();
    let analysis = load(&[&path]);
    assert_eq!(analysis.calls[0].call.rows.len(), count * 4);
    analysis
}

#[test]
fn every_stanza_of_a_long_call_is_evidence() {
    let calls = crowded(5_000).calls.clone();
    let values = |id| findings(&calls).into_iter().find(|finding| finding.question.id == id).map(|it| it.values.len());
    assert_eq!(values("terminate-reasons"), Some(5_000));
    assert_eq!(values("reject-extra-attributes"), Some(5_000));
}

/// Every recording that the tests keep, and every made capture that the repository has.
fn everything() -> Vec<PathBuf> {
    let mut folders = vec![fixtures(), Path::new(env!("CARGO_MANIFEST_DIR")).join("captures")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn the_gist_of_a_call_is_that_of_all_it_says() {
    let (mut calls, mut with_packets, mut told) = (0, 0, BTreeSet::new());
    for path in everything() {
        let mut request = Request::new(vec![Source::File(path.clone())]);
        let keys = path.with_extension("noisekeys.txt");
        if keys.is_file() {
            request.read_key_log("keys".to_owned(), fs::read(keys).unwrap().as_slice()).unwrap();
        }
        for judged in &request.load().calls {
            let quick = judged.gist().clone();
            let verdicts: &Verdicts = judged;
            assert_eq!(quick, Gist::from(verdicts), "{}: {}", path.display(), judged.call.id);
            calls += 1;
            with_packets += usize::from(judged.media().is_some());
            told.extend(quick.questions);
        }
    }
    let untold: Vec<_> = all().map(|question| question.id).filter(|id| !told.contains(id)).collect();
    assert!(calls > 400 && with_packets > 0 && untold.is_empty(), "{calls}, {with_packets}, {untold:?}");
}
