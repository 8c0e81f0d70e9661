//! The screen of a call's media.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};

use super::{Bench, NARROW, WIDE};

fn silent() -> Arc<Analysis> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/silent-call");
    let mut request = Request::new(vec![Source::File(folder.join("silent-call.pcap"))]);
    let keys = fs::read(folder.join("silent-call.noisekeys.txt")).unwrap();
    request.read_key_log("silent-call.noisekeys.txt".to_owned(), keys.as_slice()).unwrap();
    request.load()
}

#[test]
fn the_media_of_a_call_is_a_screen() {
    let analysis = silent();
    let mut bench = Bench::with(NARROW, &analysis);
    bench.keys("U");
    screen!(bench, "media-80", ["one-way-out (observed)", "203.0.113.11:3478"]);
    let mut bench = Bench::with(WIDE, &analysis);
    bench.keys("U");
    bench.keys("j");
    let mut small = Bench::with((160, 14), &analysis);
    small.keys("U");
    assert!(small.shows("─ 1-7/10") && !small.shows("Wireshark: "), "{}", small.screen());
    small.keys("<tab>G");
    assert!(small.shows("════") && small.shows("Wireshark: "), "what is hidden is reached: {}", small.screen());
    screen!(bench, "media-160", ["one-way-out (observed)", "(elected)", "Tied to the call by relay token 0"]);
}

#[test]
fn the_media_screen_opens_from_a_ladder_and_closes_again() {
    let analysis = silent();
    let mut bench = Bench::with(WIDE, &analysis);
    bench.keys("<enter>");
    let ladder = bench.screen();
    bench.keys("U");
    let _ = bench.line_with("one-way-out (observed)");
    bench.keys("<esc>");
    assert_eq!(bench.screen(), ladder);
}
