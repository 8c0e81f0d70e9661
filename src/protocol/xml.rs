//! Node to text.

use crate::protocol::binary::Node;

/// A node on one line.
#[must_use]
pub fn write_line(node: &Node) -> String {
    format!("<{}/>", node.tag)
}
