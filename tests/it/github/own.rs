//! A post touches only what is its author's and of the same finding, and is there once however the server's lists lag.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ringtrace::analysis::Analysis;
use ringtrace::github::{Backoff, Client, Done, Error, Post, Target, Token};
use ringtrace::redact::{Aliases, Redactor};
use ringtrace::report::{Draft, Form, Released};
use serde_json::{Value, json};

use super::{Answer, Request, Server, Shelf, USER, as_github, on_issue, said};
use crate::sanitize::own;

const TOKEN: &str = "ghp_verysecret";

/// A report that needs no captures.
fn report(body: &str) -> Released {
    let draft = Draft {
        form: Form::Comment,
        title: "A title".to_owned(),
        body: body.to_owned(),
        fields: Vec::new(),
        rest: None,
        note: None,
        marker: "<!-- ringtrace question:one 00ff -->".to_owned(),
        remarks: Vec::new(),
    };
    draft.marked().release(&Redactor::new(&Analysis::default(), Aliases::default(), [])).unwrap()
}

/// Sends a report, without long waits.
fn send(server: &Server, body: &str) -> Result<Done, Error> {
    let backoff = Backoff { first: Duration::from_millis(2), ..Backoff::default() };
    let api = format!("http://{}", server.address).parse().unwrap();
    let target: Target = "owner/name#12".parse().unwrap();
    Post { target: &target, report: &report(body) }.send(&Client::new(api, Token::new(TOKEN).unwrap(), backoff))
}

fn comment(id: u64, author: &str, body: &str) -> Value {
    json!({ "id": id, "user": { "login": author }, "body": body, "html_url": format!("https://git.example/{id}") })
}

/// A server with comments on it.
fn with(comments: &[Value], trouble: impl Fn(usize, &Request, &Shelf) -> Option<Answer> + Send + 'static) -> Server {
    let server = Server::new(trouble);
    server.shelf.lock().unwrap().extend(comments.iter().cloned());
    server
}

fn writes(server: &Server) -> Vec<String> {
    server.seen().into_iter().filter(|seen| !seen.starts_with("GET")).collect()
}

#[test]
fn a_comment_of_somebody_else_is_never_edited() {
    let marked = report("theirs").body.as_str().to_owned();
    let server = with(&[comment(1, "somebody", &marked)], |_, _, _| None);
    assert!(matches!(send(&server, "mine"), Ok(Done::Sent(url)) if url.ends_with("/2")));
    assert_eq!(writes(&server), ["POST /repos/owner/name/issues/12/comments"]);
    assert_eq!(server.bodies()[0], marked);
    assert!(matches!(send(&server, "mine, changed"), Ok(Done::Updated(url)) if url.ends_with("/2")));
    assert_eq!(writes(&server)[1..], ["PATCH /repos/owner/name/issues/comments/2"]);
    assert_eq!(server.bodies()[0], marked);
}

#[test]
fn a_text_that_only_quotes_the_marker_is_no_earlier_post() {
    let marker = report("").marker;
    let quoting = [format!("> {marker}\n\nI disagree."), format!("As in `{marker}`"), format!("One\n{marker}\ntwo")];
    let quoting: Vec<_> = quoting.iter().zip(1..).map(|(body, id)| comment(id, USER, body)).collect();
    let server = with(&quoting, |_, _, _| None);
    assert!(matches!(send(&server, "mine"), Ok(Done::Sent(_))));
    assert_eq!(server.bodies().len(), 4);
    assert_eq!(writes(&server).len(), 1, "{:?}", server.seen());
}

