//! Logs that are damaged, made to harm, or without stanzas.

use assert_cmd::Command;
use proptest::prelude::*;

use super::{anomalies, load, load_text, sample, timeline};

fn offer(id: u32) -> String {
    format!(
        r#"{{"level":10,"time":1778770942000,"xml":"<call from='10000000000001:1@lid' id='{id}'><offer call-id='00AA' call-creator='10000000000001:1@lid'/></call>","msg":"recv xml"}}"#
    )
}

/// What `inspect` says of a text, and the exit code.
fn inspect(text: &[u8]) -> (String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    let output = command.args(["export", "-"]).write_stdin(text).output().unwrap();
    (String::from_utf8(output.stderr).unwrap(), output.status.code().unwrap())
}

#[test]
fn what_cannot_be_read_is_said_in_a_line() {
    for (input, part) in [
        (&b"nothing\nof interest\n"[..], "it looks like text"),
        (b"{\"a\":[1,2,3]}\n", "it looks like JSON"),
        (b"CLIENT_RANDOM 00 11\n", "--tls-keylog"),
        (b"snoop\0\0\0\0\0\0\x02\0\0\0\x04", "editcap"),
    ] {
        let (said, code) = inspect(input);
        assert_eq!(code, 1);
        assert!(said.contains(part) && said.len() < 300 && !said.contains("tshark-fields"), "{said}");
    }
}

#[test]
fn nothing_is_said_of_questions_where_nothing_was_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letter.txt"), b"Dear reader,\n").unwrap();
    for command in ["questions", "rules"] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        let output = program.args([command, "letter.txt"]).current_dir(folder.path()).output().unwrap();
        assert!(output.stdout.is_empty() && output.status.code() == Some(1), "{command}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("it looks like text"), "{command}");
    }
}

