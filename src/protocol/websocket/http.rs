//! HTTP/1.1 as far as an upgrade to a WebSocket needs it (RFC 6455 section 4, RFC 7692 section 7): the first bytes of a
//! direction, and the heads of requests and responses.

use httparse::{EMPTY_HEADER, Header, Status};
use memchr::memmem;

/// The most headers that are read of a head.
const HEADERS_MAX: usize = 128;

/// The negotiated parameters of permessage-deflate (RFC 7692 section 7.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deflate {
    /// Whether the server compresses each message independently.
    pub server_no_context_takeover: bool,
    /// Whether the client compresses each message independently.
    pub client_no_context_takeover: bool,
    /// The base-2 logarithm of the server's window size, 8 to 15, if negotiated.
    pub server_max_window_bits: Option<u8>,
    /// The base-2 logarithm of the client's window size, 8 to 15, if negotiated.
    pub client_max_window_bits: Option<u8>,
}

/// What the first bytes of a direction are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Too few bytes to decide.
    TooShort,
    /// A GET request.
    Request,
    /// An HTTP/1 response.
    Response,
    /// HTTP/2 with prior knowledge (RFC 9113 section 3.4).
    Http2,
    /// A protocol that is certainly not a WebSocket.
    Foreign,
    /// Anything else, which may be frames.
    Other,
}

/// The first bytes of protocols that often share a capture with WebSockets. A TLS record begins with its type and version
/// 3.0 to 3.4 (RFC 8446 section 5.1).
const OPENINGS: &[(&[u8], Opening)] = &[
    (b"GET ", Opening::Request),
    (b"HTTP/1.", Opening::Response),
    (b"PRI * HTTP/2.0", Opening::Http2),
    (b"\x14\x03", Opening::Foreign),
    (b"\x15\x03", Opening::Foreign),
    (b"\x16\x03", Opening::Foreign),
    (b"\x17\x03", Opening::Foreign),
    (b"SSH-", Opening::Foreign),
    (b"POST ", Opening::Foreign),
    (b"PUT ", Opening::Foreign),
    (b"HEAD ", Opening::Foreign),
    (b"OPTIONS ", Opening::Foreign),
    (b"DELETE ", Opening::Foreign),
    (b"PATCH ", Opening::Foreign),
    (b"CONNECT ", Opening::Foreign),
    (b"TRACE ", Opening::Foreign),
];

/// Classifies the first bytes of a direction.
pub(super) fn opening(bytes: &[u8]) -> Opening {
    let mut unfinished = false;
    for &(start, opening) in OPENINGS {
        if bytes.starts_with(start) {
            return opening;
        }
        unfinished |= start.starts_with(bytes);
    }
    if unfinished { Opening::TooShort } else { Opening::Other }
}

/// The length of a body in bytes, if its head alone determines it.
pub(super) type Body = Option<u64>;

/// A GET request.
#[derive(Debug)]
pub(super) enum Request {
    /// A request for a WebSocket.
    Upgrade(Upgrading),
    /// Any other request, with this body.
    Ordinary(Body),
}

/// A request for a WebSocket.
#[derive(Clone, Debug)]
pub(super) struct Upgrading {
    pub(super) host: Option<Box<str>>,
    pub(super) path: Option<Box<str>>,
    /// `Sec-WebSocket-Key`.
    pub(super) key: Option<Box<str>>,
    pub(super) offers_deflate: bool,
}

/// A response.
#[derive(Debug)]
pub(super) enum Response {
    /// The connection is a WebSocket from here on.
    Switched(Switched),
    /// Any other response, with this status and body.
    Ordinary(u16, Body),
}

/// A response that switches to a WebSocket.
#[derive(Clone, Debug)]
pub(super) struct Switched {
    /// `Sec-WebSocket-Accept`.
    pub(super) accept: Option<Box<str>>,
    pub(super) extensions: Extensions,
}

/// The `Sec-WebSocket-Extensions` of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    pub(super) deflate: Option<Deflate>,
    /// An unsupported extension or parameter.
    pub(super) unknown: Option<Box<str>>,
}

/// Returns where the head at the start of `bytes` ends. `scanned` bytes were searched before.
pub(super) fn end_of_head(bytes: &[u8], scanned: usize) -> Option<usize> {
    const END: &[u8] = b"\r\n\r\n";
    let from = scanned.saturating_sub(END.len() - 1);
    memmem::find(bytes.get(from..)?, END).map(|at| from + at + END.len())
}

