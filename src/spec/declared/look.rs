//! What a question looks at, and the evidence that follows.

use std::sync::atomic::{AtomicBool, Ordering};

use foldhash::HashSet;
use serde::Deserialize;

use super::looked::Looked;
use super::path::{Lead, Names, Path, Start};
use super::relation::{Others, Relation};
use super::template::Template;
use super::words::Filling;
use crate::call::Call;
use crate::filter::Filter;
use crate::origin::{Direction, Timestamp};
use crate::spec::context::Context;
use crate::spec::coverage;
use crate::spec::observe::answers::Reception;
use crate::spec::observe::{Seen, Survey, originator};
use crate::spec::question::{Detector, Distinct, Evidence, Question, Shape};
use crate::spec::strength::Strength;
use crate::spec::text::Text;
use crate::words::capitalised;

/// Which stanzas a look is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum At {
    /// Each call stanza once, as it left its originator if that was recorded.
    #[default]
    Each,
    /// Those that left a recorded socket.
    Sent,
    /// Those that arrived, as they arrived.
    Arrived,
    /// Each as it left, and as it arrived.
    Both,
    /// Every recorded call stanza, copies too.
    All,
    /// Acks.
    Acks,
    /// Receipts, each once.
    Receipts,
    /// Terminates that ended an answered call.
    HangUps,
    /// Those between the accept and the end.
    DuringTalk,
    /// The accept of each device that saw the call answered, for the time until its end.
    Talks,
    /// The settings that announce a ring timeout.
    Announced,
}

/// What must have been read without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Watched {
    /// Its socket, from the offer to it.
    SinceOffer,
    /// Its socket, for a while after it.
    After,
    /// The same, with the acks of the recorded device if that is to answer.
    Answer,
    /// Its socket, from it to the last stanza of the call there, and a while after that.
    ToEnd,
    /// Its socket, from the accept to the end.
    Talk,
}

/// How much a look proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Always as much.
    Fixed(Strength),
    /// Direct if it left a recorded socket; the server may have added to what arrived.
    AsBuilt,
    /// As much as is known of its originator, and of the other stanza's or of that which is cited; nothing where that is
    /// unknown.
    Originator,
}

/// Which row the evidence is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Cite {
    /// The stanza that is looked at.
    #[default]
    Itself,
    /// Its first ack.
    Ack,
    /// Its first receipt.
    Receipt,
    /// The ack that refused it; the stanza if none did.
    Refusal,
    /// The other stanza.
    Other,
    /// The one that ended the call.
    End,
}

/// How often equal pieces of evidence count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Once {
    /// Always.
    #[default]
    No,
    /// Once in a call.
    Call,
    /// Once in a stanza.
    Stanza,
}

/// What a look speaks for.
#[derive(Debug)]
pub(super) enum Support {
    /// A hypothesis.
    Hypothesis(&'static str),
    /// The one that is filled in; nothing if there is none called so.
    Filled(Template),
}

/// One look of a question.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) at: At,
    pub(super) filter: Option<Filter>,
    /// The actions that the filter lets through, where it says so.
    pub(super) actions: Option<Vec<String>>,
    pub(super) has: Vec<Path>,
    pub(super) lacks: Vec<Path>,
    /// A path that must lead to several places.
    pub(super) several: Option<Path>,
    /// Children that must be in this order, or must not be.
    pub(super) order: Option<(Vec<String>, bool)>,
    pub(super) relations: Vec<Relation>,
    pub(super) same_sender: bool,
    /// The least time, in nanoseconds, between the stanza and the other one.
    pub(super) apart: Option<i64>,
    pub(super) watched: Vec<Watched>,
    /// Elements that are looked at one by one.
    pub(super) per: Option<Path>,
    /// What joins the values of several elements into one; without it, each is a piece of evidence.
    pub(super) join: Option<String>,
    pub(super) value: Option<Template>,
    /// What is listed besides.
    pub(super) values: Option<Path>,
    pub(super) supports: Option<Support>,
    pub(super) refutes: bool,
    pub(super) proof: Proof,
    pub(super) routine: bool,
    pub(super) once: Once,
    /// Whether only the first stanza of a call counts.
    pub(super) first: bool,
    /// Whether it counts only if the looks before it found nothing in the call.
    pub(super) otherwise: bool,
    pub(super) cite: Cite,
    pub(super) why: Template,
}

/// All looks of a question.
#[derive(Debug)]
pub(super) struct Looks {
    pub(super) looks: Vec<Look>,
    /// The values that the spec describes.
    pub(super) described: Vec<String>,
    pub(super) names: Names,
    /// Whether any call was looked at: until then, no path can have led anywhere.
    pub(super) were_asked: AtomicBool,
}

