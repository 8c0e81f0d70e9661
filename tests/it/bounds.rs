//! Small inputs cost little memory, however they are made, and text that is not ours does nothing in a terminal.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::net::Ipv4Addr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use etherparse::PacketBuilder;
use flate2::Compression;
use flate2::write::GzEncoder;
use ringtrace::visible::is_hidden;
use serde_json::json;

use crate::generated::capture_file::pcap;
use crate::generated::wire::Packet;

/// Bytes of text in an input that is to be expensive.
const TEXT: usize = 8 << 20;

/// The program in as much address space as it may need for the input that is to be expensive, in KiB.
#[cfg(target_os = "linux")]
fn within(kib: usize, arguments: &[&str], folder: &Path) -> Output {
    let limited = format!("ulimit -v {kib} && exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limited, env!("CARGO_BIN_EXE_ringtrace")]).args(arguments).current_dir(folder);
    // Each thread would reserve an arena of its own.
    command.env("MALLOC_ARENA_MAX", "1").stdin(Stdio::null()).output().unwrap()
}

fn repeated(begin: &str, part: &str, end: &str) -> Vec<u8> {
    format!("{begin}{}{end}\n", part.repeat(TEXT / part.len())).into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut archive = GzEncoder::new(Vec::new(), Compression::best());
    archive.write_all(bytes).unwrap();
    archive.finish().unwrap()
}

/// One packet for each of so many connections.
fn scan(connections: u32, is_syn: bool, payload: &[u8]) -> Vec<u8> {
    let packets = (0..connections).map(|number| {
        let client = Ipv4Addr::from_bits(0x0a00_0000 + (number >> 15)).octets();
        let port = 1024 + (number & 0x7fff) as u16;
        let tcp =
            PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(client, [192, 0, 2, 1], 64).tcp(port, 443, number << 8, 1024);
        let tcp = if is_syn { tcp.syn() } else { tcp.ack(1) };
        let mut bytes = Vec::new();
        tcp.write(&mut bytes, payload).unwrap();
        Packet { time: u64::from(number) * 1_000, interface: 0, bytes, segment: None }
    });
    pcap(&packets.collect::<Vec<_>>())
}

#[cfg(target_os = "linux")]
#[test]
fn a_small_input_costs_little_memory() {
    let begin = "<call from=\"1@lid\" id=\"1\"><offer call-id=\"AB12\">";
    let end = "</offer></call>";
    let inputs: [(&str, Vec<u8>); 10] = [
        ("nested.xml.gz", gzip(&repeated(begin, "<a>", ""))),
        ("nested.xml", repeated(begin, "<a>", "")),
        ("children.xml", repeated(begin, "<a/>", end)),
        ("open-attributes.xml", repeated("<call from=\"1@lid\" id=\"1\" ", "a=\"\" ", "")),
        ("attributes.xml", repeated("<call from=\"1@lid\" id=\"1\" ", "a=\"\" ", "/>")),
        ("text.xml", repeated(begin, "&amp;", end)),
        ("children.json", repeated(r#"{"tag":"call","attrs":{"id":"1"},"content":["#, r#"{"tag":"a"},"#, "{}]}")),
        ("bytes.json", repeated(r#"{"tag":"call","attrs":{"id":"1"},"content":["#, "1,", "1]}")),
        ("lists.json", repeated(r#"{"tag":"call","attrs":{"id":"1"},"content":["#, "[[]],", "1]}")),
        ("printed.log", repeated("node { tag: 'call', attrs: { id: '1' }, content: [", "{ tag: 'a' },", "] }")),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in inputs {
        fs::write(folder.path().join(name), bytes).unwrap();
        let output = within(300 << 10, &["inspect", "--jobs", "1", name], folder.path());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{name}: {} {said}", output.status);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_scan_of_ports_costs_little_per_connection() {
    /// Connections, and bytes for each beyond what an empty capture takes.
    const CONNECTIONS: u32 = 100_000;
    let folder = tempfile::tempdir().unwrap();
    for (name, is_syn, payload, each) in
        [("syn", true, &b""[..], 700), ("ack", false, b"", 1_500), ("byte", false, b"G", 6_000)]
    {
        fs::write(folder.path().join("scan.pcap"), scan(CONNECTIONS, is_syn, payload)).unwrap();
        let room = (100 << 10) + CONNECTIONS as usize * each / 1024;
        let output = within(room, &["inspect", "--jobs", "1", "scan.pcap"], folder.path());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{name}: {} {said}", output.status);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("100,000"), "{name}: {said}");
    }
}

/// What of an output would act in a terminal, or not show.
fn acting(output: &Output) -> Vec<char> {
    let all = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    all.chars().filter(|character| *character != '\n' && is_hidden(*character)).collect()
}

/// An escape sequence, a bell, a letter that does not show, and the start of a sequence in one byte of Latin-1.
const ACTING: &str = "a\u{1b}[31mred\u{7}\u{3164}\u{115f}\u{9b}2J\u{202e}";

#[test]
fn a_name_does_nothing_in_a_terminal_wherever_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let capture = format!("{ACTING}.ndjson");
    let line = json!({ "vantage": "v1", "at": 1, "dir": "in", "xml": "<call from=\"1@lid\" id=\"1\"><offer call-id=\"AB12\"/></call>" });
    fs::write(folder.path().join(&capture), format!("{line}\n")).unwrap();
    let name = ACTING;
    let table = format!("{ACTING}.csv");
    let nowhere = format!("{ACTING}/x");
    let option = format!("--{ACTING}");
    let runs: [&[&str]; 22] = [
        &[&capture],
        &["inspect", &capture],
        &["inspect", name],
        &["export", &capture],
        &["export", &capture, "-o", &table],
        &["export", &capture, "-o", &table],
        &["export", &capture, "-o", &capture, "--force"],
        &["export", &capture, "-o", &nowhere],
        &["export", &capture, "--skip-unchanged", "-o", &nowhere],
        &["export", &capture, "--keys", name],
        &["export", &capture, "--filter", name],
        &["export", &capture, "--format", name],
        &["export", &capture, "--config", name],
        &["stats", &capture, "--by", name],
        &["report", &capture, "--question", name],
        &["report", &capture, "--call", name],
        &["sanitize", &capture, "--alias-file", &nowhere],
        &["sanitize", &capture, "--keep", name, "-o", &nowhere],
        &["attach", &capture, "--call", "#1", "--issue", "1", "--repo", name],
        &["attach", &capture, "--call", "#1", "--issue", "1", "--repo", "a/b", "--api-url", name],
        &["explain", name],
        &[&option],
    ];
    for arguments in runs {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        let output = command.args(arguments).current_dir(folder.path()).stdin(Stdio::null()).output().unwrap();
        assert_eq!(acting(&output), Vec::<char>::new(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        let all = [output.stdout, output.stderr].concat();
        let is_said = String::from_utf8_lossy(&all).contains("\\u{1b}");
        assert!(is_said || all.is_empty() || arguments[0] == "export", "{arguments:?}: shown as an escape");
    }
    let command = [OsStr::from_bytes(b"--a\xff\x1b[2J"), OsStr::new("x")];
    let output = Command::new(env!("CARGO_BIN_EXE_ringtrace")).args(command).output().unwrap();
    assert_eq!((acting(&output), output.status.code()), (Vec::<char>::new(), Some(2)));
}

#[test]
fn text_of_a_capture_does_nothing_in_a_terminal_or_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let call = |id: &str, child: &str| format!("<call from=\"1@lid\" id=\"{id}\">{child}</call>");
    let xml = [
        call("1", &format!("<offer call-id=\"{ACTING}\" call-creator=\"1@lid\" x=\"{ACTING}\"/>")),
        call("2", "<\u{3164}\u{115f} call-id=\"AB12\" \u{ffa0}b=\"1\"/>"),
        call(ACTING, &format!("<terminate call-id=\"AB12\" reason=\"{ACTING}\"/>")),
    ];
    let lines = xml.iter().zip(1..).map(|(xml, at)| json!({ "vantage": "v1", "at": at, "dir": "in", "xml": xml }));
    fs::write(folder.path().join("c.ndjson"), lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    let runs: [&[&str]; 17] = [
        &["c.ndjson"],
        &["inspect", "c.ndjson"],
        &["inspect", "c.ndjson", "--json"],
        &["questions", "c.ndjson"],
        &["rules", "c.ndjson"],
        &["ladder", "c.ndjson", "--call", "#1"],
        &["ladder", "c.ndjson", "--call", "#2"],
        &["ladder", "c.ndjson", "--call", "#2", "--format", "svg"],
        &["ladder", "c.ndjson", "--call", "#2", "--format", "mermaid"],
        &["export", "c.ndjson", "--xml"],
        &["export", "c.ndjson", "--xml", "--raw"],
        &["export", "c.ndjson", "--xml", "--format", "ndjson"],
        &["export", "c.ndjson", "--table", "calls"],
        &["export", "c.ndjson", "--table", "evidence"],
        &["stats", "c.ndjson", "--by", "action"],
        &["sanitize", "c.ndjson"],
        &["report", "c.ndjson", "--call", "#2"],
    ];
    for arguments in runs {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        let output = command.args(arguments).current_dir(folder.path()).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(acting(&output), Vec::<char>::new(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

/// How many filters of system calls a process has, where the kernel says so.
#[cfg(target_os = "linux")]
fn filters(process: &str) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    status.lines().find_map(|line| line.strip_prefix("Seccomp_filters:"))?.trim().parse().ok()
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_gives_up_what_it_does_not_need_before_it_reads() {
    let Some(own) = filters("self") else { return };
    for (option, more) in [("--quiet", 1), ("--no-sandbox", 0)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        let mut child =
            command.args(["inspect", "-", option]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        // More than a pipe holds: that it is taken shows that reading has begun.
        let mut input = child.stdin.take().unwrap();
        let line = json!({ "vantage": "v", "at": 1, "dir": "in", "xml": "<iq id=\"1\"/>" });
        input.write_all(format!("{line}\n").repeat(20_000).as_bytes()).unwrap();
        assert_eq!(filters(&child.id().to_string()), Some(own + more), "{option}");
        drop(input);
        child.wait().unwrap();
    }
}
