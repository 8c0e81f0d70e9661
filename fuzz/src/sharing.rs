//! Targets of what is shared: reports, the leak check, and the server that reports are posted to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::Duration;

use ringtrace::analysis::Analysis;
use ringtrace::github::{Backoff, Client, Post, Target, Token};
use ringtrace::redact::{Aliases, Redactor};
use ringtrace::report::{Draft, Form, Released, Report, Subject};
use ringtrace::spec::{RULES, findings};
use ringtrace::visible::is_hidden;

use crate::captures::{load, with_file};

/// The most characters of an issue that GitHub takes.
const ISSUE: usize = 65_536;

/// Whatever a capture holds, a report about it is short enough, shows what it has, names nobody and can be read again.
pub(crate) fn report(data: &[u8]) {
    let analysis = with_file(data, load);
    let redactor = Redactor::new(&analysis, Aliases::default(), None);
    let sanitised = redactor.sanitise(&analysis);
    let choose = |from: usize, of: usize| data.get(from).map_or(0, |byte| usize::from(*byte) % of.max(1));
    let questions: Vec<_> = findings(&[]).into_iter().map(|finding| finding.question).collect();
    let subjects = [
        Subject::Question(questions[choose(data.len() / 2, questions.len())]),
        Subject::Rule(RULES[choose(data.len() / 3, RULES.len())]),
        Subject::Call(choose(data.len() / 4, analysis.calls.len())),
    ];
    let digests = vec![None; analysis.captures.len()];
    for subject in subjects {
        for form in Form::ALL {
            let report = Report { sanitised: &sanitised, digests: &digests, subject, form, stanza: None, filter: None };
            let Ok(draft) = report.draft() else { continue };
            let Ok(released) = draft.marked().release(&redactor) else { continue };
            let body = released.body.as_str();
            assert!(body.chars().count() <= ISSUE, "{} is too long", form.name());
            assert!(!body.contains(|character| character != '\n' && is_hidden(character)), "{body}");
            assert!(released.is_marked(body), "{body}");
            for number in numbers(&analysis) {
                assert!(!body.contains(&number), "{number} in {body}");
            }
            with_file(body.as_bytes(), load);
        }
    }
}

/// The numbers of whom stanzas are from and to.
fn numbers(analysis: &Analysis) -> Vec<String> {
    let rows = analysis.calls.iter().flat_map(|judged| &judged.call.rows);
    let addresses = rows.flat_map(|row| ["from", "to"].map(|name| row.observed.read().node.text(name)));
    let numbers = addresses.flatten().filter_map(|address| {
        let digits: String = address.chars().take_while(char::is_ascii_digit).collect();
        (digits.len() >= 9 && address[digits.len()..].starts_with(['@', ':', '.'])).then_some(digits)
    });
    numbers.collect()
}

/// What the leak check knows: one call of two people.
static KNOWN: LazyLock<Redactor> = LazyLock::new(|| {
    let line = r#"{"vantage":"v","dir":"in","xml":"<call from=\"4917098765432@s.whatsapp.net\" id=\"7F3AC0FFEE7F3A\" notify=\"Bertalda\"><offer call-id=\"00AA11BB22CC33DD44EE55FF66778899\"/></call>"}"#;
    let analysis = with_file(line.as_bytes(), load);
    assert_eq!(analysis.calls.len(), 1, "the line is read");
    Redactor::new(&analysis, Aliases::default(), None)
});

/// Whatever is around it, an identifier that stands for itself is found, in any of its spellings.
pub(crate) fn leak(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = KNOWN.release(text.clone().into_owned());
    for identifier in [
        "4917098765432",
        "+49 170 98765432",
        "0170-98765432",
        "４９１７０９８７６５４３２",
        "Bertalda",
        "BERTALDA",
        "7F3AC0FFEE7F3A",
        "00AA11BB22CC33DD",
        "NDkxNzA5ODc2NTQzMg==",
        "34393137303938373635343332",
    ] {
        let around = format!("{text}\n\n {identifier} \n\n{text}");
        assert!(KNOWN.release(around).is_err(), "{identifier} in {text}");
    }
}

/// What the server answers, one response after the other.
static RESPONSES: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// A server that answers with the responses, whatever it is asked.
static SERVER: LazyLock<SocketAddr> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let next = RESPONSES.lock().expect("no panic holds it").pop();
            let _ = stream.read(&mut [0; 1 << 16]);
            let _ = stream.write_all(&next.unwrap_or_default());
        }
    });
    address
});

/// The secret that must not come back.
const TOKEN: &str = "ghp_0123456789";

static REPORT: LazyLock<Released> = LazyLock::new(|| {
    let draft = Draft {
        form: Form::Comment,
        title: "title".to_owned(),
        body: "text".to_owned(),
        fields: Vec::new(),
        rest: None,
        note: None,
        marker: "<!-- ringtrace question:one 00ff -->".to_owned(),
        remarks: Vec::new(),
    };
    draft.marked().release(&Redactor::new(&Analysis::default(), Aliases::default(), None)).expect("nobody in it")
});

/// Whatever a server answers, what is said of it has neither the token nor anything that acts in a terminal. Responses
/// are separated by a byte that no HTTP has.
pub(crate) fn attach(data: &[u8]) {
    let mut responses: Vec<_> = data.split(|byte| *byte == 0xff).map(<[u8]>::to_vec).collect();
    responses.reverse();
    *RESPONSES.lock().expect("no panic holds it") = responses;
    let api = format!("http://{}", *SERVER).parse().expect("a server on this machine");
    let backoff = Backoff { first: Duration::ZERO, longest: Duration::ZERO, attempts: 2 };
    let client = Client::new(api, Token::new(TOKEN).expect("a token"), backoff);
    let target: Target = if data.len().is_multiple_of(2) { "a/b#1" } else { "a/b" }.parse().expect("a target");
    let said = match (Post { target: &target, report: &REPORT }).send(&client) {
        Ok(done) => done.url().to_owned(),
        Err(error) => {
            let said = error.to_string();
            assert!(!said.contains(is_hidden), "{said}");
            said
        }
    };
    assert!(!said.contains(TOKEN), "{said}");
}
