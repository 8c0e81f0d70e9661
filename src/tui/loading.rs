//! What the interface is given of the captures that are read, and how it asks for more of them.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use crate::analysis::{Analysis, Lookup};
use crate::notes::Shelf;
use crate::output::Inputs;

/// Captures that are being read on another thread.
#[derive(Debug)]
pub struct Loading {
    /// Snapshots, the last one complete. Dropping this ends the reading.
    pub updates: Receiver<Arc<Analysis>>,
    /// Where the bytes of stanzas are looked up.
    pub lookup: Lookup,
    /// The files that are read, which nothing written may replace.
    pub inputs: Inputs,
    /// The notes, and the files that contain them.
    pub shelf: Shelf,
    /// Whether the captures are read on as they grow.
    pub follows: bool,
}

/// Opens files while the interface runs.
pub trait Opener {
    /// Opens a capture, a folder of captures or a key log in addition to what is open, and reads everything again. Captures
    /// that were open before keep their places.
    ///
    /// # Errors
    /// If the file cannot be opened, or an open capture cannot be read again; in a sentence for the user. What was being read
    /// goes on.
    fn open(&mut self, path: &Path) -> Result<Loading, String>;

    /// Reads everything that is open again, and on as it grows if `follow`.
    ///
    /// # Errors
    /// If an open capture cannot be read again; in a sentence for the user. What was being read goes on.
    fn reload(&mut self, follow: bool) -> Result<Loading, String>;

    /// Stops following: the reading ends where the captures end now, with a last snapshot.
    fn stop_following(&mut self);
}
