//! Captures in archives, damaged and odd ones, through the program: what is whole in them is read, exit code 1 says
//! that something is not, and a line says what.

use std::io::Write;
use std::path::PathBuf;

use assert_cmd::Command;
use etherparse::{PacketBuilder, ip_number};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::timeline::{Row, calls_of, export, own, read_csv};

const NAME: &str = "answered-and-missed";

fn plain() -> Vec<u8> {
    std::fs::read(own(NAME).join(format!("{NAME}.pcap"))).unwrap()
}

fn keys() -> PathBuf {
    own(NAME).join(format!("{NAME}.noisekeys.txt"))
}

/// What a row says, wherever it comes from.
fn content(row: &Row) -> Vec<(String, String)> {
    let elsewhere = ["capture", "seq", "connection", "record", "record_first", "answers_seq"];
    row.iter().filter(|(name, _)| !elsewhere.contains(&name.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// What a row says besides times and what follows from the rows around it.
fn stanza(row: &Row) -> [String; 5] {
    ["direction", "tag", "action", "stanza_id", "record"].map(|column| row[column].clone())
}

fn stanzas(rows: &[Row]) -> Vec<[String; 5]> {
    rows.iter().map(stanza).collect()
}

/// The rows of a capture's stanzas, and the exit code.
fn rows_of(capture: &[u8]) -> (Vec<Row>, i32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture");
    std::fs::write(&path, capture).unwrap();
    export(&path, &keys())
}

/// What the program says that it could not read, and the exit code.
fn told(capture: &[u8]) -> (String, i32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture");
    std::fs::write(&path, capture).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    let output = command.arg("inspect").arg(&path).arg("--noise-keylog").arg(keys()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| line.contains("lost: ") || line.contains("noted: "));
    (lines.collect::<Vec<_>>().join("\n"), output.status.code().unwrap())
}

fn archives(content: &[u8]) -> [(&'static str, Vec<u8>); 3] {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(content).unwrap();
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    lz4.write_all(content).unwrap();
    [("gz", gzip.finish().unwrap()), ("zst", zstd::encode_all(content, 0).unwrap()), ("lz4", lz4.finish().unwrap())]
}

/// The records of a classic pcap, each with its header.
pub(crate) fn records(capture: &[u8]) -> Vec<&[u8]> {
    let mut rest = &capture[24..];
    let mut records = Vec::new();
    while !rest.is_empty() {
        let (record, further) = rest.split_at(16 + u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize);
        records.push(record);
        rest = further;
    }
    records
}

/// A classic pcap of other packets at the same times.
fn remade(capture: &[u8], mut make: impl FnMut(&[u8]) -> Vec<Vec<u8>>) -> Vec<u8> {
    let mut remade = capture[..24].to_vec();
    for record in records(capture) {
        for packet in make(&record[16..]) {
            let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
            remade.extend([&record[..8], &length, &length, &packet[..]].concat());
        }
    }
    remade
}

/// A classic pcap whose times, in seconds, are changed by record number.
fn retimed(capture: &[u8], time: impl Fn(usize, u32) -> u32) -> Vec<u8> {
    let mut retimed = capture[..24].to_vec();
    for (number, record) in (1..).zip(records(capture)) {
        let seconds = u32::from_le_bytes(record[..4].try_into().unwrap());
        retimed.extend(time(number, seconds).to_le_bytes());
        retimed.extend(&record[4..]);
    }
    retimed
}

#[test]
fn archives_are_read_like_what_is_in_them() {
    let plain = plain();
    let (expected, code) = rows_of(&plain);
    assert_eq!(code, 0);
    let expected: Vec<_> = expected.iter().map(content).collect();
    assert!(expected.len() > 70);
    for (name, archive) in archives(&plain) {
        let (rows, code) = rows_of(&archive);
        assert_eq!((rows.iter().map(content).collect::<Vec<_>>(), code), (expected.clone(), 0), "{name}");

        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        let command = command.args(["export", "-", "--noise-keylog"]).arg(keys()).write_stdin(archive);
        let rows = read_csv(&String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap());
        assert_eq!(rows.iter().map(content).collect::<Vec<_>>(), expected, "{name} from standard input");
    }
}

#[test]
fn archives_are_named_beside_what_is_in_them() {
    let plain = plain();
    let [(_, gzip), (_, zstd), (_, lz4)] = archives(&plain);
    let [_, (_, gzip_in_zstd), _] = archives(&gzip);
    let named = [(&plain, None), (&gzip, Some("gzip")), (&zstd, Some("zstd")), (&lz4, Some("lz4"))];
    for (capture, container) in named.into_iter().chain([(&gzip_in_zstd, Some("gzip in zstd"))]) {
        let inspect = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
            let output = command.arg("inspect").args(arguments).arg("-").write_stdin(capture.clone()).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let text = container.map_or_else(|| ": pcap, ".to_owned(), |container| format!(": pcap in {container}, "));
        assert!(inspect(&[]).contains(&text), "{}", inspect(&[]));
        let json: serde_json::Value = serde_json::from_str(&inspect(&["--json"])).unwrap();
        assert_eq!(
            (&json["captures"][0]["format"], &json["captures"][0]["container"]),
            (&"pcap".into(), &container.into())
        );
    }
}

#[test]
fn an_archive_in_the_old_form_of_lz4_is_named() {
    // What `lz4 -l` makes of "hello\n", on its own and inside a gzip.
    let old = [&[0x02, 0x21, 0x4c, 0x18, 7, 0, 0, 0, 0x60][..], b"hello\n"].concat();
    let [(_, in_gzip), ..] = archives(&old);
    for archive in [old, in_gzip] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        let output = command.args(["inspect", "-"]).write_stdin(archive).output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.contains("an archive in the old lz4 format") && told.contains("without lz4 -l"), "{told}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn a_cut_archive_gives_what_comes_before_the_cut() {
    let plain = plain();
    let (expected, _) = rows_of(&plain);
    let expected = stanzas(&expected);
    let [(_, gzip), ..] = archives(&plain);
    let half = &gzip[..gzip.len() / 2];
    let (rows, code) = rows_of(half);
    assert_eq!(code, 1);
    let rows = stanzas(&rows);
    assert!(rows.len() > 20 && rows.len() < expected.len(), "{}", rows.len());
    assert!(rows.iter().all(|row| expected.contains(row)));
    let (told, code) = told(half);
    assert_eq!(code, 1);
    assert!(told.contains("the compressed file ends early; its content was read up to there: gzip"), "{told}");
    assert!(!told.contains("in the middle of a record"), "{told}");
}

#[test]
fn around_a_damaged_record_everything_is_read() {
    let whole = plain();
    let (expected, _) = rows_of(&whole);
    let expected = stanzas(&expected);
    let at = 24 + records(&whole)[..150].iter().map(|record| record.len()).sum::<usize>();
    for damage in [&[0xff; 4][..], &[0; 16], &[7; 60]] {
        let mut damaged = whole.clone();
        damaged[at + 8..at + 8 + damage.len()].copy_from_slice(damage);
        let (rows, code) = rows_of(&damaged);
        assert_eq!(code, 1);
        let found = stanzas(&rows);
        let [before, after]: [Vec<_>; 2] = [true, false]
            .map(|first| expected.iter().filter(|row| (row[4].parse::<usize>().unwrap() < 151) == first).collect());
        assert!(before.iter().all(|row| found.contains(row)));
        let renumbered = |row: &[String; 5]| {
            let mut row = row.clone();
            row[4] = (row[4].parse::<u64>().unwrap() - 1).to_string();
            row
        };
        let lost = after.iter().filter(|row| !found.contains(row) && !found.contains(&renumbered(row))).count();
        assert!(lost <= 1, "{lost} of {} after the damage, {} found", after.len(), found.len());
        let (told, _) = told(&damaged);
        assert!(told.contains("part of the capture is damaged"), "{told}");
        assert!(told.contains(&format!("at byte {at}, after record 150; read on at byte ")), "{told}");
    }
}

#[test]
fn around_a_damaged_block_everything_is_read() {
    let file = |ending: &str| own("hard-transport").join(format!("hard-transport.{ending}"));
    let (expected, code) = export(&file("pcapng"), &file("noisekeys.txt"));
    assert_eq!(code, 0);
    let mut damaged = std::fs::read(file("pcapng")).unwrap();
    let mut at = 0;
    while at < damaged.len() / 2 {
        at += u32::from_le_bytes(damaged[at + 4..at + 8].try_into().unwrap()) as usize;
    }
    damaged[at + 4..at + 40].fill(0xee);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged");
    std::fs::write(&path, &damaged).unwrap();
    let (rows, code) = export(&path, &file("noisekeys.txt"));
    assert_eq!(code, 1);
    let ids = |rows: &[Row]| rows.iter().map(|row| row["stanza_id"].clone()).collect::<Vec<_>>();
    let (found, expected) = (ids(&rows), ids(&expected));
    assert!(found.iter().all(|id| expected.contains(id)));
    assert!(found.len() + 3 >= expected.len(), "{} of {}", found.len(), expected.len());
}

#[test]
fn what_follows_a_capture_is_told_and_a_second_one_read() {
    let whole = plain();
    let (expected, _) = rows_of(&whole);
    let junk = [&whole[..], b"--boundary\r\nContent-Type: text/plain\r\n\r\nand so on\r\n"].concat();
    let (rows, code) = rows_of(&junk);
    assert_eq!((stanzas(&rows), code), (stanzas(&expected), 1));
    let (told_of_junk, _) = told(&junk);
    assert!(told_of_junk.contains("nothing after it could be read"), "{told_of_junk}");

    // The same by other ports, as if the client had said all of it again.
    let again = remade(&whole, |packet| {
        let mut packet = packet.to_vec();
        for port in [34, 36] {
            if packet[port] != 0 {
                packet[port + 1] += 1;
            }
        }
        vec![packet]
    });
    let (rows, code) = rows_of(&[&whole[..], &again].concat());
    assert_eq!((rows.len(), code), (2 * expected.len(), 0));
    let records = records(&whole).len() as u64;
    assert!(rows.iter().filter(|row| row["record"].parse::<u64>().unwrap() > records).count() == expected.len());
    let (rows, code) = rows_of(&[&whole[..], &whole[..24]].concat());
    assert_eq!((stanzas(&rows), code), (stanzas(&expected), 0));
    let (told, code) = told(&[&whole[..], &whole].concat());
    assert!(told.contains("another capture file follows inside this one"), "{told}");
    assert_eq!(code, 0);
}

#[test]
fn packets_that_were_captured_twice_are_read_once() {
    let whole = plain();
    let (expected, _) = rows_of(&whole);
    let ids = |rows: &[Row]| {
        rows.iter()
            .map(|row| [&row["direction"], &row["stanza_id"], &row["tag"]].map(String::clone))
            .collect::<Vec<_>>()
    };
    let at_once = remade(&whole, |packet| vec![packet.to_vec(), packet.to_vec()]);
    let mut previous: Vec<Vec<u8>> = Vec::new();
    let later = remade(&whole, |packet| {
        previous.push(packet.to_vec());
        [packet.to_vec()].into_iter().chain(previous.iter().rev().nth(3).cloned()).collect()
    });
    for twice in [at_once, later] {
        let (rows, code) = rows_of(&twice);
        assert_eq!((ids(&rows), code), (ids(&expected), 0));
        assert_eq!(told(&twice), (String::new(), 0));
    }
}

#[test]
fn a_clock_that_jumps_neither_loses_nor_reorders() {
    let whole = plain();
    let (expected, _) = rows_of(&whole);
    let year = 365 * 86_400;
    let jumps: [&dyn Fn(usize, u32) -> u32; 6] = [
        &|number, time| if number > 120 { time - 5 * 3600 } else { time },
        &|number, time| if number > 120 { time + 3 * year } else { time },
        &|number, time| if number > 120 { time - 20 * year } else { time },
        &|number, time| if number % 7 == 0 { time + year } else { time },
        &|number, time| if number == 100 { u32::MAX } else { time },
        &|number, time| if number % 50 == 0 { 0 } else { time },
    ];
    for (index, jump) in jumps.iter().enumerate() {
        let (rows, code) = rows_of(&retimed(&whole, jump));
        assert_eq!((calls_of(&rows), code), (calls_of(&expected), 0), "jump {index}");
        let mut records: Vec<_> = rows.iter().map(|row| (row["call_id"].clone(), row["record"].clone())).collect();
        let mut expected: Vec<_> = expected.iter().map(|row| (row["call_id"].clone(), row["record"].clone())).collect();
        records.sort();
        expected.sort();
        assert_eq!(records, expected, "jump {index}");
    }
}

#[test]
fn fragments_and_tunnels_make_no_difference() {
    let whole = plain();
    let (expected, _) = rows_of(&whole);
    let ids =
        |rows: &[Row]| rows.iter().map(|row| (row["direction"].clone(), row["stanza_id"].clone())).collect::<Vec<_>>();
    let ethernet = |ip: &[u8]| [&[2; 12], &[0x08, 0x00][..], ip].concat();
    let outer = |protocol, payload: &[u8]| {
        let mut packet = Vec::new();
        PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64).write(&mut packet, protocol, payload).unwrap();
        ethernet(&packet)
    };
    let in_ip = remade(&whole, |packet| vec![outer(ip_number::IPV4, &packet[14..])]);
    let in_gre = remade(&whole, |packet| vec![outer(ip_number::GRE, &[&[0, 0, 0x65, 0x58], packet].concat())]);
    let mut number = 0_u16;
    let fragmented = remade(&whole, |packet| {
        number += 1;
        let (header, payload) = packet[14..].split_at(20);
        let last = payload.len().div_ceil(64) - 1;
        let piece = |(index, piece): (usize, &[u8])| {
            let mut fragment = [header, piece].concat();
            let length = u16::try_from(fragment.len()).unwrap().to_be_bytes();
            let place = (index as u16 * 8) | if index < last { 0x2000 } else { 0 };
            fragment[2..4].copy_from_slice(&length);
            fragment[4..6].copy_from_slice(&number.to_be_bytes());
            fragment[6..8].copy_from_slice(&place.to_be_bytes());
            ethernet(&fragment)
        };
        payload.chunks(64).enumerate().map(piece).collect()
    });
    for changed in [&in_ip, &in_gre, &fragmented] {
        let (rows, code) = rows_of(changed);
        assert_eq!((ids(&rows), code), (ids(&expected), 0));
        assert_eq!(told(changed), (String::new(), 0));
    }
    let (rows, _) = rows_of(&fragmented);
    let spans = rows.iter().filter(|row| row["record_first"] != row["record"]).count();
    assert!(spans > 10, "{spans} stanzas came in several records");
}