/// A stanza that a look is about, and the other one that its relations led to.
struct Matched<'s, 'c> {
    looked: Looked<'s, 'c>,
    other: Option<usize>,
}

impl Detector for Looks {
    fn evidence(&self, question: &'static Question, survey: &Survey<'_>, context: &Context) -> Vec<Evidence> {
        self.were_asked.store(true, Ordering::Relaxed);
        let mut evidence: Vec<Evidence> = Vec::new();
        for look in self.looks.iter().filter(|look| look.may_concern(survey.call)) {
            if look.otherwise && !evidence.is_empty() {
                continue;
            }
            let mut matched: Vec<_> = look.matched(&self.names, survey, context).collect();
            let total = matched.len();
            if look.first {
                matched.truncate(1);
            }
            let same = |piece: &Evidence| (piece.row, piece.hypothesis.clone());
            let mut known: HashSet<_> = match look.once {
                Once::Stanza => evidence.iter().map(same).collect(),
                Once::No | Once::Call => HashSet::default(),
            };
            let mut distinct = Distinct::default();
            for matched in &matched {
                look.judge(self, question, matched, total, |piece, why| match look.once {
                    Once::Call => distinct.add(piece, why),
                    Once::Stanza if !known.insert(same(&piece)) => false,
                    Once::Stanza | Once::No => {
                        evidence.push(Evidence { why: why(), ..piece });
                        true
                    }
                });
            }
            evidence.extend(distinct.into_pieces());
        }
        evidence
    }

    fn first_row(&self, question: &'static Question, survey: &Survey<'_>, context: &Context) -> Option<usize> {
        let mut looks = self.looks.iter().filter(|look| look.may_concern(survey.call));
        looks.find_map(|look| {
            let mut matched = look.matched(&self.names, survey, context).take(if look.first { 1 } else { usize::MAX });
            matched.find_map(|matched| look.row_of_any(self, question, &matched))
        })
    }
}

impl Look {
    /// Returns whether a call can have such stanzas: a cheap answer, for calls of a million rows.
    fn may_concern(&self, call: &Call) -> bool {
        !matches!(self.at, At::HangUps | At::DuringTalk | At::Talks) || call.progress.accepted.is_some()
    }

    fn matched<'s, 'c>(
        &self,
        names: &Names,
        survey: &'s Survey<'c>,
        context: &'s Context,
    ) -> impl Iterator<Item = Matched<'s, 'c>> {
        let others: Vec<Others> = self.relations.iter().map(|_| Others::default()).collect();
        self.stanzas(survey).into_iter().filter_map(move |seen| {
            let looked = Looked { survey, context, seen };
            self.concerns(names, &looked, &others).map(|other| Matched { looked, other })
        })
    }

