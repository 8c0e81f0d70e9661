//! What is above the websocket on one connection: Noise, WABinary, stanzas.

use std::sync::Arc;

use super::event::Yield;
use super::model::SeenMessage;
use crate::anomaly::{Anomalies, Anomaly, Severity};
use crate::call::Coverage;
use crate::keys::Keys;
use crate::origin::{Located, Origin};
use crate::protocol::Sink;
use crate::protocol::binary::{self, Decoded, Jid, JidForm, JidParts};
use crate::protocol::noise::{self, Frame, Login};
use crate::protocol::stanza::{self, Stanza, Wire};
use crate::protocol::websocket::Message;

/// The layers above the websocket.
pub(super) struct Session {
    /// The keys that are known.
    pub(super) keys: Arc<Keys>,
    /// The Noise layer.
    pub(super) noise: noise::Decoder,
    binary: binary::Decoder,
    /// Data messages of the websocket.
    pub(super) messages: u64,
    /// Decrypted frames.
    pub(super) frames: u64,
    /// Stanzas, of whatever kind.
    pub(super) stanzas: u64,
    /// Whether the login was reported.
    is_logged_in: bool,
    /// When it was read without a gap.
    pub(super) coverage: Coverage,
}

impl Session {
    /// A session of which nothing was seen.
    pub(super) fn new(keys: Arc<Keys>) -> Self {
        Self {
            noise: noise::Decoder::new(Arc::clone(&keys)),
            keys,
            binary: binary::Decoder,
            messages: 0,
            frames: 0,
            stanzas: 0,
            is_logged_in: false,
            coverage: Coverage::default(),
        }
    }

    /// The Noise layer, and what takes its frames.
    pub(super) fn layers<'c>(
        &'c mut self,
        held: &'c mut Anomalies,
        results: &'c mut Yield,
    ) -> (&'c mut noise::Decoder, Frames<'c>) {
        let Self { noise, binary, frames, stanzas, coverage, .. } = self;
        (noise, Frames { binary, frames, stanzas, coverage, held, results })
    }

    /// Tells who logged in, as soon as that is known.
    pub(super) fn report_login(&mut self, origin: Origin, results: &mut Yield) {
        if self.is_logged_in || origin.connection.is_none() {
            return;
        }
        let Some(Login { user, device }) = self.noise.report().login else { return };
        self.is_logged_in = true;
        let server = "s.whatsapp.net".into();
        let device =
            Jid::from(JidParts { user: user.to_string().into(), agent: 0, device, server, form: JidForm::Text });
        results.logged_in((origin.capture, origin.connection), device);
    }

    /// Takes note of what was lost: it ends a stretch that was read without a gap.
    pub(super) fn note_loss(&mut self, anomaly: &Anomaly) {
        note_loss(&mut self.coverage, anomaly);
    }
}

/// Takes messages to the Noise layer.
pub(super) struct Messages<'c> {
    /// What is above the websocket.
    pub(super) session: &'c mut Session,
    /// Where anomalies wait until the connection proves to be of interest.
    pub(super) held: &'c mut Anomalies,
    /// Where all else goes.
    pub(super) results: &'c mut Yield,
}

impl Sink<Message<'_>> for Messages<'_> {
    fn item(&mut self, message: Located<Message<'_>>) {
        self.session.messages += 1;
        if let Some(tap) = &mut self.results.tap {
            tap.message(message.origin, message.item.data, true);
        }
        let before = self.results.extras.messages.then(|| self.session.noise.report());
        let (noise, mut frames) = self.session.layers(self.held, self.results);
        noise.push(message, &mut frames);
        if let Some(before) = before {
            self.results.message(SeenMessage::new(message, before, self.session.noise.report()));
        }
        self.session.report_login(message.origin, self.results);
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        if anomaly.diagnosis.severity == Severity::Loss {
            self.session.noise.lost_message(anomaly.origin);
        }
        self.session.note_loss(&anomaly);
        self.held.add(anomaly);
    }
}

/// Takes frames to WABinary, and what it reads to the stanzas.
pub(super) struct Frames<'c> {
    binary: &'c mut binary::Decoder,
    frames: &'c mut u64,
    stanzas: &'c mut u64,
    coverage: &'c mut Coverage,
    held: &'c mut Anomalies,
    results: &'c mut Yield,
}

impl Sink<Frame<'_>> for Frames<'_> {
    fn item(&mut self, frame: Located<Frame<'_>>) {
        *self.frames += 1;
        let Self { binary, stanzas, coverage, held, results, .. } = self;
        binary.push(frame, &mut Nodes { frame: frame.item, stanzas, coverage, held, results });
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        note_loss(self.coverage, &anomaly);
        self.held.add(anomaly);
    }
}

/// Takes nodes, and reads them as stanzas.
struct Nodes<'c, 'f> {
    frame: Frame<'f>,
    stanzas: &'c mut u64,
    coverage: &'c mut Coverage,
    held: &'c mut Anomalies,
    results: &'c mut Yield,
}

impl Sink<Decoded> for Nodes<'_, '_> {
    fn item(&mut self, decoded: Located<Decoded>) {
        let Some(node) = decoded.item.node else { return };
        *self.stanzas += 1;
        self.coverage.read(decoded.origin.direction, decoded.origin.time);
        // Of other stanzas only the count is kept.
        let wire = matches!(node.tag(), "call" | "ack" | "receipt").then(|| Wire::from(&self.frame));
        // Only frames that somebody wrote down have no direction.
        let direction = decoded.origin.direction.or_else(|| stanza::direction_of(&node));
        let origin = Origin { direction, ..decoded.origin };
        self.results.stanza(Located::new(origin, Stanza::read(node, wire)));
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        note_loss(self.coverage, &anomaly);
        self.held.add(anomaly);
    }
}

fn note_loss(coverage: &mut Coverage, anomaly: &Anomaly) {
    if anomaly.diagnosis.severity == Severity::Loss {
        coverage.lose(anomaly.origin.direction);
    }
}
