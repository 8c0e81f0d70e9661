//! What every format reports of an input that is not whole.

use std::io;

use super::diagnoses::{CUT, DAMAGED};
use super::model::Sink;
use super::source::Source;
use crate::origin::RecordNumber;

/// Why the reading of a value ends before the value does.
#[derive(Debug)]
pub(super) enum Stop {
    /// The input ends within it.
    Cut,
    /// It is not written as its format is.
    Malformed,
    /// The sink has enough.
    Enough,
    /// The operating system says no.
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Stop {
    /// Reports the end of a reading that came after `record`, behind which nothing can be read; `what` says what is
    /// there if it is malformed.
    pub(super) fn report(
        self,
        source: &mut Source<'_>,
        record: RecordNumber,
        what: &str,
        out: &mut dyn Sink,
    ) -> io::Result<()> {
        match self {
            Self::Cut => cut(source, record, out),
            Self::Malformed => damaged(source, record, what, out)?,
            Self::Enough => {}
            Self::Io(error) => return Err(error),
        }
        Ok(())
    }
}

/// Reports that the input ends after `record` within what begins here, unless the reason is known and reported.
pub(super) fn cut(source: &Source<'_>, record: RecordNumber, out: &mut dyn Sink) {
    if !source.is_broken_off() {
        let anomaly = source.anomaly(&CUT, record).bytes(source.data().len() as u64);
        out.anomaly(anomaly.detail(format!("after record {record}")));
    }
}

/// Reports damage after `record` behind which nothing can be read, and skips the rest.
pub(super) fn damaged(source: &mut Source<'_>, record: RecordNumber, what: &str, out: &mut dyn Sink) -> io::Result<()> {
    let anomaly = source.anomaly(&DAMAGED, record);
    let detail = format!("{what} at byte {}, after record {record}; nothing after it could be read", source.offset());
    let skipped = source.skip_all()?;
    out.anomaly(anomaly.bytes(skipped).detail(detail));
    Ok(())
}
