//! Flows from what a client's recorder says about its media, without packets: one for each relay that it goes to.
//!
//! The recorder sits inside of DTLS, so a flow has contents and no datagrams of its own; where one line stands for a packet
//! that another line has too, it counts once.

use std::net::{Ipv4Addr, SocketAddr};

use super::contents::Contents;
use super::count::{Count, Moment};
use super::flow::Flow;
use super::rtp::{Rtp, UNKNOWN_TYPE};
use crate::input::MediaNote;
use crate::origin::{Direction, Located};

/// An end that the recorder does not name.
const UNKNOWN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// The most flows of a recorder.
const MOST_FLOWS: usize = 1024;

/// The most lines that are kept: those of ten hours of a call. What comes after them is left out.
const MOST_NOTES: usize = 1 << 21;

/// What of a recorder's files was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Where the client went, and what came from there.
    pub arrivals: bool,
    /// What was asked of relays.
    pub requests: bool,
    /// What audio went out.
    pub audio_out: bool,
    /// What RTP came in, packet by packet.
    pub rtp_in: bool,
    /// Whether RTP came in of which nothing else is known.
    pub has_unread: bool,
    /// Whether there were more lines than are kept.
    pub is_cut: bool,
}

impl Recorded {
    /// Returns whether it says everything that causes rest on.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.arrivals && self.requests && self.audio_out && (self.rtp_in || !self.has_unread) && !self.is_cut
    }
}

/// A recorder's lines. Its files may be joined in any order, so that they are read by their times, at the end.
#[derive(Default)]
pub(super) struct Recorder {
    notes: Vec<(Moment, MediaNote)>,
    is_cut: bool,
}

impl Recorder {
    /// Takes a line.
    pub(super) fn push(&mut self, note: Located<MediaNote>) {
        if self.notes.len() < MOST_NOTES {
            self.notes.push((Moment::of(note.origin), note.item));
        } else {
            self.is_cut = true;
        }
    }

    /// Returns whether it was given any line.
    pub(super) const fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// Returns the flows, and what of the files was given; `None` without any line.
    pub(super) fn finish(mut self) -> Option<(Vec<Flow>, Recorded)> {
        if self.notes.is_empty() {
            return None;
        }
        self.notes.sort_by_key(|(at, _)| *at);
        let mut builder = Builder::default();
        self.notes.into_iter().for_each(|(at, note)| builder.push(note, at));
        let recorded = Recorded { is_cut: self.is_cut, ..builder.recorded };
        Some((builder.finish(), recorded))
    }
}

/// Builds flows from lines in order.
#[derive(Default)]
struct Builder {
    flows: Vec<Flow>,
    /// What was read of RTP and RTCP that came in, by flow: counted where no line has the packets themselves.
    read: Vec<Count>,
    /// The identifier of the client's audio.
    own_audio: Option<u32>,
    recorded: Recorded,
}

impl Builder {
    fn push(&mut self, note: MediaNote, at: Moment) {
        match note {
            MediaNote::Endpoint(address) => {
                self.recorded.arrivals = true;
                return self.open(address);
            }
            MediaNote::OwnAudio(ssrc) => {
                self.own_audio = Some(ssrc);
                return;
            }
            _ => {}
        }
        if self.flows.is_empty() {
            self.open(UNKNOWN);
        }
        let own_audio = self.own_audio;
        let (Some(flow), Some(read)) = (self.flows.last_mut(), self.read.last_mut()) else { return };
        let recorded = &mut self.recorded;
        match note {
            MediaNote::Allocate { id, bytes } => {
                recorded.requests = true;
                sent(flow, bytes, at);
                inside(flow).allocate(id, length(bytes), at);
            }
            MediaNote::Ping { id } => {
                recorded.requests = true;
                sent(flow, PING, at);
                inside(flow).ping(id, length(PING), at);
            }
            MediaNote::CheckAnswered(bytes) => {
                sent(flow, bytes, at);
                inside(flow).answer_check(length(bytes), at);
            }
            MediaNote::Arrived { bytes, is_rtp } => {
                recorded.arrivals = true;
                recorded.has_unread |= is_rtp;
                flow.counts.inbound.add(length(bytes), at);
            }
            MediaNote::AudioOut { number, bytes } => {
                recorded.audio_out = true;
                sent(flow, bytes, at);
                let sequence = u16::try_from(number % 0x1_0000).unwrap_or_default();
                let ssrc = own_audio.unwrap_or_default();
                let packet = Rtp { ssrc, payload_type: UNKNOWN_TYPE, sequence, timestamp: 0 };
                inside(flow).note_rtp(packet, length(bytes), Direction::Outbound, at);
            }
            MediaNote::Rtp { direction, ssrc, sequence, timestamp, payload_type, bytes } => {
                let length = length(bytes.unwrap_or_default());
                match direction {
                    Direction::Outbound => flow.counts.outbound.add(length, at),
                    Direction::Inbound => {
                        recorded.rtp_in = true;
                        read.add(length, at);
                    }
                }
                let packet = Rtp { ssrc, payload_type, sequence, timestamp };
                inside(flow).note_rtp(packet, length, direction, at);
            }
            MediaNote::Unopened { .. } => {
                recorded.has_unread = true;
                read.add(0, at);
            }
            MediaNote::Rtcp { ssrc } => {
                read.add(0, at);
                inside(flow).note_rtcp(ssrc, at);
            }
            MediaNote::Endpoint(_) | MediaNote::OwnAudio(_) => {}
        }
    }

