//! What lines of logs look like on people's disks.

use std::collections::{BTreeMap, BTreeSet};

use super::{anomalies, load_text, timeline, times};
use crate::timeline::read_csv;

const OFFER: &str = "<call from='10000000000001:1@lid' id='1.1' t='1778770942'><offer call-id='00AA' \
                     call-creator='10000000000001:1@lid'/></call>";
const REJECT: &str =
    "<call to='10000000000001:1@lid' id='1.2'><reject call-id='00AA' call-creator='10000000000001:1@lid'/></call>";

/// 2026-05-14T15:02:22Z, in nanoseconds since the Unix epoch.
const THEN: i64 = 1_778_770_942_000_000_000;

fn pino(message: &str, xml: &str, milliseconds: i64) -> String {
    format!(r#"{{"level":10,"time":{milliseconds},"pid":7,"xml":"{xml}","msg":"{message}"}}"#)
}

/// The two stanzas in a client's lines.
fn two(client: &str) -> Vec<String> {
    let [offer, reject] = [OFFER, REJECT].map(|xml| xml.replace('\'', "\""));
    match client {
        "pino" => vec![pino("recv xml", OFFER, THEN / 1_000_000), pino("xml send", REJECT, THEN / 1_000_000 + 1500)],
        "pretty" => vec![
            "[15:02:22.000] TRACE (7): recv xml".to_owned(),
            format!("    xml: \"{OFFER}\""),
            "[15:02:23.500] TRACE (7): xml send".to_owned(),
            format!("    xml: \"{REJECT}\""),
        ],
        "console" => vec![
            "node transport node in {".to_owned(),
            format!("  xml: \"{OFFER}\\n\" +"),
            "    ''".to_owned(),
            "}".to_owned(),
            "node transport send node {".to_owned(),
            "  tag: 'call',".to_owned(),
            format!("  xml: \"{REJECT}\""),
            "}".to_owned(),
        ],
        "whatsmeow" => vec![
            format!("15:02:22.000 [Client/Recv DEBUG] {offer}"),
            format!("15:02:23.500 [Client/Send DEBUG] {reject}"),
        ],
        "zerolog" => vec![
            format!("2026-05-14T15:02:22Z DBG {offer} component=whatsmeow sublogger=Recv"),
            format!("2026-05-14T15:02:23.5Z DBG {reject} component=whatsmeow sublogger=Send"),
        ],
        "env_logger" => vec![
            format!("[2026-05-14T15:02:22Z DEBUG Client/Recv] {offer}"),
            format!("[2026-05-14T15:02:23.500Z DEBUG Client/Send] {reject}"),
        ],
        "tracing" => vec![
            format!("2026-05-14T15:02:22.000000Z DEBUG Client/Recv: {offer}"),
            format!("2026-05-14T15:02:23.500000Z DEBUG run{{id=7}}: Client/Send: {reject}"),
        ],
        "tracing colour" => vec![
            format!(
                "\u{1b}[2m2026-05-14T15:02:22.000000Z\u{1b}[0m \u{1b}[34mDEBUG\u{1b}[0m \u{1b}[2mClient/Recv\u{1b}[0m\u{1b}[2m:\u{1b}[0m {offer}"
            ),
            format!(
                "\u{1b}[2m2026-05-14T15:02:23.500000Z\u{1b}[0m \u{1b}[34mDEBUG\u{1b}[0m \u{1b}[2mClient/Send\u{1b}[0m\u{1b}[2m:\u{1b}[0m {reject}"
            ),
        ],
        "tracing json" => {
            let [offer, reject] = [offer, reject].map(|xml| serde_json::to_string(&xml).unwrap());
            vec![
                format!(
                    r#"{{"timestamp":"2026-05-14T15:02:22Z","level":"DEBUG","fields":{{"message":{offer}}},"target":"Client/Recv"}}"#
                ),
                format!(
                    r#"{{"timestamp":"2026-05-14T15:02:23.5Z","level":"DEBUG","fields":{{"message":{reject},"log.target":"Client/Send"}},"target":"log"}}"#
                ),
            ]
        }
        "minutes" => vec![format!("02:22.000 pid=7 [DEBUG] {offer}"), format!("02:23.500 pid=7 [DEBUG] {reject}")],
        _ => unreachable!(),
    }
}

const CLIENTS: [&str; 10] = [
    "pino",
    "pretty",
    "console",
    "whatsmeow",
    "zerolog",
    "env_logger",
    "tracing",
    "tracing colour",
    "tracing json",
    "minutes",
];

fn expected() -> Vec<String> {
    ["00AA in call offer 1.1 unknown", "00AA out call reject 1.2 local"].map(str::to_owned).to_vec()
}

#[test]
fn what_supervisors_put_around_lines_does_not_matter() {
    type Wrap = fn(usize, &str) -> String;
    let wraps: [(&str, Wrap); 8] = [
        ("none", |_, line| line.to_owned()),
        ("journal", |n, line| format!("May 14 15:02:2{n} host bot[123]: {line}")),
        ("compose", |_, line| format!("bot-1  | {line}")),
        ("kubernetes", |n, line| format!("2026-05-14T15:02:2{n}.123456789Z stdout F {line}")),
        ("pm2", |_, line| format!("0|bot  | {line}")),
        ("docker", |_, line| {
            let log = serde_json::to_string(&format!("{line}\n")).unwrap();
            format!(r#"{{"log":{log},"stream":"stdout","time":"2026-05-14T15:02:22Z"}}"#)
        }),
        ("journal json", |n, line| format!(r#"{{"_PID":"{n}","MESSAGE":{}}}"#, serde_json::to_string(line).unwrap())),
        ("colour", |_, line| {
            let indent = line.len() - line.trim_start().len();
            let (before, rest) = line.split_at(indent);
            format!("{before}\u{1b}[1;35m{rest}\u{1b}[39m")
        }),
    ];
    for client in CLIENTS {
        for (name, wrap) in wraps {
            if matches!(client, "pino" | "tracing json") && name == "colour" {
                continue;
            }
            for end in ["\n", "\r\n"] {
                let lines = two(client);
                let text: String =
                    lines.iter().enumerate().map(|(n, line)| format!("noise\n{}{end}", wrap(n, line))).collect();
                // Only whole entries may have noise between their lines.
                let text = if matches!(client, "pretty" | "console") { text.replace("noise\n", "") } else { text };
                let analysis = load_text(text.as_bytes());
                assert_eq!(
                    timeline(&analysis),
                    expected(),
                    "{client} {name} {end:?}\n{text}\n{:?}",
                    anomalies(&analysis)
                );
                assert!(!analysis.is_lossy(), "{client} {name}: {:?}", anomalies(&analysis));
                if client != "console" {
                    let expected = [Some(THEN), Some(THEN + 1_500_000_000)];
                    assert_eq!(times(&analysis), expected, "{client} {name}");
                }
            }
        }
    }
}

#[test]
fn a_record_is_a_line() {
    for client in CLIENTS {
        let lines = two(client);
        let half = lines.len() / 2;
        let text = format!("one\r\ntwo\n\n{}\nnoise\n\n{}", lines[..half].join("\n"), lines[half..].join("\r\n"));
        let analysis = load_text(text.as_bytes());
        let rows = analysis.calls[0].call.rows.iter();
        let records: Vec<_> = rows.map(|row| row.observed.stanza.origin).map(|at| (at.first, at.last)).collect();
        let half = half as u64;
        assert_eq!(records, [(4, 3 + half), (6 + half, 5 + 2 * half)], "{client}");
    }
}

#[test]
fn several_clients_in_one_log_are_told_apart() {
    let alice = two("whatsmeow").join("\n").replace("[Client/", "[Main/Alice/");
    let bob = two("whatsmeow").join("\n").replace("[Client/", "[Main/Bob/");
    let process = two("pino").join("\n").replace("\"pid\":7", "\"pid\":8");
    let text = [alice, bob, two("pino").join("\n"), process].join("\n");
    let analysis = load_text(text.as_bytes());
    let clients: Vec<_> =
        analysis.captures[0].connections.iter().map(|connection| connection.client.as_str()).collect();
    assert_eq!(clients, ["whatsmeow, Main/Alice", "whatsmeow, Main/Bob", "baileys, process 7", "baileys, process 8"]);
    assert!(analysis.captures[0].connections.iter().all(|connection| connection.stanzas == 2));
    assert!(anomalies(&analysis).contains(&"input/several-formats at 5, 1 times: whatsmeow, baileys".to_owned()));
}

#[test]
fn an_ack_that_stands_twice_counts_once() {
    let echo = r#"{"level":20,"time":1778770942001,"pid":7,"sent":{"id":"1.1","to":"10000000000001:1@lid","class":"call"},"msg":"sent ack"}"#;
    let sent =
        pino("xml send", "<ack to='10000000000001:1@lid' id='1.1' class='call' type='offer'/>", 1_778_770_942_009);
    let offer = pino("recv xml", OFFER, 1_778_770_942_000);
    let acks = |text: &str| {
        let analysis = load_text(text.as_bytes());
        assert!(!analysis.is_lossy());
        timeline(&analysis).into_iter().filter(|row| row.contains(" ack ")).collect::<Vec<_>>()
    };
    let expected = ["00AA out ack offer 1.1 local answers row 0"];
    assert_eq!(acks(&format!("{offer}\n{echo}\n{sent}\n")), expected);
    assert_eq!(acks(&format!("{sent}\n{offer}\n{echo}\n")).len(), 1);
    assert_eq!(acks(&format!("{offer}\n{echo}\n")), expected);
    let pretty = "[15:02:22.001] DEBUG (7): sent ack\n    recv: {\n      \"tag\": \"call\"\n    }\n    sent: {\n      \"id\": \
                  \"1.1\",\n      \"to\": \"10000000000001:1@lid\",\n      \"class\": \"call\"\n    }\n";
    assert_eq!(acks(&format!("{}\n{pretty}", two("pretty")[..2].join("\n"))), expected);
}

#[test]
fn dates_follow_from_the_server_and_pass_midnight() {
    // 23:59 in a zone five and a half hours ahead of UTC.
    let stamped = OFFER.replace("1778770942", "1778783399");
    let log = format!(
        "23:59:58.900 [Client/Send DEBUG] {}\n23:59:59.200 [Client/Recv DEBUG] {stamped}\n00:00:00.700 [Client/Send DEBUG] {REJECT}\n",
        REJECT.replace("1.2", "1.0")
    );
    let analysis = load_text(log.as_bytes());
    let base = 1_778_783_399_000_000_000_i64;
    let expected = [-100, 200, 1700].map(|milliseconds| Some(base + milliseconds * 1_000_000));
    assert_eq!(times(&analysis), expected);
    assert!(anomalies(&analysis)[0].starts_with("input/dates-inferred at 1, "), "{:?}", anomalies(&analysis));
}

#[test]
fn times_without_any_date_are_relative() {
    let log = format!("15:02:22.5 [Client/Send DEBUG] {REJECT}\n");
    let analysis = load_text(log.as_bytes());
    assert_eq!(times(&analysis), [Some((15 * 3600 + 2 * 60 + 22) * 1_000_000_000 + 500_000_000)]);
    assert!(anomalies(&analysis)[0].starts_with("input/no-dates at 1, "), "{:?}", anomalies(&analysis));
    // What the server kept for the client tells no date.
    let offline = OFFER.replace("<call ", "<call offline='1' ");
    let analysis = load_text(format!("15:02:22.5 [Client/Recv DEBUG] {offline}\n").as_bytes());
    assert!(anomalies(&analysis)[0].starts_with("input/no-dates at 1, "), "{:?}", anomalies(&analysis));
}

#[test]
fn pasted_stanzas_are_read_as_they_are() {
    let pretty = OFFER.replace("><", ">\n    <");
    let quoted = |text: &str| text.lines().map(|line| format!("> {line}\n")).collect::<String>();
    for (text, records) in [
        (format!("{OFFER}{REJECT}"), [(1, 1), (1, 1)]),
        (format!("\u{feff}{pretty}\n\n{REJECT}"), [(1, 3), (5, 5)]),
        (format!("I got this:\n\n```xml\n{pretty}\n```\nand then `{REJECT}`.\n"), [(4, 6), (8, 8)]),
        (quoted(&format!("{pretty}\n{REJECT}")), [(1, 3), (4, 4)]),
        (format!("2026 my-bot got {OFFER} ok\n{REJECT}"), [(1, 1), (2, 2)]),
        (pretty.replace('\n', "\r\n") + "\r\n" + REJECT, [(1, 3), (4, 4)]),
    ] {
        let analysis = load_text(text.as_bytes());
        assert_eq!(timeline(&analysis), expected(), "{text}");
        let rows = analysis.calls[0].call.rows.iter().map(|row| row.observed.stanza.origin);
        assert_eq!(rows.map(|at| (at.first, at.last)).collect::<Vec<_>>(), records, "{text}");
        assert!(!analysis.is_lossy(), "{text}: {:?}", anomalies(&analysis));
    }
}

#[test]
fn masked_stanzas_are_read_as_far_as_they_go() {
    let text = "<call from=\"...@lid\" id=XXXX t='…'>\n  <offer call-id=\"00AA\" call-creator=***>\n    <enc>[redacted]</enc>\n    \
                ...\n  </offer>\n</call>\n";
    let analysis = load_text(text.as_bytes());
    assert_eq!(timeline(&analysis), ["00AA in call offer XXXX unknown"]);
    let found = anomalies(&analysis);
    assert!(
        found.iter().any(|line| line.starts_with("input/xml-not-well-formed at 6, 1 times: in line 6")),
        "{found:?}"
    );
    assert!(found.iter().any(|line| line.starts_with("input/xml-stray-text")), "{found:?}");
}

#[test]
fn an_entry_that_a_log_driver_split_is_a_loss() {
    let line = pino("recv xml", OFFER, 1_778_770_942_000);
    let (one, other) = line.split_at(90);
    let text = [one, other].map(|part| format!("{}\n", serde_json::json!({"log": part, "stream": "stdout"}))).concat();
    let analysis = load_text(format!("{text}{}\n", two("pino")[1]).as_bytes());
    assert_eq!(timeline(&analysis), [expected()[1].as_str()]);
    let found = anomalies(&analysis);
    assert!(analysis.is_lossy() && found[0].starts_with("input/log-entry-unreadable at 1, 2 times"), "{found:?}");
}

/// A log as Docker's driver writes it: lines in pieces of 16 KiB.
fn by_docker(lines: &[String]) -> String {
    let pieces = lines.iter().flat_map(|line| {
        let bytes = format!("{line}\n").into_bytes();
        let pieces: Vec<_> = bytes.chunks(16 << 10).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect();
        pieces
    });
    pieces.map(|log| format!("{}\n", serde_json::json!({ "log": log, "stream": "stdout", "time": "" }))).collect()
}

#[test]
fn an_entry_that_docker_split_is_whole_again() {
    let length = 100_000;
    let long = OFFER.replace("/></call>", &format!("><enc>{}</enc></offer></call>", "61".repeat(length)));
    for client in ["pino", "whatsmeow", "zerolog", "env_logger", "tracing", "tracing json"] {
        let [offer, reject] = <[String; 2]>::try_from(two(client)).unwrap();
        let [short, content] = [OFFER, &long].map(|xml| {
            let quoted = xml.replace('\'', "\"");
            if offer.contains(&quoted) || client != "pino" { quoted } else { xml.to_owned() }
        });
        let escaped = |text: &str| text.replace('"', "\\\"");
        let whole = offer.replace(&short, &content).replace(&escaped(&short), &escaped(&content));
        assert!(whole.len() > 2 * length, "{client}");
        let noise = vec!["noise".to_owned(); 3];
        let lines = [noise.clone(), vec![whole.clone()], noise, vec![reject, whole]].concat();
        let text = by_docker(&lines);
        let analysis = load_text(text.as_bytes());
        let said = anomalies(&analysis);
        let offer = "00AA in call offer 1.1 unknown".to_owned();
        assert_eq!(timeline(&analysis), [offer.clone(), expected()[1].clone(), offer], "{client}: {said:?}");
        assert!(!analysis.is_lossy(), "{client}: {said:?}");
        let row = &analysis.calls[0].call.rows[0];
        let (first, last) = (row.observed.stanza.origin.first, row.observed.stanza.origin.last);
        assert_eq!((first, last - first + 1), (4, (2 * length as u64).div_ceil(16 << 10)), "{client}");
        let unrelated = said.iter().find(|line| line.starts_with("input/unrelated-lines at 1"));
        assert!(unrelated.is_some_and(|line| line.contains(": 6 of ")), "{client}: {said:?}");
    }
}

#[test]
fn prose_is_no_pasted_stanza() {
    for text in [
        r#"{"xml":"see <call> and <offer>"}"#,
        "the <call > element\n",
        "a `<call>` with `<offer>` in it, > as an example\nand `</call>`, <b>bold</b>\n",
        "answered by an `<ack class=\"receipt\">` with <b>an id</b>\n",
    ] {
        let analysis = load_text(text.as_bytes());
        assert!(analysis.captures[0].failure.is_some(), "{text}");
    }
}

/// The rows of `export`, what it says on standard error, and its exit code.
fn run(arguments: &[&str]) -> (Vec<BTreeMap<String, String>>, String, i32) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ringtrace")).args(arguments).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let rows = if out.is_empty() { Vec::new() } else { read_csv(&out) };
    (rows, err, output.status.code().unwrap())
}

#[test]
fn options_hold_for_the_files_after_them() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a.log", "b.xml", "c.xml"].map(|name| folder.path().join(name));
    for (index, (name, lines)) in names.iter().zip([two("whatsmeow").join("\n"), pasted(), pasted()]).enumerate() {
        std::fs::write(name, lines.replace("00AA", &format!("00A{index}"))).unwrap();
    }
    let [a, b, c] = names.map(|name| name.to_string_lossy().into_owned());
    let me = "20000000000002:17@lid";
    let (rows, _, code) =
        run(&["export", &a, "--technique", "mitm-tls", "--me", me, &b, "--technique", "wasm-analysis", &c]);
    assert_eq!((rows.len(), code), (6, 0));
    let told: BTreeSet<_> =
        rows.iter().map(|row| ["capture", "technique", "vantage"].map(|column| row[column].clone())).collect();
    let expected = [[&*a, "unknown", "unknown"], [&*b, "mitm-tls", me], [&*c, "wasm-analysis", me]];
    assert_eq!(told, expected.map(|row| row.map(str::to_owned)).into());

    let (rows, said, code) = run(&["export", "--input-format", "baileys", &a, "--input-format", "text", &b]);
    assert_eq!((rows.len(), code), (2, 1));
    assert!(said.contains("no line of the input is in baileys format"), "{said}");
    for wrong in [["--input-format", "erf"], ["--technique", "guessing"], ["--me", "@lid"]] {
        let (_, said, code) = run(&[wrong[0], wrong[1], &a]);
        assert_eq!(code, 2, "{said}");
    }
}

/// The two stanzas as pasted text.
fn pasted() -> String {
    format!("{OFFER}\n{REJECT}\n").replace('\'', "\"")
}

#[test]
fn a_technique_that_the_content_contradicts_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let header = r#"{"schema":"ringtrace/1","vantage":"a","technique":"mitm-tls"}"#;
    let line = r#"{"vantage":"a","at":0,"dir":"out","xml":"<call to='1@lid' id='1'><reject call-id='A'/></call>"}"#;
    let zapo = two("pino")
        .join("\n")
        .replace("recv xml", "node transport node in")
        .replace("xml send", "node transport send node");
    let contents = [
        ("baileys.log", two("pino").join("\n")),
        ("zapo.log", zapo.clone()),
        ("whatsmeow.log", two("whatsmeow").join("\n")),
        ("named.ndjson", format!("{header}\n{line}\n")),
        ("open.ndjson", format!("{}\n{line}\n", header.replace(",\"technique\":\"mitm-tls\"", ""))),
        ("pasted.xml", pasted()),
        ("mixed.log", format!("{}\n{}\n", two("pino").join("\n"), zapo.replace("00AA", "00BB"))),
    ];
    for (name, content) in &contents {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    for (name, given, known, refused) in [
        ("baileys.log", "mitm-tls", "baileys-instrumentation", true),
        ("baileys.log", "baileys-instrumentation", "baileys-instrumentation", false),
        ("zapo.log", "frida-hooking", "unknown", true),
        ("zapo.log", "baileys-instrumentation", "unknown", true),
        ("zapo.log", "websocket-capture", "websocket-capture", false),
        ("whatsmeow.log", "memory-dump", "unknown", true),
        ("named.ndjson", "frida-hooking", "mitm-tls", true),
        ("named.ndjson", "mitm-tls", "mitm-tls", false),
        ("open.ndjson", "frida-hooking", "frida-hooking", false),
        ("pasted.xml", "frida-hooking", "frida-hooking", false),
    ] {
        let file = folder.path().join(name).to_string_lossy().into_owned();
        let (rows, said, code) = run(&["export", "--technique", given, &file]);
        assert!(!rows.is_empty() && rows.iter().all(|row| row["technique"] == known), "{name} {given}: {rows:?}");
        assert_eq!((said.contains("given with --technique contradicts"), code), (refused, 0), "{name} {given}: {said}");
    }
    let file = folder.path().join("mixed.log").to_string_lossy().into_owned();
    let (rows, _, _) = run(&["export", &file]);
    let techniques: Vec<_> = rows.iter().map(|row| [&*row["call_id"], &*row["technique"]]).collect();
    assert_eq!(
        techniques,
        [
            ["00AA", "baileys-instrumentation"],
            ["00AA", "baileys-instrumentation"],
            ["00BB", "unknown"],
            ["00BB", "unknown"]
        ]
    );
}

#[test]
fn a_header_s_technique_fits_its_client() {
    let line = r#"{"vantage":"a","at":0,"dir":"out","xml":"<call to='1@lid' id='1'><reject call-id='A'/></call>"}"#;
    let technique = |client: &str| {
        let header = format!(
            r#"{{"schema":"ringtrace/1","vantage":"a","technique":"baileys-instrumentation","client":"{client}"}}"#
        );
        let analysis = load_text(format!("{header}\n{line}\n").as_bytes());
        let said = anomalies(&analysis).iter().any(|line| line.starts_with("input/ringtrace-technique"));
        (analysis.calls[0].call.recordings.values().next().unwrap().technique, said)
    };
    assert_eq!(technique("baileys"), ("baileys-instrumentation", false));
    assert_eq!(technique("zapo"), ("unknown", true));
}

#[test]
fn any_white_space_ends_the_name_of_a_tag() {
    for space in ["\n", "\r\n", "\t", "\n  "] {
        let text = OFFER.replace("<call ", &format!("<call{space}"));
        assert_eq!(timeline(&load_text(text.as_bytes())), ["00AA in call offer 1.1 unknown"], "{space:?}");
    }
}
