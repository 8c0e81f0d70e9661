//! What a report calls a capture that it may not name.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};

use crate::analysis::Analysis;

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

/// The SHA-256 (FIPS 180-4) of everything that `input` gives, as lower-case hex.
///
/// # Errors
/// What the system says if it cannot be read.
pub fn sha256(mut input: impl Read) -> io::Result<String> {
    let mut context = Context::new(&SHA256);
    let mut chunk = vec![0; CHUNK];
    loop {
        match input.read(&mut chunk) {
            Ok(0) => return Ok(HEXLOWER.encode(context.finish().as_ref())),
            Ok(read) => context.update(chunk.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The SHA-256 of each capture, read a second time; `None` of one that cannot be.
#[must_use]
pub fn digests(analysis: &Analysis) -> Vec<Option<String>> {
    let digest = |path: &Path| path.is_file().then(|| File::open(path).and_then(sha256).ok()).flatten();
    analysis.captures.iter().map(|capture| digest(capture.path.as_deref()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_standard() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&b"abc"[..]).unwrap(), abc);
        assert_ne!(sha256(&vec![0; CHUNK + 1][..]).unwrap(), sha256(&vec![0; CHUNK][..]).unwrap());
    }
}
