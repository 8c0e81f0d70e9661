//! What a client's own recorder says about its media: meowcaller's `relay.jsonl`, `stun.jsonl`, `rtp.jsonl` and the like, a
//! line each. Only what a line says is taken over: what its program computes from it elsewhere is not known.

use std::net::SocketAddr;

use crate::origin::Direction;

/// A line about media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaNote {
    /// The client goes to the relay at this address.
    Endpoint(SocketAddr),
    /// An allocation request went out.
    Allocate {
        /// Its transaction.
        id: [u8; 12],
        /// Its length.
        bytes: u64,
    },
    /// A keep-alive went out.
    Ping {
        /// Its transaction.
        id: [u8; 12],
    },
    /// A check of the relay's was answered, with this many bytes.
    CheckAnswered(u64),
    /// A message came from the relay.
    Arrived {
        /// Its length.
        bytes: u64,
        /// Whether the client takes it for RTP.
        is_rtp: bool,
    },
    /// The identifier of the client's audio.
    OwnAudio(u32),
    /// A packet of audio went out.
    AudioOut {
        /// Its number, counted by the recorder.
        number: u64,
        /// Its length.
        bytes: u64,
    },
    /// A packet of RTP whose header the client read or wrote.
    Rtp {
        /// Which way it went.
        direction: Direction,
        /// Identifies its stream.
        ssrc: u32,
        /// Its number.
        sequence: u16,
        /// Its sampling instant.
        timestamp: u32,
        /// Its payload type.
        payload_type: u8,
        /// Its length, where the line has it.
        bytes: Option<u64>,
    },
    /// A packet of RTP came that the client could not open.
    Unopened {
        /// Identifies its stream.
        ssrc: u32,
    },
    /// A packet of RTCP came.
    Rtcp {
        /// The stream of its sender.
        ssrc: u32,
    },
}
