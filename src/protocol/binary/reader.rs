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

/// What the halves of a byte stand for in packed digits; `?` stands for nothing. A 15 is the filling of an odd
/// length, and clients read it as NUL elsewhere.
const NIBBLES: [u8; 16] = *b"0123456789-.???\0";
const HEX_DIGITS: [u8; 16] = *b"0123456789ABCDEF";

/// A place in a plaintext.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    dictionary: &'static Dictionary,
    /// The first domain byte of an address that names no server we know.
    pub(super) unknown_domain: Option<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], dictionary: &'static Dictionary) -> Self {
        Self { bytes, at: 0, dictionary, unknown_domain: None }
    }

    /// The offset of the next byte.
    pub(super) fn offset(&self) -> u32 {
        u32::try_from(self.at).unwrap_or(u32::MAX)
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// The next byte, left where it is.
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Reads one value; a fault is located at the value's first byte.
    pub(super) fn located<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Reason>) -> Result<T, Stop> {
        let offset = self.offset();
        read(self).map_err(|reason| Stop { reason, offset })
    }

    pub(super) fn byte(&mut self) -> Result<u8, Reason> {
        let byte = self.peek().ok_or(Reason::Truncated)?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Reason> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.get(..length).ok_or(Reason::Truncated)?;
        self.at += length;
        Ok(taken)
    }

    fn number<const N: usize>(&mut self) -> Result<u32, Reason> {
        Ok(self.take(N)?.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
    }

    fn u16(&mut self) -> Result<u16, Reason> {
        Ok(u16::from(self.byte()?) << 8 | u16::from(self.byte()?))
    }

    /// The number of items of a list.
    pub(super) fn list_size(&mut self) -> Result<usize, Reason> {
        match self.byte()? {
            LIST_EMPTY => Ok(0),
            LIST_8 => self.byte().map(usize::from),
            LIST_16 => self.u16().map(usize::from),
            other => Err(Reason::NotAList(other)),
        }
    }

    /// A tag or an attribute's name.
    pub(super) fn name(&mut self) -> Result<Cow<'static, str>, Reason> {
        let name = match self.value()? {
            Value::Text(text) => text,
            Value::Jid(jid) => Cow::Owned(jid.to_string()),
            Value::Bytes(_) => return Err(Reason::NotText),
        };
        if name.is_empty() { Err(Reason::NoName) } else { Ok(name) }
    }

    /// The value of an attribute, or of a content that is neither list nor raw bytes.
    pub(super) fn value(&mut self) -> Result<Value, Reason> {
        match self.byte()? {
            kind @ (BINARY_8 | BINARY_20 | BINARY_32) => Ok(match self.raw(kind)? {
                Ok(text) => Value::Text(Cow::Owned(text.to_owned())),
                Err(bytes) => Value::Bytes(bytes.into()),
            }),
            JID_PAIR => self.pair().map(Value::Jid),
            AD_JID => self.device().map(Value::Jid),
            FB_JID => self.messenger().map(Value::Jid),
            INTEROP_JID => self.interop().map(Value::Jid),
            kind => self.word(kind).map(Value::Text),
        }
    }

    /// Raw bytes of a content.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Reason> {
        let kind = self.byte()?;
        self.raw_bytes(kind)
    }

    fn raw_bytes(&mut self, kind: u8) -> Result<&'a [u8], Reason> {
        let length = match kind {
            BINARY_8 => self.number::<1>()?,
            BINARY_20 => self.number::<3>()? & 0xf_ffff,
            _ => self.number::<4>()?,
        };
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    /// A raw string: text, or the bytes that are none.
    fn raw(&mut self, kind: u8) -> Result<Result<&'a str, &'a [u8]>, Reason> {
        let bytes = self.raw_bytes(kind)?;
        Ok(std::str::from_utf8(bytes).map_err(|_| bytes))
    }

    /// A user or a server: text, and not an address again, so that nothing here nests.
    fn text(&mut self) -> Result<Cow<'static, str>, Reason> {
        match self.byte()? {
            kind @ (BINARY_8 | BINARY_20 | BINARY_32) => match self.raw(kind)? {
                Ok(text) => Ok(Cow::Owned(text.to_owned())),
                Err(_) => Err(Reason::NotText),
            },
            JID_PAIR | AD_JID | FB_JID | INTEROP_JID => Err(Reason::NestedAddress),
            kind => self.word(kind),
        }
    }

    /// A token or packed digits.
    fn word(&mut self, kind: u8) -> Result<Cow<'static, str>, Reason> {
        match kind {
            LIST_EMPTY => Ok(Cow::Borrowed("")),
            LIST_8 | LIST_16 => Err(Reason::ListAsValue),
            DICTIONARY_0..=DICTIONARY_3 => {
                let index = self.byte()?;
                let word = self.dictionary.double(kind - DICTIONARY_0, index);
                word.map(Cow::Borrowed).ok_or(Reason::UnknownToken(kind))
            }
            NIBBLE_8 => self.packed(NIBBLES).map(Cow::Owned),
            HEX_8 => self.packed(HEX_DIGITS).map(Cow::Owned),
            _ => self.dictionary.single(kind).map(Cow::Borrowed).ok_or(Reason::UnknownToken(kind)),
        }
    }

    /// Two characters a byte; the length's top bit says that the last is filling.
    fn packed(&mut self, alphabet: [u8; 16]) -> Result<String, Reason> {
        let head = self.byte()?;
        let packed = self.take(usize::from(head & 0x7f))?;
        let length = (2 * packed.len()).saturating_sub(usize::from(head >> 7));
        let character = |half: u8| alphabet.get(usize::from(half & 15)).copied().unwrap_or(b'?');
        let mut text = Vec::with_capacity(2 * packed.len());
        for &byte in packed {
            text.extend([character(byte >> 4), character(byte)]);
        }
        text.truncate(length);
        if text.contains(&b'?') {
            return Err(Reason::NotPacked);
        }
        String::from_utf8(text).map_err(|_| Reason::NotPacked)
    }

    fn pair(&mut self) -> Result<Jid, Reason> {
        let user = self.user()?;
        Ok(Jid { user, agent: 0, device: 0, server: self.text()?, form: JidForm::Pair })
    }

    fn device(&mut self) -> Result<Jid, Reason> {
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
        Ok(Jid { user, agent, device, server: Cow::Borrowed(server), form: JidForm::Device { domain } })
    }

    fn messenger(&mut self) -> Result<Jid, Reason> {
        let user = self.user()?;
        let device = self.u16()?;
        Ok(Jid { user, agent: 0, device, server: self.text()?, form: JidForm::Messenger })
    }

    /// The server sends its name `interop` at the end, and clients leave it out.
    fn interop(&mut self) -> Result<Jid, Reason> {
        const SERVER: &str = "interop";
        let user = self.user()?;
        let device = self.u16()?;
        let integrator = self.u16()?;
        let end = self.at;
        if !self.text().is_ok_and(|server| server == SERVER) {
            self.at = end;
        }
        Ok(Jid { user, agent: 0, device, server: Cow::Borrowed(SERVER), form: JidForm::Interop { integrator } })
    }

    fn user(&mut self) -> Result<Box<str>, Reason> {
        self.text().map(|user| user.into_owned().into_boxed_str())
    }
}
