//! What a connection is: a websocket by its upgrade, one by the look of its frames, or something else.
//!
//! Ordinary requests before the upgrade on the same connection are followed as far as the heads alone tell how
//! long the bodies are (`Content-Length`, or none). With anything harder, chunked bodies for one, the
//! connection is taken for no websocket: WebSocket clients open a connection of their own.

use super::backlog::Backlog;
use super::both::Both;
use super::http::{self, Request, Response, Switched, Upgrading};
use super::opened::{Opened, Seen, Start};
use super::opening::{Opening, opening};
use super::trial::{Expectation, Found, Trial, UNKNOWN_CONNECTION};
use super::{claimed, further};
use crate::anomaly::{Anomaly, Diagnosis, Kind, Layer, Severity};
use crate::origin::{Direction, Located, Origin};
use crate::protocol::tcp::Chunk;

/// Websockets inside HTTP/2.
pub const HTTP2: Diagnosis = Diagnosis {
    id: "websocket/http2",
    layer: Layer::Websocket,
    kind: Kind::Unsupported,
    severity: Severity::Note,
    why: "the connection speaks HTTP/2 from its first byte; websockets inside HTTP/2 are not read",
    next: "",
};

/// The server said no.
pub(super) const UPGRADE_REFUSED: Diagnosis = Diagnosis {
    id: "websocket/upgrade-refused",
    layer: Layer::Websocket,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "the client asked for a websocket, and the server did not agree",
    next: "",
};

/// Bytes kept per direction, and the longest head that is read.
const LIMIT: usize = 64 << 10;

/// Finds out what a connection is.
#[derive(Debug, Default)]
pub(super) struct Handshake {
    backlog: Backlog,
    lanes: Both<Lane>,
    /// The direction, as chunks claim it, of requests.
    client: Option<Direction>,
    /// A request for a websocket that was not answered yet.
    upgrading: Option<Upgrading>,
    /// An answer whose request was not seen yet.
    switched: Option<Switched>,
    /// Ordinary requests that were not answered yet.
    unanswered: u64,
    /// An ordinary request was seen.
    ordinary: bool,
}

#[derive(Debug, Default)]
struct Lane {
    reading: Reading,
    /// Bytes that were not captured, or were dropped, before what is kept.
    lost: u64,
    ended: bool,
}

/// What a direction's bytes are.
#[derive(Debug, Default)]
enum Reading {
    /// Too few to tell.
    #[default]
    Start,
    /// A head, of which this many bytes hold no end.
    Head(usize),
    /// A body, of which this many bytes are to come.
    Body(u64),
    /// Frames, as the head before them says.
    Frames,
    /// Perhaps frames.
    Unknown(Trial),
}

/// What is known after a step.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Nothing yet.
    Wait,
    /// It is no websocket; this may be worth saying.
    Foreign(Option<Anomaly>),
    /// It is a websocket.
    Open(Box<Opened>),
}

/// What one step in one direction came to.
enum Step {
    Stuck,
    Moved,
    Done(Outcome),
}

const FOREIGN: Step = Step::Done(Outcome::Foreign(None));

