//! The command line: exit codes, targets, discovery of keys, and what is said of bad input.

use std::fs;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use etherparse::PacketBuilder;
use tempfile::TempDir;

use crate::outcome::{code, printed, said};

const NAME: &str = "answered-and-missed";

fn own(ending: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(NAME).join(format!("{NAME}.{ending}"))
}

/// A folder with a copy of the capture, and none of its keys.
fn without_keys() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(own("pcap"), folder.path().join("call.pcap")).unwrap();
    folder
}

fn ringtrace(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn where_there_is_no_terminal_the_calls_are_printed() {
    let output = ringtrace(Path::new("."), &[own("pcap").to_str().unwrap()]);
    let text = printed(&output).replace(own("pcap").to_str().unwrap(), "CAPTURE");
    insta::assert_snapshot!("overview", text);
    assert!(text.contains("missed, rang 32.0 s, ended by caller (reason timeout)"));
    assert!(text.contains("? timeout-terminate-sender: for `caller`, direct evidence"));
    assert_eq!(code(&output), 0);
}

#[test]
fn the_calls_table_has_a_row_a_call() {
    let capture = own("pcap");
    let output = ringtrace(capture.parent().unwrap(), &["export", &format!("{NAME}.pcap"), "--table", "calls"]);
    insta::assert_snapshot!("calls_table", printed(&output));
    assert_eq!(printed(&output).lines().count(), 8);
}

#[test]
fn inspect_tells_what_is_inside_as_text_and_as_json() {
    let damaged = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/damaged");
    let text = ringtrace(&damaged, &["inspect", "damaged.pcap"]);
    insta::assert_snapshot!("inspect", printed(&text));
    assert_eq!(code(&text), 1);
    let json = ringtrace(&damaged, &["inspect", "--json", "damaged.pcap"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["schema"], 1);
    let capture = &json["captures"][0];
    assert_eq!((&capture["path"], &capture["format"]), (&"damaged.pcap".into(), &"pcap".into()));
    let connection = &capture["connections"][0];
    let expected = serde_json::json!({
        "id": 0, "client": "192.0.2.10:50112", "server": "198.51.100.80:80", "tls": "none", "websocket": "assumed",
        "noise": "partial", "messages": 102, "frames": 102, "stanzas": 102, "calls": 7,
        "device": "10000000000001:5@lid, named as sender of an outbound stanza",
    });
    assert_eq!(connection, &expected);
    let losses = capture["anomalies"].as_array().unwrap().iter().filter(|anomaly| anomaly["severity"] == "loss");
    let layers: Vec<_> = losses.map(|anomaly| anomaly["layer"].as_str().unwrap().to_owned()).collect();
    assert!(["input", "tcp", "noise"].iter().all(|layer| layers.iter().any(|known| known == layer)), "{layers:?}");

    let table = ringtrace(&damaged, &["export", "--table", "anomalies", "damaged.pcap"]);
    let rows = capture["anomalies"].as_array().unwrap().len();
    assert_eq!(printed(&table).lines().count(), rows + 1);
}

#[test]
fn nothing_that_is_printed_can_reach_the_terminal() {
    let folder = without_keys();
    let name = "a\u{9b}2J\u{202e}\u{1b}c.pcap";
    fs::rename(folder.path().join("call.pcap"), folder.path().join(name)).unwrap();
    for arguments in [&["inspect", "--json"][..], &["inspect"], &["open"], &["export", "-v"]] {
        let output = ringtrace(folder.path(), &[arguments, &[name]].concat());
        // A table in a file or a pipe holds names as they are.
        let printed = if arguments[0] == "export" { String::new() } else { printed(&output) };
        let all = printed + &said(&output);
        assert!(!all.contains(['\u{9b}', '\u{1b}', '\u{202e}']), "{arguments:?}: {all:?}");
    }
    let json = ringtrace(folder.path(), &["inspect", "--json", name]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["captures"][0]["path"], name);
}

#[test]
fn the_messages_table_has_a_row_a_message_with_keys_or_without() {
    let folder = without_keys();
    let without = ringtrace(folder.path(), &["export", "--table", "messages", "call.pcap"]);
    fs::copy(own("noisekeys.txt"), folder.path().join("call.noisekeys.txt")).unwrap();
    let with = ringtrace(folder.path(), &["export", "--table", "messages", "call.pcap"]);
    assert_eq!((code(&without), code(&with)), (1, 0));
    let table = |output: &Output| {
        let rows = printed(output);
        rows.lines().skip(1).map(|row| row.split(',').map(str::to_owned).collect()).collect::<Vec<Vec<String>>>()
    };
    let sum =
        |rows: &[Vec<String>], column: usize| rows.iter().map(|row| row[column].parse::<u64>().unwrap()).sum::<u64>();
    // 142 messages, six of which hold the handshakes.
    assert_eq!((table(&without).len(), table(&with).len()), (142, 142));
    assert_eq!((sum(&table(&with), 7), sum(&table(&with), 8)), (136, 136));
    assert_eq!((sum(&table(&without), 7), sum(&table(&without), 8)), (136, 0));
    let shared = |rows: Vec<Vec<String>>| rows.into_iter().map(|row| row[..7].to_vec()).collect::<Vec<_>>();
    assert_eq!(shared(table(&with)), shared(table(&without)));
}

#[test]
fn other_traffic_is_one_total() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/hard-transport");
    let json = ringtrace(&own, &["inspect", "--json", "hard-transport.pcapng"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let capture = &json["captures"][0];
    let other = &capture["other"];
    assert_eq!((capture["connections"].as_array().unwrap().len(), &other["tcp"]), (2, &2.into()), "{other}");
    assert!(other["udp"].as_u64().unwrap() > 0);
    assert!(other["packets"].as_u64().unwrap() < capture["records"].as_u64().unwrap());
}

#[test]
fn keys_are_found_beside_the_capture_by_its_name() {
    let folder = without_keys();
    let names = ["call.noisekeys.txt", "call.pcap.noisekeys-private.txt"];
    for (name, keys) in names.iter().zip(["noisekeys.txt", "noisekeys-private.txt"]) {
        fs::copy(own(keys), folder.path().join(name)).unwrap();
        let output = ringtrace(folder.path(), &["export", "call.pcap"]);
        assert_eq!(code(&output), 0, "{name}");
        assert!(said(&output).contains(&format!("keys from {name}")), "{}", said(&output));
        let output = ringtrace(folder.path(), &["export", "call.pcap", "--no-key-discovery"]);
        assert_eq!(code(&output), 1);
        fs::remove_file(folder.path().join(name)).unwrap();
    }
}

#[test]
fn a_connection_without_its_key_is_a_loss_that_says_which_key_is_wanted() {
    let folder = without_keys();
    let output = ringtrace(folder.path(), &["export", "call.pcap"]);
    assert_eq!(code(&output), 1);
    let keys = fs::read_to_string(own("noisekeys.txt")).unwrap();
    let ephemeral = keys.lines().find_map(|line| line.strip_prefix("WA_NOISE_TRANSPORT ")).unwrap();
    let ephemeral = ephemeral.split(' ').next().unwrap();
    assert!(said(&output).contains(ephemeral) && said(&output).contains("--noise-keylog"), "{}", said(&output));
    assert_eq!(printed(&output).lines().count(), 1, "the header alone");
}

#[test]
fn bad_captures_are_named_and_do_not_stop_the_rest() {
    let folder = without_keys();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    fs::copy(own("noisekeys.txt"), folder.path().join("call.noisekeys.txt")).unwrap();
    put("empty.pcap", b"");
    put("letter.pcap", b"Dear reader,\n");
    let capture = fs::read(own("pcap")).unwrap();
    put("cut.pcap", &capture[..capture.len() - 7]);
    let names = ["empty.pcap", "letter.pcap", "absent.pcap", "call.pcap"];
    let output = ringtrace(folder.path(), &[&["export"], &names[..]].concat());
    assert_eq!(code(&output), 1);
    for (name, why) in [("empty.pcap", "empty"), ("letter.pcap", "unrecognised input"), ("absent.pcap", "No such file")]
    {
        let line = said(&output).lines().find(|line| line.contains(name)).map(str::to_owned);
        assert!(line.is_some_and(|line| line.contains(why)), "{name}: {}", said(&output));
    }
    let whole = ringtrace(folder.path(), &["export", "call.pcap"]);
    assert_eq!(code(&whole), 0);
    assert_eq!(printed(&output), printed(&whole));

    let cut = ringtrace(folder.path(), &["export", "cut.pcap", "--noise-keylog", "call.noisekeys.txt"]);
    assert_eq!(code(&cut), 1);
    assert!(said(&cut).contains("ends in the middle of a record"), "{}", said(&cut));
    assert_eq!(printed(&cut).replace("cut.pcap", "call.pcap"), printed(&whole), "the cut record is no stanza's");
}

#[test]
fn broken_lines_of_a_key_log_are_losses_and_the_rest_is_used() {
    let folder = without_keys();
    let keys = fs::read_to_string(own("noisekeys.txt")).unwrap();
    let log = format!("# a comment\r\nWA_NOISE_TRANSPORT 12 34\n\nSOME_LABEL x\n{keys}");
    fs::write(folder.path().join("log"), log).unwrap();
    let output = ringtrace(folder.path(), &["export", "call.pcap", "--noise-keylog", "log", "-v"]);
    assert_eq!(code(&output), 1);
    assert!(said(&output).contains("line 2"), "{}", said(&output));
    assert!(printed(&output).lines().count() > 80);

    fs::write(folder.path().join("log"), format!("SOME_LABEL x\n{keys}")).unwrap();
    let output = ringtrace(folder.path(), &["export", "call.pcap", "--noise-keylog", "log"]);
    assert_eq!((code(&output), said(&output).as_str()), (0, ""), "an unknown label costs nothing");
}

#[test]
fn a_key_log_that_is_absent_is_said() {
    let folder = without_keys();
    let output = ringtrace(folder.path(), &["export", "call.pcap", "--noise-keylog", "absent"]);
    assert_eq!(code(&output), 1);
    assert!(said(&output).starts_with("ringtrace: absent: "), "{}", said(&output));
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let folder = without_keys();
    for arguments in [&["export"][..], &[], &["export", "call.pcap", "--table", "chairs"], &["export", "none-*.pcap"]] {
        assert_eq!(code(&ringtrace(folder.path(), arguments)), 2, "{arguments:?}");
    }
}

#[test]
fn a_capture_can_come_from_standard_input_a_folder_or_a_pattern() {
    let capture = own("pcap");
    let folder = capture.parent().unwrap();
    let keys = format!("{NAME}.noisekeys.txt");
    let whole = printed(&ringtrace(folder, &["export", &format!("{NAME}.pcap")]));
    let mut piped = Command::new(env!("CARGO_BIN_EXE_ringtrace"))
        .args(["export", "-", "--noise-keylog", &keys])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = piped.stdin.take().unwrap();
    let bytes = fs::read(&capture).unwrap();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = piped.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(printed(&output).replace("standard input", &format!("{NAME}.pcap")), whole);

    let in_folder = ringtrace(folder, &["export", "."]);
    assert_eq!(code(&in_folder), 0, "the keys, the card and the truth beside it are passed over");
    assert_eq!(printed(&in_folder).replace("./", ""), whole);
    let by_pattern = ringtrace(folder, &["export", "*.pcap"]);
    assert_eq!(printed(&by_pattern), whole);
}

#[test]
fn a_target_appears_whole_and_is_not_overwritten_unasked() {
    let folder = without_keys();
    fs::copy(own("noisekeys.txt"), folder.path().join("call.noisekeys.txt")).unwrap();
    let table = folder.path().join("table.csv");
    let output = ringtrace(folder.path(), &["export", "call.pcap", "-o", "table.csv"]);
    assert_eq!((code(&output), output.stdout.len()), (0, 0));
    let written = fs::read_to_string(&table).unwrap();
    assert_eq!(written, printed(&ringtrace(folder.path(), &["export", "call.pcap", "-o", "-"])));

    fs::write(&table, "mine").unwrap();
    let refused = ringtrace(folder.path(), &["export", "call.pcap", "-o", "table.csv"]);
    assert_eq!(code(&refused), 3);
    assert!(said(&refused).contains("--force"));
    assert_eq!(fs::read_to_string(&table).unwrap(), "mine");
    assert_eq!(code(&ringtrace(folder.path(), &["export", "call.pcap", "-o", "table.csv", "--force"])), 0);
    assert_eq!(fs::read_to_string(&table).unwrap(), written);

    assert_eq!(code(&ringtrace(folder.path(), &["export", "call.pcap", "-o", "/dev/null"])), 0);
    assert_ne!(code(&ringtrace(folder.path(), &["export", "call.pcap", "-o", "no/such/folder/t.csv"])), 0);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "no half file is left: {left:?}");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let capture = own("pcap");
    for arguments in [vec!["export", "--xml"], vec!["open"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ringtrace"))
            .args(&arguments)
            .args(vec![&capture; 20])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 16];
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut first).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert_eq!(code(&output), 0, "{arguments:?}");
        assert!(!said(&output).contains("roken"), "{}", said(&output));
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    let run = || ringtrace(Path::new("."), &["export", "--xml", own("pcap").to_str().unwrap()]).stdout;
    assert_eq!(run(), run());
}

/// A classic pcap of TCP payloads: whether the client sent it, and the bytes.
fn tcp_capture(payloads: &[(bool, Vec<u8>)]) -> Vec<u8> {
    let mut capture = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    let ends: [SocketAddr; 2] = ["192.0.2.1:50000".parse().unwrap(), "198.51.100.2:5222".parse().unwrap()];
    let mut next = [1000_u32, 9000];
    let mut put =
        |client: bool, syn: bool, payload: &[u8]| {
            let (own, other) = if client { (0, 1) } else { (1, 0) };
            let address = |end: SocketAddr| match end {
                SocketAddr::V4(end) => end.ip().octets(),
                SocketAddr::V6(_) => unreachable!(),
            };
            let builder = PacketBuilder::ethernet2([1; 6], [2; 6])
                .ipv4(address(ends[own]), address(ends[other]), 64)
                .tcp(ends[own].port(), ends[other].port(), next[own], 65_000);
            let builder = if syn { builder.syn() } else { builder };
            let builder = if syn && client { builder } else { builder.ack(next[other]) };
            let mut packet = Vec::new();
            builder.write(&mut packet, payload).unwrap();
            next[own] = next[own].wrapping_add(payload.len() as u32 + u32::from(syn));
            for word in [1_700_000_000, 0, packet.len() as u32, packet.len() as u32] {
                capture.extend(u32::to_le_bytes(word));
            }
            capture.extend(packet);
        };
    put(true, true, &[]);
    put(false, true, &[]);
    for (client, payload) in payloads {
        put(*client, false, payload);
    }
    capture
}

/// A frame of WhatsApp's: its length in three bytes, and the bytes.
fn frame(bytes: &[u8]) -> Vec<u8> {
    [&u32::to_be_bytes(bytes.len() as u32)[1..], bytes].concat()
}

#[test]
fn the_phone_apps_own_transport_is_recognised() {
    let folder = tempfile::tempdir().unwrap();
    // HandshakeMessage { clientHello { ephemeral } }, and a server hello with its three fields.
    let client_hello = [&[0x12, 34, 0x0a, 32][..], &[7; 32]].concat();
    let server_hello = [&[0x1a, 120, 0x0a, 32][..], &[9; 32], &[0x12, 48], &[3; 48], &[0x1a, 34], &[4; 34]].concat();
    let payloads = [
        (true, [&b"WA\x06\x03"[..], &frame(&client_hello)].concat()),
        (false, frame(&server_hello)),
        (true, frame(&[0x22; 90])),
        (false, frame(&[0x33; 60])),
        (true, frame(&[0x44; 60])),
    ];
    fs::write(folder.path().join("phone.pcap"), tcp_capture(&payloads)).unwrap();
    let output = ringtrace(folder.path(), &["export", "phone.pcap", "-v"]);
    assert_eq!(code(&output), 1);
    assert!(
        said(&output).contains("straight over TCP") && said(&output).contains("link a Web client"),
        "{}",
        said(&output)
    );
    assert!(said(&output).contains(&"07".repeat(32)), "the wanted key is named: {}", said(&output));
}

#[test]
fn unrelated_traffic_is_no_loss() {
    let folder = tempfile::tempdir().unwrap();
    let payloads = [
        (true, b"GET / HTTP/1.1\r\nHost: example.test\r\n\r\n".to_vec()),
        (false, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_vec()),
    ];
    fs::write(folder.path().join("web.pcap"), tcp_capture(&payloads)).unwrap();
    let output = ringtrace(folder.path(), &["export", "web.pcap"]);
    assert_eq!((code(&output), said(&output).as_str()), (0, "ringtrace: no calls found\n"));
}

#[test]
fn the_rules_are_listed_and_calls_are_checked() {
    let list = ringtrace(Path::new("."), &["rules"]);
    insta::assert_snapshot!("rules_list", printed(&list));
    assert_eq!(code(&list), 0);
    let capture = own("pcap");
    let text = ringtrace(capture.parent().unwrap(), &["rules", &format!("{NAME}.pcap")]);
    insta::assert_snapshot!("rules", printed(&text));
    assert_eq!(code(&text), 0);
    assert!(said(&ringtrace(Path::new("."), &["rules", "nowhere.pcap"])).contains("nowhere.pcap"));
}

#[test]
fn rules_as_json_say_how_often_each_rule_holds_and_where_it_does_not() {
    let capture = own("pcap");
    let output = ringtrace(capture.parent().unwrap(), &["rules", "--json", &format!("{NAME}.pcap")]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["schema"], 1);
    let rules = json["rules"].as_array().unwrap();
    assert!(rules.len() > 40);
    for rule in rules {
        let count = |name: &str| rule[name].as_u64().unwrap();
        let places = rule["places"].as_array().unwrap();
        for (field, verdict) in [("violated", "violated"), ("undecided", "undecided"), ("novelties", "novelty")] {
            let found = places.iter().filter(|place| place["verdict"] == verdict).count();
            assert_eq!(count(field), found as u64, "{}", rule["id"]);
        }
        assert_eq!(count("holds") > 0, places.iter().any(|place| place["verdict"] == "holds"), "{}", rule["id"]);
        assert!(count("not_exercised") <= 7, "{}", rule["id"]);
        assert!(places.iter().all(|place| place["record"].is_u64() && place["call_id"].is_string()));
    }
    let reject = rules.iter().find(|rule| rule["id"] == "SIG-08/two-attributes").unwrap();
    assert_eq!((&reject["holds"], &reject["not_exercised"], &reject["page"]), (&1.into(), &6.into(), &"SIG-08".into()));
    let without = ringtrace(Path::new("."), &["rules", "--json"]);
    let without: serde_json::Value = serde_json::from_slice(&without.stdout).unwrap();
    assert!(without["rules"].as_array().unwrap().iter().all(|rule| rule["not_exercised"] == 0));
}

#[test]
fn a_closed_standard_error_does_not_panic() {
    let ends = |stderr: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        command.args(["inspect", "nowhere.pcap"]).stdout(Stdio::null()).stderr(stderr).status().unwrap().code()
    };
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(ends(writer.into()), ends(Stdio::null()));
}
