//! Small captures, segment by segment, and what comes of them.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};

use super::*;
use crate::anomaly::{Anomaly, Severity};
use crate::origin::{CaptureId, ConnectionId, Direction, Located, Origin, Timestamp};
use crate::protocol::Sink;
use crate::protocol::packet::Segment;

mod properties;

const CLIENT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 50_000);
const SERVER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(198, 51, 100, 2)), 443);

/// A segment that is being described.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a>(pub(super) Segment<'a>);

pub(super) fn client<'a>(sequence: u32) -> Sent<'a> {
    Sent(Segment {
        source: CLIENT,
        destination: SERVER,
        sequence,
        acknowledgment: None,
        syn: false,
        fin: false,
        rst: false,
        payload: &[],
        cut: 0,
    })
}

pub(super) fn server<'a>(sequence: u32) -> Sent<'a> {
    Sent(Segment { source: SERVER, destination: CLIENT, ..client(sequence).0 })
}

impl<'a> Sent<'a> {
    pub(super) fn syn(self) -> Self {
        Self(Segment { syn: true, ..self.0 })
    }
    pub(super) fn fin(self) -> Self {
        Self(Segment { fin: true, ..self.0 })
    }
    pub(super) fn rst(self) -> Self {
        Self(Segment { rst: true, ..self.0 })
    }
    pub(super) fn ack(self, number: u32) -> Self {
        Self(Segment { acknowledgment: Some(number), ..self.0 })
    }
    pub(super) fn data(self, payload: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self(Segment { payload: payload.as_ref(), ..self.0 })
    }
    pub(super) fn cut(self, bytes: u32) -> Self {
        Self(Segment { cut: bytes, ..self.0 })
    }
    /// From another port of the client's, or to it.
    fn port(mut self, port: u16) -> Self {
        if self.0.source == CLIENT {
            self.0.source.set_port(port);
        } else {
            self.0.destination.set_port(port);
        }
        self
    }
}

/// What came out: a line for each chunk and anomaly.
#[derive(Default)]
struct Lines(Vec<String>);

impl Sink<Chunk<'_>> for Lines {
    fn item(&mut self, item: Located<Chunk<'_>>) {
        let Origin { connection, first, last, offset, direction, .. } = item.origin;
        let way = if direction == Some(Direction::Outbound) { "out" } else { "in" };
        let mut line = format!("{} {way}@{offset} ", connection.unwrap().0);
        match item.item {
            Chunk::Data(bytes) => write!(line, "{}", String::from_utf8_lossy(bytes)),
            Chunk::Gap(bytes) => write!(line, "gap {bytes}"),
            Chunk::End(end) => write!(line, "{end:?}"),
        }
        .unwrap();
        write!(line, " [{first}-{last}]").unwrap();
        self.0.push(line);
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        let connection = anomaly.origin.connection.unwrap().0;
        self.0.push(format!("{connection} {} {} [{}]", anomaly.diagnosis.id, anomaly.bytes, anomaly.origin.last));
    }
}

/// A capture that is being read, its packets a millisecond apart.
#[derive(Default)]
struct Scene {
    reassembler: Reassembler,
    lines: Lines,
    record: u64,
    milliseconds: i64,
}

impl Scene {
    fn new() -> Self {
        Self::default()
    }

    /// After the handshake: the client's first byte is 101, the server's 501.
    fn opened() -> Self {
        let mut scene = Self::new();
        scene.play([client(100).syn(), server(500).syn().ack(101), client(101).ack(501)]);
        assert_eq!(scene.told(), [""; 0]);
        scene
    }

    fn play<'a>(&mut self, sent: impl IntoIterator<Item = Sent<'a>>) -> ConnectionId {
        let mut id = ConnectionId(u32::MAX);
        for Sent(segment) in sent {
            self.record += 1;
            self.milliseconds += 1;
            let time = Timestamp(self.milliseconds * 1_000_000);
            let origin = Origin::of_record(CaptureId(0), self.record, 0, Some(time));
            id = self.reassembler.push(Located::new(origin, segment), &mut self.lines);
        }
        id
    }

    /// Lets time go by, and packets of the connection that say nothing new.
    fn wait<'a>(&mut self, milliseconds: i64, idle: Sent<'a>) {
        self.milliseconds += milliseconds;
        self.play([idle; 16]);
    }

    /// What came out since this was last asked.
    fn told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lines.0)
    }

    fn finish(&mut self) -> Vec<String> {
        self.reassembler.finish(&mut self.lines);
        assert_eq!(self.reassembler.buffered(), 0);
        self.told()
    }
}

