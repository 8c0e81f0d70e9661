//! Message to frame: WhatsApp's length-prefixed frames and the Noise transport around them.

/// A decrypted frame of the Noise transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The direction's counter, the low 32 bits of the nonce.
    pub counter: u32,
    /// The frame as it was on the wire, without its length prefix; the last 16 bytes are the tag.
    pub ciphertext: &'a [u8],
    /// What it says: a flag byte and WABinary.
    pub plaintext: &'a [u8],
}
