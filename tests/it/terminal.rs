//! The program in a real terminal: a pty, and what a terminal would show of it.

mod lifecycle;
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
fn what_is_not_for_people_is_not_shown_to_them() {
    let capture = "captures/answered-and-missed/answered-and-missed.pcap";
    for format in ["parquet", "arrow"] {
        let mut session = Session::start(&["export", "-q", "--format", format, capture], 90, 24);
        assert_eq!(session.wait_for("use -o PATH or a pipe").end(), 2, "{format}");
    }
}