impl Handshake {
    /// Reads a chunk. Gives what is left of it where that ends the handshake.
    pub(super) fn push<'a>(&mut self, chunk: Located<Chunk<'a>>) -> (Outcome, Option<Located<Chunk<'a>>>) {
        let (direction, origin) = (claimed(&chunk), chunk.origin);
        match chunk.item {
            Chunk::Data(mut data) => {
                let mut here = origin;
                while !data.is_empty() {
                    let used = self.keep(direction, data, here);
                    data = data.get(used..).unwrap_or_default();
                    here = further(here, used);
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
            Chunk::End(end) => {
                self.backlog.mark(direction, origin, Chunk::End(end));
                self.lanes.of_mut(direction).ended = true;
                let all = self.lanes.inbound.ended && self.lanes.outbound.ended;
                (if all { self.finish() } else { Outcome::Wait }, None)
            }
        }
    }

    /// Decides by what there is; [`Outcome::Wait`] if that is too little.
    pub(super) fn finish(&mut self) -> Outcome {
        let kept = |direction| self.backlog.origin(direction);
        let Some(origin) = kept(Direction::Outbound).or_else(|| kept(Direction::Inbound)) else {
            return Outcome::Wait;
        };
        for direction in [Direction::Outbound, Direction::Inbound] {
            if let Some(client) = self.half_upgraded()
                && matches!(self.lanes.of(direction).reading, Reading::Frames | Reading::Unknown(_))
                && !self.backlog.bytes(direction).is_empty()
            {
                return self.assume(client, None, origin);
            }
            if let Reading::Unknown(trial) = &mut self.lanes.of_mut(direction).reading
                && let Some(found) = trial.at_end(self.backlog.bytes(direction))
            {
                return self.recognise(direction, found, origin);
            }
        }
        Outcome::Wait
    }

    /// Passes over bytes of a body or keeps bytes, as many as there is room for. Gives how many.
    fn keep(&mut self, direction: Direction, data: &[u8], origin: Origin) -> usize {
        let lane = self.lanes.of_mut(direction);
        if let Reading::Body(left) = &mut lane.reading {
            let count = usize::try_from(*left).unwrap_or(usize::MAX).min(data.len());
            *left -= count as u64;
            if *left == 0 {
                lane.reading = Reading::Head(0);
            }
            return count;
        }
        let room = LIMIT.saturating_sub(self.backlog.bytes(direction).len());
        let piece = data.get(..room).unwrap_or(data);
        self.backlog.push(direction, origin, piece);
        piece.len()
    }

    /// Reads on in both directions as far as the bytes go.
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
        let other_in_head = matches!(self.lanes.of(direction.reversed()).reading, Reading::Head(_));
        let lane = self.lanes.of_mut(direction);
        match &mut lane.reading {
            Reading::Frames => Step::Stuck,
            Reading::Start => {
                let client = match opening(bytes) {
                    Opening::TooShort => return Step::Stuck,
                    Opening::Foreign => return FOREIGN,
                    Opening::Http2 => {
                        let origin = Origin { direction: Some(direction), ..origin };
                        return Step::Done(Outcome::Foreign(Some(Anomaly::new(&HTTP2, origin))));
                    }
                    Opening::Other => {
                        let any = Expectation { masked: None, deflate: true };
                        lane.reading = Reading::Unknown(Trial::new(any, UNKNOWN_CONNECTION));
                        return Step::Moved;
                    }
                    Opening::Request => direction,
                    Opening::Response => direction.reversed(),
                };
                lane.reading = Reading::Head(0);
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
                    lane.reading = Reading::Head(0);
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

    /// Reads a request head, which is `size` bytes long.
    fn request(&mut self, direction: Direction, head: Option<Request>, size: usize, origin: Origin) -> Step {
        match head {
            None | Some(Request::Ordinary(None)) => FOREIGN,
            Some(Request::Ordinary(_)) if self.switched.is_some() => FOREIGN,
            Some(Request::Ordinary(Some(body))) => {
                self.ordinary = true;
                self.unanswered += 1;
                self.pass_head(direction, size, Reading::Body(body))
            }
            Some(Request::Upgrade(upgrading)) => {
                self.upgrading = Some(upgrading);
                let step = self.pass_head(direction, size, Reading::Frames);
                if self.switched.is_some() { Step::Done(self.open(false, direction, None, origin)) } else { step }
            }
        }
    }

    /// Reads a response head, which is `size` bytes long.
    fn response(&mut self, direction: Direction, head: Option<Response>, size: usize, origin: Origin) -> Step {
        let client = direction.reversed();
        match head {
            Some(Response::Ordinary(100 | 102..=199, _)) => self.pass_head(direction, size, Reading::Head(0)),
            Some(Response::Ordinary(200.., Some(body))) if self.unanswered > 0 => {
                self.unanswered -= 1;
                self.pass_head(direction, size, Reading::Body(body))
            }
            Some(Response::Ordinary(status, _)) if self.unanswered == 0 && self.upgrading.is_some() => {
                let origin = Origin { direction: Some(direction), ..origin };
                let refused = Anomaly::new(&UPGRADE_REFUSED, origin).detail(format!("HTTP status {status}"));
                Step::Done(Outcome::Foreign(Some(refused)))
            }
            Some(Response::Switched(switched)) if self.unanswered == 0 => {
                self.switched = Some(switched);
                let step = self.pass_head(direction, size, Reading::Frames);
                if self.upgrading.is_some() { Step::Done(self.open(false, client, None, origin)) } else { step }
            }
            _ => FOREIGN,
        }
    }

    /// Drops a head that was read.
    fn pass_head(&mut self, direction: Direction, size: usize, next: Reading) -> Step {
        self.backlog.consume(direction, size);
        self.lanes.of_mut(direction).reading = match next {
            Reading::Body(0) => Reading::Head(0),
            next => next,
        };
        Step::Moved
    }

    fn gap(&mut self, direction: Direction, bytes: u64, origin: Origin) -> Outcome {
        let lane = self.lanes.of_mut(direction);
        match &mut lane.reading {
            Reading::Frames => self.backlog.mark(direction, origin, Chunk::Gap(bytes)),
            Reading::Body(left) if bytes < *left => *left -= bytes,
            Reading::Body(left) if bytes == *left => lane.reading = Reading::Head(0),
            _ if self.ordinary && self.upgrading.is_none() => return Outcome::Foreign(None),
            _ => {
                lane.reading = Reading::Start;
                let kept = self.backlog.bytes(direction).len();
                self.backlog.consume(direction, kept);
                if let Some(client) = self.half_upgraded() {
                    return self.assume(client, None, origin);
                }
                let lane = self.lanes.of_mut(direction);
                lane.lost = lane.lost.saturating_add(kept as u64).saturating_add(bytes);
            }
        }
        Outcome::Wait
    }

    /// As many bytes of `direction` as are kept did not tell what the connection is.
    fn give_up(&mut self, direction: Direction, origin: Origin) -> Outcome {
        let endless_head = matches!(self.lanes.of(direction).reading, Reading::Head(_));
        match self.half_upgraded() {
            Some(client) if !endless_head => self.assume(client, None, origin),
            _ => Outcome::Foreign(None),
        }
    }

    /// The client, if one half of an upgrade was seen.
    fn half_upgraded(&self) -> Option<Direction> {
        self.client.filter(|_| self.upgrading.is_some() || self.switched.is_some())
    }

    /// The bytes of `direction` are frames from a boundary on.
    fn recognise(&mut self, direction: Direction, found: Found, origin: Origin) -> Outcome {
        let client = if found.masked { direction } else { direction.reversed() };
        self.assume(client, Some((direction, found.at)), origin)
    }

    /// It is a websocket, though its upgrade was not seen whole.
    fn assume(&mut self, client: Direction, boundary: Option<(Direction, usize)>, origin: Origin) -> Outcome {
        self.open(true, client, boundary, origin)
    }

    /// It is a websocket. `boundary`: where the frames of a direction begin that were found by trial.
    fn open(
        &mut self,
        assumed: bool,
        client: Direction,
        boundary: Option<(Direction, usize)>,
        origin: Origin,
    ) -> Outcome {
        let Self { mut backlog, lanes, upgrading, switched, .. } = std::mem::take(self);
        let start = |direction: Direction| {
            let lane: &Lane = lanes.of(direction);
            match (&lane.reading, boundary) {
                (Reading::Frames, _) => Start::Upgraded,
                (_, Some((found, at))) if found == direction => Start::Found(lane.lost.saturating_add(at as u64)),
                _ => Start::Unknown(lane.lost),
            }
        };
        let starts = Both { inbound: start(Direction::Inbound), outbound: start(Direction::Outbound) };
        if let Some((direction, at)) = boundary {
            backlog.consume(direction, at);
        }
        let seen = Seen { assumed, client, upgrading, switched, starts };
        Outcome::Open(Box::new(seen.open(backlog, origin)))
    }
}
