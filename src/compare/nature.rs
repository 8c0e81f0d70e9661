//! What is random by nature: ids, keys, tokens and times, which differ between any two stanzas.

/// Attributes that hold an id or a time, whatever their values look like.
const RANDOM: [&str; 7] = ["id", "call-id", "stanza-id", "t", "e", "uuid", "transaction-id"];

/// The least characters of a hex or base64 text that is taken for a key, a hash or a token.
const LEAST_ENCODED: usize = 16;

/// Returns whether two values of an attribute or key differ only as any two do.
pub(super) fn is_random(name: &str, left: &str, right: &str) -> bool {
    RANDOM.contains(&name) || kind(left).is_some_and(|kind_of_left| kind(right) == Some(kind_of_left))
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
        assert!(is_random("id", "1", "other"));
        assert!(is_random("key", "00ff00ff00ff00ff00ff", "11ff00ff00ff00ff00ff"));
        assert!(is_random("token", "aGVsbG8gd29ybGQx", "Zm9vYmFyYmF6cXV4"));
        assert!(is_random("when", "1700000000", "1700000100"));
        assert!(!is_random("reason", "timeout", "accepted_elsewhere"));
        assert!(!is_random("rate", "16000", "8000"));
        assert!(!is_random("key", "00ff00ff00ff00ff00ff", "00ff00ff00ff00ff"), "lengths differ");
        assert!(!is_random("duration", "61420", "5000"));
        assert!(!is_random("name", "accepted_elsewhere", "rejected_elsewhere"));
    }
}
