//! The beginning of a connection: both unencrypted hellos, and the wait for secrets.

use data_encoding::HEXLOWER;

use super::cipher::Opener;
use super::diagnoses::{ALERT, BEGAN_BEFORE, NO_HANDSHAKE, NO_KEY, SOME_SECRETS, UNFINISHED, UNSUPPORTED};
use super::epochs::Epochs;
use super::handshake::{CLIENT_HELLO, ClientHello, Messages, SERVER_HELLO, ServerHello};
use super::record::{Content, HEADER, Header, alert_name};
use super::session::{Session, State};
use super::suite::{self, Suite};
use crate::anomaly::Anomaly;
use crate::keys::{ClientRandom, TlsSession};
use crate::origin::{Direction, Located, Origin, PerDirection};
use crate::protocol::tcp::{Backlog, Chunk};

/// The most bytes that are kept until the hellos and the secrets are known.
const LIMIT: usize = 1 << 20;

/// A connection whose records cannot be decrypted yet.
#[derive(Debug, Default)]
pub(super) struct Negotiation {
    backlog: Backlog,
    heads: PerDirection<Head>,
    client: Option<(Direction, ClientHello, Origin)>,
    server: Option<ServerHello>,
    secrets: Option<TlsSession>,
    /// Whether no more secrets will come.
    settled: bool,
}

/// The result of the negotiation so far.
pub(super) enum Outcome {
    /// It continues.
    Waits,
    /// The connection can be decrypted, starting with the kept chunks.
    Opens(Box<Session>, Backlog, Option<Anomaly>),
    /// The connection cannot be decrypted.
    Fails(State, Anomaly),
}

/// The first bytes of one direction, until its hello was read.
#[derive(Debug, Default)]
struct Head {
    partial: Vec<u8>,
    messages: Messages,
    /// The origin of its first chunk.
    origin: Option<Origin>,
    finished: bool,
    /// Whether encrypted records were seen.
    sealed: bool,
}

/// What the first records of a direction contain.
enum Found {
    ClientHello(ClientHello),
    ServerHello(ServerHello),
    /// An unencrypted alert: level and description.
    Alert([u8; 2]),
    /// Something other than a hello.
    Other,
}

impl Head {
    /// Takes the next bytes, until the hello is found.
    fn push(&mut self, data: &[u8]) -> Option<Found> {
        self.partial.extend_from_slice(data);
        let mut found = None;
        let mut read = 0;
        while found.is_none() {
            let rest = self.partial.get(read..).unwrap_or_default();
            let Some(header) = Header::read(rest) else {
                if rest.len() >= HEADER {
                    found = Some(Found::Other);
                }
                break;
            };
            let sealed = header.content == Content::ApplicationData;
            let Some(body) = rest.get(HEADER..header.record()).filter(|_| !sealed) else {
                // A hello comes before anything encrypted.
                found = sealed.then_some(Found::Other);
                self.sealed |= sealed;
                break;
            };
            match (header.content, body) {
                (Content::Handshake, _) => self.messages.push(body, |kind, body| {
                    let of_server = || ServerHello::read(body).filter(|hello| !hello.is_retry());
                    found = found.take().or_else(|| match kind {
                        CLIENT_HELLO => Some(ClientHello::read(body).map_or(Found::Other, Found::ClientHello)),
                        SERVER_HELLO if ServerHello::read(body).is_some_and(|hello| hello.is_retry()) => None,
                        SERVER_HELLO => Some(of_server().map_or(Found::Other, Found::ServerHello)),
                        _ => Some(Found::Other),
                    });
                }),
                (Content::Alert, [level, description]) => found = Some(Found::Alert([*level, *description])),
                _ => {}
            }
            read += header.record();
        }
        self.partial.drain(..read);
        if found.is_some() {
            self.finished = true;
            self.partial = Vec::new();
        }
        found
    }
}

