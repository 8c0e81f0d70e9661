//! Recordings of real clients that lie beside a development checkout, at `../shared`. A fresh machine has none: tests
//! that use them say that they skip.

use std::io::Write;
use std::path::{Path, PathBuf};

/// The path of a file or folder below `../shared`; `None`, said on standard error, where there is no such folder.
/// Where there is one, a file that is absent from it is a failure.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if !root.is_dir() {
        // Not by `eprintln!`, whose output the test harness keeps to itself.
        std::io::stderr().write_all(format!("skipped: {path}, for want of ../shared\n").as_bytes()).unwrap();
        return None;
    }
    let file = root.join(path);
    assert!(file.exists(), "{} is absent", file.display());
    Some(file)
}
