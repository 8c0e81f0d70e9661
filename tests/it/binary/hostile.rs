//! Input that is cut, flipped or made to hurt: a partial node and a reason, never a panic, and no memory or stack
//! that the input does not pay for.

use proptest::prelude::*;
use ringtrace::protocol::binary::{Content, Dictionary, Element, Node, Reason, Span, decode, tag_of};

use super::{decode_body, deflate, list, raw, whole};

const CALL: u8 = 100;
const ID: u8 = 8;

/// A stanza with every kind of value.
fn stanza() -> Vec<u8> {
    let enc = list(&[&[29], &raw("v"), &[255, 0x81, 0x2f], &raw("type"), &raw("msg"), &[253, 0, 0, 3, 0, 255, 1]]);
    let note = list(&[&raw("note"), &[250, 0, 3]]);
    let jids = list(&[
        &raw("jids"),
        &raw("fb"),
        &[&[246][..], &raw("1000"), &[0, 2, 204]].concat(),
        &raw("interop"),
        &[&[245][..], &raw("1000"), &[0, 2, 0, 9]].concat(),
    ]);
    let offer = list(&[&raw("offer"), &raw("call-id"), &[251, 0x02, 0x00, 0xaa], &list(&[&enc, &note, &jids])]);
    list(&[&[CALL], &[6], &[247, 1, 7, 255, 0x02, 0x10, 0x00], &[ID], &[236, 1], &list(&[&offer])])
}

fn nodes(node: &Node) -> usize {
    node.root().descendants().count()
}

/// Whether `part` is `whole` as far as it goes: nothing in it is made up.
fn is_part_of(part: Element<'_>, whole: Element<'_>) -> bool {
    part.tag() == whole.tag()
        && part.attributes().len() <= whole.attributes().len()
        && part.attributes().zip(whole.attributes()).all(|(part, whole)| part == whole)
        && match (part.content(), whole.content()) {
            (Content::None, _) => true,
            (Content::Nodes(part), Content::Nodes(whole)) => {
                part.len() <= whole.len() && part.zip(whole).all(|(part, whole)| is_part_of(part, whole))
            }
            (part, whole) => part == whole,
        }
}

#[test]
fn every_truncation_gives_the_part_before_it() {
    let body = stanza();
    let full = whole(&body);
    let mut grown = 0;
    for length in 0..body.len() {
        let decoded = decode_body(&body[..length]);
        let stop = decoded.stop.unwrap_or_else(|| panic!("{length} bytes pass for {}", body.len()));
        assert_eq!(stop.reason, Reason::Truncated, "{length}");
        assert!(stop.offset as usize <= length);
        assert_eq!(decoded.node.is_some(), length >= 3, "the tag is the third byte");
        if let Some(node) = decoded.node {
            assert!(is_part_of(node.root(), full.root()), "{length}: {node:?}");
            assert!(nodes(&node) >= grown, "more bytes never give fewer nodes");
            grown = nodes(&node);
        }
    }
    assert_eq!(grown, nodes(&full));
}

#[test]
fn every_truncation_of_a_compressed_stanza_is_told() {
    let body = stanza();
    let full = whole(&body);
    let plain = [&[2][..], &deflate(&body)].concat();
    for length in 2..plain.len() {
        let decoded = decode(&plain[..length]);
        assert_eq!(decoded.stop.map(|stop| stop.reason), Some(Reason::InflateTruncated), "{length}");
        assert!(decoded.node.is_none_or(|node| is_part_of(node.root(), full.root())));
    }
}

#[test]
fn no_bit_flip_panics() {
    let body = stanza();
    for plain in [[&[0][..], &body].concat(), [&[2][..], &deflate(&body)].concat()] {
        for bit in 0..plain.len() * 8 {
            let mut flipped = plain.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let decoded = decode(&flipped);
            let tag = tag_of(&flipped, Dictionary::current());
            if decoded.stop.is_none() {
                assert_eq!(tag.as_deref(), decoded.node.as_ref().map(Node::tag), "bit {bit}");
            }
        }
    }
}

#[test]
fn nested_addresses_stop_at_the_first() {
    for kind in [&[250][..], &[247, 0, 0], &[246], &[245]] {
        let body = [&[248, 3, CALL, ID][..], &kind.repeat(100_000 / kind.len())].concat();
        let decoded = decode_body(&body);
        assert_eq!(decoded.stop.unwrap().reason, Reason::AddressAsText);
        assert_eq!(decoded.node.unwrap().tag(), "call");
    }
}

#[test]
fn nested_lists_stop_at_the_depth_limit() {
    let body = [248, 2, CALL, 248, 1].repeat(20_000);
    let decoded = decode_body(&body);
    assert_eq!(decoded.stop.unwrap().reason, Reason::TooDeep);
    let mut depth = 0;
    let mut node = decoded.node.as_ref().map(Node::root);
    while let Some(inner) = node {
        depth += 1;
        node = inner.children().first();
    }
    assert_eq!(depth, 128);
    let lists = decode_body(&[248, 2].repeat(50_000));
    assert_eq!((lists.node, lists.stop.unwrap().reason), (None, Reason::ListAsValue));
}

#[test]
fn a_claim_makes_no_room() {
    for claim in
        [&[248, 2, CALL, 249, 0xff, 0xff][..], &[249, 0xff, 0xff, CALL], &[248, 2, CALL, 254, 0xff, 0xff, 0xff, 0xff]]
    {
        let decoded = decode_body(claim);
        assert_eq!(decoded.stop.unwrap().reason, Reason::Truncated);
        let node = decoded.node.unwrap();
        assert_eq!((node.attributes().len(), node.children().len()), (0, 0));
        let span = node.root().span();
        assert_eq!(span, Span { start: 0, end: if claim[0] == 249 { 4 } else { span.end } });
    }
}

#[test]
fn a_zlib_bomb_is_cut_at_16_mib() {
    let body = [&[248, 2, CALL, 254, 0x7f, 0, 0, 0][..], &vec![0; 17 << 20]].concat();
    let decoded = decode(&[&[2][..], &deflate(&body)].concat());
    assert_eq!(decoded.stop.unwrap().reason, Reason::InflateLimit);
    assert_eq!(decoded.inflated.unwrap().len(), 16 << 20);
    assert_eq!(decoded.node.unwrap().tag(), "call");
}

#[test]
fn a_bomb_of_tiny_nodes_is_cut_at_the_item_limit() {
    let lists = [&[249, 0xff, 0xff][..], &[248, 1, CALL].repeat(0xffff)].concat();
    let wide = list(&[&[CALL], &lists]);
    let body = list(&[&[CALL], &[&[248, 200][..], &wide.repeat(200)].concat()]);
    let decoded = decode(&[&[2][..], &deflate(&body[..16 << 20])].concat());
    assert_eq!(decoded.stop.unwrap().reason, Reason::TooMany);
    assert_eq!(nodes(&decoded.node.unwrap()), 1 << 18);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_bytes_panic(plain in prop::collection::vec(any::<u8>(), 0..200)) {
        let decoded = decode(&plain);
        prop_assert!(decoded.is_whole() || decoded.is_stream_end() || decoded.stop.is_some());
    }

    #[test]
    fn no_lists_and_tokens_panic(
        plain in prop::collection::vec(prop_oneof![0_u8..10, 236_u8..=255], 0..300),
    ) {
        let decoded = decode_body(&plain);
        if let Some(stop) = decoded.stop {
            prop_assert!(stop.offset as usize <= plain.len());
        } else {
            let end = decoded.node.unwrap().root().span().end as usize;
            prop_assert_eq!(end + decoded.trailing, plain.len());
        }
    }
}
