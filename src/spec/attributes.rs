//! What the spec's stanza pages say of each attribute, in a few words.

/// An attribute that the spec's pages describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The element that carries it.
    pub element: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The page that describes it; of one that many pages describe alike, the first.
    pub page: &'static str,
    /// Whether the page has it as required.
    pub required: bool,
    /// The page's confidence in it.
    pub confidence: &'static str,
    /// What it says, in this program's own words.
    pub says: &'static str,
}

const fn required(element: &'static str, name: &'static str, page: &'static str, says: &'static str) -> Attribute {
    Attribute { element, name, page, required: true, confidence: "probable", says }
}

const fn probable(element: &'static str, name: &'static str, page: &'static str, says: &'static str) -> Attribute {
    Attribute { element, name, page, required: false, confidence: "probable", says }
}

const fn guessed(element: &'static str, name: &'static str, page: &'static str, says: &'static str) -> Attribute {
    Attribute { element, name, page, required: false, confidence: "speculative", says }
}

const OFFER: &str = "call-offer";
const ACCEPT: &str = "call-accept";
const ACK: &str = "call-ack";
const MUTE: &str = "call-mute";
const PREACCEPT: &str = "call-preaccept";
const REJECT: &str = "call-reject";
const LATENCY: &str = "call-relaylatency";
const TERMINATE: &str = "call-terminate";
const TRANSPORT: &str = "call-transport";

const CALL_ID: &str = "names the call; the same in all its stanzas";
const CREATOR: &str = "who created the call";

/// Every attribute that the pages describe, once per element.
const ATTRIBUTES: &[Attribute] = &[
    required("call", "from", OFFER, "the sender; the server stamps it"),
    required("call", "to", OFFER, "to whom it goes; the server fans it out to devices"),
    required("call", "id", OFFER, "the stanza's id, which its ack echoes; not the call-id"),
    guessed("call", "t", OFFER, "when it was made, in Unix seconds; whether it is always there is unconfirmed"),
    required("offer", "call-id", OFFER, CALL_ID),
    required("offer", "call-creator", OFFER, CREATOR),
    guessed("audio", "enc", OFFER, "codec or protection of the sound; its values are not known"),
    guessed("audio", "rate", OFFER, "sample rate in Hz; demand or hint is unconfirmed"),
    guessed("video", "enc", OFFER, "codec of the picture"),
    guessed("video", "orientation", OFFER, "how the camera is held, in degrees; unconfirmed"),
    required("video", "call-id", MUTE, CALL_ID),
    guessed("video", "state", MUTE, "the new state of the picture; its values are unconfirmed"),
    guessed("net", "medium", OFFER, "kind of network, as a number"),
    probable("capability", "ver", OFFER, "version of the packed capabilities"),
    probable("encopt", "keygen", OFFER, "which way of making the call key"),
    probable("enc", "v", OFFER, "version of the envelope around the call key"),
    required("enc", "type", OFFER, "`pkmsg` where a Signal session is set up with it, else `msg`"),
    guessed("enc", "count", OFFER, "perhaps how often it was tried"),
    guessed("te", "ip", OFFER, "address of a candidate for the media path"),
    guessed("te", "port", OFFER, "its UDP port"),
    guessed("te", "latency", OFFER, "round trip to it, in milliseconds"),
    guessed("te", "priority", TRANSPORT, "order of the candidates, higher first"),
    guessed("te", "proto", TRANSPORT, "its transport protocol"),
    guessed("endpoint", "ip", TRANSPORT, "address of a candidate, in another spelling of `te`"),
    guessed("endpoint", "port", TRANSPORT, "its UDP port"),
    required("preaccept", "call-id", PREACCEPT, CALL_ID),
    required("preaccept", "call-creator", PREACCEPT, CREATOR),
    required("accept", "call-id", ACCEPT, CALL_ID),
    required("accept", "call-creator", ACCEPT, CREATOR),
    required("reject", "call-id", REJECT, CALL_ID),
    required("reject", "call-creator", REJECT, CREATOR),
    probable("reject", "reason", REJECT, "why, in the words of a terminate"),
    required("terminate", "call-id", TERMINATE, CALL_ID),
    guessed("terminate", "call-creator", TERMINATE, "who created the call; whether it is always there is unconfirmed"),
    probable("terminate", "reason", TERMINATE, "why it ended; an ordinary hang-up may have none"),
    required("mute", "call-id", MUTE, CALL_ID),
    probable("mute", "call-creator", MUTE, CREATOR),
    guessed("mute", "media", MUTE, "sound or picture"),
    guessed("mute", "value", MUTE, "the new state"),
    required("transport", "call-id", TRANSPORT, CALL_ID),
    probable("transport", "call-creator", TRANSPORT, CREATOR),
    guessed("transport", "ver", TRANSPORT, "counts up, so that old candidates can be dropped"),
    guessed("relaylatency", "call-id", LATENCY, CALL_ID),
    guessed("relay", "ip", LATENCY, "address of the relay that was probed"),
    guessed("relay", "token", LATENCY, "the server's name for the relay"),
    Attribute {
        element: "relay",
        name: "latency",
        page: LATENCY,
        required: true,
        confidence: "speculative",
        says: "round trip to the relay; the unit is unconfirmed",
    },
    guessed("relay", "jitter", LATENCY, "how much that varies"),
    required("ack", "id", ACK, "the id of the stanza that it answers"),
    required("ack", "class", ACK, "what it answers; `call` in call signalling"),
    probable("ack", "from", ACK, "whose ack it is"),
    guessed("ack", "to", ACK, "who sent what it answers"),
    guessed("ack", "type", ACK, "a kind of ack; its values are unconfirmed"),
    guessed("ack", "t", ACK, "when the server made it, in Unix seconds"),
    guessed("error", "code", ACK, "why it was refused, as a number"),
    guessed("error", "text", ACK, "the same in words"),
];

/// What the spec says of an attribute; `None` if none of its pages describes it there.
#[must_use]
pub fn attribute(element: &str, name: &str) -> Option<&'static Attribute> {
    ATTRIBUTES.iter().find(|known| known.element == element && known.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attribute_stands_once() {
        for (index, one) in ATTRIBUTES.iter().enumerate() {
            let again = ATTRIBUTES[..index].iter().any(|other| (other.element, other.name) == (one.element, one.name));
            assert!(!again, "{}@{}", one.element, one.name);
            assert!(!one.says.ends_with('.') && one.says.len() > 8);
        }
        assert!(attribute("offer", "call-id").is_some_and(|it| it.required));
        assert_eq!(attribute("offer", "caller_pn"), None);
    }
}
