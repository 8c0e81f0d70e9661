//! `ringtrace export`: every format has the same content, goes to the given target, and is rewritten only if needed.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use polars::prelude::{AnyValue, DataFrame, ParquetReader, SerReader, Series, TimeUnit};
use polars_arrow::datatypes::ArrowSchema;
use polars_arrow::io::ipc::read::{FileReader, StreamReader, StreamState, read_file_metadata, read_stream_metadata};
use polars_arrow::record_batch::RecordBatch;
use ringtrace::tables::{Description, Kind, Table};

use crate::outcome::{code, said};
use crate::shared::shared;

const FORMATS: [&str; 4] = ["csv", "parquet", "arrow", "ndjson"];
const TABLES: [Table; 4] = [Table::Stanzas, Table::Calls, Table::Anomalies, Table::Messages];

fn capture(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name);
    ["pcap", "pcapng"].map(|ending| folder.join(format!("{name}.{ending}"))).into_iter().find(|it| it.exists()).unwrap()
}

fn calls() -> String {
    capture("answered-and-missed").to_str().unwrap().to_owned()
}

fn export(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.arg("export").args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

/// A value, whatever the format. Times are in microseconds.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Null,
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Time(i64),
}

/// The rows of a table as a format has them.
type Rows = Vec<Vec<Value>>;

fn microseconds(text: &str) -> i64 {
    let moment: jiff::Timestamp = text.parse().unwrap();
    i64::try_from(moment.as_nanosecond().div_euclid(1000)).unwrap()
}

fn typed(frame: &DataFrame) -> Rows {
    let value = |value: AnyValue<'_>| match value {
        AnyValue::Null => Value::Null,
        AnyValue::String(text) => Value::Text(text.to_owned()),
        AnyValue::StringOwned(text) => Value::Text(text.to_string()),
        AnyValue::Int64(number) => Value::Integer(number),
        AnyValue::Float64(number) => Value::Number(number),
        AnyValue::Boolean(boolean) => Value::Boolean(boolean),
        AnyValue::Datetime(time, TimeUnit::Microseconds, Some(zone)) if zone.as_str() == "UTC" => Value::Time(time),
        other => panic!("{other:?} is of no type that a table has"),
    };
    let row = |row| frame.columns().iter().map(|column| value(column.get(row).unwrap())).collect();
    (0..frame.height()).map(row).collect()
}

/// The records of CSV by RFC 4180; `None` is an empty field without quotes.
pub(crate) fn csv_records(bytes: &[u8]) -> Vec<Vec<Option<String>>> {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.ends_with('\n'), "the last record has an end");
    let (mut records, mut record) = (Vec::new(), Vec::new());
    let mut rest = text;
    while !rest.is_empty() {
        let field = if let Some(quoted) = rest.strip_prefix('"') {
            let mut end = quoted.find('"').unwrap();
            while quoted[end + 1..].starts_with('"') {
                end += 2 + quoted[end + 2..].find('"').unwrap();
            }
            rest = &quoted[end + 1..];
            Some(quoted[..end].replace("\"\"", "\""))
        } else {
            let end = rest.find([',', '\n']).unwrap();
            let field = &rest[..end];
            assert!(!field.contains(['"', '\r']), "{field:?} needs quotes");
            rest = &rest[end..];
            (!field.is_empty()).then(|| field.to_owned())
        };
        record.push(field);
        if rest.starts_with('\n') {
            records.push(std::mem::take(&mut record));
        } else {
            assert!(rest.starts_with(','), "{rest:.40}");
        }
        rest = &rest[1..];
    }
    records
}

/// CSV, read as text and then as the columns' types.
fn csv(bytes: &[u8], columns: &[Description]) -> Rows {
    let mut records = csv_records(bytes);
    let names: Vec<_> = records.remove(0).into_iter().map(Option::unwrap).collect();
    assert_eq!(names, columns.iter().map(|column| column.name).collect::<Vec<_>>());
    let value = |(value, column): (Value, &Description)| match (value, column.kind) {
        (Value::Text(text), Kind::Integer) => Value::Integer(text.parse().unwrap()),
        (Value::Text(text), Kind::Number) => Value::Number(text.parse().unwrap()),
        (Value::Text(text), Kind::Boolean) => Value::Boolean(text.parse().unwrap()),
        (Value::Text(text), Kind::Time) => Value::Time(microseconds(&text)),
        (value, _) => value,
    };
    let cell = |text: Option<String>| text.map_or(Value::Null, Value::Text);
    records.into_iter().map(|row| row.into_iter().map(cell).zip(columns).map(value).collect()).collect()
}

