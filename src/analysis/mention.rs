//! Whom and what stanzas name: what leaves must name nobody of a recording, whether a call is about them or not.

use std::net::{IpAddr, SocketAddr};

use memchr::memchr2;

use crate::protocol::binary::{Attribute, Content, Node, Value};

/// Someone or something that a stanza names. Untrusted text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mention {
    /// The user of an address: a number, or a name.
    User(Box<str>),
    /// The digits of a number that may be somebody's.
    Number(Box<str>),
    /// A name that a person chose.
    Name(Box<str>),
    /// An address of the internet.
    Host(IpAddr),
    /// The id of a stanza. Every stanza has one, so that only what is needed to recognise it is kept.
    Id(Prefix),
}

/// The first letters and digits of an id, in lower case, as a number to the base of 36.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(u64);

impl Prefix {
    /// How many letters and digits it has.
    pub const LENGTH: usize = 12;

    /// That of an id; `None` if it is shorter, or too much like a word.
    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        let mut window = Window::default();
        let letters = id.bytes().filter(u8::is_ascii_alphanumeric).take(Self::LENGTH);
        letters.map(|letter| window.push(letter)).last().flatten()
    }
}

/// As many letters and digits of a text as a prefix has, and the last ones at any time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window {
    value: u64,
    /// How many there are, at most as many as a prefix has.
    length: usize,
    /// How many of the last ones are letters.
    letters: usize,
}

impl Window {
    /// Moves on by a byte of the text. Returns the prefix that ends there, unless it is too much like a word: one
    /// without a digit. Anything but letters and digits of ASCII is no part of one.
    pub fn push(&mut self, byte: u8) -> Option<Prefix> {
        const BASE: u64 = 36;
        const WITHOUT_FIRST: u64 = BASE.pow(Prefix::LENGTH as u32 - 1);
        let Some(digit) = char::from(byte).to_digit(36) else {
            *self = Self::default();
            return None;
        };
        self.value = self.value % WITHOUT_FIRST * BASE + u64::from(digit);
        self.length = Prefix::LENGTH.min(self.length + 1);
        self.letters = if byte.is_ascii_digit() { 0 } else { self.letters + 1 };
        (self.length == Prefix::LENGTH && self.letters < Prefix::LENGTH).then_some(Prefix(self.value))
    }
}

/// Attributes and elements whose values are names that people chose.
pub const NAMES: &[&str] = &[
    "business_name",
    "contact_name",
    "display_name",
    "first_name",
    "full_name",
    "last_name",
    "name",
    "nick",
    "nickname",
    "notify",
    "notify_name",
    "push_name",
    "pushname",
    "short_name",
    "subject",
    "username",
    "verified_name",
];

/// Attributes whose values are measured or counted: numbers of nobody. A version also looks like an address.
pub const MEASURED: &[&str] = &[
    "audio_duration",
    "c2r_rtt",
    "code",
    "count",
    "duration",
    "error",
    "expiration",
    "latency",
    "medium",
    "mute-state",
    "offline",
    "p2p-cand-round",
    "rate",
    "screen_height",
    "screen_width",
    "t",
    "timestamp",
    "transport-message-type",
    "version",
    "video_duration",
];

/// The longest content that may name someone, in bytes.
const LONGEST: usize = 256;

/// Everything that a stanza names. Its reader has bounded its depth.
#[must_use]
pub fn mentioned(node: &Node) -> Vec<Mention> {
    let id = node.attribute("id").and_then(|id| Prefix::of_id(&id.to_text()));
    let mut found: Vec<_> = id.map(Mention::Id).into_iter().collect();
    for node in node.root().descendants() {
        let is_count = |name, value: Value<'_>| MEASURED.contains(&name) || (name == "id" && is_counted(value));
        for Attribute { name, value, .. } in node.attributes() {
            found.extend(mention(value, name).filter(|_| !is_count(name, value)));
        }
        match node.content() {
            Content::Value(value) => found.extend(mention(value, node.tag())),
            Content::Bytes(bytes) if bytes.len() <= LONGEST => {
                found.extend(std::str::from_utf8(bytes).ok().and_then(|text| mention_in(text, node.tag())));
            }
            Content::None | Content::Nodes(_) | Content::Bytes(_) | Content::Elided(_) => {}
        }
    }
    found
}

/// Whom or what the value of something of this name mentions.
fn mention(value: Value<'_>, name: &str) -> Option<Mention> {
    if let Some(jid) = value.to_jid() {
        return (!jid.is_server()).then_some(Mention::User(jid.user.as_ref().into()));
    }
    let Value::Text(text) = value else { return None };
    mention_in(text, name)
}

