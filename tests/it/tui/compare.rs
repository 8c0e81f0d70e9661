//! Comparing two stanzas and two calls by what they mean.

use ringtrace::analysis::Analysis;
use ringtrace::compare::{Part, Relation, Side, What, calls, stanzas};
use ringtrace::protocol::binary::Node;

use super::fixture::{Recording, action};
use super::{Bench, NARROW, WIDE, fixture};
use crate::tree::{holding, leaf};

const PEER: &str = "200000000000001@lid";
const OTHER_PEER: &str = "300000000000003@lid";

/// An offer with settings as JSON and a key.
fn offer(call: &str, peer: &str, settings: &str, key: &[u8], more: &[(&str, &str)]) -> Node {
    let children = [leaf("enc", key), leaf("voip_settings", settings.as_bytes())];
    holding(&action("offer", call, peer, more), &children)
}

/// Two calls by two peers; the second has other settings and a longer key, and no reason at its end.
fn two_calls() -> std::sync::Arc<Analysis> {
    let mut recording = Recording::new();
    let settings = r#"{"encode":{"rate":16000,"name":"opus"},"token":"0011223344556677"}"#;
    let others = r#"{"encode":{"rate":8000,"name":"opus"},"extra":true,"token":"8899aabbccddeeff"}"#;
    recording.gets(PEER, "A1", offer("00AA00AA00AA00AA", PEER, settings, &[0xff; 32], &[("joinable", "1")]));
    recording.wait(900).gets(PEER, "A2", action("terminate", "00AA00AA00AA00AA", PEER, &[("reason", "timeout")]));
    recording.wait(9_000);
    recording.gets(OTHER_PEER, "B1", offer("00BB00BB00BB00BB", OTHER_PEER, others, &[0xfe; 32], &[("joinable", "1")]));
    recording.wait(900).gets(OTHER_PEER, "B2", action("terminate", "00BB00BB00BB00BB", OTHER_PEER, &[]));
    recording.analysis(true)
}

fn offers() -> Vec<Part> {
    let analysis = two_calls();
    let [left, right] = [0, 1].map(|call| Side { call: &analysis.calls[call].call, row: 0 });
    stanzas(left, right)
}

fn relation(parts: &[Part], element: &str, name: &str) -> Relation {
    let found = parts.iter().find(|part| part.element.ends_with(element) && part.name() == name);
    found.unwrap_or_else(|| panic!("no {name} in {element}: {parts:#?}")).relation
}

#[test]
fn what_is_random_or_has_the_same_role_is_no_difference() {
    let parts = offers();
    assert_eq!(relation(&parts, "call", "id"), Relation::Random);
    assert_eq!(relation(&parts, "call", "from"), Relation::SameRole, "both are the caller");
    assert_eq!(relation(&parts, "offer", "call-creator"), Relation::SameRole);
    assert_eq!(relation(&parts, "offer", "call-id"), Relation::SameRole);
    assert_eq!(relation(&parts, "offer", "joinable"), Relation::Same);
    let key = parts.iter().find(|part| part.element.ends_with("/enc") && part.what == What::Content).unwrap();
    assert_eq!(key.relation, Relation::Random, "keys of the same length");
}

#[test]
fn json_is_compared_by_key() {
    let parts = offers();
    let keys: Vec<_> = parts.iter().filter(|part| matches!(part.what, What::Key(_))).collect();
    let shown: Vec<_> = keys.iter().map(|part| format!("{} {}", part.name(), part.relation.name())).collect();
    assert_eq!(shown, ["encode.rate different", "extra only-right", "token random"]);
    assert_eq!((keys[0].left.as_deref(), keys[0].right.as_deref()), (Some("16000"), Some("8000")));
}

#[test]
fn rows_of_calls_say_what_differs() {
    let analysis = two_calls();
    let aligned = calls(&analysis.calls[0].call, &analysis.calls[1].call);
    let summaries: Vec<String> = aligned.iter().map(ringtrace::compare::Aligned::summary).collect();
    assert_eq!(summaries, ["encode.rate 16000 → 8000, +extra", "", "-reason", ""]);
}

#[test]
fn a_stanza_equals_itself() {
    let analysis = two_calls();
    let side = Side { call: &analysis.calls[0].call, row: 0 };
    assert!(stanzas(side, side).iter().all(|part| part.relation == Relation::Same));
}

#[test]
fn what_is_random_is_folded_until_it_is_asked_for() {
    for width in [80, 160] {
        let mut bench = Bench::with((width, 40), &two_calls());
        bench.keys(" jd");
        assert!(bench.line_with("terminate").contains('≠') && bench.shows("-reason"), "{}", bench.screen());
        assert!(bench.line_with("ack offer").contains('='), "{}", bench.screen());
        bench.keys("<enter>");
        assert!(bench.shows("encode.rate") && bench.shows("random values folded"), "{}", bench.screen());
        assert!(!bench.shows(" ~ "), "{}", bench.screen());
        bench.keys("ee");
        assert!(bench.shows("voip_settings extra · only on the right"), "{}", bench.screen());
        bench.keys("zz");
        assert!(bench.shows(" ~ "), "everything: {}", bench.screen());
    }
}

#[test]
fn a_stanza_that_only_one_call_has_is_shown() {
    for size in [NARROW, WIDE] {
        let mut bench = Bench::with(size, &fixture::three_calls());
        bench.keys(" d");
        let row = bench.lines().iter().position(|line| line.contains("mute_v2"));
        assert!(row.is_some(), "{}", bench.screen());
        for _ in 0..20 {
            if bench.shows("only in the left call") && bench.shows("<mute_v2") {
                break;
            }
            bench.keys("j");
        }
        assert!(bench.shows("only in the left call") && bench.shows("mute-state"), "{}", bench.screen());
        bench.keys("<enter>");
        assert!(bench.shows("Tab scrolls it"));
    }
}
