//! The zlib stream (RFC 1950) of a compressed plaintext.

use flate2::{Decompress, FlushDecompress, Status};

use super::stop::Reason;

/// The result of inflating a zlib stream.
pub(super) struct Inflated {
    /// The bytes inflated before the end, the error or the limit.
    pub(super) bytes: Vec<u8>,
    /// The length of the compressed stream in bytes.
    pub(super) used: usize,
    /// Why inflating stopped early, if it did.
    pub(super) fault: Option<Reason>,
}

/// Inflates `compressed` until it ends, fails, or has produced `limit` bytes.
pub(super) fn inflate(compressed: &[u8], limit: usize) -> Inflated {
    let mut stream = Decompress::new(true);
    let mut bytes = Vec::new();
    let mut used = 0;
    let fault = loop {
        if bytes.len() == bytes.capacity() {
            if bytes.len() > limit {
                bytes.truncate(limit);
                break Some(Reason::InflateLimit);
            }
            // One byte more than the limit distinguishes a stream that ends there from one that continues.
            let wanted = bytes.len().max(compressed.len().saturating_mul(2)).max(512);
            bytes.reserve_exact(wanted.min(limit + 1 - bytes.len()));
        }
        let before = (used, bytes.len());
        let rest = compressed.get(used..).unwrap_or_default();
        let status = stream.decompress_vec(rest, &mut bytes, FlushDecompress::None);
        used = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        match status {
            Ok(Status::StreamEnd) if bytes.len() <= limit => break None,
            Ok(Status::Ok | Status::BufError) if before == (used, bytes.len()) && bytes.len() < bytes.capacity() => {
                break Some(Reason::InflateTruncated);
            }
            Ok(Status::Ok | Status::BufError | Status::StreamEnd) => {}
            Err(_) => break Some(Reason::Inflate),
        }
    };
    Inflated { bytes, used, fault }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::ZlibEncoder};

    use super::*;

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn inflating_restores_the_original() {
        for size in [0, 1, 511, 512, 513, 70_000] {
            let plain: Vec<u8> = (0..size).map(|index: usize| (index % 251) as u8).collect();
            let compressed = deflate(&plain);
            let inflated = inflate(&compressed, 1 << 20);
            assert_eq!((inflated.bytes, inflated.used, inflated.fault), (plain, compressed.len(), None));
        }
    }

    #[test]
    fn inflating_stops_at_the_limit_and_not_before() {
        let bomb = deflate(&vec![0; 1 << 20]);
        let inflated = inflate(&bomb, 10_000);
        assert_eq!((inflated.bytes.len(), inflated.fault), (10_000, Some(Reason::InflateLimit)));
        assert!(inflated.bytes.capacity() <= 10_001);
        assert_eq!(inflate(&deflate(&[7; 10_000]), 10_000).fault, None);
        assert_eq!(inflate(&deflate(&[7; 10_001]), 10_000).fault, Some(Reason::InflateLimit));
    }

    #[test]
    fn bytes_before_an_error_are_kept() {
        let noise: Vec<u8> = (0..4096_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let whole = deflate(&noise);
        let cut = inflate(&whole[..whole.len() / 2], 1 << 20);
        assert_eq!(cut.fault, Some(Reason::InflateTruncated));
        assert!(!cut.bytes.is_empty() && noise.starts_with(&cut.bytes));
        assert_eq!(inflate(&[0x78, 0x9c, 0xff, 0xff], 100).fault, Some(Reason::Inflate));
        assert_eq!(inflate(&[], 100).fault, Some(Reason::InflateTruncated));
    }
}
