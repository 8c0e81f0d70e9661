//! Writers of the formats, as the tools write them.

use data_encoding::{BASE64, HEXLOWER};
use ringtrace::origin::Direction;
use ringtrace::protocol::websocket::Opcode;
use serde_json::{Value, json};

use super::reading::Seen;

/// Writes messages, sorted by connection.
type Write = fn(&[Seen]) -> Vec<u8>;

/// The formats, each by the name under which it is recognised.
pub(super) const WRITERS: &[(&str, Write)] = &[
    ("har", har),
    ("devtools", devtools_lines),
    ("devtools", devtools_array),
    ("mitmproxy", mitmproxy),
    ("mitmproxy", mitmproxy_before_7),
    ("tshark-json", tshark_json),
    ("tshark-ek", tshark_ek),
    ("tshark-fields", tshark_fields),
    ("tshark-follow", tshark_follow),
];

const HOST: &str = "web.whatsapp.com";

/// When the clock of the browser's events began.
const CLOCK_START: f64 = 1_700_000_000.5;

fn seconds(seen: &Seen) -> f64 {
    seen.time.unwrap().0 as f64 / 1e9
}

/// Seconds with nine decimals.
fn decimal(seen: &Seen) -> String {
    let time = seen.time.unwrap().0;
    format!("{}.{:09}", time / 1_000_000_000, time % 1_000_000_000)
}

fn is_outbound(seen: &Seen) -> bool {
    seen.direction == Direction::Outbound
}

fn opcode(seen: &Seen) -> u8 {
    if seen.opcode == Opcode::Text { 1 } else { 2 }
}

fn data(seen: &Seen) -> String {
    match seen.opcode {
        Opcode::Text => String::from_utf8(seen.data.clone()).unwrap(),
        Opcode::Binary => BASE64.encode(&seen.data),
    }
}

fn by_connection(messages: &[Seen]) -> impl Iterator<Item = &[Seen]> {
    messages.chunk_by(|one, next| one.connection == next.connection)
}

fn har(messages: &[Seen]) -> Vec<u8> {
    let entries = by_connection(messages).map(|messages| {
        let messages = messages.iter().map(|seen| {
            let kind = if is_outbound(seen) { "send" } else { "receive" };
            json!({"type": kind, "time": seconds(seen), "opcode": opcode(seen), "data": data(seen)})
        });
        json!({
            "_resourceType": "websocket",
            "_webSocketMessages": messages.collect::<Vec<_>>(),
            "request": {"method": "GET", "url": format!("wss://{HOST}/ws/chat")},
            "response": {"status": 101},
        })
    });
    let page = json!({"request": {"url": "https://example.test/"}, "response": {"status": 200, "content": {
        "text": "{\"_webSocketMessages\":[{\"type\":\"send\"}]}"
    }}});
    let entries: Vec<_> = std::iter::once(page).chain(entries).collect();
    serde_json::to_vec_pretty(&json!({"log": {"version": "1.2", "entries": entries}})).unwrap()
}

fn events(messages: &[Seen]) -> Vec<Value> {
    let event = |name: &str, params: Value| json!({"method": format!("Network.webSocket{name}"), "params": params});
    let of_connection = |messages: &[Seen]| {
        let id = format!("77.{}", messages[0].connection);
        let clock = seconds(&messages[0]) - CLOCK_START;
        let mut events = vec![
            event("Created", json!({"requestId": id, "url": format!("wss://{HOST}/ws/chat")})),
            event(
                "WillSendHandshakeRequest",
                json!({"requestId": id, "timestamp": clock - 1.0, "wallTime": CLOCK_START + clock - 1.0}),
            ),
            json!({"method": "Network.dataReceived", "params": {"requestId": "9", "timestamp": clock}}),
        ];
        events.extend(messages.iter().map(|seen| {
            let name = if is_outbound(seen) { "FrameSent" } else { "FrameReceived" };
            let response = json!({"opcode": opcode(seen), "mask": is_outbound(seen), "payloadData": data(seen)});
            event(name, json!({"requestId": id, "timestamp": seconds(seen) - CLOCK_START, "response": response}))
        }));
        events.push(event("Closed", json!({"requestId": id, "timestamp": clock + 1e4})));
        events
    };
    by_connection(messages).flat_map(of_connection).collect()
}

