//! The grammar of WABinary: values (tokens, packed digits, raw strings and addresses), and nodes made of them.

use std::borrow::Cow;
use std::sync::Arc;

use super::builder::NodeBuilder;
use super::dictionary::{Dictionary, interned};
use super::jid::{Jid, JidForm, JidParts};
use super::node::{Content, Node};
use super::stop::{DEPTH_LIMIT, ITEM_LIMIT, Reason, Stop};
use super::value::{Span, Value};

const LIST_EMPTY: u8 = 0;
const DICTIONARY_0: u8 = 236;
const DICTIONARY_3: u8 = 239;
const INTEROP_JID: u8 = 245;
const FB_JID: u8 = 246;
const AD_JID: u8 = 247;
const LIST_8: u8 = 248;
const LIST_16: u8 = 249;
const JID_PAIR: u8 = 250;
const HEX_8: u8 = 251;
const BINARY_8: u8 = 252;
const BINARY_20: u8 = 253;
const BINARY_32: u8 = 254;
const NIBBLE_8: u8 = 255;

/// An undefined half-byte of packed digits.
const UNDEFINED: u8 = 0xff;

/// The characters of packed digits. A 15 pads an odd length; clients read it as NUL elsewhere.
const NIBBLES: [u8; 16] = *b"0123456789-.\xff\xff\xff\0";
const HEX_DIGITS: [u8; 16] = *b"0123456789ABCDEF";

