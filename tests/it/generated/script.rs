//! Who says what when, and who answers it how.

use ringtrace::origin::Direction;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::made_up;
use super::people::{ME, MY_DEVICE, Person};
use super::stanzas::{self, Call, element};

/// A stanza, said at a moment.
pub(crate) struct Said {
    /// Milliseconds since the capture began.
    pub at: u64,
    pub direction: Direction,
    pub stanza: Node,
    /// The label of the call that it belongs to.
    pub call: Option<&'static str>,
}

/// How a client says that it got an offer, an accept or a reject; everything else it acks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// By a `<receipt>`, which the server acks.
    WithReceipts,
    /// By an `<ack>`.
    WithAcks,
}

/// What is said in one connection.
pub(crate) struct Script {
    name: &'static str,
    /// Seconds since the Unix epoch at which the capture began.
    epoch: u64,
    answers: Answers,
    said: Vec<Said>,
}

/// From a stanza's arrival to the client's answer.
const CLIENT_ANSWERS_AFTER: u64 = 6;

impl Script {
    pub(crate) fn new(name: &'static str, epoch: u64, answers: Answers) -> Self {
        Self { name, epoch, answers, said: Vec::new() }
    }

    /// All that was said, in order.
    pub(crate) fn in_order(mut self) -> Vec<Said> {
        self.said.sort_by_key(|said| said.at);
        self.said
    }

    /// The server lets the client in.
    pub(crate) fn login(&mut self, at: u64) {
        let success = element("success", [("t", &*self.time(at)), ("props", "27"), ("lid", MY_DEVICE)])
            .attrs([("companion_enc_static", "NULL"), ("display_name", ME.name)]);
        self.say(at, Direction::Inbound, success.build(), None);
        let offline = element("offline", [("count", "0")]).build();
        self.say(at + 5, Direction::Inbound, element("ib", [("from", SERVER)]).children([offline]).build(), None);
        let active = element("active", []).build();
        self.ask(at + 12, "passive", "set", vec![active]);
        self.ask(at + 60, "abt", "get", vec![element("props", [("protocol", "1")]).build()]);
        let presence = element("presence", [("type", "available"), ("name", ME.name)]).build();
        self.say(at + 180, Direction::Outbound, presence, None);
    }

    /// The server ends the stream.
    pub(crate) fn stream_error(&mut self, at: u64, code: &str) {
        self.say(at, Direction::Inbound, element("stream:error", [("code", code)]).build(), None);
    }

    /// The client looks whether the server is there.
    pub(crate) fn ping(&mut self, at: u64) {
        self.ask(at, "w:p", "get", Vec::new());
    }

    fn ask(&mut self, at: u64, namespace: &str, kind: &str, children: Vec<Node>) {
        let id = format!("51777.56095-{}", self.said.len());
        let attributes = [("to", SERVER), ("type", kind), ("xmlns", namespace), ("id", &id)];
        let request =
            if children.is_empty() { element("iq", attributes) } else { element("iq", attributes).children(children) };
        self.say(at, Direction::Outbound, request.build(), None);
        let result = element("iq", [("from", SERVER), ("type", "result"), ("id", &id)]).build();
        self.say(at + self.round_trip(&id), Direction::Inbound, result, None);
    }

    /// A chat message from `person`, and the receipt for it.
    pub(crate) fn message_from(&mut self, at: u64, person: &Person) {
        let id = format!("3EB0{}", self.id("message", 18));
        let text = element("enc", [("v", "2"), ("type", "msg")]).bytes(made_up::bytes(&id, 140)).build();
        let message = element("message", [("from", person.lid), ("id", &id), ("t", &*self.time(at)), ("type", "text")])
            .attr("notify", person.name)
            .children([text]);
        self.say(at, Direction::Inbound, message.build(), None);
        let receipt = element("receipt", [("to", person.lid), ("id", &id)]).build();
        self.say(at + 40, Direction::Outbound, receipt, None);
        let ack = element("ack", [("class", "receipt"), ("id", &id), ("from", person.lid)]).build();
        self.say(at + 40 + self.round_trip(&id), Direction::Inbound, ack, None);
    }

    /// A chat message to `person`, its ack, and the receipt that it was read.
    pub(crate) fn message_to(&mut self, at: u64, person: &Person) {
        let id = format!("3EB0{}", self.id("message", 18));
        let to = person.devices.iter().map(|device| {
            let text =
                element("enc", [("v", "2"), ("type", "msg")]).bytes(made_up::bytes(&format!("{id} {device}"), 140));
            element("to", [("jid", device)]).children([text.build()]).build()
        });
        let message = element("message", [("to", person.lid), ("id", &id), ("type", "text")]).children([element(
            "participants",
            [],
        )
        .children(to)
        .build()]);
        self.say(at, Direction::Outbound, message.build(), None);
        let acked = at + self.round_trip(&id);
        let ack = element("ack", [("class", "message"), ("id", &id), ("from", person.lid), ("t", &*self.time(acked))]);
        self.say(acked, Direction::Inbound, ack.build(), None);
        let read =
            element("receipt", [("from", person.lid), ("id", &id), ("type", "read"), ("t", &*self.time(at + 2900))]);
        self.say(at + 2900, Direction::Inbound, read.build(), None);
        let ack = element("ack", [("class", "receipt"), ("to", person.lid), ("id", &id), ("type", "read")]).build();
        self.say(at + 2900 + CLIENT_ANSWERS_AFTER, Direction::Outbound, ack, None);
    }