fn devtools_lines(messages: &[Seen]) -> Vec<u8> {
    let lines = events(messages).into_iter().map(|event| format!("2026-05-14T15:02:22Z pw:protocol RECV {event}\r\n"));
    lines.collect::<String>().into_bytes()
}

fn devtools_array(messages: &[Seen]) -> Vec<u8> {
    serde_json::to_vec_pretty(&events(messages)).unwrap()
}

fn net(content: impl AsRef<[u8]>, tag: char) -> Vec<u8> {
    let content = content.as_ref();
    [format!("{}:", content.len()).as_bytes(), content, &[tag as u8]].concat()
}

fn dictionary(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let members: Vec<u8> = members.iter().flat_map(|(name, value)| [net(name, ';'), value.clone()].concat()).collect();
    net(members, '}')
}

fn flow_messages(messages: &[Seen], flags: usize) -> Vec<u8> {
    let messages = messages.iter().map(|seen| {
        let content = if seen.opcode == Opcode::Text && flags == 1 { ';' } else { ',' };
        let mut fields = net(opcode(seen).to_string(), '#');
        fields.extend(net(is_outbound(seen).to_string(), '!'));
        fields.extend(net(&seen.data, content));
        fields.extend(net(decimal(seen), '^'));
        fields.extend(net("false", '!').repeat(flags));
        net(fields, ']')
    });
    net(messages.collect::<Vec<_>>().concat(), ']')
}

/// HTTP flows with websockets in them, and a TCP flow.
fn mitmproxy(messages: &[Seen]) -> Vec<u8> {
    let tcp = [net("true", '!'), net("hello", ','), net("1.5", '^')].concat();
    let tcp =
        dictionary(&[("messages", net(net(tcp, ']'), ']')), ("type", net("tcp", ';')), ("version", net("21", '#'))]);
    let flows = by_connection(messages).map(|messages| {
        dictionary(&[
            ("websocket", dictionary(&[("messages", flow_messages(messages, 2)), ("close_code", net("1000", '#'))])),
            ("response", dictionary(&[("content", net(vec![b'x'; 5000], ','))])),
            ("request", dictionary(&[("port", net("443", '#')), ("host", net(HOST, ';')), ("content", net("", ','))])),
            ("error", net("", '~')),
            ("client_conn", dictionary(&[("peername", net([net("::1", ';'), net("50000", '#')].concat(), ']'))])),
            ("type", net("http", ';')),
            ("version", net("21", '#')),
        ])
    });
    [tcp, flows.collect::<Vec<_>>().concat()].concat()
}

/// Flows of their own, each after the HTTP flow of its upgrade.
fn mitmproxy_before_7(messages: &[Seen]) -> Vec<u8> {
    let flows = by_connection(messages).map(|messages| {
        let upgrade = dictionary(&[("request", dictionary(&[("host", net(HOST, ','))])), ("version", net("7", '#'))]);
        let server = net([net(HOST, ','), net("443", '#')].concat(), ']');
        let websocket = dictionary(&[
            ("type", net("websocket", ';')),
            ("version", net("7", '#')),
            ("server_conn", dictionary(&[("address", server)])),
            ("messages", flow_messages(messages, 1)),
        ]);
        [upgrade, websocket].concat()
    });
    flows.collect::<Vec<_>>().concat()
}

/// The fields of a packet with this message: those of the frame, by layer, then those of the bytes.
fn layers(number: usize, seen: &Seen) -> String {
    let flag = u8::from(is_outbound(seen));
    let (source, destination) = if is_outbound(seen) { (50000, 443) } else { (443, 50000) };
    let bytes: Vec<_> = seen.data.iter().map(|byte| format!("{byte:02x}")).collect();
    let (text, bytes) = match seen.opcode {
        Opcode::Text => (json!({"websocket.payload.text": data(seen)}), String::new()),
        Opcode::Binary => (json!(""), format!(r#","data":{{"data.data":"{}"}}"#, bytes.join(":"))),
    };
    format!(
        r#"{{"frame":{{"frame.time_epoch":"{}","frame.number":"{number}"}},"ip":{{"ip.src":"::1","ip.dst":"::1"}},
        "tcp":{{"tcp.stream":"{}","tcp.srcport":"{source}","tcp.dstport":"{destination}","tcp.flags_tree":{{"x":null}}}},
        "websocket":{{"websocket.fin":"1","websocket.opcode":"9","websocket.mask":"{flag}","websocket.payload":""}},
        "websocket":{{"websocket.fin":"1","websocket.opcode":"{}","websocket.mask":"{flag}",
        "websocket.payload":{text}}}{bytes}}}"#,
        decimal(seen),
        seen.connection,
        opcode(seen)
    )
}