#[test]
fn a_whole_connection_in_order() {
    let mut scene = Scene::opened();
    scene.play([
        client(101).ack(501).data("GET"),
        server(501).ack(104).data("101"),
        client(104).ack(504).data("hello").fin(),
        server(504).ack(110).data("bye"),
        server(507).ack(110).fin(),
        client(110).ack(508),
    ]);
    assert_eq!(
        scene.told(),
        [
            "0 out@0 GET [4-4]",
            "0 in@0 101 [5-5]",
            "0 out@3 hello [6-6]",
            "0 out@8 Closed [6-6]",
            "0 in@3 bye [7-7]",
            "0 in@6 Closed [8-8]"
        ]
    );
    assert_eq!(scene.finish(), [""; 0]);

    let connection = scene.reassembler.connection(ConnectionId(0)).unwrap();
    assert_eq!((connection.client(), connection.server()), (CLIENT, SERVER));
    assert!(connection.is_from_start());
    assert_eq!((connection.packets(), connection.bytes(), connection.repeated_bytes()), (9, 14, 0));
    assert_eq!(connection.span().last.unwrap().nanoseconds_since(connection.span().first.unwrap()), 8_000_000);
}

#[test]
fn in_order_data_is_not_copied() {
    struct Borrowed(*const u8);
    impl Sink<Chunk<'_>> for Borrowed {
        fn item(&mut self, item: Located<Chunk<'_>>) {
            if let Chunk::Data(bytes) = item.item {
                self.0 = bytes.as_ptr();
            }
        }
        fn anomaly(&mut self, _: Anomaly) {}
    }
    let payload = b"payload".to_vec();
    let mut scene = Scene::opened();
    let mut out = Borrowed(std::ptr::null());
    let origin = Origin::of_record(CaptureId(0), 4, 0, None);
    scene.reassembler.push(Located::new(origin, client(101).data(&payload).0), &mut out);
    assert_eq!(out.0, payload.as_ptr());
    assert_eq!(scene.reassembler.buffered(), 0);
}

#[test]
fn bytes_out_of_order_wait_and_name_the_record_that_they_waited_for() {
    let mut scene = Scene::opened();
    scene.play([client(107).data("ghi"), client(104).data("def")]);
    assert_eq!(scene.told(), [""; 0]);
    assert!(scene.reassembler.buffered() > 0);
    scene.play([client(101).data("abc"), client(110).data("jkl")]);
    assert_eq!(scene.told(), ["0 out@0 abc [6-6]", "0 out@3 def [5-6]", "0 out@6 ghi [4-6]", "0 out@9 jkl [7-7]"]);
    assert_eq!(scene.reassembler.buffered(), 0);
}

#[test]
fn repetitions_are_silent_and_counted() {
    let mut scene = Scene::opened();
    scene.play([
        client(101).data("abc"),
        client(101).data("abc"),
        client(107).data("ghi"),
        client(107).data("ghi"),
        client(102).data("bcdefgh"),
    ]);
    assert_eq!(scene.told(), ["0 out@0 abc [4-4]", "0 out@3 def [8-8]", "0 out@6 ghi [6-8]"]);
    assert_eq!(scene.reassembler.connection(ConnectionId(0)).unwrap().repeated_bytes(), 3 + 3 + 4);
}

#[test]
fn keep_alives_and_window_probes_are_silent() {
    let mut scene = Scene::opened();
    scene.play([
        client(101).ack(501).data("abc"),
        client(103).ack(501),
        client(103).ack(501).data("\0"),
        server(500).ack(104).data("\0"),
        client(104).ack(501).data("d"),
        client(104).ack(501).data("def"),
    ]);
    assert_eq!(scene.told(), ["0 out@0 abc [4-4]", "0 out@3 d [8-8]", "0 out@4 ef [9-9]"]);
    assert_eq!(scene.finish(), ["0 out@6 CaptureEnded [9-9]", "0 in@0 CaptureEnded [1-1]"]);
}

#[test]
fn a_keep_alive_after_a_lost_tail_does_not_pass_for_data() {
    let mut scene = Scene::opened();
    scene.play([server(501).ack(106), client(105).ack(501).data("\0"), client(106).ack(501).data("fgh")]);
    assert_eq!(scene.told(), [""; 0]);
    assert_eq!(
        scene.finish(),
        [
            "0 tcp/gap 5 [6]",
            "0 out@0 gap 5 [1-6]",
            "0 out@5 fgh [6-6]",
            "0 out@8 CaptureEnded [6-6]",
            "0 in@0 CaptureEnded [1-1]"
        ]
    );
}

#[test]
fn the_first_copy_wins_where_two_differ() {
    let mut scene = Scene::opened();
    scene.play([client(104).data("def"), client(101).data("abcDEFghi")]);
    assert_eq!(
        scene.told(),
        ["0 tcp/overlap-differs 3 [5]", "0 out@0 abc [5-5]", "0 out@3 def [4-5]", "0 out@6 ghi [5-5]"]
    );
}

