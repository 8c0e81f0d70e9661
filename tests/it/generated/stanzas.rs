//! The shapes of the stanzas of a call, as the spec's pages describe them and as client programs write them.

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::made_up;
use super::people::{MY_DEVICE, Person};

/// One call.
pub(crate) struct Call {
    /// What happens in it; names it in the truth.
    pub label: &'static str,
    /// Its call-id.
    pub id: String,
    /// The device that made it.
    pub creator: &'static str,
    /// The other account.
    pub peer: &'static Person,
    /// Whether it is a video call.
    pub video: bool,
    /// After how many seconds it stops to ring, by the settings that come with it.
    pub rings_for: u32,
}

impl Call {
    /// A call from a device of `peer`.
    pub(crate) fn from(label: &'static str, peer: &'static Person) -> Self {
        Self { creator: peer.devices[0], ..Self::to(label, peer) }
    }

    /// A call from the recorded device to `peer`.
    pub(crate) fn to(label: &'static str, peer: &'static Person) -> Self {
        let id = made_up::id(&format!("{label}: call-id"), 32);
        Self { label, id, creator: MY_DEVICE, peer, video: false, rings_for: 45 }
    }

    /// The devices that ring.
    fn callees(&self) -> &'static [&'static str] {
        if self.creator == MY_DEVICE { self.peer.devices } else { const { &[MY_DEVICE] } }
    }
}

/// An element with attributes.
pub(crate) fn element<const N: usize>(tag: &'static str, attributes: [(&'static str, &str); N]) -> NodeBuilder {
    NodeBuilder::new(tag).attrs(attributes)
}

/// A `<call>` action with the two attributes that every one has.
pub(crate) fn action(tag: &'static str, call: &Call) -> NodeBuilder {
    element(tag, [("call-id", &call.id), ("call-creator", call.creator)])
}

/// The offer as its callee gets it.
pub(crate) fn offer_received(call: &Call) -> Node {
    let mut children = vec![element("privacy", []).bytes(secret(call, "privacy", 11)).build()];
    children.extend(media(call));
    children.push(encrypted_key(call, MY_DEVICE, "msg"));
    children.push(keygen());
    children.push(relay(call));
    children.push(settings(call));
    action("offer", call)
        .attrs([("caller_pn", call.peer.phone), ("caller_country_code", "XX")])
        .children(children)
        .build()
}

/// The offer as its caller sends it: a key for each device of the callee.
pub(crate) fn offer_sent(call: &Call) -> Node {
    let keys = call.callees().iter().enumerate().map(|(index, device)| {
        let kind = if index == 0 { "msg" } else { "pkmsg" };
        element("to", [("jid", device)]).children([encrypted_key(call, device, kind)]).build()
    });
    let mut children = media(call);
    children.push(element("destination", []).children(keys).build());
    children.push(keygen());
    children.push(element("device-identity", []).bytes(made_up::bytes("device identity", 148)).build());
    action("offer", call).children(children).build()
}

/// What the server adds to its ack of an offer.
pub(crate) fn offer_granted(call: &Call) -> [Node; 2] {
    [relay(call), settings(call)]
}

/// A device rings.
pub(crate) fn preaccept(call: &Call) -> Node {
    action("preaccept", call).children([audio("16000"), keygen(), capability()]).build()
}

/// How far a relay is from the device that says so.
pub(crate) fn relaylatency(call: &Call, index: usize) -> Node {
    relaylatency_of(call, index, made_up::number(&format!("{} {index}: latency", call.label), 8..=60))
}

/// The same, with this many milliseconds.
pub(crate) fn relaylatency_of(call: &Call, index: usize, milliseconds: u64) -> Node {
    let latency = (0x0200_0000 + milliseconds).to_string();
    let relay = element("te", [("latency", latency.as_str()), ("relay_name", RELAYS[index])])
        .bytes(relay_address(index))
        .build();
    let destination = element("destination", [])
        .children(call.callees().iter().chain([&call.creator]).map(|device| element("to", [("jid", device)]).build()))
        .build();
    action("relaylatency", call).children([relay, destination]).build()
}

pub(crate) fn accept(call: &Call) -> Node {
    let children = [audio("16000"), net("3"), encrypted_key(call, call.creator, "msg"), keygen()];
    action("accept", call).children(children).build()
}

pub(crate) fn transport(call: &Call) -> Node {
    transport_with(call, secret(call, "candidate", 26))
}

/// The same, with these bytes as the candidate.
pub(crate) fn transport_with(call: &Call, candidate: Vec<u8>) -> Node {
    let candidate = element("te", [("priority", "1")]).bytes(candidate).build();
    let net = element("net", [("medium", "2"), ("protocol", "0")]).build();
    action("transport", call)
        .attrs([("transport-message-type", "1"), ("p2p-cand-round", "1")])
        .children([candidate, net])
        .build()
}