#[test]
fn where_nothing_shows_whose_a_post_is_it_is_left_alone() {
    for status in [403, 404] {
        let marked = report("earlier").body.as_str().to_owned();
        let server = with(&[comment(1, "an-app[bot]", &marked)], move |_, request, _| {
            request.path.ends_with("/user").then(|| Answer::Status(status, Vec::new(), json!({ "message": "No" })))
        });
        let error = send(&server, "later").unwrap_err();
        assert!(error.to_string().contains("posted before, at https://git.example/1"), "{error}");
        assert!(matches!(send(&server, "earlier"), Ok(Done::Unchanged(_))), "the same text need not be anybody's");
        assert_eq!(writes(&server), Vec::<String>::new());
    }
}

#[test]
fn a_lost_response_is_looked_for_until_a_lagging_list_shows_it() {
    for lag in [0, 1, 3] {
        let looks = AtomicUsize::new(0);
        let server = Server::new(move |_, request, shelf| {
            let is_taken = !shelf.lock().unwrap().is_empty();
            if request.method == "POST" && !is_taken {
                as_github(request, shelf, "127.0.0.1:1".parse().unwrap());
                return Some(Answer::Cut);
            }
            let hides = request.method == "GET" && is_taken && looks.fetch_add(1, Ordering::SeqCst) < lag;
            hides.then(|| Answer::Status(200, Vec::new(), json!([])))
        });
        assert!(matches!(send(&server, "mine"), Ok(Done::Sent(_))), "{lag}");
        assert_eq!(writes(&server).len(), 1, "{lag}");
    }
}

#[test]
fn what_a_lagging_list_shows_too_late_stays_and_the_new_post_is_taken_back() {
    let earlier = report("earlier").body.as_str().to_owned();
    let server = with(&[comment(1, USER, &earlier), comment(2, "somebody", &earlier)], |number, _, _| {
        (number == 0).then(|| Answer::Status(200, Vec::new(), json!([])))
    });
    assert!(matches!(send(&server, "later"), Ok(Done::Updated(url)) if url.ends_with("/1")));
    let bodies = server.bodies();
    assert!(bodies.len() == 2 && bodies[0].contains("later") && bodies[1] == earlier, "{bodies:?}");
}

#[test]
fn a_post_that_the_list_does_not_show_yet_is_waited_for() {
    let shown = Arc::new(AtomicUsize::new(0));
    let looks = Arc::clone(&shown);
    let server = Server::new(move |_, request, shelf| {
        let is_lagging = request.method == "GET" && !shelf.lock().unwrap().is_empty();
        (is_lagging && looks.fetch_add(1, Ordering::SeqCst) < 2).then(|| Answer::Status(200, Vec::new(), json!([])))
    });
    assert!(matches!(send(&server, "mine"), Ok(Done::Sent(_))));
    assert_eq!(shown.load(Ordering::SeqCst), 3);
}

#[test]
fn a_list_that_continues_elsewhere_or_without_end_is_an_error() {
    let elsewhere = Server::new(|_, _, _| {
        let link = "<http://127.0.0.1:1/repos/owner/name/issues/12/comments?page=2>; rel=\"next\"".to_owned();
        Some(Answer::Status(200, vec![("Link", link)], json!([])))
    });
    let error = send(&elsewhere, "mine").unwrap_err();
    assert!(error.to_string().contains("continues elsewhere, at http://127.0.0.1:1/"), "{error}");
    let endless = Server::new(|_, request, _| {
        let link = format!("<http://{}{}>; rel=\"next\"", request.host, request.path);
        Some(Answer::Status(200, vec![("Link", link)], json!([])))
    });
    assert_eq!(send(&endless, "mine"), Err(Error::Endless));
    assert_eq!((writes(&elsewhere), writes(&endless)), (Vec::new(), Vec::new()));
}

#[test]
fn what_the_server_repeats_of_the_token_is_not_shown() {
    let refused = Server::new(|_, request, _| {
        let message = format!("{}you sent {}", "x".repeat(480), request.authorization);
        Some(Answer::Status(422, Vec::new(), json!({ "message": message })))
    });
    let error = send(&refused, "mine").unwrap_err().to_string();
    assert!(error.contains("you sent Bearer [") && !error.contains("ghp_"), "{error}");
    let repeated = Server::new(|_, request, _| {
        let url = format!("https://git.example/?{}", request.authorization);
        (request.method == "POST").then(|| Answer::Status(201, Vec::new(), json!({ "html_url": url })))
    });
    assert_eq!(send(&repeated, "mine").unwrap().url(), "https://git.example/?Bearer [token]");
}

