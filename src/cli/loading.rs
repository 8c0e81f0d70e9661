//! Reading the captures: progress, what was lost, and the exit code that follows.

use std::io::{IsTerminal, stderr};
use std::mem;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use ringtrace::analysis::{Analysis, Request};
use ringtrace::anomaly::{Diagnosis, Kind, Layer, Severity, Tally};
use ringtrace::print;
use ringtrace::protocol::tls;
use ringtrace::visible::visible;
use ringtrace::words::counted;

use super::exit::Exit;
use super::own;
use super::settings::Verbosity;

/// Reads the captures, with a progress bar if standard error is a terminal. What was found is kept until the process ends,
/// which takes less time than freeing it call by call.
pub(super) fn load(request: Request, verbosity: Verbosity) -> Arc<Analysis> {
    let analysis = read(request, verbosity);
    mem::forget(Arc::clone(&analysis));
    analysis
}

/// The same, for those who give up the calls one by one.
pub(super) fn read(request: Request, verbosity: Verbosity) -> Arc<Analysis> {
    if verbosity == Verbosity::Quiet || !stderr().is_terminal() {
        return request.load();
    }
    let bar = ProgressBar::new(0);
    let analysis = request.load_publishing(&mut |analysis| {
        show(&bar, &analysis);
        true
    });
    bar.finish_and_clear();
    analysis
}

/// Reads the captures in the same way, and judges their calls with as many threads.
pub(super) fn load_judged(request: Request, verbosity: Verbosity) -> Arc<Analysis> {
    let jobs = request.jobs();
    let analysis = load(request, verbosity);
    analysis.judge(jobs);
    analysis
}

/// Shows the bytes read, out of all bytes if that is known, and the calls found.
fn show(bar: &ProgressBar, analysis: &Analysis) {
    let template = match analysis.captures.iter().map(|capture| capture.size).sum::<Option<u64>>() {
        Some(size) => {
            bar.set_length(size);
            "{wide_bar} {bytes} of {total_bytes}, {msg}"
        }
        None => "{spinner} {bytes}, {msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_position(analysis.captures.iter().map(|capture| capture.bytes).sum());
    bar.set_message(counted(analysis.calls.len() as u64, "call"));
}

/// Reports on standard error what could not be read, and what to do about it.
pub(super) fn report(analysis: &Analysis, verbosity: Verbosity) {
    let least = match verbosity {
        Verbosity::Quiet => return,
        Verbosity::Losses => Severity::Contradiction,
        Verbosity::Everything => Severity::Note,
    };
    for capture in &analysis.captures {
        if let Some(failure) = &capture.failure {
            errln!("ringtrace: {}: {}", visible(&capture.name), visible(failure));
        }
    }
    // Without any call, even a note may explain why.
    let none_found = analysis.calls.is_empty();
    let is_reported = |tally: &Tally| {
        let Diagnosis { severity, layer, kind, .. } = tally.diagnosis;
        *severity >= least || (none_found && (*layer, *kind) == (Layer::Input, Kind::Missing))
    };
    let reported: Vec<_> = analysis.anomalies.iter().filter(|tally| is_reported(tally)).collect();
    for (index, tally) in reported.iter().enumerate() {
        errln!("ringtrace: {}", print::anomaly(analysis, tally));
        let again =
            reported.get(index + 1..).is_some_and(|later| later.iter().any(|later| later.diagnosis == tally.diagnosis));
        if !tally.diagnosis.next.is_empty() && !again {
            errln!("ringtrace:   {}", tally.diagnosis.next);
        }
        if tally.diagnosis == &tls::NO_KEY
            && let Some(log) = std::env::var_os("SSLKEYLOGFILE").filter(|log| !log.is_empty())
        {
            let log = log.to_string_lossy();
            errln!("ringtrace:   SSLKEYLOGFILE is set: try --tls-keylog {}", visible(&log));
        }
    }
    if !analysis.calls.is_empty() {
        own::report_unmatched();
    }
    if analysis.calls.is_empty() && analysis.captures.iter().any(|capture| capture.failure.is_none()) {
        errln!("ringtrace: no calls found");
    }
}

/// Returns whether none of the captures could be read, so that there is nothing to say of them but why.
pub(super) fn has_failed(analysis: &Analysis) -> bool {
    !analysis.captures.is_empty() && analysis.captures.iter().all(|capture| capture.failure.is_some())
}

/// The exit code after reading.
pub(super) fn exit(analysis: &Analysis) -> Exit {
    if analysis.is_lossy() { Exit::Lost } else { Exit::Done }
}
