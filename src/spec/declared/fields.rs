//! The fields that the filters of looks can test: of a call stanza, an ack or a receipt, and of its call.

use std::borrow::Cow;

use super::looked::Looked;
use crate::call::{self, Media, Provenance};
use crate::filter::{self, Field, Type, Value};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::context::Moment;
use crate::spec::observe::answers::{self, Reception};
use crate::spec::observe::group;

/// Declares the fields, a row each.
macro_rules! fields {
    ($($name:literal $kind:ident $doc:literal: $value:expr;)*) => {
        /// The fields, in the order of [`VALUES`].
        pub(super) const FIELDS: &[Field] = &[$(Field { name: $name, kind: Type::$kind, doc: $doc }),*];

        /// How each field is read.
        const VALUES: &[for<'a> fn(&'a Looked<'_, '_>) -> Value<'a>] = &[$($value),*];
    };
}

/// The place of `action` among [`FIELDS`].
pub(super) const ACTION: usize = 0;

fields! {
    "action" Text "the action's tag; of an ack or a receipt, that of what it answers": |it| {
        it.seen.action().map_or(Value::Nothing, |action| text(action.as_str()))
    };
    "tag" Text "`call`, `ack` or `receipt`": |it| text(it.seen.wrapper().tag());
    "known" Boolean "whether the action is one that is known": |it| {
        Value::Boolean(!matches!(it.seen.action(), Some(ActionName::Unknown(_)) | None))
    };
    "direction" Text "`out` or `in`": |it| it.seen.row.observed.direction().map_or(Value::Nothing, |direction| {
        text(if direction == Direction::Outbound { "out" } else { "in" })
    });
    "reason" Text "its `reason`": |it| {
        it.seen.sight.and_then(|sight| sight.action.reason.as_deref()).map_or(Value::Nothing, text)
    };
    "side" Text "the side that sent it: caller, callee, server or unknown": |it| text(it.seen.row.originator.side.name());
    "claimed" Boolean "whether only the address that the server stamped says who sent it": |it| {
        Value::Boolean(it.seen.row.originator.provenance == Provenance::Claim)
    };
    "role" Text "what the recorded device was: caller, callee, callee-other or unknown": |it| {
        text(it.call().role_of(it.seen.row).name())
    };
    "device" Number "the number of the device that sent it": |it| {
        let device = it.seen.row.originator.device.as_ref();
        device.map_or(Value::Nothing, |device| Value::Number(f64::from(device.device)))
    };
    "to" Text "what it is addressed to: `call`, `server`, `account` or `device`": |it| {
        let to = it.seen.row.observed.read().to.as_ref();
        to.map_or(Value::Nothing, |to| text(kind(to)))
    };
    "class" Text "the class of an ack": |it| match &it.seen.row.observed.read().body {
        Body::Ack(ack) => ack.class.as_deref().map_or(Value::Nothing, text),
        _ => Value::Nothing,
    };
    "of_call" Boolean "whether an ack answers a call stanza, or says so": |it| {
        let is_call = |answered: &call::Row| matches!(answered.observed.read().body, Body::Call(_));
        let ack = answers::ack(it.call(), it.seen.row);
        Value::Boolean(ack.is_some_and(|(ack, answered)| {
            answered.map_or(ack.class.as_deref() == Some("call"), is_call)
        }))
    };
    "unrecorded" Boolean "whether it is the ack of a receipt that was not recorded": |it| {
        Value::Boolean(answers::is_ack_of_unrecorded_receipt(it.call(), it.seen.row))
    };
    "acker" Text "whom the `from` of an ack names: `addressee` of what it answers, or `server`": |it| acker(it);
    "acked" Boolean "whether an ack of it was seen": |it| {
        Value::Boolean(it.survey.answers(it.seen.index).is_some_and(|answers| !answers.acks.is_empty()))
    };
    "receipted" Boolean "whether a receipt for it was seen": |it| {
        Value::Boolean(it.survey.answers(it.seen.index).is_some_and(|answers| !answers.receipts.is_empty()))
    };
    "taken" Text "how its recipient took it: `acked`, or `refused` if an ack has an error": |it| match it.reception() {
        Reception::Acked { .. } => text("acked"),
        Reception::Refused { .. } => text("refused"),
        Reception::Unknown => Value::Nothing,
    };
    "refused" Boolean "whether its recipient or the server refused it": |it| {
        Value::Boolean(it.seen.row.refused_by.is_some())
    };
    "error" Text "the code of the error of an ack, or of the ack that refused it; `none` where the error has none": |it| {
        let refusal = match it.reception() {
            Reception::Refused { error, .. } => Some(error),
            Reception::Acked { .. } | Reception::Unknown => None,
        };
        let own = answers::ack(it.call(), it.seen.row).and_then(|(ack, _)| ack.error.as_ref());
        own.or(refusal).map_or(Value::Nothing, |error| text(error.code.as_deref().unwrap_or("none")))
    };
    "own_acks" Boolean "whether the recording has the acks that its device sends": |it| {
        Value::Boolean(it.call().recording(it.seen.row).is_some_and(|recording| !recording.omits_own_acks))
    };
    "copy" Boolean "whether it was also recorded as it was sent": |it| Value::Boolean(it.seen.row.copy_of.is_some());
    "media" Text "audio or video": |it| it.call().media.map_or(Value::Nothing, |media| {
        text(if media == Media::Video { "video" } else { "audio" })
    });
    "offered" Text "what the call's first offer is for: its `video` element, else its `media`, else audio": |it| {
        let offer = it.call().progress.offered.and_then(|offer| it.call().rows.get(offer));
        let offer = offer.and_then(|offer| offer.observed.read().action_node());
        offer.map_or(Value::Nothing, |offer| match offer.child("video") {
            Some(_) => text("video"),
            None => Value::Text(offer.text("media").unwrap_or("audio".into())),
        })
    };
    "group" Boolean "whether it is a group's call": |it| Value::Boolean(it.call().group);
    "in_group" Boolean "whether the call was a group's by then": |it| {
        Value::Boolean(it.survey.group().is_some_and(|since| since <= it.seen.index))
    };
    "invitation" Boolean "whether it asks a third person into the call": |it| {
        Value::Boolean(it.seen.sight.is_some_and(|sight| group::is_invitation(it.call(), &sight)))
    };
    "live" Boolean "whether the call, of two people, was offered live and not refused": |it| {
        Value::Boolean(it.survey.is_live())
    };
    "outcome" Text "how the call ended": |it| text(it.call().progress.outcome.name());
    "rung" Boolean "whether a preaccept or an accept came before it": |it| {
        Value::Boolean(it.survey.rang().is_some_and(|rang| rang < it.seen.index))
    };
    "answered" Boolean "whether the call had been answered before it": |it| {
        Value::Boolean(it.seen.sight.is_some_and(|sight| sight.is_in_call(it.call())))
    };
    "hangs_up" Boolean "whether it is a terminate that ended an answered call": |it| {
        Value::Boolean(it.survey.hang_ups().contains_key(&it.seen.index))
    };
    "rang_out" Boolean "whether it, or what it is a copy of, ended a call that nobody answered or declined": |it| {
        let sent = it.seen.row.copy_of.get().unwrap_or(it.seen.index);
        let mut endings = it.survey.rang_out().into_iter().flat_map(|rang| &rang.endings);
        Value::Boolean(endings.any(|ending| ending.index == sent || ending.index == it.seen.index))
    };
    "moment" Text "when it ended such a call: `at` the ring timeout, or well `before`": |it| match it.moment() {
        Some(Moment::At(_)) => text("at"),
        Some(Moment::Before(_)) => text("before"),
        None => Value::Nothing,
    };
    "declines" Boolean "whether it declines the call": |it| {
        Value::Boolean(it.seen.sight.is_some_and(|sight| call::declines(sight.action)))
    };
    "declined" Boolean "whether it is the stanza by which the unanswered call was declined": |it| {
        Value::Boolean(it.survey.declined() == Some(it.seen.index))
    };
    "without_effect" Boolean "whether the call rang on after it until it timed out": |it| {
        Value::Boolean(it.call().progress.without_effect.contains(&it.seen.index))
    };
    "ends_call" Boolean "whether the call ended with it": |it| {
        Value::Boolean(it.call().progress.ended == Some(it.seen.index))
    };
    "elsewhere" Boolean "whether it says that another device took or declined the call": |it| {
        Value::Boolean(it.seen.sight.is_some_and(|sight| sight.action.is_elsewhere()))
    };
    "tells" Text "what such a terminate tells the other devices of: `accept` or `decline`": |it| {
        it.survey.told(it.seen.index).map_or(Value::Nothing, text)
    };
    "offline" Boolean "whether it came from the offline queue": |it| {
        Value::Boolean(it.seen.row.observed.read().is_offline())
    };
    "late_offer" Boolean "whether its device got the offer from the offline queue": |it| {
        Value::Boolean(it.survey.offer(it.seen.row).is_some_and(|offer| offer.observed.read().is_offline()))
    };
    "rang_ms" Number "milliseconds since the offer, both as its own device saw them": |it| number(it.rang());
    "talk_ms" Number "milliseconds since the accept, both as its own device saw them": |it| number(it.talk());
    "since_offer_ms" Number "milliseconds since the call's first offer": |it| since(it, it.call().progress.offered);
    "since_accept_ms" Number "milliseconds since the call's accept": |it| since(it, it.call().progress.accepted);
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

#[expect(clippy::cast_precision_loss, reason = "differences within a call are far below 2^53 ns")]
fn number<'a>(nanoseconds: Option<i64>) -> Value<'a> {
    nanoseconds.map_or(Value::Nothing, |nanoseconds| Value::Number(nanoseconds as f64 / 1e6))
}

fn since<'a>(it: &Looked<'_, '_>, from: Option<usize>) -> Value<'a> {
    number(from.and_then(|from| it.call().lapse(from, it.seen.index)?.stated()))
}

fn kind(to: &Jid) -> &'static str {
    match (to.server == "call", to.is_server(), to.device) {
        (true, _, _) => "call",
        (_, true, _) => "server",
        (_, _, 0) => "account",
        _ => "device",
    }
}

