//! What real clients sent and decrypted, recorded beside what they themselves said it was.

use std::path::PathBuf;

use data_encoding::{BASE64, HEXLOWER};
use ringtrace::protocol::binary::{Content, Dictionary, Element, decode, tag_of};
use serde_json::Value;

use crate::shared::shared;

/// The truth files of all recordings.
fn truth_files() -> Vec<PathBuf> {
    let captures = shared("captures");
    let mut files: Vec<PathBuf> = [captures.clone(), captures.join("vantages")]
        .iter()
        .flat_map(|folder| folder.read_dir().unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().is_some_and(|path| path.ends_with(".truth.jsonl")))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Describes the first difference.
fn difference(ours: Element<'_>, truth: &Value) -> Option<String> {
    if truth["tag"] != *ours.tag() {
        return Some(format!("tag {} for {}", ours.tag(), truth["tag"]));
    }
    let attributes = truth["attrs"].as_object().unwrap();
    if attributes.len() != ours.attributes().len() {
        return Some(format!("{} attributes of {} for {}", ours.attributes().len(), ours.tag(), attributes.len()));
    }
    for (name, value) in attributes {
        if ours.text(name).as_deref() != value.as_str() {
            return Some(format!("{name}={:?} of {} for {value}", ours.text(name), ours.tag()));
        }
    }
    match (ours.content(), &truth["content"]) {
        (Content::None, Value::Null) => None,
        (Content::Nodes(ours), Value::Null) if ours.is_empty() => None,
        (Content::Nodes(ours), Value::Array(truth)) if ours.len() == truth.len() => {
            ours.zip(truth).find_map(|(ours, truth)| difference(ours, truth))
        }
        (Content::Bytes(bytes), Value::Object(truth))
            if truth["b64"].as_str() == Some(BASE64.encode(bytes).as_str()) =>
        {
            None
        }
        (Content::Value(value), Value::Object(truth))
            if truth["b64"].as_str() == Some(BASE64.encode(value.to_text().as_bytes()).as_str()) =>
        {
            None
        }
        (Content::Value(value), Value::String(truth)) if value.to_text() == *truth => None,
        (content, truth) => Some(format!("content {content:?} of {} for {truth}", ours.tag())),
    }
}

#[test_with::path(../shared)]
#[test]
fn every_recorded_stanza_reads_as_its_client_read_it() {
    for file in truth_files() {
        let lines = std::fs::read_to_string(&file).unwrap();
        for (number, line) in lines.lines().enumerate() {
            let place = || format!("{}:{}", file.display(), number + 1);
            let truth: Value = serde_json::from_str(line).unwrap();
            let plain = HEXLOWER.decode(truth["plain_hex"].as_str().unwrap().as_bytes()).unwrap();
            let decoded = decode(&plain);
            assert_eq!((decoded.stop, decoded.trailing, decoded.unknown_domain), (None, 0, None), "{}", place());
            let node = decoded.node.unwrap();
            let expected = truth.get("node_wire").unwrap_or(&truth["node"]);
            assert_eq!(difference(node.root(), expected), None, "{}", place());
            assert_eq!(tag_of(&plain, Dictionary::current()).as_deref(), truth["tag"].as_str(), "{}", place());
            assert_eq!(node.root().span().end as usize, plain.len() - 1, "{}", place());
        }
    }
}
