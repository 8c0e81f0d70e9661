//! The terminal, taken over and given back: at the end, on an error, and when the program panics.

use std::io::{self, Stdout, Write, stdout};
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossterm::cursor::{Hide, Show};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Frame;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// The terminal in raw mode, on its alternate screen, until this is dropped.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    taken: Taken,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// If it cannot be switched to raw mode or written to; it is then as it was.
    pub(super) fn enter() -> io::Result<Self> {
        let taken = Taken::take()?;
        let terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        Ok(Self { terminal, taken })
    }

    /// Draws one picture.
    ///
    /// # Errors
    /// If the terminal takes no more bytes.
    pub(super) fn draw(&mut self, picture: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(picture).map(drop)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.taken.give_back();
    }
}

type Hook = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;

/// The switched terminal, and the panic hook that switches it back.
struct Taken {
    /// Whether it is still switched. The hook knows too, so that it is switched back once.
    switched: Arc<AtomicBool>,
    /// What panics of other threads said: it would be lost on the alternate screen.
    said: Arc<Mutex<Vec<String>>>,
    previous: Arc<Hook>,
}

impl Taken {
    fn take() -> io::Result<Self> {
        enable_raw_mode()?;
        let taken = Self::with_hook();
        execute!(stdout(), EnterAlternateScreen, Hide)?;
        Ok(taken)
    }

    /// A panic of this thread gives the terminal back before it is reported; what another thread's says is kept
    /// until then, for the interface goes on.
    fn with_hook() -> Self {
        let previous: Arc<Hook> = Arc::from(panic::take_hook());
        let taken = Self { switched: Arc::new(AtomicBool::new(true)), said: Arc::default(), previous };
        let (switched, said, previous) =
            (Arc::clone(&taken.switched), Arc::clone(&taken.said), Arc::clone(&taken.previous));
        let own = thread::current().id();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == own {
                switch_back(&switched);
                previous(info);
            } else if switched.load(Ordering::SeqCst) {
                said.lock().unwrap_or_else(PoisonError::into_inner).push(info.to_string());
            } else {
                previous(info);
            }
        }));
        taken
    }

    fn give_back(&self) {
        switch_back(&self.switched);
        if !thread::panicking() {
            let previous = Arc::clone(&self.previous);
            panic::set_hook(Box::new(move |info| previous(info)));
        }
        for text in self.said.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // Nothing is left to be done where standard error is closed.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Switches the terminal back. What fails here cannot be told to anybody.
fn switch_back(switched: &AtomicBool) {
    if switched.swap(false, Ordering::SeqCst) {
        let _ = disable_raw_mode();
        let _ = execute!(stdout(), LeaveAlternateScreen, Show);
    }
}
