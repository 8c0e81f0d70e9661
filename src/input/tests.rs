use std::cell::Cell;
use std::io;
use std::ops::ControlFlow;
use std::rc::Rc;

use proptest::prelude::*;

use super::fixture::{Classic, Kept, Ng, Order, Pieces, read_all, try_read};
use super::*;
use crate::anomaly::Anomaly;
use crate::origin::{Direction, Located};

fn classic() -> Vec<u8> {
    Classic::new(Order::Little, 0xa1b2_c3d4, 1).record(5, 1, b"one").record(6, 2, b"two").record(7, 3, b"three").bytes
}

fn ng() -> Vec<u8> {
    let section = Ng::new(Order::Little).interface(1, 0, &[]).enhanced(0, 1, b"one").enhanced(0, 2, b"two");
    section.block(0x77, b"skipped").enhanced(0, 3, b"three").bytes
}

#[test]
fn the_format_is_recognised_from_the_content() {
    let (summary, kept) = read_all(&classic());
    assert_eq!(summary, Summary { format: "pcap", container: None, records: 3, bytes: classic().len() as u64 });
    assert_eq!(kept.records.len(), 3);
    let (summary, kept) = read_all(&ng());
    assert_eq!(summary, Summary { format: "pcapng", container: None, records: 3, bytes: ng().len() as u64 });
    assert_eq!(kept.records.len(), 3);
}

#[test]
fn what_cannot_be_read_is_said() {
    let message = |input: &[u8], format| try_read(input, format).0.unwrap_err().to_string();
    assert_eq!(message(b"", None), "the input is empty");
    assert_eq!(message(b"", Some("pcap")), "the input is empty");
    let unknown = message(b"hello", None);
    assert!(unknown.starts_with("unrecognised input: it looks like text, "), "{unknown}");
    assert!(!unknown.contains("tshark"), "{unknown}");
    assert_eq!(message(b"hello", Some("baileys")), "no line of the input is in baileys format");
    assert_eq!(message(&classic(), Some("pcapng")), "the input is not in pcapng format");
    assert_eq!(message(&ng(), Some("pcap")), "the input is not in pcap format");
    assert_eq!(message(b"he", Some("pcapng")), "the input is not in pcapng format");
    assert_eq!(message(&ng(), Some("erf")), format!("unknown input format `erf` (expected one of: {})", names()));
    assert_eq!(try_read(&classic(), Some("pcap")).0.unwrap().records, 3);
    assert_eq!(message(b"hello", Some("xml")), "no line of the input is in text format", "its name before");
}

#[test]
fn a_format_that_is_named_is_read_alike_however_few_bytes_come_at_a_time() {
    let hex = b"====== xml send ======\nFollow: tcp,hex\nFilter: tcp.stream eq 0\n00000000  47 45 54 20\n";
    let yaml = b"peers:\n  - peer: 0\n    host: recv xml\n    port: 1\nFollow: tcp,hex\npackets:\n  - packet: 4\n    data: !!binary |\n      R0VU\n";
    for input in [&hex[..], yaml] {
        let read = |reader: &mut dyn Read| {
            let mut kept = Kept::default();
            let summary = read(CaptureId(0), reader, Some("tshark-follow"), &mut kept).map(|summary| summary.records);
            (summary.map_err(|error| error.to_string()), format!("{:?}", kept.anomalies()))
        };
        let whole = read(&mut &input[..]);
        assert!(whole.0.is_ok(), "{whole:?}");
        assert_eq!(read(&mut Pieces { rest: input, lengths: vec![1].into_iter().cycle(), interrupt: false }), whole);
    }
}

#[test]
fn the_sink_can_have_enough() {
    for input in [classic(), ng()] {
        let mut kept = Kept { enough: 2, ..Kept::default() };
        let summary = read(CaptureId(3), &mut &input[..], None, &mut kept).unwrap();
        assert_eq!((summary.records, kept.records.len()), (2, 2));
        assert!(summary.bytes < input.len() as u64);
        assert_eq!(kept.anomalies(), []);
    }
}

#[test]
fn a_failing_reader_ends_the_reading_after_what_it_gave() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is on fire"))
        }
    }
    let large = Classic::new(Order::Little, 0xa1b2_c3d4, 1).record(5, 1, &[7; 5_000]).record(6, 1, b"lost").bytes;
    let mut kept = Kept::default();
    let error = read(CaptureId(3), &mut large[..5_050].chain(Failing), None, &mut kept).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the input: the disk is on fire");
    assert_eq!(kept.records.len(), 1);
}

