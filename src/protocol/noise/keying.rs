//! From key logs and the handshake to the keys of a connection, or to the reason why there are none.

use std::sync::Arc;

use super::diagnoses::{NO_KEY, NO_SERVER_HELLO, NO_SERVER_STATIC, WRONG_KEY};
use super::handshake::{Failure, Handshake};
use super::messages::{ClientFinish, ClientHello, ServerHello};
use super::report::Counters;
use crate::anomaly::{Anomaly, Diagnosis};
use crate::keys::{Keys, PrivateKeys, PublicKey, TransportKeys};
use crate::origin::Origin;

/// Why frames cannot be decrypted.
pub(super) struct Obstacle {
    diagnosis: &'static Diagnosis,
    /// Reported once, with the first frame.
    detail: Option<String>,
}

impl Obstacle {
    /// Creates an obstacle.
    pub(super) const fn new(diagnosis: &'static Diagnosis, detail: Option<String>) -> Self {
        Self { diagnosis, detail }
    }
}

/// The effect of a handshake message.
pub(super) enum Step {
    /// It is not part of the handshake.
    Unexpected,
    /// None.
    Taken,
    /// The transport keys are known.
    Transport(TransportKeys),
    /// The private keys do not lead to transport keys. If they are wrong, with the part of the handshake that shows it.
    Failed(Option<&'static str>),
}

/// The keys of a connection.
pub(super) struct Keying {
    keys: Arc<Keys>,
    /// The prologue, until the client hello.
    prologue: Option<[u8; 4]>,
    handshake: Option<Handshake>,
    private: Option<PrivateKeys>,
    key_used: Option<PublicKey>,
    counters: Option<Counters>,
    obstacle: Option<Obstacle>,
    /// Whether a frame or the handshake proved that the keys are right.
    pub(super) proven: bool,
}

impl Keying {
    const fn new(keys: Arc<Keys>) -> Self {
        Self {
            keys,
            prologue: None,
            handshake: None,
            private: None,
            key_used: None,
            counters: None,
            obstacle: None,
            proven: false,
        }
    }

    /// Creates the keying of a connection from its first byte on.
    pub(super) fn from_start(keys: &Arc<Keys>, prologue: [u8; 4]) -> Self {
        Self { prologue: Some(prologue), ..Self::new(Arc::clone(keys)) }
    }

    /// Creates the keying of a connection that began before the capture, and whose transport keys were found by trial.
    pub(super) fn midway(keys: &Arc<Keys>, key_used: PublicKey) -> Self {
        let counters = Some(Counters::ByTrial);
        Self { key_used: Some(key_used), counters, proven: true, ..Self::new(Arc::clone(keys)) }
    }

    /// Creates the keying of a connection that cannot be decrypted.
    pub(super) fn without_keys(keys: &Arc<Keys>, obstacle: Obstacle) -> Self {
        Self { obstacle: Some(obstacle), ..Self::new(Arc::clone(keys)) }
    }

    /// Returns the handshake, once its client hello was seen.
    pub(super) const fn handshake(&self) -> Option<&Handshake> {
        self.handshake.as_ref()
    }

    /// Returns the client ephemeral public key of the key log line that is used.
    pub(super) const fn key_used(&self) -> Option<PublicKey> {
        self.key_used
    }

    /// Returns how the counters became known, once a key is used.
    pub(super) const fn counters(&self) -> Option<Counters> {
        self.counters
    }

    /// Returns the diagnosis of the obstacle, if there is one.
    pub(super) fn obstacle(&self) -> Option<&'static Diagnosis> {
        self.obstacle.as_ref().map(|obstacle| obstacle.diagnosis)
    }

    /// Returns the anomaly of a frame at `origin` that cannot be decrypted. Without a known obstacle, the server hello is
    /// missing.
    pub(super) fn obstructed(&mut self, origin: Origin) -> Anomaly {
        let obstacle = self.obstacle.get_or_insert(Obstacle::new(&NO_SERVER_HELLO, None));
        let anomaly = Anomaly::new(obstacle.diagnosis, origin);
        match obstacle.detail.take() {
            Some(detail) => anomaly.detail(detail),
            None => anomaly,
        }
    }

    /// Takes the client hello.
    pub(super) fn client_hello(&mut self, hello: &ClientHello<'_>) -> Step {
        let Some(prologue) = self.prologue.take() else {
            return if self.handshake.is_none() { Step::Taken } else { Step::Unexpected };
        };
        self.handshake = Some(Handshake::new(prologue, hello));
        let Some(session) = self.keys.session(hello.ephemeral) else {
            let wanted = data_encoding::HEXLOWER.encode(hello.ephemeral);
            self.obstacle = Some(Obstacle::new(&NO_KEY, Some(format!("client ephemeral public key {wanted}"))));
            return Step::Taken;
        };
        self.key_used = Some(*hello.ephemeral);
        self.counters = Some(Counters::FromHandshake);
        self.private.clone_from(&session.private);
        session.transport.clone().map_or(Step::Taken, Step::Transport)
    }

    /// Takes the server hello.
    pub(super) fn server_hello(&mut self, hello: &ServerHello<'_>) -> Step {
        let Some(handshake) = &mut self.handshake else { return Step::Taken };
        handshake.see_server_hello(hello);
        let Some(private) = &self.private else { return Step::Taken };
        match handshake.server_hello(hello, private, self.keys.server_statics()) {
            Ok(transport) => {
                self.proven = true;
                Step::Transport(transport)
            }
            Err(failure) => self.fail(failure),
        }
    }

    /// Takes the client finish.
    pub(super) fn client_finish(&mut self, finish: &ClientFinish<'_>) -> Step {
        if let (Some(handshake), Some(private)) = (&mut self.handshake, &self.private)
            && let Err(failure) = handshake.client_finish(finish, private)
        {
            return self.fail(failure);
        }
        Step::Taken
    }

    /// Gives up the private keys. Transport keys from the key log, if any, are used instead.
    fn fail(&mut self, failure: Failure) -> Step {
        self.proven = false;
        let logged = self.key_used.and_then(|ephemeral| self.keys.session(&ephemeral)?.transport.clone());
        if let Some(transport) = logged {
            return Step::Transport(transport);
        }
        let (diagnosis, reason) = match failure {
            Failure::NeedsServerStatic => (&NO_SERVER_STATIC, None),
            Failure::WrongKey(reason) => (&WRONG_KEY, Some(reason)),
        };
        self.obstacle = Some(Obstacle::new(diagnosis, None));
        Step::Failed(reason)
    }
}
