//! YAML that people write by hand, edited so that it stays theirs: comments, folding and order of the lines that an edit
//! does not touch stay byte for byte.
//!
//! ```
//! use ringtrace::yaml::{Data, Document, Edit};
//!
//! let page = Document::parse("id: ack # theirs\nvalues: [ 'a' ]\n")?;
//! let edit = Edit::Insert { at: "values".to_owned(), index: 1, item: Data::word("b") };
//! assert_eq!(page.apply(&edit)?.text(), "id: ack # theirs\nvalues: [ 'a', b ]\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod tree;

mod data;

mod edit;

pub use data::Data;
pub use edit::{Edit, NoEdit};
pub use tree::{Document, Invalid, Kind, Node, Style};
