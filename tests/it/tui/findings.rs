//! Findings: drafted, read, changed, saved, copied and sent.

use std::path::PathBuf;

use ringtrace::github::{Backoff, Token};
use ringtrace::tui::command::Done;
use serde_json::json;

use super::*;
use crate::github::{Answer, Server};

fn bench(size: (u16, u16)) -> Bench {
    Bench::with(size, &fixture::three_calls())
}

/// The interface with a draft on the open question of who ends an unanswered call.
fn drafted(size: (u16, u16)) -> Bench {
    let mut bench = bench(size);
    bench.keys("Q").select("Who sends the terminate when").keys("D<enter>");
    bench
}

impl Bench {
    /// Goes down a list until this line is selected.
    fn select(&mut self, text: &str) -> &mut Self {
        let selected = |bench: &Self| {
            let lines = bench.lines();
            let y = lines.iter().position(|line| line.contains(text))?;
            Some(bench.buffer()[(0, u16::try_from(y).unwrap())].bg == ratatui::style::Color::Blue)
        };
        for _ in 0..60 {
            if selected(self) == Some(true) {
                return self;
            }
            self.keys("j");
        }
        panic!("{text:?} is on no line:\n{}", self.screen());
    }

    /// What the editor would get.
    fn composes(&mut self) -> (u64, String) {
        self.keys("e");
        match self.asked.pop() {
            Some(Effect::Compose { id, text }) => (id, text),
            other => panic!("no editor was asked for: {other:?}"),
        }
    }

    fn did(&mut self, done: Done) -> &mut Self {
        self.app.did(Some(done));
        self.draw();
        self
    }

    /// Lets the user put these words in the place of others.
    fn rewrites(&mut self, old: &str, new: &str) -> &mut Self {
        let (id, text) = self.composes();
        assert!(text.contains(old), "{text}");
        self.did(Done::Composed { id, text: text.replace(old, new) })
    }

    /// Sends to this server from now on.
    fn sends_to(size: (u16, u16), server: &Server) -> Self {
        let access = Access {
            api: format!("http://{}", server.address).parse().unwrap(),
            token: |_| Token::new("ghp_verysecret"),
            backoff: Backoff { attempts: 1, ..Backoff::default() },
        };
        let mut bench = Self::new(size);
        bench.app = App::new(Options { access, ..Options::default() });
        bench.load(&fixture::three_calls());
        bench.keys("Q").select("Who sends the terminate when").keys("D<enter>");
        bench
    }
}

#[test]
fn a_draft_shows_what_was_replaced() {
    let mut bench = bench(NARROW);
    bench.keys("QD");
    screen!(bench, "forms-80", ["Draft a finding about question", "protocol-finding", "stanza-capture"]);
    let bench = drafted(NARROW);
    screen!(bench, "draft-80", ["### Area", "signaling", "Replaced (p: show the values)", "a person → A"]);
    assert!(!bench.shows("100000000000001"), "no raw number unless requested");
    let mut bench = drafted(WIDE);
    screen!(bench, "draft-160", ["### Area", "- direct evidence for caller", "a call-id → CALL"]);
    assert!(!bench.shows("D1F00D"));
    bench.keys("p");
    assert!(bench.line_with("a call-id → CALL").contains("×") && bench.shows("D1F00DD1F00D"), "{}", bench.screen());
    bench.keys("p");
    assert!(!bench.shows("D1F00D"));
}

#[test]
fn text_and_replacements_scroll_separately() {
    let mut bench = drafted(NARROW);
    bench.keys("G");
    assert!(bench.shows("<!-- ringtrace question:timeout-terminate-sender "), "all that is sent is shown");
    bench.keys("<tab>G");
    assert!(bench.shows("times of day → times since the start"), "{}", bench.screen());
    assert!(bench.shows("<!-- ringtrace question"), "the text stays where it is");
    bench.keys("<tab>g");
    assert!(bench.shows("### Area"));
}

