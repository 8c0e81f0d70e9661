//! `tests/fixtures/logs/<client>/`: one call declined by its callee, as the log of each client shows it. The caller's
//! log and the callee's log are of two different calls. A log of every kind holds the same stanzas.

use std::fmt::Write as _;

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use jiff::Timestamp;
use ringtrace::origin::Direction;
use serde_json::{Value, json};
use wacore_binary::Node;
use wacore_binary::node::NodeContent;

use super::people::{ALDER, CEDAR};
use super::script::{Answers, Said, Script};
use super::stanzas::{self, Call};

/// 2026-05-02 10:15:00 UTC.
const EPOCH: u64 = 1_777_716_900;

/// The samples: their paths below `tests/fixtures/logs`, and their contents.
pub(super) fn make() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (side, stanzas) in [("caller", caller()), ("callee", callee())] {
        for (client, ending, write) in WRITERS {
            files.push((format!("{client}/declined-{side}.{ending}"), write(&stanzas)));
        }
    }
    files.push(("corpus/declined.yaml".to_owned(), corpus(&callee())));
    files
}

type Write = fn(&[Said]) -> String;

const WRITERS: &[(&str, &str, Write)] = &[
    ("baileys", "jsonl", baileys),
    ("baileys", "plain.jsonl", baileys_plain),
    ("baileys", "pretty.txt", |stanzas| pretty(stanzas, "")),
    ("baileys", "color.txt", |stanzas| pretty(stanzas, "\u{1b}[36m")),
    ("whatsmeow", "log", whatsmeow),
    ("whatsmeow", "zerolog.jsonl", zerolog),
    ("whatsapp-rust", "demo.log", demo),
    ("whatsapp-rust", "env_logger.log", env_logger),
    ("whatsapp-rust", "voip-cli.log", voip_cli),
    ("web-hook", "jsonl", web_hook),
    ("web-diagnostic", "jsonl", web_diagnostic),
    ("zapo", "pino.jsonl", zapo),
    ("zapo", "console.txt", zapo_console),
    ("xml", "xml", plain_xml),
];

/// The recorded client calls, a linked device of the callee declines, and the other devices stop ringing.
fn caller() -> Vec<Said> {
    let call = Call::to("client log, outgoing, declined", &CEDAR);
    let mut script = Script::new("client log of a caller", EPOCH, Answers::WithAcks);
    let linked = CEDAR.devices[1];
    script.offer(1_147, &call);
    script.send(1_734, &call, CEDAR.lid, stanzas::relaylatency(&call, 0));
    script.receive(1_938, &call, linked, stanzas::preaccept(&call));
    script.receive(2_057, &call, linked, stanzas::relaylatency(&call, 1));
    script.receive(4_176, &call, linked, stanzas::reject(&call));
    script.send(4_288, &call, CEDAR.lid, stanzas::terminate_everywhere(&call, "rejected_elsewhere"));
    script.in_order()
}

/// The recorded client rings and declines.
fn callee() -> Vec<Said> {
    let call = Call::from("client log, incoming, declined", &ALDER);
    let mut script = Script::new("client log of a callee", EPOCH, Answers::WithAcks);
    let creator = ALDER.devices[0];
    script.receive(1_545, &call, creator, stanzas::offer_received(&call));
    script.receive(1_791, &call, creator, stanzas::relaylatency(&call, 0));
    script.send(1_878, &call, creator, stanzas::preaccept(&call));
    script.send(2_004, &call, creator, stanzas::relaylatency(&call, 1));
    script.send(5_021, &call, creator, stanzas::reject(&call));
    script.in_order()
}

fn is_outbound(said: &Said) -> bool {
    said.direction == Direction::Outbound
}

/// The time in milliseconds since the Unix epoch.
fn milliseconds(said: &Said) -> i64 {
    (EPOCH * 1000 + said.at) as i64
}

/// The time as RFC 3339 writes it, with that many decimals.
fn rfc3339(said: &Said, decimals: usize) -> String {
    let time = Timestamp::from_millisecond(milliseconds(said)).unwrap();
    format!("{time:.decimals$}")
}

