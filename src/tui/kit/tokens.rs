//! Texts piece by piece.

/// Splits a text into words, spaces and single punctuation characters, to compare it piece by piece.
pub(in crate::tui) fn tokens(text: &str) -> Vec<&str> {
    let kind = |character: char| match character {
        ' ' => 0,
        character if character.is_alphanumeric() || character == '_' || character == '-' => 1,
        _ => 2,
    };
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match kind(first) {
            2 => first.len_utf8(),
            same => rest.find(|character| kind(character) != same).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_and_punctuation_are_tokens() {
        assert_eq!(tokens("<call id=\"A 1\"/>"), ["<", "call", " ", "id", "=", "\"", "A", " ", "1", "\"", "/", ">"]);
    }

    proptest! {
        #[test]
        fn tokens_concatenate_to_the_text(text in "\\PC{0,40}") {
            prop_assert_eq!(tokens(&text).concat(), text);
        }
    }
}
