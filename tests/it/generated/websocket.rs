//! WebSocket bytes, by the `tungstenite` crate with chosen masks, and permessage-deflate by `flate2`.

use data_encoding::BASE64;
use flate2::{Compress, Compression, FlushCompress};
use ringtrace::origin::Direction;
use tungstenite::Bytes;
use tungstenite::handshake::client::{Request, generate_request};
use tungstenite::handshake::server::{create_response, write_response};
use tungstenite::http::HeaderValue;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};
use tungstenite::protocol::frame::{Frame, FrameHeader};

use super::made_up;

pub(crate) const BINARY: OpCode = OpCode::Data(Data::Binary);
pub(crate) const CONTINUE: OpCode = OpCode::Data(Data::Continue);
pub(crate) const PING: OpCode = OpCode::Control(Control::Ping);
pub(crate) const PONG: OpCode = OpCode::Control(Control::Pong);
pub(crate) const CLOSE: OpCode = OpCode::Control(Control::Close);

/// The upgrade request and the response to it, which agree on permessage-deflate if `deflate`.
pub(crate) fn upgrade(connection: &str, deflate: bool) -> (Vec<u8>, Vec<u8>) {
    let mut request = Request::builder()
        .uri("/ws/chat")
        .header("Host", "web.example.test")
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", BASE64.encode(&made_up::bytes(&format!("{connection}: websocket key"), 16)))
        .header("Origin", "http://web.example.test")
        .body(())
        .unwrap();
    let mut response = create_response(&request).unwrap();
    if deflate {
        let offer = HeaderValue::from_static("permessage-deflate; client_max_window_bits");
        request.headers_mut().insert(EXTENSIONS, offer);
        response.headers_mut().insert(EXTENSIONS, HeaderValue::from_static("permessage-deflate"));
    }
    let mut written = Vec::new();
    write_response(&mut written, &response).unwrap();
    (generate_request(request).unwrap().0, written)
}

const EXTENSIONS: &str = "Sec-WebSocket-Extensions";

/// The header of an unfragmented frame.
pub(crate) fn header(opcode: OpCode) -> FrameHeader {
    FrameHeader { opcode, ..FrameHeader::default() }
}

/// One frame. What the client sends is masked, with a mask that follows from `label`.
pub(crate) fn frame(direction: Direction, header: FrameHeader, data: &[u8], label: &str) -> Vec<u8> {
    let mask = (direction == Direction::Outbound).then(|| made_up::array(&format!("{label}: mask")));
    let mut bytes = Vec::new();
    Frame::from_payload(FrameHeader { mask, ..header }, Bytes::copy_from_slice(data)).format(&mut bytes).unwrap();
    bytes
}

/// The compressing end of permessage-deflate (RFC 7692), whose window goes on from message to message.
pub(crate) struct Deflate(Compress);

impl Deflate {
    pub(crate) fn new() -> Self {
        Self(Compress::new(Compression::best(), false))
    }

    pub(crate) fn message(&mut self, payload: &[u8]) -> Vec<u8> {
        let mut deflated = Vec::with_capacity(payload.len() + 64);
        self.0.compress_vec(payload, &mut deflated, FlushCompress::Sync).unwrap();
        assert!(deflated.ends_with(&EMPTY_BLOCK) && deflated.len() < deflated.capacity());
        deflated.truncate(deflated.len() - EMPTY_BLOCK.len());
        deflated
    }
}

/// What a flush ends in, and permessage-deflate leaves out.
const EMPTY_BLOCK: [u8; 4] = [0, 0, 0xff, 0xff];
