//! The program in a real terminal: a pty, and what a terminal would show of it.

use std::fs;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};

/// How long a screen is waited for before the test gives up: far longer than it ever takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn size_of(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap()
}

/// A run of the program in a terminal.
struct Session {
    pty: PtyPair,
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

impl Session {
    fn start(arguments: &[&str], columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ringtrace"));
        command.args(arguments);
        command.cwd(env!("CARGO_MANIFEST_DIR"));
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env_remove("NO_COLOR");
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
        Self { pty, child, keyboard, output, screen: vt100::Parser::new(size_of(rows), size_of(columns), 0) }
    }

    fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen holds `text`.
    fn wait_for(&mut self, text: &str) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        while !self.contents().contains(text) {
            assert!(Instant::now() < deadline, "no `{text}` on\n{}", self.contents());
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(50)) {
                self.screen.process(&bytes);
            }
        }
        self
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
        self
    }

    fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.pty.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        self.screen.screen_mut().set_size(size_of(rows), size_of(columns));
        self
    }

    /// Waits for the program to end; its exit code.
    fn end(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            while let Ok(bytes) = self.output.try_recv() {
                self.screen.process(&bytes);
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
                    self.screen.process(&bytes);
                }
                return status.exit_code();
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.contents());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

const CAPTURE: &str = "captures/answered-and-missed/answered-and-missed.pcap";

#[test]
fn a_call_is_opened_and_left_in_a_small_terminal() {
    let mut session = Session::start(&[CAPTURE], 80, 24);
    session.wait_for("missed").wait_for("7 calls");
    assert!(session.screen.screen().alternate_screen());
    session.press("j\r").wait_for("terminate").wait_for("<call");
    session.press("?").wait_for("Scroll the stanza");
    session.press("q").press("q").wait_for("7 calls").press("q");
    assert_eq!(session.end(), 0);
    assert!(!session.screen.screen().alternate_screen(), "the terminal is as it was");
    assert!(!session.screen.screen().hide_cursor());
}

#[test]
fn the_terminal_can_change_its_size() {
    let mut session = Session::start(&[CAPTURE], 160, 50);
    session.wait_for("7 calls").press("\r").wait_for("<call");
    session.resize(20, 5).resize(100, 30).wait_for("offer");
    session.press("\x03");
    assert_eq!(session.end(), 0);
}

#[test]
fn a_loss_shows_in_the_exit_code() {
    let mut session = Session::start(&[CAPTURE, "--no-key-discovery"], 80, 24);
    session.wait_for("key").press("q");
    assert_eq!(session.end(), 1);
}

/// The pictures in `assets/`, and what is pressed, and waited for, to get there.
const PICTURES: &[(&str, &str, &str)] = &[("calls", "", "7 calls"), ("ladder", "j\re", "for caller, indirect")];

#[test]
fn what_is_not_for_people_is_not_shown_to_them() {
    let capture = "captures/answered-and-missed/answered-and-missed.pcap";
    for format in ["parquet", "arrow"] {
        let mut session = Session::start(&["export", "-q", "--format", format, capture], 90, 24);
        assert_eq!(session.wait_for("-o PATH or a pipe takes it").end(), 2, "{format}");
    }
}

#[test]
fn the_pictures_show_what_the_program_shows() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for (name, keys, awaited) in PICTURES {
        let mut session = Session::start(&[CAPTURE], 140, 22);
        session.wait_for("7 calls").press(keys).wait_for(awaited);
        settle(&mut session);
        let svg = picture(session.screen.screen());
        session.press("\x03").end();
        let path: PathBuf = assets.join(format!("{name}.svg"));
        if std::env::var_os("RINGTRACE_BLESS").is_some() {
            fs::write(&path, svg).unwrap();
        } else {
            let committed = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                committed == svg,
                "{} is not what the program shows; RINGTRACE_BLESS=1 makes it anew",
                path.display()
            );
        }
    }
}

/// Waits until nothing more is drawn.
fn settle(session: &mut Session) {
    while let Ok(bytes) = session.output.recv_timeout(Duration::from_millis(400)) {
        session.screen.process(&bytes);
    }
}

/// The palette of the pictures' terminal: the sixteen colours, dark.
const COLOURS: [&str; 16] = [
    "#1c1f26", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4", "#6b7280", "#ff7b86",
    "#b5e890", "#ffd68a", "#7cc4ff", "#e28cf5", "#6fd6e2", "#ffffff",
];

fn colour(colour: vt100::Color, default: &str) -> String {
    match colour {
        vt100::Color::Default => default.to_owned(),
        vt100::Color::Idx(index @ 0..=15) => COLOURS[usize::from(index)].to_owned(),
        vt100::Color::Idx(index @ 16..=231) => {
            let level = |value: u8| if value == 0 { 0 } else { 55 + 40 * u16::from(value) };
            let index = index - 16;
            format!("#{:02x}{:02x}{:02x}", level(index / 36), level(index / 6 % 6), level(index % 6))
        }
        vt100::Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

/// A run of cells that look alike.
struct Stretch {
    column: u16,
    width: u16,
    text: String,
    style: (String, String, bool, bool),
}

/// The screen as SVG: a rectangle and a text per run of cells that look alike.
fn picture(screen: &vt100::Screen) -> String {
    const CELL: (f32, f32) = (8.4, 18.0);
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) = (f32::from(columns) * CELL.0 + 20.0, f32::from(rows) * CELL.1 + 20.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1c1f26\"/>\n"
    );
    for row in 0..rows {
        for stretch in stretches(screen, row, columns) {
            let (x, y) = (10.0 + f32::from(stretch.column) * CELL.0, 10.0 + f32::from(row) * CELL.1);
            let (ink, paper, bold, underlined) = &stretch.style;
            let run = f32::from(stretch.width) * CELL.0;
            if paper != COLOURS[0] {
                svg.push_str(&format!(
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{run:.1}\" height=\"{:.1}\" fill=\"{paper}\"/>\n",
                    CELL.1
                ));
            }
            if !stretch.text.trim().is_empty() {
                let weight = if *bold { " font-weight=\"bold\"" } else { "" };
                let line = if *underlined { " text-decoration=\"underline\"" } else { "" };
                let text = quick_xml::escape::escape(stretch.text.as_str());
                svg.push_str(&format!(
                    "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{ink}\"{weight}{line} textLength=\"{run:.1}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{text}</text>\n",
                    y + 13.5
                ));
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn stretches(screen: &vt100::Screen, row: u16, columns: u16) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
        let (mut ink, mut paper) = (colour(cell.fgcolor(), "#c8ccd4"), colour(cell.bgcolor(), COLOURS[0]));
        if cell.inverse() {
            std::mem::swap(&mut ink, &mut paper);
        }
        if cell.dim() {
            ink = "#7f8591".to_owned();
        }
        let style = (ink, paper, cell.bold(), cell.underline());
        let text = if cell.has_contents() { cell.contents().to_owned() } else { " ".to_owned() };
        let width = if cell.is_wide() { 2 } else { 1 };
        match stretches.last_mut() {
            Some(last) if last.style == style && last.column + last.width == column => {
                last.text.push_str(&text);
                last.width += width;
            }
            _ => stretches.push(Stretch { column, width, text, style }),
        }
    }
    stretches
}