#[test]
fn sequence_numbers_wrap() {
    let first = u32::MAX - 2;
    let mut scene = Scene::new();
    scene.play([
        client(first).syn(),
        server(u32::MAX).syn().ack(first + 1),
        client(first.wrapping_add(6)).data("fgh"),
        client(first + 1).ack(0).data("abcde"),
        server(0).ack(first.wrapping_add(9)).data("in"),
        client(first.wrapping_add(9)).ack(2).fin(),
    ]);
    assert_eq!(scene.told(), ["0 out@0 abcde [4-4]", "0 out@5 fgh [3-4]", "0 in@0 in [5-5]", "0 out@8 Closed [6-6]"]);
}

#[test]
fn data_on_the_syn_comes_first() {
    let mut scene = Scene::new();
    scene.play([
        client(100).syn().data("abc"),
        server(500).syn().ack(104).data("xy"),
        client(101).ack(503).data("abc"),
        client(104).ack(503).data("def"),
    ]);
    assert_eq!(scene.told(), ["0 out@0 abc [1-1]", "0 in@0 xy [2-2]", "0 out@3 def [4-4]"]);
}

mod gaps {
    use super::*;

    #[test]
    fn an_acknowledged_hole_is_given_up_after_64_packets() {
        let mut scene = Scene::opened();
        scene.play([client(104).ack(501).data("def"), server(501).ack(107)]);
        for _ in 0..63 {
            scene.play([server(501).ack(107)]);
            assert_eq!(scene.told(), [""; 0]);
        }
        scene.play([server(501).ack(107)]);
        assert_eq!(scene.told(), ["0 tcp/gap 3 [4]", "0 out@0 gap 3 [1-4]", "0 out@3 def [4-4]"]);
    }

    #[test]
    fn an_acknowledged_hole_is_given_up_after_two_seconds() {
        let mut scene = Scene::opened();
        scene.play([client(101).data("abc"), client(107).data("ghi"), server(501).ack(110)]);
        scene.wait(1900, server(501).ack(110));
        assert_eq!(scene.told(), ["0 out@0 abc [4-4]"]);
        scene.wait(100, client(110).data("jkl"));
        assert_eq!(
            scene.told(),
            ["0 tcp/gap 3 [5]", "0 out@3 gap 3 [4-5]", "0 out@6 ghi [5-5]", "0 out@9 jkl [23-23]"]
        );
    }

    #[test]
    fn acknowledgments_recorded_before_their_data_lose_nothing() {
        let mut scene = Scene::opened();
        scene.play([server(501).ack(107), client(104).data("def"), server(501).ack(110), client(107).data("ghi")]);
        scene.wait(1500, server(501).ack(110));
        scene.play([client(101).data("abc")]);
        assert_eq!(scene.told(), ["0 out@0 abc [24-24]", "0 out@3 def [5-24]", "0 out@6 ghi [7-24]"]);
    }

    #[test]
    fn patience_begins_anew_when_missing_bytes_turn_up() {
        let mut scene = Scene::opened();
        scene.play([client(107).data("ghi"), server(501).ack(110)]);
        scene.play([server(501).ack(110); 50]);
        scene.play([client(101).data("abc")]);
        scene.play([server(501).ack(110); 50]);
        scene.play([client(104).data("def")]);
        assert_eq!(scene.told(), ["0 out@0 abc [56-56]", "0 out@3 def [107-107]", "0 out@6 ghi [4-107]"]);
    }

    #[test]
    fn a_hole_that_nobody_acknowledged_may_still_be_filled() {
        let mut scene = Scene::opened();
        scene.play([client(104).data("def")]);
        for _ in 0..200 {
            scene.wait(1000, server(501).ack(101));
        }
        scene.play([client(101).data("abc")]);
        assert_eq!(scene.told(), ["0 out@0 abc [3205-3205]", "0 out@3 def [4-3205]"]);
    }

    #[test]
    fn only_the_acknowledged_part_of_a_hole_is_given_up() {
        let mut scene = Scene::opened();
        scene.play([client(107).data("ghi"), server(501).ack(104)]);
        scene.wait(3000, server(501).ack(104));
        assert_eq!(scene.told(), ["0 tcp/gap 3 [1]", "0 out@0 gap 3 [1-1]"]);
        scene.play([client(104).data("def")]);
        assert_eq!(scene.told(), ["0 out@3 def [22-22]", "0 out@6 ghi [4-22]"]);
    }

    #[test]
    fn many_holes_are_given_up_together() {
        let mut scene = Scene::opened();
        scene.play((0..50).map(|index| client(103 + 4 * index).data("xy")));
        scene.play([server(501).ack(301)]);
        scene.wait(2500, server(501).ack(301));
        let told = scene.told();
        assert_eq!(told.iter().filter(|line| line.contains(" gap 2 [")).count(), 50, "{told:?}");
        assert_eq!(told.iter().filter(|line| line.contains(" xy ")).count(), 50);
        assert_eq!(scene.reassembler.buffered(), 0);
    }

    #[test]
    fn what_was_acknowledged_and_never_seen_is_a_gap_at_the_end() {
        let mut scene = Scene::opened();
        scene.play([client(101).data("abc"), server(501).ack(114)]);
        assert_eq!(scene.told(), ["0 out@0 abc [4-4]"]);
        assert_eq!(
            scene.finish(),
            ["0 tcp/gap 10 [4]", "0 out@3 gap 10 [4-4]", "0 out@13 CaptureEnded [4-4]", "0 in@0 CaptureEnded [1-1]"]
        );
    }

