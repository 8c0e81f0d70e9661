//! What is known of each client program, one row per program; WhatsApp Web has one per hook that logs it.
//!
//! A client that is added here is known everywhere: to the readers of logs, to ringtrace NDJSON, and to the rule that
//! two recordings corroborate each other only if their clients were written independently.

use crate::protocol::xml::Dialect;

/// A client program whose stanzas are logged.
#[derive(Debug)]
pub struct Client {
    /// Its name in tables, reports and ringtrace NDJSON.
    pub name: &'static str,
    /// Its name in the spec, if the spec describes it.
    pub flavor: Option<&'static str>,
    /// Clients that it was ported from, as far as the spec does not say it itself: what both do is no more certain than
    /// what one does.
    pub ported_from: &'static [&'static str],
    /// Whether its log leaves out the acks that it sends itself, which therefore never count as missing.
    pub omits_own_acks: bool,
    /// How it prints nodes.
    pub dialect: Dialect,
    /// Which level or option makes it log stanzas: completes "This is a log of the client, ...". Empty if nothing does.
    pub advice: &'static str,
    /// Texts of which the first line of each entry with a stanza contains at least one.
    pub(super) markers: &'static [&'static str],
    /// Texts that occur in other lines of its log, at any level.
    pub(super) signs: &'static [&'static str],
    /// An entry as it logs it.
    pub sample: &'static str,
}

/// Baileys (TypeScript), by its pino logger.
pub const BAILEYS: Client = Client {
    name: "baileys",
    flavor: None,
    ported_from: &[],
    omits_own_acks: false,
    dialect: Dialect::BAILEYS,
    advice: "which logs stanzas only at level trace: pass it a pino logger with `level: 'trace'`",
    markers: &["recv xml", "xml send", "sent ack"],
    signs: &["\"class\":\"baileys\"", "class: \"baileys\"", "connected to WA", "\"helloMsg\":"],
    sample: r#"{"level":10,"time":"2026-05-14T15:02:23.076Z","pid":4242,"class":"baileys","xml":"<call from='20000000000002:17@lid' id='28292.51896-9' t='1778770943'>\n\t\t<reject call-id='00AA' call-creator='10000000000001:1@lid' count='0'/>\n</call>","msg":"recv xml"}"#,
};

/// whatsapp-rust, by `env_logger`, `tracing` or its own programs' loggers.
pub const WHATSAPP_RUST: Client = Client {
    name: "whatsapp-rust",
    flavor: Some("whatsapp-rust"),
    ported_from: &["whatsmeow"],
    omits_own_acks: true,
    dialect: Dialect::WHATSAPP_RUST,
    advice: "which logs stanzas only at level debug: set RUST_LOG=debug, or enable debug for Client/Recv and Client/Send",
    markers: &["Client/Recv", "Client/Send", "[DEBUG] <"],
    signs: &["whatsapp_rust::", "[Client/Keepalive]", " Client/Keepalive", "[Client/AppState]", " Client/AppState"],
    sample: r#"15:02:23 [DEBUG] [Client/Recv] - <call from="20000000000002:17@lid" id="28292.51896-9" t="1778770943"><reject call-id="00AA" call-creator="10000000000001:1@lid" count="0"/></call>"#,
};

/// WhatsApp Web, by a hook that writes `"schema":"v1"`.
pub const WEB_HOOK: Client = Client {
    name: "whatsapp-web",
    flavor: None,
    ported_from: &[],
    omits_own_acks: false,
    dialect: Dialect::WHATSAPP_WEB,
    advice: "",
    markers: &["\"schema\":\"v1\"", "\"schema\": \"v1\""],
    signs: &[],
    sample: r#"{"schema":"v1","sessionId":"personal","event":{"direction":"in","ts":"2026-05-14T15:02:23.076Z","xml":"<call from=\"20000000000002:17@lid\" id=\"28292.51896-9\" t=\"1778770943\"><reject call-id=\"00AA\" call-creator=\"10000000000001:1@lid\" count=\"0\"/></call>"}}"#,
};

