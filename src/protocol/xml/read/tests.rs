use proptest::prelude::*;

use super::*;
use crate::protocol::binary::{Content, Node, NodeBuilder, Value};
use crate::protocol::xml::write_line;

fn whole(text: &str, dialect: Dialect) -> Node {
    let reading = read(text, dialect);
    assert_eq!(reading.end, End::Whole, "{text}");
    assert!(!reading.departures.tolerant, "{text}");
    assert_eq!(reading.length, text.trim_end().len(), "{text}");
    reading.node.unwrap()
}

fn tolerant(text: &str) -> (String, Departures) {
    let reading = read(text, Dialect::BAILEYS);
    assert_eq!(reading.end, End::Whole, "{text}");
    assert!(reading.departures.tolerant, "{text}");
    (write_line(&reading.node.unwrap()), reading.departures)
}

#[test]
fn what_is_well_formed_is_read_strictly() {
    let node = whole(" <call from='10000000000001:7@lid' id=\"1\">\n  <offer/>\n</call>\n", Dialect::UNKNOWN);
    assert!(matches!(node.attribute("from"), Some(Value::Jid(jid)) if jid.device == 7 && jid.server == "lid"));
    assert_eq!(write_line(&node), r#"<call from="10000000000001:7@lid" id="1"><offer/></call>"#);
}

#[test]
fn entities_are_read_where_the_program_writes_any() {
    let text = "<a notify='&lt;b&gt; &#x41;&amp;' />";
    let notify = |dialect| whole(text, dialect).text("notify").unwrap().into_owned();
    assert_eq!(notify(Dialect::ZAPO), "<b> A&");
    assert_eq!(notify(Dialect::BAILEYS), "&lt;b&gt; &#x41;&amp;");
    let escaped = whole("<a>x &lt; &amp;y</a>", Dialect { escapes: true, ..Dialect::WHATSMEOW });
    assert_eq!(escaped.content(), Content::Bytes(b"x < &y"));
    assert_eq!(whole("<a b='x & y'/>", Dialect::BAILEYS).text("b").unwrap(), "x & y");
}

#[test]
fn what_was_escaped_because_it_does_not_show_is_itself_again() {
    let text =
        r#"<a\u{20}b x\u{3d}="1" path="C:\users \u{5c}u{1b}" notify="\u{1b}[2J \u{5c}\u{200b} \u{110000} \u{}"/>"#;
    let node = whole(text, Dialect::RINGTRACE);
    assert_eq!((node.tag(), node.text("x=").as_deref()), ("a b", Some("1")));
    assert_eq!(node.text("path").unwrap(), r"C:\users \u{1b}");
    assert_eq!(node.text("notify").unwrap(), "\u{1b}[2J \\\u{200b} \\u{110000} \\u{}");
    assert_eq!(
        whole(text, Dialect::ZAPO).text("path").unwrap(),
        r"C:\users \u{5c}u{1b}",
        "other programs write no such escapes"
    );
}

#[test]
fn addresses_are_addresses_where_they_can_be() {
    let text = "<ack class='call' from='call' to='@s.whatsapp.net' jid='s.whatsapp.net' notify='me@lid' x='a b@lid' \
                participant='10000000000001.0:0@lid'/>";
    let node = whole(text, Dialect::BAILEYS);
    let is_jid = |name: &str| matches!(node.attribute(name), Some(Value::Jid(_)));
    let jids: Vec<_> = node.attributes().map(|known| known.name).filter(|name| is_jid(name)).collect();
    assert_eq!(jids, ["from", "to", "jid", "participant"]);
    assert_eq!(node.text("to").unwrap(), "s.whatsapp.net");
}

#[test]
fn content_is_read_as_its_program_prints_it() {
    let node = |text: &str, dialect| read(&format!("<a>{text}</a>"), dialect).node.unwrap();
    let content = |text: &str, dialect| node(text, dialect).root().bytes().map(<[u8]>::to_vec);
    let bytes = |bytes: &[u8]| Some(bytes.to_vec());
    assert_eq!(content("\n\t\t01ff\n\t", Dialect::BAILEYS), bytes(&[1, 255]));
    assert_eq!(content("\n\t\t\n\t", Dialect::BAILEYS), bytes(&[]));
    assert_eq!(content("\n\t\tsome text\n\t", Dialect::BAILEYS), bytes(b"some text"));
    assert_eq!(content("01ff", Dialect::WHATSMEOW), bytes(&[1, 255]));
    assert_eq!(content("6162", Dialect::WHATSMEOW), bytes(b"6162"), "shown as it is, for it would show as ab");
    assert_eq!(content("Af8=", Dialect::ZAPO), bytes(&[1, 255]));
    assert_eq!(content("not base64", Dialect::ZAPO), bytes(b"not base64"));
    assert_eq!(content("01FF\n\n    \n    ", Dialect::WHATSAPP_WEB), bytes(&[1, 255]));
    assert_eq!(content("\"{\"a\":1}\"\n\n    \n    ", Dialect::WHATSAPP_WEB), bytes(b"{\"a\":1}"));
    assert_eq!(content("01FF\n\n    \n    ", Dialect::UNKNOWN), bytes(&[1, 255]));
    assert_eq!(content("01FF", Dialect::UNKNOWN), bytes(b"01FF"));
    assert_eq!(read("<a>01FF</a>", Dialect::UNKNOWN).departures.ambiguous, 1);
    for (text, ambiguous) in [("0105", 1), ("01f5", 0), ("some text", 0)] {
        assert_eq!(read(&format!("<a>{text}</a>"), Dialect::BAILEYS).departures.ambiguous, ambiguous, "{text}");
    }
    for dialect in [Dialect::BAILEYS, Dialect::WHATSMEOW, Dialect::ZAPO, Dialect::WHATSAPP_RUST, Dialect::UNKNOWN] {
        assert_eq!(node("\n  <!-- 186 bytes -->\n", dialect).content(), Content::Elided(186));
        assert_eq!(node("<!-- masked -->", dialect).content(), Content::None);
    }
}

#[test]
fn a_value_ends_where_an_attribute_or_the_tag_goes_on() {
    for (text, expected) in [
        ("<a notify='O'Brien' e='1'/>", r#"<a notify="O&apos;Brien" e="1"/>"#),
        (
            "<a notify='<b>'s & \"x\"' e='1'><c/></a>",
            r#"<a notify="&lt;b&gt;&apos;s &amp; &quot;x&quot;" e="1"><c/></a>"#,
        ),
        ("<a notify=\"x \"y\" z\"></a>", r#"<a notify="x &quot;y&quot; z"/>"#),
        ("<a b c='1' d><e f/></a>", r#"<a b="" c="1" d=""><e f=""/></a>"#),
        ("<a b=1 c=x@lid/>", r#"<a b="1" c="x@lid"/>"#),
    ] {
        assert_eq!(tolerant(text).0, expected, "{text}");
    }
}

#[test]
fn unbalanced_tags_are_closed_by_what_closes_above_them() {
    let (text, departures) = tolerant("<a><b><c></b></d><e/></a>");
    assert_eq!(text, "<a><b><c/></b><e/></a>");
    assert_eq!(departures.unbalanced, 2);
    let (text, _) = tolerant("<a><b c='1'\n<d/></a>");
    assert_eq!(text, r#"<a><b c="1"><d/></b></a>"#);
}

#[test]
fn what_is_cut_is_kept_and_said_to_be() {
    let text = "<call id='1'><offer call-id='2'><audio rate='16000'/><enc>ab</enc></offer></call>";
    for cut in 6..text.len() {
        let reading = read(&text[..cut], Dialect::BAILEYS);
        assert_eq!(reading.end, End::Cut, "{}", &text[..cut]);
        assert_eq!(reading.node.unwrap().tag(), "call");
    }
    assert_eq!(read("no element", Dialect::BAILEYS).end, End::NoElement);
    assert_eq!(read("", Dialect::BAILEYS).end, End::NoElement);
}

#[test]
fn nesting_has_a_limit() {
    for levels in [127, 128, 10_000] {
        let text = format!("<a>{}{}</a><b/>", "<n>".repeat(levels), "</n>".repeat(levels));
        let reading = read(&text, Dialect::UNKNOWN);
        assert_eq!(reading.end, End::Whole);
        assert_eq!(reading.departures.too_deep as usize, levels - 127);
        assert_eq!(&text[reading.length..], "<b/>");
        let open = format!("<a x>{}", "<n>".repeat(levels));
        assert_eq!(read(&open, Dialect::UNKNOWN).end, End::Cut);
    }
}

#[test]
fn what_is_hostile_is_read_to_its_end() {
    for (begin, piece) in [
        ("<a ", "x='"),
        ("<a x=", "' a "),
        ("<a>", "<"),
        ("<a>", "</b "),
        ("<a ", "<!--"),
        ("<a x='", "\" y"),
        ("<a>", "<b x='"),
    ] {
        let text = format!("{begin}{}", piece.repeat(300_000));
        assert_ne!(read(&text, Dialect::BAILEYS).end, End::NoElement);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in ".{0,200}", begin in prop::sample::select(vec!["", "<", "<a ", "<a b='"])) {
        for dialect in [Dialect::BAILEYS, Dialect::ZAPO, Dialect::UNKNOWN] {
            let text = format!("{begin}{text}");
            let reading = read(&text, dialect);
            prop_assert!(reading.length <= text.len());
            prop_assert_eq!(reading.node.is_none(), reading.end == End::NoElement);
        }
    }

    #[test]
    fn what_was_written_is_read_again(value in "[ -~]{0,30}", tag in "[a-z]{1,8}", content in "[g-z <>&'\"]{1,20}[g-z]") {
        let text = format!("<{tag} v=\"{}\">{}</{tag}>", quick_xml::escape::escape(&value), quick_xml::escape::escape(&content));
        let node = whole(&text, Dialect { escapes: true, ..Dialect::WHATSAPP_RUST });
        prop_assert_eq!(node.text("v").unwrap(), value);
        prop_assert_eq!(node.content(), Content::Bytes(content.as_bytes()));
    }

    #[test]
    fn what_this_program_writes_it_reads_again(
        name in "[a-zA-Z_][^<>/\\u{0}]{0,8}",
        value in any::<String>(),
        content in "\\PC{0,10}[^0-9a-f \\t\\r\\n]\\PC{0,10}x",
    ) {
        let mut builder = NodeBuilder::default();
        builder.start(&name);
        builder.attribute(&format!("n{name}"), Value::Text(&value));
        builder.bytes(content.as_bytes());
        let node = builder.finish();
        let again = whole(&write_line(&node), Dialect::RINGTRACE);
        prop_assert_eq!(again.tag(), node.tag());
        prop_assert_eq!(again.text(&format!("n{name}")).unwrap(), value);
        prop_assert_eq!(again.content(), node.content());
    }
}
