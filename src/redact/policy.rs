//! What the values of attributes are, and which of them may stay: those that are of their attribute's type.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use crate::analysis::NAMES;
use crate::protocol::binary::Dictionary;
use crate::protocol::binary::label::{label, labelled};
use crate::spec::PAGES;

/// What the value of an attribute is, as far as redaction is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A word of the vocabulary, or one of these.
    Word(&'static [&'static str]),
    /// The version of a client.
    Version,
    /// One of these conditions, or a word of the vocabulary.
    Condition,
    /// A number in one of these ranges.
    Number(&'static [RangeInclusive<u64>]),
    /// A moment, in seconds since the Unix epoch.
    Moment,
    /// A name that a person chose.
    Name,
    /// Anything: a word of the vocabulary or a digit stays.
    Unknown,
}

use Meaning::{Condition, Moment, Name, Number, Unknown, Version, Word};

/// A day in milliseconds: no call is longer.
const MILLISECONDS: &[RangeInclusive<u64>] = &[0..=86_400_000];

/// Milliseconds of a way through the network; also with the bit that clients set above them.
const LATENCY: &[RangeInclusive<u64>] = &[0..=999, 0x0200_0000..=0x0200_ffff];

/// Rates at which sound is sampled.
const RATES: &[RangeInclusive<u64>] = &[
    8_000..=8_000,
    12_000..=12_000,
    16_000..=16_000,
    24_000..=24_000,
    32_000..=32_000,
    44_100..=44_100,
    48_000..=48_000,
];

/// Codes of errors, as in HTTP.
const CODES: &[RangeInclusive<u64>] = &[0..=9, 100..=599];

const SMALL: &[RangeInclusive<u64>] = &[0..=99];

const PIXELS: &[RangeInclusive<u64>] = &[16..=4_320];

/// Names of platforms that clients give themselves.
const PLATFORMS: &[&str] = &[
    "android",
    "chrome",
    "darwin",
    "desktop",
    "edge",
    "firefox",
    "ios",
    "ipad",
    "iphone",
    "kaios",
    "linux",
    "macos",
    "opera",
    "safari",
    "smb_android",
    "smb_ios",
    "smba",
    "smbi",
    "uwp",
    "web",
    "windows",
    "wp",
];

/// Codecs, and how clients spell them.
const CODECS: &[&str] = &["aac", "av1", "g711", "h.264", "h264", "h265", "hevc", "mlow", "opus", "silk", "vp8", "vp9"];

/// Conditions of errors (RFC 6120, section 8.3.3, and those that servers add). Some servers put spaces between the words.
const CONDITIONS: &[&str] = &[
    "bad-request",
    "conflict",
    "feature-not-implemented",
    "forbidden",
    "gateway-timeout",
    "gone",
    "internal-server-error",
    "item-not-found",
    "jid-malformed",
    "not-acceptable",
    "not-allowed",
    "not-authorized",
    "not-found",
    "policy-violation",
    "rate-overlimit",
    "recipient-unavailable",
    "redirect",
    "registration-required",
    "remote-server-not-found",
    "remote-server-timeout",
    "resource-constraint",
    "resource-limit",
    "service-unavailable",
    "subscription-required",
    "timeout",
    "too-many-requests",
    "unauthorized",
    "undefined-condition",
    "unexpected-request",
];

/// Reasons that calls end with, beside those that the spec names.
const REASONS: &[&str] = &[
    "accepted_elsewhere",
    "accept_elsewhere",
    "busy",
    "cancel",
    "cancelled",
    "canceled",
    "connection_lost",
    "declined",
    "do_not_disturb",
    "elsewhere",
    "ended",
    "e2e_failure",
    "failed",
    "group_call_ended",
    "hangup",
    "identity",
    "ignored",
    "lost",
    "missed",
    "missing_remote_digest",
    "network",
    "no_answer",
    "offline",
    "reject",
    "rejected",
    "rejected_elsewhere",
    "reject_elsewhere",
    "retry",
    "stop_comms",
    "timeout",
    "unavailable",
    "uncallable",
    "unsupported",
];

