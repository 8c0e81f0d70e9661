//! Writes the Noise keys of your own whatsapp-rust clients to a key log that ringtrace reads. Needs whatsapp-rust 0.7 and its
//! parts wacore, wacore-libsignal, async-trait, async-channel, bytes and anyhow. Install it before anything else is done:
//!
//! ```ignore
//! let log = whatsapp_rust_keys::install("test.noisekeys.txt")?;
//! // and give the bot, or the client, its transports through it:
//! builder.with_transport_factory(log.transports(TokioWebSocketTransportFactory::new()))
//! ```
//!
//! A line holds the two transport keys of one connection: it decrypts that, and nothing else. With several clients in one
//! process, connect them one after another.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use wacore::net::{Transport, TransportEvent, TransportFactory};
use wacore_libsignal::crypto::{
    CryptoProviderError, GcmInPlaceBuffer, RustCryptoProvider, SignalCryptoProvider, TransportAead, set_crypto_provider,
};

/// Where keys are written.
#[derive(Clone)]
pub struct KeyLog(Arc<Mutex<Connection>>);

/// What is known of the connection that is being made.
struct Connection {
    file: File,
    ephemeral: Option<[u8; 32]>,
    /// The key for what the client sends, until that for what it receives is made.
    sending: Option<[u8; 32]>,
}

/// Appends lines to the file at `path`, which only you can read, from now on.
pub fn install(path: impl AsRef<Path>) -> anyhow::Result<KeyLog> {
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    let log = KeyLog(Arc::new(Mutex::new(Connection { file, ephemeral: None, sending: None })));
    set_crypto_provider(Provider(log.clone())).map_err(anyhow::Error::msg)?;
    Ok(log)
}

impl KeyLog {
    /// Connections by `factory`, whose first message is seen.
    pub fn transports<F: TransportFactory>(&self, factory: F) -> Transports<F> {
        Transports { factory, log: self.clone() }
    }

    fn sent(&self, message: &[u8]) {
        if let Some(ephemeral) = ephemeral_in(message) {
            let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            (connection.ephemeral, connection.sending) = (Some(ephemeral), None);
        }
    }

    /// A handshake ends by making two keys: that for what the client sends, then the other.
    fn made(&self, key: &[u8; 32]) {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sending) = connection.sending.take() else {
            connection.sending = Some(*key);
            return;
        };
        let Some(ephemeral) = connection.ephemeral.take() else { return };
        let [ephemeral, sending, receiving] = [ephemeral, sending, *key].map(|key| hex(&key));
        if let Err(error) = writeln!(connection.file, "WA_NOISE_TRANSPORT {ephemeral} {sending} {receiving}") {
            eprintln!("no key was logged: {error}");
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The ephemeral public key in a connection's first message: `WA`, two bytes of version, three of length, then a protobuf
/// whose field 2 begins with field 1, of 32 bytes. Routing information may be in front of it.
fn ephemeral_in(message: &[u8]) -> Option<[u8; 32]> {
    let start = message.windows(3).position(|window| window == b"WA\x06")?;
    let hello = message.get(start + 7..)?.strip_prefix(&[0x12])?;
    let length = hello.iter().position(|byte| byte & 0x80 == 0)? + 1;
    hello.get(length..)?.strip_prefix(&[0x0a, 0x20])?.get(..32)?.try_into().ok()
}

/// A factory of connections whose first message is seen.
pub struct Transports<F> {
    factory: F,
    log: KeyLog,
}

#[async_trait]
impl<F: TransportFactory> TransportFactory for Transports<F> {
    async fn create_transport(
        &self,
    ) -> Result<(Arc<dyn Transport>, async_channel::Receiver<TransportEvent>), anyhow::Error> {
        let (transport, events) = self.factory.create_transport().await?;
        Ok((Arc::new(Seen { transport, log: self.log.clone() }), events))
    }
}

struct Seen {
    transport: Arc<dyn Transport>,
    log: KeyLog,
}

#[async_trait]
impl Transport for Seen {
    async fn send(&self, data: Bytes) -> Result<(), anyhow::Error> {
        self.log.sent(&data);
        self.transport.send(data).await
    }

    async fn disconnect(&self) {
        self.transport.disconnect().await;
    }
}

/// The library's own cryptography, with an eye on the keys of connections.
struct Provider(KeyLog);

static LIBRARY: RustCryptoProvider = RustCryptoProvider;

type Outcome<T = ()> = Result<T, CryptoProviderError>;

impl SignalCryptoProvider for Provider {
    fn transport_aead(&'static self, key: &[u8; 32]) -> Outcome<Box<dyn TransportAead>> {
        self.0.made(key);
        LIBRARY.transport_aead(key)
    }

    fn aes_256_cbc_encrypt(&self, key: &[u8; 32], iv: &[u8; 16], text: &[u8], out: &mut Vec<u8>) -> Outcome {
        LIBRARY.aes_256_cbc_encrypt(key, iv, text, out)
    }

    fn aes_256_cbc_decrypt(&self, key: &[u8; 32], iv: &[u8; 16], text: &[u8], out: &mut Vec<u8>) -> Outcome {
        LIBRARY.aes_256_cbc_decrypt(key, iv, text, out)
    }

    fn aes_256_gcm_encrypt(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        aad: &[u8],
        text: &[u8],
        out: &mut Vec<u8>,
    ) -> Outcome {
        LIBRARY.aes_256_gcm_encrypt(key, nonce, aad, text, out)
    }

    fn aes_256_gcm_decrypt(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        aad: &[u8],
        text: &[u8],
        out: &mut Vec<u8>,
    ) -> Outcome {
        LIBRARY.aes_256_gcm_decrypt(key, nonce, aad, text, out)
    }

    fn hmac_sha256(&self, key: &[u8], input: &[u8]) -> [u8; 32] {
        LIBRARY.hmac_sha256(key, input)
    }

    fn aes_256_gcm_encrypt_in_place(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        aad: &[u8],
        buffer: &mut dyn GcmInPlaceBuffer,
    ) -> Outcome {
        LIBRARY.aes_256_gcm_encrypt_in_place(key, nonce, aad, buffer)
    }

    fn aes_256_gcm_decrypt_in_place(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        aad: &[u8],
        buffer: &mut dyn GcmInPlaceBuffer,
    ) -> Outcome {
        LIBRARY.aes_256_gcm_decrypt_in_place(key, nonce, aad, buffer)
    }
}
