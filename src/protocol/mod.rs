//! The protocol layers, lowest first, and the interface between them.
//!
//! A layer turns located items of one kind into located items of the next. It holds the state of one connection (the
//! TCP layer: of one capture), does no I/O, knows no clock, and never calls another layer: the owner of two layers
//! pushes the output of one into the other.
//!
//! ```
//! use std::sync::Arc;
//!
//! use ringtrace::anomaly::Anomaly;
//! use ringtrace::keys::Keys;
//! use ringtrace::origin::{CaptureId, Direction, Located, Origin};
//! use ringtrace::protocol::noise::{self, Frame};
//! use ringtrace::protocol::tcp::Chunk;
//! use ringtrace::protocol::websocket::{self, Message};
//! use ringtrace::protocol::Sink;
//!
//! /// Pushes messages into the Noise layer, and collects everything that cannot be read.
//! struct Messages {
//!     noise: noise::Decoder,
//!     rest: Rest,
//! }
//!
//! #[derive(Default)]
//! struct Rest(Vec<Anomaly>);
//!
//! impl Sink<Message<'_>> for Messages {
//!     fn item(&mut self, message: Located<Message<'_>>) {
//!         self.noise.push(message, &mut self.rest);
//!     }
//!
//!     fn anomaly(&mut self, anomaly: Anomaly) {
//!         self.rest.0.push(anomaly);
//!     }
//! }
//!
//! impl Sink<Frame<'_>> for Rest {
//!     fn item(&mut self, _frame: Located<Frame<'_>>) {}
//!
//!     fn anomaly(&mut self, anomaly: Anomaly) {
//!         self.0.push(anomaly);
//!     }
//! }
//!
//! let mut websocket = websocket::Decoder::new();
//! let mut messages = Messages { noise: noise::Decoder::new(Arc::new(Keys::new())), rest: Rest::default() };
//! let direction = Some(Direction::Outbound);
//! let origin = Origin { direction, ..Origin::of_record(CaptureId(0), 1, 0, None) };
//! let request = b"GET /chat HTTP/1.1\r\nHost: example.test\r\n\r\n";
//! websocket.push(Located::new(origin, Chunk::Data(request)), &mut messages);
//! websocket.finish(&mut messages);
//! assert_eq!(websocket.state(), websocket::State::Undecided);
//! assert!(messages.rest.0.is_empty());
//! ```

use crate::anomaly::Anomaly;
use crate::origin::Located;

mod budget;

pub mod packet;

pub mod tcp;

pub mod proxy;

pub mod tls;

pub mod websocket;

pub mod noise;

pub mod binary;

pub mod xml;

pub mod stanza;

/// Where a layer puts its output: items for the next layer, and anomalies for the user.
///
/// Items may borrow from the layer's buffers; a sink that keeps them copies them.
pub trait Sink<T> {
    /// Takes an item of the next layer, in stream order within a direction.
    fn item(&mut self, item: Located<T>);

    /// Takes an anomaly.
    fn anomaly(&mut self, anomaly: Anomaly);
}

/// Declares the sink of a layer whose items borrow: one that takes items of any lifetime.
macro_rules! sink {
    ($(#[$doc:meta])* $name:ident of $item:ident) => {
        $(#[$doc])*
        pub trait $name: for<'a> $crate::protocol::Sink<$item<'a>> {}

        impl<S: for<'a> $crate::protocol::Sink<$item<'a>>> $name for S {}
    };
}
pub(crate) use sink;
