//! Captures of the spec's corpus, and stanzas noted down as hex or base64.

use std::path::Path;

use data_encoding::{BASE64, HEXLOWER};
use wacore_binary::builder::NodeBuilder;
use wacore_binary::marshal::marshal;

use super::{anomalies, load, load_text, sample, timeline, told};
use crate::shared::shared;
use crate::tree::Tree;

/// A document with this raw body.
fn document(id: &str, direction: &str, format: &str, body: &str) -> String {
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "id: {id}\ntitle: made for a test\nsource:\n  technique: mitm-tls\nstanza_tag: call\ndirection: {direction}\n\
         confidence: unknown\nraw:\n  format: {format}\n  body: |\n{body}sanitized: true\n"
    )
}

const XML: &str = "<call from=\"10000000000001:1@lid\" id=\"28292.1\" t=\"1778770942\">\n  <offer call-id=\"00AA\" call-creator=\"10000000000001:1@lid\">\n    <audio enc=\"opus\"/>\n  </offer>\n</call>";

/// The same stanza as a decrypted frame.
fn plaintext() -> Vec<u8> {
    let creator: wacore_binary::Jid = "10000000000001:1@lid".parse().unwrap();
    let audio = NodeBuilder::new("audio").attr("enc", "opus").build();
    let offer =
        NodeBuilder::new("offer").attr("call-id", "00AA").attr("call-creator", creator.clone()).children([audio]);
    let call = NodeBuilder::new("call").attr("from", creator).attr("id", "28292.1").attr("t", "1778770942");
    marshal(&call.children([offer.build()]).build()).unwrap()
}

const JSON: &str = r#"{"tag":"call","attrs":{"from":"10000000000001:1@lid","id":"28292.1","t":"1778770942"},
"content":[{"tag":"offer","attrs":{"call-id":"00AA","call-creator":"10000000000001:1@lid"},"content":[{"tag":"audio","attrs":{"enc":"opus"}}]}]}"#;

/// The node of the first stanza, as a text can tell it.
fn node(text: &str) -> Tree {
    told(&load_text(text.as_bytes()).calls[0].call.rows[0].observed.read().node)
}

#[test]
fn a_body_is_the_same_in_each_format() {
    let plaintext = plaintext();
    let expected = node(&document("one", "incoming", "xml", XML));
    for (format, body) in [
        ("json", JSON.to_owned()),
        ("hex", HEXLOWER.encode(&plaintext)),
        ("hex", HEXLOWER.encode(&plaintext[1..])),
        ("base64", BASE64.encode(&plaintext)),
    ] {
        let text = document("one", "incoming", format, &body);
        let analysis = load_text(text.as_bytes());
        assert!(anomalies(&analysis).is_empty(), "{format}: {:?}", anomalies(&analysis));
        assert_eq!(analysis.captures[0].format, Some("corpus"));
        assert_eq!(analysis.captures[0].technique(), "mitm-tls");
        assert_eq!(timeline(&analysis), ["00AA in call offer 28292.1 unknown"], "{format}");
        assert_eq!(node(&text), expected, "{format}");
    }
}

#[test]
fn documents_are_connections_and_directions_are_theirs() {
    let both = format!("{XML}\n<ack to=\"10000000000001:1@lid\" class=\"call\" id=\"28292.1\"/>");
    let other = "<call to=\"10000000000001:1@lid\" id=\"3.1\"><reject call-id=\"00AA\"/></call>";
    let text = format!(
        "{}---\n{}",
        document("both", "bidirectional", "xml", &both),
        document("mine", "outgoing", "xml", other)
    );
    let analysis = load_text(text.as_bytes());
    let connections: Vec<_> =
        analysis.captures[0].connections.iter().map(|connection| connection.client.as_str()).collect();
    assert_eq!(connections, ["corpus, both", "corpus, mine"]);
    assert_eq!(
        timeline(&analysis),
        [
            "00AA in call offer 28292.1 unknown",
            "00AA out ack offer 28292.1 local answers row 0",
            "00AA out call reject 3.1 local"
        ]
    );
}

#[test]
fn an_entry_of_the_corpus_is_read() {
    let rows = timeline(&load(&sample("corpus/declined.yaml")));
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert!(row.contains(" out call reject ") && row.ends_with(" local"), "{row}");
}

#[test_with::path(../shared)]
#[test]
fn examples_of_the_corpus_itself_are_read() {
    let offer = timeline(&load(&shared("wacrg/example-sanitized-offer.yaml")));
    assert_eq!(offer, ["CALLID0001 out call offer CALLID0001 local"]);
    let reject = timeline(&load(&shared("formats/wacrg/sample-decline-reject.yaml")));
    assert_eq!(reject, ["CALLID0001 in call reject 28292.51896-9 unknown"]);
}

