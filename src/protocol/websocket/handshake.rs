//! Recognising a connection: as a WebSocket by its upgrade or by its frames, or as something else.
//!
//! Ordinary requests before the upgrade on the same connection are followed as long as the heads alone determine the
//! length of the bodies (`Content-Length`, or none). With anything harder, such as chunked bodies, the connection is not
//! taken for a WebSocket: WebSocket clients open a separate connection.

use super::boundary::{Expectation, Found, Trial, UNKNOWN_CONNECTION};
use super::connection::{Opened, Seen, Start};
use super::diagnoses::{HTTP2, UPGRADE_REFUSED};
use super::http::{self, Opening, Request, Response, Switched, Upgrading, opening};
use crate::anomaly::Anomaly;
use crate::origin::{Direction, Located, Origin, PerDirection};
use crate::protocol::tcp::{Backlog, Chunk};

/// The most bytes kept per direction, and the longest head that is read.
const LIMIT: usize = 64 << 10;

/// Recognises a connection.
#[derive(Debug, Default)]
pub(super) struct Handshake {
    backlog: Backlog,
    directions: PerDirection<Progress>,
    /// The direction of requests, as claimed by the chunks.
    client: Option<Direction>,
    /// A request for a WebSocket that is not answered yet.
    upgrading: Option<Upgrading>,
    /// A response whose request was not seen yet.
    switched: Option<Switched>,
    /// The number of ordinary requests that are not answered yet.
    unanswered: u64,
    /// Whether an ordinary request was seen.
    ordinary: bool,
    /// Whether the first bytes are those of the connection, as far as none are missing.
    whole: bool,
}

#[derive(Debug, Default)]
struct Progress {
    reading: Reading,
    /// Bytes before the kept ones that were not captured, or were dropped.
    lost: u64,
    ended: bool,
}

/// What a direction's next bytes are.
#[derive(Debug, Default)]
enum Reading {
    /// Too few to decide.
    #[default]
    Start,
    /// A head whose first bytes, this many, do not contain its end.
    Head(usize),
    /// A body with this many bytes remaining.
    Body(u64),
    /// Frames, as announced by the head before them.
    Frames,
    /// Possibly frames.
    Unknown(Trial),
}

/// The result of the handshake so far.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Undecided.
    Wait,
    /// The connection is not a WebSocket, with an anomaly to report if there is one.
    Foreign(Option<Anomaly>),
    /// The connection is a WebSocket.
    Open(Box<Opened>),
}

/// The result of one step in one direction.
enum Step {
    Stuck,
    Moved,
    Done(Outcome),
}

const FOREIGN: Step = Step::Done(Outcome::Foreign(None));

