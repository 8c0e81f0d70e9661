//! Both directions of a session with known secrets.

use super::diagnoses::{EARLY_DATA, SECRETS_DO_NOT_OPEN};
use super::epochs::Epochs;
use super::reader::RecordReader;
use crate::anomaly::Anomaly;
use crate::origin::{Direction, Located, Origin};
use crate::protocol::tcp::{Chunk, ChunkSink};

/// How far a connection could be decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The handshake is not complete, or secrets are awaited.
    Undecided,
    /// Its records are decrypted.
    Decrypted,
    /// No key log has secrets that decrypt it.
    NoKey,
    /// It uses an unsupported version, cipher suite or option.
    Unsupported,
    /// Its handshake is incomplete, or was aborted.
    NoHandshake,
}

impl State {
    /// Returns the name of the state in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decrypted => "decrypted",
            Self::NoKey => "no-key",
            Self::Unsupported => "unsupported",
            Self::Undecided | Self::NoHandshake => "no-handshake",
        }
    }
}

/// A session that is being decrypted.
pub(super) struct Session {
    /// The direction in which the client sends.
    client_sends: Direction,
    client: RecordReader,
    server: RecordReader,
    /// The application protocol of an unencrypted hello.
    alpn: Option<Box<str>>,
    early_data: EarlyData,
    first: Option<Origin>,
    is_reported: bool,
}

/// Whether the client sent early data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EarlyData {
    None,
    Offered,
    Settled,
}

impl Session {
    /// Creates a session at its first bytes.
    pub(super) fn new(
        client_sends: Direction,
        client: Epochs,
        server: Epochs,
        offers_early_data: bool,
        alpn: Option<Box<str>>,
    ) -> Self {
        let early_data = if offers_early_data { EarlyData::Offered } else { EarlyData::None };
        let (client, server) = (RecordReader::new(client), RecordReader::new(server));
        Self { client_sends, client, server, alpn, early_data, first: None, is_reported: false }
    }

    /// Takes the next chunk of either direction.
    pub(super) fn push(&mut self, chunk: Located<Chunk<'_>>, out: &mut impl ChunkSink) {
        self.first.get_or_insert(chunk.origin);
        if chunk.origin.direction == Some(self.client_sends) {
            self.client.push(chunk, out);
        } else {
            self.server.push(chunk, out);
            if self.early_data == EarlyData::Offered && self.server.decryption.has_opened() {
                self.settle_early_data(chunk.origin, out);
            }
        }
        if [&self.client, &self.server].iter().all(|reader| reader.decryption.is_given_up()) {
            self.report_unopened(out);
        }
    }

    /// Finds out whether the server accepted the early data, from its first encrypted message.
    fn settle_early_data(&mut self, origin: Origin, out: &mut impl ChunkSink) {
        self.early_data = EarlyData::Settled;
        if self.server.decryption.accepts_early_data && !self.client.decryption.has_opened() {
            let bytes = self.client.sealed_bytes();
            self.client.decryption.early_data = bytes;
            out.anomaly(Anomaly::new(&EARLY_DATA, origin).bytes(bytes));
        }
    }

    /// Ends both directions.
    pub(super) fn finish(&mut self, out: &mut impl ChunkSink) {
        for reader in [&mut self.client, &mut self.server] {
            reader.end(None, out);
        }
        self.report_unopened(out);
    }

    /// Reports, once, if none of the records of a direction could be decrypted.
    fn report_unopened(&mut self, out: &mut impl ChunkSink) {
        let unopened: Vec<_> = [&self.client, &self.server].iter().filter_map(|reader| reader.unopened()).collect();
        if let Some(origin) = self.first
            && !unopened.is_empty()
            && !std::mem::replace(&mut self.is_reported, true)
        {
            out.anomaly(Anomaly::new(&SECRETS_DO_NOT_OPEN, origin).bytes(unopened.iter().sum()));
        }
    }

    /// Returns how far the connection could be decrypted.
    pub(super) fn state(&self) -> State {
        let opened = self.client.decryption.has_opened() || self.server.decryption.has_opened();
        if self.is_reported && !opened { State::NoKey } else { State::Decrypted }
    }

    /// Returns the negotiated application protocol, if any. Untrusted text.
    pub(super) fn alpn(&self) -> Option<&str> {
        self.server.decryption.alpn.as_deref().or(self.alpn.as_deref())
    }
}