/// Attributes that mean the same under every tag.
const EVERYWHERE: &[(&str, Meaning)] = &[
    ("t", Moment),
    ("platform", Word(PLATFORMS)),
    ("version", Version),
    ("class", Word(&[])),
    ("type", Word(&[])),
    ("reason", Word(REASONS)),
    ("terminate_reason", Word(REASONS)),
    ("error", Number(CODES)),
    ("duration", Number(MILLISECONDS)),
    ("audio_duration", Number(MILLISECONDS)),
    ("video_duration", Number(MILLISECONDS)),
    ("latency", Number(LATENCY)),
    ("rate", Number(RATES)),
    ("c2r_rtt", Number(LATENCY)),
    ("count", Number(SMALL)),
    ("enc", Word(CODECS)),
    ("dec", Word(CODECS)),
    ("media", Word(&["audio", "video"])),
    ("offline", Number(SMALL)),
];

/// Attributes that mean something under one tag.
const UNDER: &[(&str, &str, Meaning)] = &[
    ("error", "code", Number(CODES)),
    ("error", "text", Condition),
    ("mute_v2", "mute-state", Number(SMALL)),
    ("net", "medium", Number(SMALL)),
    ("transport", "p2p-cand-round", Number(SMALL)),
    ("transport", "transport-message-type", Number(SMALL)),
    ("video", "screen_width", Number(PIXELS)),
    ("video", "screen_height", Number(PIXELS)),
];

/// What the attribute of a tag means.
pub(super) fn meaning(tag: &str, attribute: &str) -> Meaning {
    let under = UNDER.iter().find(|(of, name, _)| *of == tag && *name == attribute).map(|(_, _, meaning)| *meaning);
    let everywhere = || EVERYWHERE.iter().find(|(name, _)| *name == attribute).map(|(_, meaning)| *meaning);
    let name = || NAMES.contains(&attribute).then_some(Name);
    under.or_else(everywhere).or_else(name).unwrap_or(Unknown)
}

/// Whether a value is of its attribute's type.
pub(super) fn is_of(meaning: Meaning, value: &str) -> bool {
    value.is_empty()
        || match meaning {
            Word(further) => VOCABULARY.has(value) || further.contains(&value),
            Condition => VOCABULARY.has(value) || CONDITIONS.contains(&&*value.replace([' ', '_'], "-")),
            Version => is_version(value),
            Number(ranges) => decimal(value).is_some_and(|number| ranges.iter().any(|range| range.contains(&number))),
            Unknown => is_digit(value) || VOCABULARY.has(value),
            Moment => is_digit(value),
            Name => false,
        }
}

fn is_digit(value: &str) -> bool {
    value.len() == 1 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number in decimal digits, spelled in the one way that is shortest.
fn decimal(value: &str) -> Option<u64> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| digits && (value.len() == 1 || !value.starts_with('0')))
}

/// Whether a value has the shape of a client's version: one digit, or `2`, then a year or a branch, and numbers too short
/// to be anybody's. The builds of a web client have ten digits, of which the first two are `10`.
fn is_version(value: &str) -> bool {
    let parts: Vec<_> = value.split('.').collect();
    let is_number = |part: &&str| decimal(part).is_some();
    let is_build = |part: &&str| part.len() <= 3 || (part.len() == 10 && part.starts_with("10"));
    match parts.as_slice() {
        [_] => is_digit(value),
        ["2", branch, builds @ ..] => {
            let is_branch = *branch == "3000" || branch.len() == 2 || (branch.len() == 4 && branch.starts_with('2'));
            is_branch && builds.len() <= 2 && parts.iter().all(is_number) && builds.iter().all(is_build)
        }
        _ => false,
    }
}

/// The longest name of a tag or an attribute that stays although its words are not known.
const SHORT: usize = 6;

/// Whether a word, in lower case, can stay in a sanitised stanza as or in a value or a name.
pub(super) fn is_vocabulary(word: &str) -> bool {
    VOCABULARY.parts.contains(word)
}