    fn stanzas<'c>(&self, survey: &Survey<'c>) -> Vec<Seen<'c>> {
        let actions = self.actions.as_deref();
        let is_outbound = |seen: &&Seen<'_>| seen.sight.is_some_and(|sight| sight.is_outbound());
        let is_own = |seen: &&Seen<'_>| seen.row.copy_of.is_none() && seen.row.repeats.is_none();
        let tagged = |tag: &'static str| move |seen: &&Seen<'_>| seen.sight.is_none() && seen.wrapper().tag() == tag;
        let mut stanzas: Vec<Seen<'c>> = match self.at {
            At::Each => survey.each().with(actions).copied().collect(),
            At::Sent => survey.each().with(actions).filter(is_outbound).copied().collect(),
            At::Arrived => survey.arrived().with(actions).copied().collect(),
            At::Both => survey.both().with(actions).copied().collect(),
            At::All => survey.rows().with(actions).filter(|seen| seen.sight.is_some()).copied().collect(),
            At::Acks => survey.rows().with(actions).filter(tagged("ack")).copied().collect(),
            At::Receipts => survey.rows().with(actions).filter(tagged("receipt")).filter(is_own).copied().collect(),
            At::HangUps => survey.hang_ups().values().filter(|end| end.row.copy_of.is_none()).copied().collect(),
            At::DuringTalk => survey.during().with(actions).copied().collect(),
            At::Talks => {
                let talks = survey.talks().values().map(|talk| {
                    let seen = Seen::of(talk.accept, talk.accepted)?;
                    Some(Seen { talk: talk.duration(), ..seen })
                });
                talks.flatten().collect()
            }
            At::Announced => {
                let row = survey.call.announced().map(|announced| announced.index);
                row.and_then(|index| Seen::of(index, survey.call.rows.get(index)?)).into_iter().collect()
            }
        };
        // Of several actions, each comes on its own.
        stanzas.sort_by_key(|seen| seen.index);
        stanzas
    }

    /// Returns whether a look is about a stanza: if so, the other one that its relations led to.
    fn concerns(&self, names: &Names, looked: &Looked<'_, '_>, others: &[Others]) -> Option<Option<usize>> {
        if !self.filter.as_ref().is_none_or(|filter| filter.matches(looked)) {
            return None;
        }
        let start = Start { call: looked.call(), seen: looked.seen, node: looked.seen.node };
        if self.per.is_none() && !self.fits(names, start) {
            return None;
        }
        if self.several.as_ref().is_some_and(|path| path.leads(start, names).len() < 2) {
            return None;
        }
        if let Some((order, is_kept)) = &self.order {
            let tags = looked.seen.node.children();
            let ranks = tags.filter_map(|child| order.iter().position(|known| *known == child.tag()));
            if ranks.is_sorted() != *is_kept {
                return None;
            }
        }
        let mut other = None;
        for (relation, others) in self.relations.iter().zip(others) {
            let (holds, found) = others.of(relation, looked, self.same_sender);
            if !holds {
                return None;
            }
            other = other.or(found);
        }
        if let Some(least) = self.apart {
            let apart = other.and_then(|other| looked.call().elapsed(other, looked.seen.index));
            if apart.is_none_or(|apart| apart.saturating_abs() < least) {
                return None;
            }
        }
        self.watched.iter().all(|watched| watched.is_watched(looked)).then_some(other)
    }

    fn fits(&self, names: &Names, start: Start<'_>) -> bool {
        self.has.iter().all(|path| path.is_there(start, names))
            && !self.lacks.iter().any(|path| path.is_there(start, names))
    }

    /// Hands on each piece of evidence that follows from a stanza, still without its sentence, with what makes the sentence.
    /// `take` returns whether it was made.
    fn judge(
        &self,
        looks: &Looks,
        question: &'static Question,
        matched: &Matched<'_, '_>,
        total: usize,
        mut take: impl FnMut(Evidence, &dyn Fn() -> Text) -> bool,
    ) {
        let Some((whole, strength)) = self.weighed(looks, matched, total) else { return };
        let fill =
            |filling: Filling<'_, '_, '_>| self.value.as_ref().map(|value| value.fill(filling).trim().to_owned());
        let mut piece = |value: Option<String>, filling: Filling<'_, '_, '_>| -> Option<()> {
            let is_new = value.as_ref().is_some_and(|value| looks.is_news(value));
            let why = || {
                let why = capitalised(&self.why.fill(filling));
                if is_new { format!("{why} The spec does not document this value.").into() } else { Text::from(why) }
            };
            let (hypothesis, mut values): (Text, Vec<String>) = match (question.shape, value) {
                (Shape::List, value) => (value?.into(), Vec::new()),
                (_, value) => (self.hypothesis(question, filling)?.into(), value.into_iter().collect()),
            };
            let listed = self.values.iter().flat_map(|path| path.leads(filling.start, &looks.names));
            values.extend(listed.map(|lead| lead.listed().to_owned()));
            let piece = Evidence::supporting(question, hypothesis, strength, filling.row, Text::default());
            let piece = Evidence { supports: !self.refutes, routine: self.routine, ..piece.with_values(values) };
            if !take(piece, &why) {
                self.why.try_paths(filling);
            }
            Some(())
        };
        let Some(per) = &self.per else {
            piece(fill(whole), whole);
            return;
        };
        let leads = per.leads(whole.start, &looks.names);
        let mut fillings = self.places(&leads, whole).peekable();
        match &self.join {
            Some(join) if fillings.peek().is_some() => {
                let values: Vec<_> = fillings.filter_map(fill).collect();
                piece(Some(values.join(join)), whole);
            }
            Some(_) => {}
            None => fillings.for_each(|filling| {
                piece(fill(filling), filling);
            }),
        }
    }

    /// Returns the row of the evidence that follows from a stanza, if any does. Of its texts only a hypothesis that is filled in
    /// is made, which is not called by how many stanzas there are.
    fn row_of_any(&self, looks: &Looks, question: &Question, matched: &Matched<'_, '_>) -> Option<usize> {
        let (whole, _) = self.weighed(looks, matched, 0)?;
        let is_piece = |filling: Filling<'_, '_, '_>| match question.shape {
            Shape::List => self.value.is_some(),
            Shape::Exclusive | Shape::Existential { .. } => self.hypothesis(question, filling).is_some(),
        };
        let is_any = match &self.per {
            None => is_piece(whole),
            Some(per) => {
                let leads = per.leads(whole.start, &looks.names);
                let mut places = self.places(&leads, whole);
                if self.join.is_some() { places.next().is_some() && is_piece(whole) } else { places.any(is_piece) }
            }
        };
        is_any.then_some(whole.row)
    }

    /// Returns what fills in the texts about a stanza, and how much it proves; `None` if it proves nothing.
    fn weighed<'f, 's, 'c>(
        &self,
        looks: &'f Looks,
        matched: &'f Matched<'s, 'c>,
        total: usize,
    ) -> Option<(Filling<'f, 's, 'c>, Strength)> {
        let Matched { looked, other } = matched;
        let row = self.cited(looked, *other)?;
        let strength = self.strength(looked, *other, row)?;
        let start = Start { call: looked.call(), seen: looked.seen, node: looked.seen.node };
        Some((Filling { looked, names: &looks.names, start, lead: None, other: *other, row, total }, strength))
    }

    /// The same for each of the elements that are looked at one by one.
    fn places<'f, 's, 'c>(
        &self,
        leads: &'f [Lead<'c>],
        whole: Filling<'f, 's, 'c>,
    ) -> impl Iterator<Item = Filling<'f, 's, 'c>> {
        let places = leads.iter().map(move |lead| {
            let start = Start { node: lead.node, ..whole.start };
            Filling { start, lead: Some(lead), ..whole }
        });
        places.filter(move |filling| self.fits(whole.names, filling.start))
    }

    fn hypothesis(&self, question: &Question, filling: Filling<'_, '_, '_>) -> Option<&'static str> {
        match self.supports.as_ref()? {
            Support::Hypothesis(name) => Some(name),
            Support::Filled(template) => {
                let name = template.fill(filling);
                question.hypotheses.iter().copied().find(|known| *known == name)
            }
        }
    }

    fn cited(&self, looked: &Looked<'_, '_>, other: Option<usize>) -> Option<usize> {
        let answers = || looked.survey.answers(looked.seen.index);
        match self.cite {
            Cite::Itself => Some(looked.seen.index),
            Cite::Ack => answers()?.acks.first().copied(),
            Cite::Receipt => answers()?.receipts.first().copied(),
            Cite::Refusal => Some(match looked.reception() {
                Reception::Refused { row, .. } => row,
                Reception::Acked { .. } | Reception::Unknown => looked.seen.index,
            }),
            Cite::Other => other,
            Cite::End => looked.call().progress.ended,
        }
    }

    fn strength(&self, looked: &Looked<'_, '_>, other: Option<usize>, cited: usize) -> Option<Strength> {
        match self.proof {
            Proof::Fixed(strength) => Some(strength),
            Proof::AsBuilt => Some(originator::as_built(looked.seen.row)),
            Proof::Originator => {
                let known = |index: usize| Some(originator::made(looked.call().rows.get(index)?)?.strength);
                let also = if self.cite == Cite::End { Some(cited) } else { other.filter(|_| self.same_sender) };
                let own = known(looked.seen.index)?;
                also.map_or(Some(own), |also| Some(own.min(known(also)?)))
            }
        }
    }

    /// Returns every path of the look.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        let conditions = self.has.iter().chain(&self.per).chain(&self.several).chain(&self.values);
        conditions.chain(self.value.iter().flat_map(Template::paths)).chain(self.why.paths())
    }

    /// Returns the paths that led nowhere so far, as written and each once.
    pub(super) fn unmatched(&self) -> impl Iterator<Item = &str> {
        let unmatched = self.paths().filter(|path| !path.has_matched.load(Ordering::Relaxed));
        let mut known = HashSet::default();
        unmatched.map(|path| path.text.as_str()).filter(move |path| known.insert(*path))
    }
}

