//! TLS: recognised, and whose server it is; not yet decrypted.

mod client_hello;

pub use client_hello::server_name;

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

/// A connection that speaks TLS to a server of WhatsApp's.
pub const NOT_READ: Diagnosis = Diagnosis {
    id: "tls/not-read",
    layer: Layer::Tls,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "the connection speaks TLS to a server of WhatsApp's, which this version does not decrypt",
    next: "Record the client over a plain websocket, or export its websocket messages after TLS.",
};

/// What the TLS layer can report.
pub const DIAGNOSES: &[&Diagnosis] = &[&NOT_READ];

/// Whether a server's name is one of WhatsApp's.
#[must_use]
pub fn is_whatsapp(server_name: &str) -> bool {
    ["whatsapp.com", "whatsapp.net"].iter().any(|domain| {
        let host = server_name.get(..server_name.len().saturating_sub(domain.len()));
        let ends = server_name.get(server_name.len().saturating_sub(domain.len())..);
        ends.is_some_and(|end| end.eq_ignore_ascii_case(domain))
            && host.is_some_and(|host| host.is_empty() || host.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whatsapps_own_domains_count() {
        for name in ["web.whatsapp.com", "g.whatsapp.net", "WhatsApp.Com", "a.b.whatsapp.net"] {
            assert!(is_whatsapp(name), "{name}");
        }
        for name in ["notwhatsapp.com", "whatsapp.com.example", "example.test", "", "com", "whatsapp.co"] {
            assert!(!is_whatsapp(name), "{name}");
        }
    }
}