    #[test]
    fn an_acknowledged_fin_that_was_not_captured_is_no_gap() {
        let mut scene = Scene::opened();
        scene.play([client(101).data("abc"), server(501).ack(105)]);
        assert_eq!(scene.finish(), ["0 out@0 abc [4-4]", "0 out@3 CaptureEnded [4-4]", "0 in@0 CaptureEnded [1-1]"]);
    }

    #[test]
    fn a_hole_before_a_fin_is_a_gap_when_the_capture_ends() {
        let mut scene = Scene::opened();
        scene.play([client(104).data("def").fin(), server(501).ack(101)]);
        assert_eq!(scene.told(), [""; 0]);
        assert_eq!(
            scene.finish(),
            [
                "0 tcp/gap 3 [4]",
                "0 out@0 gap 3 [1-4]",
                "0 out@3 def [4-4]",
                "0 out@6 Closed [4-4]",
                "0 in@0 CaptureEnded [1-1]"
            ]
        );
    }

    #[test]
    fn bytes_cut_by_the_recorder_are_a_gap_of_their_own_kind() {
        let mut scene = Scene::opened();
        scene.play([client(101).data("abc").cut(7), client(111).data("klm"), server(501).ack(114)]);
        scene.wait(2000, server(501).ack(114));
        assert_eq!(
            scene.told(),
            ["0 out@0 abc [4-4]", "0 tcp/cut-by-snap-length 7 [5]", "0 out@3 gap 7 [4-5]", "0 out@10 klm [5-5]"]
        );
    }

    #[test]
    fn a_later_copy_brings_what_was_cut() {
        let mut scene = Scene::opened();
        scene.play([client(101).data("abc").cut(3), client(107).data("ghi"), client(104).data("def")]);
        assert_eq!(scene.told(), ["0 out@0 abc [4-4]", "0 out@3 def [6-6]", "0 out@6 ghi [5-6]"]);
        assert_eq!(scene.finish(), ["0 out@9 CaptureEnded [6-6]", "0 in@0 CaptureEnded [1-1]"]);
    }

    #[test]
    fn a_cut_at_the_very_end_is_a_gap_and_a_fin_comes_after_it() {
        let mut scene = Scene::opened();
        scene.play([client(101).data("abc").cut(3).fin(), server(501).data("xyz").cut(2)]);
        assert_eq!(
            scene.finish(),
            [
                "0 out@0 abc [4-4]",
                "0 in@0 xyz [5-5]",
                "0 tcp/cut-by-snap-length 3 [4]",
                "0 out@3 gap 3 [4-4]",
                "0 out@6 Closed [4-4]",
                "0 tcp/cut-by-snap-length 2 [5]",
                "0 in@3 gap 2 [5-5]",
                "0 in@5 CaptureEnded [5-5]"
            ]
        );
    }
}

mod far {
    use super::*;

    const FAR: u32 = 300_000_000;

    #[test]
    fn a_damaged_segment_does_not_move_the_stream() {
        let mut scene = Scene::opened();
        scene.play([client(101).data("abc"), client(104 + FAR).data("damaged"), client(104).data("def")]);
        assert_eq!(scene.told(), ["0 out@0 abc [4-4]", "0 out@3 def [6-6]"]);
        assert_eq!(
            scene.finish(),
            ["0 tcp/out-of-window 7 [5]", "0 out@6 CaptureEnded [6-6]", "0 in@0 CaptureEnded [1-1]"]
        );
    }

    #[test]
    fn a_long_hole_in_the_capture_is_crossed_when_it_is_acknowledged() {
        for far in [FAR, 3_000_000_000] {
            let mut scene = Scene::opened();
            scene.play([client(101).data("abc"), client(104 + far).data("def"), server(501).ack(107 + far)]);
            scene.wait(2000, client(107 + far).data("ghi"));
            assert_eq!(
                scene.told(),
                [
                    "0 out@0 abc [4-4]".to_owned(),
                    format!("0 tcp/gap {far} [5]"),
                    format!("0 out@3 gap {far} [4-5]"),
                    format!("0 out@{} def [5-5]", far + 3),
                    format!("0 out@{} ghi [7-7]", far + 6),
                ]
            );
        }
    }

    #[test]
    fn a_long_hole_is_crossed_at_the_end_when_the_stream_goes_on_behind_it() {
        let mut scene = Scene::opened();
        scene.play([client(101).data("abc")]);
        scene.play((0..4).map(|index| client(104 + FAR + 2 * index).data("xy")));
        let told = scene.finish();
        assert!(told.contains(&format!("0 out@3 gap {FAR} [4-5]")), "{told:?}");
        assert_eq!(told.iter().filter(|line| line.contains(" xy ")).count(), 4);
    }

