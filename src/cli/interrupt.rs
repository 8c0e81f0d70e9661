//! Signals that end a command while it writes: no part of a file is left behind.

use std::io;

/// Removes unfinished files when a signal ends the process. What the process ignores, as under `nohup`, stays ignored.
///
/// # Errors
/// If the system refuses a handler.
#[cfg(unix)]
pub(super) fn clean_up() -> io::Result<()> {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use ringtrace::output;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.swap(true, Ordering::SeqCst) {
        return Ok(());
    }
    let ignored = ignored();
    let ending = [SIGTERM, SIGINT, SIGQUIT, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let mut signals = Signals::new(ending)?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            output::abandon();
            // If even that fails, the command goes on, and is killed in the end.
            let _ = emulate_default_handler(signal);
        }
    })?;
    Ok(())
}

/// Runs `action` at the first signal that asks the process to end, which then has to end by itself; a second one ends it.
///
/// # Errors
/// If the system refuses a handler.
#[cfg(unix)]
pub(super) fn on_first(action: impl FnOnce() + Send + 'static) -> io::Result<()> {
    use std::thread;

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut arrived = signals.forever();
        if arrived.next().is_some() {
            action();
        }
        if let Some(signal) = arrived.next() {
            let _ = emulate_default_handler(signal);
        }
    })?;
    Ok(())
}

/// Nothing: on other systems a signal ends the process.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub(super) fn on_first(_action: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Ok(())
}

/// Nothing: other systems remove what is temporary, or never do.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub(super) fn clean_up() -> io::Result<()> {
    Ok(())
}

/// The signals that the process ignores, as bits from 1 on; none where the system does not tell.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}
