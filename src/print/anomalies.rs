//! Anomalies as text.

use std::io::{self, Write};

use crate::analysis::Analysis;
use crate::anomaly::Tally;
use crate::visible::visible;

/// An anomaly on one line: where, what, how often.
#[must_use]
pub fn anomaly(analysis: &Analysis, tally: &Tally) -> String {
    let input = visible(analysis.input_name(tally.first.capture).unwrap_or("unknown input"));
    format!("{input}, {}", anomaly_line(tally))
}

/// The same without the name of the capture.
pub(super) fn anomaly_line(tally: &Tally) -> String {
    let connection = tally.first.connection.map_or_else(String::new, |id| format!("connection {}, ", id.0));
    let records = if tally.count == 1 { tally.first.to_string() } else { format!("first in {}", tally.first) };
    format!("{connection}{records}: {}: {}", tally.diagnosis.layer.name(), visible(&tally.to_string()))
}

/// Writes an anomaly's line and its next step.
pub(super) fn write(line: &str, tally: &Tally, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  {line}")?;
    if tally.diagnosis.next.is_empty() { Ok(()) } else { writeln!(out, "    {}", tally.diagnosis.next) }
}
