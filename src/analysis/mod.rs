//! Everything learned from the captures: the only room that knows every layer and their order.
//!
//! A [`Request`] names captures and key logs. Loading it reads each capture through the layers, on several threads but
//! with the same result whatever their number, merges what was found in the order of the captures, and publishes
//! snapshots of the [`Analysis`] on the way.
//!
//! ```
//! use std::fs::File;
//! use std::io::BufReader;
//!
//! use ringtrace::analysis::{Request, Source};
//!
//! let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/captures/answered-and-missed/answered-and-missed");
//! let mut request = Request::new(vec![Source::File(format!("{sample}.pcap").into())]);
//! let keys = format!("{sample}.noisekeys.txt");
//! request.read_key_log(keys.clone(), BufReader::new(File::open(keys)?))?;
//! let analysis = request.load();
//! assert!(analysis.complete && !analysis.is_lossy());
//! for judged in &analysis.calls {
//!     println!("{}: {}", judged.call.id, judged.call.progress.outcome.name());
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

mod mention;
mod test_host;

mod model;
mod choice;
mod exhibit;
mod follow;
mod source;
mod tap;
mod event;
mod session;
mod diagnoses;
mod opening;
mod connection;
mod shard;
mod batch;
mod workers;
mod pipe;
mod lookup;
mod excerpt;
mod wireshark;
mod reader;
mod merge;
mod load;

pub use choice::NoChoice;
pub use diagnoses::{
    APP_KEYS, APP_MIDWAY, NAMELESS, OLDER_THAN_NOISE, ONE_SIDED, ONE_SIDED_TLS, STRAIGHT_OVER_TCP, TLS_KEYS_UNUSED,
};
pub use excerpt::{Excerpt, ExcerptError, Packing};
pub use exhibit::Exhibit;
pub use follow::Following;
pub use load::{Discover, KeyLogPlaces, Newcomer, Request};
pub use lookup::{Lookup, LookupError};
pub use mention::{MEASURED, Mention, NAMES, Prefix, Window, mentioned};
pub use merge::Publish;
pub use model::{Analysis, Capture, Chosen, Connection, KeyLog, Other, SeenMessage};
pub use source::{Overrides, Source};
pub use tap::{Below, Passage, Passages, Wanted};
pub use wireshark::display_filter;

use crate::anomaly::Diagnosis;
use crate::call::contradictions;
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
        &[&ONE_SIDED, &TLS_KEYS_UNUSED, &NAMELESS, &ONE_SIDED_TLS],
        websocket::DIAGNOSES,
        noise::DIAGNOSES,
        &[&STRAIGHT_OVER_TCP, &APP_KEYS, &APP_MIDWAY, &OLDER_THAN_NOISE],
        binary::DIAGNOSES,
        contradictions::DIAGNOSES,
    ];
    let layers = [keys::DIAGNOSES, input::DIAGNOSES].into_iter().chain(above);
    layers.flatten().copied().collect()
}