fn acker<'a>(it: &Looked<'_, '_>) -> Value<'a> {
    let Some((_, Some(answered))) = answers::ack(it.call(), it.seen.row) else { return Value::Nothing };
    let answered = answered.observed.read();
    let Some(from) = it.seen.row.observed.read().from.as_ref() else { return Value::Nothing };
    if !matches!(answered.body, Body::Call(_)) {
        return Value::Nothing;
    }
    match &answered.to {
        Some(to) if to == from || it.call().people.same_person(to, from) => text("addressee"),
        _ if from.is_server() => text("server"),
        _ => Value::Nothing,
    }
}

impl filter::Row for Looked<'_, '_> {
    fn value(&self, field: usize) -> Value<'_> {
        VALUES.get(field).map_or(Value::Nothing, |value| value(self))
    }

    fn contains(&self, text: &str) -> bool {
        let fields = (0..FIELDS.len()).map(|field| self.value(field));
        fields.into_iter().any(|value| matches!(value, Value::Text(value) if filter::contains(&value, text)))
    }
}

impl Looked<'_, '_> {
    /// The value of a field in words; `None` where it has none.
    pub(super) fn field(&self, field: usize) -> Option<String> {
        match filter::Row::value(self, field) {
            Value::Nothing | Value::Boolean(false) => None,
            Value::Text(text) => Some(text.into_owned()),
            Value::Number(number) => Some(number.trunc().to_string()),
            Value::Boolean(true) => FIELDS.get(field).map(|field| field.name.to_owned()),
        }
    }
}
