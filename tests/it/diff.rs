//! Two calls compared: exactly what was changed is named, and nothing that differs between any two calls.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ringtrace::analysis::{Request, Source};
use ringtrace::compare::{self, Aligned, Part};
use ringtrace::protocol::binary::{Element, Node};
use ringtrace::protocol::xml::{Dialect, read, write_line};
use serde_json::json;

use crate::outcome::{code, printed, said};
use crate::tree::{Inside, Tree};

const HEADER: &str = r#"{"schema":"ringtrace/1","vantage":"a","device":["10000000000001:7@lid"],"technique":"websocket-capture","window":[[0,600000]]}"#;

const OFFER: &str = "<call to='20000000000002@lid' id='S1'><offer call-id='00AA' call-creator='10000000000001:7@lid'>\
    <privacy>0102</privacy><audio enc='opus' rate='8000'/><audio enc='opus' rate='16000'/><net medium='3'/>\
    <capability ver='1'>0105f709e4bb13</capability><destination><to jid='20000000000002@lid'><enc v='2' type='pkmsg' \
    count='0'><!-- 184 bytes --></enc></to><to jid='20000000000002:3@lid'><enc v='2' type='msg' count='0'>\
    <!-- 66 bytes --></enc></to></destination><encopt keygen='2'/><device-identity><!-- 186 bytes --></device-identity>\
    </offer></call>";

const ACCEPT: &str = "<call to='10000000000001:7@lid' id='S1'><accept call-id='00AA' call-creator='10000000000001:7@lid'>\
    <audio enc='opus' rate='16000'/><net medium='2'/><encopt keygen='2'/><metadata peer_abtest_bucket='x'/></accept></call>";

const REJECT: &str = "<call to='10000000000001:7@lid' id='S1'><reject call-id='00AA' call-creator='10000000000001:7@lid' count='0'/></call>";

const TERMINATE: &str = "<call to='20000000000002@lid' id='S1'><terminate call-id='00AA' \
    call-creator='10000000000001:7@lid' reason='timeout' duration='12'><destination><to jid='20000000000002:3@lid'/>\
    </destination></terminate></call>";

fn node(xml: &str) -> Node {
    read(xml, Dialect::RINGTRACE).node.unwrap()
}

/// The recording of a call with this stanza, after an offer if it is none.
fn recording(stanza: &Node) -> tempfile::NamedTempFile {
    let mut lines = vec![HEADER.to_owned()];
    let sent = write_line(stanza);
    let is_offer = stanza.child("offer").is_some();
    if !is_offer {
        let offer = write_line(&node(OFFER)).replace("S1", "S0");
        lines.push(json!({ "vantage": "a", "at": 500, "dir": "out", "xml": offer }).to_string());
    }
    lines.push(json!({ "vantage": "a", "at": 1000, "dir": "out", "xml": sent }).to_string());
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), lines.join("\n")).unwrap();
    file
}

fn compared(left: &Node, right: &Node) -> Vec<Aligned> {
    let load = |stanza| {
        let file = recording(stanza);
        Request::new(vec![Source::File(file.path().to_owned())]).load()
    };
    let (left, right) = (load(left), load(right));
    compare::calls(&left.calls[0].call, &right.calls[0].call)
}

/// A place in a tree: indexes of children from the root on.
type Place = Vec<usize>;

fn at<'n>(root: &'n mut Tree, place: &[usize]) -> &'n mut Tree {
    place.iter().fold(root, |tree, index| &mut tree.children()[*index])
}

/// Every element of a tree below the wrapper, with its path from the action on.
fn places(root: Element<'_>) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    let mut open: Vec<(Place, String, Element<'_>)> = vec![(Vec::new(), String::new(), root)];
    while let Some((place, path, node)) = open.pop() {
        if !place.is_empty() {
            found.push((place.clone(), path.clone()));
        }
        for (index, child) in node.children().enumerate() {
            let separator = if path.is_empty() { "" } else { "/" };
            open.push(([place.clone(), vec![index]].concat(), format!("{path}{separator}{}", child.tag()), child));
        }
    }
    found.sort();
    found
}

/// What is random by nature, or the address of somebody: changed values there are no differences.
const RANDOM: [&str; 4] = ["call-id", "call-creator", "jid", "id"];
const RANDOM_CONTENT: [&str; 3] = ["privacy", "enc", "device-identity"];

/// A stanza with one change, and the difference that must be named: kind, path, relation.
struct Mutation {
    changed: Node,
    expected: (&'static str, String, &'static str),
}

fn mutations(stanza: &Node) -> Vec<Mutation> {
    let mut all = Vec::new();
    let tree = Tree::of(stanza.root());
    let mut add = |expected, change: &dyn Fn(&mut Tree)| {
        let mut changed = tree.clone();
        change(&mut changed);
        all.push(Mutation { changed: changed.node(), expected });
    };
    for (place, path) in places(stanza.root()) {
        let (index, parent) = place.split_last().unwrap();
        let is_action = parent.is_empty();
        let mut original = tree.clone();
        let element = at(&mut original, &place).clone();
        let siblings = at(&mut original, parent).children().len();
        add(("attribute", format!("{path}@x-new"), "only-right"), &|root| {
            at(root, &place).attributes.push(("x-new".to_owned(), "1".to_owned()));
        });
        for (position, (name, _)) in element.attributes.iter().enumerate() {
            let path = format!("{path}@{name}");
            if RANDOM.contains(&name.as_str()) {
                continue;
            }
            add(("attribute", path.clone(), "different"), &|root| {
                at(root, &place).attributes[position].1 = "changed".to_owned();
            });
            add(("attribute", path, "only-left"), &|root| drop(at(root, &place).attributes.remove(position)));
        }
        if let Inside::Bytes(_) | Inside::Text(_) = &element.inside
            && !RANDOM_CONTENT.contains(&element.tag.as_str())
        {
            add(("content", path.clone(), "different"), &|root| {
                at(root, &place).inside = Inside::Bytes(b"other".to_vec());
            });
        }
        if matches!(element.inside, Inside::Nothing | Inside::Children(_)) {
            add(("child", format!("{path}/novel"), "only-right"), &|root| {
                at(root, &place).children().insert(0, Tree::new("novel"));
            });
        }
        if is_action {
            continue;
        }
        add(("child", path.clone(), "only-left"), &|root| drop(at(root, parent).children().remove(*index)));
        let is_last = index + 1 == siblings;
        if !is_last && element.tag != "to" {
            add(("order", path.clone(), "moved"), &|root| {
                let siblings = at(root, parent).children();
                let moved = siblings.remove(*index);
                siblings.push(moved);
            });
        }
    }
    all
}

