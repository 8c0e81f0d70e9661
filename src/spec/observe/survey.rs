//! What declared questions look at in a call, each kind found once, when it is first asked for: many questions look at the
//! same stanzas.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use foldhash::HashMap;

use super::answered::{self, Talk};
use super::answers::{self, Answers};
use super::elements::Announced;
use super::ringing::{self, RangOut};
use super::stanzas::{self, Sight};
use super::{declined, endpoints::RelayList};
use crate::call::{self, Call, Row, Socket};
use crate::protocol::binary::Element;
use crate::protocol::stanza::{ActionName, Body};

/// A row that is looked at: a call stanza, an ack or a receipt.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'c> {
    /// Index of the row in [`Call::rows`].
    pub index: usize,
    /// The row.
    pub row: &'c Row,
    /// The action of a call stanza; an ack or a receipt itself.
    pub node: Element<'c>,
    /// The call stanza that it is.
    pub sight: Option<Sight<'c>>,
    /// Of an ack of something that was not recorded, the action of the call stanza with its id.
    pub by_id: Option<&'c ActionName>,
    /// Nanoseconds from the accept to it, both as its own vantage saw them, where that is asked for.
    pub talk: Option<i64>,
}

impl<'c> Seen<'c> {
    /// A call stanza.
    #[must_use]
    pub const fn stanza(sight: Sight<'c>) -> Self {
        Self { index: sight.index, row: sight.row, node: sight.node, sight: Some(sight), by_id: None, talk: None }
    }

    /// A row, if it is a call stanza with an action, an ack or a receipt.
    #[must_use]
    pub fn of(index: usize, row: &'c Row) -> Option<Self> {
        let stanza = row.observed.read();
        match stanza.body {
            Body::Call(_) => Sight::of(index, row).map(Self::stanza),
            Body::Ack(_) | Body::Receipt(_) => {
                Some(Self { index, row, node: stanza.node.root(), sight: None, by_id: None, talk: None })
            }
            Body::Login(_) | Body::Other => None,
        }
    }

    /// The whole stanza.
    #[must_use]
    pub fn wrapper(&self) -> Element<'c> {
        self.row.observed.read().node.root()
    }

    /// Its action; of an ack or a receipt, that of what it answers.
    #[must_use]
    pub fn action(&self) -> Option<&'c ActionName> {
        self.sight.map_or(self.row.action.as_ref().or(self.by_id), |sight| Some(&sight.action.name))
    }
}

/// Rows of one kind, in order, and which of them have an action.
#[derive(Debug, Default)]
pub struct Kind<'c> {
    all: Vec<Seen<'c>>,
    by_action: HashMap<&'c str, Vec<usize>>,
}

impl<'c> Kind<'c> {
    fn of(all: Vec<Seen<'c>>) -> Self {
        let mut by_action: HashMap<&'c str, Vec<usize>> = HashMap::default();
        for (place, seen) in all.iter().enumerate() {
            if let Some(action) = seen.action() {
                by_action.entry(action.as_str()).or_default().push(place);
            }
        }
        Self { all, by_action }
    }

    /// All of them, in order, or those with one of these actions, by action.
    pub fn with<'k>(&'k self, actions: Option<&'k [String]>) -> impl Iterator<Item = &'k Seen<'c>> {
        let places = actions.into_iter().flatten().filter_map(|action| self.by_action.get(action.as_str())).flatten();
        let named = places.filter_map(|place| self.all.get(*place));
        let all = if actions.is_none() { self.all.as_slice() } else { &[] };
        all.iter().chain(named)
    }
}

/// What is observed in one call.
#[derive(Debug)]
pub struct Survey<'c> {
    /// The call.
    pub call: &'c Call,
    each: OnceCell<Kind<'c>>,
    both: OnceCell<Kind<'c>>,
    arrived: OnceCell<Kind<'c>>,
    rows: OnceCell<Kind<'c>>,
    hang_ups: OnceCell<BTreeMap<usize, Seen<'c>>>,
    during: OnceCell<Kind<'c>>,
    talks: OnceCell<BTreeMap<usize, Talk<'c>>>,
    answers: OnceCell<Vec<Answers>>,
    offers: OnceCell<HashMap<usize, usize>>,
    last: OnceCell<HashMap<Socket, usize>>,
    rang_out: OnceCell<Option<RangOut<'c>>>,
    told: OnceCell<BTreeMap<usize, &'static str>>,
    declined: OnceCell<Option<usize>>,
    is_live: OnceCell<bool>,
    rang: OnceCell<Option<usize>>,
    group: OnceCell<Option<usize>>,
    announced: OnceCell<Announced<'c>>,
    relays: OnceCell<RelayList<'c>>,
}

impl<'c> Survey<'c> {
    /// Of a call, of which nothing was asked yet.
    #[must_use]
    pub const fn of(call: &'c Call) -> Self {
        Self {
            call,
            each: OnceCell::new(),
            both: OnceCell::new(),
            arrived: OnceCell::new(),
            rows: OnceCell::new(),
            hang_ups: OnceCell::new(),
            during: OnceCell::new(),
            talks: OnceCell::new(),
            answers: OnceCell::new(),
            offers: OnceCell::new(),
            last: OnceCell::new(),
            rang_out: OnceCell::new(),
            told: OnceCell::new(),
            declined: OnceCell::new(),
            is_live: OnceCell::new(),
            rang: OnceCell::new(),
            group: OnceCell::new(),
            announced: OnceCell::new(),
            relays: OnceCell::new(),
        }
    }

