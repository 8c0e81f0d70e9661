//! The label of an arrow.

use crate::call::Row;
use crate::protocol::stanza::{ActionName, Body};

/// Returns a stanza's action and its significant attributes, as in `terminate reason=timeout`. Text from the capture in
/// it is untrusted.
#[must_use]
pub fn label(row: &Row) -> String {
    let stanza = row.observed.read();
    let mut label = match &stanza.body {
        Body::Ack(_) | Body::Receipt(_) => {
            let answered = row.action.as_ref().map_or("", ActionName::as_str);
            format!("{} {answered}", stanza.node.tag())
        }
        Body::Call(_) | Body::Login(_) | Body::Other => {
            row.action.as_ref().map_or_else(|| stanza.node.tag().to_string(), ToString::to_string)
        }
    };
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            label.push_str(&format!(" {name}={value}"));
        }
    };
    match &stanza.body {
        Body::Ack(ack) => {
            if let Some(error) = &ack.error {
                add("error", Some(error.code.as_deref().unwrap_or("")));
                add("text", error.text.as_deref());
            }
        }
        Body::Call(Some(action)) => {
            add("reason", action.reason.as_deref());
            add("duration", action.duration.as_deref());
            if let Some(state) = stanza.action_node().and_then(|node| node.text("mute-state")) {
                add("mute-state", Some(&state));
            }
            match action.destination.len() {
                0 => {}
                1 => label.push_str(" to 1 device"),
                devices => label.push_str(&format!(" to {devices} devices")),
            }
        }
        Body::Call(None) | Body::Receipt(_) | Body::Login(_) | Body::Other => {}
    }
    label
}
