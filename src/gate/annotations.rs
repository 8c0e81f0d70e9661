//! Departures as workflow commands of GitHub Actions, which become annotations.

use std::fmt::Write as _;

use super::departure::Departures;
use super::level::Level;
use crate::visible::visible;

/// Returns one command per line for each departure that is not known: `::error file=..,line=..,title=..::message`.
#[must_use]
pub fn annotations(departures: &Departures<'_>) -> String {
    let mut text = String::new();
    for departure in departures.iter().filter(|departure| !departure.is_known) {
        let command = match departure.level {
            Level::Violation => "error",
            Level::Warning => "warning",
            Level::Discrepancy | Level::Novelty => "notice",
        };
        let _ = write!(text, "::{command} title={}", property(departure.id));
        if let Some(capture) = departure.capture.filter(|capture| capture.name != "-") {
            let _ = write!(text, ",file={}", property(&capture.name));
        }
        if let Some(line) = departure.line() {
            let _ = write!(text, ",line={line}");
        }
        let _ = writeln!(text, "::{}", message(&format!("{} {}", departure.title, departure.sentence())));
    }
    text
}

/// Text after the second `::`.
pub(crate) fn message(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which a comma or a colon would end.
pub(crate) fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_value_early() {
        assert_eq!(property("a:b,c%d\n::error::x"), "a%3Ab%2Cc%25d\\u{a}%3A%3Aerror%3A%3Ax");
    }
}