/// Reads a complete request head. Returns `None` if it is not one, or not a GET.
pub(super) fn request(head: &[u8]) -> Option<Request> {
    let mut headers = [EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let Ok(Status::Complete(_)) = request.parse(head) else { return None };
    if request.method != Some("GET") {
        return None;
    }
    if !has_token(request.headers, "Upgrade", "websocket") {
        // A request without a length has no body.
        return Some(Request::Ordinary(body(request.headers, Some(0))));
    }
    let offers = |header: &Header<'_>| text(header).to_ascii_lowercase().contains(DEFLATE);
    Some(Request::Upgrade(Upgrading {
        host: value(request.headers, "Host"),
        path: request.path.map(Into::into),
        key: value(request.headers, "Sec-WebSocket-Key"),
        offers_deflate: named(request.headers, EXTENSIONS).any(offers),
    }))
}

/// Reads a complete response head. Returns `None` if it is not one.
pub(super) fn response(head: &[u8]) -> Option<Response> {
    let mut headers = [EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let Ok(Status::Complete(_)) = response.parse(head) else { return None };
    let status = response.code?;
    if status == 101 && has_token(response.headers, "Upgrade", "websocket") {
        return Some(Response::Switched(Switched {
            accept: value(response.headers, "Sec-WebSocket-Accept"),
            extensions: extensions(response.headers),
        }));
    }
    let bodiless = matches!(status, 100..=199 | 204 | 304);
    let body = if bodiless { Some(0) } else { body(response.headers, None) };
    Some(Response::Ordinary(status, body))
}

/// Returns whether `accept` matches `key` (RFC 6455 section 4.2.2).
pub(super) fn accepts(accept: &str, key: &str) -> bool {
    const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    let mut hash = ring::digest::Context::new(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);
    hash.update(key.as_bytes());
    hash.update(GUID);
    data_encoding::BASE64.encode(hash.finish().as_ref()) == accept
}

const EXTENSIONS: &str = "Sec-WebSocket-Extensions";

const DEFLATE: &str = "permessage-deflate";

fn extensions(headers: &[Header<'_>]) -> Extensions {
    let mut extensions = Extensions::default();
    for header in named(headers, EXTENSIONS) {
        // No supported parameter needs quoting, so none contains a comma.
        for extension in text(header).split(',').map(str::trim).filter(|extension| !extension.is_empty()) {
            let mut parts = extension.split(';').map(str::trim);
            let known = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(DEFLATE));
            let deflate = if known { extensions.deflate.get_or_insert_default() } else { &mut Deflate::default() };
            if !known || !parts.all(|parameter| set(deflate, parameter)) {
                extensions.unknown.get_or_insert_with(|| extension.into());
            }
        }
    }
    extensions
}

/// Sets one parameter. Returns `false` if it is unsupported or its value is invalid.
fn set(deflate: &mut Deflate, parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').map_or((parameter, None), |(name, value)| (name, Some(value)));
    let value = value.map(|value| value.trim().trim_matches('"'));
    let bits = value.and_then(|value| value.parse().ok()).filter(|bits| (8..=15).contains(bits));
    match name.trim().to_ascii_lowercase().as_str() {
        "server_no_context_takeover" => deflate.server_no_context_takeover = true,
        "client_no_context_takeover" => deflate.client_no_context_takeover = true,
        "server_max_window_bits" => {
            deflate.server_max_window_bits = bits;
            return bits.is_some();
        }
        "client_max_window_bits" => {
            deflate.client_max_window_bits = bits;
            return bits.is_some();
        }
        _ => return false,
    }
    value.is_none()
}

fn named<'h, 'b>(headers: &'h [Header<'b>], name: &str) -> impl Iterator<Item = &'h Header<'b>> {
    headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name))
}

/// Returns a header's value, or nothing if it is not UTF-8.
fn text<'b>(header: &Header<'b>) -> &'b str {
    str::from_utf8(header.value).unwrap_or_default().trim()
}

fn value(headers: &[Header<'_>], name: &str) -> Option<Box<str>> {
    named(headers, name).next().map(|header| text(header).into())
}

fn has_token(headers: &[Header<'_>], name: &str, token: &str) -> bool {
    named(headers, name).any(|header| text(header).split(',').any(|item| item.trim().eq_ignore_ascii_case(token)))
}

/// Returns the length of a body as declared by its headers, or `without` if they declare none.
fn body(headers: &[Header<'_>], without: Body) -> Body {
    if named(headers, "Transfer-Encoding").next().is_some() {
        return None;
    }
    named(headers, "Content-Length").next().map_or(without, |header| text(header).parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opening_is_recognised_once_it_is_complete() {
        for &(start, expected) in OPENINGS {
            for end in 0..start.len() {
                assert_eq!(opening(&start[..end]), Opening::TooShort);
            }
            assert_eq!(opening(start), expected);
        }
        assert_eq!(opening(b"GOT"), Opening::Other);
        assert_eq!(opening(&[0x82, 0x05]), Opening::Other);
    }
}