#[test]
fn every_subject_has_suitable_forms() {
    for (keys, about, first) in [
        ("jD", "call #2", "comment"),
        ("j<enter>D", "call #2", "comment"),
        ("QD", "question", "protocol-finding"),
        ("RD", "rule", "protocol-finding"),
        ("R<enter>D", "rule", "protocol-finding"),
        ("Q/spelled<enter>D", "discrepancy", "discrepancy"),
    ] {
        let mut bench = bench(WIDE);
        bench.keys(keys);
        assert!(bench.line_with("Draft a finding about").contains(about), "{keys}: {}", bench.screen());
        bench.keys("<enter>");
        assert!(bench.line_with("ringtrace  ").contains("Draft"), "{}", bench.screen());
        bench.keys("O");
        assert!(bench.line_with(about).contains(first), "{}", bench.screen());
    }
}

#[test]
fn the_draft_shows_the_selected_stanza() {
    let mut bench = bench(WIDE);
    bench.keys("j<enter>jjjjjjDjj<enter>");
    assert!(bench.shows("[capture]: call terminate outgoing"), "{}", bench.screen());
    bench.keys("q").keys("ggDjj<enter>");
    assert!(bench.shows("[capture]: call offer outgoing"), "{}", bench.screen());
    bench.keys("O");
    assert_eq!(bench.lines().iter().filter(|line| line.contains("stanza-capture")).count(), 2);
    let mut bench = Bench::with(WIDE, &fixture::three_calls());
    bench.keys("Q").select("Who sends the terminate when").keys("<enter>Djj<enter>");
    assert!(bench.shows("[capture]: call terminate outgoing"), "{}", bench.screen());
}

#[test]
fn a_draft_is_written_in_the_background() {
    let mut bench = bench(NARROW);
    bench.keys("QD");
    bench.app.press(KeyEvent::from(KeyCode::Enter));
    bench.draw();
    assert!(bench.shows("Writing the draft …"));
    for key in ["e", "w", "y", "a"] {
        bench.app.press(parsed(key)[0]);
        bench.draw();
        assert!(bench.asked.is_empty() && bench.shows("Writing the draft"), "{key}");
    }
    let jobs = bench.app.jobs();
    assert_eq!((jobs.len(), bench.app.jobs().len()), (1, 0), "each is done once");
    jobs.into_iter().for_each(|job| bench.app.done(job.run()));
    bench.draw();
    assert!(bench.shows("### Area"));
}

#[test]
fn nothing_is_reported_before_loading_has_finished() {
    let mut recording = Recording::new();
    fixture::missed(&mut recording);
    let mut bench = Bench::with(NARROW, &recording.analysis(false));
    bench.keys("D");
    assert!(bench.shows("once all captures are read"));
    bench.app.stop();
    bench.keys("D");
    assert!(bench.shows("Draft a finding about call #1"));
}

#[test]
fn a_draft_without_a_relevant_stanza_is_refused() {
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.keys("Q/who stops the callee<enter>Djj<enter>");
    assert!(bench.shows("Cannot draft this: no relevant stanza found"), "{}", bench.screen());
    bench.keys("w");
    assert!(bench.shows("Cannot draft this") && !bench.shows("save as"));
    bench.keys("O");
    assert!(bench.shows("not possible"));
}

#[test]
fn a_raw_identifier_is_shown_and_blocks_the_draft() {
    let mut bench = drafted(NARROW);
    bench.rewrites("signaling", "signaling, told by 1000-0000-0000-001");
    screen!(bench, "leaking-80", ["✗ signaling, told by", "✗ line 3: a number that identifies someone"]);
    for (key, what) in [("w", "save as"), ("y", "copied to"), ("a", "send to")] {
        bench.keys(key);
        assert!(
            bench.shows("Blocked by the leak check: line 3: a number that identifies someone"),
            "{}",
            bench.screen()
        );
        assert!(!bench.shows(what) && bench.asked.is_empty(), "{key}");
    }
    bench.keys("O");
    assert!(bench.line_with("protocol-finding").contains("raw identifiers left"));
    bench.keys("w");
    assert!(bench.asked.is_empty(), "nor from the list");
    bench.keys("<enter>").rewrites("1000-0000-0000-001", "A");
    assert!(bench.shows("no raw identifiers"));
    bench.keys("y");
    let Some(Effect::Copy(text)) = bench.asked.last() else { panic!("nothing was copied") };
    assert!(text.contains("signaling, told by A\n") && text.contains("-->"), "{text}");
}

