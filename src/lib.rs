//! ringtrace reads captured WebSocket traffic of WhatsApp Web clients, rebuilds each call's stanza timeline, and marks
//! what it says about the open questions of the call-signalling spec.
//!
//! A capture and its keys go in; calls, and verdicts on the spec's questions, come out:
//!
//! ```
//! use std::fs::File;
//! use std::io::BufReader;
//!
//! use ringtrace::analysis::{Request, Source};
//! use ringtrace::call::Outcome;
//! use ringtrace::spec::{Verdict, findings};
//!
//! let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/captures/answered-and-missed/answered-and-missed");
//! let mut request = Request::new(vec![Source::File(format!("{sample}.pcap").into())]);
//! let keys = format!("{sample}.noisekeys.txt");
//! request.read_key_log(keys.clone(), BufReader::new(File::open(keys)?))?;
//! let analysis = request.load();
//! assert!(analysis.complete && !analysis.is_lossy());
//!
//! let outcomes: Vec<_> = analysis.calls.iter().map(|judged| judged.call.progress.outcome).collect();
//! assert!(outcomes.contains(&Outcome::Answered) && outcomes.contains(&Outcome::Missed));
//!
//! for finding in findings(&analysis.calls) {
//!     println!("{}: {}", finding.question.id, finding.verdict.name());
//! }
//! assert!(findings(&analysis.calls).iter().any(|finding| finding.verdict == Verdict::Answered));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Data flows one way:
//!
//! ```text
//! capture --input--> Record, Chunk or Message, as recorded        key logs --> Keys, complete before the first entry
//! Record -packet-> Packet -tcp-> Chunk -tls-> Chunk -websocket-> Message -noise-> Frame -binary-> Node -stanza-> Stanza
//! Stanza -call-> Call -spec-> Evidence, Verdict -> Analysis <- Anomaly, from any layer
//! Analysis (read only) -> diagram, compare, tables, tui, print;     Analysis -redact-> Sanitised -report-> Redacted -> github
//! ```
//!
//! What always holds:
//!
//! - Every item is a [`Located`](origin::Located): its [`Origin`](origin::Origin) names the capture, the
//!   connection and the records that it came from. Origins are joined, never invented.
//! - Every layer has two verbs, `push` and `finish`, and an out-parameter ([`protocol::Sink`]). No layer asks
//!   a sibling and none calls up.
//! - A gap is an item, and what could not be read is an [`Anomaly`](anomaly::Anomaly): nothing is dropped
//!   silently.
//! - No layer reads a clock, a file, the environment or a global.
//!
//! The modules are listed in the order in which data moves; each names only those above it.

pub mod origin;

pub mod visible;

pub mod words;

pub mod output;

pub mod sandbox;

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

pub mod compare;

pub mod redact;

pub mod tables;

pub mod print;

pub mod report;

pub mod github;

pub mod tui;
