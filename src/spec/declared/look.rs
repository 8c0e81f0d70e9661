//! What a question looks at, and the evidence that follows.

use std::borrow::Cow;
use std::sync::atomic::Ordering;

use super::fields::Stanza;
use super::path::Path;
use super::template::{Filling, Template};
use crate::call::Call;
use crate::filter::Filter;
use crate::spec::context::Context;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{answered, originator};
use crate::spec::question::{Detector, Evidence, Question, Shape, first_of_each};
use crate::spec::strength::Strength;
use crate::words::capitalised;

/// Which stanzas a look is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum At {
    /// Each call stanza once, as it left its originator if that was recorded.
    #[default]
    Each,
    /// Those that left a recorded socket.
    Sent,
    /// Those that arrived, as they arrived.
    Arrived,
    /// Terminates that ended an answered call.
    HangUps,
    /// Those between the accept and the end.
    DuringTalk,
}

/// How much a look proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Always as much.
    Fixed(Strength),
    /// Direct if it left a recorded socket; the server may have added to what arrived.
    AsBuilt,
    /// As much as is known of its originator; nothing where that is unknown.
    Originator,
}

/// One look of a question.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) at: At,
    pub(super) filter: Option<Filter>,
    pub(super) has: Vec<Path>,
    pub(super) lacks: Vec<Path>,
    /// Elements that are looked at one by one.
    pub(super) per: Option<Path>,
    /// What joins the values of several elements into one; without it, each is a piece of evidence.
    pub(super) join: Option<String>,
    pub(super) value: Option<Template>,
    pub(super) supports: Option<&'static str>,
    pub(super) refutes: bool,
    pub(super) proof: Proof,
    pub(super) routine: bool,
    /// Whether only the first of equal pieces counts in a call.
    pub(super) once: bool,
    /// Whether it counts only if the looks before it found nothing in the call.
    pub(super) otherwise: bool,
    pub(super) why: Template,
}

/// All looks of a question.
#[derive(Debug)]
pub(super) struct Looks {
    pub(super) looks: Vec<Look>,
    /// The values that the spec describes.
    pub(super) described: Vec<String>,
}

impl Detector for Looks {
    fn evidence(&self, question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        for look in self.looks.iter().filter(|look| look.may_concern(call)) {
            if look.otherwise && !evidence.is_empty() {
                continue;
            }
            let found =
                look.stanzas(call).into_iter().flat_map(|(sight, talk)| look.judge(self, question, call, sight, talk));
            if look.once { evidence.extend(first_of_each(found)) } else { evidence.extend(found) }
        }
        evidence
    }
}

impl Look {
    /// Returns whether a call can have such stanzas: a cheap answer, for calls of a million rows.
    fn may_concern(&self, call: &Call) -> bool {
        !matches!(self.at, At::HangUps | At::DuringTalk) || call.progress.accepted.is_some()
    }

    fn stanzas<'c>(&self, call: &'c Call) -> Vec<(Sight<'c>, Option<i64>)> {
        let plain = |sights: Vec<Sight<'c>>| sights.into_iter().map(|sight| (sight, None)).collect::<Vec<_>>();
        let mut stanzas = match self.at {
            At::Each => plain(stanzas::each(call)),
            At::Sent => plain(stanzas::each(call).into_iter().filter(Sight::is_outbound).collect()),
            At::Arrived => plain(stanzas::arrivals(call)),
            At::HangUps => {
                let hang_ups = answered::hang_ups(call).into_iter();
                hang_ups.filter(|it| it.sight.row.copy_of.is_none()).map(|it| (it.sight, it.talk)).collect()
            }
            At::DuringTalk => {
                let during = answered::during(call).into_iter();
                during.map(|(sight, talk)| (sight, talk.until(sight.row))).collect()
            }
        };
        if let Some(filter) = &self.filter {
            stanzas.retain(|(sight, _)| filter.matches(&Stanza { call, sight: *sight }));
        }
        stanzas
    }

    fn judge(
        &self,
        looks: &Looks,
        question: &'static Question,
        call: &Call,
        sight: Sight<'_>,
        talk: Option<i64>,
    ) -> Vec<Evidence> {
        let wrapper = sight.wrapper();
        let leads = |path: &Path| path.leads(sight.node, wrapper);
        if !self.has.iter().all(leads) || self.lacks.iter().any(leads) {
            return Vec::new();
        }
        let Some(strength) = self.strength(&sight) else { return Vec::new() };
        let whole = Filling { call, sight, node: sight.node, talk };
        let why = capitalised(&self.why.fill(whole));
        let fill = |filling: Filling<'_>| self.value.as_ref().map(|value| value.fill(filling));
        let values: Vec<Option<String>> = match &self.per {
            None => vec![fill(whole)],
            Some(per) => {
                let elements = per.elements(sight.node, wrapper);
                let values: Vec<_> = elements.into_iter().map(|node| fill(Filling { node, ..whole })).collect();
                if !values.is_empty() {
                    per.has_matched.store(true, Ordering::Relaxed);
                }
                match &self.join {
                    Some(_) if values.is_empty() => Vec::new(),
                    Some(join) => vec![Some(values.into_iter().flatten().collect::<Vec<_>>().join(join))],
                    None => values,
                }
            }
        };
        let piece = |value: Option<String>| {
            let is_new = value.as_ref().is_some_and(|value| looks.is_news(value));
            let why = if is_new { format!("{why} The spec does not document this value.") } else { why.clone() };
            let (hypothesis, values): (Cow<'static, str>, Vec<String>) = match (question.shape, value) {
                (Shape::List, value) => (value?.into(), Vec::new()),
                (_, value) => (self.supports?.into(), value.into_iter().collect()),
            };
            let piece = Evidence::supporting(question, hypothesis, strength, sight.index, why);
            let piece = Evidence { supports: !self.refutes, ..piece.with_values(values) };
            Some(if self.routine { piece.routine() } else { piece })
        };
        values.into_iter().filter_map(piece).collect()
    }

    fn strength(&self, sight: &Sight<'_>) -> Option<Strength> {
        match self.proof {
            Proof::Fixed(strength) => Some(strength),
            Proof::AsBuilt => Some(originator::as_built(sight.row)),
            Proof::Originator => originator::made(sight.row).map(|made| made.strength),
        }
    }

    /// Returns every path of the look.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        let conditions = self.has.iter().chain(&self.per);
        conditions.chain(self.value.iter().flat_map(Template::paths)).chain(self.why.paths())
    }
}

impl Looks {
    /// Returns whether a value is one that the spec does not describe, though it describes values.
    pub(super) fn is_news(&self, value: &str) -> bool {
        !self.described.is_empty() && !value.starts_with('(') && !self.described.iter().any(|known| known == value)
    }
}
