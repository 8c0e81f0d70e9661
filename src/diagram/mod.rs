//! Calls to a sequence diagram, drawn with characters, as Mermaid and as SVG.
//!
//! [`Diagram`] is the model: lifelines and steps of one or more calls, without any text but the labels. The terminal
//! interface draws it itself. A [`Picture`] adds what a drawing needs: which steps are shown, and what the parties are
//! called. Its [`lines`](Picture::lines) are what the three writers draw.
//!
//! ```
//! use ringtrace::analysis::{Request, Source};
//! use ringtrace::diagram::{Diagram, Picture};
//!
//! let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/captures/answered-and-missed/answered-and-missed");
//! let keys = std::fs::read(format!("{folder}.noisekeys.txt"))?;
//! let mut request = Request::new(vec![Source::File(format!("{folder}.pcap").into())]);
//! request.read_key_log("noisekeys.txt".to_owned(), keys.as_slice())?;
//! let analysis = request.load();
//! let diagram = Diagram::new(vec![analysis.calls[0].clone()], false);
//! let picture = Picture::of(&diagram);
//!
//! let mut text = Vec::new();
//! picture.text(&mut text)?;
//! assert!(String::from_utf8_lossy(&text).contains("offer"));
//! assert!(picture.mermaid(&analysis).starts_with("sequenceDiagram"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod model;

mod time;

mod label;

mod build;

pub mod caption;

mod lane;

mod picture;

mod text;

mod mermaid;

mod svg;

pub use label::label;
pub use lane::{LaneMark, bars, marks};
pub use model::{Arrow, Diagram, Event, Expected, Gap, Lifeline, Step};
pub use picture::{ArrowKind, ArrowLine, Line, Mark, MediaLine, Picture, first_answer};
pub use time::{elapsed, is_order_known};
