//! The connections of a capture, or some of them: whatever is above TCP.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::connection::{Connection, Embedded};
use super::event::{Ended, Yield};
use crate::anomaly::Anomaly;
use crate::call::{Recording, Span};
use crate::input::{Entry, Recorded};
use crate::keys::Keys;
use crate::origin::{ConnectionId, Located};
use crate::protocol::tcp::Chunk;

/// What concerns all connections of a capture.
#[derive(Clone, Debug)]
pub(super) enum Notice {
    /// Whether the capture may bring secrets.
    Recognized { brings_secrets: bool },
    /// Secrets that it has brought. They serve connections that wait for them or that come later.
    Secrets(Arc<Keys>),
    /// Those that wait for TLS secrets are to say so.
    Waiting,
    /// This connection and those after it wait for secrets no longer.
    Settle { from: ConnectionId },
    /// Those that go on are to be described.
    Describe,
    /// The capture has ended.
    Finish,
}

/// The layers above TCP of connections that share nothing with others.
pub(super) struct Shard {
    keys: Arc<Keys>,
    live: HashMap<ConnectionId, Box<Connection>>,
    /// Those found to be of no interest: of these nothing more is wanted.
    dismissed: HashSet<ConnectionId>,
    embedded: Embedded,
    /// Blocks of secrets that also had Noise keys.
    noise_blocks: usize,
}

/// The most blocks of secrets in a capture of which Noise keys are taken.
const NOISE_BLOCKS_LIMIT: usize = 64;

impl Shard {
    /// No connections so far, of a capture whose sessions have these keys.
    pub(super) fn new(keys: Arc<Keys>) -> Self {
        Self {
            keys,
            live: HashMap::default(),
            dismissed: HashSet::default(),
            embedded: Embedded::default(),
            noise_blocks: 0,
        }
    }

    /// Takes the next entry of a connection: anything but records and secrets.
    pub(super) fn push(&mut self, id: ConnectionId, entry: Located<Entry<'_>>, results: &mut Yield) {
        if matches!(entry.item, Entry::Closed) {
            self.dismissed.remove(&id);
            if let Some(connection) = self.live.get_mut(&id) {
                connection.close(entry.origin.time);
            }
            self.end(id, results);
            return;
        }
        let keys = &self.keys;
        let connection = match self.live.get_mut(&id) {
            Some(known) => known,
            None if self.dismissed.contains(&id) => return,
            // It carried nothing: a scan of ports opens millions of these.
            None if matches!(entry.item, Entry::Chunk(Chunk::End(_))) => return,
            None => self.live.entry(id).or_insert_with(|| Box::new(Connection::new(Arc::clone(keys)))),
        };
        let origin = entry.origin;
        match entry.item {
            Entry::Chunk(chunk) => {
                connection.push(Located::new(origin, chunk), &self.embedded, results);
                if connection.is_dismissed() {
                    self.dismiss(id, results);
                }
            }
            Entry::Message(message) => connection.message(Located::new(origin, message), results),
            Entry::Frame(plaintext) => connection.frame(Located::new(origin, plaintext), results),
            Entry::Node(node) => connection.node(Located::new(origin, node), results),
            Entry::Recorded(Recorded {
                device,
                technique,
                client,
                session,
                omits_own_acks,
                clock,
                original,
                is_from_wire,
                spans,
                format: _,
            }) => {
                connection.recorded_by_client();
                let technique = technique.unwrap_or("unknown");
                let spans = spans.into_iter().map(|(from, until)| Span { from, until }).collect();
                let clock = Some((origin.capture, Some(clock.unwrap_or(id))));
                let session = session.map(String::into_boxed_str);
                let recording =
                    Recording { technique, client, session, omits_own_acks, clock, original, is_from_wire, spans };
                results.recorded((origin.capture, Some(id)), device, recording);
            }
            Entry::Internal(node) => {
                connection.recorded_by_client();
                results.internal(Located::new(origin, node));
            }
            Entry::Ends(ends) => connection.ends(ends),
            Entry::Closed | Entry::Record(_) | Entry::Secrets(_) | Entry::Event(_) | Entry::Media(_) => {}
        }
    }

    /// Takes an anomaly of a layer below on a connection.
    pub(super) fn anomaly(&mut self, id: ConnectionId, anomaly: Anomaly, results: &mut Yield) {
        let keys = &self.keys;
        match self.live.get_mut(&id) {
            Some(connection) => connection.anomaly(anomaly, results),
            None if self.dismissed.contains(&id) => {}
            // Nothing of what it carries was seen so far.
            None => {
                let new = self.live.entry(id).or_insert_with(|| Box::new(Connection::new(Arc::clone(keys))));
                new.anomaly(anomaly, results);
            }
        }
    }

    /// Takes what concerns all connections.
    pub(super) fn notice(&mut self, notice: Notice, results: &mut Yield) {
        match notice {
            Notice::Recognized { brings_secrets } => self.embedded.more_may_come = brings_secrets,
            Notice::Secrets(found) => self.learn(&found),
            Notice::Waiting => {
                let waiting = self.live.iter().map(|(id, connection)| (*id, connection.waiting()));
                results.waiting.extend(waiting.filter(|(_, bytes)| *bytes > 0));
            }
            Notice::Settle { from } => self.settle(from, results),
            Notice::Describe => {
                results.live.extend(self.live.iter().filter_map(|(id, connection)| connection.describe(*id)));
            }
            Notice::Finish => {
                for id in self.ids() {
                    results.place.1 = id;
                    self.end(id, results);
                }
            }
        }
    }

    fn learn(&mut self, found: &Keys) {
        if !found.is_empty() && self.noise_blocks < NOISE_BLOCKS_LIMIT {
            self.noise_blocks += 1;
            Arc::make_mut(&mut self.keys).append_noise(found);
        }
        self.embedded.keys.append(found.tls().clone());
    }

    fn settle(&mut self, from: ConnectionId, results: &mut Yield) {
        for id in self.ids().into_iter().filter(|id| *id >= from) {
            results.place.1 = id;
            let Some(connection) = self.live.get_mut(&id).filter(|known| known.waiting() > 0) else { continue };
            connection.settle(results);
            if connection.is_dismissed() {
                self.dismiss(id, results);
            }
        }
    }

    /// The live connections, in order.
    fn ids(&self) -> Vec<ConnectionId> {
        let mut ids: Vec<_> = self.live.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    fn dismiss(&mut self, id: ConnectionId, results: &mut Yield) {
        self.live.remove(&id);
        self.dismissed.insert(id);
        results.dismissed.push(id);
    }

    fn end(&mut self, id: ConnectionId, results: &mut Yield) {
        let Some(mut connection) = self.live.remove(&id) else { return };
        connection.finish(&self.embedded, results);
        let (described, server_static) = (connection.describe(id), connection.server_static());
        let wants_server_static = connection.wants_server_static();
        if described.is_some() || server_static.is_some() || wants_server_static {
            let coverage = connection.into_coverage();
            results.ended.push(Ended { id, described, server_static, wants_server_static, coverage });
        }
    }
}