impl Negotiation {
    /// Takes the next chunk of either direction.
    pub(super) fn push(&mut self, chunk: Located<Chunk<'_>>) -> Outcome {
        let direction = Chunk::direction(&chunk);
        self.backlog.push(chunk);
        let head = &mut self.heads[direction];
        if !head.finished {
            let origin = *head.origin.get_or_insert(chunk.origin);
            match chunk.item {
                Chunk::Data(data) => match head.push(data) {
                    None => {}
                    Some(Found::ClientHello(hello)) if self.client.is_none() => {
                        self.client = Some((direction, hello, origin.to(chunk.origin)));
                    }
                    Some(Found::ServerHello(hello)) if self.server.is_none() => self.server = Some(hello),
                    Some(Found::Alert(alert)) => {
                        let anomaly = Anomaly::new(&ALERT, chunk.origin).detail(alert_name(alert, direction));
                        return Outcome::Fails(State::NoHandshake, anomaly);
                    }
                    Some(_) => return self.fails_without_hello(origin),
                },
                Chunk::Gap(_) => {
                    head.finished = true;
                    return self.fails_without_hello(chunk.origin);
                }
                Chunk::End(_) => head.finished = true,
            }
        }
        let outcome = self.proceed();
        match outcome {
            Outcome::Waits if self.backlog.cost() > LIMIT => self.settle(),
            outcome => outcome,
        }
    }

    /// Returns the client random that identifies the session's secrets, while it waits for them.
    pub(super) fn wants(&self) -> Option<&ClientRandom> {
        self.client.as_ref().map(|(_, hello, _)| &hello.random).filter(|_| !self.settled)
    }

    /// Returns whether secrets were given.
    pub(super) fn has_secrets(&self) -> bool {
        self.secrets.is_some()
    }

    /// Returns the client hello, once it was read, and its direction.
    pub(super) fn client(&self) -> Option<(Direction, &ClientHello)> {
        self.client.as_ref().map(|(direction, hello, _)| (*direction, hello))
    }

    /// Returns roughly how much memory it takes, in bytes.
    pub(super) fn cost(&self) -> usize {
        self.backlog.cost()
    }

    /// Adds secrets of the session.
    pub(super) fn unlock(&mut self, secrets: &TlsSession) -> Outcome {
        self.secrets.get_or_insert_default().append(secrets);
        self.proceed()
    }

    /// Decides without further secrets.
    pub(super) fn settle(&mut self) -> Outcome {
        self.settled = true;
        match self.proceed() {
            Outcome::Waits if self.backlog.cost() > LIMIT => self.finish(),
            outcome => outcome,
        }
    }

    /// Decides without further chunks.
    pub(super) fn finish(&mut self) -> Outcome {
        self.settled = true;
        match self.proceed() {
            Outcome::Waits => {}
            outcome => return outcome,
        }
        let Some(origin) = self.heads.both().into_iter().find_map(|head| head.origin) else { return Outcome::Waits };
        let sealed = self.heads.both().iter().any(|head| head.sealed) || self.backlog.cost() > LIMIT;
        if sealed || self.client.is_none() {
            return self.fails_without_hello(origin);
        }
        Outcome::Fails(State::NoHandshake, Anomaly::new(&UNFINISHED, origin))
    }

    /// Fails because there are no secrets of the session, if there will be none.
    fn no_key(&self) -> Option<Outcome> {
        let (_, hello, origin) = self.client.as_ref().filter(|_| self.settled && self.secrets.is_none())?;
        Some(Outcome::Fails(State::NoKey, Anomaly::new(&NO_KEY, *origin).detail(describe(hello))))
    }

    /// Fails because a hello is missing. Without secrets it would not have helped.
    fn fails_without_hello(&self, origin: Origin) -> Outcome {
        if let Some(no_key) = self.no_key() {
            return no_key;
        }
        let anomaly = match (&self.client, &self.server) {
            (Some((_, hello, _)), _) => {
                Anomaly::new(&NO_HANDSHAKE, origin).detail(format!("{}: no server hello", describe(hello)))
            }
            (None, _) => Anomaly::new(&BEGAN_BEFORE, origin),
        };
        Outcome::Fails(State::NoHandshake, anomaly)
    }