    #[test]
    fn an_acknowledgment_of_what_nobody_sent_is_not_believed() {
        let mut scene = Scene::opened();
        scene.play([client(101).data("abc"), server(501).ack(104 + FAR)]);
        let told = scene.finish();
        assert!(!told.iter().any(|line| line.contains("gap")), "{told:?}");
    }

    #[test]
    fn a_stray_fin_or_rst_is_ignored() {
        let mut scene = Scene::opened();
        scene.play([
            client(101).data("abc"),
            client(104 + FAR).fin(),
            server(501 + FAR).rst(),
            client(104).data("def"),
            server(501).data("xyz"),
        ]);
        assert_eq!(
            scene.told(),
            [
                "0 out@0 abc [4-4]",
                "0 tcp/stray-end 0 [5]",
                "0 tcp/stray-end 0 [6]",
                "0 out@3 def [7-7]",
                "0 in@0 xyz [8-8]"
            ]
        );
    }
}

mod limits {
    use super::super::flow::Pair;
    use super::*;

    #[test]
    fn a_direction_that_waits_for_too_much_gives_up_its_first_hole() {
        let mut scene = Scene::new();
        scene.reassembler = Reassembler::with_limits(Limits { direction: 4096, capture: 1 << 20 });
        scene.play([client(100).syn(), server(500).syn().ack(101)]);
        let block = [b'x'; 1000];
        for index in 0..8 {
            scene.play([client(111 + 1010 * index).data(&block)]);
            assert!(scene.reassembler.buffered() <= 4096);
        }
        let told = scene.told();
        assert_eq!(told.first().map(String::as_str), Some("0 tcp/gap 10 [3]"));
        assert_eq!(told.iter().filter(|line| line.contains(" gap 10 ")).count(), 5);
    }

    #[test]
    fn a_capture_that_waits_for_too_much_makes_the_longest_wait_end() {
        let mut scene = Scene::new();
        scene.reassembler = Reassembler::with_limits(Limits { direction: 4096, capture: 8192 });
        let block = [b'x'; 1000];
        for port in 0..16 {
            scene.play([client(100).syn().port(port), client(111).data(&block).port(port)]);
            assert!(scene.reassembler.buffered() <= 8192);
        }
        let told = scene.told();
        assert_eq!(told.first().map(String::as_str), Some("0 tcp/gap 10 [2]"));
        assert_eq!(told.iter().filter(|line| line.contains(" gap 10 ")).count(), 9);
        assert!(!told.iter().any(|line| line.starts_with("9 ")));
    }

    #[test]
    fn a_connection_costs_little() {
        assert!(size_of::<Connection>() <= 168, "{}", size_of::<Connection>());
        assert!(size_of::<(Pair, ConnectionId)>() <= 56);
    }
}

mod beginnings {
    use super::*;

    const NOTE: &str = "0 tcp/began-before-capture 0 [1]";
    const NOTE_AT_2: &str = "0 tcp/began-before-capture 0 [2]";

    #[test]
    fn the_other_sides_acknowledgment_says_where_a_stream_goes_on() {
        let mut scene = Scene::new();
        scene.play([
            server(700).ack(300),
            client(303).ack(700).data("def"),
            client(300).ack(700).data("abc"),
            client(290).ack(700).data("old"),
        ]);
        assert_eq!(scene.told(), [NOTE_AT_2]);
        scene.wait(2000, client(306).ack(700).data("ghi"));
        assert_eq!(scene.told(), ["0 out@0 abc [3-3]", "0 out@3 def [2-3]", "0 out@6 ghi [5-5]"]);
        scene.play([client(290).ack(700).data("old"), client(309).ack(700).data("jkl")]);
        assert_eq!(scene.told(), ["0 out@9 jkl [22-22]"]);
    }

    #[test]
    fn without_acknowledgments_the_earliest_byte_is_the_first() {
        let mut scene = Scene::new();
        scene.play([client(303).data("def"), client(300).data("abc")]);
        assert_eq!(scene.told(), [NOTE]);
        scene.wait(2000, client(306).data("ghi"));
        assert_eq!(scene.told(), ["0 out@0 abc [2-2]", "0 out@3 def [1-2]", "0 out@6 ghi [3-3]"]);
        scene.play([client(295).data("early"), client(309).data("jkl")]);
        assert_eq!(scene.told(), ["0 tcp/before-first-byte 5 [19]", "0 out@9 jkl [20-20]"]);
    }

    #[test]
    fn a_late_syn_says_where_a_stream_begins() {
        let mut scene = Scene::new();
        scene.play([
            client(104).ack(501).data("def"),
            client(100).syn(),
            server(504).ack(101).data("xyz"),
            server(500).syn().ack(101),
            client(101).ack(501).data("abc"),
            server(501).ack(107).data("uvw"),
        ]);
        assert_eq!(
            scene.told(),
            [NOTE, "0 out@0 abc [5-5]", "0 out@3 def [1-5]", "0 in@0 uvw [6-6]", "0 in@3 xyz [3-6]"]
        );
        assert!(scene.reassembler.connection(ConnectionId(0)).unwrap().is_from_start());
    }

