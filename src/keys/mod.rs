//! Secrets from key logs, by session.
//!
//! A Noise session is identified by the client's ephemeral public key, which is readable in the capture. A key log has
//! either the two transport keys of a session, or the client's private keys, from which the handshake derives the
//! transport keys; either is enough. A TLS session is identified by its client random.
//!
//! No `Debug` implementation in this module prints a secret.
//!
//! ```
//! use ringtrace::keys::Keys;
//!
//! let log = format!("# a comment\nWA_NOISE_TRANSPORT {} {} {}\n", "01".repeat(32), "02".repeat(32), "03".repeat(32));
//! let mut keys = Keys::new();
//! let reading = keys.read_log(log.as_bytes())?;
//! assert_eq!((reading.usable, reading.malformed_total), (1, 0));
//! assert!(keys.session(&[1; 32]).is_some_and(|session| session.transport.is_some()));
//! # Ok::<(), std::io::Error>(())
//! ```

mod diagnoses;

mod secret;

mod tls;

mod store;

mod log;

pub use diagnoses::*;
pub use log::{Foreign, LogReading, MalformedLine, Reason, is_log};
pub use secret::{Conflict, PublicKey, Secret, TlsSecret};
pub use store::{Keys, PrivateKeys, Session, TransportKeys};
pub use tls::{ClientRandom, SessionId, TlsKeys, TlsLabel, TlsSession, Traffic};
