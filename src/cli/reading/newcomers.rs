//! Captures that appear in folders, or under names that a pattern matches, while others are followed.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use ringtrace::analysis::{Discover, Following, Newcomer, Request};

use super::{Given, NOISE_KEY_LOGS, Reading, TLS_KEY_LOGS, expand, key_log_places, notes_in, notes_path};
use crate::cli::exit::Failure;
use crate::cli::settings::Settings;

impl Reading {
    /// The same as [`Self::prepare`] for captures that are followed until that is stopped, and for those that appear
    /// meanwhile.
    ///
    /// # Errors
    /// As [`Self::prepare`].
    pub(in crate::cli) fn prepare_following(
        &self,
        settings: &Settings,
        following: Following,
    ) -> Result<Request, Failure> {
        let mut request = self.prepare(settings)?;
        request.follow(following);
        if let Some(newcomers) = Newcomers::new(self, settings, &request) {
            request.discover(Box::new(newcomers));
        }
        Ok(request)
    }
}

/// Looks for captures that were not there before.
struct Newcomers {
    reading: Reading,
    /// The endings of the names of key logs to look for next to captures.
    endings: Vec<&'static [&'static str]>,
    /// The captures and key logs that are known.
    known: BTreeSet<PathBuf>,
}

impl Newcomers {
    /// Looks for captures that a request does not contain; `None` if no FILE is a folder or a pattern.
    fn new(reading: &Reading, settings: &Settings, request: &Request) -> Option<Self> {
        if !reading.files.iter().any(Given::is_several) {
            return None;
        }
        let is_looked_for = |given: &[PathBuf]| given.is_empty() && !reading.no_key_discovery && settings.key_discovery;
        let endings = [(&reading.tls_keylog, TLS_KEY_LOGS), (&reading.noise_keylog, NOISE_KEY_LOGS)];
        let endings = endings.into_iter().filter(|(given, _)| is_looked_for(given)).map(|(_, endings)| endings);
        let known = request.paths().chain(reading.key_logs()).map(Into::into).collect();
        Some(Self { reading: reading.clone(), endings: endings.collect(), known })
    }
}

impl fmt::Debug for Newcomers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Newcomers").field("known", &self.known).finish_non_exhaustive()
    }
}

impl Discover for Newcomers {
    fn discover(&mut self) -> Vec<Newcomer> {
        let Self { reading, endings, known } = self;
        let mut found = Vec::new();
        for file in reading.files.iter().filter(|file| file.is_several()) {
            let mut sources = Vec::new();
            // A pattern may match nothing for a while, as when files are rotated.
            if expand(&file.path, &mut sources).is_err() {
                continue;
            }
            for source in sources {
                let Some(path) = source.path().filter(|path| !known.contains(*path)).map(PathBuf::from) else {
                    continue;
                };
                known.insert(path.clone());
                let (mut key_logs, mut awaited_key_logs) = (Vec::new(), Vec::new());
                for endings in &*endings {
                    let places = key_log_places(&path, endings);
                    let found = places.found();
                    if found.is_empty() {
                        awaited_key_logs.push(places);
                    }
                    key_logs.extend(found);
                }
                let notes = notes_path(&path);
                // Notes that cannot be read must not be replaced either.
                let notes = notes_in(&notes).map_or((None, String::new()), |text| (Some(notes), text));
                found.push(Newcomer { source, overrides: file.overrides.clone(), key_logs, awaited_key_logs, notes });
            }
        }
        found
    }
}
