//! WebSocket bytes, by the `tungstenite` crate with chosen masks.

use data_encoding::BASE64;
use ringtrace::origin::Direction;
use tungstenite::Bytes;
use tungstenite::handshake::client::{Request, generate_request};
use tungstenite::handshake::server::{create_response, write_response};
use tungstenite::protocol::frame::coding::OpCode;
use tungstenite::protocol::frame::{Frame, FrameHeader};

use super::made_up;

/// The upgrade request and the response to it.
pub(crate) fn upgrade(connection: &str) -> (Vec<u8>, Vec<u8>) {
    let request = Request::builder()
        .uri("/ws/chat")
        .header("Host", "web.example.test")
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", BASE64.encode(&made_up::bytes(&format!("{connection}: websocket key"), 16)))
        .header("Origin", "http://web.example.test")
        .body(())
        .unwrap();
    let mut response = Vec::new();
    write_response(&mut response, &create_response(&request).unwrap()).unwrap();
    (generate_request(request).unwrap().0, response)
}

/// One frame. What the client sends is masked, with a mask that follows from `label`.
pub(crate) fn frame(direction: Direction, opcode: OpCode, data: &[u8], label: &str) -> Vec<u8> {
    let mask = (direction == Direction::Outbound).then(|| made_up::array(&format!("{label}: mask")));
    let header = FrameHeader { opcode, mask, ..FrameHeader::default() };
    let mut bytes = Vec::new();
    Frame::from_payload(header, Bytes::copy_from_slice(data)).format(&mut bytes).unwrap();
    bytes
}
