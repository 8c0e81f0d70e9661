//! In which order files are named changes nothing, byte for byte; under which names, nothing but the names and records.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::damage::records;
use crate::timeline::{Row, own, read_csv};

const NAME: &str = "answered-and-missed";

/// The records of the included capture that a recorder kept; of those with `flipped`, a byte of the payload is damaged.
fn kept(keeps: impl Fn(usize) -> bool, flipped: impl Fn(usize) -> bool) -> Vec<u8> {
    let capture = fs::read(own(NAME).join(format!("{NAME}.pcap"))).unwrap();
    let mut file = capture[..24].to_vec();
    for (index, record) in records(&capture).iter().enumerate().filter(|(index, _)| keeps(*index)) {
        let mut record = record.to_vec();
        if let Some(last) = record.last_mut().filter(|_| flipped(index)) {
            *last ^= 0x40;
        }
        file.extend(record);
    }
    file
}

/// Recordings of one session, none of them whole.
fn recordings() -> Vec<Vec<u8>> {
    let never = |_: usize| false;
    vec![
        kept(|index| index % 13 != 5, never),
        kept(|_| true, |index| index % 17 == 3),
        kept(|index| index < 190, never),
        kept(|index| index > 120, never),
    ]
}

fn said(folder: &Path, command: &[&str], files: &[&str]) -> String {
    let keys = own(NAME).join(format!("{NAME}.noisekeys.txt"));
    let mut program = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    program.args(command).arg("--noise-keylog").arg(keys).args(files).current_dir(folder);
    String::from_utf8(program.output().unwrap().stdout).unwrap()
}

fn permutations(of: &[&'static str]) -> Vec<Vec<&'static str>> {
    if of.len() < 2 {
        return vec![of.to_vec()];
    }
    let rest = |first: &str| of.iter().copied().filter(|other| *other != first).collect::<Vec<_>>();
    of.iter()
        .flat_map(|first| permutations(&rest(first)).into_iter().map(move |rest| [&[*first], &rest[..]].concat()))
        .collect()
}

#[test]
fn the_order_of_arguments_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a.pcap", "b.pcap", "c.pcap"];
    for (name, recording) in names.iter().zip(recordings()) {
        fs::write(folder.path().join(name), recording).unwrap();
    }
    let commands: [&[&str]; 5] =
        [&["export"], &["export", "--table", "calls"], &["open"], &["questions", "--json"], &["inspect"]];
    for command in commands {
        let expected = said(folder.path(), command, &names);
        assert!(expected.lines().count() > 7, "{expected}");
        for order in permutations(&names) {
            assert_eq!(said(folder.path(), command, &order), expected, "{command:?} {order:?}");
        }
    }
}

#[test]
fn which_recording_has_which_name_changes_no_call() {
    let recordings = recordings();
    // What a call is, without where it was seen; and how often each of its recordings was interrupted.
    let calls = |order: &[usize]| -> Vec<BTreeMap<String, String>> {
        let folder = tempfile::tempdir().unwrap();
        for (place, recording) in order.iter().enumerate() {
            fs::write(folder.path().join(format!("{place}.pcap")), &recordings[*recording]).unwrap();
        }
        let table = said(folder.path(), &["export", "--table", "calls"], &["."]);
        let without = |row: Row| row.into_iter().filter(|(column, _)| column != "captures").collect();
        read_csv(&table).into_iter().map(without).collect()
    };
    for (one, other) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
        let expected = calls(&[one, other]);
        assert!(expected.len() > 2, "{one} and {other}");
        assert_eq!(calls(&[other, one]), expected, "{one} and {other}");
    }
}
