//! Events of calls: what programs report of a call where they do not print its stanzas.
//!
//! An event does not say which stanzas there were or who sent them, so no stanza and no evidence is made of it.

use crate::protocol::binary::Jid;

/// What an event says of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// It was offered, placed or received.
    Offered,
    /// It rings.
    Ringing,
    /// It was accepted.
    Accepted,
    /// It was declined.
    Declined,
    /// The callee was on another call.
    Busy,
    /// Nobody answered.
    Missed,
    /// The caller gave up.
    Cancelled,
    /// Another device took or declined it.
    Elsewhere,
    /// It could not be placed.
    Failed,
    /// It ended, nothing says how.
    Ended,
    /// Anything else.
    Other,
}

impl EventKind {
    /// Returns the kind's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Ringing => "ringing",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Busy => "busy",
            Self::Missed => "missed",
            Self::Cancelled => "cancelled",
            Self::Elsewhere => "elsewhere",
            Self::Failed => "failed",
            Self::Ended => "ended",
            Self::Other => "other",
        }
    }
}

/// An event of a call. All texts are untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEvent {
    /// The call-id.
    pub call_id: String,
    /// What happened.
    pub kind: EventKind,
    /// What happened, in the program's own word.
    pub word: String,
    /// The reason, if the event gives one.
    pub reason: Option<String>,
    /// The other party: who calls or is called.
    pub peer: Option<Jid>,
    /// Who created the call, if the event says so.
    pub creator: Option<Jid>,
    /// The program's own account, if the event says so.
    pub own: Option<Jid>,
    /// Whether the program's own account placed the call, if the event says so.
    pub is_outgoing: Option<bool>,
    /// Whether it is a video call, if the event says so.
    pub is_video: Option<bool>,
    /// Whether it is a group's call, if the event says so.
    pub is_group: Option<bool>,
    /// The program that reports it.
    pub program: &'static Program,
}

impl CallEvent {
    /// Returns an event of which only the call and the program are known.
    #[must_use]
    pub const fn of(call_id: String, program: &'static Program) -> Self {
        Self {
            call_id,
            kind: EventKind::Other,
            word: String::new(),
            reason: None,
            peer: None,
            creator: None,
            own: None,
            is_outgoing: None,
            is_video: None,
            is_group: None,
            program,
        }
    }
}

/// A program that reports calls.
#[derive(Debug)]
pub struct Program {
    /// Its name, for people.
    pub name: &'static str,
    /// What makes it print stanzas: completes "to get stanzas, ...".
    pub advice: &'static str,
    /// Texts that its events contain, all of them, in JSON without a space behind the colon.
    pub(super) marks: &'static [&'static str],
    /// Its own words, where they mean something else than elsewhere; in lower case.
    pub(super) words: &'static [(&'static str, EventKind)],
}

impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Program {}

const LOG_BAILEYS: &str = "set LOG_BAILEYS=trace, and open its log instead of webhooks";

const PAGE_HOOK: &str = "record the page with a hook that logs stanzas, or its traffic with keys (docs/keys.md)";

