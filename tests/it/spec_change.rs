//! What captures support, written into a checkout of the spec.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ringtrace::patch::{Coverage, Folder, Repository};
use tempfile::TempDir;

use crate::sanitize::own;
use crate::shared::shared;

/// A device's recording of a call that it declines.
struct Recorded {
    technique: &'static str,
    client: &'static str,
    device: &'static str,
    call: &'static str,
    reason: &'static str,
}

const ZAPO: Recorded = Recorded {
    technique: "websocket-capture",
    client: "zapo",
    device: "10000000000001:7@lid",
    call: "C1",
    reason: " reason='busy'",
};

const BAILEYS: Recorded = Recorded {
    technique: "baileys-instrumentation",
    client: "baileys",
    device: "10000000000003:2@lid",
    call: "C2",
    reason: " reason='declined'",
};

impl Recorded {
    fn lines(&self) -> String {
        let Self { technique, client, device, call, reason } = self;
        let caller = "10000000000002:4@lid";
        format!(
            r#"{{"schema":"ringtrace/1","vantage":"v","device":["{device}"],"technique":"{technique}","client":"{client}","window":[[0,90000]]}}
{{"vantage":"v","at":1000,"dir":"in","xml":"<call from='{caller}' id='{call}-1' t='1778770943' platform='android'><offer call-id='{call}' call-creator='{caller}'><audio enc='opus' rate='16000'/></offer></call>"}}
{{"vantage":"v","at":1040,"dir":"out","xml":"<ack class='call' type='offer' id='{call}-1' to='{caller}' from='{device}'/>"}}
{{"vantage":"v","at":2000,"dir":"out","xml":"<call to='{caller}' id='{call}-2'><reject call-id='{call}' call-creator='{caller}'{reason} count='0'/></call>"}}
{{"vantage":"v","at":2040,"dir":"in","xml":"<ack class='call' id='{call}-2' from='{caller}'/>"}}
"#
        )
    }
}

/// A folder with a checkout, `spec`, and captures.
struct Desk(TempDir);

