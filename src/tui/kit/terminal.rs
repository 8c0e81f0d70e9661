//! The terminal: switched to the alternate screen, and restored at the end, on an error and on a panic.

use std::fs;
use std::io::{self, Stdout, Write, stdout};
use std::mem::ManuallyDrop;
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
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use data_encoding::BASE64;
use ratatui::Frame;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::ascii::simplify;
use super::backdrop::QUESTION;
use super::command::{Done, Effect};
use super::editor;
use super::signals::{Request, Signals};
use crate::config;
use crate::output::{self, Existing, Inputs};

/// The terminal in raw mode, on its alternate screen, until this is dropped.
pub(in crate::tui) struct Screen {
    /// Never dropped: it would show the cursor, as `switched` does, and write to standard error if that fails, which panics
    /// where the terminal was closed.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
    switched: Switched,
    signals: Signals,
    /// Whether only ASCII can be shown.
    ascii: bool,
    /// The files that are read, which nothing written may replace.
    inputs: Inputs,
}

impl Screen {
    /// Switches the terminal to raw mode and its alternate screen. With `ascii`, everything is drawn in ASCII.
    ///
    /// # Errors
    /// If it cannot be switched to raw mode or written to; it is then left as it was.
    pub(in crate::tui) fn enter(ascii: bool) -> io::Result<Self> {
        let signals = Signals::note()?;
        let switched = Switched::enter()?;
        let terminal = ManuallyDrop::new(Terminal::new(CrosstermBackend::new(stdout()))?);
        Ok(Self { terminal, switched, signals, ascii, inputs: Inputs::default() })
    }

    /// Protects the files that are read: nothing written may replace them.
    pub(in crate::tui) fn protect(&mut self, inputs: Inputs) {
        self.inputs = inputs;
    }

    /// Protects another file that is read.
    pub(in crate::tui) fn protect_also(&mut self, path: &Path) {
        self.inputs.add(path);
    }

    /// Performs an effect, and returns its result if there is one.
    ///
    /// # Errors
    /// If the terminal cannot be written to.
    pub(in crate::tui) fn perform(&mut self, effect: Effect) -> io::Result<Option<Done>> {
        match effect {
            Effect::Quit
            | Effect::NextTheme
            | Effect::Open(_)
            | Effect::Reload(_)
            | Effect::StopFollowing
            | Effect::WritePackets { .. } => Ok(None),
            Effect::Redraw => self.restart().map(|()| None),
            Effect::Copy(text) => {
                // OSC 52: the terminal puts it on the clipboard of the machine that it runs on, also over ssh.
                let mut out = stdout();
                write!(out, "\x1b]52;c;{}\x07", BASE64.encode(text.as_bytes()))?;
                out.flush().map(|()| None)
            }
            Effect::Keep { path, text } => {
                Ok(Some(Done::Message(match output::write(&path, &text, Existing::Replace) {
                    Ok(()) => format!("Saved in {}", path.display()),
                    Err(error) => format!("Cannot save {}: {error}", path.display()),
                })))
            }
            Effect::KeepColumns { path, columns } => Ok(Some(Done::Message(match keep_columns(&path, &columns) {
                Ok(()) => format!("Columns saved in {}", path.display()),
                Err(error) => format!("Cannot save {}: {error}", path.display()),
            }))),
            Effect::Write { path, rest, .. }
                if [Some(&path), rest.as_ref().map(|(path, _)| path)]
                    .into_iter()
                    .flatten()
                    .any(|path| self.inputs.contains(path)) =>
            {
                Ok(Some(Self::refuse(&path)))
            }
            Effect::Write { path, text, rest, over } => {
                let existing = if over { Existing::Replace } else { Existing::Keep };
                let second = || rest.map_or(Ok(()), |(path, text)| output::write(&path, &text, existing));
                Ok(Some(match output::write(&path, &text, existing).and_then(|()| second()) {
                    Ok(()) => Done::Written(path),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !over => Done::Exists(path),
                    Err(error) => Done::Message(format!("Cannot write {}: {error}", path.display())),
                }))
            }
            Effect::Compose { id, text } => self.compose(id, &text).map(Some),
            Effect::Suspend => self.suspend(),
        }
    }

