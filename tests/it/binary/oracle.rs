//! What another implementation encodes is what we decode, and what it decodes is what we decode.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use ringtrace::protocol::binary::{Content, Element, JidForm, Reason, Value, decode};
use wacore_binary::node::{Attrs, NodeContent, NodeValue};
use wacore_binary::{Jid, Server, marshal, marshal::unmarshal_ref, token};

/// Text of every kind that an encoder tells apart. No `@`: the encoder would make an address of it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (1_u8..=235).prop_map(|index| token::get_single_token(index).unwrap().to_owned()),
        2 => (0_u8..4, any::<u8>()).prop_map(|(number, index)| token::get_double_token(number, index).unwrap().to_owned()),
        2 => "[0-9.-]{1,130}",
        2 => "[0-9A-F]{1,130}",
        2 => "[^@]{1,40}",
        1 => "[a-z ]{250,300}",
    ]
}

fn jid() -> impl Strategy<Value = Jid> {
    let servers = prop::sample::select(vec![
        Server::Pn,
        Server::Lid,
        Server::Group,
        Server::Broadcast,
        Server::Newsletter,
        Server::Hosted,
        Server::HostedLid,
        Server::Messenger,
        Server::Interop,
        Server::Bot,
        Server::Legacy,
        Server::Call,
    ]);
    let user =
        prop_oneof![3 => "[0-9]{1,15}", 1 => "[0-9]{5,10}-[0-9]{10}", 1 => "[a-z]{1,12}", 1 => Just(String::new())];
    (user, servers, 0_u16..256, any::<u16>()).prop_map(|(user, server, device, integrator)| {
        let mut jid = Jid::new(user, server);
        jid.device = device;
        jid.integrator = if server == Server::Interop { integrator } else { 0 };
        jid
    })
}

fn attributes() -> impl Strategy<Value = Attrs> {
    let value = prop_oneof![
        2 => text().prop_map(|text| NodeValue::String(text.into())),
        1 => jid().prop_map(NodeValue::Jid),
        1 => Just(NodeValue::String("".into())),
    ];
    prop::collection::vec((text(), value), 0..6).prop_map(|pairs| {
        let mut attributes = Attrs::new();
        for (name, value) in pairs {
            attributes.push(name, value);
        }
        attributes
    })
}

fn node() -> impl Strategy<Value = wacore_binary::Node> {
    let content = prop_oneof![
        Just(None),
        text().prop_map(|text| Some(NodeContent::String(text.into()))),
        prop::collection::vec(any::<u8>(), 0..600).prop_map(|bytes| Some(NodeContent::Bytes(bytes))),
    ];
    let leaf = (text(), attributes(), content)
        .prop_map(|(tag, attributes, content)| wacore_binary::Node::new(tag, attributes, content));
    leaf.prop_recursive(5, 40, 5, |inner| {
        (text(), attributes(), prop::collection::vec(inner, 0..5)).prop_map(|(tag, attributes, children)| {
            wacore_binary::Node::new(tag, attributes, Some(NodeContent::Nodes(children)))
        })
    })
}

/// Whether our node says what theirs does.
fn same(ours: Element<'_>, theirs: &wacore_binary::Node) -> Result<(), TestCaseError> {
    prop_assert_eq!(ours.tag(), &*theirs.tag);
    prop_assert_eq!(ours.attributes().len(), theirs.attrs.len());
    for (ours, (name, value)) in ours.attributes().zip(&theirs.attrs) {
        prop_assert_eq!(ours.name, &**name);
        match (ours.value, value) {
            (Value::Text(ours), NodeValue::String(theirs)) => prop_assert_eq!(ours, theirs.as_str()),
            (Value::Jid(ours), NodeValue::Jid(theirs)) => same_jid(ours, theirs)?,
            other => prop_assert!(false, "{other:?}"),
        }
    }
    match (ours.content(), &theirs.content) {
        (Content::None, None) => {}
        (Content::Nodes(ours), Some(NodeContent::Nodes(theirs))) => {
            prop_assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.zip(theirs) {
                same(ours, theirs)?;
            }
        }
        // They decode an empty list as no content.
        (Content::Nodes(ours), None) => prop_assert!(ours.is_empty()),
        (Content::Bytes(ours), Some(NodeContent::Bytes(theirs))) => prop_assert_eq!(ours, &**theirs),
        (Content::Bytes(ours), Some(NodeContent::String(theirs))) => prop_assert_eq!(ours, theirs.as_bytes()),
        (Content::Value(ours), Some(NodeContent::String(theirs))) => {
            prop_assert!(ours.to_text() == theirs.as_str(), "{} for {}", ours, theirs);
        }
        other => prop_assert!(false, "{other:?}"),
    }
    Ok(())
}

fn same_jid(ours: &ringtrace::protocol::binary::Jid, theirs: &Jid) -> Result<(), TestCaseError> {
    prop_assert_eq!(&*ours.user, theirs.user.as_str());
    prop_assert_eq!(ours.server.as_ref(), theirs.server.as_str());
    // A pair has no room for a device.
    prop_assert_eq!(ours.device, if ours.form == JidForm::Pair { 0 } else { theirs.device });
    prop_assert_eq!(ours.agent, 0);
    match ours.form {
        JidForm::Interop { integrator } => prop_assert_eq!(integrator, theirs.integrator),
        JidForm::Device { domain } => {
            let domains = [("s.whatsapp.net", 0), ("lid", 1), ("hosted", 128), ("hosted.lid", 129)];
            let named = domains.iter().find(|(server, _)| *server == ours.server).map(|(_, domain)| *domain);
            prop_assert!(named.is_some_and(|named| named == domain || named == 128 && domain & 0x81 == 0x80));
        }
        JidForm::Pair | JidForm::Messenger => {}
        JidForm::Text => prop_assert!(false, "read from the wire as text"),
    }
    Ok(())
}

/// Whether a tag or a name is empty somewhere: they let it pass and we do not.
fn has_empty_name(node: &wacore_binary::Node) -> bool {
    node.tag.is_empty()
        || node.attrs.iter().any(|(name, _)| name.is_empty())
        || node.children().unwrap_or_default().iter().any(has_empty_name)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn we_decode_what_they_encode(node in node()) {
        let plain = marshal(&node).unwrap();
        let decoded = decode(&plain);
        prop_assert_eq!((decoded.stop, decoded.trailing, decoded.unknown_domain), (None, 0, None));
        let ours = decoded.node.unwrap();
        prop_assert_eq!(ours.root().span().end as usize, plain.len() - 1);
        same(ours.root(), &node)?;
    }

    #[test]
    fn we_decode_what_they_decode(node in node(), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut plain = marshal(&node).unwrap();
        plain[0] = 0;
        for (place, byte) in flips {
            let place = 1 + place.index(plain.len() - 1);
            plain[place] = byte;
        }
        if let Ok(theirs) = unmarshal_ref(&plain[1..]) {
            let theirs = theirs.to_owned();
            let decoded = decode(&plain);
            match decoded.stop {
                None => same(decoded.node.unwrap().root(), &theirs)?,
                Some(stop) => prop_assert!(
                    stop.reason == Reason::AddressAsText || stop.reason == Reason::NoName && has_empty_name(&theirs),
                    "{} in {:02x?}", stop, plain
                ),
            }
        }
    }
}
