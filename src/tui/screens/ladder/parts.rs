//! The parts of a stanza that can be selected, its elements and attributes, and where the bytes of each are.

use std::ops::Range;

use memchr::memmem;

use super::layer::{Layer, is_compressed, wanted};
use crate::analysis::{Below, Passages};
use crate::call::Row;
use crate::protocol::binary::{Element, Span};
use crate::tui::background::LayerBytes;
use crate::words::{count, counted};

/// Bytes of the flag before the WABinary.
const FLAG: usize = 1;

/// How many encrypted bytes are found by chance nowhere else.
const TELLING: usize = 32;

/// The length of the key that a websocket frame is masked with (RFC 6455 section 5.3).
const MASK: usize = 4;

/// An element or an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part<'n> {
    element: &'n str,
    /// The attribute; `None` for the element as a whole.
    attribute: Option<&'n str>,
    span: Span,
}

/// The parts of a stanza in the order of its XML: each element before its attributes, and these before its children.
pub(super) fn parts(root: Element<'_>) -> Vec<Part<'_>> {
    let (mut parts, mut open) = (Vec::new(), vec![root]);
    while let Some(node) = open.pop() {
        parts.push(Part { element: node.tag(), attribute: None, span: node.span() });
        let attributes = node.attributes();
        parts.extend(attributes.map(|attribute| Part {
            element: node.tag(),
            attribute: Some(attribute.name),
            span: attribute.span,
        }));
        open.extend(node.children().reversed());
    }
    parts
}

impl Part<'_> {
    /// Where its bytes are in a layer of its stanza; `None` if it has none, or they are not one after the other there.
    pub(super) fn place(&self, row: &Row, layer: Layer, found: &LayerBytes) -> Option<Range<usize>> {
        let wire = row.observed.read().wire.as_ref()?;
        let range = usize::try_from(self.span.start).ok()?..usize::try_from(self.span.end).ok()?;
        if range.is_empty() || is_compressed(wire) != (layer == Layer::Inflated) {
            return (layer == Layer::Inflated)
                .then_some(range)
                .filter(|range| !range.is_empty() && is_compressed(wire));
        }
        let range = range.start + FLAG..range.end + FLAG;
        match layer {
            Layer::Xml | Layer::Inflated => None,
            // AES-GCM encrypts each byte in its place.
            Layer::Plaintext | Layer::Ciphertext => Some(range),
            Layer::Below(below) => {
                let passages: &Passages = found.of(&wanted(row))?.as_ref().ok()?;
                find(&passages.get(&below)?.bytes, &wire.ciphertext, range)
            }
        }
    }

    /// Returns whether a layer is below the TLS that the stanza came through.
    fn is_under_tls(row: &Row, layer: Layer, found: &LayerBytes) -> bool {
        let has_tls = matches!(found.of(&wanted(row)), Some(Ok(passages)) if passages.contains_key(&Below::Plain));
        has_tls && matches!(layer, Layer::Below(Below::Record | Below::Stream))
    }

    /// What it is and where its bytes are, for people. Text from the capture in it is untrusted.
    pub(super) fn description(&self, row: &Row, layer: Layer, found: &LayerBytes) -> String {
        let label = match self.attribute {
            Some(attribute) => format!("{attribute} of <{}>", self.element),
            None => format!("<{}>", self.element),
        };
        let Some(wire) = &row.observed.read().wire else { return format!("{label}: recorded as text, without bytes") };
        let layer = match layer {
            Layer::Xml if is_compressed(wire) => Layer::Inflated,
            Layer::Xml => Layer::Plaintext,
            layer => layer,
        };
        let origin = row.observed.stanza.origin;
        if matches!(layer, Layer::Below(_)) && found.of(&wanted(row)).is_none() {
            return format!("{label}: rereading the capture up to {origin} …");
        }
        match self.place(row, layer, found) {
            Some(range) => {
                let bytes = counted(range.len() as u64, "byte");
                let from = count(range.start as u64);
                format!("{label}: {bytes} from byte {from} of the {}, {origin}", layer.place())
            }
            None if Self::is_under_tls(row, layer, found) => {
                format!("{label}: encrypted by TLS in the {}, {origin}", layer.place())
            }
            None => format!("{label}: not in one piece in the {}, {origin}", layer.place()),
        }
    }
}

/// Where a range of a frame is in the bytes of a layer. A frame that packets divide is not there as a whole: then the bytes
/// from the range on are looked for.
fn find(bytes: &[u8], frame: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let length = range.len();
    let end = range.end.max(range.start + TELLING).min(frame.len());
    let start = range.start.min(end.saturating_sub(TELLING));
    let first = find_masked(bytes, frame).map(|at| at + range.start).or_else(|| {
        let part = frame.get(start..end)?;
        Some(find_masked(bytes, part)? + range.start - start)
    })?;
    Some(first..first + length)
}

/// Finds a frame in the bytes of a layer, masked as in a websocket frame from a client or not: the difference between bytes
/// that are a mask apart is the same.
fn find_masked(bytes: &[u8], frame: &[u8]) -> Option<usize> {
    let differences = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().zip(bytes.get(MASK..).unwrap_or_default()).map(|(one, other)| one ^ other).collect()
    };
    let sought = differences(frame);
    if sought.is_empty() { None } else { memmem::find(&differences(bytes), &sought) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::binary::decode;

    #[test]
    fn parts_are_in_the_order_of_the_xml() {
        // <receipt id="42"><ack/></receipt>
        let plaintext = [0, 248, 4, 7, 8, 252, 2, b'4', b'2', 248, 1, 248, 1, 252, 3, b'a', b'c', b'k'];
        let node = decode(&plaintext).node.unwrap();
        let found: Vec<_> = parts(node.root()).iter().map(|part| (part.element, part.attribute, part.span)).collect();
        let span = |start, end| Span { start, end };
        assert_eq!(
            found,
            [("receipt", None, span(0, 17)), ("receipt", Some("id"), span(3, 8)), ("ack", None, span(10, 17)),]
        );
    }

    #[test]
    fn a_frame_is_found_masked_or_not() {
        let frame: Vec<u8> = (0..40).map(|byte: u8| byte.wrapping_mul(37)).collect();
        let key = [0xde, 0xad, 0xbe, 0xef];
        for offset in 0..4 {
            let masked = frame.iter().enumerate().map(|(place, byte)| byte ^ key[(place + offset) % MASK]);
            let stream: Vec<u8> = [0x82, 0xa8, 1, 2].into_iter().chain(masked).chain([9; 7]).collect();
            assert_eq!(find_masked(&stream, &frame), Some(4));
        }
        assert_eq!(find_masked(&[&[7; 3], frame.as_slice()].concat(), &frame), Some(3));
        assert_eq!(find_masked(&frame, &frame[..4]), None, "too short to tell");
        assert_eq!(find_masked(&frame[1..], &frame), None);
    }

    #[test]
    fn a_part_of_a_frame_that_packets_divide_is_found() {
        // As even as what is encrypted.
        let random = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let frame: Vec<u8> =
            std::iter::successors(Some(7), random).map(|state| state.to_be_bytes()[0]).take(200).collect();
        let packets = [&[1; 54], &frame[..100], &[2; 54], &frame[100..]].concat();
        assert_eq!(find(&packets, &frame, 10..15), Some(64..69));
        assert_eq!(find(&packets, &frame, 190..196), Some(298..304));
        assert_eq!(find(&packets, &frame, 95..105), None, "divided itself");
        assert_eq!(find(&frame, &frame, 10..15), Some(10..15));
    }
}
