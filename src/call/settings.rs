//! What the server's settings announce of a call.

use memchr::memmem;

use super::model::Call;
use crate::protocol::binary::{Content, Element};
use crate::protocol::stanza::{ActionName, Body};

/// A ring timeout that settings announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announced {
    /// Index in [`Call::rows`] of the row with the settings.
    pub index: usize,
    /// In nanoseconds.
    pub timeout: i64,
}

impl Call {
    /// Returns the `caller_timeout` of the settings in the offer or its ack.
    #[must_use]
    pub fn announced(&self) -> Option<Announced> {
        self.rows.iter().enumerate().find_map(|(index, row)| {
            let stanza = row.observed.read();
            let settings = match &stanza.body {
                Body::Call(Some(action)) if action.name == ActionName::Offer => stanza.action_node()?.children(),
                Body::Ack(_) if row.action == Some(ActionName::Offer) => stanza.node.children(),
                _ => return None,
            };
            let mut settings = settings.filter(|child| child.tag() == "voip_settings");
            let seconds = settings.find_map(caller_timeout)?;
            Some(Announced { index, timeout: seconds.saturating_mul(1_000_000_000) })
        })
    }
}

/// Returns the seconds after `caller_timeout` in the JSON of settings, which some logs quote or escape once more.
#[must_use]
pub fn caller_timeout(settings: Element<'_>) -> Option<i64> {
    let text = match settings.content() {
        Content::Bytes(bytes) => String::from_utf8_lossy(bytes),
        Content::Value(value) => value.to_text(),
        Content::None | Content::Nodes(_) | Content::Elided(_) => return None,
    };
    const NAME: &str = "caller_timeout";
    let after = text.get(memmem::find(text.as_bytes(), NAME.as_bytes())? + NAME.len()..)?;
    let digits = after.trim_start_matches(['"', '\\', ':', ' ']);
    let digits = digits.get(..digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len()))?;
    digits.parse().ok().filter(|seconds| (1..=3600).contains(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::binary::NodeBuilder;

    #[test]
    fn the_timeout_is_read_however_a_log_quotes_the_settings() {
        let timeout = |text: &str| {
            let mut builder = NodeBuilder::default();
            builder.start("voip_settings");
            builder.bytes(text.as_bytes());
            caller_timeout(builder.finish().root())
        };
        assert_eq!(timeout(r#"{"options":{"caller_timeout":"90"}}"#), Some(90));
        assert_eq!(timeout(r#""{\"options\":{\"caller_timeout\": 45}}""#), Some(45));
        assert_eq!(timeout(r#"{"caller_timeout":"0"}"#), None);
        assert_eq!(timeout(r#"{"caller_timeout":"99999999999999999999"}"#), None);
        assert_eq!(timeout("{}"), None);
    }
}
