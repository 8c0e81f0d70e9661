//! STUN requests and what answered them.

use std::collections::VecDeque;

use super::count::{Moment, Sample};
use super::stun::{Class, Message, Method, TransactionId};
use crate::origin::{Direction, PerDirection};

/// The most requests of a flow that are kept one by one; beyond it they are only counted.
const MOST_KEPT: usize = 512;

/// How many unanswered requests an answer is compared with.
const LOOKED_AT: usize = 64;

/// What answered a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was refused with this code and reason. The text is untrusted.
    Error(Option<u16>, Box<str>),
}

/// An allocate or a binding, and its answer. A request that is sent again counts again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// What was asked.
    pub method: Method,
    /// Who asked.
    pub direction: Direction,
    /// The id.
    pub id: TransactionId,
    /// When it was asked.
    pub request: Moment,
    /// The first answer after that, and when it came.
    pub answer: Option<(Outcome, Moment)>,
    /// Index of the [allocation](super::contents::Allocation) whose token it carries.
    pub allocation: Option<usize>,
}

/// Requests that are too many to be kept one by one: keep-alives and probes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// Requests sent.
    pub sent: u64,
    /// Requests that were answered.
    pub answered: u64,
    /// The first request.
    pub first: Option<Moment>,
    /// The last request.
    pub last: Option<Moment>,
    /// The last answer.
    pub last_answer: Option<Moment>,
    waiting: VecDeque<(TransactionId, Moment)>,
}

/// All transactions of a flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transactions {
    /// Allocates and bindings, in the order of the requests.
    pub list: Vec<Transaction>,
    /// How many more there were.
    pub uncounted: u64,
    /// Keep-alives, by who asked.
    pub pings: PerDirection<Series>,
    /// Bandwidth probes, by who asked.
    pub probes: PerDirection<Series>,
    round_trips: Sample,
}

impl Series {
    fn ask(&mut self, id: TransactionId, at: Moment) {
        self.sent += 1;
        self.first.get_or_insert(at);
        self.last = Some(at);
        if self.waiting.len() == LOOKED_AT {
            self.waiting.pop_front();
        }
        self.waiting.push_back((id, at));
    }

    /// Takes an answer, and returns when what it answers was asked.
    fn answer(&mut self, id: TransactionId, at: Moment) -> Option<Moment> {
        let place = self.waiting.iter().rposition(|(asked, _)| *asked == id)?;
        let (_, asked) = self.waiting.remove(place)?;
        self.answered += 1;
        self.last_answer = Some(at);
        Some(asked)
    }
}

impl Transactions {
    /// Takes a message of a sender. `allocation` is that of its token.
    pub(super) fn push(&mut self, message: &Message<'_>, sender: Direction, at: Moment, allocation: Option<usize>) {
        let id = message.transaction;
        match (message.method, message.class) {
            (Method::Ping, Class::Request) => self.pings[sender].ask(id, at),
            (Method::Probe, Class::Request) => self.probes[sender].ask(id, at),
            (Method::Ping | Method::Probe, _) => {
                // A pong answers probes too.
                let asker = sender.reversed();
                let asked = self.pings[asker].answer(id, at).or_else(|| self.probes[asker].answer(id, at));
                self.learn(asked, at);
            }
            (Method::Allocate | Method::Binding, Class::Request) if self.list.len() == MOST_KEPT => self.uncounted += 1,
            (method @ (Method::Allocate | Method::Binding), Class::Request) => {
                let transaction = Transaction { method, direction: sender, id, request: at, answer: None, allocation };
                self.list.push(transaction);
            }
            (method @ (Method::Allocate | Method::Binding), class) => {
                let outcome = || match (class, message.error()) {
                    (Class::Error, Some((code, reason))) => {
                        Outcome::Error(Some(code), String::from_utf8_lossy(reason).into())
                    }
                    (Class::Error, None) => Outcome::Error(None, Box::default()),
                    _ => Outcome::Success,
                };
                let is_it = |asked: &&mut Transaction| {
                    asked.answer.is_none() && asked.id == id && asked.method == method && asked.direction != sender
                };
                let mut last = None;
                for asked in self.list.iter_mut().rev().take(LOOKED_AT).filter(is_it) {
                    asked.answer = Some((outcome(), at));
                    last.get_or_insert(asked.request);
                }
                self.learn(last, at);
            }
            (Method::Bye | Method::Other, _) => {}
        }
    }

