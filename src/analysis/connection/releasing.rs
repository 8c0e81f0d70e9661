//! What is reported of a connection: everything once it proves to be of interest, and of others only what may help.

use super::{Carries, Connection, is_closed, may_be_whatsapps};
use crate::analysis::diagnoses::{APP_KEYS, NAMELESS, ONE_SIDED, ONE_SIDED_TLS, TLS_KEYS_UNUSED};
use crate::analysis::event::Yield;
use crate::anomaly::{Anomaly, Layer, Tally};
use crate::origin::{Direction, Origin};
use crate::protocol::{noise, tls, websocket};

impl Connection {
    /// Reports what was held back, once the connection proves to be of interest. Where it proves not to be, and keys
    /// were given for it, a note says why they were of no use.
    pub(super) fn release(&mut self, results: &mut Yield) {
        if self.held.is_empty() || self.is_one_sided() {
            return;
        }
        if self.is_of_interest() {
            let mut held = std::mem::take(&mut self.held);
            if matches!(self.carries, Carries::Noise { .. }) {
                held = held.into_iter().map(of_app).collect();
            }
            results.append(held);
        } else if let Carries::Tls(tls) = &self.carries
            && self.is_dismissed()
        {
            for tally in std::mem::take(&mut self.held).iter() {
                if tls.had_secrets() && is_closed(tls.state()) && tally.diagnosis.layer == Layer::Tls {
                    results.anomaly(Anomaly::new(&TLS_KEYS_UNUSED, tally.first).detail(tally.to_string()));
                } else if tls.had_secrets() && tally.diagnosis == &websocket::HTTP2 && may_be_whatsapps(tls) {
                    results.anomaly(Anomaly::new(tally.diagnosis, tally.first));
                } else if tally.diagnosis == &tls::NO_KEY && tls.server_name().is_none() {
                    results.anomaly(Anomaly::new(&NAMELESS, of_all(tally.first)));
                }
            }
        }
    }

    /// Returns whether only one direction was recorded, of a connection in which both sides spoke. That may change until
    /// its end.
    pub(super) fn is_one_sided(&self) -> bool {
        let [client, server] = [Direction::Outbound, Direction::Inbound].map(|way| self.recorded[way]);
        let [no_client, no_server] = [Direction::Outbound, Direction::Inbound].map(|way| self.missing[way]);
        (client && !server && no_server) || (server && !client && no_client)
    }

    /// Reports, at the end, that only one direction was recorded. Nothing else about it matters, except what was read.
    pub(super) fn report_one_sided(&mut self, results: &mut Yield) {
        let held = std::mem::take(&mut self.held);
        let Some(origin) = held.iter().map(|tally| tally.first).next() else { return };
        let is_nobodys = match &self.carries {
            Carries::Tls(tls) => tls.server_name().is_none(),
            _ => false,
        };
        if is_nobodys {
            results.anomaly(Anomaly::new(&ONE_SIDED_TLS, of_all(origin)));
        } else if self.is_of_interest() {
            let sender = if self.recorded[Direction::Outbound] != self.is_flipped() { "server" } else { "client" };
            let detail = format!("what the {sender} sent is missing");
            results.anomaly(Anomaly::new(&ONE_SIDED, origin).detail(detail));
            if self.session.frames > 0 {
                results.append(held.into_iter().filter(|tally| tally.diagnosis.layer == Layer::Noise).collect());
            }
        }
    }
}

/// Where something is that is said once of all connections of a capture.
const fn of_all(origin: Origin) -> Origin {
    Origin { connection: None, ..origin }
}

/// What is reported of frames straight over TCP: where a key is wanted, the app has none to give.
fn of_app(tally: Tally) -> Tally {
    if tally.diagnosis == &noise::NO_KEY || tally.diagnosis == &noise::NO_KEY_MIDWAY {
        Tally { diagnosis: &APP_KEYS, ..tally }
    } else {
        tally
    }
}