/// Lines of JSON, whose types are as the columns say or a failure.
fn ndjson(bytes: &[u8], columns: &[Description]) -> Rows {
    let lines = std::str::from_utf8(bytes).unwrap().lines();
    let row = |line: &str| {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        assert_eq!(object.len(), columns.len(), "{line}");
        let value = |column: &Description| match (&object[column.name], column.kind) {
            (serde_json::Value::Null, _) => Value::Null,
            (serde_json::Value::String(text), Kind::Text) => Value::Text(text.clone()),
            (serde_json::Value::String(text), Kind::Time) => Value::Time(microseconds(text)),
            (serde_json::Value::Number(number), Kind::Integer) => Value::Integer(number.as_i64().unwrap()),
            (serde_json::Value::Number(number), Kind::Number) => Value::Number(number.as_f64().unwrap()),
            (serde_json::Value::Bool(boolean), Kind::Boolean) => Value::Boolean(*boolean),
            (other, kind) => panic!("{}: {other} is no {kind:?}", column.name),
        };
        columns.iter().map(value).collect()
    };
    lines.map(row).collect()
}

fn batches(schema: &ArrowSchema, batches: Vec<RecordBatch>) -> Rows {
    let names: Vec<_> = schema.iter_names().cloned().collect();
    let frame = |batch: RecordBatch| {
        let height = batch.len();
        let arrays = batch.into_arrays().into_iter().zip(&names);
        let columns = arrays.map(|(array, name)| Series::from_arrow(name.clone(), array).unwrap().into());
        DataFrame::new(height, columns.collect()).unwrap()
    };
    batches.into_iter().flat_map(|batch| typed(&frame(batch))).collect()
}

fn arrow_file(bytes: &[u8]) -> Rows {
    let mut reader = Cursor::new(bytes);
    let metadata = read_file_metadata(&mut reader).unwrap();
    let schema = metadata.schema.clone();
    batches(&schema, FileReader::new(reader, metadata, None, None).map(Result::unwrap).collect())
}

fn arrow_stream(bytes: &[u8]) -> (Rows, usize) {
    let mut reader = Cursor::new(bytes);
    let metadata = read_stream_metadata(&mut reader).unwrap();
    let schema = metadata.schema.clone();
    let states = StreamReader::new(reader, metadata, None).map(Result::unwrap);
    let read: Vec<_> = states
        .map(|state| match state {
            StreamState::Some(batch) => batch,
            StreamState::Waiting => panic!("the stream is cut"),
        })
        .collect();
    let count = read.len();
    (batches(&schema, read), count)
}

fn parquet(bytes: &[u8]) -> Rows {
    typed(&ParquetReader::new(Cursor::new(bytes)).finish().unwrap())
}

#[test]
fn every_format_holds_the_same_rows() {
    assert_same_rows(["answered-and-missed", "hard-transport", "damaged"].map(capture));
}

#[test_with::path(../shared)]
#[test]
fn every_format_holds_the_same_rows_of_real_recordings() {
    let names = ["zapo-ws-deflate.pcap", "rust-wss13.dsb.pcapng", "baileys-ws.any.pcap"];
    assert_same_rows(names.map(|name| shared(&format!("captures/{name}"))));
}

