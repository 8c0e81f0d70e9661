//! DTLS 1.2 (RFC 6347) with secrets from key logs, for who reads the datagrams themselves.

use super::cipher::Opener;
use super::suite::Suite;
use crate::keys::TlsSession;
use crate::origin::{Direction, PerDirection};

/// Decrypts the records of one DTLS session.
pub struct DatagramOpener(PerDirection<Opener>);

impl DatagramOpener {
    /// Derives the keys of a session from its master secret and both hellos: what the client sends is outbound. Returns `None`
    /// if the secret is missing or the cipher suite is not supported.
    #[must_use]
    pub fn new(suite: u16, secrets: &TlsSession, client_random: &[u8; 32], server_random: &[u8; 32]) -> Option<Self> {
        let (suite, master) = (Suite::of_tls12(suite)?, secrets.master.as_ref()?);
        let opener = |sender| Opener::tls12(suite, master, client_random, server_random, sender);
        Some(Self(PerDirection { outbound: opener(Direction::Outbound)?, inbound: opener(Direction::Inbound)? }))
    }

    /// Decrypts the body of a record in place, given its header (RFC 6347 section 4.1). Returns `None` if it is not authentic;
    /// the contents of `body` are then unspecified.
    pub fn open<'b>(&self, sender: Direction, header: &[u8; 13], body: &'b mut [u8]) -> Option<&'b [u8]> {
        let [kind, major, minor, number @ .., _, _] = *header;
        let range = self.0[sender].open_datagram(number, [kind, major, minor], body)?;
        body.get(range)
    }
}
