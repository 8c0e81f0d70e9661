//! Counts, plurals and sizes.

use std::fmt::Display;

/// A number with commas between thousands: `1,234`.
#[must_use]
pub fn count(number: impl Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 call`, `1,234 calls`.
#[must_use]
pub fn counted<N: Display + Copy + PartialEq + From<u8>>(number: N, thing: &str) -> String {
    format!("{} {thing}{}", count(number), plural(number))
}

/// The ending of a noun that `number` counts: empty for one, otherwise `s`.
#[must_use]
pub fn plural<N: PartialEq + From<u8>>(number: N) -> &'static str {
    if number == N::from(1) { "" } else { "s" }
}

/// The indefinite article for `word`, by its first letter.
#[must_use]
pub fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

/// The text with its first letter in upper case.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let mut capitalised = String::with_capacity(text.len());
    capitalised.extend(characters.next().into_iter().flat_map(char::to_uppercase));
    capitalised.push_str(characters.as_str());
    capitalised
}

/// A number of bytes: `812 B`, `12.3 MB`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
pub fn bytes(number: u64) -> String {
    let (divisor, unit) = match number {
        ..1_000 => return format!("{number} B"),
        1_000..1_000_000 => (1e3, "kB"),
        1_000_000..1_000_000_000 => (1e6, "MB"),
        _ => (1e9, "GB"),
    };
    format!("{:.1} {unit}", number as f64 / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_and_units() {
        assert_eq!([count(7), count(1_234), count(1_234_567)], ["7", "1,234", "1,234,567"]);
        assert_eq!([bytes(812), bytes(12_345_678)], ["812 B", "12.3 MB"]);
    }

    #[test]
    fn nouns_and_articles_agree() {
        assert_eq!(
            [counted(1_u64, "call"), counted(0_u64, "call"), counted(1_234_usize, "call")],
            ["1 call", "0 calls", "1,234 calls"]
        );
        assert_eq!([article("offer"), article("reject")], ["an", "a"]);
        assert_eq!([capitalised("évidence"), capitalised("")], ["Évidence", ""]);
    }
}