    /// Each call stanza once, as it left its originator if that was recorded.
    pub fn each(&self) -> &Kind<'c> {
        self.each.get_or_init(|| Kind::of(stanzas::each(self.call).into_iter().map(Seen::stanza).collect()))
    }

    /// Each call stanza that arrived, once, as it arrived.
    pub fn arrived(&self) -> &Kind<'c> {
        self.arrived.get_or_init(|| Kind::of(stanzas::arrivals(self.call).into_iter().map(Seen::stanza).collect()))
    }

    /// Each call stanza once as it left, if that was recorded, and once as it arrived.
    pub fn both(&self) -> &Kind<'c> {
        self.both.get_or_init(|| {
            let sent = self.each().all.iter().filter(|seen| seen.sight.is_some_and(|sight| sight.is_outbound()));
            let mut both: Vec<_> = sent.chain(&self.arrived().all).copied().collect();
            both.sort_by_key(|seen| seen.index);
            Kind::of(both)
        })
    }

    /// Every recorded call stanza, ack and receipt, copies too.
    pub fn rows(&self) -> &Kind<'c> {
        self.rows.get_or_init(|| {
            let rows = self.call.rows.iter().enumerate();
            let mut rows: Vec<_> = rows.filter_map(|(index, row)| Seen::of(index, row)).collect();
            if rows.iter().any(|seen| seen.action().is_none()) {
                let id = |seen: &Seen<'c>| seen.row.observed.read().id.as_deref();
                let named = rows.iter().filter_map(|seen| Some((id(seen)?, &seen.sight?.action.name)));
                let actions: HashMap<&str, &ActionName> = named.collect();
                for seen in rows.iter_mut().filter(|seen| seen.action().is_none()) {
                    seen.by_id = id(seen).and_then(|id| actions.get(id).copied());
                }
            }
            Kind::of(rows)
        })
    }

    /// The terminates that ended an answered call, as sent and as they arrived, by row.
    pub fn hang_ups(&self) -> &BTreeMap<usize, Seen<'c>> {
        self.hang_ups.get_or_init(|| {
            let ends = answered::hang_ups(self.call).into_iter();
            ends.map(|end| (end.sight.index, Seen { talk: end.talk, ..Seen::stanza(end.sight) })).collect()
        })
    }

    /// The call stanzas between the accept and the end.
    pub fn during(&self) -> &Kind<'c> {
        self.during.get_or_init(|| {
            let during = answered::during(self.call).into_iter();
            Kind::of(during.map(|(sight, talk)| Seen { talk: talk.until(sight.row), ..Seen::stanza(sight) }).collect())
        })
    }

    /// The vantages that saw the call answered.
    pub fn talks(&self) -> &BTreeMap<usize, Talk<'c>> {
        self.talks.get_or_init(|| answered::talks(self.call))
    }

    /// What answers a row.
    pub fn answers(&self, index: usize) -> Option<&Answers> {
        self.answers.get_or_init(|| answers::answers(self.call)).get(index)
    }

    /// The first offer that the vantage of a row saw.
    pub fn offer(&self, row: &Row) -> Option<&'c Row> {
        let offers = self
            .offers
            .get_or_init(|| stanzas::first_by_vantage(self.call, |row| stanzas::is(row, &ActionName::Offer)));
        self.call.rows.get(*offers.get(&row.vantage)?)
    }

    /// The last row of the call on the socket of a row.
    pub fn last(&self, row: &Row) -> Option<&'c Row> {
        let last = self.last.get_or_init(|| {
            let rows = self.call.rows.iter().enumerate();
            rows.map(|(index, row)| (row.observed.socket(), index)).collect()
        });
        self.call.rows.get(*last.get(&row.observed.socket())?)
    }

    /// How the call rang out.
    pub fn rang_out(&self) -> Option<&RangOut<'c>> {
        self.rang_out.get_or_init(|| ringing::rang_out(self.call)).as_ref()
    }

    /// What a terminate tells the callee's other devices: `accept` or `decline`.
    pub fn told(&self, index: usize) -> Option<&'static str> {
        let told = self.told.get_or_init(|| {
            let accepted = answered::told_elsewhere(self.call).into_iter().map(|sight| (sight.index, "accept"));
            let declined = declined::told_elsewhere(self.call).into_iter().map(|sight| (sight.index, "decline"));
            accepted.chain(declined).collect()
        });
        told.get(&index).copied()
    }

    /// The stanza by which an unanswered call was declined, as it was sent if that was recorded.
    pub fn declined(&self) -> Option<usize> {
        *self.declined.get_or_init(|| {
            let index = declined::declined(self.call)?;
            Some(self.call.rows.get(index).and_then(|row| row.copy_of.get()).unwrap_or(index))
        })
    }

    /// Whether the call, between two people, was offered live.
    pub fn is_live(&self) -> bool {
        *self.is_live.get_or_init(|| ringing::was_offered_live(self.call))
    }

    /// The first preaccept or accept.
    pub fn rang(&self) -> Option<usize> {
        let is_past = |sight: &Sight<'_>| matches!(sight.action.name, ActionName::Preaccept | ActionName::Accept);
        *self.rang.get_or_init(|| stanzas::sights(self.call).find(is_past).map(|sight| sight.index))
    }

    /// The row from which on the call is a group's.
    pub fn group(&self) -> Option<usize> {
        *self.group.get_or_init(|| call::group_since(&self.call.rows))
    }

    /// What the offer and its ack hold.
    pub fn announced(&self) -> &Announced<'c> {
        self.announced.get_or_init(|| Announced::of(self.call))
    }

    /// The addresses in the relay list of the offer and its ack.
    pub fn relays(&self) -> &RelayList<'c> {
        self.relays.get_or_init(|| RelayList::of(self.call))
    }
}
