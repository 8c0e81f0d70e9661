//! Sending reports, to a server on this machine that answers as GitHub's API does.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::sanitize::own;

mod own;

mod prompt;

/// A request as the server got it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: String,
    path: String,
    authorization: String,
    host: String,
    body: Value,
}

/// An answer: status, headers, body; or the connection is cut before it, after the request was taken.
pub(crate) enum Answer {
    Status(u16, Vec<(&'static str, String)>, Value),
    Cut,
}

/// Comments or issues as they stand on the server.
pub(crate) type Shelf = Arc<Mutex<Vec<Value>>>;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    shelf: Shelf,
}

impl Server {
    /// Answers each request first by `trouble`, and where that gives nothing as GitHub does.
    pub(crate) fn new(trouble: impl Fn(usize, &Request, &Shelf) -> Option<Answer> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, shelf): (Arc<Mutex<Vec<Request>>>, Shelf) = Default::default();
        let server = Self { address, requests: Arc::clone(&requests), shelf: Arc::clone(&shelf) };
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { continue };
                let Some(request) = read(&stream) else { continue };
                let number = requests.lock().unwrap().len();
                requests.lock().unwrap().push(request.clone());
                match trouble(number, &request, &shelf).unwrap_or_else(|| as_github(&request, &shelf, address)) {
                    Answer::Status(status, headers, body) => write(stream, status, &headers, &body),
                    Answer::Cut => drop(stream),
                }
            }
        });
        server
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        self.shelf.lock().unwrap().iter().map(|item| item["body"].as_str().unwrap().to_owned()).collect()
    }

    /// Runs `attach` against it.
    fn attach(&self, folder: &Path, arguments: &[&str]) -> Output {
        self.command(folder, arguments).output().unwrap()
    }

    fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        let capture = own("answered-and-missed", "pcap");
        command.arg("attach").arg(capture).args(["-q", "--repo", "owner/name"]).args(arguments);
        command.args(["--api-url", &format!("http://{}", self.address)]);
        command.env("GITHUB_TOKEN", "ghp_verysecret").env("USER", "nobody-in-particular").env("PATH", folder);
        command.env_remove("http_proxy").env_remove("HTTP_PROXY").env_remove("ALL_PROXY");
        command.current_dir(folder).stdin(Stdio::null());
        command
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut authorization, mut host) = (0, String::new(), String::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorization = value.to_owned(),
            "host" => host = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, authorization, host, body: serde_json::from_slice(&body).unwrap_or_default() })
}

