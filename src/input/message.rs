//! Messages that a recording tool took out of their websockets: what several formats share.

use data_encoding::BASE64;

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};
use crate::origin::Timestamp;
use crate::protocol::websocket::{Message, Opcode};

/// What this file reports.
pub(super) const DIAGNOSES: &[&Diagnosis] = &[&UNREADABLE, &TOO_LONG, &NOT_RECORDED, &NO_WEBSOCKET, &FAILED];

/// A message is not written as its format writes messages.
pub(super) const UNREADABLE: Diagnosis = Diagnosis {
    id: "input/message-unreadable",
    layer: Layer::Input,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "a message cannot be read as the capture has it",
    next: "If the file was edited or converted, export it again from the tool that recorded it.",
};

/// A message is longer than any of WhatsApp's.
pub(super) const TOO_LONG: Diagnosis = Diagnosis {
    id: "input/message-too-long",
    layer: Layer::Input,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "an entry of more than 32 MiB was not read",
    next: "",
};

/// There is a websocket, and its messages are absent.
pub(super) const NOT_RECORDED: Diagnosis = Diagnosis {
    id: "input/messages-not-recorded",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "the capture names a websocket without its messages",
    next: "Record in Chrome, Edge or another browser of that family: open the developer tools before the page, and \
           export the HAR with the page still open. Firefox and Safari leave messages out.",
};

/// There is nothing for this program in the capture.
pub(super) const NO_WEBSOCKET: Diagnosis = Diagnosis {
    id: "input/no-websocket",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "the capture has no websocket",
    next: "Start to record before the page is opened: most tools leave out a websocket that was opened earlier.",
};

/// A message that is no data: what browsers put in the list when a websocket fails.
pub(super) const FAILED: Diagnosis = Diagnosis {
    id: "input/websocket-failed",
    layer: Layer::Input,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "the recording tool says that the websocket failed",
    next: "",
};

/// A message as browsers write it: bytes in base64, text as it is. `None` if it is of neither kind.
pub(super) fn decode<'b>(
    opcode: i64,
    data: &'b [u8],
    buffer: &'b mut Vec<u8>,
) -> Result<Option<Message<'b>>, &'static str> {
    const NO_BASE64: &str = "its bytes are no base64";
    match opcode {
        1 => Ok(Some(Message { opcode: Opcode::Text, data })),
        2 => {
            let room = BASE64.decode_len(data.len()).map_err(|_| NO_BASE64)?;
            if buffer.len() < room {
                buffer.resize(room, 0);
            }
            let room = buffer.get_mut(..room).unwrap_or_default();
            let length = BASE64.decode_mut(data, room).map_err(|_| NO_BASE64)?;
            Ok(Some(Message { opcode: Opcode::Binary, data: room.get(..length).unwrap_or_default() }))
        }
        _ => Ok(None),
    }
}

/// Host and port of a URL of the web.
pub(super) fn server(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next().filter(|host| !host.is_empty())?;
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && !port.contains(']'));
    let port = match scheme {
        _ if has_port => return Some(host.to_owned()),
        "wss" | "https" => 443,
        "ws" | "http" => 80,
        _ => return Some(host.to_owned()),
    };
    Some(format!("{host}:{port}"))
}

/// Host and port as one, an IPv6 address in brackets.
pub(super) fn address(host: &str, port: &str) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// A moment given as a number of seconds since the Unix epoch, to the microsecond: at today's date, that is what such
/// a number distinguishes.
pub(super) fn moment(seconds: f64) -> Option<Timestamp> {
    let microseconds = (seconds * 1e6).round();
    #[expect(clippy::cast_possible_truncation, reason = "whole, and below 2^53")]
    (microseconds.abs() < 9e15).then(|| Timestamp(microseconds as i64 * 1000))
}

/// A moment given as decimal text, seconds since the Unix epoch, to the nanosecond.
pub(super) fn decimal(seconds: &str) -> Option<Timestamp> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 10 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction = fraction.get(..9).unwrap_or(fraction);
    let nanoseconds = format!("{fraction:0<9}").parse::<i64>().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?.checked_add(nanoseconds).map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_its_server() {
        for (url, expected) in [
            ("wss://web.whatsapp.com/ws/chat", Some("web.whatsapp.com:443")),
            ("ws://127.0.0.1:8080/ws?x=/", Some("127.0.0.1:8080")),
            ("https://[::1]/", Some("[::1]:443")),
            ("wss://[::1]:5222", Some("[::1]:5222")),
            ("http://user:secret@host?q", Some("host:80")),
            ("about:blank", None),
            ("wss:///", None),
        ] {
            assert_eq!(server(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn moments_are_exact_as_far_as_they_are_given() {
        assert_eq!(moment(1_778_770_942.201), Some(Timestamp(1_778_770_942_201_000_000)));
        assert_eq!(moment(1_778_770_942.000_001), Some(Timestamp(1_778_770_942_000_001_000)));
        for none in [f64::NAN, f64::INFINITY, 1e300, -1e300] {
            assert_eq!(moment(none), None);
        }
        assert_eq!(decimal("1778770942.049999001"), Some(Timestamp(1_778_770_942_049_999_001)));
        assert_eq!(decimal("1778770942.2"), Some(Timestamp(1_778_770_942_200_000_000)));
        assert_eq!(decimal("1778770942"), Some(Timestamp(1_778_770_942_000_000_000)));
        assert_eq!(decimal("0.1234567899"), Some(Timestamp(123_456_789)));
        for none in ["", ".5", "1.2.3", "-1", "1e9", "99999999999", "May 14, 2026"] {
            assert_eq!(decimal(none), None, "{none}");
        }
    }

    #[test]
    fn only_bytes_are_base64() {
        let mut buffer = Vec::new();
        let binary = Message { opcode: Opcode::Binary, data: b"hello" };
        assert_eq!(decode(2, b"aGVsbG8=", &mut buffer), Ok(Some(binary)));
        let text = Message { opcode: Opcode::Text, data: b"aGVsbG8=" };
        assert_eq!(decode(1, b"aGVsbG8=", &mut buffer), Ok(Some(text)));
        assert_eq!(decode(-1, b"aGVsbG8=", &mut buffer), Ok(None));
        for broken in ["aGVsbG8", "a", "****", "aGVsbG8=\n"] {
            assert!(decode(2, broken.as_bytes(), &mut buffer).is_err(), "{broken}");
        }
    }
}