fn tshark_json(messages: &[Seen]) -> Vec<u8> {
    let packets = messages.iter().enumerate().map(|(index, seen)| {
        format!("  {{\n\"_index\": \"packets\",\n\"_source\": {{\n\"layers\": {}}}\n}}", layers(index + 1, seen))
    });
    format!("[\n{}\n]\n", packets.collect::<Vec<_>>().join(",\n")).into_bytes()
}

fn tshark_ek(messages: &[Seen]) -> Vec<u8> {
    let packets = messages.iter().enumerate().map(|(index, seen)| {
        let (layers, milliseconds) = (layers(index + 1, seen).replace('\n', ""), seen.time.unwrap().0 / 1_000_000);
        let layers = ["frame", "ip", "tcp", "websocket", "data"].iter().fold(layers, |layers, layer| {
            layers.replace(&format!("\"{layer}."), &format!("\"{layer}_{layer}_"))
        });
        let layers = layers.replace("payload.text", "payload_text");
        format!("{{\"index\":{{\"_index\":\"packets-2026-05-14\"}}}}\n{{\"timestamp\":\"{milliseconds}\",\"layers\":{layers}}}\n")
    });
    packets.collect::<String>().into_bytes()
}

fn tshark_fields(messages: &[Seen]) -> Vec<u8> {
    let mut text = "frame.number\tframe.time_epoch\ttcp.stream\twebsocket.mask\twebsocket.opcode\tdata.data\twebsocket.payload.text\n"
        .to_owned();
    for (index, seen) in messages.iter().enumerate() {
        let flag = u8::from(is_outbound(seen));
        let (bytes, words) = match seen.opcode {
            Opcode::Text => (String::new(), data(seen)),
            Opcode::Binary => (HEXLOWER.encode(&seen.data), String::new()),
        };
        let (time, stream) = (decimal(seen), seen.connection);
        let number = index + 1;
        text += &format!("{number}\t{time}\t{stream}\t{flag},{flag}\t9,{}\t{bytes}\t{words}\n", opcode(seen));
    }
    text.into_bytes()
}

fn tshark_follow(messages: &[Seen]) -> Vec<u8> {
    let mut text = String::new();
    for messages in by_connection(messages) {
        text +=
            "peers:\n  - peer: 0\n    host: 127.0.0.1\n    port: 50000\n  - peer: 1\n    host: ::1\n    port: 443\n";
        text += "packets:\n";
        let mut packet = |number: usize, peer: usize, time: &str, bytes: &[u8]| {
            text += &format!("  - packet: {number}\n    peer: {peer}\n    timestamp: {time}\n    data: !!binary |\n");
            for line in bytes.chunks(57) {
                text += &format!("      {}\n", BASE64.encode(line));
            }
        };
        let upgrade = format!(
            "GET /ws/chat HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        );
        let switch = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        packet(4, 0, &decimal(&messages[0]), upgrade.as_bytes());
        packet(5, 1, &decimal(&messages[0]), switch.as_bytes());
        for (index, seen) in messages.iter().enumerate() {
            let (peer, mask) = if is_outbound(seen) { (0, 0x80) } else { (1, 0) };
            let length = u16::try_from(seen.data.len()).unwrap();
            let mut frame = vec![0x80 | opcode(seen)];
            if length < 126 {
                frame.push(mask | length as u8);
            } else {
                frame.push(mask | 126);
                frame.extend(length.to_be_bytes());
            }
            frame.extend([0; 4].iter().take(if is_outbound(seen) { 4 } else { 0 }));
            frame.extend(&seen.data);
            packet(index + 6, peer, &decimal(seen), &frame);
        }
    }
    text.into_bytes()
}