/// Whether the name of a tag or an attribute may stay: it is made of words of the vocabulary, or too short to say much.
pub(super) fn is_name(name: &str) -> bool {
    let digits = name.as_bytes().split(|byte| !byte.is_ascii_digit()).map(<[u8]>::len).max();
    let is_ascii = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_:.".contains(&byte));
    let is_known = || parts(name).all(|part| VOCABULARY.parts.contains(part) || is_digit(part));
    is_ascii && (VOCABULARY.has(name) || (digits < Some(2) && (name.len() <= SHORT || is_known())))
}

fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split(|character: char| !character.is_ascii_alphanumeric()).filter(|part| !part.is_empty())
}

/// What clients write that neither the dictionary nor the pages of the spec have.
const SHIPPED: &[&str] = &[
    "backoff",
    "c2r_rtt",
    "caller_country_code",
    "country_code",
    "device_class",
    "device_orientation",
    "elected_relay_idx",
    "endpoint",
    "group_info",
    "hbh_key",
    "joinable",
    "keygen",
    "mute_v2",
    "notify_name",
    "p2p",
    "peer_pid",
    "peer_state",
    "protocol",
    "pushname",
    "relay_election",
    "relaylatency",
    "screen_height",
    "screen_width",
    "self_pid",
    "silence_reason",
    "terminate_reason",
    "token_id",
    "transaction-id",
    "uncompressed",
    "voip_settings",
    "web",
    "withheld",
];

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::new);

/// The words of WABinary's dictionary, of the spec and of what clients are known to write.
struct Vocabulary {
    words: HashSet<&'static str>,
    /// What they are made of.
    parts: HashSet<&'static str>,
}

impl Vocabulary {
    fn new() -> Self {
        let quoted = PAGES.iter().flat_map(|page| page.texts.split('`').skip(1).step_by(2));
        let attributes = PAGES.iter().flat_map(|page| page.attributes).flat_map(|it| [it.element, it.name]);
        let ours =
            EVERYWHERE.iter().map(|(name, _)| *name).chain(UNDER.iter().flat_map(|(tag, name, _)| [*tag, *name]));
        let all = quoted.chain(attributes).chain(NAMES.iter().copied()).chain(ours).chain(SHIPPED.iter().copied());
        let words = all.chain(Dictionary::current().all()).filter(|word| is_word(word));
        let words: HashSet<_> = words.collect();
        let typed = [PLATFORMS, CODECS, CONDITIONS, REASONS].into_iter().flatten();
        let parts = words.iter().chain(typed).flat_map(|word| parts(word)).collect();
        Self { words, parts }
    }

    fn has(&self, word: &str) -> bool {
        self.words.contains(word)
    }
}

/// Whether a token is a word: the dictionary has numbers too, and any number may be somebody's.
fn is_word(token: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-:.".contains(&byte);
    token.starts_with(|first: char| first.is_ascii_alphabetic())
        && token.bytes().all(fits)
        && !token.as_bytes().windows(3).any(|three| three.iter().all(u8::is_ascii_digit))
}

/// A label for a value that does not stay: what it looks like, and its length. That of a label is itself.
pub(super) fn kind_and_length(value: &str) -> String {
    if labelled(value).is_some() {
        return value.to_owned();
    }
    let all = |fits: fn(&u8) -> bool| !value.is_empty() && value.bytes().all(|byte| fits(&byte));
    let kind = if all(u8::is_ascii_digit) {
        "digits"
    } else if value.len().is_multiple_of(2) && all(u8::is_ascii_hexdigit) {
        "hex"
    } else if all(|byte| byte.is_ascii_lowercase() || b"_-".contains(byte)) {
        "word"
    } else {
        "text"
    };
    label(kind, value.chars().count())
}

/// How the names begin that stand for withheld ones.
const WITHHELD: &str = "withheld-";

/// What stands for the name of a tag or an attribute that does not stay: a name again, since XML has to be read.
pub(super) fn withheld_name(name: &str) -> String {
    format!("{WITHHELD}{}", name.chars().count().min(999))
}

