//! The protocol layers, lowest first, and the seam between them.
//!
//! A layer takes located items of one kind and gives located items of the next. It holds the state of one
//! connection (the TCP layer: of one capture), does no I/O, knows no clock, and never asks another layer:
//! whoever owns two layers pushes the output of one into the other.

use crate::anomaly::Anomaly;
use crate::origin::Located;

pub mod packet;

pub mod tcp;

pub mod tls;

pub mod websocket;

pub mod noise;

pub mod binary;

pub mod xml;

pub mod stanza;

/// Where a layer puts what it made: items for the next layer, and anomalies for the user.
///
/// Items may borrow from the layer's buffers; a sink that keeps them copies them.
pub trait Sink<T> {
    /// Takes an item of the next layer, in stream order within a direction.
    fn item(&mut self, item: Located<T>);

    /// Takes an anomaly.
    fn anomaly(&mut self, anomaly: Anomaly);
}
