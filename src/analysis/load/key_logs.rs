//! Key logs of captures that are followed: they grow too.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::looks::Looks;
use super::{Request, described};
use crate::analysis::model::KeyLog;
use crate::anomaly::Anomalies;
use crate::keys::Keys;

/// How much longer than reading all captures takes it is until they may be read again: some clients never stop adding keys.
const READING_SHARE: u32 = 20;

/// When each key log had last changed, and how long it was.
pub(super) struct KeyLogs {
    stamps: Vec<Option<(u64, SystemTime)>>,
    begun: Instant,
    looks: Looks,
    /// How long reading what the captures contained took.
    reading: Option<Duration>,
}

/// Where key logs of a capture may be: groups of paths, in order of preference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLogPlaces(Vec<Vec<PathBuf>>);

impl KeyLogPlaces {
    /// Returns the files of the first group that has any.
    #[must_use]
    pub fn found(&self) -> Vec<PathBuf> {
        let there = |logs: &Vec<PathBuf>| logs.iter().filter(|log| log.is_file()).cloned().collect::<Vec<_>>();
        self.0.iter().map(there).find(|found| !found.is_empty()).unwrap_or_default()
    }
}

impl FromIterator<Vec<PathBuf>> for KeyLogPlaces {
    fn from_iter<I: IntoIterator<Item = Vec<PathBuf>>>(groups: I) -> Self {
        Self(groups.into_iter().collect())
    }
}

impl KeyLogs {
    /// Looks at key logs from now on, when reading the captures begins.
    pub(super) fn new() -> Self {
        Self { stamps: Vec::new(), begun: Instant::now(), looks: Looks::new(), reading: None }
    }

    /// Takes note that everything that the captures contain so far was read.
    pub(super) fn caught_up(&mut self) {
        self.reading.get_or_insert_with(|| self.begun.elapsed());
    }

    /// Returns whether it is time for another look.
    pub(super) fn is_due(&self) -> bool {
        let begun = self.begun.elapsed();
        self.looks.is_due() && self.reading.is_some_and(|reading| begun >= reading * READING_SHARE)
    }

    /// Reads key logs that appeared or changed. Returns whether they have keys that they did not have: what was read without
    /// them has to be read again.
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
        self.looks.looked(begun);
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
        self.awaited_key_logs.iter().flat_map(|places| &places.0).flatten().any(|place| place == log)
    }

    /// Adds those that are there by now, which nothing is known of so far.
    fn take_key_logs_that_appeared(&mut self) {
        let Self { awaited_key_logs, key_logs, key_anomalies, .. } = self;
        awaited_key_logs.retain(|places| {
            let found = places.found();
            for log in &found {
                let name = log.to_string_lossy().into_owned();
                if key_logs.iter().all(|known| known.name != name) {
                    key_logs.push(KeyLog { name, ..KeyLog::default() });
                    key_anomalies.push(Anomalies::default());
                }
            }
            found.is_empty()
        });
    }
}