/// WhatsApp Web, by an extension that writes `"schema":"wa-voip-diag/v2"`.
pub const WEB_DIAGNOSTIC: Client = Client {
    name: WEB_HOOK.name,
    flavor: WEB_HOOK.flavor,
    ported_from: WEB_HOOK.ported_from,
    omits_own_acks: false,
    dialect: Dialect::HEX,
    advice: "but has only events of other kinds: reload WhatsApp Web with the extension before the call",
    markers: &[
        "\"event\":\"signaling\"",
        "\"event\": \"signaling\"",
        "\"source\":\"wa-logger-raw\"",
        "\"source\": \"wa-logger-raw\"",
    ],
    signs: &["\"schema\":\"wa-voip-diag/v2\"", "\"schema\": \"wa-voip-diag/v2\""],
    sample: r#"{"schema":"wa-voip-diag/v2","event":"signaling","stage":"decode","ts":1778770943076,"tabId":1,"rawXml":"<call from=\"20000000000002:17@lid\" id=\"28292.51896-9\" t=\"1778770943\"><reject call-id=\"00AA\" call-creator=\"10000000000001:1@lid\" count=\"0\"/></call>"}"#,
};

/// whatsmeow (Go), by its own logger on standard output or by zerolog.
pub const WHATSMEOW: Client = Client {
    name: "whatsmeow",
    flavor: None,
    ported_from: &[],
    omits_own_acks: false,
    dialect: Dialect::WHATSMEOW,
    advice: "which logs stanzas only at level DEBUG: give the client such a logger, as in waLog.Stdout(\"Client\", \"DEBUG\", \
             true)",
    markers: &[
        "/Recv",
        "/Send",
        ".Recv",
        ".Send",
        "=Recv",
        "=Send",
        "[Recv",
        "[Send",
        "Recv\"",
        "Send\"",
        "Recv\\\"",
        "Send\\\"",
        "Recv: <",
        "Send: <",
        "sublogger=",
    ],
    signs: &["/Socket DEBUG]", "[Client INFO]", "[Main INFO]", "[Client WARN]", "\"component\":\"whatsmeow\""],
    sample: r#"15:02:23.076 [Client/Recv DEBUG] <call from="20000000000002:17@lid" id="28292.51896-9" t="1778770943"><reject call-creator="10000000000001:1@lid" call-id="00AA" count="0"/></call>"#,
};

/// zapo (TypeScript), by pino or its console logger.
pub const ZAPO: Client = Client {
    name: "zapo",
    flavor: Some("zapo-caller"),
    ported_from: &["whatsapp-rust"],
    omits_own_acks: false,
    dialect: Dialect::ZAPO,
    advice: "which logs stanzas only at level trace: create its logger with `level: 'trace'`",
    markers: &["node transport node in", "node transport send node"],
    signs: &["wa client connect start", "comms opening websocket", "auth client credentials ready"],
    sample: r#"{"level":10,"time":1778770943076,"pid":4242,"xml":"<call from='20000000000002:17@lid' id='28292.51896-9' t='1778770943'><reject call-id='00AA' call-creator='10000000000001:1@lid' count='0'/></call>","msg":"node transport node in"}"#,
};

/// All clients, by name.
pub const CLIENTS: &[&Client] = &[&BAILEYS, &WHATSAPP_RUST, &WEB_HOOK, &WEB_DIAGNOSTIC, &WHATSMEOW, &ZAPO];

/// Returns the client of this name; the first of several rows.
#[must_use]
pub fn named(name: &str) -> Option<&'static Client> {
    CLIENTS.iter().copied().find(|client| client.name == name)
}

/// Returns whether stanzas of a client can have been obtained by a technique: the instrumentation of one client is none
/// of another's.
#[must_use]
pub fn fits(technique: &str, client: &str) -> bool {
    technique != "baileys-instrumentation" || client == BAILEYS.name
}
