//! Packet captures: classic pcap and pcapng. They join at the packet layer.
//!
//! Records are numbered as Wireshark numbers frames. Only this room names pcap-parser, which is given whole
//! records and blocks; how they follow each other, and what to do where they do not, is decided here.

mod clock;

mod block;

mod resync;

mod form;

pub(crate) mod convert;

pub(crate) mod classic;

pub(crate) mod ng;

#[cfg(test)]
mod tests;
