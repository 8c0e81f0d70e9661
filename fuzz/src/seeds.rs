//! Seeds: the project's own captures and fixtures.

use std::fs;
use std::path::{Path, PathBuf};

use crate::mutate::MAX_LENGTH;

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The contents of all files below these paths of the repository, which are files or folders. A path after `!` in
/// front of an ending, `folder!ending`, takes only files with that ending.
///
/// # Panics
/// If there is no such file.
#[must_use]
pub fn read(places: &[&str]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for place in places {
        let (path, ending) = place.split_once('!').unwrap_or((place, ""));
        let before = seeds.len();
        collect(&root().join(path), ending, &mut seeds);
        assert!(seeds.len() > before, "no seeds at {place}");
    }
    seeds.push(Vec::new());
    seeds
}

fn collect(path: &Path, ending: &str, seeds: &mut Vec<Vec<u8>>) {
    if path.is_dir() {
        let mut paths: Vec<_> =
            fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths.iter().for_each(|path| collect(path, ending, seeds));
    } else if path.to_string_lossy().ends_with(ending) {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        // Of a long text, also its beginning alone: short inputs run often.
        if bytes.len() > 4096 {
            seeds.push(bytes[..4096].to_vec());
        }
        if bytes.len() <= 4 * MAX_LENGTH {
            seeds.push(bytes);
        }
    }
}
