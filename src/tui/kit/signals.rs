//! Signals from outside, such as of `kill`: noted when they come, and acted on between two frames.

use std::io;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Request {
    /// End, as the signal of this number does.
    End(i32),
    /// Give the terminal to the shell until resumed.
    Suspend,
    /// Resumed after a stop that could not be noticed: the terminal may have changed.
    Redraw,
}

#[cfg(unix)]
pub(in crate::tui) use unix::Signals;

#[cfg(not(unix))]
pub(in crate::tui) use elsewhere::Signals;

#[cfg(unix)]
mod unix {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
    use signal_hook::flag;
    use signal_hook::low_level::emulate_default_handler;

    use super::{Request, io};

    /// Signals after which the program ends.
    const ENDING: [i32; 4] = [SIGTERM, SIGINT, SIGQUIT, SIGHUP];

    /// The signals that came and were not acted on.
    #[derive(Debug)]
    pub(in crate::tui) struct Signals {
        /// The number of the last one after which the program ends; 0 if none came.
        ending: Arc<AtomicUsize>,
        stop: Arc<AtomicBool>,
        resumed: Arc<AtomicBool>,
    }

    impl Signals {
        /// Notes signals from now on, instead of their usual effect.
        ///
        /// # Errors
        /// If the system refuses a handler.
        pub(in crate::tui) fn note() -> io::Result<Self> {
            let signals = Self { ending: Arc::default(), stop: Arc::default(), resumed: Arc::default() };
            for signal in ENDING {
                // A signal that the parent ignores, as under nohup, is as good as a closed terminal: it ends the program.
                let number = usize::try_from(signal).unwrap_or_default();
                flag::register_usize(signal, Arc::clone(&signals.ending), number)?;
            }
            flag::register(SIGTSTP, Arc::clone(&signals.stop))?;
            flag::register(SIGCONT, Arc::clone(&signals.resumed))?;
            Ok(signals)
        }

        /// Takes what the signals that came ask for, the most urgent first.
        pub(in crate::tui) fn take(&self) -> Option<Request> {
            match self.ending.swap(0, Ordering::SeqCst) {
                0 if self.stop.swap(false, Ordering::SeqCst) => Some(Request::Suspend),
                0 => self.resumed.swap(false, Ordering::SeqCst).then_some(Request::Redraw),
                number => Some(Request::End(i32::try_from(number).unwrap_or(SIGTERM))),
            }
        }

        /// Runs a program that has the terminal. Keys such as Ctrl-C reach both, and are meant for that program.
        pub(in crate::tui) fn deaf<T>(&self, run: impl FnOnce() -> T) -> T {
            let done = run();
            let ended = self.ending.load(Ordering::SeqCst);
            if [SIGINT, SIGQUIT].iter().any(|signal| usize::try_from(*signal) == Ok(ended)) {
                self.ending.store(0, Ordering::SeqCst);
            }
            self.stop.store(false, Ordering::SeqCst);
            done
        }

        /// Stops the program until it is resumed.
        ///
        /// # Errors
        /// If the system refuses.
        pub(in crate::tui) fn suspend(&self) -> io::Result<()> {
            let stopped = emulate_default_handler(SIGTSTP);
            self.resumed.store(false, Ordering::SeqCst);
            stopped
        }

        /// Ends the program as the signal would have, so that its parent learns of it. Returns only if the system refuses.
        pub(in crate::tui) fn end(signal: i32) -> io::Result<()> {
            emulate_default_handler(signal)
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use super::{Request, io};

    /// No signals: this system has none.
    #[derive(Debug)]
    pub(in crate::tui) struct Signals;

    impl Signals {
        pub(in crate::tui) fn note() -> io::Result<Self> {
            Ok(Self)
        }

        pub(in crate::tui) fn take(&self) -> Option<Request> {
            None
        }

        pub(in crate::tui) fn deaf<T>(&self, run: impl FnOnce() -> T) -> T {
            run()
        }

        pub(in crate::tui) fn suspend(&self) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(in crate::tui) fn end(_: i32) -> io::Result<()> {
            Ok(())
        }
    }
}
