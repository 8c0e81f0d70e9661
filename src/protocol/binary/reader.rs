//! The values of WABinary: tokens, packed digits, raw strings and addresses.

use std::borrow::Cow;

use super::{Dictionary, Jid, JidForm, Reason, Stop, Value};

pub(super) const LIST_EMPTY: u8 = 0;
const DICTIONARY_0: u8 = 236;
const DICTIONARY_3: u8 = 239;
const INTEROP_JID: u8 = 245;
const FB_JID: u8 = 246;
const AD_JID: u8 = 247;
pub(super) const LIST_8: u8 = 248;
pub(super) const LIST_16: u8 = 249;
const JID_PAIR: u8 = 250;
const HEX_8: u8 = 251;
pub(super) const BINARY_8: u8 = 252;
pub(super) const BINARY_20: u8 = 253;
pub(super) const BINARY_32: u8 = 254;
const NIBBLE_8: u8 = 255;

/// A half-byte of packed digits that stands for nothing.
const UNDEFINED: u8 = 0xff;

/// What the half-bytes of packed digits stand for. A 15 is the filling of an odd length; clients read it as NUL
/// elsewhere.
const NIBBLES: [u8; 16] = *b"0123456789-.\xff\xff\xff\0";
const HEX_DIGITS: [u8; 16] = *b"0123456789ABCDEF";

/// A place in a plaintext. Its methods give nothing where the bytes are not what they must be, and then the fault
/// is in `stop`; nothing is read after that.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the value being read begins; what a fault names.
    began: usize,
    dictionary: &'static Dictionary,
    /// Why reading stopped, once it did.
    pub(super) stop: Option<Stop>,
    /// The first domain byte of an address that names no server we know.
    pub(super) unknown_domain: Option<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], dictionary: &'static Dictionary) -> Self {
        Self { bytes, at: 0, began: 0, dictionary, stop: None, unknown_domain: None }
    }

    /// The offset of the next byte.
    pub(super) fn offset(&self) -> u32 {
        offset(self.at)
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// The next byte, left where it is.
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Begins to read something that a fault inside of it is to name.
    pub(super) fn begin(&mut self) {
        self.began = self.at;
    }

    /// Stops, at what was begun last.
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

    /// The number of items of a list.
    pub(super) fn list_size(&mut self) -> Option<usize> {
        self.begin();
        match self.byte()? {
            LIST_EMPTY => Some(0),
            LIST_8 => self.byte().map(usize::from),
            LIST_16 => self.u16().map(usize::from),
            other => self.fail(Reason::NotAList(other)),
        }
    }

    /// A tag or an attribute's name.
    pub(super) fn name(&mut self) -> Option<Cow<'static, str>> {
        self.begin();
        let name = self.text()?;
        if name.is_empty() { self.fail(Reason::NoName) } else { Some(name) }
    }

    /// The value of an attribute, or of a content that is neither list nor raw bytes.
    pub(super) fn value(&mut self) -> Option<Value> {
        self.begin();
        match self.byte()? {
            kind @ (BINARY_8 | BINARY_20 | BINARY_32) => {
                let bytes = self.raw(kind)?;
                Some(match std::str::from_utf8(bytes) {
                    Ok(text) => Value::Text(Cow::Owned(text.to_owned())),
                    Err(_) => Value::Bytes(bytes.into()),
                })
            }
            JID_PAIR => self.pair().map(Value::Jid),
            AD_JID => self.device().map(Value::Jid),
            FB_JID => self.messenger().map(Value::Jid),
            INTEROP_JID => self.interop().map(Value::Jid),
            kind => self.word(kind).map(Value::Text),
        }
    }

    /// The raw bytes of a content.
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

    /// A name, a user or a server: text, and not an address, so that addresses do not nest.
    fn text(&mut self) -> Option<Cow<'static, str>> {
        match self.byte()? {
            kind @ (BINARY_8 | BINARY_20 | BINARY_32) => match std::str::from_utf8(self.raw(kind)?) {
                Ok(text) => Some(Cow::Owned(text.to_owned())),
                Err(_) => self.fail(Reason::NotText),
            },
            JID_PAIR | AD_JID | FB_JID | INTEROP_JID => self.fail(Reason::AddressAsText),
            kind => self.word(kind),
        }
    }

    /// A token or packed digits.
    fn word(&mut self, kind: u8) -> Option<Cow<'static, str>> {
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

    /// Two characters a byte; the length's top bit says that the last is filling.
    fn packed(&mut self, alphabet: &[u8; 16]) -> Option<String> {
        let head = self.byte()?;
        let packed = self.take(usize::from(head & 0x7f))?;
        let length = (2 * packed.len()).saturating_sub(usize::from(head >> 7));
        let mut text = Vec::with_capacity(length);
        let halves = packed.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(length);
        text.extend(halves.map(|half| alphabet.get(usize::from(half)).copied().unwrap_or(UNDEFINED)));
        // What is undefined is the one byte that is no ASCII.
        match String::from_utf8(text) {
            Ok(text) => Some(text),
            Err(_) => self.fail(Reason::NotPacked),
        }
    }

    fn pair(&mut self) -> Option<Jid> {
        let user = self.user()?;
        Some(Jid { user, agent: 0, device: 0, server: self.text()?, form: JidForm::Pair })
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
        Some(Jid { user, agent, device, server: Cow::Borrowed(server), form: JidForm::Device { domain } })
    }

    fn messenger(&mut self) -> Option<Jid> {
        let user = self.user()?;
        let device = self.u16()?;
        Some(Jid { user, agent: 0, device, server: self.text()?, form: JidForm::Messenger })
    }

    /// The server sends its name `interop` at the end, and clients leave it out.
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
        Some(Jid { user, agent: 0, device, server: Cow::Borrowed(SERVER), form: JidForm::Interop { integrator } })
    }

    fn user(&mut self) -> Option<Box<str>> {
        self.text().map(|user| user.into_owned().into_boxed_str())
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
