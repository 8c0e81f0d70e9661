//! ringtrace reads recorded websocket traffic of WhatsApp Web clients, rebuilds each call's stanza
//! timeline, and marks what it says about the open questions of the call signalling spec.
//!
//! Data flows one way:
//!
//! ```text
//! capture --input--> Record, Chunk or Message, as recorded        key logs --> Keys, complete before the first entry
//! Record -packet-> Packet -tcp-> Chunk -tls-> Chunk -websocket-> Message -noise-> Frame -binary-> Node -stanza-> Stanza
//! Stanza -call-> Call -spec-> Evidence, Verdict -> Analysis <- Anomaly, from any layer
//! Analysis (read only) -> diagram, tables, tui, print;     Analysis -redact-> Sanitised -report-> Redacted -> github
//! ```
//!
//! What always holds:
//!
//! - Every item is a [`Located`](origin::Located): its [`Origin`](origin::Origin) names the capture, the
//!   connection and the records that it came from. Origins are joined, never invented.
//! - Every layer has two verbs, `push` and `finish`, and an out-parameter ([`protocol::Sink`]). No layer asks
//!   a sibling and none calls up.
//! - A gap is an item, and what could not be read is an [`Anomaly`](anomaly::Anomaly): nothing is dropped in
//!   silence.
//! - No layer reads a clock, a file, the environment or a global.
//!
//! The modules stand in the order in which data moves; each names only those above it.

pub mod origin;

pub mod visible;

pub mod words;

pub mod output;

pub mod config;

pub mod anomaly;

pub mod keys;

pub mod protocol;

pub mod input;

pub mod call;

pub mod filter;

pub mod notes;

pub mod spec;

pub mod analysis;

pub mod diagram;

pub mod redact;

pub mod tables;

pub mod print;

pub mod report;

pub mod github;

pub mod tui;