    /// Continues as far as the known hellos and secrets allow.
    fn proceed(&mut self) -> Outcome {
        let (Some((client, hello, origin)), Some(server)) = (&self.client, &self.server) else { return Outcome::Waits };
        let unsupported = |what: String| {
            let anomaly = Anomaly::new(&UNSUPPORTED, *origin).detail(format!("{}: {what}", describe(hello)));
            Outcome::Fails(State::Unsupported, anomaly)
        };
        let is_tls13 = match server.version {
            0x0304 => true,
            0x0303 => false,
            version => return unsupported(version_name(version)),
        };
        if let Some(no_key) = self.no_key() {
            return no_key;
        }
        let suite = if is_tls13 { Suite::of_tls13(server.suite) } else { Suite::of_tls12(server.suite) };
        let Some(suite) = suite else { return unsupported(suite::name(server.suite)) };
        if server.compression != 0 {
            return unsupported("compression".to_owned());
        }
        let Some(secrets) = &self.secrets else { return Outcome::Waits };
        let some = |missing: &str| {
            let detail = format!("{}: {missing} is missing", describe(hello));
            Anomaly::new(&SOME_SECRETS, *origin).detail(detail)
        };
        let (client, mut partial) = (*client, None);
        let epochs = if is_tls13 {
            let missing = match (secrets.client.application.is_empty(), secrets.server.application.is_empty()) {
                (false, false) => None,
                (true, false) => Some("CLIENT_TRAFFIC_SECRET_0"),
                (false, true) => Some("SERVER_TRAFFIC_SECRET_0"),
                (true, true) => Some("CLIENT_TRAFFIC_SECRET_0 and SERVER_TRAFFIC_SECRET_0"),
            };
            match missing {
                Some(_) if !self.settled => return Outcome::Waits,
                Some(missing) if secrets.client.application.is_empty() && secrets.server.application.is_empty() => {
                    return Outcome::Fails(State::NoKey, some(missing));
                }
                missing => partial = missing.map(some),
            }
            [&secrets.client, &secrets.server].map(|traffic| Some(Epochs::tls13(suite, traffic.clone())))
        } else {
            match &secrets.master {
                None if !self.settled => return Outcome::Waits,
                None => return Outcome::Fails(State::NoKey, some("CLIENT_RANDOM")),
                Some(master) => [Direction::Outbound, Direction::Inbound].map(|sender| {
                    Opener::tls12(suite, master, &hello.random, &server.random, sender).map(Epochs::tls12)
                }),
            }
        };
        let [Some(of_client), Some(of_server)] = epochs else {
            let anomaly = Anomaly::new(&NO_KEY, *origin).detail(describe(hello));
            return Outcome::Fails(State::NoKey, anomaly);
        };
        let session = Session::new(client, of_client, of_server, hello.early_data, server.alpn.clone());
        Outcome::Opens(Box::new(session), std::mem::take(&mut self.backlog), partial)
    }
}

/// Describes a session by its server name, if any, and its client random.
fn describe(hello: &ClientHello) -> String {
    let random = HEXLOWER.encode(&hello.random);
    match &hello.server_name {
        Some(name) => format!("{name}, client random {random}"),
        None => format!("client random {random}"),
    }
}

/// Names an unsupported version.
fn version_name(version: u16) -> String {
    match version {
        0x0300 => "SSL 3.0".to_owned(),
        0x0301 => "TLS 1.0".to_owned(),
        0x0302 => "TLS 1.1".to_owned(),
        0x7f00..=0x7fff => format!("draft {} of TLS 1.3", version & 0xff),
        _ => format!("version {version:#06x}"),
    }
}