#[test]
fn format_names_are_told_apart() {
    let mut names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FORMATS.len());
}

#[test]
fn the_diagnoses_are_told_apart() {
    let mut ids: Vec<_> = DIAGNOSES.iter().map(|diagnosis| diagnosis.id).collect();
    assert!(ids.iter().all(|id| id.starts_with("input/")));
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn in_whatever_pieces_the_input_comes(lengths in prop::collection::vec(1_usize..40, 1..20), cut in 1_usize..100) {
        for input in [classic(), ng()] {
            let input = &input[..input.len() - cut.min(input.len() - 30)];
            let (expected, whole) = read_all(input);
            let mut pieces = Pieces { rest: input, lengths: lengths.clone().into_iter().cycle(), interrupt: false };
            let mut kept = Kept::default();
            let summary = read(CaptureId(3), &mut pieces, None, &mut kept).unwrap();
            prop_assert_eq!(summary, expected);
            prop_assert_eq!(kept.records, whole.records);
            prop_assert_eq!(kept.anomalies, whole.anomalies);
        }
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in std::iter::once(None).chain(FORMATS.iter().map(|format| Some(format.name))) {
            let (result, kept) = try_read(&bytes, format);
            prop_assert!(result.is_err() || !kept.anomalies.is_empty());
        }
    }
}

#[test]
fn the_sample_of_every_client_is_read_as_its_log() {
    for client in clients::CLIENTS {
        let mut nodes = Nodes::default();
        let summary = read(CaptureId(3), &mut client.sample.as_bytes(), None, &mut nodes).unwrap();
        let format = FORMATS.iter().find(|format| format.name == summary.format).unwrap();
        assert_eq!(format.client.map(|client| client.sample), Some(client.sample));
        assert_eq!(nodes.found, [("call".to_owned(), Some(Direction::Inbound))], "{}", client.sample);
        assert_eq!(nodes.anomalies, [""; 0], "{}", client.sample);
    }
}

/// An input that comes a line at a time.
struct Lines<'l> {
    rest: std::slice::Iter<'l, &'l [u8]>,
    line: &'l [u8],
    served: Rc<Cell<usize>>,
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.line.is_empty()
            && let Some(line) = self.rest.next()
        {
            self.line = line;
            self.served.set(self.served.get() + 1);
        }
        self.line.read(buffer)
    }
}

/// Notes how many lines had come when the first stanza or event was passed on.
struct First {
    served: Rc<Cell<usize>>,
    after: Option<usize>,
}

impl Sink for First {
    fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
        if matches!(entry.item, Entry::Node(_) | Entry::Event(_)) {
            self.after.get_or_insert(self.served.get());
        }
        ControlFlow::Continue(())
    }

    fn anomaly(&mut self, _: Anomaly) {}
}

#[test]
fn a_log_that_is_piped_in_is_read_as_it_comes() {
    const WEBHOOK: &str = r#"{"event":"call.received","payload":{"id":"AAAA0000000000000000000000001238","from":"1@c.us","timestamp":1789398142},"engine":"NOWEB"}"#;
    const PASTED: &str =
        "<call from='1:2@lid' id='7' t='1789398142'><offer call-id='00AA' call-creator='1:2@lid'/></call>";
    for sample in clients::CLIENTS.iter().map(|client| client.sample).chain([WEBHOOK, PASTED]) {
        let line = format!("{sample}\n");
        let lines = vec![line.as_bytes(); 600];
        let served = Rc::new(Cell::new(0));
        let mut first = First { served: Rc::clone(&served), after: None };
        let mut input = Lines { rest: lines.iter(), line: &[], served: Rc::clone(&served) };
        read(CaptureId(3), &mut input, None, &mut first).unwrap();
        assert_eq!(served.get(), 600, "{sample}");
        assert!(first.after.is_some_and(|after| after <= 2), "{:?}: {sample}", first.after);
    }
}

/// Keeps the tags and directions of nodes, and the anomalies other than inferred dates.
#[derive(Default)]
struct Nodes {
    found: Vec<(String, Option<Direction>)>,
    anomalies: Vec<&'static str>,
}

impl Sink for Nodes {
    fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
        if let Entry::Node(node) = entry.item {
            self.found.push((node.tag().to_owned(), entry.origin.direction));
        }
        ControlFlow::Continue(())
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        if anomaly.diagnosis.id != "input/dates-inferred" {
            self.anomalies.push(anomaly.diagnosis.id);
        }
    }
}