/// Whether a name stands for one that did not stay: it ends in a length, and perhaps in an ordinal.
#[must_use]
pub fn is_withheld_name(name: &str) -> bool {
    let number = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    name.strip_prefix(WITHHELD).is_some_and(|rest| match rest.split_once('-') {
        Some((length, ordinal)) => number(length, 3) && number(ordinal, 2),
        None => number(rest, 3),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_only_if_it_is_of_its_attributes_type() {
        for (tag, name, value) in [
            ("x", "new", "accept"),
            ("x", "new", "7"),
            ("x", "new", ""),
            ("call", "platform", "android"),
            ("call", "version", "2.26.9.1"),
            ("call", "version", "2.3000.1023456789"),
            ("enc", "v", "2"),
            ("terminate", "reason", "accepted_elsewhere"),
            ("terminate", "duration", "72860"),
            ("te", "latency", "33554451"),
            ("audio", "rate", "16000"),
            ("error", "code", "404"),
            ("error", "text", "item-not-found"),
            ("error", "text", "service unavailable"),
            ("terminate", "reason", "group_call_ended"),
            ("ack", "type", "relay_election"),
        ] {
            assert!(is_of(meaning(tag, name), value), "{tag}@{name} {value}");
        }
        for (tag, name, value) in [
            ("x", "new", "somebody"),
            ("x", "new", "0815"),
            ("x", "new", "1108"),
            ("x", "new", "42"),
            ("call", "platform", "bertas_phone"),
            ("call", "version", "1.202.555.0100"),
            ("call", "version", "2.20.2555.0100"),
            ("call", "version", "2.3000.2025550100"),
            ("terminate", "reason", "berta_left"),
            ("terminate", "duration", "2025550100"),
            ("terminate", "duration", "0815"),
            ("te", "latency", "2025550100"),
            ("audio", "rate", "8005550100"),
            ("error", "code", "0404"),
            ("error", "text", "no berta here"),
            ("ack", "type", "berta"),
            ("y", "t", "4712"),
            ("y", "notify", "accept"),
        ] {
            assert!(!is_of(meaning(tag, name), value), "{tag}@{name} {value}");
        }
    }

    #[test]
    fn what_is_measured_is_no_number_of_anybody() {
        let measured = |meaning: &Meaning| matches!(meaning, Number(_) | Moment | Version);
        let under = UNDER.iter().map(|(_, name, meaning)| (name, meaning));
        for (name, meaning) in EVERYWHERE.iter().map(|(name, meaning)| (name, meaning)).chain(under) {
            assert_eq!(measured(meaning), crate::analysis::MEASURED.contains(name), "{name}");
        }
    }

    #[test]
    fn a_label_says_what_a_value_looked_like() {
        assert_eq!(kind_and_length("100000000001"), "<digits:12>");
        assert_eq!(kind_and_length("00ff"), "<hex:4>");
        assert_eq!(kind_and_length("somebody"), "<word:8>");
        assert_eq!(kind_and_length("Zoë B"), "<text:5>");
        assert_eq!(kind_and_length("<digits:12>"), "<digits:12>");
        assert_eq!(kind_and_length("<digits:12025550100>"), "<text:20>");
    }

    #[test]
    fn names_are_made_of_known_words_or_short() {
        for stays in ["offer", "voip_settings", "mute_v2", "call-creator", "te2", "p2p-cand-round", "accept_reason"] {
            assert!(is_name(stays), "{stays}");
        }
        for goes in ["bertaschulz", "n12025550100", "ip-84.23.33.43", "berta_schulz", "b42", "zoë"] {
            assert!(!is_name(goes), "{goes}");
        }
        assert!(is_withheld_name(&withheld_name("bertaschulz")) && is_withheld_name("withheld-11-2"));
        for goes in ["withheld-12025550100", "withheld-120-255-501", "withheld-120-255", "withheld-"] {
            assert!(!is_withheld_name(goes), "{goes}");
        }
    }
}
