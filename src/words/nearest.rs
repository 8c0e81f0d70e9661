//! Suggestions for mistyped names.

/// How many characters of a name are compared.
const COMPARED: usize = 80;

/// Returns the name that `asked` is most likely a misspelling of, ignoring case: at most a third of its characters
/// differ, or one if it is shorter than six. Returns `None` if no name is that close.
#[must_use]
pub fn nearest<'n>(asked: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let lowered = |text: &str| text.chars().take(COMPARED).flat_map(char::to_lowercase).collect::<String>();
    let asked = lowered(asked);
    let tolerance = (asked.chars().count() / 3).max(1);
    let distances = names.into_iter().map(|name| (strsim::osa_distance(&asked, &lowered(name)), name));
    distances.filter(|(distance, _)| *distance <= tolerance).min().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_only_a_close_name() {
        let names = ["layer", "timeout-terminate-sender", "ring_ms"];
        for (asked, suggestion) in [
            ("timout-terminate-sender", Some("timeout-terminate-sender")),
            ("RING_MS", Some("ring_ms")),
            ("rnig_ms", Some("ring_ms")),
            ("offer", None),
            ("", None),
        ] {
            assert_eq!(nearest(asked, names), suggestion, "{asked}");
        }
    }

    #[test]
    fn a_very_long_name_is_compared_by_its_beginning() {
        assert_eq!(nearest(&"x".repeat(1_000_000), ["layer"]), None);
    }
}
