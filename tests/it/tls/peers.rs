//! A client and a server of rustls that talk in memory, and what a recorder between them saw.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use data_encoding::HEXLOWER;
use ringtrace::origin::Direction;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, SupportedKxGroup, ring as provider};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::ServerSessionMemoryCache;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, ServerConfig, ServerConnection, SignatureScheme,
    SupportedCipherSuite, SupportedProtocolVersion,
};

/// What a recorder between client and server saw, what was meant, and the client's key log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape {
    /// What was sent, write by write.
    pub(crate) writes: Vec<(Direction, Vec<u8>)>,
    /// The application data of each direction: outbound, inbound.
    pub(crate) plain: [Vec<u8>; 2],
    pub(crate) key_log: String,
    /// Whether keys were updated.
    pub(crate) updated: bool,
}

/// What client and server agree on.
#[derive(Clone)]
pub(crate) struct Taste {
    pub(crate) version: &'static SupportedProtocolVersion,
    pub(crate) suite: SupportedCipherSuite,
    /// The most bytes of a record.
    pub(crate) fragment: Option<usize>,
    pub(crate) alpn: Vec<Vec<u8>>,
    /// The groups that the server takes; the client offers X25519 first.
    pub(crate) server_groups: Vec<&'static dyn SupportedKxGroup>,
    pub(crate) early_data: bool,
    pub(crate) server_name: &'static str,
}

impl Taste {
    pub(crate) fn new(version: &'static SupportedProtocolVersion, suite: SupportedCipherSuite) -> Self {
        Self {
            version,
            suite,
            fragment: None,
            alpn: Vec::new(),
            server_groups: vec![provider::kx_group::X25519, provider::kx_group::SECP256R1],
            early_data: false,
            server_name: "example.test",
        }
    }

    /// Every suite that is read, of both versions.
    pub(crate) fn all() -> Vec<Self> {
        use provider::cipher_suite::*;
        let of_tls13 = [TLS13_AES_128_GCM_SHA256, TLS13_AES_256_GCM_SHA384, TLS13_CHACHA20_POLY1305_SHA256];
        let of_tls12 = [
            TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        ];
        let of_tls13 = of_tls13.map(|suite| Self::new(&rustls::version::TLS13, suite));
        of_tls13.into_iter().chain(of_tls12.map(|suite| Self::new(&rustls::version::TLS12, suite))).collect()
    }

    fn provider(&self, groups: Vec<&'static dyn SupportedKxGroup>) -> Arc<CryptoProvider> {
        Arc::new(CryptoProvider { cipher_suites: vec![self.suite], kx_groups: groups, ..provider::default_provider() })
    }
}

/// The lines that rustls writes.
#[derive(Debug, Default)]
struct KeyLog(Mutex<String>);

impl rustls::KeyLog for KeyLog {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let line = format!("{label} {} {}\n", HEXLOWER.encode(client_random), HEXLOWER.encode(secret));
        self.0.lock().unwrap().push_str(&line);
    }
}

/// Trusts everybody: certificates are not what is tested.
#[derive(Debug)]
struct Trusting;

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// A client and a server with their session stores: a second connection of the same pair is resumed.
pub(crate) struct Pair {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    key_log: Arc<KeyLog>,
    server_name: &'static str,
}

impl Pair {
    pub(crate) fn new(taste: &Taste) -> Self {
        let key_log = Arc::new(KeyLog::default());
        let both = vec![provider::kx_group::X25519, provider::kx_group::SECP256R1];
        let mut client = ClientConfig::builder_with_provider(taste.provider(both))
            .with_protocol_versions(&[taste.version])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Trusting))
            .with_no_client_auth();
        client.key_log = Arc::clone(&key_log) as Arc<dyn rustls::KeyLog>;
        client.max_fragment_size = taste.fragment;
        client.alpn_protocols.clone_from(&taste.alpn);
        client.enable_early_data = taste.early_data;

        let file =
            |name: &str| fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls").join(name)).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(file("key.der")));
        let mut server = ServerConfig::builder_with_provider(taste.provider(taste.server_groups.clone()))
            .with_protocol_versions(&[taste.version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![file("certificate.der").into()], key)
            .unwrap();
        server.max_fragment_size = taste.fragment;
        server.alpn_protocols.clone_from(&taste.alpn);
        server.session_storage = ServerSessionMemoryCache::new(16);
        server.max_early_data_size = if taste.early_data { 16 << 10 } else { 0 };
        Self { client: Arc::new(client), server: Arc::new(server), key_log, server_name: taste.server_name }
    }

    /// The next connection, after its handshake.
    pub(crate) fn connect(&self) -> Talk {
        self.connect_with(b"")
    }

    /// The next connection, with `early` sent before the server's answer, if that is possible.
    pub(crate) fn connect_with(&self, early: &[u8]) -> Talk {
        self.key_log.0.lock().unwrap().clear();
        let name = ServerName::try_from(self.server_name).unwrap();
        let mut client = ClientConnection::new(Arc::clone(&self.client), name).unwrap();
        let server = ServerConnection::new(Arc::clone(&self.server)).unwrap();
        let mut tape = Tape::default();
        if let Some(mut data) = client.early_data().filter(|_| !early.is_empty()) {
            std::io::Write::write_all(&mut data, early).unwrap();
            tape.plain[0].extend_from_slice(early);
        }
        let mut talk = Talk { client, server, tape, key_log: Arc::clone(&self.key_log) };
        talk.exchange();
        talk
    }
}