impl Desk {
    fn new(captures: &[&Recorded]) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/spec");
        copy(&made, &desk.path("spec"));
        for (index, recorded) in captures.iter().enumerate() {
            fs::write(desk.path(&format!("{index}.ndjson")), recorded.lines()).unwrap();
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `ringtrace spec` on the captures, in order.
    fn run(&self, more: &[&str]) -> Output {
        let mut captures: Vec<_> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".ndjson"))
            .collect();
        captures.sort();
        let mut arguments = vec!["spec", "--spec", "spec"];
        arguments.extend(captures.iter().map(String::as_str).chain(more.iter().copied()));
        self.ringtrace(&arguments)
    }

    fn ringtrace(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null()).env("USER", "nobody-in-particular");
        command.output().unwrap()
    }

    fn file(&self, path: &str) -> String {
        fs::read_to_string(self.path("spec").join(path)).unwrap()
    }

    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.file(path);
        assert!(text.contains(from), "{from} is not in {path}:\n{text}");
        fs::write(self.path("spec").join(path), text.replacen(from, to, 1)).unwrap();
    }

    /// All files of the checkout with their texts.
    fn all(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut folders = vec![self.path("spec")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() {
                    if !entry.ends_with(".git") {
                        folders.push(entry);
                    }
                } else {
                    let text = fs::read_to_string(&entry).unwrap();
                    found.push((entry, text));
                }
            }
        }
        found.sort();
        found
    }

    fn git(&self, arguments: &[&str]) {
        let who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "init.defaultBranch=main"];
        let output = Command::new("git").arg("-C").arg(self.path("spec")).args(who).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    fn commit(&self) {
        self.git(&["init", "-q"]);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", "All"]);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            // Not `fs::copy`, which keeps that nobody may write it.
            fs::write(target, fs::read(&entry).unwrap()).unwrap();
        }
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// The lines that a diff takes away or brings, of files below a folder.
fn changes(diff: &str, folder: &str) -> String {
    let mut is_inside = false;
    let lines = diff.lines().filter(|line| {
        if let Some(path) = line.strip_prefix("+++ b/") {
            is_inside = path.starts_with(folder);
            return is_inside;
        }
        is_inside && line.starts_with(['+', '-']) && !line.starts_with("---")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_dry_run_shows_what_the_evidence_supports_and_writes_nothing() {
    let desk = Desk::new(&[&ZAPO]);
    let before = desk.all();
    let output = desk.run(&["--dry-run", "--contributor", "alder"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert_eq!(desk.all(), before);
    insta::assert_snapshot!("spec_change", changes(&out(&output), "spec/"));
    insta::assert_snapshot!("spec_change_entry", changes(&out(&output), "corpus/"));
    insta::assert_snapshot!("spec_change_summary", err(&output));
}

#[test]
fn what_is_written_says_why_and_a_second_run_changes_nothing() {
    let desk = Desk::new(&[&ZAPO, &BAILEYS]);
    let output = desk.run(&["--contributor", "alder", "--captured-at", "2026-06-24"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    insta::assert_snapshot!("spec_change_written", out(&output));
    let entries = desk.all().into_iter().filter(|(path, _)| path.extension().is_some_and(|it| it == "yaml"));
    let entries: Vec<_> = entries.filter(|(path, _)| path.to_string_lossy().contains("corpus/captures")).collect();
    assert!(!entries.is_empty());
    for (path, entry) in entries {
        let source = "\n  contributor: alder\n  captured_at: \"2026-06-24\"\n";
        assert!(entry.contains(source) && entry.contains("sanitized: true"), "{}", path.display());
    }
    let written = desk.all();
    for more in [&["--contributor", "alder"][..], &[], &["--all"]] {
        let again = desk.run(more);
        assert_eq!(code(&again), 0, "{}", err(&again));
        assert!(out(&again).starts_with("Nothing to write"), "{}", out(&again));
        assert_eq!(desk.all(), written);
    }
}

/// The grades of a page's attributes and children.
fn grades(desk: &Desk, page: &str) -> Vec<String> {
    let text = desk.file(page);
    let grades = text.lines().filter_map(|line| line.trim().strip_prefix("confidence: "));
    grades.map(|grade| grade.split_whitespace().next().unwrap().to_owned()).collect()
}

#[test]
fn only_independent_recordings_confirm() {
    let confirmed = |captures: &[&Recorded]| {
        let desk = Desk::new(captures);
        let output = desk.run(&[]);
        assert_eq!(code(&output), 0, "{}", err(&output));
        grades(&desk, "spec/stanzas/call-reject.yaml").iter().filter(|grade| *grade == "confirmed").count()
    };
    assert_eq!(confirmed(&[&ZAPO]), 0);
    assert!(confirmed(&[&ZAPO, &BAILEYS]) > 4);
    for (other, what) in [
        (Recorded { device: ZAPO.device, ..BAILEYS }, "one device"),
        (Recorded { call: ZAPO.call, ..BAILEYS }, "a call in common"),
        (Recorded { technique: ZAPO.technique, ..BAILEYS }, "one technique"),
        (Recorded { technique: "mitm-tls", client: "whatsmeow", ..BAILEYS }, "a client that it was ported from"),
    ] {
        assert_eq!(confirmed(&[&ZAPO, &other]), 0, "{what}");
    }
}

#[test]
fn what_a_person_changed_is_shown_and_kept() {
    let desk = Desk::new(&[&ZAPO, &Recorded { technique: ZAPO.technique, client: "zapo", ..BAILEYS }]);
    desk.run(&[]);
    let page = "spec/stanzas/call-reject.yaml";
    assert!(desk.file(page).contains("observed_values: [\"declined\", \"busy\"]"), "{}", desk.file(page));
    let (child, lowered) =
        ("occurrence: \"1\"\n    confidence: probable", "occurrence: \"1\"\n    confidence: speculative");
    desk.replace(page, child, lowered);
    desk.replace(page, "[\"declined\", \"busy\"]", "[\"declined\"]");
    desk.replace(
        "spec/flows/call-rejected.yaml",
        "confidence: probable # not seen",
        "confidence: speculative # not seen",
    );
    let edited = desk.all();
    let output = desk.run(&[]);
    assert_eq!(code(&output), 1, "{}", out(&output));
    assert_eq!(desk.all(), edited);
    let conflicts: Vec<_> = err(&output).lines().map(str::to_owned).collect();
    insta::assert_snapshot!("spec_change_conflicts", conflicts.join("\n"));
}

#[test]
fn a_form_that_an_edit_would_not_keep_is_a_conflict() {
    let desk = Desk::new(&[&ZAPO]);
    let page = "spec/stanzas/call-reject.yaml";
    desk.replace(
        page,
        "provenance: { techniques: [ frida-hooking ], sources: [ \"#7\" ] }",
        "provenance: &shared { techniques: [ frida-hooking ] }",
    );
    let output = desk.run(&["--dry-run"]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("conflict: spec/stanzas/call-reject.yaml:27: call@to"), "{}", err(&output));
    assert!(!changes(&out(&output), page).contains("&shared"));
}

#[test]
fn evidence_of_test_servers_counts_for_nothing_unless_it_is_allowed_and_says_so() {
    let desk = Desk::new(&[]);
    let capture = own("answered-and-missed", "pcap");
    let mut arguments = vec!["spec", capture.to_str().unwrap(), "--spec", "spec"];
    let before = desk.all();
    let output = desk.ringtrace(&arguments);
    assert_eq!((code(&output), desk.all()), (0, before));
    assert!(out(&output).contains("7 calls of test servers set aside"), "{}", out(&output));
    arguments.extend(["--allow-test-server", "--dry-run"]);
    let output = desk.ringtrace(&arguments);
    let changes = changes(&out(&output), "");
    let added = changes.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++"));
    let said = added.clone().filter(|line| line.contains("(test server)")).count();
    // Lines inside of a folded text or of a stanza cannot say it each: the text does, once.
    let inside = |line: &&str| {
        !line.contains(": ") || line.contains('=') || line.trim_start_matches('+').trim().starts_with(['-', '<'])
    };
    let silent: Vec<_> = added.filter(|line| !line.contains("(test server)")).filter(|line| !inside(line)).collect();
    assert!(said > 100, "{said}");
    let is_text = |line: &&&str| {
        line.contains("Seen on")
            || line.contains("Technique:")
            || line.contains("Made by")
            || line.contains("capture-1")
            || line.contains(" evidence ")
    };
    assert_eq!(silent.iter().filter(|line| !is_text(line)).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn a_card_that_says_synthetic_makes_a_test_server_of_any_capture() {
    let desk = Desk::new(&[&ZAPO]);
    fs::write(desk.path("card.toml"), "title = \"x\"\nsynthetic = true\n").unwrap();
    assert!(out(&desk.run(&[])).contains("1 call of test servers set aside"));
    fs::write(desk.path("card.toml"), "title = \"x\"\nsynthetic = false\n").unwrap();
    assert!(!out(&desk.run(&[])).contains("set aside"));
}

#[test]
fn a_sanitised_copy_still_says_that_its_server_was_a_test_server() {
    let desk = Desk::new(&[]);
    let capture = own("answered-and-missed", "pcap");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.arg("sanitize").arg(capture).args(["-q", "-o", "clean.ndjson"]).current_dir(desk.0.path());
    assert!(command.output().unwrap().status.success());
    let copy = fs::read_to_string(desk.path("clean.ndjson")).unwrap();
    assert!(copy.contains(r#""server":"test""#), "{copy}");
    let said = out(&desk.run(&[]));
    assert!(said.starts_with("Nothing to write") && said.contains("7 calls of test servers set aside"), "{said}");
}

#[test]
fn what_is_read_from_a_pipe_is_cited_as_the_file_is() {
    let desk = Desk::new(&[]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command
        .args(["spec", "-", "--spec", "spec"])
        .current_dir(desk.0.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), ZAPO.lines().as_bytes()).unwrap();
    let entries = |output: &Output| -> Vec<String> {
        out(output).lines().filter(|line| line.starts_with("corpus/")).map(str::to_owned).collect()
    };
    let piped = entries(&child.wait_with_output().unwrap());
    assert!(!piped.is_empty());
    assert_eq!(piped, entries(&Desk::new(&[&ZAPO]).run(&[])));
}

#[test]
fn what_stands_against_a_page_is_reported_and_not_edited() {
    let desk = Desk::new(&[&ZAPO]);
    let output = desk.run(&["-o", "pr.md"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let text = fs::read_to_string(desk.path("pr.md")).unwrap();
    assert!(text.starts_with("Branch: ingest/ringtrace-") && text.contains("\nTitle: feat(signaling): "), "{text}");
    assert!(text.contains("- [x] A stanza (`spec/stanzas/`)") && text.contains("- [ ] I ran the build."), "{text}");
    let report = text.split("Issue: [discrepancy]: call-ack against captures").nth(1).unwrap();
    for says in
        ["ack@from: its type is int", "ack@type: it is required", "### What conflicts", "### Proposed resolution"]
    {
        assert!(report.contains(says), "{says}: {report}");
    }
    let page = desk.file("spec/stanzas/call-ack.yaml");
    assert!(page.contains("- name: from\n    type: int\n    required: false\n    confidence: speculative\n"), "{page}");
    // The text is not written over another one.
    let again = desk.run(&["-o", "pr.md"]);
    assert_eq!(code(&again), 3, "{}", err(&again));
}

#[test]
fn bad_input_is_refused_and_nothing_is_written() {
    let refused = |prepare: &dyn Fn(&Desk), more: &[&str], exit: i32, says: &str| {
        let desk = Desk::new(&[&ZAPO]);
        prepare(&desk);
        let before = desk.all();
        let output = desk.run(more);
        assert_eq!(code(&output), exit, "{says}: {}{}", out(&output), err(&output));
        assert!(err(&output).contains(says), "{says}: {}", err(&output));
        assert_eq!(desk.all(), before, "{says}");
    };
    let page = "spec/stanzas/call-reject.yaml";
    refused(
        &|_| {},
        &["--contributor", "aldr"],
        2,
        "unknown contributor `aldr`: there is no spec/contributors/aldr.yaml; did you mean `alder`?",
    );
    refused(&|_| {}, &["--contributor", "Alder!"], 2, "lowercase");
    refused(&|_| {}, &["--question", "no-such"], 2, "unknown question `no-such`");
    refused(&|_| {}, &["--captured-at", "yesterday"], 2, "a date");
    refused(&|desk| desk.replace(page, "tag: call\n", "tag: [call\n"), &[], 2, "call-reject.yaml");
    refused(&|desk| desk.replace(page, "tag: call\n", "tag: call\ntag: call\n"), &[], 2, "call-reject.yaml");
    refused(&|desk| fs::remove_dir_all(desk.path("spec/spec/stanzas")).unwrap(), &[], 2, "spec/stanzas");
    let rename = |desk: &Desk| {
        for (path, text) in desk.all().into_iter().filter(|(path, _)| path.to_string_lossy().contains("spec/spec/")) {
            fs::write(path, text.replace("id: call-", "id: other-").replace("SIG-08", "OTH-08")).unwrap();
        }
    };
    refused(&rename, &[], 2, "not a checkout of the call-signalling spec: none of its pages is known");
    let unknown = Desk::new(&[&ZAPO]).ringtrace(&["spec", "0.ndjson", "--spec", "no-such-folder"]);
    assert_eq!(code(&unknown), 2);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_that_leads_out() {
    let desk = Desk::new(&[&ZAPO]);
    let outside = desk.path("outside");
    fs::rename(desk.path("spec/corpus/captures"), &outside).unwrap();
    std::os::unix::fs::symlink(&outside, desk.path("spec/corpus/captures")).unwrap();
    let before = desk.file("spec/stanzas/call-reject.yaml");
    let output = desk.run(&[]);
    assert_eq!(code(&output), 1, "{}", out(&output));
    assert!(err(&output).contains("leads out of the checkout"), "{}", err(&output));
    assert_eq!(desk.file("spec/stanzas/call-reject.yaml"), before);
    assert_eq!(fs::read_dir(outside).unwrap().count(), 1);
}

#[test]
fn a_file_that_cannot_be_written_leaves_all_as_they_were() {
    let desk = Desk::new(&[&ZAPO]);
    let page = desk.path("spec/spec/stanzas/call-reject.yaml");
    let mut permissions = fs::metadata(&page).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&page, permissions).unwrap();
    let before = desk.all();
    let output = desk.run(&[]);
    assert_eq!((code(&output), desk.all()), (1, before));
    assert!(err(&output).contains("call-reject.yaml"), "{}", err(&output));
}

#[test_with::executable(git)]
#[test]
fn changes_that_are_not_committed_are_not_mixed_with() {
    let desk = Desk::new(&[&ZAPO]);
    desk.commit();
    desk.replace("spec/stanzas/call-ack.yaml", "Made up", "Invented");
    let before = desk.all();
    let output = desk.run(&[]);
    assert_eq!(code(&output), 3, "{}", err(&output));
    assert!(err(&output).contains("commit or stash its changes first: spec/stanzas/call-ack.yaml"), "{}", err(&output));
    assert_eq!(desk.all(), before);
    assert_eq!(code(&desk.run(&["--dry-run"])), 0);
    desk.git(&["checkout", "-q", "."]);
    assert_eq!(code(&desk.run(&[])), 0);
    // Its own changes are not committed either, and there is nothing to add to them.
    let again = desk.run(&[]);
    assert_eq!(code(&again), 0, "{}", err(&again));
    assert!(out(&again).starts_with("Nothing to write"));
}

#[test]
fn a_contributor_whom_the_spec_does_not_know_is_registered_under_the_name_given() {
    let desk = Desk::new(&[&ZAPO]);
    let output = desk.run(&["--contributor", "birch-b", "--contributor-name", "Birch B"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert_eq!(desk.file("spec/contributors/birch-b.yaml"), "id: birch-b\nname: Birch B\ngithub: birch-b\n");
    assert!(desk.file("spec/stanzas/call-reject.yaml").contains("contributors: [birch-b]"));
}

#[test_with::path(../shared)]
#[test]
fn answered_questions_become_findings_of_the_spec_s_own_pages() {
    let desk = Desk::new(&[&ZAPO, &BAILEYS]);
    fs::remove_dir_all(desk.path("spec/spec")).unwrap();
    copy(&shared("wacrg/spec"), &desk.path("spec/spec"));
    let part = "spec/signalling/call-reject.yaml";
    let asked = |desk: &Desk| {
        let text = desk.file(part);
        let questions = text.split("open_questions:").nth(1).unwrap().split("references:").next().unwrap();
        questions.matches("\n  - ").count()
    };
    let before = asked(&desk);
    let output = desk.run(&["--question", "reject-extra-attributes"]);
    assert_eq!(code(&output), 0, "{}{}", out(&output), err(&output));
    assert!(out(&output).contains("question reject-extra-attributes: closed: `some`"), "{}", out(&output));
    let page = desk.file(part);
    let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(asked(&desk) + 1, before, "{page}");
    assert!(words.contains("Answered by captures: `some` (confirmed)."), "{page}");
    let repository = Repository::open(&desk.path("spec")).unwrap();
    let coverage = Coverage::of(repository.files(Folder::Stanzas).map(|(_, page)| page)).to_string();
    assert!(out(&output).contains(&coverage), "{coverage}\n{}", out(&output));
    let again = desk.run(&["--question", "reject-extra-attributes"]);
    assert_eq!(code(&again), 0, "{}{}", out(&again), err(&again));
    assert!(out(&again).starts_with("Nothing to write"), "{}", out(&again));
    // A question that its page asks in other words is not closed.
    desk.replace("spec/flows/call-rejected.yaml", "Is the decline carried by", "Is it perhaps carried by");
    let moved = desk.run(&["--question", "decline-carrier"]);
    assert_eq!(code(&moved), 1, "{}{}", out(&moved), err(&moved));
    assert!(err(&moved).contains("decline-carrier: no page asks it any more"), "{}", err(&moved));
}

#[test_with::path(../shared)]
#[test]
fn the_coverage_of_the_spec_is_what_its_script_prints() {
    let repository = Repository::open(&shared("wacrg")).unwrap();
    let coverage = Coverage::of(repository.files(Folder::Stanzas).map(|(_, page)| page));
    let printed =
        "Spec coverage: 25% over 112 facts.\n  confirmed    0\n  probable     57\n  speculative  55\n  unknown      0";
    assert_eq!(coverage.to_string(), printed);
}

/// With a clone of the spec's repository in `RINGTRACE_WACRG` in which `npm ci` was run.
#[test_with::env(RINGTRACE_WACRG)]
#[test]
fn the_spec_s_own_checks_pass_and_print_the_coverage_foretold() {
    let clone = PathBuf::from(std::env::var_os("RINGTRACE_WACRG").unwrap());
    let desk = Desk::new(&[&ZAPO, &BAILEYS]);
    fs::remove_dir_all(desk.path("spec")).unwrap();
    let cloned = Command::new("git").args(["clone", "-q"]).arg(&clone).arg(desk.path("spec")).status().unwrap();
    assert!(cloned.success());
    #[cfg(unix)]
    std::os::unix::fs::symlink(clone.join("node_modules"), desk.path("spec/node_modules")).unwrap();
    let output = desk.run(&["--all", "--contributor", "purpshell"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let npm = |script: &str| Command::new("npm").args(["run", script]).current_dir(desk.path("spec")).output().unwrap();
    let built = npm("build");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let foretold = out(&output).split("after `npm run coverage`:\n").nth(1).unwrap().to_owned();
    let foretold = foretold.lines().take(5).collect::<Vec<_>>().join("\n");
    assert!(String::from_utf8_lossy(&built.stdout).contains(&foretold), "{foretold}");
    desk.git(&["add", "-A", "docs", "COVERAGE.md"]);
    desk.git(&["commit", "-qm", "Docs"]);
    assert!(npm("check").status.success());
    let again = desk.run(&["--all", "--contributor", "purpshell"]);
    assert!(out(&again).starts_with("Nothing to write"), "{}", out(&again));
}

/// What `--lint` finds in the checkout, in a format.
fn linted(desk: &Desk, format: &str) -> String {
    let output = desk.ringtrace(&["spec", "--lint", "spec", "--format", format]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    out(&output)
}

/// The findings of a check, without the check's name.
fn found(text: &str, check: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_suffix(&format!(" [{check}]"))).map(str::to_owned).collect()
}

#[test]
fn a_grade_beyond_its_techniques_is_found() {
    let desk = Desk::new(&[]);
    assert_eq!(found(&linted(&desk, "text"), "single-technique"), [""; 0]);
    let page = "spec/stanzas/call-reject.yaml";
    desk.replace(page, "confidence: probable   #", "confidence: confirmed #");
    desk.replace(
        page,
        "confidence: speculative\n    description: The stanza's id.",
        "confidence: confirmed\n    description: The stanza's id.",
    );
    desk.replace("spec/enums/reasons.yaml", "confidence: probable", "confidence: confirmed");
    desk.replace(
        "spec/flows/call-rejected.yaml",
        "confidence: speculative # not seen",
        "confidence: confirmed # not seen",
    );
    assert_eq!(
        found(&linted(&desk, "text"), "single-technique"),
        [
            "spec/enums/reasons.yaml:6: `declined` is confirmed, and its text cites no technique",
            "spec/flows/call-rejected.yaml:20: step 3 is confirmed, and its text cites no technique",
            "spec/stanzas/call-reject.yaml:13: call@from is confirmed, and cites websocket-capture only",
            "spec/stanzas/call-reject.yaml:29: call@id is confirmed, and cites no technique",
        ]
    );
    desk.replace(page, "techniques: [websocket-capture]", "techniques: [websocket-capture, mitm-tls]");
    assert_eq!(found(&linted(&desk, "text"), "single-technique").len(), 3);
}

#[test]
fn values_that_no_enum_lists_and_circular_derivations_are_found() {
    let desk = Desk::new(&[]);
    desk.replace("spec/stanzas/call-reject.yaml", "[\"declined\"]", "[\"declined\", \"asleep\"]");
    desk.replace("spec/flows/call-rejected.yaml", "label: reject\n", "label: <reject reason=\"tired\">\n");
    desk.replace("spec/enums/reasons.yaml", "value: declined", "value: accept_elsewhere");
    desk.replace(
        "spec/signalling/call-reject.yaml",
        "A device declines.",
        "A device declines,\n  as with `accepted_elsewhere`.",
    );
    for (id, origin) in [("zapo-caller", "b"), ("b", "c"), ("c", "zapo-caller"), ("d", "c")] {
        let text = format!("id: {id}\nname: {id}\nderives_from:\n  - {origin}\n");
        fs::write(desk.path("spec/spec/flavors").join(format!("{id}.yaml")), text).unwrap();
    }
    let text = linted(&desk, "text");
    let lists = "and the enum reasons does not list it";
    assert_eq!(
        found(&text, "unlisted-value"),
        [
            format!("spec/flows/call-rejected.yaml:23: `tired` is used as reason, {lists}"),
            format!("spec/stanzas/call-reject.yaml:51: `asleep` is used as reason, {lists}"),
            format!("spec/stanzas/call-reject.yaml:51: `declined` is used as reason, {lists}"),
        ]
    );
    let spelt = "spec/signalling/call-reject.yaml:8: `accepted_elsewhere`, where an enum lists `accept_elsewhere`";
    assert_eq!(found(&text, "value-spelling"), [spelt]);
    assert_eq!(
        found(&text, "derivation-cycle"),
        ["spec/flavors/b.yaml:4: b derives from itself: b -> c -> zapo-caller -> b"]
    );
}

#[test]
fn findings_come_in_the_formats_of_other_programs() {
    let desk = Desk::new(&[]);
    let json: serde_json::Value = serde_json::from_str(&linted(&desk, "json")).unwrap();
    let first = json["findings"][0].clone();
    assert_eq!((json["schema"].as_u64(), first["check"].as_str()), (Some(1), Some("changed-question")));
    let sarif: serde_json::Value = serde_json::from_str(&linted(&desk, "sarif")).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startLine"]), (&first["file"], &first["line"]));
    assert!(linted(&desk, "junit").contains("tests=\"6\" failures=\"1\""));
    let github = linted(&desk, "github");
    assert!(
        github.starts_with(&format!("::warning file={},line={}", first["file"].as_str().unwrap(), first["line"])),
        "{github}"
    );
    desk.replace("spec/enums/reasons.yaml", "id: reasons", "id: [reasons");
    let broken = desk.ringtrace(&["spec", "--lint", "spec"]);
    assert_eq!(code(&broken), 2);
    assert!(err(&broken).contains("spec/enums/reasons.yaml: line"), "{}", err(&broken));
}

#[test_with::path(../shared)]
#[test]
fn the_contradictions_of_the_spec_are_found_in_its_data_and_gone_once_a_page_changes() {
    let desk = Desk::new(&[]);
    fs::remove_dir_all(desk.path("spec/spec")).unwrap();
    copy(&shared("wacrg/spec"), &desk.path("spec/spec"));
    insta::assert_snapshot!("spec_change_lint", linted(&desk, "text"));
    desk.replace("spec/signalling/call-reject.yaml", "carries no `reason`", "carries `reason`");
    assert!(!linted(&desk, "text").contains("reject-carries-reason"));
    let index = |desk: &Desk| out(&desk.ringtrace(&["spec", "--index", "spec"]));
    let unchanged = index(&desk);
    assert!(unchanged.ends_with("Changed since the pin: 0 new, 0 reworded, 0 moved, 0 gone\n"), "{unchanged}");
    assert!(unchanged.contains("  1 0xf94b_e442_be9e_0415 terminate-reasons (SIG-14 #1)\n"), "{unchanged}");
    let page = "spec/flows/call-rejected.yaml";
    desk.replace(page, "Is the decline carried by", "Might the decline be carried by");
    desk.replace(page, "open_questions:\n", "open_questions:\n  - What is new?\n");
    let changed = index(&desk);
    assert!(changed.contains("[new]") && changed.contains("[moved]"), "{changed}");
    assert_eq!(found(&linted(&desk, "text"), "changed-question").len(), 4);
}
