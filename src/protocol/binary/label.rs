//! What stands for a value of which a recording tells only the kind and the length, as a sanitised one does.

/// The kinds of values, each with what it is called.
pub const KINDS: [(&str, &str); 6] = [
    ("name", "a name that someone chose"),
    ("word", "a word"),
    ("digits", "digits"),
    ("hex", "hex digits"),
    ("text", "text"),
    ("bytes", "bytes of a value"),
];

/// The least length that is not told. A label can hide no longer number than one below it.
const TOO_LONG: usize = 1_000;

/// How a length from [`TOO_LONG`] on is written.
const LONG: &str = "1000+";

/// The label of a value: its kind, one of [`KINDS`], and its length.
#[must_use]
pub fn label(kind: &str, length: usize) -> String {
    if length < TOO_LONG { format!("<{kind}:{length}>") } else { format!("<{kind}:{LONG}>") }
}

/// The kind that a label tells; `None` if a text is no label.
#[must_use]
pub fn labelled(text: &str) -> Option<&'static str> {
    let (kind, length) = text.strip_prefix('<')?.strip_suffix('>')?.split_once(':')?;
    let is_short = length.parse::<usize>().is_ok_and(|it| it < TOO_LONG && it.to_string() == length);
    if !is_short && length != LONG {
        return None;
    }
    KINDS.iter().find(|(known, _)| *known == kind).map(|(known, _)| *known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_recognised_and_holds_no_long_number() {
        for (length, shown) in [(0, "<hex:0>"), (999, "<hex:999>"), (1_000, "<hex:1000+>"), (12_345, "<hex:1000+>")] {
            assert_eq!(label("hex", length), shown);
            assert_eq!(labelled(shown), Some("hex"));
        }
        for text in ["<hex:4711>", "<hex:007>", "<hex:+7>", "<hex:>", "<hex:7", "<hexes:7>", "hex:7", "<hex:7> "] {
            assert_eq!(labelled(text), None, "{text}");
        }
    }
}