/// A value that was read.
pub(super) enum Read<'a> {
    Text(Cow<'a, str>),
    Jid(Jid),
    Bytes(&'a [u8]),
}

impl Read<'_> {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Jid(jid) => Value::Jid(jid),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

/// Reads values from a plaintext. Its methods return `None` at the first invalid byte, and leave the reason in `stop`;
/// nothing is read after that.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the value being read begins; errors name this offset.
    began: usize,
    dictionary: &'static Dictionary,
    /// Why reading stopped, once it did.
    pub(super) stop: Option<Stop>,
    /// The first domain byte of an address that names no known server.
    pub(super) unknown_domain: Option<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], dictionary: &'static Dictionary) -> Self {
        Self { bytes, at: 0, began: 0, dictionary, stop: None, unknown_domain: None }
    }

    /// Returns the offset of the next byte.
    pub(super) fn offset(&self) -> u32 {
        offset(self.at)
    }

    /// Returns how many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// Returns the next byte without consuming it.
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Marks the start of a value, for errors inside it.
    pub(super) fn begin(&mut self) {
        self.began = self.at;
    }

    /// Stops, with an error at the value that was begun last.
    #[cold]
    pub(super) fn fail<T>(&mut self, reason: Reason) -> Option<T> {
        self.stop = Some(Stop { reason, offset: offset(self.began) });
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let Some(byte) = self.peek() else { return self.fail(Reason::Truncated) };
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(taken) = rest.get(..length) else { return self.fail(Reason::Truncated) };
        self.at += length;
        Some(taken)
    }

    fn number<const N: usize>(&mut self) -> Option<u32> {
        Some(self.take(N)?.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from(self.byte()?) << 8 | u16::from(self.byte()?))
    }

    /// Reads the number of items of a list.
    pub(super) fn list_size(&mut self) -> Option<usize> {
        self.begin();
        match self.byte()? {
            LIST_EMPTY => Some(0),
            LIST_8 => self.byte().map(usize::from),
            LIST_16 => self.u16().map(usize::from),
            other => self.fail(Reason::NotAList(other)),
        }
    }

    /// Reads a tag or the name of an attribute.
    pub(super) fn name(&mut self) -> Option<Cow<'a, str>> {
        self.begin();
        let name = self.text()?;
        if name.is_empty() { self.fail(Reason::NoName) } else { Some(name) }
    }

    /// Reads the value of an attribute, or content that is neither a list nor raw bytes.
    pub(super) fn value(&mut self) -> Option<Read<'a>> {
        self.begin();
        match self.byte()? {
            kind @ (BINARY_8 | BINARY_20 | BINARY_32) => {
                let bytes = self.raw(kind)?;
                Some(match std::str::from_utf8(bytes) {
                    Ok(text) => Read::Text(Cow::Borrowed(text)),
                    Err(_) => Read::Bytes(bytes),
                })
            }
            JID_PAIR => self.pair().map(Read::Jid),
            AD_JID => self.device().map(Read::Jid),
            FB_JID => self.messenger().map(Read::Jid),
            INTEROP_JID => self.interop().map(Read::Jid),
            kind => self.word(kind).map(Read::Text),
        }
    }

    /// Reads the raw bytes of a content.
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        self.begin();
        let kind = self.byte()?;
        self.raw(kind)
    }

    fn raw(&mut self, kind: u8) -> Option<&'a [u8]> {
        let length = match kind {
            BINARY_8 => self.number::<1>()?,
            BINARY_20 => self.number::<3>()? & 0xf_ffff,
            _ => self.number::<4>()?,
        };
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    /// Reads a name, a user or a server: text but not an address, so that addresses do not nest.
    fn text(&mut self) -> Option<Cow<'a, str>> {
        match self.byte()? {
            kind @ (BINARY_8 | BINARY_20 | BINARY_32) => match std::str::from_utf8(self.raw(kind)?) {
                Ok(text) => Some(Cow::Borrowed(text)),
                Err(_) => self.fail(Reason::NotText),
            },
            JID_PAIR | AD_JID | FB_JID | INTEROP_JID => self.fail(Reason::AddressAsText),
            kind => self.word(kind),
        }
    }

    /// Reads a token or packed digits.
    fn word(&mut self, kind: u8) -> Option<Cow<'a, str>> {
        let word = match kind {
            LIST_EMPTY => Some(""),
            LIST_8 | LIST_16 => return self.fail(Reason::ListAsValue),
            DICTIONARY_0..=DICTIONARY_3 => {
                let index = self.byte()?;
                self.dictionary.double(kind - DICTIONARY_0, index)
            }
            NIBBLE_8 => return self.packed(&NIBBLES).map(Cow::Owned),
            HEX_8 => return self.packed(&HEX_DIGITS).map(Cow::Owned),
            _ => self.dictionary.single(kind),
        };
        match word {
            Some(word) => Some(Cow::Borrowed(word)),
            None => self.fail(Reason::UnknownToken(kind)),
        }
    }

    /// Reads packed digits: two characters per byte; the top bit of the length marks the last one as padding.
    fn packed(&mut self, alphabet: &[u8; 16]) -> Option<String> {
        let head = self.byte()?;
        let packed = self.take(usize::from(head & 0x7f))?;
        let length = (2 * packed.len()).saturating_sub(usize::from(head >> 7));
        let mut text = Vec::with_capacity(length);
        let halves = packed.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(length);
        text.extend(halves.map(|half| alphabet.get(usize::from(half)).copied().unwrap_or(UNDEFINED)));
        // Only the undefined half-byte is not ASCII.
        match String::from_utf8(text) {
            Ok(text) => Some(text),
            Err(_) => self.fail(Reason::NotPacked),
        }
    }

    fn pair(&mut self) -> Option<Jid> {
        let user = self.user()?;
        let server = self.server()?;
        Some(Jid::from(JidParts { user, agent: 0, device: 0, server, form: JidForm::Pair }))
    }

    fn device(&mut self) -> Option<Jid> {
        let domain = self.byte()?;
        let device = u16::from(self.byte()?);
        let user = self.user()?;
        let (server, agent) = match domain {
            0 => ("s.whatsapp.net", 0),
            1 => ("lid", 0),
            129 => ("hosted.lid", 0),
            hosted if hosted & 0x81 == 0x80 => ("hosted", 0),
            unknown => {
                self.unknown_domain.get_or_insert(unknown);
                ("s.whatsapp.net", unknown)
            }
        };
        let (server, form) = (Cow::Borrowed(server), JidForm::Device { domain });
        Some(Jid::from(JidParts { user, agent, device, server, form }))
    }

    fn messenger(&mut self) -> Option<Jid> {
        let user = self.user()?;
        let device = self.u16()?;
        let server = self.server()?;
        Some(Jid::from(JidParts { user, agent: 0, device, server, form: JidForm::Messenger }))
    }

    /// Servers send the name `interop` at the end, and clients leave it out.
    fn interop(&mut self) -> Option<Jid> {
        const SERVER: &str = "interop";
        let user = self.user()?;
        let device = self.u16()?;
        let integrator = self.u16()?;
        let end = self.at;
        if self.text().as_deref() != Some(SERVER) {
            self.at = end;
            self.stop = None;
        }
        let (server, form) = (Cow::Borrowed(SERVER), JidForm::Interop { integrator });
        Some(Jid::from(JidParts { user, agent: 0, device, server, form }))
    }

    fn server(&mut self) -> Option<Cow<'static, str>> {
        self.text().map(|server| interned(&server))
    }

    fn user(&mut self) -> Option<Arc<str>> {
        self.text().map(|user| user.as_ref().into())
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Reads the next node, or the part of it that can be read before `reader` stops: at least a tag.
pub(super) fn read_node(reader: &mut Reader<'_>) -> Option<Node> {
    let mut tree = Tree { reader, builder: NodeBuilder::default(), items: 0 };
    let _ = tree.node(0);
    let builder = tree.builder;
    (!builder.is_empty()).then(|| builder.finish())
}

struct Tree<'r, 'a> {
    reader: &'r mut Reader<'a>,
    builder: NodeBuilder,
    items: usize,
}

impl Tree<'_, '_> {
    /// Reads a node as far as it can be read. Recursion ends at [`DEPTH_LIMIT`].
    fn node(&mut self, depth: usize) -> Option<()> {
        let start = self.reader.offset();
        self.count()?;
        if depth == DEPTH_LIMIT {
            return self.reader.fail(Reason::TooDeep);
        }
        let items = self.reader.list_size()?;
        if items == 0 {
            return self.reader.fail(Reason::EmptyNode);
        }
        let tag = self.reader.name()?;
        self.builder.start(&tag);
        let outcome = self.parts(items, depth);
        self.builder.end_at(Span { start, end: self.reader.offset() });
        outcome
    }

    /// Reads what follows the tag of a list with so many items.
    fn parts(&mut self, items: usize, depth: usize) -> Option<()> {
        for _ in 0..(items - 1) / 2 {
            self.count()?;
            let start = self.reader.offset();
            let name = self.reader.name()?;
            let value = self.reader.value()?;
            self.builder.attribute(&name, value.value());
            self.builder.attribute_span(Span { start, end: self.reader.offset() });
        }
        if items.is_multiple_of(2) { self.content(depth) } else { Some(()) }
    }

    fn content(&mut self, depth: usize) -> Option<()> {
        match self.reader.peek() {
            Some(LIST_EMPTY | LIST_8 | LIST_16) => {
                let count = self.reader.list_size()?;
                self.builder.list();
                (0..count).try_for_each(|_| self.node(depth + 1))
            }
            Some(BINARY_8 | BINARY_20 | BINARY_32) => {
                self.builder.bytes(self.reader.bytes()?);
                Some(())
            }
            _ => {
                let value = self.reader.value()?;
                self.builder.content(Content::Value(value.value()));
                Some(())
            }
        }
    }

    /// Counts one more node or attribute.
    fn count(&mut self) -> Option<()> {
        self.reader.begin();
        self.items += 1;
        if self.items > ITEM_LIMIT { self.reader.fail(Reason::TooMany) } else { Some(()) }
    }
}
