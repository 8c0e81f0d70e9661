//! Frame to node: WABinary.

mod node;

pub use node::{Attribute, Content, Jid, JidForm, Node, Span, Value};
