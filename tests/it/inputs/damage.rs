//! Captures that are cut, altered or made up to do harm.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

use ringtrace::anomaly::Anomaly;
use ringtrace::input::{self, Entry};
use ringtrace::origin::{CaptureId, Located};

use super::reading::{Seen, read, read_as, read_file};
use super::write::WRITERS;

/// Some messages, of two connections.
fn messages() -> Vec<Seen> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/answered-and-missed/answered-and-missed.pcap");
    let mut messages = read_file(&path).messages;
    messages.truncate(6);
    let first = messages[0].connection;
    messages.iter_mut().for_each(|seen| seen.connection -= first);
    messages.extend(messages.clone().into_iter().map(|seen| Seen { connection: 1, ..seen }));
    messages
}

#[test]
fn a_cut_capture_is_read_up_to_the_cut() {
    let messages = messages();
    for (format, write) in WRITERS {
        let text = write(&messages);
        let whole = read(&text).unwrap().messages;
        let step = (text.len() / 100).max(1);
        let mut last = 0;
        for cut in (step..text.len()).step_by(step) {
            let reading = read_as(&text[..cut], Some(format));
            let Ok(reading) = reading else { continue };
            let read = reading.messages;
            assert!(read.len() >= last, "{format}: fewer messages of more bytes");
            last = read.len();
            // Where nothing tells the end of a message but the line's, the last one may be short.
            let (complete, rest) = read.split_at(read.len().saturating_sub(1));
            let same = |one: &Seen, other: &Seen| (&one.data, one.direction) == (&other.data, other.direction);
            assert!(complete.iter().zip(&whole).all(|(one, other)| same(one, other)), "{format} at {cut}");
            if let [rest] = rest {
                assert!(whole[complete.len()].data.starts_with(&rest.data), "{format} at {cut}");
            }
            if matches!(*format, "har" | "tshark-json" | "tshark-ek") {
                assert!(reading.anomalies.iter().any(|id| id.starts_with("input/cut")), "{format} at {cut}");
            }
        }
        assert!(last + 1 >= whole.len(), "{format}: {last} of {}", whole.len());
    }
}

#[test]
fn altered_bytes_do_no_harm() {
    let messages = messages();
    for (format, write) in WRITERS {
        let text = write(&messages);
        for (place, value) in
            (0..text.len()).step_by(29).zip([0xff, b'"', b'{', b'0', b'\n', b':', b'\\'].iter().cycle())
        {
            let mut text = text.clone();
            text[place] = *value;
            if let Ok(reading) = read_as(&text, Some(format)) {
                assert!(reading.messages.len() <= messages.len(), "{format} at {place}");
            }
        }
    }
}

#[test]
fn what_is_made_to_harm_does_not() {
    let deep = "[".repeat(1 << 20);
    let texts = [
        format!(r#"{{"log":{{"entries":[{{"_webSocketMessages":[{deep}"#),
        format!(r#"{{"log":{{"x":{deep}"#),
        format!(r#"{{"log":{{"entries":[{{"_webSocketMessages":[{{"data":{deep}{}}}]}}]}}}}"#, "]".repeat(1 << 20)),
        format!(r#"{{"log":{{"{}":1}}}}"#, "n".repeat(1 << 20)),
        format!(r#"{{"method":"Network.webSocketFrameSent","params":{deep}"#),
        format!(r#"[{{"_index":"p","layers":{{"websocket":{deep}{}}}}}]"#, "]".repeat(1 << 20)),
        format!(r#"{{"timestamp":"1","layers":{{"websocket":{deep}"#),
        r#"{"log":{"entries":[{"_webSocketMessages":[{"type":"send","time":1e999,"opcode":2,"data":""}]}]}}"#
            .to_owned(),
        r#"{"log":{"entries":[{"_webSocketMessages":[}]}]}"#.to_owned(),
        r#"{"log":{"entries":[{"request":]}]}}"#.to_owned(),
        "999999999999:9:websocket;999999999998:8:messages;999999999997:".to_owned(),
        "30:9:websocket;999999999998:8:messages".to_owned(),
        format!("{}:9:websocket;{}", 1 << 20, "9".repeat(1 << 20)),
        format!(
            "peers:\n  - peer: 99\n    host: x\npackets:\n  - packet: 1\n    peer: 7\n    data: x\n{}",
            "A".repeat(1 << 20)
        ),
        "====\nFollow: tcp,hex\nFilter: tcp.stream eq 4294967295\n\té\n0\n00000000  zz\nFilter: tcp.stream eq x\n"
            .to_owned(),
        format!("websocket.opcode{}\n", "\twebsocket.mask".repeat(100_000)),
    ];
    for text in texts {
        let messages = read(text.as_bytes()).map_or_else(|_| Vec::new(), |reading| reading.messages);
        assert_eq!(messages, [], "{}", &text[..text.len().min(60)]);
    }
}

/// A HAR of any length, made as it is read.
struct Endless {
    text: io::Cursor<Vec<u8>>,
    messages: u32,
    largest: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.largest = self.largest.max(buffer.len());
        let read = self.text.read(buffer)?;
        if read > 0 || self.messages == 0 {
            return Ok(read);
        }
        self.messages -= 1;
        let end = if self.messages == 0 { "]}]}}" } else { "," };
        let message = format!(r#"{{"type":"send","time":1,"opcode":2,"data":"{}"}}{end}"#, "AAAA".repeat(4000));
        self.text = io::Cursor::new(message.into_bytes());
        self.text.read(buffer)
    }
}

#[test]
fn a_har_is_read_message_by_message() {
    struct Count(u64);
    impl input::Sink for Count {
        fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
            self.0 += u64::from(matches!(entry.item, Entry::Message(_)));
            ControlFlow::Continue(())
        }

        fn anomaly(&mut self, anomaly: Anomaly) {
            panic!("{anomaly:?}");
        }
    }
    let content = "x".repeat(3 << 20);
    let head = format!(r#"{{"log":{{"entries":[{{"response":{{"content":"{content}"}},"_webSocketMessages":["#);
    let mut har = Endless { text: io::Cursor::new(head.into_bytes()), messages: 2000, largest: 0 };
    let mut count = Count(0);
    let summary = input::read(CaptureId(0), &mut har, None, &mut count).unwrap();
    assert_eq!((summary.records, count.0), (2000, 2000));
    assert!(summary.bytes > 32 << 20);
    assert!(har.largest <= 4 << 20, "the buffer has grown to {}", har.largest);
}