    /// Refuses to replace a file that is read.
    fn refuse(path: &Path) -> Done {
        Done::Message(format!("Cannot write {}: it is one of the files that are open", path.display()))
    }

    /// Returns why a file may not be written, if it may not.
    pub(in crate::tui) fn refusal(&self, path: &Path) -> Option<Done> {
        self.inputs.contains(path).then(|| Self::refuse(path))
    }

    /// Returns the terminal to the shell until the program is resumed.
    fn suspend(&mut self) -> io::Result<Option<Done>> {
        let stopped = self.away(Signals::suspend)?;
        Ok(stopped.err().map(|error| Done::Message(format!("Cannot suspend: {error}"))))
    }

    /// Returns what signals from outside ask for, if any came.
    pub(in crate::tui) fn request(&self) -> Option<Request> {
        self.signals.take()
    }

    /// Restores the terminal, and ends the program as the signal would have.
    ///
    /// # Errors
    /// If the system refuses to end it.
    pub(in crate::tui) fn end(self, signal: i32) -> io::Result<()> {
        drop(self);
        Signals::end(signal)
    }

    /// Asks the terminal for the colour of its background.
    ///
    /// # Errors
    /// If the terminal cannot be written to.
    pub(in crate::tui) fn ask_for_background(&self) -> io::Result<()> {
        let mut out = stdout();
        out.write_all(QUESTION.as_bytes())?;
        out.flush()
    }

    /// Lets the user edit a text in an editor, which has the terminal meanwhile.
    fn compose(&mut self, id: u64, text: &str) -> io::Result<Done> {
        let edited = self.away(|signals| signals.deaf(|| editor::edit(text)))?;
        Ok(edited.map_or_else(
            |error| Done::Message(format!("Cannot edit the draft: {error}")),
            |text| Done::Composed { id, text },
        ))
    }

    /// Releases the terminal while something else runs.
    fn away<T>(&mut self, meanwhile: impl FnOnce(&Signals) -> T) -> io::Result<T> {
        self.switched.pause()?;
        let done = meanwhile(&self.signals);
        self.switched.resume()?;
        self.restart()?;
        Ok(done)
    }

    /// Clears the screen, so that the next frame is drawn whole. The terminal is not asked for its cursor position, since
    /// not every terminal answers.
    fn restart(&mut self) -> io::Result<()> {
        execute!(stdout(), Clear(ClearType::All))?;
        self.terminal = ManuallyDrop::new(Terminal::new(CrosstermBackend::new(stdout()))?);
        Ok(())
    }

    /// Draws one frame.
    ///
    /// # Errors
    /// If the terminal cannot be written to.
    pub(in crate::tui) fn draw(&mut self, picture: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let ascii = self.ascii;
        let drawn = self.terminal.draw(|frame| {
            picture(frame);
            if ascii {
                simplify(frame.buffer_mut());
            }
        });
        drawn.map(drop)
    }
}

/// Writes columns into a config file, which is created if necessary.
fn keep_columns(path: &Path, columns: &[&str]) -> io::Result<()> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => config::TEMPLATE.to_owned(),
        read => read?,
    };
    let text = config::with_columns(&text, columns).map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // A symbolic link to the config file stays one.
    output::write(&fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()), &text, Existing::Replace)
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.switched.restore();
    }
}

type Hook = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;

/// The switched terminal, and the panic hook that switches it back.
struct Switched {
    /// Whether it is still switched. Shared with the hook, so that it is restored only once.
    switched: Arc<AtomicBool>,
    /// Messages of panics of other threads, which would be lost on the alternate screen.
    messages: Arc<Mutex<Vec<String>>>,
    previous: Arc<Hook>,
}

impl Switched {
    fn enter() -> io::Result<Self> {
        enable_raw_mode()?;
        let taken = Self::with_hook();
        switch()?;
        Ok(taken)
    }

    /// Restores the terminal for a while.
    fn pause(&self) -> io::Result<()> {
        restore_terminal(&self.switched);
        stdout().flush()
    }

    /// Switches the terminal again.
    fn resume(&self) -> io::Result<()> {
        enable_raw_mode()?;
        self.switched.store(true, Ordering::SeqCst);
        switch()
    }

