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

/// Returns whether a name is a slip of the finger away from another, ignoring case: one character differs, is missing or
/// added, or two are swapped.
#[must_use]
pub fn is_slip(asked: &str, name: &str) -> bool {
    let lengths = asked.len().abs_diff(name.len());
    lengths < 4 && strsim::osa_distance(&asked.to_lowercase(), &name.to_lowercase()) <= 1
}

#[cfg(test)]
mod tests {
    use super::{is_slip, nearest};

    #[test]
    fn a_slip_is_one_character() {
        assert!(is_slip("acton", "action") && is_slip("ACTOIN", "action") && is_slip("actions", "action"));
        assert!(
            !is_slip("timeout", "time_utc") && !is_slip("", "action") && !is_slip(&"x".repeat(1_000_000), "action")
        );
    }

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
