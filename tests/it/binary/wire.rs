//! Every kind of value, by hand-made bytes.

use ringtrace::protocol::binary::{
    Content, Dictionary, Jid, JidForm, Node, Reason, Span, Stop, Value, decode, decode_with, tag_of,
};

use super::{decode_body, deflate, list, raw, whole};

const CALL: u8 = 100;
const ID: u8 = 8;
const FROM: u8 = 6;

/// `<call id=...>` with this value.
fn call(bytes: &[u8]) -> Node {
    whole(&list(&[&[CALL], &[ID], bytes]))
}

fn text(bytes: &[u8]) -> String {
    match call(bytes).attribute("id").unwrap() {
        Value::Text(text) => text.to_owned(),
        other => panic!("{other:?} is no text"),
    }
}

fn jid(bytes: &[u8]) -> Jid {
    match call(bytes).attribute("id").unwrap() {
        Value::Jid(jid) => jid.clone(),
        other => panic!("{other:?} is no address"),
    }
}

fn stop(bytes: &[u8]) -> Stop {
    decode_body(&list(&[&[CALL], &[ID], bytes])).stop.unwrap()
}

#[test]
fn tokens_of_one_and_two_bytes() {
    assert_eq!(text(&[3]), "s.whatsapp.net");
    assert_eq!(text(&[235]), "screen_height");
    assert_eq!(text(&[236, 0]), "read-self");
    assert_eq!(text(&[239, 255]), "1961");
    assert_eq!(text(&[0]), "");
    for unknown in 240..=244 {
        assert_eq!(stop(&[unknown]), Stop { reason: Reason::UnknownToken(unknown), offset: 4 });
    }
}

#[test]
fn raw_strings_of_every_length_field() {
    assert_eq!(text(&raw("grüß")), "grüß");
    assert_eq!(text(&[252, 0]), "");
    let long = "x".repeat(70_000);
    for head in [&[253, 0x01, 0x11, 0x70][..], &[253, 0xf1, 0x11, 0x70], &[254, 0, 0x01, 0x11, 0x70]] {
        assert_eq!(text(&[head, long.as_bytes()].concat()), long, "only 20 bits of a 20-bit length count");
    }
    assert_eq!(call(&[252, 2, 0xc3, 0x28]).attribute("id"), Some(Value::Bytes(&[0xc3, 0x28])));
}

#[test]
fn packed_digits() {
    assert_eq!(text(&[255, 0x03, 0x01, 0x23, 0x45]), "012345");
    assert_eq!(text(&[255, 0x83, 0x67, 0x89, 0xaf]), "6789-");
    assert_eq!(text(&[255, 0x01, 0xab]), "-.");
    assert_eq!(text(&[251, 0x02, 0xab, 0xcd]), "ABCD");
    assert_eq!(text(&[251, 0x82, 0xe0, 0x9f]), "E09");
    assert_eq!(text(&[255, 0x00]), "");
    assert_eq!(text(&[255, 0x80]), "");
    assert_eq!(text(&[255, 0x01, 0x1f]), "1\0", "a filling that is not the last half-byte is what clients read");
    let longest = [&[251, 0x7f][..], &[0x5a; 127]].concat();
    assert_eq!(text(&longest), "5A".repeat(127));
    for half in 12..15 {
        assert_eq!(stop(&[255, 0x01, 0x10 | half]), Stop { reason: Reason::NotPacked, offset: 4 });
    }
}

#[test]
fn addresses_of_user_and_server() {
    let group = jid(&[&[250][..], &raw("1203630"), &[28]].concat());
    assert_eq!((group.to_string().as_str(), group.form), ("1203630@g.us", JidForm::Pair));
    let packed = jid(&[250, 255, 0x82, 0x15, 0x5f, 118]);
    assert_eq!(packed.to_string(), "155@lid");
    let server = jid(&[250, 0, 3]);
    assert_eq!((server.to_string().as_str(), server.is_server()), ("s.whatsapp.net", true));
    assert_eq!(jid(&[&[250][..], &raw("x"), &raw("new.server")].concat()).to_string(), "x@new.server");
}

