//! Chunk to plaintext chunk: TLS 1.2 (RFC 5246) and 1.3 (RFC 8446), decrypted with secrets from key logs.
//!
//! A [`Decoder`] reads one connection, both directions, in capture order. It reads the unencrypted client hello, names the
//! client random whose secrets it [needs](Decoder::wants_keys), and keeps at most 1 MiB until it
//! [gets](Decoder::unlock) them or has to [do without](Decoder::settle). Key exchange and certificates do not matter,
//! because the key log has the secrets that result from them.

mod diagnoses;

mod suite;

mod record;

mod handshake;

mod cipher;

mod epochs;

mod decryption;

mod reader;

mod session;

mod negotiation;

mod decoder;

mod datagrams;

pub use datagrams::DatagramOpener;
pub use decoder::Decoder;
pub use diagnoses::*;
pub use handshake::is_whatsapp;
pub use record::begins_midway;
pub use session::State;
