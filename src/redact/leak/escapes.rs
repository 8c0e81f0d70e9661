//! Text without the escapes that XML, JSON, Markdown and this program write.

/// The longest entity that is undone, in bytes.
const LONGEST: usize = 12;

/// The text with every escape in it undone, once; `None` if it has none. It has as many lines: what would end one
/// becomes a space.
pub(super) fn without_escapes(text: &str) -> Option<String> {
    text.find(['&', '\\'])?;
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '\\']) {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let undone = if escape.starts_with('&') { entity(escape) } else { backslash(escape) };
        let (character, length) = undone.unwrap_or_else(|| (escape.chars().next().unwrap_or_default(), 1));
        plain.push(if matches!(character, '\n' | '\r') { ' ' } else { character });
        rest = escape.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    (plain != text).then_some(plain)
}

/// The character of the entity that a text begins with, and the entity's length.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let hex = number.strip_prefix(['x', 'X']).map(|hex| u32::from_str_radix(hex, 16));
            char::from_u32(hex.unwrap_or_else(|| number.parse()).ok()?)?
        }
    };
    Some((character, end + 1))
}

/// The character of the escape that a text begins with, which begins with a backslash, and the escape's length.
fn backslash(text: &str) -> Option<(char, usize)> {
    let inside = text.get(1..)?;
    let first = inside.chars().next()?;
    match first {
        'u' => code(inside.get(1..)?).map(|(character, length)| (character, length + 2)),
        'n' | 'r' | 't' => Some((' ', 2)),
        _ if first.is_ascii_punctuation() => Some((first, 2)),
        _ => None,
    }
}

/// The character of a code in braces, or in four hex digits, which a text begins with; and how long that is.
fn code(text: &str) -> Option<(char, usize)> {
    let (digits, length) = match text.strip_prefix('{') {
        Some(inside) => {
            let end = inside.bytes().take(LONGEST).position(|byte| byte == b'}')?;
            (inside.get(..end)?, end + 2)
        }
        None => (text.get(..4)?, 4),
    };
    Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_one_layer_at_a_time() {
        let undone = |text| without_escapes(text).unwrap_or_else(|| "nothing".to_owned());
        assert_eq!(undone(r"a\u{200b}b\u0041 \u{a}"), "a\u{200b}bA  ");
        assert_eq!(undone("&lt;O&apos;Brien&#x41;&#66;"), "<O'BrienAB");
        assert_eq!(undone(r"\\u{41}\|\#"), r"\u{41}|#");
        assert_eq!(undone(r"C:\new \q &nothing; & \u{zz} \"), "C: ew \\q &nothing; & \\u{zz} \\");
        assert_eq!(undone("plain & simple"), "nothing");
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_lost_and_no_text_too_much(text in "(\\PC|[&\\\\u{}#;x0-9a-f\n]){0,80}") {
            if let Some(plain) = without_escapes(&text) {
                proptest::prop_assert_eq!(plain.lines().count(), text.lines().count());
                proptest::prop_assert!(plain.len() <= text.len());
            }
        }
    }
}