#[test]
fn names_of_users_and_captures_are_raw_identifiers() {
    let mut bench = Bench::new(NARROW);
    bench.app = App::new(Options { here: vec!["zoe-laptop".to_owned()], ..Options::default() });
    bench.load(&fixture::three_calls());
    bench.keys("jD<enter>").rewrites("**How", "as zoe-laptop saw in monday.pcap\n\n**How");
    assert!(bench.shows("2 raw identifiers"), "{}", bench.screen());
    assert!(bench.shows("the name of a user or a machine") && bench.shows("the name of a file or a folder"));
}

#[test]
fn a_draft_overwrites_a_file_only_after_asking() {
    let mut bench = drafted(NARROW);
    bench.keys("w<enter>");
    let Some(Effect::Write { path, text, rest: None, over: false }) = bench.asked.pop() else {
        panic!("nothing was written")
    };
    assert_eq!(path, PathBuf::from("finding-1.md"));
    assert!(text.starts_with("### Area\n") && !text.contains("100000000000001"), "{text}");
    bench.did(Done::Exists(path.clone()));
    assert!(bench.shows("File exists. Enter: overwrite; or type another name"), "{}", bench.screen());
    bench.keys("<esc>");
    assert!(bench.asked.is_empty());
    bench.did(Done::Exists(path.clone())).keys("<enter>");
    assert_eq!(bench.asked.pop(), Some(Effect::Write { path: path.clone(), text, rest: None, over: true }));
    bench.did(Done::Written(path)).keys("O");
    assert!(bench.line_with("protocol-finding").contains("saved as finding-1.md"));
}

#[test]
fn a_draft_is_sent_after_a_preview_and_then_updated() {
    for size in [NARROW, WIDE] {
        let server = Server::new(|_, _, _| None);
        let mut bench = Bench::sends_to(size, &server);
        bench.keys("aowner");
        assert!(bench.shows("✗ expected OWNER/NAME#12 to comment on issue 12"));
        bench.keys("<enter>");
        assert!(bench.shows("send to: owner"), "an invalid target stays open for correction");
        bench.keys("/name#12<enter>");
        assert!(bench.shows("A comment on owner/name #12, over http://127.0.0.1:"), "{}", bench.screen());
        assert!(bench.shows("### Area") && server.seen().is_empty(), "nothing is sent before it is confirmed");
        bench.keys("n");
        assert!(!bench.shows("send this?") && server.seen().is_empty());
        bench.keys("a<enter>");
        let shown = bench.screen();
        bench.app.press(KeyEvent::from(KeyCode::Char('y')));
        bench.draw();
        assert!(
            bench.shows("Sending to owner/name#12") && server.seen().is_empty(),
            "it is sent in the background: {shown}"
        );
        bench.work();
        bench.draw();
        assert!(bench.shows("Sent: https://git.example/1"), "{}", bench.screen());
        let [body] = <[String; 1]>::try_from(server.bodies()).unwrap();
        assert!(body.starts_with("### Area\n") && body.contains("<!-- ringtrace question:timeout-terminate-sender"));
        assert!(!body.contains("100000000000001"));
        bench.keys("u");
        assert_eq!(bench.asked.pop(), Some(Effect::Copy("https://git.example/1".to_owned())));
        bench.rewrites("signaling", "signaling, looked at again").keys("a<enter>y");
        assert!(bench.shows("Updated the earlier post: https://git.example/1"), "{}", bench.screen());
        assert_eq!(server.bodies().len(), 1);
        assert!(server.bodies()[0].contains("looked at again"));
        bench.keys("a<enter>y");
        assert!(bench.shows("Already posted"));
        bench.keys("O");
        assert!(bench.shows("already posted, unchanged: owner/name#12"), "{}", bench.screen());
        assert!(!bench.screen().contains("verysecret"));
    }
}

#[test]
fn a_new_issue_shows_its_title_and_labels_before_it_is_sent() {
    let server = Server::new(|_, _, _| None);
    let mut bench = Bench::sends_to(NARROW, &server);
    bench.keys("aowner/name<enter>");
    assert!(bench.shows("A new issue in owner/name") && bench.shows("Labels: type/finding, status/needs-review"));
    bench.keys("y");
    assert!(bench.shows("Sent: https://git.example/1"));
    bench.keys("qqjD<enter>a<enter>");
    assert!(bench.shows("✗ this form requires an existing issue: owner/name#12"), "{}", bench.screen());
}

