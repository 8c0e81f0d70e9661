//! JSON on several lines.

use serde::de::IgnoredAny;

/// Breaks a JSON object or array into lines, one per value, indented by two spaces per level; `None` if a text is not
/// one. Keys keep their order, and numbers their digits.
pub(in crate::tui) fn lines(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let is_one = text.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok();
    is_one.then(|| broken(text))
}

/// The lines of a valid text.
fn broken(text: &str) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    let mut depth = 0_usize;
    let (mut in_string, mut is_escaped) = (false, false);
    let mut characters = text.chars().peekable();
    let indent = |depth: usize| "  ".repeat(depth);
    while let Some(character) = characters.next() {
        if in_string {
            line.push(character);
            in_string = is_escaped || character != '"';
            is_escaped = character == '\\' && !is_escaped;
            continue;
        }
        match character {
            _ if character.is_ascii_whitespace() => {}
            '{' | '[' => {
                line.push(character);
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                match characters.next_if(|next| matches!(next, '}' | ']')) {
                    Some(closing) => line.push(closing),
                    None => {
                        depth += 1;
                        lines.push(std::mem::replace(&mut line, indent(depth)));
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                lines.push(std::mem::replace(&mut line, indent(depth)));
                line.push(character);
            }
            ',' => {
                line.push(character);
                lines.push(std::mem::replace(&mut line, indent(depth)));
            }
            ':' => line.push_str(": "),
            _ => {
                line.push(character);
                in_string = character == '"';
            }
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_value_per_line() {
        let text = r#"{"a":{"b":[1,2.50, "x,{\"y\"}\\"],"c":{}},"d" : [ ],"e":null}"#;
        let expected = [
            "{",
            "  \"a\": {",
            "    \"b\": [",
            "      1,",
            "      2.50,",
            "      \"x,{\\\"y\\\"}\\\\\"",
            "    ],",
            "    \"c\": {}",
            "  },",
            "  \"d\": [],",
            "  \"e\": null",
            "}",
        ];
        assert_eq!(lines(text).unwrap(), expected);
        assert_eq!(lines("[]").unwrap(), ["[]"]);
    }

    #[test]
    fn what_is_not_json_stays_as_it_is() {
        for text in ["", "7", "\"x\"", "{", "{\"a\":1} x", "[1,]", "{a:1}"] {
            assert_eq!(lines(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_lines_are_the_same_json(keys in prop::collection::vec("\\PC{0,6}", 0..4), number in any::<i64>()) {
            let value: serde_json::Value = keys.iter().map(|key| (key.clone(), serde_json::json!([number, key, {}]))).collect();
            let broken = lines(&value.to_string()).unwrap().join("\n");
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&broken).unwrap(), value);
        }
    }
}