/// The programs, one row each; of several that fit, the first.
const PROGRAMS: &[Program] = &[
    Program {
        name: "WAHA with WhatsApp Web inside",
        advice: "use its engine GOWS or NOWEB with WAHA_LOG_LEVEL=trace, and open its log instead of webhooks",
        marks: &["\"event\":\"call.", "\"engine\":\"WEBJS\""],
        words: &[],
    },
    Program {
        name: "WAHA",
        advice: "set WAHA_LOG_LEVEL=trace, and open its log instead of webhooks",
        marks: &["\"event\":\"call.", "\"engine\""],
        words: &[],
    },
    Program {
        name: "Green API",
        advice: "record the account with a client of your own: the service itself prints none",
        marks: &["\"typeWebhook\":\"incomingCall\""],
        // The one called hung up; the caller gave up; the caller waited in vain.
        words: &[
            ("hangup", EventKind::Declined),
            ("hungup", EventKind::Declined),
            ("missed", EventKind::Cancelled),
            ("declined", EventKind::Missed),
        ],
    },
    Program {
        name: "Green API",
        advice: "record the account with a client of your own: the service itself prints none",
        marks: &["\"typeWebhook\":\"outgoingCall\""],
        words: &[("hungup", EventKind::Missed), ("hangup", EventKind::Missed)],
    },
    Program { name: "CodeChat", advice: LOG_BAILEYS, marks: &["\"event\":\"call.upsert\""], words: &[] },
    Program { name: "Evolution API", advice: LOG_BAILEYS, marks: &["\"event\":\"call\"", "\"instance\""], words: &[] },
    Program {
        name: "GoWA",
        advice: "start it with --debug=true, and open its log instead of webhooks",
        marks: &["\"event\":\"call.", "\"call_id\""],
        words: &[],
    },
    Program { name: "wa-js", advice: PAGE_HOOK, marks: &["IncomingCall"], words: &[] },
    Program { name: "wa-js", advice: PAGE_HOOK, marks: &["incomingcall"], words: &[] },
    Program { name: "wa-js", advice: PAGE_HOOK, marks: &["peerJid"], words: &[] },
    Program { name: "whatsapp-web.js", advice: PAGE_HOOK, marks: &["incoming_call"], words: &[] },
    Program { name: "whatsapp-web.js", advice: PAGE_HOOK, marks: &["webClientShouldHandle"], words: &[] },
    Program { name: "WhatsApp Web's call engine", advice: PAGE_HOOK, marks: &["voip"], words: &[] },
    Program {
        name: "whatsmeow",
        advice: "give NewClient a logger at level DEBUG",
        marks: &["BasicCallMeta"],
        words: &[],
    },
    Program { name: "whatsmeow", advice: "give NewClient a logger at level DEBUG", marks: &["\"CallID\""], words: &[] },
    Program {
        name: "meowcaller",
        advice: "start it with --diagdump DIRECTORY, and open xmpp.jsonl in there",
        marks: &["meowcaller"],
        words: &[],
    },
    Program {
        name: "AstraCalls or WaCalls",
        advice: "give its NewClient a logger at level DEBUG: it is given one that prints nothing",
        marks: &["msg=", "call_id="],
        words: &[],
    },
    Program {
        name: "meowcaller or another client of whatsmeow",
        advice: "give its NewClient a logger at level DEBUG, or start meowcaller with --diagdump DIRECTORY",
        marks: &["call_id"],
        words: &[],
    },
    Program { name: "Baileys", advice: "give it a pino logger with `level: 'trace'`", marks: &["chatId"], words: &[] },
];

/// A program that nothing shows.
const UNKNOWN: Program = Program {
    name: "an unknown program",
    advice: "log at the level at which its client prints them: trace for Baileys and zapo, debug for whatsmeow and \
             whatsapp-rust",
    marks: &[],
    words: &[],
};

impl Program {
    /// Returns the program whose events a text holds.
    #[must_use]
    pub fn of(text: &str) -> &'static Self {
        let text = text.replace("\": ", "\":");
        let is_of = |program: &&Self| program.marks.iter().all(|mark| text.contains(mark));
        PROGRAMS.iter().find(is_of).unwrap_or(&UNKNOWN)
    }

    /// Returns what its word for an event means, with the reason that it gives.
    pub(super) fn kind(&self, word: &str, reason: Option<&str>) -> EventKind {
        let whole = word.to_ascii_lowercase();
        if let Some((_, kind)) = self.words.iter().find(|(known, _)| *known == whole) {
            return *kind;
        }
        let kind = meaning(word);
        // Why it ended says how.
        match reason.map(meaning) {
            Some(by_reason)
                if kind == EventKind::Ended && !matches!(by_reason, EventKind::Offered | EventKind::Other) =>
            {
                by_reason
            }
            _ => kind,
        }
    }
}