    #[test]
    fn what_was_under_way_when_the_capture_began_is_no_gap() {
        let mut scene = Scene::new();
        scene.play([server(700).ack(300), client(310).ack(700).data("abc"), server(700).ack(313)]);
        scene.wait(3000, client(313).ack(700).data("def"));
        assert_eq!(scene.told(), [NOTE_AT_2]);
        scene.wait(3000, client(316).ack(700));
        assert_eq!(scene.told(), ["0 out@0 abc [2-2]", "0 out@3 def [4-4]"]);
    }

    #[test]
    fn bytes_that_reach_up_to_the_acknowledged_place_come_first() {
        let mut scene = Scene::new();
        scene.play([server(700).ack(303), client(300).ack(700).data("abc"), client(303).ack(700).data("def")]);
        assert_eq!(scene.told(), [NOTE_AT_2]);
        scene.wait(2000, server(700).ack(306));
        assert_eq!(scene.told(), ["0 out@0 abc [2-2]", "0 out@3 def [3-3]"]);
    }

    #[test]
    fn bytes_before_the_first_acknowledgment_are_kept_whatever_follows_them() {
        let mut scene = Scene::new();
        scene.play([client(300).data("abc"), client(306).data("ghi"), server(700).ack(309)]);
        assert_eq!(scene.told(), [NOTE]);
        assert_eq!(
            scene.finish(),
            [
                "0 out@0 abc [1-1]",
                "0 tcp/gap 3 [2]",
                "0 out@3 gap 3 [1-2]",
                "0 out@6 ghi [2-2]",
                "0 out@9 CaptureEnded [2-2]",
                "0 in@0 CaptureEnded [1-1]"
            ]
        );
    }

    #[test]
    fn a_syn_much_later_begins_another_connection() {
        for (packets, id) in [(64, 0), (65, 1)] {
            let mut scene = Scene::new();
            scene.play((0..packets).map(|index| client(300 + 3 * index).data("abc")));
            assert_eq!(scene.play([client(290).syn()]), ConnectionId(id));
        }
    }

    #[test]
    fn a_keep_alive_does_not_begin_a_stream() {
        let mut scene = Scene::new();
        scene.play([
            client(299).ack(700).data("\0"),
            server(700).ack(300),
            client(300).ack(700).data("abc"),
            server(700).ack(303).data("xyz"),
        ]);
        assert_eq!(scene.told(), [NOTE]);
        scene.wait(2000, server(703).ack(303));
        assert_eq!(scene.told(), ["0 in@0 xyz [4-4]", "0 out@0 abc [3-3]"]);
    }

    #[test]
    fn one_side_alone_is_reassembled_and_the_other_is_a_gap() {
        let mut scene = Scene::new();
        scene.play([
            client(300).ack(700).data("abc"),
            client(303).ack(720).data("def"),
            client(306).ack(740).data("ghi"),
        ]);
        assert_eq!(scene.told(), [NOTE]);
        assert_eq!(
            scene.finish(),
            [
                "0 out@0 abc [1-1]",
                "0 out@3 def [2-2]",
                "0 out@6 ghi [3-3]",
                "0 out@9 CaptureEnded [3-3]",
                "0 tcp/gap 40 [1]",
                "0 in@0 gap 40 [1-1]",
                "0 in@40 CaptureEnded [1-1]"
            ]
        );
    }

    #[test]
    fn the_last_packets_of_a_connection_end_it() {
        let mut scene = Scene::new();
        scene.play([client(300).ack(700).fin(), server(700).ack(301).fin(), client(301).ack(701)]);
        scene.play([server(700).ack(301).fin()]);
        assert_eq!(scene.finish(), ["0 out@0 Closed [1-1]", "0 in@0 Closed [2-2]"]);
    }

    #[test]
    fn a_fin_that_was_acknowledged_before_it_was_recorded_counts() {
        let mut scene = Scene::new();
        scene.play([server(700).ack(304).fin(), client(300).ack(701).data("abc").fin()]);
        assert_eq!(scene.finish(), [NOTE_AT_2, "0 out@0 abc [2-2]", "0 out@3 Closed [2-2]", "0 in@0 Closed [1-1]"]);
    }

    #[test]
    fn the_server_is_guessed_from_the_ports() {
        for (source, destination, client) in [
            (50_000, 443, 50_000),
            (443, 50_000, 50_000),
            (443, 22, 22),
            (6000, 7000, 7000),
            (7000, 6000, 7000),
            (5000, 5000, 5000),
        ] {
            let mut scene = Scene::new();
            let mut sent = super::client(1).data("abc");
            sent.0.source.set_port(source);
            sent.0.destination.set_port(destination);
            scene.play([sent]);
            let connection = scene.reassembler.connection(ConnectionId(0)).unwrap();
            assert_eq!(connection.client().port(), client, "{source} to {destination}");
            assert!(!connection.is_from_start());
        }
    }

