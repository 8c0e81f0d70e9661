//! Identifiers of every kind, planted in recordings and in notes: none leaves.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use data_encoding::{BASE64, HEXLOWER};
use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::redact::{Aliases, Redactor};
use ringtrace::report::{Form, Report, Subject};
use ringtrace::spec::findings;

use crate::sanitize::{load, own, ringtrace};

/// The folders of the sources whose texts a report can contain.
const TEXTS: [&str; 6] = ["call", "diagram", "input", "report", "spec", "words"];

/// The words in the string literals of the sources, without their tests.
fn words_of_sources() -> BTreeSet<String> {
    // What XML escapes a quotation mark as.
    let mut words = BTreeSet::from(["quot".to_owned()]);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open: Vec<_> = TEXTS.iter().map(|folder| source.join(folder)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "toml")
            && !path.ends_with("tests.rs")
        {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code: Vec<_> =
                code.lines().filter(|line| !line.trim_start().starts_with("//") && !line.starts_with("# ")).collect();
            let code = code.join("\n").replace("\\\"", " ").replace("'\"'", "");
            let literals = code.split('"').skip(1).step_by(2);
            for text in literals.map(without_owners) {
                let found = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 2);
                words.extend(found.map(str::to_lowercase));
            }
        }
    }
    words
}

/// A text that cites issues, `OWNER/NAME #12`, without the owners: an account is somebody's.
fn without_owners(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let is_cited = |index: usize| words.get(index + 1).is_some_and(|next| next.starts_with('#'));
    let kept = words.iter().enumerate().map(|(index, word)| match word.split_once('/') {
        Some((_, name)) if is_cited(index) => name,
        _ => word,
    });
    kept.collect::<Vec<_>>().join(" ")
}

#[test]
fn words_of_our_own_texts_are_no_names() {
    if std::env::var_os("RINGTRACE_BLESS").is_some() {
        let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/redact/leak/words.txt");
        let words: String = words_of_sources().into_iter().map(|word| word + "\n").collect();
        fs::write(list, words).unwrap();
        return;
    }
    let analysis = load(&[own("answered-and-missed", "pcap")], &[own("answered-and-missed", "noisekeys.txt")]);
    let plain = Redactor::new(&analysis, Aliases::default(), None);
    let sanitised = plain.sanitise(&analysis);
    let questions = findings(&[]).into_iter().map(|finding| Subject::Question(finding.question));
    let mut words = BTreeSet::new();
    for subject in questions.chain((0..analysis.calls.len()).map(Subject::Call)) {
        for form in [Form::Comment, Form::ProtocolFinding, Form::Discrepancy, Form::StanzaCapture, Form::Corpus] {
            let report = Report { sanitised: &sanitised, digests: &[None], subject, form, stanza: None, filter: None };
            if let Ok(draft) = report.draft() {
                words.extend(draft.body.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase));
            }
        }
    }
    words.retain(|word| word.len() > 2 && word.chars().all(char::is_alphabetic));
    // Each as the name of a file's folder, which is looked for as a name is.
    let here = words.iter().cloned();
    let redactor = Redactor::new(&Analysis::default(), Aliases::default(), here);
    let names: Vec<_> = words.iter().filter(|word| redactor.release((*word).clone()).is_err()).collect();
    assert!(names.is_empty(), "set RINGTRACE_BLESS=1 to add these to the words of our own: {names:?}");
}

/// When the planted call began, in seconds since the Unix epoch.
const START: i64 = 1_778_770_900;

