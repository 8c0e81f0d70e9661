//! Stanzas in whatever people's programs and loggers put around them: one declined call, in many forms of text.

use std::fmt::Write as _;

use ringtrace::call::Outcome;
use ringtrace::origin::{Direction, Resolution};
use ringtrace::protocol::binary::Element;
use ringtrace::protocol::xml::{self, Dialect};
use ringtrace::spec::Verdict;
use serde_json::{Value, json};
use wacore_binary::marshal::marshal;
use wacore_binary::node::{Attrs, NodeContent, NodeValue};

use super::{anomalies, load_text, timeline};

/// 2026-09-14T15:02:22Z, in milliseconds since the Unix epoch.
const THEN: i64 = 1_789_398_142_000;

/// The stanzas of the call: which way, milliseconds since [`THEN`], and the XML.
const CALL: [(Direction, i64, &str); 4] = [
    (
        Direction::Inbound,
        112,
        r#"<call from="1@lid" id="1.1" t="1789398142"><offer call-creator="1@lid" call-id="00AA"><audio enc="opus" rate="16000"/><voip_settings>{"options":{"caller_timeout":"45"}}</voip_settings></offer></call>"#,
    ),
    (Direction::Outbound, 115, r#"<ack class="call" id="1.1" to="1@lid" type="offer"/>"#),
    (
        Direction::Outbound,
        1704,
        r#"<call from="2@lid" id="2.1" to="1@lid"><reject call-creator="1@lid" call-id="00AA" count="0"/></call>"#,
    ),
    (Direction::Inbound, 1790, r#"<ack class="call" from="1@lid" id="2.1" type="reject"/>"#),
];

const TIMELINE: [&str; 4] = [
    "00AA in call offer 1.1 peer",
    "00AA out ack offer 1.1 local answers row 0",
    "00AA out call reject 2.1 local",
    "00AA in ack reject 2.1 unknown answers row 2",
];

/// A form of line: of which way, milliseconds since [`THEN`], and the XML.
type Form = fn(Direction, i64, &str) -> String;

fn quoted(xml: &str) -> String {
    serde_json::to_string(xml).unwrap()
}

/// As Go writes JSON.
fn coded(xml: &str) -> String {
    quoted(xml).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn logger(way: Direction) -> &'static str {
    if way == Direction::Inbound { "Recv" } else { "Send" }
}

/// `15:02:22.112`
fn clock(at: i64) -> String {
    format!("15:02:{:02}.{:03}", 22 + at / 1000, at % 1000)
}

/// `15:02:22`
fn seconds(at: i64) -> String {
    clock(at)[..8].to_owned()
}

fn node(xml: &str) -> Value {
    fn of(node: Element<'_>) -> Value {
        let attributes: serde_json::Map<_, _> =
            node.attributes().map(|known| (known.name.to_owned(), json!(known.value.to_text()))).collect();
        let content: Vec<_> = node.children().map(of).collect();
        json!({ "tag": node.tag(), "attrs": attributes, "content": content })
    }
    of(xml::read(xml, Dialect::UNKNOWN).node.unwrap().root())
}

/// As a decrypted frame.
fn frame(xml: &str) -> Vec<u8> {
    fn of(value: &Value) -> wacore_binary::Node {
        let mut attributes = Attrs::new();
        for (name, value) in value["attrs"].as_object().unwrap() {
            attributes.push(name.clone(), NodeValue::String(value.as_str().unwrap().into()));
        }
        let children = value["content"].as_array().unwrap().iter().map(of).collect();
        let tag = value["tag"].as_str().unwrap().to_owned();
        wacore_binary::Node::new(tag, attributes, Some(NodeContent::Nodes(children)))
    }
    marshal(&of(&node(xml))).unwrap()
}

/// As `util.inspect` of Node.js prints it.
fn inspected(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(members) => {
            out.push_str("{\n");
            for (name, value) in members {
                let name = if name.contains('-') { format!("'{name}'") } else { name.clone() };
                write!(out, "{pad}  {name}: ").unwrap();
                inspected(value, indent + 2, out);
                out.push_str(",\n");
            }
            write!(out, "{pad}}}").unwrap();
        }
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        Value::Array(items) => {
            write!(out, "[\n{pad}  ").unwrap();
            items.iter().for_each(|item| inspected(item, indent + 2, out));
            write!(out, "\n{pad}]").unwrap();
        }
        other => write!(out, "'{}'", other.as_str().unwrap()).unwrap(),
    }
}

/// As Java prints it.
fn java(value: &Value) -> String {
    let attributes = value["attrs"].as_object().unwrap();
    let attributes: Vec<_> =
        attributes.iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect();
    let content: Vec<_> = value["content"].as_array().unwrap().iter().map(java).collect();
    let (tag, attributes) = (value["tag"].as_str().unwrap(), attributes.join(", "));
    format!("Node[description={tag}, attributes={{{attributes}}}, content=[{}]]", content.join(", "))
}

/// As Go prints it with `%+v`.
fn go(value: &Value) -> String {
    let attributes = value["attrs"].as_object().unwrap();
    let attributes: Vec<_> =
        attributes.iter().map(|(name, value)| format!("{name}:{}", value.as_str().unwrap())).collect();
    let content: Vec<_> = value["content"].as_array().unwrap().iter().map(go).collect();
    format!(
        "{{Tag:{} Attrs:map[{}] Content:[{}]}}",
        value["tag"].as_str().unwrap(),
        attributes.join(" "),
        content.join(" ")
    )
}

/// Forms with times to the millisecond.
const MILLISECONDS: &[(&str, Form)] = &[
    ("slog text", |way, at, xml| {
        format!("time=2026-09-14T{}Z level=DEBUG msg={} module=Client/{}", clock(at), quoted(xml), logger(way))
    }),
    ("slog JSON", |way, at, xml| {
        format!(
            r#"{{"time":"2026-09-14T{}Z","level":"DEBUG","msg":{},"module":"Client/{}"}}"#,
            clock(at),
            quoted(xml),
            logger(way)
        )
    }),
    ("zap JSON", |_, at, xml| {
        let ts = format!("{}.{:03}", (THEN + at) / 1000, (THEN + at) % 1000);
        format!(r#"{{"level":"debug","ts":{ts},"caller":"bot/log.go:30","msg":{}}}"#, quoted(xml))
    }),
    ("zap console", |way, at, xml| {
        format!("2026-09-14T{}Z\tDEBUG\tClient.{}\tbot/send.go:30\t{xml}", clock(at), logger(way))
    }),
    ("zerolog sub", |way, at, xml| {
        format!(r#"{{"level":"debug","sub":"wa/{}","time":{},"message":{}}}"#, logger(way), THEN + at, coded(xml))
    }),
    ("keys in order, and a finer time beside", |way, at, xml| {
        let (message, logger) = (coded(xml), logger(way));
        format!(
            r#"{{"level":"debug","message":{message},"sublogger":"wa/{logger}","time":"2026-09-14T{}Z","ts_ms":{}}}"#,
            seconds(at),
            THEN + at
        )
    }),
    ("logfmt, in a field", |way, at, xml| {
        let way = if way == Direction::Inbound { "in" } else { "out" };
        format!("time=2026-09-14T{}Z level=INFO msg=stanza xml={} dir={way}", clock(at), quoted(xml))
    }),
    ("old Baileys", |_, at, xml| {
        format!(
            r#"{{"level":10,"time":{},"pid":42,"class":"baileys","msg":{}}}"#,
            THEN + at,
            quoted(&xml.replace('"', "'"))
        )
    }),
    ("console of a page", |way, at, xml| {
        let way = if way == Direction::Inbound { "decrypt" } else { "encrypt" };
        let hex = data_encoding::HEXLOWER.encode(&frame(xml));
        format!(r#"[MON] crypto.result.{way} {{"head_hex":"{}","full_hex":"{hex}","ts":{}}}"#, &hex[..20], THEN + at)
    }),
    ("webhook", |way, at, xml| {
        let event = if way == Direction::Inbound { "CB:call" } else { "sent" };
        json!({ "event": "call", "ts": THEN + at, "data": { "event": event, "packet": node(xml) } }).to_string()
    }),
    ("log4j, local time", |way, at, xml| {
        let way = if way == Direction::Inbound { "rx " } else { "tx:" };
        format!("2026-09-14 12:{},{:03} [main] Api:1780 DEBUG: {way} {xml}", &seconds(at)[3..], at % 1000)
    }),
];

/// Forms with times to the second.
const SECONDS: &[(&str, Form)] = &[
    ("logrus text", |way, at, xml| {
        format!(
            "time=\"2026-09-14T{}Z\" level=debug msg={} module={} pkg=Client",
            seconds(at),
            quoted(xml),
            logger(way)
        )
    }),
    ("logrus JSON", |way, at, xml| {
        format!(
            r#"{{"level":"debug","module":"{}","msg":{},"pkg":"Client","time":"2026-09-14T{}Z"}}"#,
            logger(way),
            coded(xml),
            seconds(at)
        )
    }),
    ("maulogger", |way, at, xml| {
        format!("[Sep 14, 2026 {}] [User/@a:example.com/Client/{}/DEBUG] {xml}", seconds(at), logger(way))
    }),
    ("charm", |way, at, xml| format!("2026/09/14 {} DEBU Client/{}: {xml}", seconds(at), logger(way))),
];

/// Forms without times.
const NONE: &[(&str, Form)] = &[
    ("gows", |way, _, xml| format!("TRACE | [default/Client/{}] {xml}", logger(way))),
    ("frida", |way, _, xml| {
        let (way, colour) = if way == Direction::Inbound { ("RECEIVED", 31) } else { ("SENT", 32) };
        format!("\u{1b}[{colour}m[{way}]\u{1b}[0m {}", xml.replace('"', "'"))
    }),
    ("arrows", |way, _, xml| format!("{} {xml}", if way == Direction::Inbound { "← RECV" } else { "→ SEND" })),
    ("angles", |way, _, xml| format!("{} {xml}", if way == Direction::Inbound { "<<" } else { ">>" })),
    ("HTML", |_, _, xml| {
        format!("<li><code>{}</code>", xml.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
    }),
    ("Markdown", |_, _, xml| format!("```xml\n{xml}\n```\n\nand then:\n")),
    ("a line for each attribute", |_, _, xml| xml.replace("\" ", "\"\n  ").replacen(' ', "\n  ", 1)),
    ("nodes", |_, _, xml| node(xml).to_string()),
    ("labelled", |way, _, xml| {
        format!("{} {}", if way == Direction::Inbound { "CB:call" } else { "sending node:" }, node(xml))
    }),
    ("pretty", |_, _, xml| serde_json::to_string_pretty(&node(xml)).unwrap()),
    ("inspect", |way, _, xml| {
        let mut text = String::new();
        inspected(&node(xml), 0, &mut text);
        format!("{} {text}", if way == Direction::Inbound { "CB:call" } else { "[SENT]" })
    }),
    ("Java", |_, _, xml| format!("when I called it there was an error: {}", java(&node(xml)))),
    ("Go", |way, _, xml| format!("{} &{}", if way == Direction::Inbound { "recv" } else { "[send]" }, go(&node(xml)))),
    ("JSON in JSON", |_, _, xml| json!({ "payload": json!({ "node": node(xml) }).to_string() }).to_string()),
    ("base64", |_, _, xml| json!({ "plain": data_encoding::BASE64.encode(&frame(xml)) }).to_string()),
];

fn text(form: Form) -> String {
    CALL.iter().map(|(way, at, xml)| form(*way, *at, xml) + "\n").collect()
}

/// The moments of the rows, in milliseconds since [`THEN`], and how finely they are written.
fn moments(text: &str) -> Vec<(Option<i64>, Resolution)> {
    let analysis = load_text(text.as_bytes());
    let rows = analysis.calls.iter().flat_map(|judged| judged.call.rows.iter());
    rows.map(|row| {
        let origin = row.observed.stanza.origin;
        (origin.time.map(|time| time.0 / 1_000_000 - THEN), origin.resolution)
    })
    .collect()
}

#[test]
fn a_call_is_the_same_in_every_form() {
    for (name, form) in [MILLISECONDS, SECONDS, NONE].concat() {
        let text = text(form);
        let analysis = load_text(text.as_bytes());
        assert_eq!(timeline(&analysis), TIMELINE, "{name}: {:?}\n{text}", anomalies(&analysis));
        assert!(!analysis.is_lossy(), "{name}: {:?}", anomalies(&analysis));
        assert_eq!(analysis.captures[0].connections.len(), 1, "{name}");
    }
}

#[test]
fn times_are_as_fine_as_they_are_written() {
    for (name, form) in MILLISECONDS {
        let expected = CALL.map(|(_, at, _)| (Some(at), Resolution::Milliseconds));
        assert_eq!(moments(&text(*form)), expected, "{name}");
    }
    for (name, form) in SECONDS {
        let expected = CALL.map(|(_, at, _)| (Some(at / 1000 * 1000), Resolution::Seconds));
        assert_eq!(moments(&text(*form)), expected, "{name}");
    }
    for (name, form) in NONE {
        let (none, stamped) = ((None, Resolution::None), (Some(0), Resolution::Seconds));
        assert_eq!(moments(&text(*form)), [stamped, none, none, none], "{name}");
    }
    let kitchen: Form = |way, at, xml| format!("3:0{}PM DBG {xml} sublogger=Client/{}", 2 + at / 60_000, logger(way));
    let minute = (Some(-22_000), Resolution::Minutes);
    let found = moments(&text(kitchen));
    assert!(found.iter().all(|(time, resolution)| *resolution == minute.1 && time.is_some()), "{found:?}");
}

#[test]
fn what_a_printer_left_out_is_said() {
    let ack = "CB:ack,class:call {\n  tag: 'ack',\n  attrs: {\n    from: '1@lid',\n    class: 'call',\n    type: 'offer',\n    id: '7'\n  },\n  \
               content: [\n    { tag: 'relay', attrs: [Object], content: [Array] }\n  ]\n}\n";
    let analysis = load_text(ack.as_bytes());
    assert!(analysis.is_lossy());
    let said = anomalies(&analysis);
    assert!(said.iter().any(|line| line.starts_with("input/printed-in-part at 12")), "{said:?}");
    let preview = "VM1:7 [RECEIVED] WapNode {tag: 'call', attrs: {…}, content: Array(1)}\n";
    let said = anomalies(&load_text(preview.as_bytes()));
    assert_eq!(said, ["input/printed-in-part at 1, 1 times: line 1"]);
}

#[test]
fn a_tool_that_says_what_it_is_tells_the_technique() {
    let banner = "    / _  |   Frida 16.5.9 - A world-class dynamic instrumentation toolkit\n";
    let analysis = load_text(format!("{banner}[SENT] {}\n", CALL[2].2).as_bytes());
    assert_eq!(analysis.captures[0].technique(), "frida-hooking");
}

#[test]
fn nodes_that_are_cut_are_said() {
    let whole =
        r#"{"tag":"call","attrs":{"from":"1@lid","id":"1.1"},"content":[{"tag":"offer","attrs":{"call-id":"00AA"}}]}"#;
    for cut in [&whole[..80], &whole[..whole.len() - 2]] {
        let said = anomalies(&load_text(format!("{cut}\nother\n{whole}\n").as_bytes()));
        assert!(said.iter().any(|line| line.starts_with("input/log-entry-unreadable at 1")), "{cut}: {said:?}");
        assert_eq!(timeline(&load_text(format!("{cut}\nother\n{whole}\n").as_bytes())).len(), 1);
    }
}

#[test]
fn what_is_made_to_harm_is_read_to_its_end() {
    for line in [
        "{\n",
        "[\n",
        "{\"tag\":\"call\",\"attrs\":{\n",
        "{tag: 'call', content: [\n",
        "Node[description=call, content=[\n",
        "{\"a\":\"<call id='1'>\n",
        "{\"a\":\"\\u003ccall id=\\\"\n",
        "&lt;call id=&quot;1&quot;\n",
        "{\"a\":\"{\\\"tag\\\":\\\"call\\\"\"}\n",
        "{\"a\":\"00f8\"}\n",
        "a: [{tag: 'call', [[[[[[[[\n",
        "{\"x\":[1,2,3,\n",
    ] {
        let count = 3_000;
        for text in [line.repeat(count), line.trim_end().repeat(count), format!("{line}{}", "text: 1,\n".repeat(count))]
        {
            assert_eq!(load_text(text.as_bytes()).captures[0].bytes, text.len() as u64, "{line:?}");
        }
    }
}

/// What programs print that print received stanzas only: an offer, and the caller's terminate 20 seconds later.
const RECEIVED: &str = "<call from='10000000000001:1@lid' id='1.1' t='1789398142'><offer call-id='00AA' \
                        call-creator='10000000000001:1@lid'/></call>\n<call from='10000000000001:1@lid' id='1.2' \
                        t='1789398162'><terminate call-id='00AA' call-creator='10000000000001:1@lid'/></call>\n";

#[test]
fn received_stanzas_alone_show_a_caller_who_gives_up_unless_something_was_sent() {
    let outcome = |text: &str| load_text(text.as_bytes()).calls[0].call.progress.outcome;
    assert_eq!(outcome(RECEIVED), Outcome::Cancelled);
    // Something was sent and is not in the text: the ack of it is.
    let acked = "<ack from='10000000000001:1@lid' id='7.1' class='call' type='accept' t='1789398150'/>\n";
    assert_eq!(outcome(&format!("{acked}{RECEIVED}")), Outcome::Unknown);
    // Who hangs up says how long the call lasted.
    assert_eq!(outcome(&RECEIVED.replace("<terminate ", "<terminate duration='14300' ")), Outcome::Unknown);
}

#[test]
fn the_error_of_an_ack_alone_is_evidence_that_there_are_such() {
    let ack =
        "<ack class='call' error='439' from='100000000000022@lid' id='28292.51896-7' t='1789398142' type='offer'/>\n";
    let analysis = load_text(ack.as_bytes());
    let findings = analysis.findings();
    let of = |id: &str| findings.iter().find(|finding| finding.question.id == id).unwrap();
    assert!(analysis.calls.is_empty());
    assert_eq!((of("ack-error").verdict, of("ack-error").pieces.len()), (Verdict::Answered, 1));
    assert!(analysis.exhibit(of("ack-error").pieces[0]).unwrap().piece.why.contains("439"));
    assert!(of("ack-sender").pieces.is_empty(), "which needs to know what it answers");
}
