//! Every anomaly that can be reported.

use super::connection::{STRAIGHT_OVER_TCP, TLS_KEYS_UNUSED};
use crate::anomaly::Diagnosis;
use crate::input;
use crate::keys;
use crate::protocol::binary;
use crate::protocol::noise;
use crate::protocol::packet;
use crate::protocol::tcp;
use crate::protocol::tls;
use crate::protocol::websocket;

/// Every diagnosis of every layer, lowest layer first.
#[must_use]
pub fn diagnoses() -> Vec<&'static Diagnosis> {
    let above = [
        packet::DIAGNOSES,
        tcp::DIAGNOSES,
        tls::DIAGNOSES,
        &[&TLS_KEYS_UNUSED],
        websocket::DIAGNOSES,
        noise::DIAGNOSES,
        &[&STRAIGHT_OVER_TCP],
        binary::DIAGNOSES,
    ];
    let layers = [keys::DIAGNOSES, input::DIAGNOSES].into_iter().chain(above);
    layers.flatten().copied().collect()
}