#[test]
fn a_server_on_this_machine_is_not_asked_through_a_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://user:password@{}", proxy.local_addr().unwrap());
    let server = Server::new(|_, _, _| None);
    let mut command = server.command(folder.path(), &on_issue(&["--yes"]));
    for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "HTTP_PROXY", "http_proxy"] {
        command.env(name, &address);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    proxy.set_nonblocking(true).unwrap();
    assert!(proxy.accept().is_err(), "nothing came through the proxy");
}

/// The marker of what was shown with `--dry-run`, for captures and further arguments.
fn marker(folder: &Path, captures: &[&Path], more: &[&str], input: Option<&Path>) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.arg("attach").args(captures).args(["-q", "--dry-run", "--repo", "owner/name", "--issue", "12"]);
    command.args(more).env("USER", "nobody-in-particular").current_dir(folder).stdout(Stdio::piped());
    command.stdin(input.map_or_else(Stdio::null, |path| fs::File::open(path).unwrap().into()));
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let marker = text.lines().find(|line| line.starts_with("<!-- ringtrace ")).map(str::to_owned);
    marker.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn findings_that_differ_in_anything_never_replace_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["answered-and-missed", "damaged"].map(|name| own(name, "pcap"));
    let question = super::QUESTION;
    let call = ["--call", "#1"];
    let seen = [
        marker(folder.path(), &[&one], &question, None),
        marker(folder.path(), &[&two], &question, None),
        marker(folder.path(), &[&one, &two], &question, None),
        marker(folder.path(), &[&one], &call, None),
        marker(folder.path(), &[&one], &["--call", "#2"], None),
        marker(folder.path(), &[&one], &["--call", "#1", "--filter", "stanzas > 0"], None),
        marker(folder.path(), &[&one], &["--call", "#1", "--filter", "stanzas > 1"], None),
        marker(folder.path(), &[&one], &["--call", "#1", "--form", "stanza-capture"], None),
        marker(folder.path(), &[&one], &["--call", "#1", "--form", "stanza-capture", "--stanza", "24"], None),
    ];
    let different: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!(different.len(), seen.len(), "{seen:#?}");
    assert_eq!(marker(folder.path(), &[&one], &question, None), seen[0], "the same finding has the same marker");
    for (capture, seen) in [&one, &two].into_iter().zip(&seen) {
        let piped = marker(folder.path(), &[Path::new("-")], &question, Some(capture));
        assert_eq!(piped, *seen, "the same capture through a pipe is the same");
    }
}

#[cfg(unix)]
#[test]
fn captures_whose_names_are_no_text_are_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let named = |name: &[u8]| folder.path().join(OsStr::from_bytes(name));
    let original = fs::read(own("answered-and-missed", "pcap")).unwrap();
    fs::write(named(b"a\xff.pcap"), &original).unwrap();
    fs::write(named(b"a\xfe.pcap"), fs::read(own("damaged", "pcap")).unwrap()).unwrap();
    // What the name would be read as is another file.
    fs::File::create(named("a\u{fffd}.pcap".as_bytes())).unwrap().write_all(b"another").unwrap();
    let seen =
        [b"a\xff.pcap", b"a\xfe.pcap"].map(|name| marker(folder.path(), &[&named(name)], &super::QUESTION, None));
    assert_ne!(seen[0], seen[1]);
    let plain = folder.path().join("plain.pcap");
    fs::write(&plain, &original).unwrap();
    assert_eq!(seen[0], marker(folder.path(), &[&plain], &super::QUESTION, None), "the name makes no difference");
}