/// Identifiers in attributes: of which element, in which attribute, the value, and what must not leave of it.
fn attributes() -> Vec<(&'static str, &'static str, String, String)> {
    let whole = |tag: &'static str, name: &'static str, value: &str| (tag, name, value.to_owned(), value.to_owned());
    let part =
        |tag: &'static str, name: &'static str, value: &str, part: &str| (tag, name, value.to_owned(), part.to_owned());
    let units = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    let digits = |zero: u32, text: &str| -> String {
        text.chars().filter_map(|digit| char::from_u32(zero + digit.to_digit(10)?)).collect()
    };
    let mut all = vec![
        // Numbers, in attributes that nobody knows.
        whole("x", "fone", "12025550111"),
        part("x", "f2", "+1 (202) 555-0112", "555-0112"),
        whole("x", "back", "31105552021"),
        whole("x", "code64", &BASE64.encode(b"12025550114")),
        whole("x", "codehex", &HEXLOWER.encode(b"12025550115")),
        whole("x", "codehex2", &HEXLOWER.encode(&units("12025550116"))),
        whole("x", "percent", "%31%32%30%32%35%35%35%30%31%31%37"),
        whole("x", "wide", &digits(0xff10, "12025550118")),
        whole("x", "nagari", &digits(0x966, "12025550119")),
        whole("x", "swift", "mnbvcxzlkjhgfdsapoiu"),
        whole("x", "secret", "0815"),
        whole("x", "year", "1969"),
        whole("x", "place", "52.5200,13.4050"),
        whole("x", "post", "10115"),
        whole("x", "hw", "de:ad:be:ef:00:42"),
        // Names.
        whole("x", "who", "bertaschulz"),
        whole("x", "who2", "berta_schulz"),
        whole("x", "nick", "ylva"),
        whole("x", "push_name", "Berta Schulz"),
        whole("x", "machine", "bertas-laptop"),
        part("x", "where", "/Users/bertaschulz3/calls", "bertaschulz3"),
        // Addresses of the internet.
        part("x", "v6", "::ffff:100.64.9.1", "100.64.9.1"),
        part("x", "v6port", "[fd00:64::9]:3478", "fd00:64"),
        part("x", "ice", "candidate:2 1 udp 1 100.64.9.2 9 typ srflx raddr 10.64.9.2 rport 9", "64.9.2"),
        // Attributes that have a type, with values that are of another.
        whole("call", "platform", "berta's phone"),
        whole("call", "platform", "bertaphone"),
        whole("call", "version", "1.202.555.0120"),
        whole("call", "version", "2.20255.50121"),
        whole("terminate", "reason", "berta had to go"),
        whole("terminate", "reason", "12025550122"),
        whole("ack", "type", "bertaschulz4"),
        whole("ack", "class", "100.64.9.3"),
        whole("error", "text", "no berta at 100.64.9.4"),
        whole("error", "code", "12025550123"),
        whole("error", "code", "0404815"),
        whole("net", "medium", "bertas-wlan"),
        whole("audio", "rate", "2025550124"),
        whole("audio", "enc", "bertacodec"),
        whole("te", "latency", "2025550125"),
        whole("y", "duration", "2025550126"),
        whole("y", "t", "0816"),
        whole("y", "t", "lastweek"),
        part("y", "t", &(START + 2_025_550_127).to_string(), "2025550127"),
        // What looks like what this program itself writes.
        part("x", "label", "<digits:12025550128>", "12025550128"),
        part("x", "label2", "<berta:7>", "berta"),
        whole("x", "label3", "CALL12025550129"),
        // Names of elements and attributes.
        part("n12025550130", "a", "b", "12025550130"),
        part("x", "n12025550131", "b", "12025550131"),
        part("bertaschulz5", "a", "b", "bertaschulz5"),
        part("withheld-120-255-501", "a", "b", "120-255"),
        part("x", "withheld-12025550132", "b", "12025550132"),
    ];
    let servers =
        ["g.us", "broadcast", "newsletter", "bot", "hosted", "interop", "msgr", "call", "c.us", "berta.example"];
    let users = servers.iter().enumerate().map(|(index, server)| {
        let user = format!("120255502{index:02}");
        ("jid", "of", format!("{user}@{server}"), user)
    });
    all.extend(users);
    all.push(part("jid", "of", "12025550220-1600000000@g.us", "12025550220"));
    all.push(part("jid", "of", "berta.schulz6@example.org", "schulz6"));
    all.push(part("jid", "of", "12025550221@lid;12025550222@lid", "12025550222"));
    all
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A recording of a call in which everything is planted, and what must not leave of it.
fn planted() -> (String, Vec<String>) {
    let attributes = attributes();
    let children: String =
        attributes.iter().map(|(tag, name, value, _)| format!("<{tag} {name}=\"{}\"/>", escaped(value))).collect();
    let content = "<user>12025550140</user><name>Mara Lind</name><contact>maralind</contact><!-- 12025550141 bytes -->\
                   <enc v=\"2\"><!-- 12025550142 bytes --></enc>";
    let offer = format!(
        "<call to=\"20000000000002@lid\" id=\"12025-55015.0-1\" t=\"{START}\" notify=\"Lea Quast\" platform=\"leas mac\">\
         <offer call-id=\"CALL12025550151\" call-creator=\"10000000000001:7@lid\" caller_pn=\"12025550152@s.whatsapp.net\">\
         {children}{content}</offer></call>"
    );
    let end = format!(
        "<call from=\"20000000000002:3@lid\" id=\"T2\" t=\"{}\" platform=\"maras pixel\"><terminate \
         call-id=\"CALL12025550151\" call-creator=\"10000000000001:7@lid\" reason=\"lea left 100.64.9.5\" \
         duration=\"2025550153\"/></call>",
        START + 30
    );
    let ack = "<ack class=\"call\" type=\"terminate\" id=\"T2\" to=\"20000000000002:3@lid\">\
               <error code=\"lea 404\" text=\"mara at 100.64.9.6\"/></ack>";
    let header = serde_json::json!({
        "schema": "ringtrace/1", "vantage": "leas-desk", "device": ["10000000000001:7@lid"],
        "technique": "websocket-capture", "client": "zapo", "window": [[0, 60000]],
    });
    let line = |at: f64, dir: &str, xml: &str| {
        serde_json::json!({ "vantage": "leas-desk", "at": at, "dir": dir, "xml": xml }).to_string()
    };
    let lines = [
        header.to_string(),
        line(1000.0, "out", &offer),
        line(1080.25, "in", "<ack class=\"call\" type=\"offer\" id=\"12025-55015.0-1\" from=\"20000000000002@lid\"/>"),
        line(31_000.0, "in", &end),
        line(31_010.0, "out", ack),
    ];
    let mut secrets: Vec<String> = attributes.into_iter().map(|(.., secret)| secret).collect();
    let more = [
        "12025550140",
        "Mara Lind",
        "maralind",
        "12025550141",
        "12025550142",
        "12025-55015",
        "Lea Quast",
        "leas mac",
        "12025550151",
        "12025550152",
        "leas-desk",
        "maras pixel",
        "lea left",
        "2025550153",
        "lea 404",
        "mara at",
        "100.64.9",
        "trip-to-leas",
        "10000000000001",
        "20000000000002",
        "1778770",
    ];
    secrets.extend(more.map(str::to_owned));
    (lines.join("\n") + "\n", secrets)
}

#[test]
fn nothing_that_is_planted_in_a_recording_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let (recording, secrets) = planted();
    fs::write(folder.path().join("trip-to-leas.ndjson"), recording).unwrap();
    let forms = ["comment", "protocol-finding", "stanza-capture", "discrepancy", "corpus"];
    let mut runs: Vec<Vec<&str>> = vec![vec!["sanitize", "trip-to-leas.ndjson"]];
    runs.extend(forms.map(|form| vec!["report", "trip-to-leas.ndjson", "--call", "#1", "--form", form]));
    runs.extend(
        (1..=3).map(|seq| ["1", "2", "3"][seq - 1]).map(|seq| {
            vec!["report", "trip-to-leas.ndjson", "--call", "#1", "--form", "stanza-capture", "--stanza", seq]
        }),
    );
    let questions = ["ack-error", "hang-up-reason", "terminate-reason-inbound"];
    runs.extend(questions.map(|question| vec!["report", "trip-to-leas.ndjson", "--question", question]));
    runs.push(vec![
        "attach",
        "trip-to-leas.ndjson",
        "--call",
        "#1",
        "--form",
        "stanza-capture",
        "--repo",
        "a/b",
        "--new",
        "--dry-run",
    ]);
    let mut survivors = Vec::new();
    for run in runs {
        let output = ringtrace(folder.path(), &run);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{run:?}: {said}");
        let left = String::from_utf8(output.stdout).unwrap();
        assert!(left.len() > 200, "{run:?}: {left}");
        let is_left = |secret: &&String| left.contains(secret.as_str());
        survivors.extend(secrets.iter().filter(is_left).map(|secret| (run.join(" "), secret)));
    }
    assert!(survivors.is_empty(), "{survivors:#?}");
}