fn assert_same_rows(captures: [PathBuf; 3]) {
    let folder = tempfile::tempdir().unwrap();
    for capture in captures {
        let capture = capture.to_str().unwrap();
        for table in TABLES {
            let columns = table.columns();
            let bytes = |format: &str| {
                let target = folder.path().join("table");
                let table = ["--table", table.name(), "--format", format, "--xml", "--raw", "-q"];
                let arguments = [&table[..], &["--force", "-o", "table", capture]].concat();
                assert!(code(&export(folder.path(), &arguments)) <= 1);
                fs::read(target).unwrap()
            };
            let expected = ndjson(&bytes("ndjson"), &columns);
            assert!(table != Table::Stanzas || expected.len() > 10, "{capture}");
            for (column, description) in columns.iter().enumerate() {
                let is_empty = |row: &Vec<Value>| row[column] == Value::Null;
                let name = description.name;
                assert!(!description.always || !expected.iter().any(is_empty), "{name} in {capture}");
            }
            assert_eq!(csv(&bytes("csv"), &columns), expected, "CSV of {} of {capture}", table.name());
            assert_eq!(parquet(&bytes("parquet")), expected, "Parquet of {} of {capture}", table.name());
            assert_eq!(arrow_file(&bytes("arrow")), expected, "Arrow of {} of {capture}", table.name());
            let streamed = export(folder.path(), &["--table", table.name(), "--format", "arrow", "--xml", capture]);
            assert_eq!(arrow_stream(&streamed.stdout).0, expected, "Arrow stream of {} of {capture}", table.name());
        }
    }
}

#[test]
fn long_tables_are_written_in_batches() {
    let capture = calls();
    let captures = vec![capture.as_str(); 60];
    let run = |format| {
        let output =
            export(Path::new("."), &[&["--table", "messages", "-q", "--format", format][..], &captures].concat());
        assert_eq!(code(&output), 0);
        output.stdout
    };
    let columns = Table::Messages.columns();
    let expected = ndjson(&run("ndjson"), &columns);
    assert_eq!(expected.len(), 60 * 142);
    let (rows, batches) = arrow_stream(&run("arrow"));
    assert_eq!((rows == expected, batches), (true, 2));
    assert!(csv(&run("csv"), &columns) == expected);
    assert!(parquet(&run("parquet")) == expected);
}

#[test]
fn two_runs_give_the_same_bytes_in_every_format() {
    for format in FORMATS {
        let run = || export(Path::new("."), &["--xml", "--format", format, &calls()]).stdout;
        let first = run();
        assert!(first.len() > 10_000 && first == run(), "{format}");
    }
}

#[test]
fn files_say_which_table_and_schema_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = export(folder.path(), &["--format", "parquet", "--table", "calls", &calls()]).stdout;
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let metadata = reader.get_metadata().unwrap().clone();
    let pairs: Vec<_> = metadata.key_value_metadata().iter().flatten().collect();
    let value = |key: &str| pairs.iter().find(|pair| pair.key == key).unwrap().value.clone().unwrap();
    assert_eq!((value("ringtrace.table"), value("ringtrace.schema")), ("calls".to_owned(), "1".to_owned()));
    assert_eq!(value("ringtrace.version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(metadata.num_rows, 7);

    let stream = export(folder.path(), &["--format", "arrow", "--table", "calls", &calls()]).stdout;
    let metadata = read_stream_metadata(&mut Cursor::new(&stream)).unwrap();
    let about = metadata.custom_schema_metadata.unwrap();
    assert_eq!(about.get("ringtrace.table").map(|it| it.as_str()), Some("calls"));
}

#[test]
fn arrow_is_a_file_where_it_can_be_one_and_a_stream_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(&export(folder.path(), &["--format", "arrow", "-o", "t.arrow", &calls()])), 0);
    assert!(fs::read(folder.path().join("t.arrow")).unwrap().starts_with(b"ARROW1"));
    assert!(export(folder.path(), &["--format", "arrow", &calls()]).stdout.starts_with(&[0xff; 4]));
    assert_eq!(code(&export(folder.path(), &["--format", "arrow", "-o", "/dev/null", &calls()])), 0);
}

