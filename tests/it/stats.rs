//! `ringtrace stats`: statistics agree with the exported tables whatever the input, and no file makes it panic.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use polars::prelude::{DataFrame, KeyValueMetadata, NamedFrom, ParquetReader, ParquetWriter, SerReader, Series};
use ringtrace::tables::stats::{Names, Query, RowSet};
use ringtrace::tables::{Archive, Kind, Table};
use serde_json::Value;
use tempfile::TempDir;

use crate::outcome::{code, said};
use crate::shared::shared;
use crate::tables::csv_records;

const CAPTURE: &str = "captures/answered-and-missed/answered-and-missed.pcap";

fn ringtrace(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command.output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = ringtrace(&[&["stats", "-q"], arguments].concat());
    assert_eq!(code(&output), 0, "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(arguments: &[&str]) -> (i32, String) {
    let output = ringtrace(&[&["stats"], arguments].concat());
    (code(&output), said(&output))
}

/// An export of a table of a capture, in a folder of its own.
fn exported(capture: &str, table: &str, format: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{table}.{format}")).to_str().unwrap().to_owned();
    let output = ringtrace(&["export", "-q", "--raw", "--table", table, "--format", format, "-o", &path, capture]);
    assert!(code(&output) <= 1, "{}", said(&output));
    (folder, path)
}

/// The rows of a CSV file, by the names of its columns; what is empty is not there.
fn rows(path: &str) -> Vec<BTreeMap<String, String>> {
    let mut records = csv_records(&fs::read(path).unwrap());
    let names: Vec<_> = records.remove(0).into_iter().map(Option::unwrap).collect();
    let row = |record: Vec<Option<String>>| {
        names.iter().zip(record).filter_map(|(name, field)| Some((name.clone(), field?))).collect()
    };
    records.into_iter().map(row).collect()
}

/// The smallest number that at least `percent` of a hundred do not exceed, by its definition.
fn percentile(numbers: &[f64], percent: usize) -> Option<f64> {
    let enough =
        |least: &f64| numbers.iter().filter(|number| *number <= least).count() * 100 >= percent * numbers.len();
    numbers.iter().copied().filter(enough).min_by(f64::total_cmp)
}

/// What `--by` and `--of` are to give, from the rows of the exported CSV: by the values, as JSON has them.
fn expected(rows: &[BTreeMap<String, String>], by: &[&str], of: Option<&str>) -> BTreeMap<Vec<Option<String>>, Value> {
    let mut groups: BTreeMap<Vec<Option<String>>, Vec<Option<f64>>> = BTreeMap::new();
    for row in rows {
        let key = by.iter().map(|name| row.get(*name).cloned()).collect();
        let number = of.and_then(|of| row.get(of)).map(|text| text.parse().unwrap());
        groups.entry(key).or_default().push(number);
    }
    let told = |numbers: Vec<Option<f64>>| {
        if of.is_none() {
            return serde_json::json!({ "count": numbers.len() });
        }
        let known: Vec<f64> = numbers.iter().flatten().copied().collect();
        let missing = numbers.len() - known.len();
        let mut value = serde_json::json!({ "count": known.len(), "missing": missing });
        for (name, percent) in [("min", 0), ("p50", 50), ("p90", 90), ("p95", 95), ("p99", 99), ("max", 100)] {
            value[name] = percentile(&known, percent).into();
        }
        value
    };
    groups.into_iter().map(|(key, numbers)| (key, told(numbers))).collect()
}

/// The same as `ringtrace stats --json` gives it.
fn found(arguments: &[&str], by: &[&str]) -> BTreeMap<Vec<Option<String>>, Value> {
    let document: Value = serde_json::from_str(&printed(&[arguments, &["--json"]].concat())).unwrap();
    let rows = document["figures"][0]["rows"].as_array().unwrap();
    let row = |row: &Value| {
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let key = by.iter().map(|name| text(&row["by"][*name])).collect();
        let mut told = row.clone();
        told.as_object_mut().unwrap().remove("by");
        // A whole number is the same with a fraction of nothing.
        for value in
            told.as_object_mut().unwrap().iter_mut().filter(|(name, _)| !["count", "missing"].contains(&name.as_str()))
        {
            *value.1 = value.1.as_f64().into();
        }
        (key, told)
    };
    rows.iter().map(row).collect()
}

#[test]
fn what_a_capture_gives_can_be_read_by_a_person() {
    insta::assert_snapshot!("stats_usual", printed(&[CAPTURE]));
    insta::assert_snapshot!(
        "stats_percentiles",
        printed(&[CAPTURE, "--by", "tag,direction", "--of", "ack_latency_ms"])
    );
    insta::assert_snapshot!("stats_cross", printed(&[CAPTURE, "--by", "outcome,group", "--across", "media"]));
    insta::assert_snapshot!("stats_counts", printed(&[CAPTURE, "--by", "vantage,phase", "--filter", "tag == call"]));
    insta::assert_snapshot!(
        "stats_csv",
        printed(&[CAPTURE, "--by", "outcome", "--across", "end_reason", "--format", "csv"])
    );
    insta::assert_snapshot!("stats_json", printed(&[CAPTURE, "--by", "ended_by", "--of", "ring_ms", "--json"]));
}

/// Figures are computed from the exported CSV once more, by the definitions, from every kind of input.
#[test]
fn statistics_agree_with_the_exported_tables() {
    assert_statistics_agree([CAPTURE.to_owned(), "captures/damaged/damaged.pcap".to_owned()]);
}

#[test_with::path(../shared)]
#[test]
fn statistics_agree_with_the_exported_tables_of_real_recordings() {
    let names = ["zapo-ws-xx.pcap", "baileys-ws.any.pcap"];
    assert_statistics_agree(names.map(|name| shared(&format!("captures/{name}")).to_str().unwrap().to_owned()));
}

fn assert_statistics_agree(captures: [String; 2]) {
    let cases: &[(&str, &[&str], Option<&str>)] = &[
        ("stanzas", &["action"], Some("ack_latency_ms")),
        ("stanzas", &["tag", "direction", "emitter"], Some("since_previous_ms")),
        ("stanzas", &["reason", "emitter", "media"], None),
        ("stanzas", &["answers_seq"], None),
        ("stanzas", &[], Some("record")),
        ("calls", &["outcome"], Some("ring_ms")),
        ("calls", &["media", "group"], Some("talk_ms")),
        ("calls", &["group", "call_id"], None),
        ("calls", &[], Some("stanzas")),
    ];
    let mut compared = 0;
    for capture in &captures {
        for table in ["stanzas", "calls"] {
            let (_csv, csv) = exported(capture, table, "csv");
            let (_parquet, parquet) = exported(capture, table, "parquet");
            let rows = rows(&csv);
            for (_, by, of) in cases.iter().filter(|case| case.0 == table) {
                let mut arguments = vec!["--table", table];
                let joined = by.join(",");
                arguments.extend(["--by", &joined].into_iter().filter(|_| !by.is_empty()));
                arguments.extend(of.iter().flat_map(|of| ["--of", of]));
                let expected = expected(&rows, by, *of);
                let from_archive = found(&[&arguments[..], &[&parquet]].concat(), by);
                assert_eq!(from_archive, expected, "{capture} as Parquet, {arguments:?}");
                let output = ringtrace(&[&["stats", "-q", "--json"], &arguments[..], &[capture]].concat());
                if code(&output) == 0 {
                    assert_eq!(found(&[&arguments[..], &[capture]].concat(), by), expected, "{capture}, {arguments:?}");
                    let both = found(&[&arguments[..], &[&parquet, capture]].concat(), by);
                    assert_eq!(both, expected, "{capture} twice, {arguments:?}");
                }
                compared += expected.len();
            }
        }
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn the_columns_of_a_cross_table_add_up() {
    let (_folder, csv) = exported(CAPTURE, "stanzas", "csv");
    let rows = rows(&csv);
    let document: Value =
        serde_json::from_str(&printed(&[CAPTURE, "--by", "action", "--across", "direction", "--json"])).unwrap();
    for row in document["figures"][0]["rows"].as_array().unwrap() {
        let is_row =
            |it: &&BTreeMap<String, String>| it.get("action").map(String::as_str) == row["by"]["action"].as_str();
        assert_eq!(row["total"], rows.iter().filter(is_row).count(), "{row}");
        for cell in row["across"].as_array().unwrap() {
            let is_cell =
                |it: &&BTreeMap<String, String>| it.get("direction").map(String::as_str) == cell["direction"].as_str();
            assert_eq!(cell["count"], rows.iter().filter(is_row).filter(is_cell).count(), "{row}");
        }
    }
}

#[test]
fn an_ack_has_the_platform_of_what_it_answers() {
    let all = ["--by", "tag,platform", "--of", "ack_latency_ms", "--filter", "tag == receipt"];
    let from_capture = printed(&[&[CAPTURE], &all[..]].concat());
    assert!(from_capture.contains("receipt  android"), "{from_capture}");
    let (_folder, parquet) = exported(CAPTURE, "stanzas", "parquet");
    assert_eq!(printed(&[&[parquet.as_str()], &all[..]].concat()), from_capture);
}

#[test]
fn two_runs_give_the_same_bytes_however_inputs_are_ordered() {
    let (_stanzas, stanzas) = exported(CAPTURE, "stanzas", "parquet");
    let other = "captures/hard-transport/hard-transport.pcapng";
    for more in [
        &["--by", "action,vantage"][..],
        &["--by", "action", "--across", "emitter"],
        &["--by", "reason", "--of", "seq"],
    ] {
        for format in ["text", "csv", "json", "parquet"] {
            let run = |files: [&str; 2]| {
                let output = ringtrace(&[&["stats", "-q", "--format", format], more, &files].concat());
                assert!(code(&output) <= 1);
                output.stdout
            };
            let first = run([&stanzas, other]);
            assert!(first.len() > 100);
            assert!(first == run([&stanzas, other]) && first == run([other, &stanzas]), "{format} {more:?}");
        }
    }
}

#[test]
fn parquet_and_csv_have_the_same_content() {
    let query = [CAPTURE, "--by", "outcome,start_utc,group", "--of", "ring_ms", "--format"];
    let frame = |bytes: &[u8]| ParquetReader::new(Cursor::new(bytes.to_vec())).finish().unwrap();
    let output = ringtrace(&[&["stats", "-q"], &query[..], &["parquet"]].concat());
    let frame = frame(&output.stdout);
    let csv = printed(&[&query[..], &["csv"]].concat());
    let lines: Vec<&str> = csv.lines().collect();
    let names: Vec<_> = frame.get_column_names().iter().map(|name| name.to_string()).collect();
    assert_eq!(lines[0], names.join(","));
    assert_eq!(lines.len(), frame.height() + 1);
    let numbers: Vec<Option<f64>> = frame.column("p50").unwrap().f64().unwrap().iter().collect();
    let of_csv = lines[1..].iter().map(|line| line.split(',').nth(6).unwrap().parse().ok());
    assert_eq!(numbers, of_csv.collect::<Vec<Option<f64>>>());
}

#[test]
fn captured_text_is_neither_a_formula_nor_an_escape_sequence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evil.ndjson");
    let xml = |id: u8, reason: &str| {
        format!(
            r#"{{"vantage":"a","at":{id},"dir":"in","xml":"<call from='10000000000002:1@lid' id='{id}'><terminate call-id='C{id}' call-creator='10000000000002:1@lid' reason='{reason}'/></call>"}}"#
        )
    };
    let lines = [xml(1, "=1+1"), xml(2, "@SUM(A1)"), xml(3, "\\u001b[2J"), xml(4, "(none)"), xml(5, "a,\\\"b\\\"")];
    let header = r#"{"schema":"ringtrace/1","vantage":"a","device":["10000000000001:7@lid"]}"#;
    fs::write(&path, format!("{header}\n{}\n", lines.join("\n"))).unwrap();
    let file = path.to_str().unwrap();
    let csv = printed(&[file, "--by", "reason", "--format", "csv"]);
    for line in ["\n'=1+1,1\n", "\n'@SUM(A1),1\n", "\n\"a,\"\"b\"\"\",1\n", "\n(none),1\n"] {
        assert!(csv.contains(line), "{line} in {csv}");
    }
    let across = printed(&[file, "--by", "direction", "--across", "reason", "--format", "csv"]);
    assert!(across.starts_with("direction,"), "{across}");
    assert!(across.contains("reason==1+1") && !across.contains(",=1+1"), "{across}");
    let text = printed(&[file, "--by", "reason"]);
    assert!(text.contains("\\u{1b}[2J") && !text.contains('\u{1b}') && text.contains("\"(none)\""), "{text}");
}

#[test]
fn an_invalid_query_is_refused_before_anything_is_read() {
    let cases: &[(&[&str], &str)] = &[
        (&["--by", "acton"], "unknown column acton; did you mean action?"),
        (&["--by", "action", "--of", "ring_ms"], "use columns of one table"),
        (&["--by", "action", "--of", "platform"], "--of requires a numeric column"),
        (&["--by", "action,action"], "action is named twice"),
        (&["--by", "action", "--across", "media", "--of", "seq"], "--across cannot be combined with --of"),
        (&["--across", "media"], "--by COLUMN"),
        (&["--table", "calls", "--by", "action"], "(table stanzas does)"),
        (&["--by", "action", "--filter", "acton == x"], "did you mean `action`"),
        (&["--filter", "acton == x"], "did you mean `action`"),
        (&["--format", "csv"], "this format requires a single table"),
        (&["--by", "action", "--json", "--format", "csv"], "cannot be used with"),
        (
            &["--by", "action", "--across", "seq", "captures/answered-and-missed"],
            "a cross-table can have at most 60 columns",
        ),
    ];
    for (arguments, why) in cases {
        let (code, said) = refused(&[&[CAPTURE], *arguments].concat());
        assert!(code == 2 && said.contains(why), "{arguments:?}: {code} {said}");
    }
}

#[test]
fn an_archive_of_another_table_is_skipped_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for table in ["stanzas", "calls", "anomalies"] {
        let target = path(&format!("{table}.parquet"));
        let output = ringtrace(&["export", "-q", "--table", table, "--format", "parquet", "-o", &target, CAPTURE]);
        assert_eq!(code(&output), 0);
    }
    let whole = folder.path().to_str().unwrap();
    let (code, said) = refused(&[whole, "--by", "outcome", "--of", "ring_ms"]);
    assert_eq!((code, said.lines().count()), (0, 1), "{said}");
    assert!(said.contains("skipped: contains table `stanzas`, which these statistics do not use"), "{said}");
    assert_eq!(printed(&[whole]), printed(&[CAPTURE]), "both tables, and both of a capture");
    let only_calls = printed(&[&path("calls.parquet")]);
    assert!(only_calls.starts_with("How long calls ring") && only_calls.matches("How").count() == 1, "{only_calls}");
    let (code, said) = refused(&[&path("anomalies.parquet"), "--by", "outcome"]);
    assert!(
        code == 1 && said.contains("statistics are of stanzas and calls, but this is an export of anomalies"),
        "{said}"
    );
    let filter = ["--by", "action", "--filter", "ring_ms > 1"];
    let (code, said) = refused(&[&[path("stanzas.parquet").as_str()], &filter[..]].concat());
    assert!(code == 1 && said.contains("the file only has the columns of table `stanzas`"), "{said}");
}

/// A file of Parquet with this metadata.
fn parquet(columns: Vec<Series>, about: &[(&str, &str)]) -> Vec<u8> {
    let about = about.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let mut frame = DataFrame::new(columns[0].len(), columns.into_iter().map(Into::into).collect()).unwrap();
    let mut bytes = Vec::new();
    let writer = ParquetWriter::new(&mut bytes).with_key_value_metadata(Some(KeyValueMetadata::from_static(about)));
    writer.finish(&mut frame).unwrap();
    bytes
}

const OURS: [(&str, &str); 3] =
    [("ringtrace.table", "calls"), ("ringtrace.schema", "1"), ("ringtrace.version", "0.0.9")];

#[test]
fn foreign_and_incompatible_parquet_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let said_of = |bytes: Vec<u8>| {
        let path = folder.path().join("t.parquet");
        fs::write(&path, bytes).unwrap();
        let (code, said) = refused(&[path.to_str().unwrap(), "--by", "outcome"]);
        assert_eq!(code, 1, "{said}");
        said.split_once("t.parquet: ").unwrap().1.trim_end().to_owned()
    };
    let outcome = || Series::new("outcome".into(), ["missed", "answered"]);
    assert_eq!(
        said_of(parquet(vec![outcome()], &[])),
        "not a ringtrace export: Parquet metadata key ringtrace.table is missing"
    );
    let newer = [OURS[0], ("ringtrace.schema", "7")];
    assert_eq!(said_of(parquet(vec![outcome()], &newer)), "unsupported table schema 7 (this version reads schema 1)");
    let other = Series::new("media".into(), ["audio", "\u{1b}[2J"]);
    assert_eq!(
        said_of(parquet(vec![other.clone()], &OURS)),
        "it was written by ringtrace 0.0.9 without column call_id; its columns are media"
    );
    let ids = ["captures", "call_id", "call_creator"].map(|name| Series::new(name.into(), ["a", "b"]));
    let without_type: Vec<Series> = ids.iter().cloned().chain([Series::new("outcome".into(), [1_i64, 2])]).collect();
    assert_eq!(
        said_of(parquet([without_type, vec![Series::new("start_utc".into(), ["a", "b"])]].concat(), &OURS)),
        "its column start_utc has the wrong type"
    );
    let nested = Series::new("outcome".into(), [Series::new("".into(), ["a"]), Series::new("".into(), ["b"])]);
    assert!(said_of(parquet(vec![nested], &OURS)).starts_with("it is damaged: its footer"));
}

