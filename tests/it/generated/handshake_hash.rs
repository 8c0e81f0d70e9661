//! WhatsApp's one departure from the Noise framework: Noise mixes every payload of the handshake into its hash,
//! WhatsApp leaves the empty one of the first message out.

use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver};
use snow::types::{Cipher, Dh, Hash, Random};

/// The usual primitives, and WhatsApp's hash.
pub(crate) struct WhatsApp;

impl CryptoResolver for WhatsApp {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        DefaultResolver.resolve_rng()
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        DefaultResolver.resolve_dh(choice)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        let hash = DefaultResolver.resolve_hash(choice)?;
        Some(Box::new(WithoutEmptyPayloads { hash, input: Vec::new(), parts: 0 }))
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        DefaultResolver.resolve_cipher(choice)
    }
}

/// A hash that gives the handshake hash back where nothing is mixed into it.
struct WithoutEmptyPayloads {
    hash: Box<dyn Hash>,
    input: Vec<u8>,
    parts: u32,
}

impl Hash for WithoutEmptyPayloads {
    fn name(&self) -> &'static str {
        self.hash.name()
    }

    fn block_len(&self) -> usize {
        self.hash.block_len()
    }

    fn hash_len(&self) -> usize {
        self.hash.hash_len()
    }

    fn reset(&mut self) {
        self.input.clear();
        self.parts = 0;
    }

    fn input(&mut self, data: &[u8]) {
        self.input.extend_from_slice(data);
        self.parts += 1;
    }

    fn result(&mut self, out: &mut [u8]) {
        if self.parts == 2 && self.input.len() == self.hash_len() {
            out[..self.input.len()].copy_from_slice(&self.input);
        } else {
            self.hash.reset();
            self.hash.input(&self.input);
            self.hash.result(out);
        }
    }
}