fn mention_in(text: &str, name: &str) -> Option<Mention> {
    if NAMES.contains(&name) {
        return Some(Mention::Name(text.into()));
    }
    if let Some(digits) = number(text) {
        return Some(Mention::Number(digits.into()));
    }
    memchr2(b'.', b':', text.as_bytes())?;
    let address = text.parse::<SocketAddr>().map(|address| address.ip()).or_else(|_| text.parse());
    address.ok().map(Mention::Host)
}

/// Whether an id is one that a client counts up, such as `63247.33219-7`: it looks like a number, but thousands of them
/// would look like the number of anything.
fn is_counted(id: Value<'_>) -> bool {
    let Value::Text(id) = id else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let prefix_and_count = id.split_once('-').and_then(|(prefix, count)| Some((prefix.split_once('.')?, count)));
    prefix_and_count.is_some_and(|((first, second), count)| {
        is_number(first) && is_number(second) && count.split('-').all(is_number)
    })
}

/// The digits of a text that is a phone number, or could be one.
fn number(text: &str) -> Option<String> {
    const LONGEST: usize = 32;
    let fits = |character: char| character.is_ascii_digit() || "+ -()./".contains(character);
    if text.len() > LONGEST || !text.chars().all(fits) {
        return None;
    }
    if !(8..=15).contains(&text.bytes().filter(u8::is_ascii_digit).count()) {
        return None;
    }
    // A moment of this century is nobody's.
    let is_moment = text.len() == 10 && text.starts_with('1');
    let is_address = text.parse::<IpAddr>().is_ok();
    (!is_moment && !is_address).then(|| text.chars().filter(char::is_ascii_digit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::xml::{self, Dialect};

    #[test]
    fn whom_a_stanza_names_is_found_wherever_it_stands() {
        let text = r#"<presence from="12025550101:3@s.whatsapp.net" id="3EB0A1B2C3D4E5F6" t="1778770943" notify="Zoe" at="10.9.8.7:3478" version="2.26.9.10"><x phone="+1 202-555-0102" last="1778770943" code="123456"/><name>Berta</name><user>12025550103</user></presence>"#;
        let Some(node) = xml::read(text, Dialect::UNKNOWN).node else { panic!() };
        let mut found = mentioned(&node);
        found.sort();
        let mut expected = vec![
            Mention::User("12025550101".into()),
            Mention::Number("12025550102".into()),
            Mention::Number("12025550103".into()),
            Mention::Name("Berta".into()),
            Mention::Name("Zoe".into()),
            Mention::Host("10.9.8.7".parse().unwrap()),
            Mention::Id(Prefix::of_id("3eb0a1b2c3d4").unwrap()),
        ];
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_id_that_a_client_counts_up_is_no_number_of_anybody() {
        let mentions = |id: &str| {
            let text = format!("<call id='{id}'/>");
            mentioned(&xml::read(&text, Dialect::UNKNOWN).node.unwrap())
        };
        for id in ["63247.33219-7", "63247.33219-13-2191"] {
            let number = |mention: &Mention| matches!(mention, Mention::Number(_));
            assert!(!mentions(id).iter().any(number), "{id}");
        }
        for id in ["12025550102", "+1.202-555-0102", "1202.5550102"] {
            assert_eq!(mentions(id), [Mention::Number(id.replace(['+', '.', '-'], "").into())], "{id}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_window_moves_over_every_prefix(text in "[a-c0-2]{0,30}|[a-z0-9é-]{0,40}") {
            let mut window = Window::default();
            for (end, byte) in text.bytes().enumerate() {
                let last = (end + 1).checked_sub(Prefix::LENGTH).and_then(|begin| text.get(begin..=end));
                let last = last.filter(|last| last.bytes().all(|byte| byte.is_ascii_alphanumeric()));
                proptest::prop_assert_eq!(window.push(byte), last.and_then(Prefix::of_id));
            }
        }

        #[test]
        fn prefixes_are_one_only_if_their_letters_are(one in "[a-b0-1]{12}", other in "[a-b0-1]{12}") {
            let tells = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
            let both = Prefix::of_id(&one.to_uppercase()).zip(Prefix::of_id(&other));
            proptest::prop_assert_eq!(both.is_some(), tells(&one) && tells(&other));
            proptest::prop_assert!(both.is_none_or(|(first, second)| (first == second) == (one == other)));
        }
    }
}
