//! Files written whole or not at all.
//!
//! An interrupted run, a full disk or a failing encoder must not leave half a table behind, nor cost the file that was
//! there before. What is written therefore goes to a temporary file in the same folder, which takes its final name
//! only at the end. And no output replaces what the program reads: [`Inputs`].

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

/// What to do with a file that already has the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Keep it, and fail with [`io::ErrorKind::AlreadyExists`].
    Keep,
    /// Replace what is in it: its permissions stay, and so does a link to it. A link that leads nowhere is replaced itself.
    Replace,
}

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whom the system lets read ordinary files.
    Usual,
    /// Its owner only.
    Owner,
}

/// A file being written. It appears under its name when it is [finished](Self::finish); dropped before, it leaves
/// nothing behind. A device or a pipe is written directly.
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    existing: Existing,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Direct(BufWriter<File>),
    Temporary(BufWriter<Part>),
}

impl Output {
    /// Begins to write the file at `path`, which `readers` may read if it is new.
    ///
    /// # Errors
    /// If its folder does not exist or is not writable, or the device cannot be opened.
    pub fn create(path: &Path, existing: Existing, readers: Readers) -> io::Result<Self> {
        if is_device(path) {
            let target = Target::Direct(BufWriter::new(File::options().write(true).open(path)?));
            return Ok(Self { path: path.to_owned(), existing, target });
        }
        let replaced = fs::canonicalize(path).ok().filter(|_| existing == Existing::Replace);
        let metadata = replaced.as_deref().and_then(|path| fs::metadata(path).ok());
        let path = replaced.unwrap_or_else(|| path.to_owned());
        let part = Part::new(folder_of(&path), metadata.as_ref(), readers).map_err(|error| without_path(&error))?;
        Ok(Self { path, existing, target: Target::Temporary(BufWriter::new(part)) })
    }

    /// Writes what is still buffered, and gives the file its name.
    ///
    /// # Errors
    /// If the bytes cannot be written, or the file exists and is to be kept.
    pub fn finish(self) -> io::Result<()> {
        match self.target {
            Target::Direct(mut out) => out.flush(),
            Target::Temporary(out) => {
                let part = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                part.take_name(&self.path, self.existing).map_err(|error| without_path(&error))
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Direct(out) => out.write(bytes),
            Target::Temporary(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Direct(out) => out.flush(),
            Target::Temporary(out) => out.flush(),
        }
    }
}

/// Temporary files that have not taken their names.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes every temporary file, and lets no other be made. For a process that is about to end without unwinding, as by a
/// signal.
pub fn abandon() {
    let unfinished = unfinished();
    for path in unfinished.iter() {
        // What cannot be removed is left: there is nobody to tell.
        let _ = fs::remove_file(path);
    }
    std::mem::forget(unfinished);
}

/// A temporary file, known as such until it has its name or is removed.
#[derive(Debug)]
struct Part {
    file: Option<NamedTempFile>,
    path: PathBuf,
}

impl Part {
    /// A new one, with the permissions of the file that it replaces.
    fn new(folder: &Path, replaced: Option<&Metadata>, readers: Readers) -> io::Result<Self> {
        let mut unfinished = unfinished();
        let file = temporary_in(folder, readers)?;
        if let Some(metadata) = replaced {
            file.as_file().set_permissions(metadata.permissions())?;
        }
        let path = file.path().to_owned();
        unfinished.insert(path.clone());
        Ok(Self { file: Some(file), path })
    }

    fn take_name(mut self, name: &Path, existing: Existing) -> io::Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        let named = match existing {
            Existing::Keep => file.persist_noclobber(name),
            Existing::Replace => file.persist(name),
        };
        named.map(drop).map_err(|error| error.error)
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().map_or(Ok(0), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        drop(self.file.take());
        unfinished().remove(&self.path);
    }
}

/// Files that the program reads, which no output may replace.
#[derive(Clone, Debug, Default)]
pub struct Inputs(BTreeSet<Identity>);

/// What makes a file the same under another name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    /// Its path without links.
    Path(PathBuf),
    /// Its number, and that of its device.
    #[cfg(unix)]
    Number(u64, u64),
}

impl Inputs {
    /// Adds a file. It need not exist: a file that would be read, if there was one, is an input too.
    pub fn add(&mut self, path: &Path) {
        self.0.extend(identities(path));
    }