/// A recording that names people in stanzas of every kind, most of them of no call.
const NAMED: &str = r#"{"schema":"ringtrace/1","vantage":"a","device":["10000000000001:7@lid"],"technique":"websocket-capture","client":"zapo","window":[[0,60000]]}
{"vantage":"a","at":1000,"dir":"out","xml":"<call to='20000000000002@lid' id='40217.3-5' t='1778770900' notify='Lea Quast 🌻'><offer call-id='0F1E2D3C4B5A69788796A5B4C3D2E1F0' call-creator='10000000000001:7@lid' caller_pn='12025550163@s.whatsapp.net'><x verified_name='Chloë Brontë' subject='李小龙' at='100.64.11.12:3478' phone='+1 202 555 0164'/><y at='[fd00:64:5::9]:3478'/></offer></call>"}
{"vantage":"a","at":1500,"dir":"in","xml":"<presence from='12025550165@s.whatsapp.net' type='available' name='Nora Falk'/>"}
{"vantage":"a","at":1600,"dir":"in","xml":"<message from='12025550166-1600000000@g.us' id='3EB0C0FFEE0123456789' participant='30000000000003:2@lid' notify='Tomasz Żak'><enc v='2'>AAAA</enc></message>"}
{"vantage":"a","at":1700,"dir":"in","xml":"<iq from='s.whatsapp.net' id='77'><contact><user>12025550167</user><name>Ines Vogt</name></contact></iq>"}
{"vantage":"a","at":31000,"dir":"in","xml":"<call from='20000000000002:3@lid' id='T2' t='1778770930'><terminate call-id='0F1E2D3C4B5A69788796A5B4C3D2E1F0' call-creator='10000000000001:7@lid' reason='timeout'/></call>"}
"#;

