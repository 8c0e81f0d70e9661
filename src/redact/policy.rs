//! Which attributes of which tags mean what, and which values may stay.

/// What the value of an attribute is, as far as redaction is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A word, a version or a number of the protocol: it stays where it looks like one.
    Protocol,
    /// A number that measures something: decimal digits stay, however many.
    Number,
    /// A moment, in seconds since the Unix epoch.
    Moment,
    /// A name that a person chose.
    Name,
    /// Anything: it stays only if it is short and looks like a word or a small number of the protocol.
    Unknown,
}

/// Attributes that mean the same under every tag.
const EVERYWHERE: &[(&str, Meaning)] = &[
    ("t", Meaning::Moment),
    ("notify", Meaning::Name),
    ("notify_name", Meaning::Name),
    ("pushname", Meaning::Name),
    ("name", Meaning::Name),
    ("subject", Meaning::Name),
    ("platform", Meaning::Protocol),
    ("version", Meaning::Protocol),
    ("class", Meaning::Protocol),
    ("type", Meaning::Protocol),
    ("reason", Meaning::Protocol),
    ("terminate_reason", Meaning::Protocol),
    ("error", Meaning::Protocol),
    ("duration", Meaning::Number),
    ("audio_duration", Meaning::Number),
    ("video_duration", Meaning::Number),
    ("latency", Meaning::Number),
    ("rate", Meaning::Number),
    ("enc", Meaning::Protocol),
    ("media", Meaning::Protocol),
];

/// Attributes that mean something under one tag.
const UNDER: &[(&str, &str, Meaning)] = &[
    ("error", "code", Meaning::Protocol),
    ("error", "text", Meaning::Protocol),
    ("mute_v2", "mute-state", Meaning::Protocol),
    ("net", "medium", Meaning::Protocol),
    ("transport", "p2p-cand-round", Meaning::Protocol),
    ("transport", "transport-message-type", Meaning::Protocol),
    ("relaylatency", "transaction-id", Meaning::Unknown),
    ("te", "relay_name", Meaning::Unknown),
];

/// What the attribute of a tag means.
pub(super) fn meaning(tag: &str, attribute: &str) -> Meaning {
    let under = UNDER.iter().find(|(of, name, _)| *of == tag && *name == attribute).map(|(_, _, meaning)| *meaning);
    let everywhere = || EVERYWHERE.iter().find(|(name, _)| *name == attribute).map(|(_, meaning)| *meaning);
    under.or_else(everywhere).unwrap_or(Meaning::Unknown)
}

/// The longest word of the protocol that stays.
const WORD: usize = 24;

/// The longest value of a known attribute that stays.
const PHRASE: usize = 40;

/// The most digits that stay in the value of an unknown attribute.
const DIGITS: usize = 4;

/// Whether a value looks like a word or a small number of the protocol.
pub(super) fn looks_like_protocol(value: &str) -> bool {
    let word = value.len() <= WORD && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let number = value.len() <= DIGITS && value.bytes().all(|byte| byte.is_ascii_digit());
    word || number
}

/// Whether the value of an attribute that is known to be a word, a version or a code looks like one. Long numbers,
/// which could be anyone's, do not.
pub(super) fn looks_like_phrase(value: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-. ".contains(&byte);
    let long = value.as_bytes().split(|byte| !byte.is_ascii_digit()).any(|digits| digits.len() > DIGITS + 1);
    value.len() <= PHRASE && value.bytes().all(fits) && !long
}

/// Whether a value is decimal digits, of a length that a count of milliseconds can have.
pub(super) fn looks_like_number(value: &str) -> bool {
    value.len() <= 10 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// A label for a value that does not stay: what it looks like, and its length.
pub(super) fn label(value: &str) -> String {
    let all = |fits: fn(&u8) -> bool| !value.is_empty() && value.bytes().all(|byte| fits(&byte));
    let kind = if all(u8::is_ascii_digit) {
        "digits"
    } else if value.len().is_multiple_of(2) && all(u8::is_ascii_hexdigit) {
        "hex"
    } else {
        "text"
    };
    format!("<{kind}:{}>", value.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_stay_only_if_they_look_like_protocol() {
        for stays in ["opus", "accepted_elsewhere", "", "1", "8000"] {
            assert!(looks_like_protocol(stays), "{stays}");
        }
        for goes in ["80001", "Anna", "anna.b", "a-b", "abcdefghijklmnopqrstuvwxyz", "é"] {
            assert!(!looks_like_protocol(goes), "{goes}");
        }
    }

    #[test]
    fn known_values_may_be_versions_and_phrases() {
        assert!(looks_like_phrase("2.26.9.1") && looks_like_phrase("item-not-found") && looks_like_phrase("12345"));
        assert!(!looks_like_phrase("123456") && !looks_like_phrase("Item") && !looks_like_phrase("10000000000001@lid"));
    }

    #[test]
    fn a_label_says_what_a_value_looked_like() {
        assert_eq!(label("100000000001"), "<digits:12>");
        assert_eq!(label("00ff"), "<hex:4>");
        assert_eq!(label("Zoë B"), "<text:5>");
        assert_eq!(label(""), "<text:0>");
    }

    #[test]
    fn a_tag_can_give_an_attribute_its_meaning() {
        assert_eq!(meaning("error", "code"), Meaning::Protocol);
        assert_eq!(meaning("x", "code"), Meaning::Unknown);
        assert_eq!(meaning("anything", "t"), Meaning::Moment);
    }
}
