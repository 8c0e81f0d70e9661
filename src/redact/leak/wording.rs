//! Words that say nothing about anybody.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::protocol::binary::Dictionary;
use crate::spec::PAGES;

/// Names of users and machines that many have.
const EVERYBODY: [&str; 8] =
    ["root", "user", "admin", "ubuntu", "debian", "runner", "localhost", "localhost.localdomain"];

/// Words of reports, beside those of the pages.
const OURS: &[&str] = &[
    "caller",
    "callee",
    "server",
    "capture",
    "ringtrace",
    "unknown",
    "record",
    "stanza",
    "evidence",
    "captures",
    "confidence",
    "recording",
    "recordings",
    "timeline",
    "sanitised",
    "websocket",
    "baileys",
    "whatsapp-rust",
    "whatsapp-web",
    "whatsmeow",
    "whatsapp",
    "zapo",
    "vantage",
    "verdict",
    "records",
    "note",
    "notes",
    "offset",
];

/// Every word of the pages and the dictionary.
static WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let pages = PAGES.iter().map(|page| page.texts);
    let words = pages.chain(Dictionary::current().all()).flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    words.filter(|word| word.chars().any(char::is_alphabetic)).map(str::to_lowercase).collect()
});

/// Whether a name is the one of a user or a machine that many have.
pub(super) fn is_everybodys(name: &str) -> bool {
    EVERYBODY.contains(&name)
}

/// Whether a name is a word of the protocol, which has to be allowed to stand in a report.
pub(super) fn is_protocol(name: &str) -> bool {
    OURS.contains(&name) || Dictionary::current().has(name)
}

/// Whether a word, in lower case, is one that this program itself uses where it speaks of calls: as a name it says
/// nothing.
pub(super) fn is_wording(word: &str) -> bool {
    is_protocol(word) || WORDS.contains(word)
}
