//! Both directions of a session whose secrets are known.

use super::State;
use super::diagnoses::{EARLY_DATA, SECRETS_DO_NOT_OPEN};
use super::epochs::Epochs;
use super::side::Side;
use crate::anomaly::Anomaly;
use crate::origin::{Direction, Located, Origin};
use crate::protocol::tcp::{Chunk, ChunkSink};

/// A session that is being decrypted.
pub(super) struct Session {
    /// Which way the client sends.
    client_sends: Direction,
    client: Side,
    server: Side,
    /// The application protocol, as a hello in the clear told it.
    alpn: Option<Box<str>>,
    early_data: EarlyData,
    first: Option<Origin>,
    condemned: bool,
}

/// What is known of data that the client sent before the server's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EarlyData {
    None,
    Offered,
    Settled,
}

impl Session {
    /// A session from its first bytes on.
    pub(super) fn new(
        client_sends: Direction,
        client: Epochs,
        server: Epochs,
        offers_early_data: bool,
        alpn: Option<Box<str>>,
    ) -> Self {
        let early_data = if offers_early_data { EarlyData::Offered } else { EarlyData::None };
        let (client, server) = (Side::new(client), Side::new(server));
        Self { client_sends, client, server, alpn, early_data, first: None, condemned: false }
    }

    /// Takes the next chunk of either direction.
    pub(super) fn push(&mut self, chunk: Located<Chunk<'_>>, out: &mut impl ChunkSink) {
        self.first.get_or_insert(chunk.origin);
        if chunk.origin.direction == Some(self.client_sends) {
            self.client.push(chunk, out);
        } else {
            self.server.push(chunk, out);
            if self.early_data == EarlyData::Offered && self.server.has_opened() {
                self.settle_early_data(chunk.origin, out);
            }
        }
        if [&self.client, &self.server].iter().all(|side| side.is_given_up()) {
            self.condemn(out);
        }
    }

    /// The server's first message under protection says whether it takes the early data.
    fn settle_early_data(&mut self, origin: Origin, out: &mut impl ChunkSink) {
        self.early_data = EarlyData::Settled;
        if self.server.accepts_early_data && !self.client.has_opened() {
            let bytes = self.client.sealed_so_far();
            self.client.early_data = bytes;
            out.anomaly(Anomaly::new(&EARLY_DATA, origin).bytes(bytes));
        }
    }

    /// Says that no more chunks will come.
    pub(super) fn finish(&mut self, out: &mut impl ChunkSink) {
        for side in [&mut self.client, &mut self.server] {
            side.end(None, None, out);
        }
        self.condemn(out);
    }

    /// Reports, once, if a direction has records and none of them opened.
    fn condemn(&mut self, out: &mut impl ChunkSink) {
        let unopened: Vec<_> = [&self.client, &self.server].iter().filter_map(|side| side.unopened()).collect();
        if let Some(origin) = self.first
            && !unopened.is_empty()
            && !std::mem::replace(&mut self.condemned, true)
        {
            out.anomaly(Anomaly::new(&SECRETS_DO_NOT_OPEN, origin).bytes(unopened.iter().sum()));
        }
    }

    /// What is known of the connection.
    pub(super) fn state(&self) -> State {
        let opened = self.client.has_opened() || self.server.has_opened();
        if self.condemned && !opened { State::NoKey } else { State::Decrypted }
    }

    /// The application protocol, if it was agreed on. Untrusted text.
    pub(super) fn alpn(&self) -> Option<&str> {
        self.server.alpn.as_deref().or(self.alpn.as_deref())
    }
}