/// Notes that name someone of that recording.
fn telling() -> Vec<String> {
    let number = "12025550163";
    let mapped = |zero: u32| -> String {
        number.chars().filter_map(|digit| char::from_u32(zero + digit.to_digit(10)?)).collect()
    };
    let mut notes: Vec<String> = [
        // Numbers of every stanza.
        number,
        "+1 202 555 0163",
        "(202) 555-0163",
        "2025550163",
        "555 0163",
        "5550163",
        "202.555.0163",
        "1/202/5550163",
        "12025550164",
        "12025550165",
        "12025550166",
        "12025550167",
        "30000000000003",
        "20000000000002",
        "10000000000001:7",
        "1 \u{2013} 202 \u{2013} 5550163",
        "1...202...5550163",
        "**1**202**5550163**",
        "1\u{200b}2\u{200b}025550163",
        "1\u{ad}2025550163",
        "1,202,555,0163",
        "%31%32%30%32%35%35%35%30%31%36%33",
        "1%202025550163",
        "&#49;&#50;&#48;&#50;&#53;&#53;&#53;&#48;&#49;&#54;&#51;",
        "&#x31&#x32&#x30&#x32&#x35&#x35&#x35&#x30&#x31&#x36&#x33",
        "31 32 30 32 35 35 35 30 31 36 33",
        r"\x31\x32\x30\x32\x35\x35\x35\x30\x31\x36\x33",
        "+1 (0)202 555 01 63",
        // Names of every stanza, whole and word by word.
        "Lea Quast",
        "lea hung up",
        "ask quast",
        "Quast, Lea",
        "LEA's phone",
        "lea_quast",
        "leaquast",
        "**Lea** Quast",
        "Chloe Bronte",
        "Chloë",
        "bronte\u{308}",
        "CHLOË BRONTË",
        "李小龙打来的",
        "小龙 and 李小龙",
        "Nora Falk",
        "falk",
        "Tomasz Zak",
        "żak",
        "Ines",
        "Vogt called",
        "L\u{200b}ea Quast",
        // Ids, whole and cut.
        "0F1E2D3C4B5A6978",
        "0f1e2d3c4b5a",
        "0F1E2D3C-4B5A6978-8796A5B4-C3D2E1F0",
        "0F1E 2D3C 4B5A 6978",
        "3EB0C0FFEE0123456789",
        "3EB0C0FFEE01\u{2026}",
        "message 3eb0-c0ff-ee01-2345",
        // Addresses of the internet.
        "100.64.11.12",
        "100.64.11.12:3478",
        "100.064.011.012",
        "100[.]64[.]11[.]12",
        "100 . 64 . 11 . 12",
        "::ffff:100.64.11.12",
        "::ffff:6440:b0c",
        "fd00:64:5::9",
        "FD00:64:5:0:0:0:0:9",
        "fd00:0064:0005:0000:0000:0000:0000:0009",
        "fd00:64:5::/48",
    ]
    .map(str::to_owned)
    .to_vec();
    notes.extend([0x660, 0x6f0, 0x966, 0xe50, 0xff10, 0x1d7ce, 0x1d7f6, 0x17e0].map(mapped));
    let units: Vec<u8> = number.encode_utf16().flat_map(u16::to_le_bytes).collect();
    notes.extend([HEXLOWER.encode(number.as_bytes()), HEXLOWER.encode(&units)]);
    notes.extend([BASE64.encode(number.as_bytes()), BASE64.encode(&units), BASE64.encode("Lea Quast".as_bytes())]);
    notes
}

