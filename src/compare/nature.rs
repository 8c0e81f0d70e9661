//! What is random by nature: ids, keys, tokens and times, which differ between any two stanzas.

/// Attributes that hold an id, a time or the name that a person goes by, whatever their values look like.
const RANDOM: [&str; 8] = ["id", "call-id", "stanza-id", "t", "e", "uuid", "transaction-id", "notify"];

/// The least characters of a hex or base64 text that is taken for a key, a hash or a token.
const LEAST_ENCODED: usize = 16;

/// Elements whose content is a ciphertext, a key, a token or an address, whatever its length.
const RANDOM_CONTENT: [&str; 12] = [
    "enc",
    "token",
    "auth_token",
    "key",
    "hbh_key",
    "device-identity",
    "privacy",
    "tctoken",
    "te",
    "te2",
    "rte",
    "participant_token",
];

/// What a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// An attribute, or a key of JSON.
    Attribute,
    /// The content of the element of that name.
    Content,
}

/// Returns whether two values of an attribute, key or element differ only as any two do.
pub(super) fn is_random(holder: Holder, name: &str, left: &str, right: &str) -> bool {
    let is_random = nature(holder, name, left);
    is_random.is_some() && is_random == nature(holder, name, right)
}

/// Returns what two values have in common that differ only as any two do; `None` of a value that is not random.
pub(super) fn nature(holder: Holder, name: &str, value: &str) -> Option<String> {
    let is_named = match holder {
        Holder::Attribute => RANDOM.contains(&name),
        Holder::Content => RANDOM_CONTENT.contains(&name),
    };
    if is_named { Some(name.to_owned()) } else { kind(value).map(|kind| format!("{kind:?}")) }
}

/// A kind of random values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Bytes as hex, and how many digits.
    Hex(usize),
    /// Bytes as base64, and how many characters.
    Base64(usize),
    /// Unix seconds or milliseconds, by the number of digits.
    Time(usize),
}

fn kind(text: &str) -> Option<Kind> {
    let is_all = |is_one: fn(&u8) -> bool| text.bytes().all(|byte| is_one(&byte));
    let has = |is_one: fn(&u8) -> bool| text.bytes().any(|byte| is_one(&byte));
    let length = text.len();
    if length < LEAST_ENCODED {
        let is_time = is_all(u8::is_ascii_digit) && text.starts_with(['1', '2']) && matches!(length, 10 | 13);
        return is_time.then_some(Kind::Time(length));
    }
    if is_all(u8::is_ascii_hexdigit) {
        return Some(Kind::Hex(length));
    }
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_');
    // Words have no digits in them.
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    (text.bytes().all(|byte| is_base64(&byte)) && is_mixed).then_some(Kind::Base64(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keys_and_times_are_random_and_words_are_not() {
        assert!(is_random(Holder::Attribute, "id", "1", "other"));
        assert!(is_random(Holder::Attribute, "key", "00ff00ff00ff00ff00ff", "11ff00ff00ff00ff00ff"));
        assert!(is_random(Holder::Attribute, "token", "aGVsbG8gd29ybGQx", "Zm9vYmFyYmF6cXV4"));
        assert!(is_random(Holder::Attribute, "when", "1700000000", "1700000100"));
        assert!(!is_random(Holder::Attribute, "reason", "timeout", "accepted_elsewhere"));
        assert!(!is_random(Holder::Attribute, "rate", "16000", "8000"));
        assert!(!is_random(Holder::Attribute, "key", "00ff00ff00ff00ff00ff", "00ff00ff00ff00ff"), "lengths differ");
        assert!(!is_random(Holder::Attribute, "duration", "61420", "5000"));
        assert!(!is_random(Holder::Attribute, "name", "accepted_elsewhere", "rejected_elsewhere"));
        assert!(is_random(Holder::Content, "enc", "184 bytes", "178 bytes"));
        assert!(!is_random(Holder::Content, "capability", "0105f709e4bb13", "0105f709e4bb07"));
    }
}