#[test]
fn a_target_that_takes_no_bytes_is_said_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    for format in FORMATS {
        if Path::new("/dev/full").exists() {
            let output = export(folder.path(), &["-q", "--format", format, "-o", "/dev/full", &calls()]);
            assert_eq!(code(&output), 1, "{format}");
            assert!(said(&output).starts_with("ringtrace: /dev/full: No space left"), "{format}: {}", said(&output));
        }
        fs::write(folder.path().join("mine"), "mine").unwrap();
        let output = export(folder.path(), &["-q", "--format", format, "-o", "mine", &calls()]);
        assert_eq!((code(&output), said(&output).contains("--force")), (3, true), "{format}");
        assert_eq!(fs::read(folder.path().join("mine")).unwrap(), b"mine");
        let output = export(folder.path(), &["-q", "--format", format, "-o", "mine/t", &calls()]);
        assert_eq!((code(&output), said(&output).contains("mine/t: ")), (1, true), "{format}: {}", said(&output));
        let output = export(folder.path(), &["-q", "--format", format, "-o", ".", &calls()]);
        assert_eq!(code(&output), 2, "{format}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no half file is left");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_to_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(folder.path().join("probe"), "").is_ok() {
        // The superuser writes anywhere.
        fs::remove_file(folder.path().join("probe")).unwrap();
        let output = export(folder.path(), &["-q", "-o", "/proc/table.csv", &calls()]);
        assert_eq!((code(&output), said(&output).starts_with("ringtrace: /proc/table.csv: ")), (1, true));
        return;
    }
    let output = export(folder.path(), &["-q", "-o", "table.csv", &calls()]);
    assert_eq!((code(&output), said(&output).contains("table.csv: Permission denied")), (1, true));
}

#[test]
fn a_closed_pipe_ends_every_format_quietly() {
    let capture = calls();
    for format in FORMATS {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ringtrace"))
            .args(["export", "-q", "--xml", "--format", format])
            .args(vec![&capture; 40])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 4]).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert_eq!((code(&output), said(&output).as_str()), (0, ""), "{format}");
    }
}

#[test]
fn an_unchanged_table_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let capture = capture("answered-and-missed");
    fs::copy(&capture, path("call.pcap")).unwrap();
    let keys = capture.with_extension("noisekeys.txt");
    fs::copy(&keys, path("call.noisekeys.txt")).unwrap();
    let table = path("t.parquet");
    let run = |more: &[&str]| {
        let usual = ["call.pcap", "--format", "parquet", "-o", "t.parquet", "--skip-unchanged"];
        let output = export(folder.path(), &[&usual[..], more].concat());
        (code(&output), said(&output).contains("is up to date"))
    };
    // What was made is told from what was left by a time that no run leaves.
    let mark = || fs::File::options().write(true).open(&table).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    let was_left = || fs::metadata(&table).unwrap().modified().unwrap() == std::time::UNIX_EPOCH;
    let again = |more: &[&str]| {
        mark();
        let result = run(more);
        (result, was_left())
    };

    assert_eq!(run(&[]), (0, false));
    assert!(path(".t.parquet.ringtrace.json").exists());
    assert_eq!(again(&[]), ((0, true), true), "nothing changed");
    assert_eq!(again(&["--xml"]), ((0, false), false), "other options");
    assert_eq!(again(&["--xml"]), ((0, true), true));

    let keyed = fs::read_to_string(&keys).unwrap();
    fs::write(path("call.noisekeys.txt"), format!("{keyed}# a comment\n")).unwrap();
    assert_eq!(again(&["--xml"]), ((0, false), false), "another key log");
    fs::write(path("call.pcap.notes.ndjson"), "{\"call\":\"C\",\"note\":\"seen\"}\n").unwrap();
    assert_eq!(again(&["--xml"]), ((0, false), false), "another note");
    assert_eq!(again(&["--xml"]), ((0, true), true));
    let whole = fs::read(&capture).unwrap();
    fs::write(path("call.pcap"), &whole[..whole.len() - 7]).unwrap();
    assert_eq!(again(&["--xml"]), ((1, false), false), "another capture, cut short");
    assert_eq!(again(&["--xml"]), ((1, true), true), "the exit code stays what it was");

    fs::write(&table, "mine").unwrap();
    assert_eq!(run(&["--xml"]), (3, false), "somebody changed it");
    assert_eq!(fs::read(&table).unwrap(), b"mine");
    assert_eq!(run(&["--xml", "--force"]), (1, false));
    assert!(fs::metadata(&table).unwrap().len() > 10_000);

    fs::write(path(".t.parquet.ringtrace.json"), "{").unwrap();
    assert_eq!(run(&["--xml"]), (3, false), "nothing is known of it");
    let standard = export(folder.path(), &["-", "-o", "u.csv", "--skip-unchanged"]);
    assert_eq!(code(&standard), 2, "{}", said(&standard));
    assert_eq!(code(&export(folder.path(), &["call.pcap", "--skip-unchanged"])), 2);
    assert_eq!(code(&export(folder.path(), &["call.pcap", "-o", "/dev/null", "--skip-unchanged"])), 2);
}
