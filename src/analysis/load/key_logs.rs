//! Key logs of captures that are followed: they grow too.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::{Request, described};
use crate::analysis::model::KeyLog;
use crate::anomaly::Anomalies;
use crate::keys::Keys;

/// How often to look at them, and how much longer than a look takes it is until the next.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOK_SHARE: u32 = 20;

/// How much longer than reading all captures takes it is until they may be read again: some clients never stop adding keys.
const READING_SHARE: u32 = 20;

/// When each key log had last changed, and how long it was.
pub(super) struct KeyLogs {
    stamps: Vec<Option<(u64, SystemTime)>>,
    begun: Instant,
    last_look: Instant,
    /// How long the last look took.
    look: Duration,
    /// How long reading what the captures contained took.
    reading: Option<Duration>,
}

/// Where key logs of a capture that has none may appear: places in order of preference. The files at the first place with
/// any are read.
pub type KeyLogPlaces = Vec<Vec<PathBuf>>;

impl KeyLogs {
    /// Looks at key logs from now on, when reading the captures begins.
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self { stamps: Vec::new(), begun: now, last_look: now, look: Duration::ZERO, reading: None }
    }

    /// Takes note that everything that the captures contain so far was read.
    pub(super) fn caught_up(&mut self) {
        self.reading.get_or_insert_with(|| self.begun.elapsed());
    }

    /// Returns whether it is time for another look.
    pub(super) fn is_due(&self) -> bool {
        let begun = self.begun.elapsed();
        let pause = LOOK_EVERY.max(self.look * LOOK_SHARE);
        self.last_look.elapsed() >= pause && self.reading.is_some_and(|reading| begun >= reading * READING_SHARE)
    }

    /// Reads key logs that appeared or changed. Returns whether they have keys that they did not have: what was read without them has
    /// to be read again.
    pub(super) fn have_grown(&mut self, request: &mut Request, keys: &mut Arc<Keys>) -> bool {
        let begun = Instant::now();
        request.take_key_logs_that_appeared();
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
        self.last_look = Instant::now();
        self.look = begun.elapsed();
        have_grown
    }
}

impl Request {
    /// While files are followed, also reads key logs that appear next to a capture that has none.
    pub fn await_key_logs(&mut self, places: KeyLogPlaces) {
        self.awaited_key_logs.push(places);
    }

    /// Whether an earlier capture may have that key log.
    pub(super) fn awaits_key_log(&self, log: &Path) -> bool {
        self.awaited_key_logs.iter().flatten().flatten().any(|place| place == log)
    }

    /// Adds those that are there by now, which nothing is known of so far.
    fn take_key_logs_that_appeared(&mut self) {
        let Self { awaited_key_logs, key_logs, key_anomalies, .. } = self;
        awaited_key_logs.retain(|places| {
            let there = |logs: &Vec<PathBuf>| logs.iter().filter(|log| log.is_file()).cloned().collect::<Vec<_>>();
            let found = places.iter().map(there).find(|found| !found.is_empty());
            for log in found.iter().flatten() {
                let name = log.to_string_lossy().into_owned();
                if key_logs.iter().all(|known| known.name != name) {
                    key_logs.push(KeyLog { name, ..KeyLog::default() });
                    key_anomalies.push(Anomalies::default());
                }
            }
            found.is_none()
        });
    }
}