/// The time of day, `HH:MM:SS.mmm`.
fn clock(said: &Said) -> String {
    rfc3339(said, 3)[11..23].to_owned()
}

fn attributes(node: &Node) -> Vec<(String, String)> {
    node.attrs.iter().map(|(name, value)| (name.to_string(), value.as_str().into_owned())).collect()
}

fn attribute(node: &Node, name: &str) -> Value {
    attributes(node).into_iter().find(|(known, _)| known == name).map_or(Value::Null, |(_, value)| value.into())
}

/// What is in a node.
enum Inside<'n> {
    Nothing,
    Nodes(&'n [Node]),
    Bytes(&'n [u8]),
}

fn inside(node: &Node) -> Inside<'_> {
    match &node.content {
        None => Inside::Nothing,
        Some(NodeContent::Nodes(nodes)) => Inside::Nodes(nodes),
        Some(NodeContent::Bytes(bytes)) => Inside::Bytes(bytes),
        Some(NodeContent::String(_)) => unreachable!("the generator writes bytes"),
    }
}

/// The content as text, if it is printable.
fn printable(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty() && !text.contains(char::is_control))
}

fn opening(node: &Node, quote: char, is_sorted: bool) -> String {
    let mut attributes = attributes(node);
    if is_sorted {
        attributes.sort();
    }
    let attributes = attributes.iter().fold(String::new(), |mut text, (name, value)| {
        write!(text, " {name}={quote}{value}{quote}").unwrap();
        text
    });
    format!("<{}{attributes}", node.tag)
}

/// On one line; `bytes` writes content.
fn one_line(node: &Node, is_sorted: bool, bytes: fn(&[u8]) -> String) -> String {
    let opening = opening(node, '"', is_sorted);
    match inside(node) {
        Inside::Nothing => format!("{opening}/>"),
        Inside::Nodes(nodes) => {
            let children: String = nodes.iter().map(|node| one_line(node, is_sorted, bytes)).collect();
            format!("{opening}>{children}</{}>", node.tag)
        }
        Inside::Bytes(content) => format!("{opening}>{}</{}>", bytes(content), node.tag),
    }
}

/// Baileys' own rendering: two tabs per level, content in hex on a line of its own.
fn baileys_xml(node: &Node, depth: usize) -> String {
    let tabs = |count| "\t".repeat(count);
    let mut opening = opening(node, '\'', false);
    if attributes(node).is_empty() {
        opening.push(' ');
    }
    match inside(node) {
        Inside::Nothing => format!("{opening}/>"),
        Inside::Nodes(nodes) => {
            let children = nodes.iter().map(|node| tabs(depth + 2) + &baileys_xml(node, depth + 2));
            let children = children.collect::<Vec<_>>().join("\n");
            format!("{opening}>\n{children}\n{}</{}>", tabs(depth), node.tag)
        }
        Inside::Bytes(bytes) => {
            format!("{opening}>\n{}{}\n{}</{}>", tabs(depth + 1), HEXLOWER.encode(bytes), tabs(depth), node.tag)
        }
    }
}

fn baileys_message(said: &Said) -> &'static str {
    if is_outbound(said) { "xml send" } else { "recv xml" }
}

/// The client's event for an offer that arrives.
fn event(said: &Said) -> Option<Value> {
    let Inside::Nodes([offer, ..]) = inside(&said.stanza) else { return None };
    (offer.tag == "offer" && !is_outbound(said)).then(|| {
        json!({
            "chatId": ALDER.lid, "from": attribute(&said.stanza, "from"), "id": attribute(offer, "call-id"),
            "date": rfc3339(said, 3), "offline": false, "status": "offer", "isVideo": false, "isGroup": false,
        })
    })
}