fn shown(part: &Part) -> (&'static str, String, &'static str) {
    (part.kind(), part.path(), part.relation.name())
}

#[test]
fn exactly_the_one_change_of_each_mutated_stanza_is_named() {
    let mut wrong = Vec::new();
    let mut counts = Vec::new();
    for xml in [OFFER, ACCEPT, REJECT, TERMINATE] {
        let stanza = node(xml);
        let mutations = mutations(&stanza);
        counts.push(mutations.len());
        for Mutation { changed, expected } in mutations {
            let rows = compared(&stanza, &changed);
            let found: Vec<_> = rows.iter().flat_map(|row| &row.differences).map(shown).collect();
            // With two siblings, either of them moved.
            let is_swap = expected.2 == "moved" && found.len() == 1 && found[0].2 == "moved";
            let is_aligned = rows.iter().all(|row| row.left.is_some() && row.right.is_some() && !row.is_moved);
            if !is_aligned || !(found == [expected.clone()] || is_swap) {
                wrong.push(format!("{expected:?}: {found:?}\n  {}", write_line(&changed)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // 110 mutations in all: of an offer, an accept, a reject and a terminate.
    assert_eq!(counts, [67, 27, 4, 12]);
}

#[test]
fn what_differs_between_any_two_calls_is_not_named() {
    let other = OFFER.replace("00AA", "00BB").replace("184", "177").replace("0102", "0304").replace("S1", "S9");
    let rows = compared(&node(OFFER), &node(&other));
    assert!(rows.iter().all(|row| !row.differs()), "{rows:?}");
    let other_callee = OFFER.replace("20000000000002", "40000000000004");
    let rows = compared(&node(OFFER), &node(&other_callee));
    assert!(rows.iter().all(|row| !row.differs()), "{rows:?}");
}

fn gate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gate").join(name)
}

fn diff(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.arg("diff").args(arguments).current_dir(gate("")).output().unwrap()
}

#[test]
fn a_call_that_fails_is_compared_with_one_that_works() {
    let text = printed(&diff(&["clean.ndjson", "hang-up-not-sent.ndjson"]));
    insta::assert_snapshot!("diff", text);
    let same = printed(&diff(&["clean.ndjson", "clean.ndjson"]));
    assert!(same.contains("The calls differ in nothing but"), "{same}");
    let json: serde_json::Value =
        serde_json::from_slice(&diff(&["clean.ndjson", "offer-out-of-order.ndjson", "--json"]).stdout).unwrap();
    assert_eq!(json["first"], 0);
    let order = &json["rows"][0]["differences"];
    assert_eq!(order.as_array().unwrap().len(), 1, "{order}");
    let net = json!({ "kind": "order", "path": "offer/net", "relation": "moved", "left": "3", "right": "1" });
    assert_eq!(order[0], net);
    let ack = &json["rows"][1]["differences"];
    assert_eq!((&ack[0]["path"], &ack[0]["right"]), (&"ack@error".into(), &"439".into()), "{json:#}");
}

#[test]
fn a_client_is_compared_with_a_profile() {
    let text = printed(&diff(&["offer-out-of-order.ndjson", "reference:whatsapp-web"]));
    insta::assert_snapshot!("diff_profile", text);
    let json = diff(&["clean.ndjson", "reference:spec", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["profile"]["name"], "spec");
    let relations: Vec<_> = json["rows"].as_array().unwrap().iter().map(|row| row["relation"].clone()).collect();
    assert_eq!(relations, ["same", "same"], "{json:#}");
    let rejects = printed(&diff(&["companion-rejects.ndjson", "reference:whatsapp-web"]));
    assert!(rejects.contains("attribute reject@count: only right, \"0\""), "{rejects}");
    assert!(rejects.contains("attribute reject@reason: only left, \"uncallable\""), "{rejects}");
}

#[test]
fn a_wrong_call_or_profile_is_refused() {
    let refused = |arguments: &[&str], what: &str| {
        let output = diff(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(said(&output).contains(what), "{}", said(&output));
    };
    refused(&["clean.ndjson", "reference:whatsap-web"], "did you mean `whatsapp-web`?");
    refused(&["clean.ndjson", "reference:spec", "--call-b", "#1"], "B is a profile");
    refused(&["clean.ndjson", "clean.ndjson", "--call-a", "#7"], "no such call");
    refused(&["clean.ndjson"], "2 values");
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    fs::write(file.path(), "schema = 7\nname = 'x'\nclient = 'x'\ndate = 'x'\nsources = []\nstanza = []\n").unwrap();
    let path = format!("reference:{}", file.path().display());
    refused(&["clean.ndjson", &path], ":1:10: this profile has schema 7, and only schema 1 is supported");
}
