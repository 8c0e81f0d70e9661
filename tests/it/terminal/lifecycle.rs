//! The terminal taken and given back, and what leaves through it.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::CAPTURE;
use super::session::{PATIENCE, Session, dress, size_of};

/// What the system says of a process: `S` sleeps, `T` is stopped.
fn state(id: u32) -> String {
    let said = Command::new("ps").args(["-o", "stat=", "-p", &id.to_string()]).output().unwrap();
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_until_fg() {
    let mut shell = CommandBuilder::new("/bin/sh");
    shell.args(["-i"]);
    shell.env("PS1", "shell> ");
    shell.env_remove("ENV");
    let mut session = Session::of(shell, 100, 30);
    session.wait_for("shell> ").press(&format!("{} {CAPTURE}\r", env!("CARGO_BIN_EXE_ringtrace")));
    session.wait_for("7 calls").press("j\r").wait_for("<call");
    assert!(session.screen.screen().alternate_screen() && !session.is_cooked());
    session.press("\x1a").wait_until("the shell's again", |session| !session.screen.screen().alternate_screen());
    session.wait_for("Stopped");
    assert!(!session.screen.screen().hide_cursor(), "the cursor is back");
    session.press("stty -a\r").wait_for(" icanon").wait_for(" echo ");
    session.press("fg\r").wait_until("resumed", |session| session.screen.screen().alternate_screen());
    session.wait_for("<call").wait_for("Call 2 of 7");
    session.press("q").wait_for("7 calls").press("q");
    session.wait_until("the shell's again", |session| !session.screen.screen().alternate_screen());
    session.press("echo left $?\r").wait_for("left 0").press("exit\r");
    assert_eq!(session.end(), 0);
}

/// Sends a signal to a program, as another terminal would.
fn send(signal: &str, session: &Session) {
    let id = session.child.process_id().unwrap().to_string();
    assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
}

/// Whether the terminal is as a shell needs it: no alternate screen, no mouse, the cursor shown, lines echoed.
fn is_given_back(session: &Session) -> bool {
    let screen = session.screen.screen();
    let no_mouse = screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None;
    !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste() && no_mouse && session.is_cooked()
}

#[test]
fn every_signal_that_ends_the_program_gives_the_terminal_back() {
    for (signal, name) in [("TERM", "Terminated"), ("INT", "Interrupt"), ("QUIT", "Quit"), ("HUP", "Hangup")] {
        let mut session = Session::start(&[CAPTURE], 100, 30);
        session.wait_for("7 calls");
        assert!(!is_given_back(&session), "{signal}");
        send(signal, &session);
        session.wait_until(&format!("given back after SIG{signal}"), is_given_back);
        let status = session.child.wait().unwrap();
        assert!(status.signal().is_some_and(|signal| signal.starts_with(name)), "{signal}: {status:?}");
    }
}

#[test]
fn a_stop_from_outside_gives_the_terminal_back_until_the_program_goes_on() {
    let mut session = Session::start(&[CAPTURE], 100, 30);
    session.wait_for("7 calls");
    send("TSTP", &session);
    session.wait_until("given back", is_given_back);
    let id = session.child.process_id().unwrap();
    session.wait_until("stopped", |_| state(id).starts_with('T'));
    send("CONT", &session);
    session.wait_until("resumed", |session| session.screen.screen().alternate_screen() && !session.is_cooked());
    session.wait_for("7 calls").press("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn a_terminal_without_unicode_gets_ascii() {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.arg(CAPTURE);
    dress(&mut command);
    command.env("LC_ALL", "C");
    let mut session = Session::spawn(command, 100, 30);
    session.wait_for("7 calls").press("j\r").wait_for("<call").settle();
    let contents = session.contents();
    assert!(contents.is_ascii() && contents.contains("- offer -") && contents.contains('>'), "{contents}");
    session.press("\x03");
    assert_eq!(session.end(), 0);
}

#[test]
fn a_dumb_terminal_is_told_what_to_do() {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.arg(CAPTURE);
    dress(&mut command);
    command.env("TERM", "dumb");
    let mut session = Session::spawn(command, 100, 30);
    session.wait_for("pipe the output");
    assert_eq!(session.end(), 2);
    assert!(!String::from_utf8_lossy(&session.raw).contains("\x1b["), "nothing a dumb terminal would print");
}

#[test]
fn a_light_background_gets_the_light_theme() {
    let mut session = Session::start(&[CAPTURE], 100, 30);
    session.wait_for("7 calls").settle();
    let asked = session.raw.windows(7).filter(|bytes| bytes == b"\x1b]11;?\x1b").count();
    assert_eq!(asked, 1);
    let before = session.raw.len();
    session.press("\x1b]11;rgb:ffff/ffff/ffff\x1b\\").settle();
    let after = String::from_utf8_lossy(&session.raw[before..]).into_owned();
    assert!(after.contains("48;2;200;220;255"), "the light theme's selection: {after:?}");
    assert!(session.contents().contains("7 calls"), "the answer is no keys");
    session.press("\x03");
    assert_eq!(session.end(), 0);
}

#[test]
fn what_cannot_be_opened_is_said_before_any_screen() {
    for (arguments, said) in [(&["no-such-file.pcap"][..], "no-such-file.pcap"), (&["-"][..], "terminal")] {
        let mut session = Session::start(arguments, 100, 30);
        session.wait_for(said);
        assert_ne!(session.end(), 0);
        assert!(!String::from_utf8_lossy(&session.raw).contains("\x1b[?1049h"), "{arguments:?}");
    }
}

/// Starts the program in a terminal that ignores its hanging up or not, closes the terminal when the calls are shown,
/// and gives how long the program goes on.
fn goes_on_after_hang_up(ignores: bool) -> Duration {
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new("/bin/sh");
    let trap = if ignores { "trap '' HUP; " } else { "" };
    command.args(["-c", &format!("{trap}exec {} {CAPTURE}", env!("CARGO_BIN_EXE_ringtrace"))]);
    dress(&mut command);
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut screen = vt100::Parser::new(size_of(24), size_of(80), 0);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut buffer = [0; 4096];
    while !screen.screen().contents().contains("7 calls") {
        let read = reader.read(&mut buffer).unwrap();
        screen.process(&buffer[..read]);
    }
    drop((reader, pty.master));
    let closed = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(closed.elapsed() < PATIENCE, "it goes on: {}", state(child.process_id().unwrap()));
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_ne!(status.exit_code(), 101, "it panicked");
    closed.elapsed()
}

#[test]
fn a_terminal_that_is_closed_ends_the_program() {
    let limit = Duration::from_secs(20);
    assert!(goes_on_after_hang_up(false) < limit);
    assert!(goes_on_after_hang_up(true) < limit, "where the signal is ignored too");
}

#[test]
fn what_is_copied_is_sent_to_the_terminal() {
    let mut session = Session::start(&[CAPTURE], 100, 30);
    session.wait_for("7 calls").press("\r").wait_for("<call").press("yy").wait_for("clipboard");
    let raw = String::from_utf8_lossy(&session.raw).into_owned();
    let copied = raw.split("\x1b]52;c;").nth(1).unwrap().split('\x07').next().unwrap();
    let copied = String::from_utf8(BASE64.decode(copied.as_bytes()).unwrap()).unwrap();
    assert!(copied.starts_with("<call ") && copied.ends_with("</call>"), "{copied}");
    session.press("\x03");
    assert_eq!(session.end(), 0);
    assert_eq!(raw.matches("\x1b]52;").count(), 1);
}

/// A copy of the capture and its keys in a folder of its own.
fn copy() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/answered-and-missed");
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let capture = folder.path().join("answered-and-missed.pcap").to_string_lossy().into_owned();
    (folder, capture)
}

#[test]
fn a_note_is_in_its_file_and_there_again() {
    let (folder, capture) = copy();
    let mut session = Session::start(&[&capture], 120, 30);
    session.wait_for("7 calls").press("j\r").wait_for("<call").press(";rings out\r").wait_for("Saved in");
    session.press("\x03").end();
    let file = folder.path().join("answered-and-missed.pcap.notes.ndjson");
    let kept = fs::read_to_string(&file).unwrap();
    assert!(kept.contains("\"note\":\"rings out\"") && kept.lines().count() == 2, "{kept}");
    let mut again = Session::start(&[&capture], 120, 30);
    again.wait_for("7 calls").press("M").wait_for("rings out").press("\r").wait_for("* rings out");
    again.press("m").wait_until("taken away", |session| !session.contents().contains("* rings out"));
    again.press("\x03").end();
    assert!(!fs::read_to_string(&file).unwrap_or_default().contains("rings out"));
}

#[test]
fn a_file_is_written_and_replaced_only_when_asked() {
    let (folder, capture) = copy();
    let target = folder.path().join("shown.svg");
    let mut session = Session::start(&[&capture], 120, 30);
    session.wait_for("7 calls").press("\r").wait_for("<call");
    let write = format!("w\x15{}\r", target.display());
    session.press(&write).wait_for("Written to");
    let first = fs::read_to_string(&target).unwrap();
    assert!(first.starts_with("<svg"));
    fs::write(&target, "mine").unwrap();
    session.press("jj").press(&write).wait_for("File exists. Enter: overwrite");
    session.press("\x1b").wait_until("left", |session| !session.contents().contains("File exists"));
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
    session.press(&write).wait_for("File exists").press("\r").wait_for("Written to");
    assert_eq!(fs::read_to_string(&target).unwrap(), first);
    session.press("\x03").end();
}

#[test]
fn every_screen_takes_every_size() {
    let mut session = Session::start(&[CAPTURE], 100, 30);
    session.wait_for("7 calls");
    for (keys, shown, back) in [
        ("", "7 calls", ""),
        ("\r", "<call", "q"),
        ("\rxxxxx", "as recorded in", "q"),
        ("Q", "Question", "q"),
        ("R", "Rules", "q"),
        ("c", "tcp.stream", "q"),
        ("M", "Marks", "q"),
        (" jd", "Compare", "q"),
        ("?", "Quit from anywhere", "\x1b"),
        (":", "Commands of this screen", "\x1b"),
        ("faction", "filter: action", "\x1b"),
        ("w", "save as: ", "\x1b"),
    ] {
        session.press(keys);
        if keys != "?" {
            session.wait_for(shown);
        }
        for (columns, rows) in [(20, 5), (1, 1), (3, 2), (200, 60), (37, 9), (100, 30)] {
            session.resize(columns, rows).settle_shortly();
            assert!(session.child.try_wait().unwrap().is_none(), "it ended at {columns}x{rows} in {keys:?}");
        }
        session.press("\x0c");
        if keys != "?" {
            session.wait_for(shown);
        }
        session.press(back).wait_for("7 calls");
    }
    session.press("\x03");
    assert_eq!(session.end(), 0);
}
