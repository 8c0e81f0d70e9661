//! The strict parser, for well-formed XML.

use quick_xml::Reader;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesStart, Event};

use super::dialect::Dialect;
use super::reading::Reading;
use super::tree::Tree;

/// Reads the element at the start of `text`. Returns `None` if it is not well-formed, or incomplete.
pub(super) fn read(text: &str, dialect: Dialect) -> Option<Reading> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = !dialect.escapes;
    let mut tree = Tree::new(dialect);
    while !tree.is_whole() {
        match reader.read_event().ok()? {
            Event::Start(tag) => start(&tag, &mut tree)?,
            Event::Empty(tag) => {
                start(&tag, &mut tree)?;
                tree.end(true);
            }
            Event::End(_) => tree.end(false),
            Event::Text(text) => tree.text(text.into_inner()),
            Event::CData(text) => tree.text(text.into_inner()),
            Event::Comment(comment) => tree.comment(&comment),
            // Whether entities are resolved depends on the dialect, so the tree does that.
            Event::GeneralRef(entity) => {
                tree.text("&");
                tree.text(entity.into_inner());
                tree.text(";");
            }
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => return None,
        }
    }
    let length = usize::try_from(reader.buffer_position()).ok()?;
    Some(tree.reading(length))
}

fn start(tag: &BytesStart<'_>, tree: &mut Tree<'_>) -> Option<()> {
    tree.start(tag.name().as_ref());
    let attributes: Attributes<'_> = tag.attributes();
    for attribute in attributes {
        let attribute = attribute.ok()?;
        tree.attribute(attribute.key.as_ref(), &attribute.value);
    }
    Some(())
}
