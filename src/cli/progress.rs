//! How far reading has come, on standard error where that is a terminal.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use ringtrace::analysis::{Analysis, Request};

use super::Verbosity;

/// Reads everything, and shows how far it has come if somebody is there to see it.
pub(super) fn load(request: Request, verbosity: Verbosity) -> Arc<Analysis> {
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

/// Shows the bytes read, of all bytes where that is known, and the calls found.
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
    let calls = analysis.calls.len();
    bar.set_message(format!("{calls} call{}", if calls == 1 { "" } else { "s" }));
}