/// Lines of Baileys' default logger, which also writes down each ack before it is sent.
fn baileys(stanzas: &[Said]) -> String {
    let mut text = String::new();
    for said in stanzas {
        let head = format!(
            r#""time":"{}","pid":4242,"hostname":"host","class":"baileys""#,
            Timestamp::from_millisecond(milliseconds(said)).unwrap().strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
        );
        if is_outbound(said) && said.stanza.tag == "ack" && attribute(&said.stanza, "class") == "call" {
            let to = attribute(&said.stanza, "to");
            let id = attribute(&said.stanza, "id");
            let received = json!({"tag": "call", "attrs": {"from": to, "id": id}});
            let sent = json!({"id": id, "to": to, "class": "call"});
            writeln!(text, r#"{{"level":20,{head},"recv":{received},"sent":{sent},"msg":"sent ack"}}"#).unwrap();
        }
        let xml = Value::from(baileys_xml(&said.stanza, 0));
        writeln!(text, r#"{{"level":10,{head},"xml":{xml},"msg":"{}"}}"#, baileys_message(said)).unwrap();
        if let Some(event) = event(said) {
            writeln!(text, r#"{{"level":20,{head},"0":{event},"msg":"call event fired"}}"#).unwrap();
        }
    }
    text
}

/// Lines of a plain pino.
fn baileys_plain(stanzas: &[Said]) -> String {
    let mut text = String::new();
    for said in stanzas {
        let head = format!(r#""time":{},"pid":4242,"hostname":"host""#, milliseconds(said));
        let xml = Value::from(baileys_xml(&said.stanza, 0));
        writeln!(text, r#"{{"level":10,{head},"xml":{xml},"msg":"{}"}}"#, baileys_message(said)).unwrap();
        if let Some(event) = event(said) {
            writeln!(text, r#"{{"level":20,{head},"0":{event},"msg":"call event fired"}}"#).unwrap();
        }
    }
    text
}

/// What pino-pretty makes of Baileys' lines, with or without colour.
fn pretty(stanzas: &[Said], color: &str) -> String {
    let paint =
        |color: &str, text: &str| if color.is_empty() { text.to_owned() } else { format!("{color}{text}\u{1b}[39m") };
    let member = |name: &str| if color.is_empty() { name.to_owned() } else { format!("\u{1b}[35m{name}\u{1b}[39m") };
    let mut text = String::new();
    for said in stanzas {
        let level = if color.is_empty() { "TRACE".to_owned() } else { paint("\u{1b}[90m", "TRACE") };
        writeln!(text, "[{}] {level} (4242): {}", clock(said), paint(color, baileys_message(said))).unwrap();
        writeln!(text, "    {}: \"baileys\"", member("class")).unwrap();
        writeln!(text, "    {}: {}", member("xml"), Value::from(baileys_xml(&said.stanza, 0))).unwrap();
        if let Some(event) = event(said) {
            let level = if color.is_empty() { "DEBUG".to_owned() } else { paint("\u{1b}[34m", "DEBUG") };
            writeln!(text, "[{}] {level} (4242): {}", clock(said), paint(color, "call event fired")).unwrap();
            let event = serde_json::to_string_pretty(&event).unwrap().replace('\n', "\n    ");
            writeln!(text, "    {}: {event}\n    {}: \"baileys\"", member("0"), member("class")).unwrap();
        }
    }
    text
}

/// As whatsmeow prints bytes: text if it is printable, else hex, or only their number if they are many.
fn whatsmeow_bytes(bytes: &[u8]) -> String {
    match printable(bytes) {
        Some(text) => text.to_owned(),
        None if bytes.len() > 128 => format!("<!-- {} bytes -->", bytes.len()),
        None => HEXLOWER.encode(bytes),
    }
}

fn sublogger(said: &Said) -> &'static str {
    if is_outbound(said) { "Send" } else { "Recv" }
}

fn whatsmeow(stanzas: &[Said]) -> String {
    let line = |said: &Said| {
        let xml = one_line(&said.stanza, true, whatsmeow_bytes);
        format!("{} [Client/{} DEBUG] {xml}\n", clock(said), sublogger(said))
    };
    stanzas.iter().map(line).collect()
}

fn zerolog(stanzas: &[Said]) -> String {
    let line = |said: &Said| {
        let (time, xml) = (rfc3339(said, 3), Value::from(one_line(&said.stanza, true, whatsmeow_bytes)));
        let head = r#"{"level":"debug","component":"whatsmeow","sublogger""#;
        format!("{head}:\"{}\",\"time\":\"{time}\",\"message\":{xml}}}\n", sublogger(said))
    };
    stanzas.iter().map(line).collect()
}

/// As whatsapp-rust prints a stanza: sent ones with their attributes sorted, bytes that are not text by their number.
fn rust_xml(said: &Said) -> String {
    one_line(&said.stanza, is_outbound(said), |bytes| match printable(bytes) {
        Some(text) => text.to_owned(),
        None => format!("<!-- {} bytes -->", bytes.len()),
    })
}

fn demo(stanzas: &[Said]) -> String {
    let line =
        |said: &Said| format!("{} [DEBUG] [Client/{}] - {}\n", &clock(said)[..8], sublogger(said), rust_xml(said));
    stanzas.iter().map(line).collect()
}

fn env_logger(stanzas: &[Said]) -> String {
    let line = |said: &Said| {
        let second = &rfc3339(said, 3)[..19];
        format!("[{second}Z DEBUG Client/{}] {}\n", sublogger(said), rust_xml(said))
    };
    stanzas.iter().map(line).collect()
}

fn voip_cli(stanzas: &[Said]) -> String {
    let line = |said: &Said| format!("{} pid=4242 [DEBUG] {}\n", &clock(said)[3..], rust_xml(said));
    stanzas.iter().map(line).collect()
}

/// Four spaces per level, content in base64.
fn zapo_xml(node: &Node, depth: usize) -> String {
    let opening = format!("{}{}", "    ".repeat(depth), opening(node, '\'', false));
    match inside(node) {
        Inside::Nothing => format!("{opening}/>"),
        Inside::Nodes(nodes) => {
            let children: String = nodes.iter().map(|node| zapo_xml(node, depth + 1) + "\n").collect();
            format!("{opening}>\n{children}{}</{}>", "    ".repeat(depth), node.tag)
        }
        Inside::Bytes(bytes) => format!("{opening}>{}</{}>", BASE64.encode(bytes), node.tag),
    }
}

fn zapo_message(said: &Said) -> &'static str {
    if is_outbound(said) { "node transport send node" } else { "node transport node in" }
}

fn zapo(stanzas: &[Said]) -> String {
    let line = |said: &Said| {
        let node = &said.stanza;
        let kind = match attribute(node, "type") {
            Value::String(kind) => format!(r#","type":"{kind}""#),
            _ => String::new(),
        };
        format!(
            "{{\"level\":10,\"time\":{},\"pid\":4242,\"hostname\":\"host\",\"tag\":\"{}\",\"id\":{}{kind},\"xml\":{},\"msg\":\"{}\"}}\n",
            milliseconds(said),
            node.tag,
            attribute(node, "id"),
            Value::from(zapo_xml(node, 0)),
            zapo_message(said)
        )
    };
    stanzas.iter().map(line).collect()
}

/// What `console.log` prints: an object in Node's notation, its text broken at each line.
fn zapo_console(stanzas: &[Said]) -> String {
    let quoted = |text: &str| match (text.contains('\''), text.contains('"')) {
        (false, _) => format!("'{}'", text.replace('\n', "\\n")),
        (true, _) => format!("\"{}\"", text.replace('"', "\\\"").replace('\n', "\\n")),
    };
    let mut text = String::new();
    for said in stanzas {
        let node = &said.stanza;
        writeln!(text, "{} {{\n  tag: '{}',", zapo_message(said), node.tag).unwrap();
        writeln!(text, "  id: '{}',", attribute(node, "id").as_str().unwrap()).unwrap();
        if let Value::String(kind) = attribute(node, "type") {
            writeln!(text, "  type: '{kind}',").unwrap();
        }
        let xml = zapo_xml(node, 0);
        let lines: Vec<_> = xml.split_inclusive('\n').map(quoted).collect();
        writeln!(text, "  xml: {}\n}}", lines.join(" +\n    ")).unwrap();
    }
    text
}

/// As the hook in the page writes a stanza: upper-case hex and quoted text, followed by blank lines.
fn hook_xml(node: &Node, depth: usize) -> String {
    let indent = |depth: usize| "    ".repeat(depth);
    let opening = format!("{}{}", indent(depth), opening(node, '"', false));
    match inside(node) {
        Inside::Nothing => format!("{opening} />"),
        Inside::Nodes(nodes) => {
            let children: String = nodes.iter().map(|node| hook_xml(node, depth + 1) + "\n").collect();
            format!("{opening}>\n{children}{}</{}>", indent(depth), node.tag)
        }
        Inside::Bytes(bytes) => {
            let blank = (0..=depth).map(indent).collect::<Vec<_>>().join("\n");
            match printable(bytes) {
                Some(text) => format!("{opening}>\"{text}\"\n{blank}</{}>", node.tag),
                None if bytes.len() <= 64 => format!("{opening}>{}\n{blank}</{}>", HEXUPPER.encode(bytes), node.tag),
                None => {
                    let comment = format!("{}<!-- {} bytes -->", indent(depth + 1), bytes.len());
                    format!("{opening}>\n{comment}\n{}</{}>", indent(depth), node.tag)
                }
            }
        }
    }
}

fn plain_xml(stanzas: &[Said]) -> String {
    stanzas.iter().map(|said| hook_xml(&said.stanza, 0) + "\n").collect()
}

/// An attribute's value in the page: an address is an object.
fn hook_value(value: &str) -> Value {
    let Some((user, server)) = value.split_once('@') else { return value.into() };
    match user.split_once(':') {
        Some((user, device)) => {
            let device: u16 = device.parse().unwrap();
            json!({"$1": {"type": 1, "user": user, "device": device, "domainType": i32::from(server == "lid")}})
        }
        None => json!({"$1": {"type": 0, "user": user, "server": server}}),
    }
}

fn object(node: &Node, value: fn(&str) -> Value, bytes: fn(&[u8]) -> Value) -> Value {
    let content = match inside(node) {
        Inside::Nothing => Value::Null,
        Inside::Nodes(nodes) => nodes.iter().map(|node| object(node, value, bytes)).collect(),
        Inside::Bytes(content) => bytes(content),
    };
    let attributes: serde_json::Map<_, _> =
        attributes(node).into_iter().map(|(name, text)| (name, value(&text))).collect();
    json!({"tag": node.tag, "attrs": attributes, "content": content})
}

fn way(said: &Said) -> &'static str {
    if is_outbound(said) { "out" } else { "in" }
}

/// The stanzas as they pass through the page: the ack of an offer goes on to the engine, and a
/// reject comes out of it as a terminate.
fn with_hops(stanzas: &[Said]) -> Vec<(Said, bool)> {
    let copy = |said: &Said, direction, stanza| Said { at: said.at + 2, direction, stanza, call: said.call };
    let mut all = Vec::new();
    for said in stanzas {
        let stanza = said.stanza.clone();
        all.push((Said { at: said.at, direction: said.direction, stanza, call: said.call }, false));
        if is_outbound(said) {
            continue;
        }
        match inside(&said.stanza) {
            _ if said.stanza.tag == "ack" && attribute(&said.stanza, "type") == "offer" => {
                all.push((copy(said, Direction::Outbound, said.stanza.clone()), true));
            }
            Inside::Nodes([action, ..]) if action.tag == "reject" => {
                let mut terminate = action.clone();
                terminate.tag = "terminate".into();
                all.push((copy(said, Direction::Inbound, terminate), true));
            }
            _ => {}
        }
    }
    all
}

fn web_hook(stanzas: &[Said]) -> String {
    let bytes = |bytes: &[u8]| {
        let (hex, base64) = (HEXLOWER.encode(bytes), BASE64.encode(bytes));
        json!({"kind": "binary", "byteLength": bytes.len(), "hexPreview": hex, "base64": base64})
    };
    let line = |(index, (said, _)): (usize, (Said, bool))| {
        let node = &said.stanza;
        let full = object(node, hook_value, bytes);
        let summary = match inside(node) {
            Inside::Nodes(nodes) => format!("{} child node(s)", nodes.len()),
            _ => "no content".to_owned(),
        };
        let event = json!({
            "index": index + 3, "direction": way(&said), "ts": rfc3339(&said, 3), "tag": node.tag,
            "id": attribute(node, "id"), "from": attribute(node, "from"), "to": attribute(node, "to"),
            "attrs": full["attrs"], "summary": summary, "xml": hook_xml(node, 0), "node": full,
        });
        json!({"schema": "v1", "sessionId": "personal", "topic": "call/1to1/declined", "event": event}).to_string()
            + "\n"
    };
    with_hops(stanzas).into_iter().enumerate().map(line).collect()
}

fn web_diagnostic(stanzas: &[Said]) -> String {
    let bytes = |bytes: &[u8]| {
        let (hex, base64) = (HEXLOWER.encode(bytes), BASE64.encode(bytes));
        json!({"$binary": {"byteLength": bytes.len(), "hex": hex, "base64": base64}})
    };
    let line = |(said, is_internal): (Said, bool)| {
        let node = &said.stanza;
        let action = match inside(node) {
            Inside::Nodes([action, ..]) => action,
            _ => node,
        };
        let (stage, flow) = match (is_outbound(&said), is_internal) {
            (true, false) => ("encode", "network_out"),
            (true, true) => ("encode", "stack_in"),
            (false, false) => ("decode", "network_in"),
            (false, true) => ("decode", "stack_out"),
        };
        let record = json!({
            "schema": "wa-voip-diag/v2", "ts": milliseconds(&said), "isoTime": rfc3339(&said, 3), "source": "wawap",
            "event": "signaling", "stage": stage, "flow": flow, "direction": way(&said), "stanzaTag": node.tag,
            "stanzaId": attribute(node, "id"), "from": attribute(node, "from"), "to": attribute(node, "to"),
            "callId": attribute(action, "call-id"), "callCreator": attribute(action, "call-creator"),
            "signals": [action.tag], "relays": [], "node": object(node, |text| text.into(), bytes),
            "rawXml": diagnostic_xml(node, 0), "tabId": 7,
        });
        record.to_string() + "\n"
    };
    with_hops(stanzas).into_iter().map(line).collect()
}

/// Two spaces per level, all content in hex.
fn diagnostic_xml(node: &Node, depth: usize) -> String {
    let opening = format!("{}{}", "  ".repeat(depth), opening(node, '"', false));
    match inside(node) {
        Inside::Nothing => format!("{opening} />"),
        Inside::Nodes(nodes) => {
            let children: String = nodes.iter().map(|node| diagnostic_xml(node, depth + 1) + "\n").collect();
            format!("{opening}>\n{children}{}</{}>", "  ".repeat(depth), node.tag)
        }
        Inside::Bytes(bytes) => format!("{opening}>{}</{}>", HEXLOWER.encode(bytes), node.tag),
    }
}

/// An entry of the spec's corpus: the reject of a log.
fn corpus(stanzas: &[Said]) -> String {
    let is_reject =
        |said: &&Said| matches!(inside(&said.stanza), Inside::Nodes([action, ..]) if action.tag == "reject");
    let reject = stanzas.iter().find(is_reject).unwrap();
    let body = diagnostic_xml(&reject.stanza, 0).replace('\n', "\n    ");
    format!(
        "id: declined\ntitle: A linked device declines a call\nsource:\n  technique: websocket-capture\n  date: 2026-05-02\n\
         stanza_tag: call\ndirection: outgoing\nconfidence: speculative\nraw:\n  format: xml\n  body: |\n    {body}\n\
         sanitized: true\n"
    )
}