#[test]
fn noted_frames_are_read_line_by_line() {
    let hex = HEXLOWER.encode(&plaintext());
    let wrapped: String =
        hex.as_bytes().chunks(60).map(|line| format!("{}\n", std::str::from_utf8(line).unwrap())).collect();
    for text in
        [format!("{hex}\n"), format!("# noted by hand\n\n{}", hex.to_uppercase()), BASE64.encode(&plaintext()), wrapped]
    {
        let analysis = load_text(text.as_bytes());
        assert_eq!(analysis.captures[0].format, Some("frames"), "{text}");
        assert_eq!(timeline(&analysis), ["00AA in call offer 28292.1 unknown"], "{text}");
        assert_eq!(analysis.captures[0].connections[0].frames, 1);
        assert!(!analysis.is_lossy());
    }
    let analysis = load_text(format!("{hex}\n{hex}\nnot hex\n{}\n", &hex[..hex.len() / 2]).as_bytes());
    let records: Vec<_> = analysis.calls[0].call.rows.iter().map(|row| row.observed.stanza.origin.last).collect();
    assert_eq!(records, [1, 2], "the last is cut before the offer");
    assert!(analysis.is_lossy());
    assert!(anomalies(&analysis).iter().any(|line| line.contains("line 3: it is not in the encoding of the first")));
}

#[test]
fn what_a_client_decrypted_is_read_as_frames() {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/captures/answered-and-missed/answered-and-missed.truth.jsonl");
    assert_read_as_frames(Path::new(own));
}

#[test_with::path(../shared)]
#[test]
fn what_a_real_client_decrypted_is_read_as_frames() {
    assert_read_as_frames(&shared("captures/zapo-ws-xx.truth.jsonl"));
}

fn assert_read_as_frames(truth: &Path) {
    let truth = std::fs::read_to_string(truth).unwrap();
    let plain =
        |line| serde_json::from_str::<serde_json::Value>(line).unwrap()["plain_hex"].as_str().unwrap().to_owned();
    // The two zero bytes that end a stream are not a stanza.
    let frames: Vec<String> = truth.lines().map(plain).filter(|frame| frame.len() > 4).collect();
    assert!(frames.len() > 20);
    let analysis = load_text(frames.join("\n").as_bytes());
    assert_eq!(analysis.captures[0].connections[0].frames as usize, frames.len());
    assert!(!analysis.is_lossy(), "{:?}", anomalies(&analysis));
}

#[test]
fn what_cannot_be_read_is_said_with_its_document() {
    let documents = [
        document("a", "incoming", "xml", "no stanza"),
        document("b", "incoming", "json", "[1"),
        document("c", "incoming", "hex", "zz"),
        document("d", "incoming", "pcap", "00"),
        document("e", "incoming", "xml", XML).replace("mitm-tls", "hearsay"),
        "stanza_tag: call\nsource: {technique: mitm-tls}\n".to_owned(),
        document("f", "incoming", "xml", XML).replace("28292.1", "28292.2"),
    ];
    let analysis = load_text(documents.join("---\n").as_bytes());
    assert_eq!(timeline(&analysis).len(), 2);
    let said = anomalies(&analysis);
    assert!(
        said.iter().any(|line| line.starts_with("input/corpus-unreadable at 1, 5 times: document 1: its body")),
        "{said:?}"
    );
    assert!(said.iter().any(|line| line.starts_with("input/ringtrace-name at 5")), "{said:?}");
}

#[test]
fn yaml_that_is_made_to_harm_costs_little() {
    let mut bomb = String::from("stanza_tag: call\nsource: {}\na0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [before.as_str(); 9].join(",")));
    }
    bomb.push_str("raw: {format: xml, body: x}\n");
    let nested = |open: &str, close: &str| {
        format!(
            "stanza_tag: call\nsource: {}{}\nraw: {{format: xml, body: x}}\n",
            open.repeat(10_000),
            close.repeat(10_000)
        )
    };
    let blocks: String = (0..10_000).map(|depth| format!("{}-\n", " ".repeat(depth % 2_000))).collect();
    let texts = [
        bomb,
        nested("[", "]"),
        nested("{a: ", "}"),
        format!("stanza_tag: call\nsource:\n{blocks}"),
        format!("stanza_tag: call\nsource: {{}}\nraw: {{format: xml, body: \"{}\"}}", "<a>".repeat(200_000)),
        format!("stanza_tag: call\nsource: {{}}\nraw: {{format: xml, body: \"{}\"}}", "<a b='".repeat(200_000)),
        format!("stanza_tag: call\nsource: {{}}\nraw: {{format: json, body: \"{}\"}}", "[".repeat(200_000)),
        format!("stanza_tag: call\nsource: {{}}\n{}", "---\nx: 1\n".repeat(200_000)),
        format!("stanza_tag: call\nsource: {{}}\nx: {}", "y".repeat(9 << 20)),
    ];
    for (index, text) in texts.iter().enumerate() {
        let analysis = load_text(text.as_bytes());
        assert!(analysis.is_lossy(), "{index}: {:?}", anomalies(&analysis));
    }
}
