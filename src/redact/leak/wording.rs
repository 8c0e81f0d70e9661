//! Words that say nothing about anybody, because this program writes them itself.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::protocol::binary::Dictionary;
use crate::redact::policy::is_vocabulary;
use crate::spec::PAGES;

/// Names of users and machines that many have.
const EVERYBODY: [&str; 8] =
    ["root", "user", "admin", "ubuntu", "debian", "runner", "localhost", "localhost.localdomain"];

/// The words of this program's texts, one a line. `RINGTRACE_BLESS=1 cargo test --test it privacy` collects them.
const OURS: &str = include_str!("words.txt");

/// Every word of the texts, the pages and the dictionary.
static WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let pages = PAGES.iter().map(|page| page.texts);
    let texts = pages.chain(Dictionary::current().all()).chain([OURS]);
    let words = texts.flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    words.filter(|word| word.chars().any(char::is_alphabetic)).map(str::to_lowercase).collect()
});

/// Whether a name is the one of a user or a machine that many have.
pub(super) fn is_everybodys(name: &str) -> bool {
    EVERYBODY.contains(&name)
}

/// Whether a name is a word of the protocol, which has to be allowed to stand in a report.
pub(super) fn is_protocol(name: &str) -> bool {
    Dictionary::current().has(name) || is_wording(name)
}

/// Whether a text, in lower case, is made of words that this program itself uses where it speaks of calls: as a name it
/// says nothing.
pub(super) fn is_wording(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut words = words.peekable();
    words.peek().is_some() && words.all(|word| WORDS.contains(word) || is_vocabulary(word))
}
