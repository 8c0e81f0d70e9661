//! What fails a run: `--deny` and `--baseline`.

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ringtrace::gate::{self, Baseline, Departures};
use ringtrace::visible::{visible, visible_path};
use ringtrace::words::counted;

use super::exit::{Exit, Failure};
use super::settings::Verbosity;

/// The heading of options about what fails a run.
const GATE: &str = "Gate options";

/// What fails a run.
#[derive(Debug, Args)]
#[command(next_help_heading = GATE)]
pub(super) struct Gate {
    /// Exit with code 5 if one of these is found.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LEVEL")]
    deny: Vec<Level>,

    /// Known departures, which do not fail the run: a file as --format baseline prints it.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Level {
    /// A client breaks a MUST of the spec.
    Violation,
    /// A client departs from a SHOULD, or does what public reports name as a bug.
    Warning,
    /// The spec contradicts itself or the traffic.
    Discrepancy,
    /// Something is new to the spec.
    Novelty,
}

impl From<Level> for gate::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::Violation => Self::Violation,
            Level::Warning => Self::Warning,
            Level::Discrepancy => Self::Discrepancy,
            Level::Novelty => Self::Novelty,
        }
    }
}

impl Gate {
    /// Returns whether any of the options was given.
    pub(super) const fn is_given(&self) -> bool {
        !self.deny.is_empty() || self.baseline.is_some()
    }

    /// Returns whether a baseline was given.
    pub(super) const fn has_baseline(&self) -> bool {
        self.baseline.is_some()
    }

    /// The levels that fail the run.
    pub(super) fn denied(&self) -> Vec<gate::Level> {
        self.deny.iter().map(|level| (*level).into()).collect()
    }

    /// Reads the baseline, if one was given.
    ///
    /// # Errors
    /// If it cannot be read, or a line of it is not a departure.
    pub(super) fn baseline(&self) -> Result<Option<Baseline>, Failure> {
        let Some(path) = &self.baseline else { return Ok(None) };
        let name = visible_path(path);
        let text = fs::read_to_string(path).map_err(|error| Failure::Read { path: name.clone(), error })?;
        let baseline =
            Baseline::read(&text).map_err(|wrong| Failure::Usage(format!("{name}:{}: {}", wrong.line, wrong.why)))?;
        Ok(Some(baseline))
    }

    /// Reports on standard error what is denied and which lines of the baseline are stale, and returns the exit code that
    /// follows, if it is not that of the reading.
    pub(super) fn judge(
        &self,
        departures: &Departures<'_>,
        baseline: Option<&Baseline>,
        verbosity: Verbosity,
    ) -> Option<Exit> {
        let levels = self.denied();
        let denied = departures.denied(&levels).count();
        if verbosity >= Verbosity::Losses {
            if let (Some(baseline), Some(path)) = (baseline, &self.baseline) {
                for (line, signature) in baseline.stale(departures) {
                    let name = visible_path(path);
                    errln!("ringtrace: {name}:{line}: stale: not found in these captures: {}", visible(signature));
                }
                let known = departures.iter().filter(|departure| departure.is_known).count();
                errln!("ringtrace: {} known from the baseline", counted(known as u64, "departure"));
            }
            if denied > 0 {
                errln!("ringtrace: {} denied", counted(denied as u64, "departure"));
            }
        }
        (denied > 0).then_some(Exit::Denied)
    }
}
