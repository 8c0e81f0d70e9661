//! From what was seen of the upgrade to the readers of both directions.

use super::Upgrade;
use super::backlog::Backlog;
use super::both::Both;
use super::deflate::Inflater;
use super::http::{Switched, Upgrading, accepts};
use super::search::FRAMING_LOST;
use super::side::Side;
use crate::anomaly::{Anomaly, Diagnosis, Kind, Layer, Severity};
use crate::origin::{Direction, Origin};

/// The server's proof is wrong.
pub(super) const ACCEPT_MISMATCH: Diagnosis = Diagnosis {
    id: "websocket/accept-mismatch",
    layer: Layer::Websocket,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "the server's Sec-WebSocket-Accept does not answer the client's Sec-WebSocket-Key; the websocket was \
          read all the same",
    next: "",
};

/// The server agreed to something that is not known here.
pub(super) const UNKNOWN_EXTENSION: Diagnosis = Diagnosis {
    id: "websocket/unknown-extension",
    layer: Layer::Websocket,
    kind: Kind::Unsupported,
    severity: Severity::Note,
    why: "the server agreed to a websocket extension, or to a parameter of one, that is not supported; messages \
          that need it are reported one by one",
    next: "",
};

/// The websocket was recognised without its upgrade.
pub(super) const UPGRADE_NOT_CAPTURED: Diagnosis = Diagnosis {
    id: "websocket/upgrade-not-captured",
    layer: Layer::Websocket,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "the connection's upgrade to a websocket was not captured, or only in part; it was recognised by what \
          was",
    next: "Start the capture before the client connects.",
};

/// What was seen of a websocket's beginning. Directions are as chunks claim them.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) assumed: bool,
    pub(super) client: Direction,
    pub(super) upgrading: Option<Upgrading>,
    pub(super) switched: Option<Switched>,
    pub(super) starts: Both<Start>,
}

/// How the bytes kept of a direction begin.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    /// With the first frame after the upgrade.
    Upgraded,
    /// With a frame that was found by trial, after this many lost bytes.
    Found(u64),
    /// Somewhere, after this many lost bytes.
    Unknown(u64),
}

/// A websocket, ready to be read.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) assumed: bool,
    /// The client's direction, as chunks claim it.
    pub(super) client: Direction,
    pub(super) upgrade: Upgrade,
    /// The readers of the true directions.
    pub(super) sides: Both<Side>,
    /// What is to be reported, with directions as chunks claim them.
    pub(super) notes: Vec<Anomaly>,
    /// What the readers have to read first.
    pub(super) backlog: Backlog,
}

impl Seen {
    /// Makes the readers. `origin` is where that was decided.
    pub(super) fn open(self, backlog: Backlog, origin: Origin) -> Opened {
        let sides = Both { outbound: self.side(self.client), inbound: self.side(self.client.reversed()) };
        let notes = self.notes(origin, &backlog);
        let deflate = self.switched.and_then(|switched| switched.extensions.deflate);
        let (host, path) = self.upgrading.map_or((None, None), |upgrading| (upgrading.host, upgrading.path));
        let upgrade = Upgrade { host, path, deflate };
        Opened { assumed: self.assumed, client: self.client, upgrade, sides, notes, backlog }
    }

    fn side(&self, claimed: Direction) -> Side {
        let is_client = claimed == self.client;
        match *self.starts.of(claimed) {
            Start::Upgraded => Side::upgraded(is_client, self.inflater(is_client, false)),
            Start::Found(_) => Side::found(is_client, self.inflater(is_client, true)),
            Start::Unknown(lost) => Side::searching(is_client, self.inflater(is_client, true), lost),
        }
    }

    /// What compressed messages of one side need; `None` if there are none.
    fn inflater(&self, is_client: bool, incomplete: bool) -> Option<Inflater> {
        let alone = match (&self.switched, &self.upgrading) {
            (Some(switched), _) => {
                let deflate = switched.extensions.deflate?;
                if is_client { deflate.client_no_context_takeover } else { deflate.server_no_context_takeover }
            }
            (None, Some(upgrading)) if !upgrading.offers_deflate => return None,
            (None, _) => false,
        };
        Some(Inflater::new(!alone, incomplete))
    }

    fn notes(&self, origin: Origin, backlog: &Backlog) -> Vec<Anomaly> {
        let mut notes = Vec::new();
        if self.assumed {
            notes.push(Anomaly::new(&UPGRADE_NOT_CAPTURED, origin));
        }
        for direction in [Direction::Outbound, Direction::Inbound] {
            if let Start::Found(lost @ 1..) = *self.starts.of(direction) {
                let boundary = backlog.origin(direction).unwrap_or(origin);
                notes.push(Anomaly::new(&FRAMING_LOST, boundary).bytes(lost));
            }
        }
        if let Some(switched) = &self.switched {
            if let Some(extension) = &switched.extensions.unknown {
                notes.push(Anomaly::new(&UNKNOWN_EXTENSION, origin).detail(extension.clone()));
            }
            if let Some(Upgrading { key: Some(key), .. }) = &self.upgrading
                && !switched.accept.as_ref().is_some_and(|accept| accepts(accept, key))
            {
                notes.push(Anomaly::new(&ACCEPT_MISMATCH, origin));
            }
        }
        notes
    }
}
