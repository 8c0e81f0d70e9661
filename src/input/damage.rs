//! What every format reports of an input that is not whole.

use std::io;

use super::Sink;
use super::source::Source;
use crate::anomaly::{Diagnosis, Kind, Layer, Severity};
use crate::origin::RecordNumber;

/// What this file reports.
pub(super) const DIAGNOSES: &[&Diagnosis] = &[&CUT, &DAMAGED];

/// The input ends within a record.
const CUT: Diagnosis = Diagnosis {
    id: "input/cut",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "the capture ends in the middle of a record",
    next: "The recorder was stopped before it wrote everything, or the file was not copied whole: let the recorder \
           end with Ctrl-C, and copy the file again.",
};

/// Something that should be a record cannot be one.
pub(super) const DAMAGED: Diagnosis = Diagnosis {
    id: "input/damaged",
    layer: Layer::Input,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "a part of the capture is damaged and was passed over; how many records were in it is not known, so the \
          records after it are numbered as if there had been none",
    next: "Copy the file again from where it was recorded.",
};

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

/// Reports damage after `record` behind which nothing can be read, and passes over the rest.
pub(super) fn damaged(source: &mut Source<'_>, record: RecordNumber, what: &str, out: &mut dyn Sink) -> io::Result<()> {
    let anomaly = source.anomaly(&DAMAGED, record);
    let detail = format!("{what} at byte {}, after record {record}; nothing after it could be read", source.offset());
    let skipped = source.skip_all()?;
    out.anomaly(anomaly.bytes(skipped).detail(detail));
    Ok(())
}
