//! Media that a client's recorder tells of, and media as real libraries send it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::media::{Coverage, Kind, Strength, Tie};
use ringtrace::origin::Direction;
use ringtrace::spec::Judged;
use ringtrace::tables::{Format, Options, Table};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name)
}

/// The recorder's files, by name without the ending.
fn files() -> Vec<PathBuf> {
    let files = fs::read_dir(folder("recorded-media")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|file| file.extension().is_some_and(|extension| extension == "jsonl")).collect();
    files.sort();
    files
}

/// These files joined into one input.
fn joined(is_wanted: impl Fn(&str) -> bool) -> Arc<Analysis> {
    let wanted = files().into_iter().filter(|file| is_wanted(file.file_stem().unwrap().to_str().unwrap()));
    let text: Vec<u8> = wanted.flat_map(|file| fs::read(file).unwrap()).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("call.jsonl");
    fs::write(&file, text).unwrap();
    Request::new(vec![Source::File(file)]).load()
}

fn only(analysis: &Analysis) -> &Judged {
    assert_eq!(analysis.calls.len(), 1);
    &analysis.calls[0]
}

#[test]
fn the_joined_files_of_a_recorder_show_why_a_call_fell_silent() {
    let analysis = joined(|_| true);
    let media = only(&analysis).media().unwrap();
    let leg = &media.path.legs[0];
    assert_eq!(leg.coverage, Coverage::Whole);
    let (_, cause) = media.cause().unwrap();
    assert_eq!((cause.id.id(), cause.strength), ("media-stopped", Strength::Observed));
    let sentence = cause.sentence.say(&media.path.announced, true);
    assert!(sentence.starts_with("Inbound media stopped 1.53 s after the accept, 4.61 s before the end"), "{sentence}");
    let flows: Vec<_> = leg.flows().collect();
    let [(known, flow)] = flows.as_slice() else { panic!("{} flows", flows.len()) };
    assert_eq!(known.tied.ties, [Tie::StreamId, Tie::Address]);
    assert_eq!(flow.ends(), [None, Some("203.0.113.10:3478".parse().unwrap())]);
    let lines = |name: &str, part: &str| {
        let text = fs::read_to_string(folder("recorded-media").join(name)).unwrap();
        text.lines().filter(|line| line.contains(part)).count() as u64
    };
    assert_eq!(flow.counts.inbound.packets, lines("relay.jsonl", "packet_in"));
    assert_eq!(flow.counts.outbound.packets, lines("media_out.jsonl", "") + lines("stun.jsonl", ""));
    let packets = |way| leg.media[way].as_ref().unwrap().packets;
    assert_eq!(packets(Direction::Outbound), lines("media_out.jsonl", ""));
    assert_eq!(packets(Direction::Inbound), lines("rtp.jsonl", "\"in\""));
    assert_eq!(flow.media().unwrap().count(Kind::Stun, Direction::Outbound).packets, lines("stun.jsonl", ""));
}

#[test]
fn a_recorder_s_flow_is_in_the_tables_without_what_it_does_not_know() {
    let analysis = joined(|_| true);
    let mut csv = Vec::new();
    Table::Media.write(Format::Csv, &analysis, Options::default(), &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    let rows: Vec<&str> = csv.lines().skip(1).map(|line| line.split_once(".jsonl,").unwrap().1).collect();
    assert!(rows.iter().all(|row| row.contains(",relay,,,203.0.113.10:3478,")), "{csv}");
    let kinds: Vec<&str> = rows.iter().map(|row| row.split(',').nth(2).unwrap()).collect();
    assert_eq!(kinds, ["flow", "stun", "rtp", "rtp"]);
    let inbound: Vec<&str> = rows[3].split(',').collect();
    assert_eq!((inbound[8], inbound[10]), ("12", ""), "lengths of RTP that came in are not recorded: {csv}");
}

#[test]
fn some_of_a_recorder_s_files_show_less_and_no_cause() {
    for without in ["relay", "stun", "rtp", "media_out"] {
        let analysis = joined(|name| name != without);
        let media = only(&analysis).media().unwrap_or_else(|| panic!("without {without}"));
        assert!(media.cause().is_none(), "without {without}: {:?}", media.cause());
        assert!(media.path.legs.iter().all(|leg| leg.coverage == Coverage::Parts), "without {without}");
    }
    // The files as they are, each an input of its own.
    let analysis = Request::new(files().into_iter().map(Source::File).collect()).load();
    let media = only(&analysis).media().unwrap();
    assert!(media.cause().is_none() && media.path.legs.len() >= 2);
    assert!(media.since_accept(Direction::Inbound).is_some_and(|since| since > 0));
}

#[test]
fn any_part_of_a_recorder_s_lines_is_read_without_harm() {
    let text: Vec<u8> = files().into_iter().flat_map(|file| fs::read(file).unwrap()).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("call.jsonl");
    for length in (0..text.len()).step_by(997) {
        fs::write(&file, &text[..length]).unwrap();
        let analysis = Request::new(vec![Source::File(file.clone())]).load();
        let causes = analysis.calls.iter().filter_map(|judged| judged.media()?.cause()).count();
        assert_eq!(causes, 0, "the first {length} bytes are not all of the files");
    }
}

/// The call of the capture with real libraries, by what the program prints.
fn inspected(arguments: &[&str]) -> serde_json::Value {
    let folder = folder("real-libraries");
    let output = Command::new(env!("CARGO_BIN_EXE_ringtrace"))
        .args(["inspect", "--json", "real-libraries.pcap", "real-libraries.whatsmeow.log"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let read: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    read["media"][0].clone()
}

#[test]
fn what_real_libraries_send_is_read_inside_dtls_too() {
    let call = inspected(&[]);
    let leg = call["legs"].as_array().unwrap().iter().find(|leg| !leg["flows"].as_array().unwrap().is_empty()).unwrap();
    assert_eq!(leg["cause"]["id"], "media-stopped", "{call}");
    assert_eq!(leg["cause"]["strength"], "suggests", "the clocks are two");
    let ties: Vec<&str> =
        leg["flows"][0]["tied_by"].as_array().unwrap().iter().map(|tie| tie.as_str().unwrap()).collect();
    let expected = [
        "signed with the text of <key>",
        "ICE user name from an <auth_token>",
        "SSRC derived from the call-id",
        "announced address and port",
    ];
    assert_eq!(ties, expected);
}

#[test]
fn without_the_dtls_key_log_sizes_alone_say_nothing_wrong() {
    let call = inspected(&["--no-key-discovery"]);
    let legs = call["legs"].as_array().unwrap();
    let leg = legs.iter().find(|leg| !leg["flows"].as_array().unwrap().is_empty()).unwrap();
    assert!(leg["cause"].is_null(), "{leg}");
    assert_eq!(leg["flows"][0]["tied_by"][0], "ICE user name from an <auth_token>");
}