impl Handshake {
    /// That of a connection that is shown from its first byte on.
    pub(super) fn of_whole() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// Reads a chunk. Also returns the rest of it if the handshake ends.
    pub(super) fn push<'a>(&mut self, chunk: Located<Chunk<'a>>) -> (Outcome, Option<Located<Chunk<'a>>>) {
        let (direction, origin) = (Chunk::direction(&chunk), chunk.origin);
        match chunk.item {
            Chunk::Data(mut data) => {
                let mut here = origin;
                while !data.is_empty() {
                    let used = self.keep(direction, data, here);
                    data = data.get(used..).unwrap_or_default();
                    here = here.advanced(used);
                    let outcome = match self.step(here) {
                        Outcome::Wait if self.backlog.bytes(direction).len() >= LIMIT => self.give_up(direction, here),
                        outcome => outcome,
                    };
                    if !matches!(outcome, Outcome::Wait) {
                        let rest = Some(data).filter(|data| !data.is_empty());
                        return (outcome, rest.map(|data| Located::new(here, Chunk::Data(data))));
                    }
                }
                (Outcome::Wait, None)
            }
            Chunk::Gap(bytes) => {
                let outcome = self.gap(direction, bytes, origin);
                let rest = matches!(outcome, Outcome::Open(_)).then_some(chunk);
                (outcome, rest)
            }
            Chunk::End(_) => {
                self.backlog.push(chunk);
                self.directions[direction].ended = true;
                let all = self.directions.inbound.ended && self.directions.outbound.ended;
                (if all { self.finish() } else { Outcome::Wait }, None)
            }
        }
    }

    /// Decides by the bytes so far. Returns [`Outcome::Wait`] if they are too few.
    pub(super) fn finish(&mut self) -> Outcome {
        let kept = |direction| self.backlog.origin(direction);
        let Some(origin) = kept(Direction::Outbound).or_else(|| kept(Direction::Inbound)) else {
            return Outcome::Wait;
        };
        for direction in [Direction::Outbound, Direction::Inbound] {
            if let Some(client) = self.half_upgraded()
                && matches!(self.directions[direction].reading, Reading::Frames | Reading::Unknown(_))
                && !self.backlog.bytes(direction).is_empty()
            {
                return self.assume(client, None, origin);
            }
            if let Reading::Unknown(trial) = &mut self.directions[direction].reading
                && let Some(found) = trial.at_end(self.backlog.bytes(direction))
            {
                return self.recognise(direction, found, origin);
            }
        }
        Outcome::Wait
    }

    /// Skips bytes of a body, or keeps bytes, as many as there is room for. Returns how many.
    fn keep(&mut self, direction: Direction, data: &[u8], origin: Origin) -> usize {
        let progress = &mut self.directions[direction];
        if let Reading::Body(left) = &mut progress.reading {
            let count = usize::try_from(*left).unwrap_or(usize::MAX).min(data.len());
            *left -= count as u64;
            if *left == 0 {
                progress.reading = Reading::Head(0);
            }
            return count;
        }
        let room = LIMIT.saturating_sub(self.backlog.bytes(direction).len());
        let piece = data.get(..room).unwrap_or(data);
        self.backlog.push(Located::new(Origin { direction: Some(direction), ..origin }, Chunk::Data(piece)));
        piece.len()
    }

    /// Continues in both directions as far as the bytes reach.
    fn step(&mut self, origin: Origin) -> Outcome {
        loop {
            let mut moved = false;
            for direction in [Direction::Outbound, Direction::Inbound] {
                match self.step_in(direction, origin) {
                    Step::Stuck => {}
                    Step::Moved => moved = true,
                    Step::Done(outcome) => return outcome,
                }
            }
            if !moved {
                return Outcome::Wait;
            }
        }
    }

    fn step_in(&mut self, direction: Direction, origin: Origin) -> Step {
        let bytes = self.backlog.bytes(direction);
        if bytes.is_empty() {
            return Step::Stuck;
        }
        let half_upgraded = self.half_upgraded();
        let other_is_seen = !self.backlog.bytes(direction.reversed()).is_empty();
        let other_in_head = matches!(self.directions[direction.reversed()].reading, Reading::Head(_));
        let progress = &mut self.directions[direction];
        match &mut progress.reading {
            Reading::Frames => Step::Stuck,
            Reading::Start => {
                let client = match opening(bytes) {
                    Opening::TooShort => return Step::Stuck,
                    Opening::Foreign => return FOREIGN,
                    Opening::Http2 => {
                        let origin = Origin { direction: Some(direction), ..origin };
                        return Step::Done(Outcome::Foreign(Some(Anomaly::new(&HTTP2, origin))));
                    }
                    // A server may speak before its client's first bytes arrive.
                    Opening::Other if self.whole && progress.lost == 0 => {
                        return if other_is_seen { FOREIGN } else { Step::Stuck };
                    }
                    Opening::Other => {
                        let any = Expectation { masked: None, deflate: true };
                        progress.reading = Reading::Unknown(Trial::new(any, UNKNOWN_CONNECTION));
                        return Step::Moved;
                    }
                    Opening::Request => direction,
                    Opening::Response => direction.reversed(),
                };
                progress.reading = Reading::Head(0);
                if *self.client.get_or_insert(client) == client { Step::Moved } else { FOREIGN }
            }
            Reading::Unknown(trial) => {
                if let Some(client) = half_upgraded {
                    return Step::Done(self.assume(client, None, origin));
                }
                if self.ordinary {
                    return FOREIGN;
                }
                if other_in_head {
                    return Step::Stuck;
                }
                match trial.advance(bytes) {
                    Some(found) => Step::Done(self.recognise(direction, found, origin)),
                    None => Step::Stuck,
                }
            }
            Reading::Body(left) => {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= count as u64;
                if *left == 0 {
                    progress.reading = Reading::Head(0);
                }
                self.backlog.consume(direction, count);
                Step::Moved
            }
            Reading::Head(scanned) => {
                let request = self.client == Some(direction);
                match opening(bytes) {
                    Opening::TooShort => return Step::Stuck,
                    Opening::Request if request => {}
                    Opening::Response if !request => {}
                    _ => return FOREIGN,
                }
                let Some(end) = http::end_of_head(bytes, *scanned) else {
                    *scanned = bytes.len();
                    return Step::Stuck;
                };
                let head = bytes.get(..end).unwrap_or_default();
                if request {
                    let head = http::request(head);
                    self.request(direction, head, end, origin)
                } else {
                    let head = http::response(head);
                    self.response(direction, head, end, origin)
                }
            }
        }
    }

    /// Processes a request head of `size` bytes.
    fn request(&mut self, direction: Direction, head: Option<Request>, size: usize, origin: Origin) -> Step {
        match head {
            None | Some(Request::Ordinary(None)) => FOREIGN,
            Some(Request::Ordinary(_)) if self.switched.is_some() => FOREIGN,
            Some(Request::Ordinary(Some(body))) => {
                self.ordinary = true;
                self.unanswered += 1;
                self.consume_head(direction, size, Reading::Body(body))
            }
            Some(Request::Upgrade(upgrading)) => {
                self.upgrading = Some(upgrading);
                let step = self.consume_head(direction, size, Reading::Frames);
                if self.switched.is_some() { Step::Done(self.open(false, direction, None, origin)) } else { step }
            }
        }
    }

    /// Processes a response head of `size` bytes.
    fn response(&mut self, direction: Direction, head: Option<Response>, size: usize, origin: Origin) -> Step {
        let client = direction.reversed();
        match head {
            Some(Response::Ordinary(100 | 102..=199, _)) => self.consume_head(direction, size, Reading::Head(0)),
            Some(Response::Ordinary(200.., Some(body))) if self.unanswered > 0 => {
                self.unanswered -= 1;
                self.consume_head(direction, size, Reading::Body(body))
            }
            Some(Response::Ordinary(status, _)) if self.unanswered == 0 && self.upgrading.is_some() => {
                let origin = Origin { direction: Some(direction), ..origin };
                let refused = Anomaly::new(&UPGRADE_REFUSED, origin).detail(format!("HTTP status {status}"));
                Step::Done(Outcome::Foreign(Some(refused)))
            }
            Some(Response::Switched(switched)) if self.unanswered == 0 => {
                self.switched = Some(switched);
                let step = self.consume_head(direction, size, Reading::Frames);
                if self.upgrading.is_some() { Step::Done(self.open(false, client, None, origin)) } else { step }
            }
            _ => FOREIGN,
        }
    }

    /// Drops a head that was read.
    fn consume_head(&mut self, direction: Direction, size: usize, next: Reading) -> Step {
        self.backlog.consume(direction, size);
        self.directions[direction].reading = match next {
            Reading::Body(0) => Reading::Head(0),
            next => next,
        };
        Step::Moved
    }

    fn gap(&mut self, direction: Direction, bytes: u64, origin: Origin) -> Outcome {
        let progress = &mut self.directions[direction];
        match &mut progress.reading {
            Reading::Frames => self.backlog.push(Located::new(origin, Chunk::Gap(bytes))),
            Reading::Body(left) if bytes < *left => *left -= bytes,
            Reading::Body(left) if bytes == *left => progress.reading = Reading::Head(0),
            _ if self.ordinary && self.upgrading.is_none() => return Outcome::Foreign(None),
            _ => {
                progress.reading = Reading::Start;
                let kept = self.backlog.bytes(direction).len();
                self.backlog.consume(direction, kept);
                if let Some(client) = self.half_upgraded() {
                    return self.assume(client, None, origin);
                }
                let progress = &mut self.directions[direction];
                progress.lost = progress.lost.saturating_add(kept as u64).saturating_add(bytes);
            }
        }
        Outcome::Wait
    }

    /// Decides after the most bytes that are kept of `direction`.
    fn give_up(&mut self, direction: Direction, origin: Origin) -> Outcome {
        let endless_head = matches!(self.directions[direction].reading, Reading::Head(_));
        match self.half_upgraded() {
            Some(client) if !endless_head => self.assume(client, None, origin),
            _ => Outcome::Foreign(None),
        }
    }

    /// Returns the client's direction, if half of an upgrade was seen.
    fn half_upgraded(&self) -> Option<Direction> {
        self.client.filter(|_| self.upgrading.is_some() || self.switched.is_some())
    }

    /// Opens the connection, since the bytes of `direction` are frames from a boundary on.
    fn recognise(&mut self, direction: Direction, found: Found, origin: Origin) -> Outcome {
        let client = if found.masked { direction } else { direction.reversed() };
        self.assume(client, Some((direction, found.at)), origin)
    }

    /// Opens the connection without a complete upgrade.
    fn assume(&mut self, client: Direction, boundary: Option<(Direction, usize)>, origin: Origin) -> Outcome {
        self.open(true, client, boundary, origin)
    }

    /// Opens the connection. `boundary`: where the frames of a direction begin, if they were found by trial.
    fn open(
        &mut self,
        assumed: bool,
        client: Direction,
        boundary: Option<(Direction, usize)>,
        origin: Origin,
    ) -> Outcome {
        let Self { mut backlog, directions, upgrading, switched, .. } = std::mem::take(self);
        let start = |direction: Direction| {
            let progress: &Progress = &directions[direction];
            match (&progress.reading, boundary) {
                (Reading::Frames, _) => Start::Upgraded,
                (_, Some((found, at))) if found == direction => Start::Found(progress.lost.saturating_add(at as u64)),
                _ => Start::Unknown(progress.lost),
            }
        };
        let starts = PerDirection { inbound: start(Direction::Inbound), outbound: start(Direction::Outbound) };
        if let Some((direction, at)) = boundary {
            backlog.consume(direction, at);
        }
        let seen = Seen { assumed, client, upgrading, switched, starts };
        Outcome::Open(Box::new(seen.open(backlog, origin)))
    }
}