    /// An action of `call` arrives from a device of the peer, and is answered.
    pub(crate) fn receive(&mut self, at: u64, call: &Call, from: &str, action: Node) {
        let id = self.id("call", 32);
        let tag = action.tag.to_string();
        let mut wrapper = element("call", [("from", from), ("id", &id), ("t", &*self.time(at))]);
        if tag == "offer" {
            wrapper = wrapper.attrs([
                ("notify", call.peer.name),
                ("platform", "android"),
                ("version", "2.26.9.1"),
                ("e", "0"),
            ]);
        }
        self.say(at, Direction::Inbound, wrapper.children([action]).build(), Some(call));

        let answered = at + CLIENT_ANSWERS_AFTER;
        if self.answers == Answers::WithReceipts && matches!(tag.as_str(), "offer" | "accept" | "reject") {
            let receipt =
                element("receipt", [("to", from), ("id", &id), ("from", MY_DEVICE)]).children([echo(&tag, call)]);
            self.say(answered, Direction::Outbound, receipt.build(), Some(call));
            let ack = element("ack", [("class", "receipt"), ("id", &id), ("from", from)]).build();
            self.say(answered + self.round_trip(&id), Direction::Inbound, ack, Some(call));
        } else {
            let ack = element("ack", [("class", "call"), ("to", from), ("id", &id), ("type", &tag)]).build();
            self.say(answered, Direction::Outbound, ack, Some(call));
        }
    }

    /// The client sends an action of `call`, and the server acks it.
    pub(crate) fn send(&mut self, at: u64, call: &Call, to: &str, action: Node) {
        let tag = action.tag.to_string();
        let (id, acked) = self.send_call(at, call, to, action);
        let ack = element("ack", [("class", "call"), ("type", &tag), ("id", &id), ("from", to)]).build();
        self.say(acked, Direction::Inbound, ack, Some(call));
    }

    /// The client offers a call: the server grants it, and each device of the callee says that it got the offer.
    pub(crate) fn offer(&mut self, at: u64, call: &Call) {
        let peer = call.peer;
        let (id, acked) = self.send_call(at, call, peer.lid, stanzas::offer_sent(call));
        let ack = element("ack", [("class", "call"), ("type", "offer"), ("id", &id), ("from", peer.lid)])
            .attrs([("call-id", call.id.as_str()), ("call-creator", call.creator)])
            .children(stanzas::offer_granted(call));
        self.say(acked, Direction::Inbound, ack.build(), Some(call));
        for (index, device) in peer.devices.iter().enumerate() {
            let got = acked + 180 + 90 * index as u64;
            let receipt = element("receipt", [("from", *device), ("id", &id), ("t", &*self.time(got))])
                .children([echo("offer", call)]);
            self.say(got, Direction::Inbound, receipt.build(), Some(call));
            let ack = element("ack", [("class", "receipt"), ("to", *device), ("id", &id)]).build();
            self.say(got + CLIENT_ANSWERS_AFTER, Direction::Outbound, ack, Some(call));
        }
    }

    /// The client offers a call, and the server refuses it.
    pub(crate) fn offer_refused(&mut self, at: u64, call: &Call, code: &str, text: &str) {
        let (id, acked) = self.send_call(at, call, call.peer.lid, stanzas::offer_sent(call));
        let ack = element("ack", [("class", "call"), ("type", "offer"), ("id", &id), ("from", call.peer.lid)])
            .attr("error", code)
            .children([element("error", [("code", code), ("text", text)]).build()]);
        self.say(acked, Direction::Inbound, ack.build(), Some(call));
    }

    /// Sends a `<call>`; gives its stanza id and when the ack for it comes.
    fn send_call(&mut self, at: u64, call: &Call, to: &str, action: Node) -> (String, u64) {
        let id = self.id("call", 32);
        let wrapper = element("call", [("to", to), ("id", &id)]).children([action]).build();
        self.say(at, Direction::Outbound, wrapper, Some(call));
        let acked = at + self.round_trip(&id);
        (id, acked)
    }

    fn say(&mut self, at: u64, direction: Direction, stanza: Node, call: Option<&Call>) {
        self.said.push(Said { at, direction, stanza, call: call.map(|call| call.label) });
    }

    /// A stanza id that no other stanza of the script has.
    fn id(&self, what: &str, length: usize) -> String {
        made_up::id(&format!("{}: {what} {}", self.name, self.said.len()), length)
    }

    /// A moment in epoch seconds.
    fn time(&self, at: u64) -> String {
        (self.epoch + at / 1000).to_string()
    }

    /// Milliseconds until the server answers the stanza with `id`.
    fn round_trip(&self, id: &str) -> u64 {
        made_up::number(id, 34..=71)
    }
}

const SERVER: &str = "s.whatsapp.net";

/// The action that a receipt names, by its two identifying attributes.
fn echo(tag: &str, call: &Call) -> Node {
    let attributes = [("call-id", call.id.as_str()), ("call-creator", call.creator)];
    NodeBuilder::new_dynamic(tag.to_owned()).attrs(attributes).build()
}