fn write(mut stream: TcpStream, status: u16, headers: &[(&str, String)], body: &Value) {
    let body = body.to_string();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head =
        format!("HTTP/1.1 {status} Status\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).unwrap();
}

/// What the server does with a request that it likes: two items a page.
pub(crate) fn as_github(request: &Request, shelf: &Shelf, address: SocketAddr) -> Answer {
    let mut shelf = shelf.lock().unwrap();
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let id = || path.rsplit('/').next().unwrap().parse::<u64>().unwrap();
    match request.method.as_str() {
        "GET" if path.ends_with("/user") => Answer::Status(200, Vec::new(), json!({ "login": USER })),
        "GET" => {
            let page =
                query.split('&').find_map(|part| part.strip_prefix("page=")).map_or(1, |page| page.parse().unwrap());
            let items: Vec<_> = shelf.iter().skip((page - 1) * 2).take(2).cloned().collect();
            let next = format!("<http://{address}{path}?per_page=100&page={}>; rel=\"next\"", page + 1);
            let link = if shelf.len() > page * 2 { vec![("Link", next)] } else { Vec::new() };
            Answer::Status(200, link, Value::from(items))
        }
        "POST" => {
            let number = shelf.iter().filter_map(|item| item["id"].as_u64()).max().unwrap_or_default() + 1;
            let mut item = request.body.clone();
            item["user"] = json!({ "login": USER });
            item["id"] = json!(number);
            item["number"] = json!(number);
            item["html_url"] = json!(format!("https://git.example/{number}"));
            shelf.push(item.clone());
            Answer::Status(201, Vec::new(), item)
        }
        "DELETE" => {
            shelf.retain(|item| item["id"] != id());
            Answer::Status(204, Vec::new(), Value::Null)
        }
        _ => {
            let item = shelf.iter_mut().find(|item| item["id"] == id()).unwrap();
            item.as_object_mut().unwrap().extend(request.body.as_object().unwrap().clone());
            Answer::Status(200, Vec::new(), item.clone())
        }
    }
}

/// Whose the token is.
const USER: &str = "tester";

const QUESTION: [&str; 2] = ["--question", "timeout-terminate-sender"];

fn on_issue(more: &[&'static str]) -> Vec<&'static str> {
    let place = ["--issue", "12"];
    QUESTION.iter().chain(&place).chain(more).copied().collect()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_comment_is_sent_once_and_then_updated_also_from_a_later_page() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _, _| None);
    for number in 1..=4 {
        server.shelf.lock().unwrap().push(json!({ "id": number, "body": format!("talk {number}"), "html_url": "" }));
    }
    let output = server.attach(folder.path(), &on_issue(&["--yes"]));
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("sent: https://git.example/5"), "{}", said(&output));
    assert_eq!(server.bodies().len(), 5);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains(server.bodies()[4].trim_end()), "what is shown is what is sent");
    assert!(said(&server.attach(folder.path(), &on_issue(&["--yes"]))).contains("already posted, unchanged"));
    server.shelf.lock().unwrap()[4]["body"] = json!(server.bodies()[4].replace("answered", "open"));
    assert!(said(&server.attach(folder.path(), &on_issue(&["--yes"]))).contains("updated the earlier post"));
    assert_eq!(server.bodies().len(), 5);
    assert!(server.seen().contains(&"GET /repos/owner/name/issues/12/comments?per_page=100&page=3".to_owned()));
    assert!(server.seen().contains(&"PATCH /repos/owner/name/issues/comments/5".to_owned()));
    assert!(server.requests.lock().unwrap().iter().all(|request| request.authorization == "Bearer ghp_verysecret"));
}

#[test]
fn a_new_issue_has_the_title_and_the_labels_of_its_form() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _, _| None);
    let arguments = [QUESTION[0], QUESTION[1], "--new", "--yes", "--form", "protocol-finding"];
    let output = server.attach(folder.path(), &arguments);
    assert!(output.status.success(), "{}", said(&output));
    let issue = server.shelf.lock().unwrap()[0].clone();
    assert!(issue["title"].as_str().unwrap().starts_with("[finding]: Who sends the terminate"));
    assert_eq!(issue["labels"], json!(["type/finding", "status/needs-review"]));
    let body = issue["body"].as_str().unwrap();
    assert!(body.starts_with("### Area\n") && body.trim_end().ends_with("-->"));
    assert!(said(&server.attach(folder.path(), &arguments)).contains("already posted, unchanged"));
    let output = server.attach(folder.path(), &[QUESTION[0], QUESTION[1], "--new", "--yes"]);
    assert_eq!(output.status.code(), Some(2), "a comment is no issue");
}

#[test]
fn nothing_is_sent_without_a_word_from_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _, _| None);
    let output = server.attach(folder.path(), &on_issue(&["--dry-run"]));
    assert!(output.status.success() && said(&output).contains("A comment on owner/name #12"), "{}", said(&output));
    let output = server.attach(folder.path(), &on_issue(&[]));
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(server.seen(), Vec::<String>::new());
}

#[test]
fn what_nobody_reads_to_its_end_is_sent_only_if_it_was_said_to() {
    for (more, code, sent) in [(&["--yes"][..], 0, 1), (&[], 2, 0), (&["--dry-run"], 0, 0)] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::new(|_, _, _| None);
        let mut child = server.command(folder.path(), &on_issue(more)).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!((child.wait().unwrap().code(), server.bodies().len()), (Some(code), sent), "{more:?}");
    }
}

#[test]
fn a_refusal_is_told_with_its_status_and_the_token_never() {
    for (status, message) in
        [(401, "Bad credentials"), (403, "Forbidden"), (404, "Not Found"), (410, "Gone"), (422, "No")]
    {
        let folder = tempfile::tempdir().unwrap();
        let server =
            Server::new(move |_, _, _| Some(Answer::Status(status, Vec::new(), json!({ "message": message }))));
        let output = server.attach(folder.path(), &on_issue(&["--yes", "-v"][..1]));
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        assert!(said(&output).contains(&format!("status {status}: {message}")), "{}", said(&output));
        assert!(!said(&output).contains("verysecret"));
        assert_eq!(server.seen().len(), 1, "a refusal is not tried again");
    }
}

