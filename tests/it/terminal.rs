//! The program in a real terminal: a pty, and what a terminal would show of it.

mod lifecycle;
mod live;
mod pictures;
mod session;

pub(crate) use session::Session;

const CAPTURE: &str = "captures/answered-and-missed/answered-and-missed.pcap";

#[test]
fn a_call_is_opened_and_left_in_a_small_terminal() {
    let mut session = Session::start(&[CAPTURE], 80, 24);
    session.wait_for("missed").wait_for("7 calls");
    assert!(session.screen.screen().alternate_screen());
    session.press("j\r").wait_for("terminate").wait_for("<call");
    session.press("?").wait_for("Move to the stanza");
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

#[test]
fn a_key_log_and_a_capture_are_opened_while_it_runs() {
    let mut session = Session::start(&[CAPTURE, "--no-key-discovery"], 100, 30);
    session.wait_for("key").press("A").wait_for("open: ");
    session.press("captures/answered-and-missed/answered-and-missed.noisekeys.").wait_for("noisekeys.txt");
    session.press("\t\r").wait_for("of 7 calls");
    session.press("c").wait_for("Keys").wait_for("decrypted tcp.stream");
    session.press("c:e captures/nowhere.pcap\r").wait_for("No such file");
    session.press(":e captures/hard-transport/hard-transport.pcapng\r").wait_for("as many as before");
    session.press(&format!(":e {CAPTURE}\r")).wait_for("is open already");
    session.press("q");
    assert_eq!(session.end(), 1, "the second capture has no keys, so something is not read");
}

#[test]
fn packets_of_a_call_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.pcap");
    let name = path.to_str().unwrap();
    let mut session = Session::start(&[CAPTURE], 160, 30);
    session.wait_for("of 7 calls").press(&format!(":w {name}\r")).wait_for(" packets written to ");
    session.press(&format!(":w {name}\r")).wait_for("File exists");
    session.press(&format!("\x1b:w {CAPTURE}\r")).wait_for("is one of the files that are open");
    session.press("q");
    assert_eq!(session.end(), 0);
    assert!(std::fs::read(path).unwrap().starts_with(&[0xd4, 0xc3, 0xb2, 0xa1]));
}

#[test]
fn nothing_to_read_is_an_error_before_any_screen() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().to_str().unwrap().to_owned();
    let mut checks = vec![
        (vec!["nowhere.pcap".to_owned()], "nowhere.pcap: No such file"),
        (vec![empty.clone()], "the folder contains no files"),
        (vec!["-".to_owned()], "standard input is a terminal"),
    ];
    let notes = tempfile::tempdir().unwrap();
    std::fs::write(notes.path().join("notes.txt"), "nothing of interest").unwrap();
    checks.push((vec![notes.path().to_str().unwrap().to_owned()], "the folder contains no captures"));
    for (arguments, says) in checks {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let mut session = Session::start(&arguments, 160, 24);
        session.wait_for(says);
        assert!(!String::from_utf8_lossy(&session.raw).contains("\x1b[?1049h"), "no screen was shown");
        assert_ne!(session.end(), 0);
    }
}

#[test]
fn what_is_not_for_people_is_not_shown_to_them() {
    let capture = "captures/answered-and-missed/answered-and-missed.pcap";
    for format in ["parquet", "arrow"] {
        let mut session = Session::start(&["export", "-q", "--format", format, capture], 90, 24);
        assert_eq!(session.wait_for("use -o PATH or a pipe").end(), 2, "{format}");
    }
}