#[test]
fn addresses_of_devices_keep_their_domain() {
    let user = raw("1555");
    let cases =
        [(0, "s.whatsapp.net"), (1, "lid"), (128, "hosted"), (129, "hosted.lid"), (130, "hosted"), (254, "hosted")];
    for (domain, server) in cases {
        let jid = jid(&[&[247, domain, 7][..], &user].concat());
        assert_eq!(
            (jid.to_string(), jid.form, jid.agent),
            (format!("1555:7@{server}"), JidForm::Device { domain }, 0),
            "domain {domain}"
        );
    }
    assert_eq!(jid(&[&[247, 1, 0][..], &user].concat()).to_string(), "1555@lid");
    assert_eq!(jid(&[247, 0, 99, 255, 0x02, 0x15, 0x55]).to_string(), "1555:99@s.whatsapp.net");
    assert_eq!(jid(&[247, 0, 5, 0]).to_string(), ":5@s.whatsapp.net");
    for unknown in [2, 127, 131] {
        let decoded = decode_body(&list(&[&[CALL], &[FROM], &[&[247, unknown, 7][..], &user].concat()]));
        assert!(decoded.is_whole());
        assert_eq!(decoded.unknown_domain, Some(unknown));
        let jid = decoded.node.unwrap().attribute("from").unwrap().to_jid().unwrap();
        assert_eq!(jid.form, JidForm::Device { domain: unknown });
        assert_eq!(jid.to_string(), format!("1555.{unknown}:7@s.whatsapp.net"));
    }
}

#[test]
fn addresses_of_other_networks() {
    let messenger = jid(&[&[246][..], &raw("1000"), &[0x01, 0x02, 204]].concat());
    assert_eq!((messenger.to_string().as_str(), messenger.form), ("1000:258@msgr", JidForm::Messenger));
    let interop = [&[245][..], &raw("1000"), &[0x00, 0x02, 0x01, 0x00]].concat();
    for bytes in [interop.clone(), [interop.clone(), raw("interop")].concat()] {
        let jid = jid(&bytes);
        assert_eq!((jid.to_string().as_str(), jid.form), ("1000:2@interop", JidForm::Interop { integrator: 256 }));
    }
    let node = whole(&list(&[&[CALL], &[FROM], &interop, &[ID], &raw("next")]));
    assert_eq!(node.text("id").as_deref(), Some("next"), "a server that is left out takes nothing of what follows");
}

#[test]
fn addresses_do_not_nest() {
    for inner in [&[250, 0, 3][..], &[247, 0, 0, 0], &[246, 0, 0, 0, 3], &[245, 0, 0, 0, 0, 0]] {
        assert_eq!(stop(&[&[250], inner, &[3]].concat()), Stop { reason: Reason::AddressAsText, offset: 4 });
        assert_eq!(stop(&[&[250, 0], inner].concat()).reason, Reason::AddressAsText);
    }
    assert_eq!(stop(&[250, 252, 1, 0xff, 3]).reason, Reason::NotText);
}

#[test]
fn content_of_every_kind() {
    let node = |bytes: &[u8]| whole(&list(&[&[CALL], bytes]));
    assert_eq!(whole(&list(&[&[CALL]])).content(), Content::None);
    assert!(matches!(node(&[0]).content(), Content::Nodes(children) if children.is_empty()));
    assert_eq!(node(&raw("text")).content(), Content::Bytes(b"text"));
    assert_eq!(node(&[253, 0, 0, 1, 0xff]).content(), Content::Bytes(&[0xff]));
    assert_eq!(node(&[254, 0, 0, 0, 1, 0xff]).content(), Content::Bytes(&[0xff]));
    assert_eq!(node(&[3]).content(), Content::Value(Value::Text("s.whatsapp.net")));
    assert_eq!(node(&[255, 1, 0x42]).content(), Content::Value(Value::Text("42")));
    assert!(matches!(node(&[250, 0, 3]).content(), Content::Value(Value::Jid(_))));
}

#[test]
fn lists_of_either_size() {
    let child = list(&[&[CALL]]);
    let short = whole(&list(&[&[CALL], &[&[248, 3][..], &child.repeat(3)].concat()]));
    let long = whole(&list(&[&[CALL], &[&[249, 1, 44][..], &child.repeat(300)].concat()]));
    assert_eq!((short.children().len(), long.children().len()), (3, 300));
    let mut wide = vec![249, 0x01, 0x2d, CALL];
    for _ in 0..150 {
        wide.extend([ID, 4]);
    }
    let wide = whole(&wide);
    assert_eq!(wide.attributes().len(), 150, "repeats are kept");
    assert_eq!(whole(&[249, 0, 1, CALL]).tag(), "call");
}