fn with_note(folder: &Path, note: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let subject = "\"call\":\"0F1E2D3C4B5A69788796A5B4C3D2E1F0\",\"creator\":\"10000000000001@lid\"";
    let note = serde_json::to_string(note).unwrap();
    let notes = format!("{{\"schema\":\"ringtrace-notes/1\"}}\n{{{subject},\"note\":{note}}}\n");
    fs::write(folder.join("c.ndjson"), NAMED).unwrap();
    fs::write(folder.join("c.ndjson.notes.ndjson"), notes).unwrap();
    let mut arguments = vec!["report", "c.ndjson", "--call", "#1"];
    arguments.extend(more);
    let output = ringtrace(folder, &arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_note_that_names_someone_of_the_recording_is_held_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut left = Vec::new();
    for note in telling() {
        let (code, _, err) = with_note(folder.path(), &format!("see {note} there"), &[]);
        if code != Some(3) || !err.contains("the note on") || err.contains(&note) {
            left.push((note, code, err));
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn a_note_that_names_nobody_leaves_and_one_that_uses_a_name_as_a_word_can_be_released() {
    let folder = tempfile::tempdir().unwrap();
    for note in ["rang 45 s, 200 ms late", "compare call #2, seq 14", "2.3000.1015901307, offset 5550162"] {
        let (code, out, err) = with_note(folder.path(), note, &[]);
        assert_eq!(code, Some(0), "{note}: {err}");
        assert!(out.contains("Note on call"), "{out}");
    }
    let (code, _, err) = with_note(folder.path(), "the lea of the valley", &[]);
    assert_eq!(code, Some(3));
    assert!(err.contains("--allow"), "{err}");
    let (code, out, err) = with_note(folder.path(), "the lea of the valley", &["--allow", "Lea"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("the lea of the valley"), "{out}");
    let (code, ..) = with_note(folder.path(), "12025550163", &["--allow", "12025550163"]);
    assert_eq!(code, Some(3), "a number never leaves");
}

#[test]
fn what_was_withheld_is_listed_and_can_be_released_by_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let recording = NAMED.replace("phone='+1 202 555 0164'", "fresh='some-Thing_new'");
    fs::write(folder.path().join("c.ndjson"), recording).unwrap();
    let output = ringtrace(folder.path(), &["sanitize", "c.ndjson"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("x@fresh: <text:14>"), "{said}");
    assert!(!said.contains("some-Thing_new"), "{said}");
    let output = ringtrace(folder.path(), &["sanitize", "c.ndjson", "--keep", "x@fresh"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("x@fresh"), "{said}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("some-Thing_new"));
    let output = ringtrace(folder.path(), &["sanitize", "c.ndjson", "--keep", "x@verified_name"]);
    assert_eq!(output.status.code(), Some(3), "what is released is checked too");
}

#[test]
fn whom_stanzas_of_no_call_name_is_not_known_to_those_who_let_nothing_leave() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presence.ndjson");
    let header = r#"{"schema":"ringtrace/1","vantage":"a","device":["10000000000001:7@lid"]}"#;
    let line =
        r#"{"vantage":"a","at":1,"dir":"in","xml":"<presence from='12025550101@s.whatsapp.net' notify='Zoe'/>"}"#;
    fs::write(&path, format!("{header}\n{line}\n")).unwrap();
    for (forgoes, expected) in [(false, 2), (true, 0)] {
        let mut request = Request::new(vec![Source::File(path.clone())]);
        if forgoes {
            request.forgo_mentions();
        }
        assert_eq!(request.load().mentions.len(), expected);
    }
}
