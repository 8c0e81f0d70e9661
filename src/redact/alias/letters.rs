//! Letters that number people.

/// The letters of an ordinal: A to Z, then AA, AB ...
pub(super) fn letters(mut ordinal: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + u8::try_from(ordinal % 26).unwrap_or_default());
        if ordinal < 26 {
            break;
        }
        ordinal = ordinal / 26 - 1;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

/// The ordinal of letters.
pub(super) fn ordinal(letters: &str) -> Option<usize> {
    let mut ordinal = 0_usize;
    for letter in letters.bytes() {
        let digit = usize::from(letter.checked_sub(b'A').filter(|digit| *digit < 26)?);
        ordinal = ordinal.checked_mul(26)?.checked_add(digit + 1)?;
    }
    ordinal.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_on_after_z() {
        for (number, text) in [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(number), text);
            assert_eq!(ordinal(text), Some(number));
        }
        assert_eq!(ordinal("a"), None);
        assert_eq!(ordinal(""), None);
    }
}