/// Reads a file as a user of the library would, and returns whether that succeeded.
fn is_read(path: &Path) -> bool {
    let by = ["reason".to_owned(), "direction".to_owned()];
    let query = Query::new(Names { by: &by, of: Some("ack_latency_ms"), ..Names::default() }).unwrap();
    let mut rows = RowSet::new(query);
    let read = Archive::open(path).and_then(|archive| rows.add_archive(&archive, None));
    assert!(rows.statistic().unwrap().rows.len() < 1000);
    match read {
        Ok(()) => true,
        Err(why) => {
            assert!(!why.to_string().is_empty());
            false
        }
    }
}

#[test]
fn a_damaged_archive_is_an_error_and_never_a_panic() {
    let (folder, path) = exported(CAPTURE, "stanzas", "parquet");
    let whole = fs::read(&path).unwrap();
    let damaged: PathBuf = folder.path().join("damaged.parquet");
    assert!(is_read(Path::new(&path)));
    for length in (0..whole.len()).step_by(97).chain(whole.len() - 40..whole.len()) {
        fs::write(&damaged, &whole[..length]).unwrap();
        assert!(!is_read(&damaged), "cut at {length}");
    }
    let mut refused = 0;
    for place in (4..whole.len()).step_by(31) {
        let mut bytes = whole.clone();
        bytes[place] ^= if place % 2 == 0 { 0x81 } else { 0xff };
        fs::write(&damaged, &bytes).unwrap();
        refused += usize::from(!is_read(&damaged));
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn a_damaged_archive_does_not_stop_the_rest() {
    let (folder, path) = exported(CAPTURE, "stanzas", "parquet");
    let whole = fs::read(&path).unwrap();
    let damaged = folder.path().join("damaged.parquet").to_str().unwrap().to_owned();
    fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
    let output = ringtrace(&["stats", &damaged, &path, "--by", "action"]);
    assert_eq!(code(&output), 1);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), printed(&[CAPTURE, "--by", "action", "--table", "stanzas"]));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("it is damaged: its end is missing") && !said.contains("panicked"), "{said}");
}

#[test]
fn every_column_can_be_counted() {
    let (_stanzas, stanzas) = exported(CAPTURE, "stanzas", "parquet");
    let (_calls, calls) = exported(CAPTURE, "calls", "parquet");
    for (table, path) in [(Table::Stanzas, stanzas), (Table::Calls, calls)] {
        for column in table.columns().iter().filter(|column| column.name != "xml") {
            let by = [column.name.to_owned()];
            let query = Query::new(Names { table: Some(table), by: &by, ..Names::default() }).unwrap();
            let mut rows = RowSet::new(query);
            rows.add_archive(&Archive::open(Path::new(&path)).unwrap(), None).unwrap();
            let lines = rows.statistic().unwrap().rows;
            assert!(!lines.is_empty(), "{}", column.name);
            let is_number = matches!(column.kind, Kind::Integer | Kind::Number);
            let query = Query::new(Names { table: Some(table), of: Some(column.name), ..Names::default() });
            assert_eq!(query.is_ok(), is_number, "{}", column.name);
        }
    }
}