/// What words mean, those first that decide.
const MEANINGS: &[(EventKind, &[&str])] = &[
    (EventKind::Elsewhere, &["elsewhere", "remotely"]),
    (EventKind::Missed, &["timeout", "missed", "unanswered", "noanswer"]),
    (EventKind::Busy, &["busy"]),
    (EventKind::Declined, &["reject", "rejected", "decline", "declined"]),
    (EventKind::Cancelled, &["cancel", "cancelled", "canceled"]),
    (EventKind::Failed, &["fail", "failed", "invalid"]),
    (EventKind::Accepted, &["accept", "accepted", "answered", "pick", "pickup", "active", "connected"]),
    (
        EventKind::Ended,
        &["terminate", "terminated", "hangup", "hang", "hung", "hungup", "end", "ended", "disconnected", "finished"],
    ),
    (
        EventKind::Offered,
        &["offer", "offered", "incoming", "incomingcall", "outgoing", "outcoming", "received", "calling", "placed"],
    ),
    (EventKind::Ringing, &["ring", "ringing", "preaccept"]),
];

/// What a program's word for an event means, by the words that it is made of.
fn meaning(word: &str) -> EventKind {
    let parts = parts(word);
    let has = |known: &str| parts.iter().any(|part| part == known);
    if has("not") && has("answered") {
        return EventKind::Missed;
    }
    if has("pre") && has("accept") {
        return EventKind::Ringing;
    }
    let found = MEANINGS.iter().find(|(_, words)| words.iter().any(|known| has(known)));
    found.map_or(EventKind::Other, |(kind, _)| *kind)
}

/// The words that a name is made of, in lower case: `CallOfferNotice`, `call.rejected`, `NOT_ANSWERED`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was_lower = false;
    for character in name.chars() {
        let is_new = !character.is_alphanumeric() || (character.is_uppercase() && was_lower);
        if is_new {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| character.is_alphanumeric()) {
            part.extend(character.to_lowercase());
        }
        was_lower = character.is_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventKind::{Accepted, Cancelled, Declined, Ended, Missed, Offered, Other, Ringing};

    #[test]
    fn words_of_many_programs_have_one_meaning() {
        for (word, reason, expected) in [
            ("offer", None, Offered),
            ("call.received", None, Offered),
            ("IncomingCall", None, Offered),
            ("incoming call", None, Offered),
            ("INCOMING_RING", None, Offered),
            ("call offer sent", None, Offered),
            ("CallOfferNotice", None, Offered),
            ("ringing", None, Ringing),
            ("CallPreAccept", None, Ringing),
            ("call.accepted", None, Accepted),
            ("ACTIVE", None, Accepted),
            ("pickUp", None, Accepted),
            ("reject", None, Declined),
            ("timeout", None, Missed),
            ("NOT_ANSWERED", None, Missed),
            ("HANDLED_REMOTELY", None, EventKind::Elsewhere),
            ("call terminated by peer", None, Ended),
            ("call terminated by peer", Some("uncallable"), Ended),
            ("terminate", Some("timeout"), Missed),
            ("terminate", Some("accepted_elsewhere"), EventKind::Elsewhere),
            ("relaylatency", None, Other),
            ("message sent", None, Other),
        ] {
            assert_eq!(UNKNOWN.kind(word, reason), expected, "{word}");
        }
    }

    #[test]
    fn a_program_may_use_a_word_of_its_own() {
        let green = Program::of(r#"{"typeWebhook": "incomingCall","status":"missed"}"#);
        assert_eq!((green.name, green.kind("missed", None)), ("Green API", Cancelled));
        assert_eq!((green.kind("declined", None), green.kind("offer", None)), (Missed, Offered));
        assert_eq!(Program::of("nothing").name, "an unknown program");
    }
}
