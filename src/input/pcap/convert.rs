//! Classic pcap as pcapng, so that pieces of several captures fit into one file (draft-ietf-opsawg-pcapng section 4).

use std::borrow::Cow;

use super::block::{ENHANCED_PACKET, INTERFACE, SECTION_HEADER};
use super::form::{FILE_HEADER, Form};
use crate::input::model::Piece;

/// Bytes of a block besides its content.
const FRAME: usize = 12;

/// The option of an interface that says how finely times are written, and the end of options.
const RESOLUTION: u16 = 9;
const END_OF_OPTIONS: [u8; 4] = [0; 4];

/// Makes pcapng of the pieces of packet captures. Those of pcapng stay as they are.
#[derive(Debug, Default)]
pub struct ToPcapng {
    /// How the records of the classic pcap are written that is being read.
    form: Option<Form>,
}

impl ToPcapng {
    /// The blocks of a piece. Of a packet, the captured bytes, both lengths and the time stay the same.
    #[must_use]
    pub fn blocks<'p>(&mut self, piece: Piece<'p>) -> Cow<'p, [u8]> {
        match (piece, &self.form) {
            (Piece::Header(header), _) => match Form::announced(header) {
                Some(form) if header.len() == FILE_HEADER => {
                    let blocks = section(header, &form);
                    self.form = Some(form);
                    Cow::Owned(blocks)
                }
                _ => {
                    self.form = None;
                    Cow::Borrowed(header)
                }
            },
            (Piece::Packet(record), Some(form)) => packet(record, form).map_or(Cow::Borrowed(&[]), Cow::Owned),
            (Piece::Packet(block), None) => Cow::Borrowed(block),
        }
    }
}

/// A section of one interface, as a file header describes it.
fn section(header: &[u8], form: &Form) -> Vec<u8> {
    const BYTE_ORDER: u32 = 0x1a2b_3c4d;
    const UNKNOWN_LENGTH: i64 = -1;
    let mut content = BYTE_ORDER.to_le_bytes().to_vec();
    content.extend([1, 0, 0, 0]);
    content.extend(UNKNOWN_LENGTH.to_le_bytes());
    let mut blocks = block(SECTION_HEADER, &content);
    let number = |at: usize| header.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| form.order.u32(*bytes));
    let (limit, link) = (number(16), number(20));
    // The upper half says how long frame check sequences are.
    let mut content = (link & 0xffff).to_le_bytes().to_vec();
    content.extend(limit.to_le_bytes());
    content.extend(RESOLUTION.to_le_bytes());
    content.extend([1, 0, form.digits(), 0, 0, 0]);
    content.extend(END_OF_OPTIONS);
    blocks.extend(block(INTERFACE, &content));
    blocks
}

/// A record as an Enhanced Packet Block; `None` if it is not whole.
fn packet(record: &[u8], form: &Form) -> Option<Vec<u8>> {
    let header = form.header(record)?;
    let data = record.get(form.header_length..form.length(&header))?;
    let ticks = form.ticks(&header);
    let mut content = 0_u32.to_le_bytes().to_vec();
    for half in [ticks >> 32, ticks & 0xffff_ffff] {
        content.extend(u32::try_from(half).ok()?.to_le_bytes());
    }
    content.extend(header.captured.to_le_bytes());
    content.extend(header.wire.to_le_bytes());
    content.extend(data);
    content.resize(content.len().next_multiple_of(4), 0);
    Some(block(ENHANCED_PACKET, &content))
}

/// A block in a little-endian section; the length of its content is a multiple of four.
fn block(kind: u32, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(FRAME + content.len()).unwrap_or(u32::MAX).to_le_bytes();
    [&kind.to_le_bytes(), &length, content, &length].concat()
}
