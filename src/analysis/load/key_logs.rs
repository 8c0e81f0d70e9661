//! Key logs of captures that are followed: they grow too.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::{Request, described};
use crate::keys::Keys;

/// How often to look at them, and how much longer than reading all captures takes it is until they may be read again: some
/// clients never stop adding keys.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const READING_SHARE: u32 = 20;

/// When each key log had last changed, and how long it was.
pub(super) struct KeyLogs {
    stamps: Vec<Option<(u64, SystemTime)>>,
    begun: Instant,
    last_look: Instant,
    /// How long reading what the captures contained took.
    reading: Option<Duration>,
}

impl KeyLogs {
    /// Looks at key logs from now on, when reading the captures begins.
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self { stamps: Vec::new(), begun: now, last_look: now, reading: None }
    }

    /// Takes note that everything that the captures contain so far was read.
    pub(super) fn caught_up(&mut self) {
        self.reading.get_or_insert_with(|| self.begun.elapsed());
    }

    /// Returns whether it is time for another look.
    pub(super) fn is_due(&self) -> bool {
        let begun = self.begun.elapsed();
        self.last_look.elapsed() >= LOOK_EVERY && self.reading.is_some_and(|reading| begun >= reading * READING_SHARE)
    }

    /// Reads key logs that changed. Returns whether they have keys that they did not have: what was read without them has
    /// to be read again.
    pub(super) fn have_grown(&mut self, request: &mut Request, keys: &mut Arc<Keys>) -> bool {
        self.last_look = Instant::now();
        self.stamps.resize(request.key_logs.len(), None);
        let mut have_grown = false;
        for (place, known) in self.stamps.iter_mut().enumerate() {
            let (Some(log), Some(anomalies)) = (request.key_logs.get_mut(place), request.key_anomalies.get_mut(place))
            else {
                continue;
            };
            let path = Path::new(&log.name);
            let stamp = fs::metadata(path).and_then(|there| Ok((there.len(), there.modified()?))).ok();
            if stamp.is_none() || *known == stamp {
                continue;
            }
            *known = stamp;
            let read = File::open(path).and_then(|file| Arc::make_mut(keys).read_log(BufReader::new(file)));
            // One that cannot be read now may be read later.
            let Ok(reading) = read else { continue };
            let (now, found) = described(log.name.clone(), reading);
            if now.lines > log.lines || !now.sessions.is_subset(&log.sessions) {
                (*log, *anomalies) = (now, found);
                have_grown = true;
            }
        }
        have_grown
    }
}
