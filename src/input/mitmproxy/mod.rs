//! Flow files of mitmproxy, current (11) and older. Join at the message layer.
//!
//! A file is a row of flows, each a dictionary in the order in which Python had it. Since version 7 a websocket is the
//! member `websocket` of an HTTP flow; before, it was a flow of its own with the member `messages`. Nothing else in a
//! flow is kept, and only messages are read whole. A record is a message, counted over all flows.

mod tnetstring;

mod flows;

pub(super) use flows::{probe, read};
