//! Node to text and text to node.
//!
//! [`write()`] writes for people and for search. [`read`] takes what client programs print: it tries strict XML first, and
//! then a tolerant parser, because most programs escape nothing. A [`Dialect`] says how a program prints content.
//! [`Document`] writes this program's own documents, and has nothing to do with nodes.
//!
//! ```
//! use ringtrace::protocol::xml::{Dialect, End, read, write_line};
//!
//! let reading = read("<call from='1@lid'><offer call-id='00AA'/></call> and more", Dialect::BAILEYS);
//! assert_eq!(reading.end, End::Whole);
//! assert_eq!(write_line(&reading.node.unwrap()), r#"<call from="1@lid"><offer call-id="00AA"/></call>"#);
//! ```

mod dialect;

mod reading;

mod content;

mod tree;

mod strict;

mod plain;

mod tolerant;

mod read;

mod write;

mod document;

pub use dialect::{ContentForm, Dialect};
pub use document::{Attributes, Document, number};
pub use read::read;
pub use reading::{Departures, End, Reading};
pub use tree::add_attribute;
pub use write::{as_text, write, write_bounded, write_line, write_name, write_text};