    /// Whether a path leads to one of the files, by whatever links.
    #[must_use]
    pub fn contains(&self, path: &Path) -> bool {
        identities(path).iter().any(|identity| self.0.contains(identity))
    }
}

/// What a file is known by. A device or a folder has none: it cannot be replaced.
fn identities(path: &Path) -> Vec<Identity> {
    let Ok(metadata) = fs::metadata(path) else {
        let folder = fs::canonicalize(folder_of(path)).ok();
        return folder
            .zip(path.file_name())
            .map(|(folder, name)| Identity::Path(folder.join(name)))
            .into_iter()
            .collect();
    };
    if !metadata.is_file() {
        return Vec::new();
    }
    let path = fs::canonicalize(path).ok().map(Identity::Path).into_iter();
    #[cfg(unix)]
    let path = {
        use std::os::unix::fs::MetadataExt;
        path.chain([Identity::Number(metadata.dev(), metadata.ino())])
    };
    path.collect()
}

/// Writes a text to the file at `path`.
///
/// # Errors
/// As [`Output::create`] and [`Output::finish`].
pub fn write(path: &Path, text: &str, existing: Existing) -> io::Result<()> {
    let mut output = Output::create(path, existing, Readers::Usual)?;
    output.write_all(text.as_bytes())?;
    output.finish()
}

/// Writes several files: all of them, or none. Those that are there are replaced; a folder that is missing is made.
///
/// # Errors
/// If one cannot be written: which, and why. Then all are as they were.
pub fn write_all(files: &[(PathBuf, &str)]) -> Result<(), (PathBuf, io::Error)> {
    let mut parts = Vec::new();
    let mut folders = Vec::new();
    let written = files.iter().try_for_each(|(path, text)| {
        let mut write = || {
            let known = fs::metadata(path).ok();
            if known.as_ref().is_some_and(|known| known.permissions().readonly()) {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            let missing = path.ancestors().skip(1).take_while(|folder| !folder.exists()).map(Path::to_owned);
            folders.extend(missing.collect::<Vec<_>>().into_iter().rev());
            fs::create_dir_all(folder_of(path))?;
            let mut part = Part::new(folder_of(path), known.as_ref(), Readers::Usual)?;
            part.write_all(text.as_bytes())?;
            let before = known.map(|_| fs::read(path)).transpose()?;
            parts.push((part, path, before));
            Ok(())
        };
        write().map_err(|error: io::Error| (path.clone(), without_path(&error)))
    });
    let named = written.and_then(|()| name_all(&mut parts));
    // What did not take its name is removed now.
    drop(parts);
    if named.is_err() {
        for folder in folders.iter().rev() {
            // A folder that is not empty, or was made by somebody else meanwhile, stays.
            let _ = fs::remove_dir(folder);
        }
    }
    named
}

/// Gives all parts their names. A signal waits until that is done; if one fails, the others get their old content back.
fn name_all(parts: &mut [(Part, &PathBuf, Option<Vec<u8>>)]) -> Result<(), (PathBuf, io::Error)> {
    let unfinished = unfinished();
    let mut failed = None;
    for (index, (part, path, _)) in parts.iter_mut().enumerate() {
        let Some(file) = part.file.take() else { continue };
        if let Err(error) = file.persist(&**path) {
            failed = Some((index, ((*path).clone(), without_path(&error.error))));
            break;
        }
    }
    let Some((index, failure)) = failed else { return Ok(()) };
    for (_, path, before) in parts.iter().take(index) {
        // There is nothing better to do with a second failure than to report the first.
        let _ = match before {
            Some(before) => fs::write(path, before),
            None => fs::remove_file(path),
        };
    }
    drop(unfinished);
    Err(failure)
}

/// Returns whether `path` is a device, a pipe or anything else that cannot be replaced by a file.
#[must_use]
pub fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// The folder that a file is in.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The system's error without the name of the temporary file, which means nothing to the user.
fn without_path(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// A new file. Temporary files are private unless something else is said.
fn temporary_in(folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ringtrace-").suffix(".part");
    #[cfg(unix)]
    if readers == Readers::Usual {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_and_replaces_another_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.md");
        write(&path, "first", Existing::Keep).unwrap();
        assert_eq!(write(&path, "second", Existing::Keep).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        write(&path, "second", Existing::Replace).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn an_unfinished_file_leaves_the_previous_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.md");
        write(&path, "first", Existing::Keep).unwrap();
        let mut output = Output::create(&path, Existing::Replace, Readers::Usual).unwrap();
        output.write_all(b"half").unwrap();
        drop(output);
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn an_error_does_not_name_the_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&folder.path().join("none").join("two.md"), "", Existing::Keep).unwrap_err();
        assert!(!error.to_string().contains(".part"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_replaced_keeps_its_permissions_and_its_links() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let [path, link] = ["one.md", "link.md"].map(|name| folder.path().join(name));
        let mut output = Output::create(&path, Existing::Keep, Readers::Owner).unwrap();
        output.write_all(b"first").unwrap();
        output.finish().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        symlink("one.md", &link).unwrap();
        write(&link, "second", Existing::Replace).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_a_file_that_exists() {
        let folder = tempfile::tempdir().unwrap();
        let [nowhere, link] = ["nowhere", "link.md"].map(|name| folder.path().join(name));
        std::os::unix::fs::symlink(&nowhere, &link).unwrap();
        let kept = write(&link, "text", Existing::Keep).unwrap_err();
        assert_eq!(kept.kind(), io::ErrorKind::AlreadyExists);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        write(&link, "text", Existing::Replace).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_file());
        assert!(!nowhere.exists(), "nothing is made where nobody asked for it");
    }

    #[cfg(unix)]
    #[test]
    fn an_input_is_recognised_under_every_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        write(&path("a.pcap"), "bytes", Existing::Keep).unwrap();
        fs::create_dir(path("sub")).unwrap();
        std::os::unix::fs::symlink("a.pcap", path("link")).unwrap();
        std::os::unix::fs::symlink(folder.path(), path("folder")).unwrap();
        fs::hard_link(path("a.pcap"), path("hard")).unwrap();
        let mut inputs = Inputs::default();
        inputs.add(&path("a.pcap"));
        inputs.add(&path("a.pcap.notes.ndjson"));
        for name in ["a.pcap", "link", "hard", "sub/../a.pcap", "folder/a.pcap", "folder/sub/../link"] {
            assert!(inputs.contains(&path(name)), "{name}");
        }
        assert!(inputs.contains(&path("folder/a.pcap.notes.ndjson")), "although it does not exist");
        for name in ["b.pcap", "sub", "a.pcap.csv", "none/a.pcap"] {
            assert!(!inputs.contains(&path(name)), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_directly() {
        write(Path::new("/dev/null"), "text", Existing::Keep).unwrap();
        assert!(is_device(Path::new("/dev/null")));
    }
}