    fn open(&mut self, remote: SocketAddr) {
        if self.flows.len() < MOST_FLOWS {
            self.flows.push(Flow { is_noted: true, ..Flow::new(self.flows.len() as u64 + 1, UNKNOWN, remote) });
            self.read.push(Count::default());
        }
    }

    fn finish(self) -> Vec<Flow> {
        let read = self.read.into_iter();
        let counted = self.flows.into_iter().zip(read).map(|(mut flow, read)| {
            if flow.counts.inbound.packets == 0 {
                flow.counts.inbound = read;
            }
            flow
        });
        counted.collect()
    }
}

/// The length of a keep-alive in bytes: a message without attributes.
const PING: u64 = 20;

fn length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

fn sent(flow: &mut Flow, bytes: u64, at: Moment) {
    flow.counts.outbound.add(length(bytes), at);
}

fn inside(flow: &mut Flow) -> &mut Contents {
    flow.inside.get_or_insert_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::{CaptureId, Origin, Timestamp};

    /// What follows from these lines, a millisecond apart, joined in another order.
    fn finish(notes: &[MediaNote]) -> (Vec<Flow>, Recorded) {
        let mut recorder = Recorder::default();
        let mut lines: Vec<_> = (1..).zip(notes).collect();
        lines.reverse();
        for (record, note) in lines {
            let time = Some(Timestamp(i64::try_from(record).unwrap() * 1_000_000));
            recorder.push(Located::new(Origin::of_record(CaptureId(0), record, 0, time), *note));
        }
        recorder.finish().unwrap()
    }

    const ENDPOINT: MediaNote = MediaNote::Endpoint(SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 3478));
    const ALLOCATE: MediaNote = MediaNote::Allocate { id: [1; 12], bytes: 304 };
    const ARRIVED: MediaNote = MediaNote::Arrived { bytes: 70, is_rtp: true };
    const AUDIO: MediaNote = MediaNote::AudioOut { number: 0, bytes: 46 };

    fn rtp_in(sequence: u16) -> MediaNote {
        let direction = Direction::Inbound;
        MediaNote::Rtp { direction, ssrc: 258, sequence, timestamp: 0, payload_type: 120, bytes: None }
    }

    #[test]
    fn a_packet_with_two_lines_counts_once() {
        let (flows, recorded) =
            finish(&[ENDPOINT, ALLOCATE, AUDIO, ARRIVED, rtp_in(1), ARRIVED, rtp_in(2), ARRIVED, rtp_in(4)]);
        assert!(recorded.is_whole());
        assert_eq!(flows.len(), 1);
        let flow = &flows[0];
        assert_eq!((flow.counts.outbound.packets, flow.counts.inbound.packets), (2, 3));
        assert_eq!(flow.counts.outbound.bytes, 350);
        let streams = &flow.media().unwrap().streams;
        assert_eq!((streams.inbound[0].count.packets, streams.inbound[0].lost()), (3, 1));
        assert!(streams.outbound[0].by_type.is_empty(), "the payload type was not recorded");
        assert!(!flow.is_sealed());
    }

    #[test]
    fn each_relay_has_a_flow() {
        let other = MediaNote::Endpoint(([203, 0, 113, 11], 3478).into());
        let (flows, _) = finish(&[ENDPOINT, ALLOCATE, ARRIVED, other, ALLOCATE, ARRIVED, ARRIVED]);
        let counts: Vec<_> =
            flows.iter().map(|flow| (flow.remote.ip().is_loopback(), flow.counts.inbound.packets)).collect();
        assert_eq!(counts, [(true, 1), (false, 2)]);
    }

    #[test]
    fn a_part_of_the_files_is_not_the_whole() {
        let is_whole = |notes: &[MediaNote]| finish(notes).1.is_whole();
        assert!(!is_whole(&[rtp_in(1), rtp_in(2)]));
        assert!(!is_whole(&[ENDPOINT, ARRIVED, ALLOCATE]), "no audio went out, or its file is missing");
        assert!(!is_whole(&[ENDPOINT, ARRIVED, ALLOCATE, AUDIO]), "RTP came, and its file is missing");
        let (flows, _) = finish(&[rtp_in(1), rtp_in(2)]);
        assert_eq!((flows[0].remote, flows[0].counts.inbound.packets), (UNKNOWN, 2));
    }

    #[test]
    fn endless_endpoints_are_bounded() {
        assert_eq!(finish(&vec![ENDPOINT; 5_000]).0.len(), MOST_FLOWS);
    }
}
