//! Messages that a recording tool took out of their websockets: what several formats share.

use data_encoding::BASE64;

use crate::protocol::websocket::{Message, Opcode};

/// A message as browsers write it: bytes in base64, text as it is. `None` if it is neither.
pub(super) fn decode<'b>(
    opcode: i64,
    data: &'b [u8],
    buffer: &'b mut Vec<u8>,
) -> Result<Option<Message<'b>>, &'static str> {
    const NOT_BASE64: &str = "its bytes are not base64";
    match opcode {
        1 => Ok(Some(Message { opcode: Opcode::Text, data })),
        2 => {
            let room = BASE64.decode_len(data.len()).map_err(|_| NOT_BASE64)?;
            if buffer.len() < room {
                buffer.resize(room, 0);
            }
            let room = buffer.get_mut(..room).unwrap_or_default();
            let length = BASE64.decode_mut(data, room).map_err(|_| NOT_BASE64)?;
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