#[test]
fn spans_are_the_bytes_read() {
    let inner = list(&[&raw("inner"), &[ID], &[4]]);
    let body = list(&[&[CALL], &[FROM], &[250, 0, 3], &list(&[&inner, &list(&[&[ID]])])]);
    let node = whole(&body);
    let bytes = |span: Span| &body[span.start as usize..span.end as usize];
    assert_eq!(bytes(node.root().span()), body);
    assert_eq!(bytes(node.attributes().next().unwrap().span), [FROM, 250, 0, 3]);
    assert_eq!(bytes(node.child("inner").unwrap().span()), inner);
    assert_eq!(bytes(node.child("inner").unwrap().attributes().next().unwrap().span), [ID, 4]);
    assert_eq!(bytes(node.child("id").unwrap().span()), [248, 1, ID]);
}

#[test]
fn names_need_text() {
    assert_eq!(decode_body(&[248, 0]).stop, Some(Stop { reason: Reason::EmptyNode, offset: 0 }));
    assert_eq!(decode_body(&[0]).stop, Some(Stop { reason: Reason::EmptyNode, offset: 0 }));
    assert_eq!(decode_body(&[7]).stop, Some(Stop { reason: Reason::NotAList(7), offset: 0 }));
    assert_eq!(decode_body(&list(&[&[0]])).stop, Some(Stop { reason: Reason::NoName, offset: 2 }));
    assert_eq!(decode_body(&list(&[&[252, 1, 0xff]])).stop, Some(Stop { reason: Reason::NotText, offset: 2 }));
    assert_eq!(decode_body(&list(&[&[248, 0]])).stop, Some(Stop { reason: Reason::ListAsValue, offset: 2 }));
    let unnamed = decode_body(&list(&[&[CALL], &[0], &[4]]));
    assert_eq!(unnamed.stop, Some(Stop { reason: Reason::NoName, offset: 3 }));
    assert_eq!(unnamed.node.unwrap().tag(), "call");
}

#[test]
fn a_compressed_stanza_keeps_its_inflated_bytes() {
    let body = list(&[&[CALL], &[ID], &raw("00AA")]);
    let plain = [&[2][..], &deflate(&body)].concat();
    let decoded = decode(&plain);
    assert!(decoded.is_whole());
    assert_eq!((decoded.flags, decoded.trailing, decoded.inflated.as_deref()), (2, 0, Some(&body[..])));
    let span = decoded.node.as_ref().unwrap().attributes().next().unwrap().span;
    assert_eq!(&decoded.inflated.as_ref().unwrap()[span.start as usize + 3..span.end as usize], b"00AA");
    assert_eq!(decode(&[&plain[..], &[1, 2]].concat()).trailing, 2);
    assert_eq!(decode(&[&[2][..], &deflate(&[&body[..], &[9]].concat())].concat()).trailing, 1);
}

#[test]
fn the_ends_of_a_stream() {
    assert!(decode(&[2]).is_stream_end());
    assert!(!decode(&[0]).is_stream_end());
    assert_eq!(whole(&list(&[&[2]])).tag(), "xmlstreamend");
    assert_eq!(decode(&[]).stop, Some(Stop { reason: Reason::Empty, offset: 0 }));
    assert_eq!(decode(&[0]).stop, Some(Stop { reason: Reason::Truncated, offset: 0 }));
}

#[test]
fn an_older_client_uses_another_dictionary() {
    let old = Dictionary::of_version(2).unwrap();
    let plain = [0, 248, 1, 30];
    assert_eq!(decode_with(&plain, old).node.unwrap().tag(), "iq");
    assert_eq!(decode(&plain).node.unwrap().tag(), "urn:xmpp:whatsapp:push");
    assert_eq!(tag_of(&plain, old).as_deref(), Some("iq"));
}

#[test]
fn a_tag_is_known_before_the_rest() {
    let body = [list(&[&raw("message"), &[ID]]), vec![0xff; 1000]].concat();
    let current = Dictionary::current();
    assert_eq!(tag_of(&[&[0][..], &body].concat(), current).as_deref(), Some("message"));
    assert_eq!(tag_of(&[&[2][..], &deflate(&body)].concat(), current).as_deref(), Some("message"));
    for none in [&[][..], &[0], &[2], &[0, 248], &[0, 248, 0, 100], &[0, 100, 1]] {
        assert_eq!(tag_of(none, current), None);
    }
}
