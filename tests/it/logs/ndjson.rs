//! ringtrace NDJSON, from fixture files and pasted into other text.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use ringtrace::call::Clock;
use ringtrace::origin::Timestamp;
use ringtrace::protocol::binary::Content;

use super::{anomalies, load, load_text, timeline};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ndjson").join(name)
}

/// What the program prints, and its exit code.
fn ringtrace(arguments: &[&str], file: &Path) -> (String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    let output = command.args(arguments).arg(file).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

/// These columns of the table of stanzas.
fn columns(file: &Path, names: &[&str]) -> Vec<String> {
    let (table, code) = ringtrace(&["export"], file);
    assert_eq!(code, 0);
    let mut lines = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let places: Vec<_> = names.iter().map(|name| header.iter().position(|column| column == name).unwrap()).collect();
    lines.map(|cells| places.iter().map(|place| cells[*place]).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn each_vantage_is_a_connection_with_its_device_and_its_recording() {
    let analysis = load(&fixture("declined-at-both-ends.ndjson"));
    assert!(anomalies(&analysis).is_empty(), "{:?}", anomalies(&analysis));
    let capture = &analysis.captures[0];
    assert_eq!(capture.format, Some("ringtrace"));
    assert!(capture.times_are_relative);
    let devices: Vec<_> = capture.connections.iter().map(|connection| connection.device.as_deref().unwrap()).collect();
    assert_eq!(devices, ["10000000000001:7@lid, named by the capture", "20000000000002:3@lid, named by the capture"]);
    assert_eq!(analysis.calls.len(), 1);
    let call = &analysis.calls[0].call;
    assert_eq!(call.vantages.len(), 2);
    let recordings: Vec<_> = call.recordings.values().collect();
    assert_eq!(recordings.len(), 2);
    assert_eq!((recordings[0].technique, recordings[0].client), ("websocket-capture", Some("zapo")));
    assert_eq!((recordings[1].technique, recordings[1].client), ("baileys-instrumentation", Some("baileys")));
    assert!(!recordings[0].omits_own_acks && recordings[1].omits_own_acks);
    let milliseconds = |number: i64| Timestamp(number * 1_000_000);
    assert!(recordings[0].covers(milliseconds(0), milliseconds(45_000)));
    assert!(!recordings[0].covers(milliseconds(0), milliseconds(45_001)));
    assert!(recordings[1].covers(milliseconds(5_000), milliseconds(20_000)), "spans that touch are one");
    assert_eq!(recordings[1].spans.len(), 1);
    let enc = call.rows.iter().find_map(|row| row.observed.read().action_node()?.child("enc")).unwrap();
    assert_eq!(enc.content(), Content::Bytes(&[0x33, 0x0a, 0xff]));
    assert_eq!(
        call.people.person(call.vantages[0].device.phone.as_ref().unwrap()).to_string(),
        "10000000000001@lid",
        "the two addresses of a device are one person's"
    );
}

#[test]
fn vantages_can_share_a_clock_and_come_from_several_captures() {
    let file = fixture("one-clock.ndjson");
    let analysis = load(&file);
    assert!(anomalies(&analysis).is_empty(), "{:?}", anomalies(&analysis));
    let call = &analysis.calls[0].call;
    assert_eq!(call.vantages.iter().map(|vantage| vantage.clock).collect::<Vec<_>>(), [Some(Clock::SAME); 2]);
    let rows: Vec<_> =
        call.rows.iter().map(|row| (row.vantage, row.copy_of.get(), row.also.len(), row.repeats.get())).collect();
    assert_eq!(
        rows,
        [(0, None, 0, None), (1, Some(0), 1, None), (1, None, 1, None), (0, Some(2), 0, None)],
        "what the log has too is no stanza sent again"
    );
    let sockets: Vec<_> = call.recordings.keys().copied().collect();
    let originals: Vec<_> = sockets.iter().map(|socket| call.original(*socket).1).collect();
    assert_eq!(originals, [1, 1, 2]);
    assert_eq!(call.clock_of_socket(sockets[1]), call.clock_of_socket(sockets[0]));
    assert_ne!(call.clock_of_socket(sockets[2]), call.clock_of_socket(sockets[0]));
    assert_eq!(
        call.recordings.values().map(|recording| recording.is_from_wire).collect::<Vec<_>>(),
        [true, true, false]
    );
    let offer = call.rows[0].observed.read().action_node().unwrap();
    assert_eq!(offer.text("note").unwrap(), "a\u{200b}b");
}

#[test]
fn relative_times_have_no_date_in_the_tables() {
    let file = fixture("declined-at-both-ends.ndjson");
    let rows = columns(&file, &["record", "connection", "time_utc", "direction", "stanza_id", "technique"]);
    assert_eq!(
        rows,
        [
            "6 0  out 28291.1 websocket-capture",
            "7 0  in 28291.1 websocket-capture",
            "12 1  in 28291.1 baileys-instrumentation",
            "13 1  out 30001.1 baileys-instrumentation",
            "8 0  in 30001.1 websocket-capture",
            "9 0  out 30001.1 websocket-capture",
        ]
    );
    let since = columns(&file, &["since_call_start_ms"]);
    assert_eq!([&since[0], &since[1], &since[4]], ["0.0", "80.25", "3000.000001"]);
    let (calls, _) = ringtrace(&["export", "--table", "calls"], &file);
    assert!(!calls.contains("1970"), "{calls}");
    let (text, _) = ringtrace(&[], &file);
    assert!(!text.contains("1970") && text.contains("no date"), "{text}");
}

#[test]
fn what_a_file_does_not_say_is_unknown() {
    let analysis = load(&fixture("little-is-known.ndjson"));
    assert_eq!(
        timeline(&analysis),
        ["00AA in call offer 1.1 unknown", "00AA out call reject 1.2 local"],
        "directions follow from the addresses"
    );
    let capture = &analysis.captures[0];
    assert_eq!(capture.connections.len(), 2);
    assert!(capture.connections.iter().all(|connection| connection.device.is_none()));
    assert_eq!(capture.technique(), "unknown");
    let recordings: Vec<_> = analysis.calls[0].call.recordings.values().collect();
    assert!(recordings.iter().all(|recording| recording.spans.is_empty() && recording.client.is_none()));
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let file = fixture("damaged.ndjson");
    let analysis = load(&file);
    assert_eq!(timeline(&analysis), ["00AA in call offer 1.1 unknown", "00AA out call reject 1.2 local"]);
    let unreadable =
        analysis.anomalies.iter().find(|tally| tally.diagnosis.id == "input/log-entry-unreadable").unwrap();
    assert_eq!(unreadable.count, 10);
    insta::assert_snapshot!("ndjson_damaged", anomalies(&analysis).join("\n"));
    assert_eq!(ringtrace(&["export"], &file).1, 1);
}

#[test]
fn lines_are_found_in_a_comment_from_an_issue_tracker() {
    let lines = std::fs::read_to_string(fixture("declined-at-both-ends.ndjson")).unwrap();
    let comment = format!(
        "## Declined call\n\nThe callee sends `<call ...><reject/></call>`, see the vantage \"callee\".\n\n\
         | record | what |\n| --- | --- |\n\n<details>\n<summary>Stanzas</summary>\n\n```json\n{lines}```\n\n</details>\n"
    );
    let [plain, pasted, quoted] =
        [lines.clone(), comment.clone(), comment.replace('\n', "\r\n> ")].map(|text| load_text(text.as_bytes()));
    assert_eq!(timeline(&pasted), timeline(&plain));
    assert_eq!(timeline(&quoted), timeline(&plain));
    assert_eq!(pasted.captures[0].format, Some("ringtrace"));
    assert_eq!(anomalies(&pasted), ["input/unrelated-lines at 3, 1 times: 8 of 27"]);
    assert_eq!(pasted.calls[0].call.recordings.values().count(), 2);
}

#[test]
fn a_cut_anywhere_is_read_up_to_there() {
    let text = std::fs::read(fixture("declined-at-both-ends.ndjson")).unwrap();
    let whole = timeline(&load_text(&text)).len();
    for cut in (0..text.len()).step_by(61) {
        let analysis = load_text(&text[..cut]);
        let lines = text[..cut].split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{\"vantage\"")).count();
        let rows = timeline(&analysis).len();
        assert!(rows <= whole && rows + 1 >= lines, "cut at {cut}: {rows} of {lines}");
        assert!(rows == lines || analysis.is_lossy(), "cut at {cut}: {:?}", anomalies(&analysis));
    }
}