#[test]
fn what_passes_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|number, _, _| match number {
        0 => Some(Answer::Status(503, Vec::new(), Value::Null)),
        1 => Some(Answer::Status(403, vec![("Retry-After", "1".to_owned())], json!({ "message": "slow down" }))),
        3 => Some(Answer::Status(429, vec![("Retry-After", "0".to_owned())], json!({ "message": "slow down" }))),
        _ => None,
    });
    let output = server.attach(folder.path(), &on_issue(&["--yes"]));
    assert!(output.status.success(), "{}", said(&output));
    let path = "/repos/owner/name/issues/12/comments";
    let list = format!("GET {path}?per_page=100");
    let post = format!("POST {path}");
    assert_eq!(server.seen(), [list.clone(), list.clone(), list.clone(), post.clone(), post, list]);
    assert_eq!(server.bodies().len(), 1);
}

#[test]
fn nobody_waits_for_a_limit_that_ends_in_an_hour() {
    let folder = tempfile::tempdir().unwrap();
    let reset = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 3600;
    let server = Server::new(move |_, _, _| {
        let headers = vec![("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", reset.to_string())];
        Some(Answer::Status(403, headers, json!({ "message": "API rate limit exceeded" })))
    });
    let output = server.attach(folder.path(), &on_issue(&["--yes"]));
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).contains("API rate limit exceeded"), "{}", said(&output));
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn what_was_taken_before_the_answer_was_lost_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let cut = Server::new(|_, request, shelf| {
        let is_first = request.method == "POST" && shelf.lock().unwrap().is_empty();
        is_first.then(|| {
            as_github(request, shelf, "127.0.0.1:1".parse().unwrap());
            Answer::Cut
        })
    });
    let broken = Server::new(|_, request, shelf| {
        let is_first = request.method == "POST" && shelf.lock().unwrap().is_empty();
        is_first.then(|| {
            as_github(request, shelf, "127.0.0.1:1".parse().unwrap());
            Answer::Status(502, Vec::new(), Value::Null)
        })
    });
    for server in [cut, broken] {
        let output = server.attach(folder.path(), &on_issue(&["--yes"]));
        assert!(output.status.success() && said(&output).contains("sent: https://git.example/1"), "{}", said(&output));
        assert_eq!(server.bodies().len(), 1);
        assert_eq!(server.seen().iter().filter(|seen| seen.starts_with("POST")).count(), 1, "{:?}", server.seen());
    }
}

#[test]
fn a_request_that_was_lost_on_the_way_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|number, _, _| (number == 1).then_some(Answer::Cut));
    let output = server.attach(folder.path(), &on_issue(&["--yes"]));
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(server.bodies().len(), 1);
    assert_eq!(server.seen().iter().filter(|seen| seen.starts_with("POST")).count(), 2);
}

#[test]
fn without_a_token_the_report_is_saved_and_the_address_of_a_filled_form_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let capture = own("answered-and-missed", "pcap");
    let run = |more: &[&str]| {
        let mut arguments = vec!["attach", capture.to_str().unwrap(), "-q", "--repo", "owner/name"];
        arguments.extend(QUESTION);
        arguments.extend(more);
        crate::sanitize::ringtrace(folder.path(), &arguments)
    };
    let output = run(&["--new", "--form", "protocol-finding", "-o", "finding.md"]);
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let address = text.lines().last().unwrap();
    let begins = "https://github.com/owner/name/issues/new?template=protocol_finding.yml&title=%5Bfinding%5D%3A%20Who";
    assert!(address.starts_with(begins) && address.len() <= 6_000, "{address}");
    assert!(address.contains("&area=signaling&summary=") && address.contains("&confidence=probable"), "{address}");
    assert!(fs::read_to_string(folder.path().join("finding.md")).unwrap().starts_with("### Area\n"));
    let output = run(&["--issue", "12"]);
    assert!(String::from_utf8_lossy(&output.stdout).ends_with("https://github.com/owner/name/issues/12\n"));
    assert!(folder.path().join("ringtrace-report.md").exists());
}