#[test]
fn a_log_at_too_high_a_level_says_which_level_prints_stanzas() {
    for (text, client, advice) in [
        (r#"{"level":30,"time":1,"class":"baileys","msg":"connected to WA"}"#, "baileys", "`level: 'trace'`"),
        ("15:02:22.001 [Client INFO] Successfully authenticated\n", "whatsmeow", "\"DEBUG\""),
        ("[2026-05-14T15:02:22Z INFO  whatsapp_rust::bot] Creating client...\n", "whatsapp-rust", "RUST_LOG=debug"),
        (r#"{"level":30,"time":1,"msg":"auth client credentials ready"}"#, "zapo", "`level: 'trace'`"),
    ] {
        let (said, code) = inspect(text.as_bytes());
        assert_eq!(code, 0, "{said}");
        assert!(said.contains(&format!("this is a log of {client}, ")) && said.contains(advice), "{said}");
        assert_eq!(load_text(text.as_bytes()).captures[0].format, Some(client));
    }
}

#[test]
fn damage_is_said_with_its_line_and_the_rest_is_read() {
    let broken = offer(2).replace(r#"</call>","msg""#, r#"</call>,"msg""#);
    let unbalanced = offer(3).replace("</call>", "</calls>");
    let valueless = offer(4).replace(" id=", " e id=");
    let nested = offer(5).replace("</call>", &format!("{}{}</call>", "<n>".repeat(10_000), "</n>".repeat(10_000)));
    let cut = &offer(7)[..60];
    let text = [&offer(1), &broken, &unbalanced, &valueless, &nested, &offer(6), cut].map(str::to_owned).join("\n");
    let analysis = load_text(text.as_bytes());
    let rows = timeline(&analysis);
    let ids: Vec<_> = rows.iter().map(|row| row.split(' ').nth(4).unwrap()).collect();
    assert_eq!(ids, ["1", "3", "4", "5", "6"]);
    assert_eq!(
        anomalies(&analysis),
        [
            "input/log-entry-unreadable at 2, 2 times: line 2: its JSON is invalid",
            "input/log-stanza-cut at 3, 1 times: in line 3",
            "input/xml-not-well-formed at 4, 1 times: in line 4",
            "input/xml-too-deep at 5, 1 times: in line 5",
        ]
    );
}

#[test]
fn a_cut_last_entry_is_a_loss() {
    let xml = "<call from='10000000000001:1@lid' id='1.1'><offer call-id='00AA'/></call>";
    let cuts = [
        format!("15:02:22.000 [Client/Recv DEBUG] {}", &xml[..70]),
        format!("[15:02:22.000] TRACE (7): recv xml\n    xml: \"{}", &xml[..70]),
        format!("node transport node in {{\n  tag: 'call',\n  xml: \"{}\\n\" +\n", &xml[..70]),
        format!("{}\n", &xml[..70]),
        r#"{"time":1,"msg":"recv xml","xml":"<call from="#.to_owned(),
        "[15:02:22.000] TRACE (7): recv xml\n".to_owned(),
    ];
    for cut in cuts {
        let whole = format!("{}\n{cut}", offer(1));
        let analysis = load_text(whole.as_bytes());
        assert!(analysis.is_lossy(), "{cut}");
        let last = anomalies(&analysis).into_iter().find(|line| line.contains("cut") || line.contains("unreadable"));
        assert!(
            last.as_ref().is_some_and(|line| line.contains("at 2") || line.contains("at 4") || line.contains("at 3")),
            "{cut}: {last:?}"
        );
    }
}

#[test]
fn text_that_is_not_utf8_is_read_and_said() {
    let mut text = offer(1).replace("id='1'", "id='1' notify='X'").into_bytes();
    let place = text.iter().position(|byte| *byte == b'X').unwrap();
    text[place] = 0xff;
    let analysis = load_text(&text);
    assert_eq!(analysis.calls[0].call.rows[0].observed.read().node.text("notify").unwrap(), "\u{fffd}");
    assert_eq!(anomalies(&analysis), ["input/log-not-utf8 at 1, 1 times: line 1"]);
}

#[test]
fn long_lines_are_read_up_to_their_limit() {
    let padding = |length: usize| offer(1).replace("<offer ", &format!("<x>{}</x><offer ", "ab".repeat(length / 2)));
    let text = format!("{}\n{}\n{}\n", "x".repeat(3 << 20), padding(3 << 20), offer(2));
    let analysis = load_text(text.as_bytes());
    assert_eq!(analysis.captures[0].records, 2);
    assert!(!analysis.is_lossy());
    let text = format!("{}\n{}\n", padding(40 << 20), offer(2));
    let analysis = load_text(text.as_bytes());
    assert_eq!(analysis.captures[0].records, 1);
    assert_eq!(anomalies(&analysis), ["input/message-too-long at 1, 1 times"]);
}

#[test]
fn what_is_made_to_harm_is_read_to_its_end() {
    for (line, count) in [
        ("<call id='1'>\n", 20_000),
        ("<call id='1'><a b='\n", 20_000),
        ("[15:02:22.000] TRACE (7): recv xml\n    xml: \"\n", 10_000),
        ("node transport node in {\n  xml: '\n", 10_000),
        ("[Client/Recv DEBUG] <a b='x\n", 20_000),
        ("{\"time\":1,\"msg\":\"recv xml\",\"xml\":\"\n", 20_000),
        ("15:02:22 [Client/Recv DEBUG] <ack id='1'/>\n", 20_000),
        ("> <call id='1'>\n", 20_000),
        ("<ack x='a'b/>\n", 20_000),
        ("<ack id='1'><![CDATA[</ack>\n", 20_000),
    ] {
        // The last one is an entry that does not end. What compares all with all would not come to an end here.
        let texts = [line.repeat(count), line.trim_end().repeat(count), format!("{line}{}", "text\n".repeat(100_000))];
        for text in texts {
            assert_eq!(load_text(text.as_bytes()).captures[0].bytes, text.len() as u64, "{line:?}");
        }
    }
}

/// A short log of every kind.
const SAMPLES: [&str; 13] = [
    "baileys/declined-callee.jsonl",
    "baileys/declined-callee.color.txt",
    "whatsmeow/declined-callee.log",
    "whatsmeow/declined-callee.zerolog.jsonl",
    "zapo/declined-callee.pino.jsonl",
    "zapo/declined-callee.console.txt",
    "xml/declined-callee.xml",
    "whatsapp-rust/declined-callee.demo.log",
    "whatsapp-rust/declined-callee.env_logger.log",
    "whatsapp-rust/declined-callee.voip-cli.log",
    "web-hook/declined-callee.jsonl",
    "web-diagnostic/declined-callee.jsonl",
    "corpus/declined.yaml",
];

#[test]
fn a_log_that_is_cut_anywhere_loses_only_what_was_cut() {
    let path = sample("whatsmeow/declined-callee.log");
    let (text, whole) = (std::fs::read(&path).unwrap(), load(&path));
    let whole = timeline(&whole);
    for cut in (0..text.len()).step_by(97) {
        let analysis = load_text(&text[..cut]);
        let lines = text[..cut].iter().filter(|byte| **byte == b'\n').count();
        let rows = timeline(&analysis);
        assert!(rows.len() + 1 >= whole.len().min(lines), "cut at {cut}: {rows:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn changed_logs_are_read_without_panic(
        which in 0..SAMPLES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut text = std::fs::read(sample(SAMPLES[which])).unwrap();
        for (place, byte) in changes {
            let place = place.index(text.len());
            text[place] = byte;
        }
        text.truncate(cut.index(text.len()) + 1);
        let analysis = load_text(&text);
        prop_assert_eq!(analysis.captures.len(), 1);
        prop_assert!(analysis.captures[0].records <= 24);
    }
}
