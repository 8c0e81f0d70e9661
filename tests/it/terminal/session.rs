//! A program in a pty, and what a terminal would show of it.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};

/// How long a screen is waited for before the test gives up: far longer than it ever takes.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn size_of(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap()
}

/// How every program is started: where the sources are, in a terminal with all colours.
pub(super) fn dress(command: &mut CommandBuilder) {
    command.cwd(env!("CARGO_MANIFEST_DIR"));
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.env_remove("NO_COLOR");
}

/// A run of the program in a terminal.
pub(crate) struct Session {
    pub(super) pty: PtyPair,
    pub(super) child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    pub(super) output: Receiver<Vec<u8>>,
    pub(super) screen: vt100::Parser,
    /// Everything that was sent to the terminal.
    pub(crate) raw: Vec<u8>,
}

impl Session {
    pub(super) fn start(arguments: &[&str], columns: u16, rows: u16) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ringtrace"));
        command.args(arguments);
        Self::of(command, columns, rows)
    }

    /// A run of any program.
    pub(super) fn of(mut command: CommandBuilder, columns: u16, rows: u16) -> Self {
        dress(&mut command);
        Self::spawn(command, columns, rows)
    }

    /// A run of a program that is dressed already.
    pub(crate) fn spawn(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let child = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let keyboard = pty.master.take_writer().unwrap();
        let (send, output) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let screen = vt100::Parser::new(size_of(rows), size_of(columns), 0);
        Self { pty, child, keyboard, output, screen, raw: Vec::new() }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.screen.process(bytes);
    }

    /// Waits until something holds.
    pub(crate) fn wait_until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < deadline, "not {what}:\n{}", self.contents());
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(50)) {
                self.take(&bytes);
            }
        }
        self
    }

    /// Waits until nothing more is drawn.
    pub(super) fn settle(&mut self) -> &mut Self {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(400)) {
            self.take(&bytes);
        }
        self
    }

    /// Lets the program draw for a moment.
    pub(super) fn settle_shortly(&mut self) -> &mut Self {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(60)) {
            self.take(&bytes);
        }
        self
    }

    /// Whether the terminal hands over lines and echoes them, as a shell leaves it.
    pub(super) fn is_cooked(&self) -> bool {
        let modes = format!("{:?}", self.pty.master.get_termios().unwrap().local_flags);
        modes.contains("ICANON") && modes.contains("ECHO")
    }

    pub(super) fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen holds `text`.
    pub(super) fn wait_for(&mut self, text: &str) -> &mut Self {
        self.wait_until(&format!("`{text}` on"), |session| session.contents().contains(text))
    }

    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
        self
    }

    pub(super) fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.pty.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        self.screen.screen_mut().set_size(size_of(rows), size_of(columns));
        self
    }

    /// Waits for the program to end; its exit code.
    pub(crate) fn end(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            while let Ok(bytes) = self.output.try_recv() {
                self.take(&bytes);
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
                    self.take(&bytes);
                }
                return status.exit_code();
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.contents());
            thread::sleep(Duration::from_millis(10));
        }
    }
}
