//! The terminal, taken over and given back: at the end, on an error, and when the program panics.

use std::fs::File;
use std::io::{self, Stdout, Write, stdout};
use std::panic::{self, PanicHookInfo};
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use data_encoding::BASE64;
use ratatui::Frame;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::command::{Done, Effect};

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

    /// Does what the interface asks for. Gives what came of it, where there is something to say.
    ///
    /// # Errors
    /// If the terminal takes no more bytes.
    pub(super) fn perform(&mut self, effect: Effect) -> io::Result<Option<Done>> {
        match effect {
            Effect::Quit | Effect::NextTheme => Ok(None),
            Effect::Redraw => self.terminal.clear().map(|()| None),
            Effect::Copy(text) => {
                // OSC 52: the terminal puts it on the clipboard of the machine that it runs on, also over ssh.
                let mut out = stdout();
                write!(out, "\x1b]52;c;{}\x07", BASE64.encode(text.as_bytes()))?;
                out.flush().map(|()| None)
            }
            Effect::Keep { path, text } => Ok(Some(Done::Says(match replace(&path, &text) {
                Ok(()) => format!("Kept in {}", path.display()),
                Err(error) => format!("Not kept: {}: {error}", path.display()),
            }))),
            Effect::Write { path, text, over } => {
                let written = if over { replace(&path, &text) } else { create(&path, &text) };
                Ok(Some(match written {
                    Ok(()) => Done::Says(format!("Written to {}", path.display())),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Done::IsThere(path),
                    Err(error) => Done::Says(format!("Not written: {}: {error}", path.display())),
                }))
            }
            Effect::Suspend => self.suspend(),
        }
    }

    /// Hands the terminal to the shell, and takes it back when the program is resumed.
    #[cfg(unix)]
    fn suspend(&mut self) -> io::Result<Option<Done>> {
        self.taken.pause()?;
        let stopped = signal_hook::low_level::raise(signal_hook::consts::SIGTSTP);
        self.taken.resume()?;
        self.terminal.clear()?;
        Ok(stopped.err().map(|error| Done::Says(format!("Not suspended: {error}"))))
    }

    #[cfg(not(unix))]
    fn suspend(&mut self) -> io::Result<Option<Done>> {
        Ok(Some(Done::Says("This system has no shell to go to".to_owned())))
    }

    /// Draws one picture.
    ///
    /// # Errors
    /// If the terminal takes no more bytes.
    pub(super) fn draw(&mut self, picture: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(picture).map(drop)
    }
}

/// Writes a file that is not there yet.
fn create(path: &Path, text: &str) -> io::Result<()> {
    File::options().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// Writes a file in the place of the one that is there: whole, or not at all.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut part = tempfile::Builder::new().prefix(".ringtrace-").suffix(".part").tempfile_in(folder)?;
    part.write_all(text.as_bytes())?;
    part.persist(path).map(drop).map_err(|error| error.error)
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
        switch()?;
        Ok(taken)
    }

    /// Switches the terminal back for a while.
    #[cfg(unix)]
    fn pause(&self) -> io::Result<()> {
        switch_back(&self.switched);
        stdout().flush()
    }

    /// Takes the terminal again.
    #[cfg(unix)]
    fn resume(&self) -> io::Result<()> {
        enable_raw_mode()?;
        self.switched.store(true, Ordering::SeqCst);
        switch()
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

/// Switches the terminal to its alternate screen, and asks it for the mouse and for pasted text as such.
fn switch() -> io::Result<()> {
    execute!(stdout(), EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste, Hide)
}

/// Switches the terminal back. What fails here cannot be told to anybody.
fn switch_back(switched: &AtomicBool) {
    if switched.swap(false, Ordering::SeqCst) {
        let _ = disable_raw_mode();
        let _ = execute!(stdout(), DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, Show);
    }
}