    #[test]
    fn a_syn_recorded_after_its_answer_is_the_same_connection() {
        let mut scene = Scene::new();
        scene.play([server(500).syn().ack(101), client(101).ack(501), client(100).syn(), client(101).data("abc")]);
        assert_eq!(scene.told(), ["0 out@0 abc [4-4]"]);
        assert!(scene.reassembler.connection(ConnectionId(0)).unwrap().is_from_start());
    }
}

mod endings {
    use super::*;

    /// Enough packets of another connection, and enough time, that a reset is carried out.
    fn much_later(scene: &mut Scene) {
        scene.play([server(1).port(9)]);
        scene.milliseconds += 2000;
        scene.play([server(1).port(9); 63]);
    }

    #[test]
    fn a_reset_ends_both_directions() {
        let mut scene = Scene::opened();
        scene.play([client(101).data("abc"), server(501).ack(104).rst()]);
        assert_eq!(scene.told(), ["0 out@0 abc [4-4]", "0 in@0 Reset [5-5]"]);
        much_later(&mut scene);
        assert_eq!(scene.told(), ["0 out@3 Reset [5-5]"]);
    }

    #[test]
    fn both_sides_reset() {
        let mut scene = Scene::opened();
        scene.play([client(101).rst(), server(501).rst(), server(501).rst()]);
        assert_eq!(scene.told(), ["0 out@0 Reset [4-4]", "0 in@0 Reset [5-5]"]);
        assert_eq!(scene.finish(), [""; 0]);
    }

    #[test]
    fn a_refused_connection_is_reset() {
        let mut scene = Scene::new();
        scene.play([client(100).syn(), server(0).ack(101).rst()]);
        assert_eq!(scene.told(), ["0 in@0 Reset [2-2]"]);
        assert_eq!(scene.finish(), ["0 out@0 Reset [2-2]"]);
    }

    #[test]
    fn a_reset_waits_for_bytes_recorded_after_it() {
        let mut scene = Scene::opened();
        scene.play([client(104).ack(501).rst(), client(101).ack(501).data("abc"), server(501).data("xyz")]);
        assert_eq!(scene.told(), ["0 out@0 abc [5-5]", "0 out@3 Reset [4-5]", "0 in@0 xyz [6-6]"]);
        assert_eq!(scene.finish(), ["0 in@3 Reset [4-6]"]);
    }

    #[test]
    fn a_fin_recorded_after_a_reset_or_not_at_all_is_no_gap() {
        let mut scene = Scene::opened();
        scene.play([client(105).rst(), client(101).data("abc").fin()]);
        assert_eq!(scene.told(), ["0 out@0 abc [5-5]", "0 out@3 Closed [5-5]"]);

        let mut scene = Scene::opened();
        scene.play([client(105).rst(), client(101).data("abc")]);
        scene.play([server(501).ack(104); 63]);
        assert_eq!(scene.told(), ["0 out@0 abc [5-5]"]);
        scene.play([server(501).ack(104); 2]);
        assert_eq!(scene.told(), ["0 out@3 Reset [4-5]"]);

        let mut scene = Scene::opened();
        scene.play([client(101).data("abc"), client(105).rst()]);
        assert_eq!(scene.finish(), ["0 out@0 abc [4-4]", "0 out@3 Reset [5-5]", "0 in@0 Reset [5-5]"]);
    }

    #[test]
    fn a_reset_gives_up_holes_in_time() {
        let mut scene = Scene::opened();
        scene.play([server(504).data("xyz"), client(110).rst()]);
        assert_eq!(scene.told(), [""; 0]);
        much_later(&mut scene);
        assert_eq!(
            scene.told(),
            [
                "0 tcp/gap 9 [1]",
                "0 out@0 gap 9 [1-1]",
                "0 out@9 Reset [5-5]",
                "0 tcp/gap 3 [4]",
                "0 in@0 gap 3 [1-4]",
                "0 in@3 xyz [4-4]",
                "0 in@6 Reset [5-5]"
            ]
        );
    }

    #[test]
    fn a_reset_connection_that_is_replaced_was_reset() {
        let mut scene = Scene::opened();
        scene.play([client(101).rst(), client(9000).syn()]);
        assert_eq!(scene.told(), ["0 out@0 Reset [4-4]", "0 in@0 Reset [4-4]"]);
        much_later(&mut scene);
        assert_eq!(scene.told(), [""; 0]);
    }

