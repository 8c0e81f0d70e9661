//! Text without the escapes that XML, JSON, Markdown and this program write.

/// The longest entity that is undone, in bytes.
const LONGEST: usize = 24;

/// What escapes begin with.
const SIGNS: [char; 3] = ['&', '\\', '%'];

/// The text with every escape in it undone, once; `None` if it has none. It has as many lines: what would end one
/// becomes a space.
pub(super) fn without_escapes(text: &str) -> Option<String> {
    text.find(SIGNS)?;
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(SIGNS) {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let undone = match escape.chars().next() {
            Some('&') => entity(escape),
            Some('%') => percent(escape),
            _ => backslash(escape),
        };
        let (character, length) = undone.unwrap_or_else(|| (escape.chars().next().unwrap_or_default(), 1));
        plain.push(if matches!(character, '\n' | '\r') { ' ' } else { character });
        rest = escape.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    (plain != text).then_some(plain)
}

/// The character of the entity that a text begins with, and the entity's length.
fn entity(text: &str) -> Option<(char, usize)> {
    numeric(text).or_else(|| named(text))
}

/// The same of an entity that is a number, which need not have its semicolon.
fn numeric(text: &str) -> Option<(char, usize)> {
    let number = text.strip_prefix("&#")?;
    let (number, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |number| (number, 16));
    let begin = text.len() - number.len();
    let length = number.bytes().take(LONGEST).take_while(|byte| char::from(*byte).is_digit(radix)).count();
    let character = char::from_u32(u32::from_str_radix(number.get(..length)?, radix).ok()?)?;
    let end = begin + length;
    Some((character, end + usize::from(text.get(end..)?.starts_with(';'))))
}

/// The characters that percent signs encode as bytes of UTF-8 begin with this one: how it is written, all of it.
fn percent(text: &str) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let digits = text.get(at..)?.strip_prefix('%')?.get(..2)?;
        u8::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    let bytes: Vec<u8> = (0..4).map_while(|place| byte(3 * place)).collect();
    let character =
        (1..=bytes.len()).find_map(|length| std::str::from_utf8(bytes.get(..length)?).ok()?.chars().next())?;
    Some((character, 3 * character.len_utf8()))
}

fn named(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => return None,
    };
    Some((character, end + 1))
}

/// The character of the escape that a text begins with, which begins with a backslash, and the escape's length.
fn backslash(text: &str) -> Option<(char, usize)> {
    let inside = text.get(1..)?;
    let first = inside.chars().next()?;
    match first {
        'u' => code(inside.get(1..)?).map(|(character, length)| (character, length + 2)),
        'x' => {
            let byte = u8::from_str_radix(inside.get(1..3)?, 16).ok()?;
            Some((char::from(byte), 4))
        }
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
        assert_eq!(undone("plain & simple, 5 %, 7%-8%"), "nothing");
        assert_eq!(undone(r"&#52&#0000057;&#x31;\x37"), "4917");
        assert_eq!(undone("Zo%C3%AB%20Q %34%39%"), "Zoë Q 49%");
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
