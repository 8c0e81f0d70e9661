//! The opening of a connection: the messages of the handshake, and from which key the transport keys come.

use std::mem;
use std::sync::Arc;

use super::super::handshake::{Failure, Handshake};
use super::super::messages::{ClientHello, HandshakeMessage, ServerHello};
use super::super::transport::Receiver;
use super::super::{Counters, FrameSink, Side};
use super::unopened::{Obstacle, Waiting};
use super::{Connection, NO_KEY, NO_SERVER_STATIC, WRONG_KEY};
use crate::anomaly::Anomaly;
use crate::keys::TransportKeys;
use crate::origin::Origin;

impl Connection {
    /// Takes a message of the handshake; `false` if it cannot be one here.
    pub(super) fn handshake_message(
        &mut self,
        side: Side,
        origin: Origin,
        message: &HandshakeMessage<'_>,
        out: &mut impl FrameSink,
    ) -> bool {
        match (side, message) {
            (Side::Client, HandshakeMessage::ClientHello(hello)) => {
                let Some(prologue) = self.prologue.take() else { return self.handshake.is_none() };
                self.client_hello(prologue, hello);
            }
            (Side::Server, HandshakeMessage::ServerHello(hello)) => {
                self.server.past_handshake = true;
                self.server_hello(origin, hello, out);
            }
            (Side::Client, HandshakeMessage::ClientFinish(finish)) => {
                self.client.past_handshake = true;
                if let (Some(handshake), Some(private)) = (&mut self.handshake, &self.private)
                    && let Err(failure) = handshake.client_finish(finish, private)
                {
                    self.handshake_failed(origin, failure, out);
                }
            }
            _ => return false,
        }
        true
    }

    fn client_hello(&mut self, prologue: [u8; 4], hello: &ClientHello<'_>) {
        self.handshake = Some(Handshake::new(prologue, hello));
        let keys = Arc::clone(&self.keys);
        let Some(session) = keys.session(hello.ephemeral) else {
            let wanted = data_encoding::HEXLOWER.encode(hello.ephemeral);
            self.obstacle = Some(Obstacle::new(&NO_KEY, Some(format!("client ephemeral public key {wanted}"))));
            return;
        };
        self.key_used = Some(*hello.ephemeral);
        self.counters = Some(Counters::FromHandshake);
        self.private.clone_from(&session.private);
        if let Some(transport) = &session.transport {
            self.use_transport(transport);
        }
    }

    fn server_hello(&mut self, origin: Origin, hello: &ServerHello<'_>, out: &mut impl FrameSink) {
        let Some(handshake) = &mut self.handshake else { return };
        handshake.see_server_hello(hello);
        let Some(private) = &self.private else { return };
        match handshake.server_hello(hello, private, self.keys.server_statics()) {
            Ok(transport) => {
                self.proven = true;
                self.use_transport(&transport);
            }
            Err(failure) => self.handshake_failed(origin, failure, out),
        }
        for Waiting { side, origin, frame } in mem::take(&mut self.waiting) {
            if !self.frame(side, origin, &frame, out) {
                self.far_frame(side, origin, &frame, out);
            }
        }
    }

    /// Takes the fact that the private keys lead nowhere. Logged transport keys, if any, are left to speak.
    fn handshake_failed(&mut self, origin: Origin, failure: Failure, out: &mut impl FrameSink) {
        self.proven = false;
        let logged = self.key_used.and_then(|ephemeral| self.keys.session(&ephemeral)?.transport.clone());
        if let Some(transport) = logged {
            self.use_transport(&transport);
            return;
        }
        self.client.receiver = None;
        self.server.receiver = None;
        self.obstacle = Some(match failure {
            Failure::NeedsServerStatic => Obstacle::new(&NO_SERVER_STATIC, None),
            Failure::WrongKey(step) => {
                out.anomaly(Anomaly::new(&WRONG_KEY, origin).detail(step));
                Obstacle::new(&WRONG_KEY, None)
            }
        });
    }

    fn use_transport(&mut self, transport: &TransportKeys) {
        self.client.receiver = Receiver::new(&transport.client_to_server);
        self.server.receiver = Receiver::new(&transport.server_to_client);
    }
}