    /// A panic of this thread restores the terminal before it is reported. Messages of other threads' panics are kept
    /// until the end, because the interface goes on.
    fn with_hook() -> Self {
        let previous: Arc<Hook> = Arc::from(panic::take_hook());
        let taken = Self { switched: Arc::new(AtomicBool::new(true)), messages: Arc::default(), previous };
        let (switched, messages, previous) =
            (Arc::clone(&taken.switched), Arc::clone(&taken.messages), Arc::clone(&taken.previous));
        let own = thread::current().id();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == own {
                restore_terminal(&switched);
                previous(info);
            } else if switched.load(Ordering::SeqCst) {
                messages.lock().unwrap_or_else(PoisonError::into_inner).push(info.to_string());
            } else {
                previous(info);
            }
        }));
        taken
    }

    fn restore(&self) {
        restore_terminal(&self.switched);
        if !thread::panicking() {
            let previous = Arc::clone(&self.previous);
            panic::set_hook(Box::new(move |info| previous(info)));
        }
        for text in self.messages.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // Nothing can be done if standard error is closed.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}

impl Drop for Switched {
    fn drop(&mut self) {
        self.restore();
    }
}

/// Switches the terminal to its alternate screen, and enables mouse events and bracketed paste.
fn switch() -> io::Result<()> {
    execute!(stdout(), EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste, Hide)
}

/// Restores the terminal. Errors here cannot be reported to anyone.
fn restore_terminal(switched: &AtomicBool) {
    if switched.swap(false, Ordering::SeqCst) {
        let _ = disable_raw_mode();
        let _ = execute!(stdout(), DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, Show);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    use super::*;

    /// Set when this test runs itself in a pseudo-terminal, where it must panic.
    const IN_A_TERMINAL: &str = "RINGTRACE_PANIC_IN_A_TERMINAL";

    #[test]
    fn columns_are_saved_in_a_config_file_that_is_created_if_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ringtrace").join("config.toml");
        keep_columns(&path, &["ring"]).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("\ncolumns = [\"ring\"]\n") && text.starts_with("# ringtrace's config file."));
        fs::write(&path, "colour = 1\n").unwrap();
        assert!(keep_columns(&path, &["ring"]).unwrap_err().to_string().contains("line 1"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "colour = 1\n", "an invalid config file is left alone");
    }

    #[test]
    fn a_panic_restores_the_terminal_before_it_is_reported() {
        if std::env::var_os(IN_A_TERMINAL).is_some() {
            let mut screen = Screen::enter(false).unwrap();
            screen.draw(|frame| frame.render_widget("drawn", frame.area())).unwrap();
            panic!("planted");
        }
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut again = CommandBuilder::new(std::env::current_exe().unwrap());
        let name = "tui::kit::terminal::tests::a_panic_restores_the_terminal_before_it_is_reported";
        again.args(["--exact", name, "--nocapture", "--test-threads=1"]);
        again.env(IN_A_TERMINAL, "1");
        again.env("TERM", "xterm-256color");
        again.env("RUST_BACKTRACE", "0");
        again.cwd(env!("CARGO_MANIFEST_DIR"));
        let mut child = pty.slave.spawn_command(again).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        drop(pty.slave);
        let mut raw = Vec::new();
        // A closed terminal is an error to its reader.
        let _ = reader.read_to_end(&mut raw);
        assert!(!child.wait().unwrap().success(), "it panicked");
        let mut shown = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
        shown.process(&raw);
        let modes = format!("{:?}", pty.master.get_termios().unwrap().local_flags);
        let raw = String::from_utf8_lossy(&raw);
        let left = raw.find("\x1b[?1049l").expect("the alternate screen is left");
        assert!(raw.contains("drawn") && raw.find("planted").is_some_and(|reported| left < reported), "{raw}");
        assert!(!shown.screen().alternate_screen() && !shown.screen().hide_cursor());
        assert!(shown.screen().contents().contains("planted"), "{}", shown.screen().contents());
        assert!(modes.contains("ICANON") && modes.contains("ECHO"), "{modes}");
        assert_eq!(raw.matches("\x1b[?1049l").count(), 1, "it is restored once");
    }
}
