//! The question before something is sent, asked and answered in a real terminal.

use std::path::Path;
use std::thread;
use std::time::Duration;

use portable_pty::CommandBuilder;

use super::{QUESTION, Server};
use crate::sanitize::own;
use crate::terminal::Session;

const ASKED: &str = "Send this? [y/N] ";

/// A run of `attach` in a terminal.
struct Run(Session);

impl Run {
    fn start(server: &Server, folder: &Path, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ringtrace"));
        command.arg("attach");
        command.arg(own("answered-and-missed", "pcap"));
        command.args(["-q", "--repo", "owner/name", "--api-url", &format!("http://{}", server.address)]);
        command.args(arguments);
        command.cwd(folder);
        for (name, value) in [("GITHUB_TOKEN", "ghp_verysecret"), ("USER", "nobody-in-particular")] {
            command.env(name, value);
        }
        command.env("PATH", folder);
        for proxy in ["http_proxy", "HTTP_PROXY", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        Self(Session::spawn(command, 80, 24))
    }

    fn wait_for(&mut self, text: &str) -> &mut Self {
        self.0.wait_until(&format!("`{text}` in what was printed"), |session| printed(session).contains(text));
        self
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        self.0.press(keys);
        self
    }

    /// Waits for the program to end. Says whether it did what was asked for, its exit code, and all that it printed.
    fn end(&mut self) -> (bool, u32, String) {
        let code = self.0.end();
        (code == 0, code, printed(&self.0))
    }
}

/// All that was printed so far, with the ends of lines as they were written.
fn printed(session: &Session) -> String {
    String::from_utf8_lossy(&session.raw).replace("\r\n", "\n")
}

fn comment() -> [&'static str; 4] {
    [QUESTION[0], QUESTION[1], "--issue", "12"]
}

#[test]
fn what_is_shown_is_sent_once_after_a_yes() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _, _| None);
    let mut run = Run::start(&server, folder.path(), &comment());
    run.wait_for(ASKED);
    assert_eq!(server.seen(), Vec::<String>::new(), "nothing is sent before it is said to");
    let (done, _, text) = run.press("y\r").end();
    assert!(done && text.contains("sent: https://git.example/1"), "{text}");
    let sent = server.seen().iter().filter(|seen| seen.starts_with("POST")).count();
    assert_eq!((sent, server.bodies().len()), (1, 1));
    let shown = text.split(ASKED).next().unwrap();
    let head = format!("A comment on owner/name #12, via http://{}:\n\n", server.address);
    assert_eq!(shown, format!("{head}{}\n", server.bodies()[0]), "what is shown is what is sent, and all of it");
    assert!(!text.contains("verysecret"));
}

#[test]
fn the_title_and_the_labels_of_a_new_issue_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _, _| None);
    let arguments = [QUESTION[0], QUESTION[1], "--new", "--form", "protocol-finding"];
    let (done, _, text) = Run::start(&server, folder.path(), &arguments).wait_for(ASKED).press("yes\r").end();
    assert!(done, "{text}");
    let issue = server.shelf.lock().unwrap()[0].clone();
    let [title, body] = ["title", "body"].map(|field| issue[field].as_str().unwrap().to_owned());
    let shown = text.split(ASKED).next().unwrap();
    let head = format!("A new issue in owner/name, via http://{}:\n", server.address);
    let labels = "type/finding, status/needs-review";
    assert_eq!(shown, format!("{head}Title: {title}\nLabels: {labels}\n\n{body}\n"));
}

#[test]
fn anything_but_a_yes_sends_nothing() {
    for keys in ["n\r", "\r", "no\r", "yy\r", "\u{4}"] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::new(|_, _, _| None);
        let (_, code, text) = Run::start(&server, folder.path(), &comment()).wait_for(ASKED).press(keys).end();
        assert_eq!(code, 2, "{keys:?}: {text}");
        assert!(text.contains("not sent: not confirmed"), "{keys:?}: {text}");
        assert_eq!(server.seen(), Vec::<String>::new(), "{keys:?}");
    }
}

#[test]
fn an_interrupt_at_the_question_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _, _| None);
    let (done, _, text) = Run::start(&server, folder.path(), &comment()).wait_for(ASKED).press("\u{3}").end();
    assert!(!done, "{text}");
    thread::sleep(Duration::from_millis(200));
    assert_eq!(server.seen(), Vec::<String>::new());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}
