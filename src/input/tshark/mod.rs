//! What tshark prints: packets with their websocket frames (`-T json`, `-T ek`, `-T fields`), which join at the
//! message layer, and streams that it put together (`-z follow`), which join above TCP.
//!
//! Records are Wireshark's frame numbers, where they are printed, and lines or elements where they are not;
//! connections are numbered as `tcp.stream`. tshark gives a fragmented message whole, with its last fragment.

mod packet;

pub(crate) mod documents;

pub(crate) mod fields;

pub(crate) mod follow;
