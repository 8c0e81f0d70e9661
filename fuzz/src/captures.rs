//! Bytes as a capture: in a file, and read whole.

use std::cell::RefCell;
use std::fs;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use ringtrace::analysis::{Analysis, Request, Source};

use crate::seeds;

thread_local! {
    /// A file for what can only be read from files, in memory where the system has such a place.
    static FILE: RefCell<Option<PathBuf>> = const { RefCell::new(None) };
}

/// Calls `read` with a file that holds `data`.
pub(crate) fn with_file<T>(data: &[u8], read: impl FnOnce(&Path) -> T) -> T {
    let path = FILE.with_borrow_mut(|file| {
        let new = || {
            let folder = Some(Path::new("/dev/shm")).filter(|folder| folder.is_dir());
            let folder = folder.map_or_else(std::env::temp_dir, Path::to_owned);
            folder.join(format!("ringtrace-fuzz-{}", std::process::id()))
        };
        file.get_or_insert_with(new).clone()
    });
    fs::File::create(&path).and_then(|mut file| file.write_all(data)).expect("a file");
    let result = read(&path);
    let _ = fs::remove_file(&path);
    result
}

/// Reads a capture with the keys of all the project's own.
pub(crate) fn load(path: &Path) -> Arc<Analysis> {
    static KEYS: LazyLock<Vec<u8>> = LazyLock::new(|| seeds::read(&["captures!noisekeys.txt"]).concat());
    let mut request = Request::new(vec![Source::File(path.to_owned())]);
    request.read_key_log("keys".to_owned(), BufReader::new(&KEYS[..])).expect("memory");
    request.keep_messages();
    request.load()
}
