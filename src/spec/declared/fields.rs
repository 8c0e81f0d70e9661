//! The fields that the filters of looks can test: of a call stanza, and of its call.

use std::borrow::Cow;

use crate::call::{Call, Media};
use crate::filter::{self, Field, Type, Value};
use crate::origin::Direction;
use crate::spec::observe::stanzas::Sight;

/// Declares the fields, a row each.
macro_rules! fields {
    ($($name:literal $kind:ident $doc:literal: $value:expr;)*) => {
        /// The fields, in the order of [`VALUES`].
        pub(super) const FIELDS: &[Field] = &[$(Field { name: $name, kind: Type::$kind, doc: $doc }),*];

        /// How each field is read.
        const VALUES: &[for<'a> fn(&'a Stanza<'_>) -> Value<'a>] = &[$($value),*];
    };
}

fields! {
    "action" Text "the action's tag": |stanza| text(stanza.sight.action.name.as_str());
    "direction" Text "`out` or `in`": |stanza| stanza.sight.row.observed.direction().map_or(Value::Nothing, |direction| {
        text(if direction == Direction::Outbound { "out" } else { "in" })
    });
    "reason" Text "its `reason`": |stanza| stanza.sight.action.reason.as_deref().map_or(Value::Nothing, text);
    "side" Text "the side that sent it: caller, callee, server or unknown": |stanza| text(stanza.sight.row.originator.side.name());
    "role" Text "what the recorded device was: caller, callee, callee-other or unknown": |stanza| {
        text(stanza.call.role_of(stanza.sight.row).name())
    };
    "device" Number "the number of the device that sent it": |stanza| {
        let device = stanza.sight.row.originator.device.as_ref();
        device.map_or(Value::Nothing, |device| Value::Number(f64::from(device.device)))
    };
    "media" Text "audio or video": |stanza| stanza.call.media.map_or(Value::Nothing, |media| {
        text(if media == Media::Video { "video" } else { "audio" })
    });
    "group" Boolean "whether it is a group's call": |stanza| Value::Boolean(stanza.call.group);
    "outcome" Text "how the call ended": |stanza| text(stanza.call.progress.outcome.name());
    "answered" Boolean "whether the call had been answered before it": |stanza| {
        Value::Boolean(stanza.sight.is_in_call(stanza.call))
    };
    "refused" Boolean "whether its recipient or the server refused it": |stanza| {
        Value::Boolean(stanza.sight.row.refused_by.is_some())
    };
    "declines" Boolean "whether it declines the call": |stanza| Value::Boolean(crate::call::declines(stanza.sight.action));
    "elsewhere" Boolean "whether it says that another device took or declined the call": |stanza| {
        Value::Boolean(stanza.sight.action.is_elsewhere())
    };
    "offline" Boolean "whether it came from the offline queue": |stanza| {
        Value::Boolean(stanza.sight.row.observed.read().is_offline())
    };
    "since_offer_ms" Number "milliseconds since the offer": |stanza| since(stanza, stanza.call.progress.offered);
    "since_accept_ms" Number "milliseconds since the accept": |stanza| since(stanza, stanza.call.progress.accepted);
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

#[expect(clippy::cast_precision_loss, reason = "differences within a call are far below 2^53 ns")]
fn since<'a>(stanza: &Stanza<'_>, from: Option<usize>) -> Value<'a> {
    let lapse = from.and_then(|from| stanza.call.lapse(from, stanza.sight.index)?.stated());
    lapse.map_or(Value::Nothing, |nanoseconds| Value::Number(nanoseconds as f64 / 1e6))
}

/// A call stanza, as filters see it.
pub(super) struct Stanza<'c> {
    pub(super) call: &'c Call,
    pub(super) sight: Sight<'c>,
}

impl filter::Row for Stanza<'_> {
    fn value(&self, field: usize) -> Value<'_> {
        VALUES.get(field).map_or(Value::Nothing, |value| value(self))
    }

    fn contains(&self, text: &str) -> bool {
        let fields = (0..FIELDS.len()).map(|field| self.value(field));
        fields.into_iter().any(|value| matches!(value, Value::Text(value) if filter::contains(&value, text)))
    }
}
