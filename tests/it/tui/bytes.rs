//! From an element or attribute to its bytes and back, and packets for Wireshark.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use ratatui::style::Color;
use ringtrace::analysis::{Excerpt, Lookup, Packing, Request, Source};
use ringtrace::tui::Job;
use ringtrace::tui::command::Done;

use super::*;

const CAPTURE: &str = "captures/answered-and-missed/answered-and-missed.pcap";

/// A capture, with the key logs next to it.
pub(super) fn read(capture: &str) -> (Arc<Analysis>, Lookup) {
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join(capture);
    let mut request = Request::new(vec![Source::File(capture.clone())]);
    let logs = fs::read_dir(capture.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    for log in logs.filter(|path| path.to_string_lossy().contains("keys")) {
        let name = log.file_name().unwrap().to_string_lossy().into_owned();
        request.read_key_log(name, fs::read(&log).unwrap().as_slice()).unwrap();
    }
    let lookup = request.lookup();
    (request.load(), lookup)
}

impl Bench {
    /// Looks the bytes up that are to be shown.
    fn look_up(&mut self, lookup: &Lookup) -> &mut Self {
        if let Some(wanted) = self.app.wants() {
            let found = lookup.passages(&wanted, &AtomicBool::new(false));
            self.app.found(&wanted, found);
        }
        self.draw();
        self
    }

    /// The text of the highlighted cells below the title of the stanza, without the selected row of the ladder.
    fn highlighted(&self) -> String {
        let buffer = self.buffer();
        let lines = self.lines();
        let (title, line) = lines.iter().enumerate().find(|(_, line)| line.contains(" Stanza ")).unwrap();
        let left = u16::try_from(line.split(" Stanza ").next().unwrap().chars().count()).unwrap();
        let rows = u16::try_from(title).unwrap() + 1..buffer.area.height - 1;
        let is_marked = |x, y| buffer[(x, y)].bg == Color::Blue;
        let cells = rows.flat_map(|y| (left..buffer.area.width).map(move |x| (x, y)));
        cells.filter(|(x, y)| is_marked(*x, *y)).map(|(x, y)| buffer[(x, y)].symbol()).collect()
    }
}

#[test]
fn an_attribute_leads_to_its_bytes_in_every_layer_and_back() {
    let (analysis, lookup) = read(CAPTURE);
    for size in [NARROW, WIDE] {
        let mut bench = Bench::with(size, &analysis);
        bench.keys("<enter><tab>l");
        assert!(bench.shows("<call>: ") && bench.shows(" of the decrypted frame, record"), "{}", bench.screen());
        assert_eq!(bench.highlighted(), "<call");
        bench.keys("ll");
        let name = bench.highlighted();
        assert!(name.ends_with('='), "an attribute: {name}");
        bench.keys("x");
        let plain = bench.highlighted();
        assert!(plain.len() > 3 && bench.shows("WABinary, decrypted"), "{}", bench.screen());
        bench.keys("h");
        assert!(bench.shows(" of <call>: ") && bench.highlighted() != plain, "the attribute before it has other bytes");
        bench.keys("l");
        assert_eq!(bench.highlighted(), plain);
        let mut encrypted = Vec::new();
        for layer in ["Noise frame", "WebSocket message", "TCP payload", "record"] {
            bench.keys("x").look_up(&lookup).keys("hl");
            assert!(bench.shows(layer) && bench.shows(&format!(" of the {layer}, record")), "{}", bench.screen());
            let marked = bench.highlighted();
            assert_eq!(marked.len(), plain.len(), "{layer}: {marked}");
            // Where lines end depends on where the bytes begin.
            let mut cells: Vec<char> = marked.chars().collect();
            cells.sort_unstable();
            encrypted.push(cells);
        }
        assert_eq!(encrypted[0], encrypted[1], "a message is the frame and its length");
        assert_eq!(encrypted[2], encrypted[3], "packets carry the stream");
        bench.keys("x");
        assert_eq!(bench.highlighted(), name, "back at the XML, it is still selected");
        bench.keys("<tab>j<tab>");
        assert_eq!(bench.highlighted(), "", "another stanza has another selection");
    }
}

#[test]
fn the_selected_part_is_scrolled_into_view() {
    let (analysis, _) = read(CAPTURE);
    let mut bench = Bench::with((80, 14), &analysis);
    bench.keys("<enter><tab>").keys(&"l".repeat(30));
    assert!(!bench.highlighted().is_empty(), "{}", bench.screen());
    let before = bench.screen();
    bench.keys("k");
    assert_ne!(bench.screen(), before, "scrolling goes on from there");
}

#[test]
fn text_has_no_bytes_and_says_so() {
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.keys("<enter><tab>ll");
    assert!(bench.shows("from of <call>: recorded as text, without bytes"), "{}", bench.screen());
}

#[test]
fn a_wireshark_filter_can_be_copied() {
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.keys("<enter>y");
    screen!(bench, "copy-80", ["Wireshark filter", "tcp.stream==2 && frame.number==6", "Call-id"]);
    bench.keys("j<enter>");
    assert_eq!(bench.asked.pop(), Some(Effect::Copy("tcp.stream==2 && frame.number==6".to_owned())));
    assert!(bench.shows("Wireshark filter copied to the clipboard"));
    bench.keys("jjyj<enter>");
    assert_eq!(bench.asked.pop(), Some(Effect::Copy("tcp.stream==2 && frame.number in {11..12}".to_owned())));
    bench.keys("yjj<enter>");
    let Some(Effect::Copy(filter)) = bench.asked.pop() else { panic!("nothing was copied") };
    assert!(filter.starts_with("tcp.stream==2 && frame.number in {6, 9, 11..12, "), "{filter}");
    bench.keys("y<esc>");
    assert!(bench.asked.is_empty() && bench.shows("Stanza 3 of 10"));
    let mut analysis = Analysis::clone(&fixture::three_calls());
    analysis.captures[0].format = Some("har");
    let mut bench = Bench::with(NARROW, &Arc::new(analysis));
    bench.keys("y");
    assert!(matches!(bench.asked.pop(), Some(Effect::Copy(_))), "only the call-id can be copied");
}

#[test]
fn the_packets_of_calls_are_written_in_the_formats_that_they_can_have() {
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.keys("<enter>w");
    assert!(bench.line_with("call-1.pcap ").contains("as recorded") && bench.shows("call-1.pcapng"));
    bench.keys("<c-u>mine.pcap<enter>");
    let excerpt = Excerpt::of([fixture::three_calls().calls[0].call.as_ref()]);
    let expected = |packing, over| Effect::WritePackets {
        path: PathBuf::from("mine.pcap"),
        excerpt: excerpt.clone(),
        packing,
        over,
    };
    assert_eq!(bench.asked.pop(), Some(expected(Packing::AsRecorded, false)));
    bench.app.did(Some(Done::Exists(PathBuf::from("mine.pcap"))));
    bench.keys("<enter>");
    assert_eq!(bench.asked.pop(), Some(expected(Packing::AsRecorded, true)));
    bench.keys("pw<c-u>mine.pcap<enter>");
    assert!(bench.asked.is_empty() && bench.shows("Packets contain addresses"));
    bench.keys("pqw<c-u>two.pcapng<enter>");
    let Some(Effect::WritePackets { packing: Packing::Pcapng, .. }) = bench.asked.pop() else { panic!() };
    let mut analysis = Analysis::clone(&fixture::three_calls());
    analysis.captures[0].format = Some("har");
    let mut bench = Bench::with(NARROW, &Arc::new(analysis));
    bench.keys("<enter>w<c-u>mine.pcap<enter>");
    assert!(bench.asked.is_empty() && bench.shows("unknown file extension (use .txt"), "{}", bench.screen());
}

#[test]
fn packets_are_written_behind() {
    let (analysis, lookup) = read(CAPTURE);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.pcap");
    let excerpt = Excerpt::of([analysis.calls[0].call.as_ref()]);
    let lookup = Arc::new(lookup);
    let mut bench = Bench::with(NARROW, &analysis);
    for (over, says) in [(false, " packets written to "), (false, "File exists"), (true, " packets written to ")] {
        let job = Job::packets(Arc::clone(&lookup), path.clone(), excerpt.clone(), Packing::AsRecorded, over);
        bench.app.done(job.run());
        bench.draw();
        assert!(bench.shows(says), "{}", bench.screen());
        bench.keys("<esc>");
    }
    let job = Job::packets(lookup, folder.path().join("none/call.pcap"), excerpt, Packing::AsRecorded, false);
    bench.app.done(job.run());
    bench.draw();
    assert!(bench.shows("Cannot write ") && fs::read_dir(folder.path()).unwrap().count() == 1);
}
