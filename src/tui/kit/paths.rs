//! Paths that are typed: completion by what a folder contains.

use std::fs;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// The most entries of a folder that are kept.
const KEPT: usize = 10_000;

/// The entries of a folder, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Folder {
    /// The folder as it was typed, with the separator at its end; empty for the current one.
    pub(in crate::tui) typed: String,
    entries: Vec<Entry>,
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    name: String,
    is_folder: bool,
}

/// Splits a path that is being typed: the folder, with the separator at its end, and the beginning of a name in it.
pub(in crate::tui) fn split(typed: &str) -> (&str, &str) {
    typed.split_at(typed.rfind(MAIN_SEPARATOR).map_or(0, |place| place + MAIN_SEPARATOR.len_utf8()))
}

/// The path that was typed, with `~` replaced by the user's home folder.
pub(in crate::tui) fn expanded(typed: &str) -> PathBuf {
    let home = || std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    match typed.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(MAIN_SEPARATOR) => {
            home().map_or_else(|| typed.into(), |home| home.join(rest.trim_start_matches(MAIN_SEPARATOR)))
        }
        _ => typed.into(),
    }
}

impl Folder {
    /// Reads a folder. One that cannot be read has no entries. Names that are not UTF-8 cannot be typed, and are left out.
    pub(in crate::tui) fn read(typed: String) -> Self {
        let path = if typed.is_empty() { PathBuf::from(".") } else { expanded(&typed) };
        let found = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
        let entry = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            // A link to a folder is entered like one.
            Some(Entry { is_folder: Path::is_dir(&entry.path()), name })
        };
        let mut entries: Vec<_> = found.filter_map(entry).take(KEPT).collect();
        entries.sort();
        Self { typed, entries }
    }

    /// The names that begin as typed, folders with a separator at the end. Hidden files must be asked for.
    pub(in crate::tui) fn beginning(&self, name: &str) -> Vec<String> {
        let fits = |entry: &&Entry| {
            let begins = entry.name.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
            begins && (name.starts_with('.') || !entry.name.starts_with('.'))
        };
        let fitting = self.entries.iter().filter(fits);
        fitting.map(|entry| entry.name.clone() + if entry.is_folder { "/" } else { "" }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_by_what_a_folder_contains() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::create_dir(path.join("calls")).unwrap();
        for name in ["Call.pcap", "keys.txt", ".hidden"] {
            fs::write(path.join(name), "").unwrap();
        }
        let typed = format!("{}/", path.display());
        assert_eq!(split(&format!("{typed}ca")), (typed.as_str(), "ca"));
        assert_eq!(split("ca"), ("", "ca"));
        let folder = Folder::read(typed);
        assert_eq!(folder.beginning("ca"), ["Call.pcap", "calls/"]);
        assert_eq!(folder.beginning(""), ["Call.pcap", "calls/", "keys.txt"]);
        assert_eq!(folder.beginning("."), [".hidden"]);
        assert!(Folder::read("/nowhere/at/all/".to_owned()).beginning("").is_empty());
        assert!(Folder::read(String::new()).beginning("Cargo.t").contains(&"Cargo.toml".to_owned()));
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = std::env::home_dir().unwrap();
        assert_eq!(expanded("~/a.pcap"), home.join("a.pcap"));
        assert_eq!(expanded("~"), home.join(""));
        assert_eq!(expanded("~else/a"), PathBuf::from("~else/a"));
        assert_eq!(expanded("a/~"), PathBuf::from("a/~"));
    }
}
