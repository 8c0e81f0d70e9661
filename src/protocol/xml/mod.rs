//! Node to text and text to node.
//!
//! [`write()`] writes for people and for search. [`read`] takes what client programs print: strict XML first, and what
//! is none by a tolerant reading second, because most of them escape nothing. A [`Dialect`] says how a program prints
//! content. [`Document`] is for texts of our own making, and knows no node.

mod content;
mod dialect;
mod document;
mod read;
mod strict;
mod tolerant;
mod tree;
mod write;

pub use dialect::{ContentForm, Dialect};
pub use document::{Attributes, Document, number};
pub use read::{Departures, End, Reading, read};
pub use tree::attribute;
pub use write::{write, write_bounded, write_line};