pub(crate) fn mute(call: &Call, muted: bool) -> Node {
    action("mute_v2", call).attr("mute-state", if muted { "1" } else { "0" }).build()
}

pub(crate) fn relay_election(call: &Call) -> Node {
    action("relay_election", call).attr("elected_relay_idx", "1").build()
}

pub(crate) fn reject(call: &Call) -> Node {
    action("reject", call).build()
}

/// A terminate without a reason, as a hang-up has none.
pub(crate) fn hang_up(call: &Call) -> Node {
    action("terminate", call).build()
}

pub(crate) fn terminate(call: &Call, reason: &str) -> Node {
    action("terminate", call).attr("reason", reason).build()
}

/// A terminate for each ringing device.
pub(crate) fn terminate_everywhere(call: &Call, reason: &str) -> Node {
    let devices = call.callees().iter().map(|device| element("to", [("jid", device)]).build());
    action("terminate", call)
        .attr("reason", reason)
        .children([element("destination", []).children(devices).build()])
        .build()
}

/// A terminate that counts how long was talked, in milliseconds.
pub(crate) fn hang_up_after(call: &Call, duration: u64) -> Node {
    action("terminate", call).attr("duration", duration).attr("audio_duration", duration).build()
}

const RELAYS: [&str; 3] = ["syn1c01", "syn2c01", "syn3c02"];

fn media(call: &Call) -> Vec<Node> {
    let mut media = vec![audio("8000"), audio("16000")];
    if call.video {
        let attributes = [("enc", "h.264"), ("dec", "h264"), ("screen_width", "720"), ("screen_height", "1280")];
        media.push(element("video", attributes).build());
    }
    media.extend([net("3"), capability()]);
    media
}

fn audio(rate: &str) -> Node {
    element("audio", [("enc", "opus"), ("rate", rate)]).build()
}

fn net(medium: &str) -> Node {
    element("net", [("medium", medium)]).build()
}

fn capability() -> Node {
    element("capability", [("ver", "1")]).bytes([1, 5, 0xff, 9, 0xe4, 0xbb, 7]).build()
}

fn keygen() -> Node {
    element("encopt", [("keygen", "2")]).build()
}

fn encrypted_key(call: &Call, device: &str, kind: &str) -> Node {
    let length = if kind == "pkmsg" { 190 } else { 130 };
    element("enc", [("v", "2"), ("type", kind), ("count", "0")]).bytes(secret(call, device, length)).build()
}

fn relay(call: &Call) -> Node {
    let caller = element("participant", [("pid", "0"), ("jid", call.creator)]).build();
    let callee = element("participant", [("pid", "1"), ("jid", call.callees()[0])]).build();
    let token = element("token", [("id", "0")]).bytes(secret(call, "token", 172)).build();
    let auth_token = element("auth_token", [("id", "0")]).bytes(secret(call, "auth token", 48)).build();
    let key = element("key", []).bytes(secret(call, "relay key", 16)).build();
    let mut children = vec![caller, callee, token, auth_token, key];
    for (index, name) in RELAYS.into_iter().enumerate() {
        let id = index.to_string();
        let attributes = [("relay_id", id.as_str()), ("relay_name", name), ("token_id", "0"), ("c2r_rtt", "17")];
        children.push(element("te2", attributes).bytes(relay_address(index)).build());
    }
    let uuid = made_up::id(&format!("{}: relay", call.label), 16);
    element("relay", [("uuid", uuid.as_str()), ("self_pid", "1"), ("peer_pid", "0")]).children(children).build()
}

/// An address of 203.0.113.0/24, which is kept for documentation, and a port.
fn relay_address(index: usize) -> [u8; 6] {
    [203, 0, 113, 10 + index as u8, 0x0d, 0x96]
}

fn settings(call: &Call) -> Node {
    let steps: Vec<String> = (0..24).map(|id| format!(r#"{{"id":{id},"on":{},"v":{}}}"#, id % 2, id * 17)).collect();
    let text = format!(
        r#"{{"options":{{"caller_timeout":"{}","disable_p2p":"1","note":"synthetic settings"}},"rc":{{"maxbwe":6000,"list":[{}]}}}}"#,
        call.rings_for,
        steps.join(",")
    );
    element("voip_settings", [("uncompressed", "1")]).bytes(text).build()
}

fn secret(call: &Call, what: &str, length: usize) -> Vec<u8> {
    made_up::bytes(&format!("{}: {what}", call.label), length)
}