impl Watched {
    fn is_watched(self, looked: &Looked<'_, '_>) -> bool {
        let Looked { survey, context, seen } = *looked;
        let (call, row) = (survey.call, seen.row);
        match self {
            Self::SinceOffer => {
                let offer = survey.offer(row);
                offer.is_some_and(|offer| {
                    coverage::between(call, context, row, offer.observed.time(), row.observed.time())
                })
            }
            Self::After => coverage::after(call, context, row, coverage::ANSWERED_WITHIN),
            Self::Answer if row.observed.direction() == Some(Direction::Inbound) => {
                coverage::own_acks_covered(call, context, row).is_ok()
            }
            Self::Answer => coverage::after(call, context, row, coverage::ANSWERED_WITHIN),
            Self::ToEnd => {
                let until = survey.last(row).and_then(|last| last.observed.time());
                let until = until.map(|last| Timestamp(last.0.saturating_add(coverage::ANSWERED_WITHIN)));
                coverage::between(call, context, row, row.observed.time(), until)
            }
            Self::Talk => survey.talks().get(&row.vantage).is_some_and(|talk| talk.watched(call, context).is_some()),
        }
    }
}

impl Looks {
    /// Returns whether a value is one that the spec does not describe, though it describes values.
    pub(super) fn is_news(&self, value: &str) -> bool {
        !self.described.is_empty() && !value.starts_with('(') && !self.described.iter().any(|known| known == value)
    }
}
