//! Rules that give an attribute its form.

use super::observe::stanzas::{acks, terminates};
use super::rule::{Carrier, Checks, Form};
use crate::call::Call;
use crate::protocol::binary::label::labelled;
use crate::protocol::binary::{Element, Value};

/// The year 5138. Milliseconds since 1970 are beyond it since 1973, so that they are not taken for seconds.
const LATEST: u64 = 100_000_000_000;

/// Checks the attribute `name` wherever a call's stanzas of that kind have it.
pub(super) fn check(carrier: Carrier, name: &str, form: Form, call: &Call, checks: &mut Checks) {
    match carrier {
        Carrier::Ack => {
            acks(call)
                .for_each(|(index, row, _)| check_one(row.observed.read().node.root(), index, name, form, checks));
        }
        Carrier::Terminate => {
            terminates(call).for_each(|sight| check_one(sight.node, sight.index, name, form, checks));
        }
    }
}

fn check_one(node: Element<'_>, row: usize, name: &str, form: Form, checks: &mut Checks) {
    let Some(value) = node.attribute(name) else { return };
    if labelled(&value.to_text()).is_some() {
        checks.undecided(row, format!("its `{name}` was replaced by {value}"));
        return;
    }
    match form.of(value) {
        Ok(why) => checks.holds(row, why),
        Err(what) => checks.violated(row, format!("its `{name}` is {what}: {value}")),
    }
}

impl Form {
    /// Whether a value has the form: it in words, or what the value is instead.
    fn of(self, value: Value<'_>) -> Result<&'static str, &'static str> {
        match self {
            Self::Address if value.to_jid().is_some() => Ok("it is an address"),
            Self::Address => Err("not an address"),
            Self::U32 if decimal_u32(&value.to_text()).is_some() => Ok("it is an unsigned 32-bit integer"),
            Self::U32 => Err("not an unsigned 32-bit integer"),
            Self::UnixSeconds => match decimal(&value.to_text()) {
                Some(seconds) if seconds < LATEST => Ok("it counts seconds"),
                Some(_) => Err("too large for seconds"),
                None => Err("not a number of seconds"),
            },
        }
    }
}

/// Decimal digits, without sign, as a number.
fn decimal(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Decimal digits, without sign, as a number of 32 bits.
pub(super) fn decimal_u32(text: &str) -> Option<u32> {
    decimal(text)?.try_into().ok()
}