    /// Takes a request of ours that was noted and not captured: nothing is known of its answer.
    pub(super) fn note(&mut self, method: Method, id: TransactionId, at: Moment) {
        match method {
            Method::Ping => self.pings.outbound.ask(id, at),
            _ if self.list.len() == MOST_KEPT => self.uncounted += 1,
            _ => {
                let direction = Direction::Outbound;
                self.list.push(Transaction { method, direction, id, request: at, answer: None, allocation: None });
            }
        }
    }

    fn learn(&mut self, asked: Option<Moment>, answered: Moment) {
        if let Some(took) = asked.and_then(|asked| answered.since(asked)).filter(|took| *took >= 0) {
            self.round_trips.add(took);
        }
    }

    /// Returns the median of the round-trip times in nanoseconds; `None` if nothing was answered.
    #[must_use]
    pub fn round_trip(&self) -> Option<i64> {
        self.round_trips.median()
    }

    /// Exchanges who sent what.
    pub(super) fn reverse(&mut self) {
        self.list.iter_mut().for_each(|transaction| transaction.direction = transaction.direction.reversed());
        for series in [&mut self.pings, &mut self.probes] {
            std::mem::swap(&mut series.outbound, &mut series.inbound);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::stun::tests::message;
    use super::*;
    use crate::origin::Timestamp;

    const OUT: Direction = Direction::Outbound;

    fn push(transactions: &mut Transactions, number: u16, sender: Direction, milliseconds: i64) {
        let bytes = message(number, &[(0x0009, &[0, 0, 4, 37])], true);
        let message = Message::read(&bytes, bytes.len()).unwrap();
        let at =
            Moment { record: u64::try_from(milliseconds).unwrap(), time: Some(Timestamp(milliseconds * 1_000_000)) };
        transactions.push(&message, sender, at, None);
    }

    #[test]
    fn a_request_has_the_next_answer_of_its_id() {
        let mut seen = Transactions::default();
        push(&mut seen, 0x0003, OUT, 0);
        push(&mut seen, 0x0003, OUT, 1_000);
        push(&mut seen, 0x0103, OUT, 1_010);
        assert!(seen.list.iter().all(|asked| asked.answer.is_none()), "nobody answers themselves");
        push(&mut seen, 0x0103, OUT.reversed(), 1_020);
        push(&mut seen, 0x0003, OUT, 2_000);
        push(&mut seen, 0x0113, OUT.reversed(), 2_040);
        let answers: Vec<_> = seen.list.iter().map(|asked| asked.answer.as_ref().unwrap().1.record).collect();
        assert_eq!(answers, [1_020, 1_020, 2_040]);
        assert_eq!(seen.list[2].answer.as_ref().unwrap().0, Outcome::Error(Some(437), "".into()));
        assert_eq!(seen.round_trip(), Some(30_000_000), "20 and 40 ms");
    }

    #[test]
    fn a_flood_of_requests_is_counted_and_not_kept() {
        let mut seen = Transactions::default();
        for nth in 0..10_000 {
            push(&mut seen, 0x0003, OUT, nth);
            push(&mut seen, 0x0801, OUT, nth);
        }
        assert_eq!((seen.list.len(), seen.uncounted), (MOST_KEPT, 10_000 - MOST_KEPT as u64));
        assert_eq!((seen.pings.outbound.sent, seen.pings.outbound.waiting.len()), (10_000, LOOKED_AT));
        push(&mut seen, 0x0802, OUT.reversed(), 10_005);
        assert_eq!(seen.pings.outbound.answered, 1);
    }
}
