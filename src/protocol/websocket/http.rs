//! The heads of an HTTP/1.1 upgrade to a websocket (RFC 6455 section 4, RFC 7692 section 7).

use httparse::{EMPTY_HEADER, Header, Status};
use memchr::memmem;

/// Headers of a head that are read at most.
const HEADERS_MAX: usize = 128;

/// The parameters of permessage-deflate that the server agreed to (RFC 7692 section 7.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deflate {
    /// The server compresses each message by itself.
    pub server_no_context_takeover: bool,
    /// The client compresses each message by itself.
    pub client_no_context_takeover: bool,
    /// The server's window, as a logarithm to the base 2, if agreed on: 8 to 15.
    pub server_max_window_bits: Option<u8>,
    /// The client's window, as a logarithm to the base 2, if agreed on: 8 to 15.
    pub client_max_window_bits: Option<u8>,
}

/// How long the body after a head is, in bytes, if that can be told from the head alone.
pub(super) type Body = Option<u64>;

/// A GET request.
#[derive(Debug)]
pub(super) enum Request {
    /// One for a websocket.
    Upgrade(Upgrading),
    /// Another, with this body.
    Ordinary(Body),
}

/// A request for a websocket.
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
    /// The connection is a websocket from here on.
    Switched(Switched),
    /// Another, with this status and body.
    Ordinary(u16, Body),
}

/// A response that switches to a websocket.
#[derive(Clone, Debug)]
pub(super) struct Switched {
    /// `Sec-WebSocket-Accept`.
    pub(super) accept: Option<Box<str>>,
    pub(super) extensions: Extensions,
}

/// What `Sec-WebSocket-Extensions` of a response says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    pub(super) deflate: Option<Deflate>,
    /// An extension or a parameter that is not known here.
    pub(super) unknown: Option<Box<str>>,
}

/// Where the head at the start of `bytes` ends. `scanned` bytes were looked at before.
pub(super) fn end_of_head(bytes: &[u8], scanned: usize) -> Option<usize> {
    const END: &[u8] = b"\r\n\r\n";
    let from = scanned.saturating_sub(END.len() - 1);
    memmem::find(bytes.get(from..)?, END).map(|at| from + at + END.len())
}

/// Reads a whole request head; `None` if it is none, or not of a GET.
pub(super) fn request(head: &[u8]) -> Option<Request> {
    let mut headers = [EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let Ok(Status::Complete(_)) = request.parse(head) else { return None };
    if request.method != Some("GET") {
        return None;
    }
    if !has_token(request.headers, "Upgrade", "websocket") {
        // Without a length a request has no body.
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

/// Reads a whole response head; `None` if it is none.
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

/// Whether `accept` answers `key` (RFC 6455 section 4.2.2).
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
        // No parameter known here needs quoting, so none holds a comma.
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

/// Sets one parameter; false if it is not known or its value is not allowed.
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

/// A header's value, without what is no ASCII or UTF-8.
fn text<'b>(header: &Header<'b>) -> &'b str {
    str::from_utf8(header.value).unwrap_or_default().trim()
}

fn value(headers: &[Header<'_>], name: &str) -> Option<Box<str>> {
    named(headers, name).next().map(|header| text(header).into())
}

fn has_token(headers: &[Header<'_>], name: &str, token: &str) -> bool {
    named(headers, name).any(|header| text(header).split(',').any(|item| item.trim().eq_ignore_ascii_case(token)))
}

/// The length of a body by its headers, `without` one by that.
fn body(headers: &[Header<'_>], without: Body) -> Body {
    if named(headers, "Transfer-Encoding").next().is_some() {
        return None;
    }
    named(headers, "Content-Length").next().map_or(without, |header| text(header).parse().ok())
}
