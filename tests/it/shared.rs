//! Recordings of real clients and a checkout of the spec, which lie next to a development checkout, at `../shared`.
//! A test that needs them has the attribute `#[test_with::path(../shared)]`, which reports it as ignored elsewhere.

use std::path::{Path, PathBuf};

/// The path of a file or folder below `../shared`, which must be there.
pub(crate) fn shared(path: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    assert!(file.exists(), "{} is missing", file.display());
    file
}