#[test]
fn a_refused_draft_is_kept() {
    let server = Server::new(|_, _, _| Some(Answer::Status(403, Vec::new(), json!({ "message": "\u{1b}[2JNo" }))));
    let mut bench = Bench::sends_to(WIDE, &server);
    bench.keys("aowner/name<enter>y");
    assert!(bench.shows("Not sent to owner/name: the server refused the request"), "{}", bench.screen());
    assert!(bench.shows("Not sent to owner/name"));
    bench.keys("w<enter>");
    assert!(matches!(bench.asked.last(), Some(Effect::Write { .. })));
}

#[test]
fn without_a_token_a_draft_can_be_saved_and_submitted_manually() {
    let mut bench = drafted(NARROW);
    bench.keys("aowner/name<enter>y");
    assert!(bench.shows("No token") && bench.shows("save as: finding-1.md"), "{}", bench.screen());
    bench.keys("<enter>");
    assert!(matches!(bench.asked.pop(), Some(Effect::Write { .. })));
    assert!(bench.shows("submit manually to owner/name"));
    bench.keys("u");
    let Some(Effect::Copy(address)) = bench.asked.pop() else { panic!("nothing was copied") };
    assert!(address.starts_with("https://github.com/owner/name/issues/new?template=protocol_finding.yml&title=%5B"));
    assert!(address.contains("&area=signaling") && address.len() <= 6_000);
    bench.rewrites("signaling", "media").keys("a<enter>y<esc>u");
    let Some(Effect::Copy(address)) = bench.asked.pop() else { panic!("nothing was copied") };
    assert!(address.contains("&area=media"), "the user's own words: {address}");
}

#[test]
fn drafts_stay_until_they_are_deleted() {
    let mut bench = drafted(NARROW);
    bench.keys("qqjD<enter>O");
    screen!(bench, "findings-80", ["question timeout-terminate-sender", "call #2", "comment", "draft"]);
    bench.keys("x");
    assert!(!bench.shows("timeout-terminate-sender   ") && bench.shows("call #2"), "{}", bench.screen());
    bench.keys("<enter>").rewrites("**How", "My own words.\n\n**How").keys("x");
    assert!(bench.shows("Discard this draft? Your edits have not been saved or sent."));
    bench.keys("n");
    assert!(bench.shows("call #2"));
    bench.keys("xy");
    assert!(bench.shows("No findings drafted yet") || bench.shows("Draft deleted"));
    bench.keys("O");
    assert!(bench.line_with("ringtrace").contains("Calls") || bench.shows("No findings drafted yet"));
}

#[test]
fn the_same_finding_is_drafted_once() {
    let mut bench = drafted(NARROW);
    bench.keys("q").keys("D<enter>");
    assert!(bench.shows("This draft already exists"));
    bench.keys("O");
    assert_eq!(bench.lines().iter().filter(|line| line.contains("protocol-finding")).count(), 1);
}

#[test]
fn quitting_asks_if_edits_would_be_lost() {
    let mut bench = drafted(NARROW);
    bench.rewrites("signaling", "media").keys("<c-c>");
    assert!(!bench.has_quit && bench.shows("neither saved nor sent. Quit anyway?"));
    bench.keys("n<c-c>");
    assert!(!bench.has_quit);
    bench.keys("<c-c>");
    assert!(bench.has_quit, "asked twice, it ends");
    let mut bench = drafted(NARROW);
    bench.keys("<c-c>");
    assert!(bench.has_quit, "what can be drafted again is not lost");
}

#[test]
fn drafts_escape_control_characters() {
    for size in [(20, 5), NARROW, WIDE] {
        let mut bench = Bench::with(size, &fixture::hostile());
        for keys in ["D", "<enter>", "p", "<tab>", "G", "qDj<enter>", "<esc>D", "jj<enter>", "O", "<enter>"] {
            bench.keys(keys);
            for cell in bench.buffer().content() {
                assert!(!cell.symbol().chars().any(ringtrace::visible::is_hidden), "{:?}", cell.symbol());
            }
        }
    }
}
