//! DTLS sessions whose keys are known: what their datagrams contain.

use std::sync::Arc;

use super::dtls::{CLIENT_HELLO, Content, Record, SERVER_HELLO};
use crate::keys::Keys;
use crate::origin::Direction;
use crate::protocol::tls::DatagramOpener;

/// A DTLS session on a flow.
#[derive(Default)]
pub(super) struct Session {
    /// The random value of the client hello, and who sent that.
    client: Option<([u8; 32], Direction)>,
    opener: Option<DatagramOpener>,
}

/// The length of a handshake message's header in bytes (RFC 6347 section 4.2.2), and of the version in a hello.
const HANDSHAKE: usize = 12;
const VERSION: usize = 2;

impl Session {
    /// Takes a record, and returns what it contains if it is application data that can be decrypted.
    pub(super) fn push(&mut self, record: &Record<'_>, sender: Direction, keys: &[Arc<Keys>]) -> Option<Vec<u8>> {
        let is_whole = record.body.len() == usize::from(record.length);
        match record.content {
            Content::Handshake(Some(CLIENT_HELLO)) => {
                self.client = random(record.body).map(|(random, _)| (random, sender));
                self.opener = None;
                None
            }
            Content::Handshake(Some(SERVER_HELLO)) => {
                let (server_random, rest) = random(record.body)?;
                let (client_random, _) = self.client.as_ref()?;
                let ([session], rest) = rest.split_first_chunk::<1>()?;
                let suite: [u8; 2] = rest.get(usize::from(*session)..)?.first_chunk().copied()?;
                let secrets = keys.iter().find_map(|keys| keys.tls().session(client_random))?;
                self.opener = DatagramOpener::new(u16::from_be_bytes(suite), secrets, client_random, &server_random);
                None
            }
            Content::Data if is_whole && record.epoch > 0 => {
                let (_, client) = self.client.as_ref()?;
                let sender = if sender == *client { Direction::Outbound } else { Direction::Inbound };
                let mut body = record.body.to_vec();
                self.opener.as_ref()?.open(sender, record.header, &mut body).map(<[u8]>::to_vec)
            }
            _ => None,
        }
    }

    /// Returns whether its keys are known.
    pub(super) const fn is_open(&self) -> bool {
        self.opener.is_some()
    }
}

/// Returns the random value of a hello, and what follows it.
fn random(handshake: &[u8]) -> Option<([u8; 32], &[u8])> {
    let (random, rest) = handshake.get(HANDSHAKE + VERSION..)?.split_first_chunk::<32>()?;
    Some((*random, rest))
}
