//! JSON as a list of keys and values.

use serde_json::Value;

/// The most keys of one text that are compared.
const KEYS: usize = 20_000;

/// The path to a value, such as `encode.rate` or `relays[2].name`, and its text.
pub(super) type Entry = (String, String);

/// The values of a JSON object or array that are neither, by their paths; `None` if a text is not one.
pub(super) fn entries(text: &str) -> Option<Vec<Entry>> {
    let text = text.trim();
    let value: Value = if text.starts_with(['{', '[']) { serde_json::from_str(text).ok()? } else { return None };
    let (mut entries, mut open) = (Vec::new(), vec![(String::new(), &value)]);
    while let Some((path, value)) = open.pop() {
        let inner = open.len();
        match value {
            Value::Object(object) if !object.is_empty() => open.extend(object.iter().map(|(key, value)| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                (path, value)
            })),
            Value::Array(list) if !list.is_empty() => {
                open.extend(list.iter().enumerate().map(|(index, value)| (format!("{path}[{index}]"), value)));
            }
            Value::String(text) => entries.push((path, text.clone())),
            other => entries.push((path, other.to_string())),
        }
        if let Some(added) = open.get_mut(inner..) {
            added.reverse();
        }
        if entries.len() >= KEYS {
            break;
        }
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_paths() {
        let entries = entries(r#"{"a":{"b":[1,{"c":"x"}],"d":{}},"e":null}"#).unwrap();
        let shown: Vec<_> = entries.iter().map(|(path, text)| format!("{path}={text}")).collect();
        assert_eq!(shown, ["a.b[0]=1", "a.b[1].c=x", "a.d={}", "e=null"]);
        assert_eq!(super::entries("no"), None);
        assert_eq!(super::entries("{"), None);
    }
}