    #[test]
    fn bytes_after_an_end_are_told_from_late_copies() {
        let mut scene = Scene::opened();
        scene.play([
            client(101).data("abc").fin(),
            client(101).data("abc").fin(),
            client(103).data("c\0\0\0"),
            server(501).ack(105).data("xyz"),
            client(105).rst(),
        ]);
        assert_eq!(
            scene.told(),
            ["0 out@0 abc [4-4]", "0 out@3 Closed [4-4]", "0 tcp/after-end 3 [6]", "0 in@0 xyz [7-7]"]
        );
        much_later(&mut scene);
        assert_eq!(scene.told(), ["0 in@3 Reset [8-8]"]);
        scene.play([server(501).data("xyz"), server(502).data("yzmore"), client(104).data("more")]);
        assert_eq!(scene.told(), ["0 tcp/after-reset 4 [74]", "0 tcp/after-end 4 [75]"]);
        scene.play([server(504 + (1 << 30)).data("other")]);
        assert_eq!(scene.told(), ["0 tcp/after-end 5 [76]"]);
    }

    #[test]
    fn waiting_bytes_beyond_a_fin_are_reported() {
        let mut scene = Scene::opened();
        scene.play([client(104).data("defgh"), client(101).data("abcde").fin()]);
        assert_eq!(
            scene.told(),
            ["0 tcp/after-end 3 [5]", "0 out@0 abc [5-5]", "0 out@3 de [4-5]", "0 out@5 Closed [5-5]"]
        );
    }
}

mod numbering {
    use super::*;

    #[test]
    fn connections_are_numbered_by_appearance() {
        let mut scene = Scene::new();
        assert_eq!(scene.play([client(100).syn()]), ConnectionId(0));
        assert_eq!(scene.play([client(100).syn().port(2)]), ConnectionId(1));
        assert_eq!(scene.play([server(500).syn().ack(101)]), ConnectionId(0));
        assert_eq!(scene.play([server(900).syn().ack(101).port(2)]), ConnectionId(1));
        assert_eq!(scene.reassembler.connections().count(), 2);
    }

    #[test]
    fn a_repeated_syn_is_the_same_connection() {
        let mut scene = Scene::opened();
        assert_eq!(scene.play([client(100).syn(), server(500).syn().ack(101)]), ConnectionId(0));
        scene.play([client(101).data("abc"), client(100).syn()]);
        assert_eq!(scene.told(), ["0 out@0 abc [6-6]"]);
    }

    #[test]
    fn a_syn_with_another_number_replaces_the_connection() {
        let mut scene = Scene::opened();
        scene.play([client(101).data("abc"), client(107).data("ghi"), client(9000).syn()]);
        assert_eq!(
            scene.told(),
            [
                "0 out@0 abc [4-4]",
                "0 tcp/gap 3 [5]",
                "0 out@3 gap 3 [4-5]",
                "0 out@6 ghi [5-5]",
                "0 out@9 Replaced [6-6]",
                "0 in@0 Replaced [6-6]"
            ]
        );
        scene.play([server(3).syn().ack(9001), client(9001).ack(4).data("new"), server(4).ack(9004).data("new")]);
        assert_eq!(scene.told(), ["1 out@0 new [8-8]", "1 in@0 new [9-9]"]);
    }

    #[test]
    fn a_closed_connection_is_replaced_in_silence() {
        let mut scene = Scene::opened();
        scene.play([client(101).ack(501).fin(), server(501).ack(102).fin()]);
        scene.told();
        assert_eq!(scene.play([client(100).syn()]), ConnectionId(1));
        assert_eq!(scene.told(), [""; 0]);
    }

    #[test]
    fn an_answer_to_a_syn_that_was_not_captured_begins_a_connection() {
        let mut scene = Scene::opened();
        assert_eq!(scene.play([server(7000).syn().ack(8001)]), ConnectionId(1));
        scene.play([client(8001).ack(7001).data("abc")]);
        assert_eq!(scene.told(), ["0 out@0 Replaced [4-4]", "0 in@0 Replaced [4-4]", "1 out@0 abc [5-5]"]);
    }

    #[test]
    fn an_ignored_connection_is_counted_and_nothing_else() {
        let mut scene = Scene::opened();
        let id = scene.play([client(104).data("def")]);
        scene.reassembler.ignore(id);
        assert_eq!(scene.reassembler.buffered(), 0);
        scene.play([client(101).data("abc"), server(501).data("xyz").fin(), client(107).rst()]);
        let connection = scene.reassembler.connection(id).unwrap();
        assert_eq!((connection.packets(), connection.bytes()), (7, 9));
        assert_eq!(scene.play([client(9000).syn()]), ConnectionId(1));
        assert_eq!(scene.finish(), ["1 out@0 CaptureEnded [8-8]", "1 in@0 CaptureEnded [8-8]"]);
    }
}

#[test]
fn every_diagnosis_is_listed_once_and_belongs_here() {
    let mut ids: Vec<_> = DIAGNOSES.iter().map(|diagnosis| diagnosis.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), DIAGNOSES.len());
    assert!(DIAGNOSES.iter().all(|diagnosis| diagnosis.id.starts_with("tcp/")));
    assert!(
        DIAGNOSES.iter().filter(|diagnosis| diagnosis.severity == Severity::Loss).all(|loss| !loss.next.is_empty())
    );
}