/// A connection under way.
pub(crate) struct Talk {
    client: ClientConnection,
    server: ServerConnection,
    tape: Tape,
    key_log: Arc<KeyLog>,
}

impl Talk {
    /// Says something in one direction.
    pub(crate) fn say(&mut self, direction: Direction, data: &[u8]) -> &mut Self {
        let writer = match direction {
            Direction::Outbound => &mut self.client.writer() as &mut dyn std::io::Write,
            Direction::Inbound => &mut self.server.writer(),
        };
        writer.write_all(data).unwrap();
        self.tape.plain[usize::from(direction == Direction::Inbound)].extend_from_slice(data);
        self.exchange();
        self
    }

    /// Takes new keys, and makes the other side take new ones too.
    pub(crate) fn update_keys(&mut self, direction: Direction) -> &mut Self {
        match direction {
            Direction::Outbound => self.client.refresh_traffic_keys().unwrap(),
            Direction::Inbound => self.server.refresh_traffic_keys().unwrap(),
        }
        self.tape.updated = true;
        self.exchange();
        self
    }

    pub(crate) fn was_resumed(&self) -> bool {
        self.server.handshake_kind() == Some(rustls::HandshakeKind::Resumed)
    }

    pub(crate) fn was_asked_again(&self) -> bool {
        self.server.handshake_kind() == Some(rustls::HandshakeKind::FullWithHelloRetryRequest)
    }

    pub(crate) fn took_early_data(&self) -> bool {
        self.client.is_early_data_accepted()
    }

    /// What was sent so far.
    pub(crate) fn writes(&self) -> &[(Direction, Vec<u8>)] {
        &self.tape.writes
    }

    /// The key log so far.
    pub(crate) fn key_log(&self) -> String {
        self.key_log.0.lock().unwrap().clone()
    }

    /// Carries what each side wants to send, until neither does.
    fn exchange(&mut self) {
        let mut sink = Vec::new();
        while self.client.wants_write() || self.server.wants_write() {
            for direction in [Direction::Outbound, Direction::Inbound] {
                let mut sent = Vec::new();
                let (from, to): (&mut dyn Peer, &mut dyn Peer) = match direction {
                    Direction::Outbound => (&mut self.client, &mut self.server),
                    Direction::Inbound => (&mut self.server, &mut self.client),
                };
                from.send(&mut sent);
                if !sent.is_empty() {
                    to.receive(&sent, &mut sink);
                    self.tape.writes.push((direction, sent));
                }
            }
        }
    }

    /// Closes both directions, and gives what was recorded.
    pub(crate) fn close(mut self) -> Tape {
        self.client.send_close_notify();
        self.server.send_close_notify();
        self.exchange();
        self.tape.key_log.clone_from(&self.key_log.0.lock().unwrap());
        self.tape
    }
}

/// One side, to carry bytes from and to.
trait Peer {
    fn send(&mut self, sent: &mut Vec<u8>);
    fn receive(&mut self, bytes: &[u8], plain: &mut Vec<u8>);
}

macro_rules! peer {
    ($kind:ty) => {
        impl Peer for $kind {
            fn send(&mut self, sent: &mut Vec<u8>) {
                while self.wants_write() {
                    self.write_tls(sent).unwrap();
                }
            }

            fn receive(&mut self, mut bytes: &[u8], plain: &mut Vec<u8>) {
                while !bytes.is_empty() {
                    self.read_tls(&mut bytes).unwrap();
                    self.process_new_packets().unwrap();
                    let _ = std::io::Read::read_to_end(&mut self.reader(), plain);
                }
            }
        }
    };
}

peer!(ClientConnection);
peer!(ServerConnection);
