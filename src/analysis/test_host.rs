//! Servers that are for tests: what they do shows how a program acts, not what the service does.

use std::net::{IpAddr, SocketAddr};

/// Names that are for tests and documents (RFC 2606, RFC 6761).
const TEST_NAMES: &[&str] = &["localhost", "test", "example", "invalid", "example.com", "example.net", "example.org"];

/// Whether a server's address, with or without scheme, port and path, is one of a test server: a loopback or unspecified
/// address, or one for documents (RFC 5737, RFC 3849, RFC 9637).
#[must_use]
pub(super) fn is_test_host(server: &str) -> bool {
    let rest = server.split_once("://").map_or(server, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let bare = || authority.trim_start_matches('[').split(']').next().unwrap_or_default();
    let address = authority.parse().map(|address: SocketAddr| address.ip());
    let address = address.or_else(|_| authority.parse()).or_else(|_| bare().parse::<IpAddr>());
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    match address.or_else(|_| host.parse()) {
        Ok(address) => is_test_address(address.to_canonical()),
        Err(_) => {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            TEST_NAMES
                .iter()
                .any(|name| host.strip_suffix(name).is_some_and(|sub| sub.is_empty() || sub.ends_with('.')))
        }
    }
}

fn is_test_address(address: IpAddr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || match address {
            IpAddr::V4(address) => address.is_documentation(),
            IpAddr::V6(address) => match address.segments() {
                [0x2001, 0x0db8, ..] => true,
                [0x3fff, next, ..] => next < 0x1000,
                _ => false,
            },
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_for_tests_and_documents_are_recognised_in_any_notation() {
        for server in [
            "127.0.0.1:443",
            "127.9.8.7",
            "[::1]:443",
            "::1",
            "[::ffff:127.0.0.1]:5222",
            "0.0.0.0:80",
            "192.0.2.7:443",
            "198.51.100.1",
            "203.0.113.200:1",
            "[2001:db8::7]:443",
            "2001:db8:1::",
            "[3fff:fff::1]:1",
            "localhost:8080",
            "wss://localhost/ws/chat",
            "https://a.b@127.0.0.1:9000/ws?x=1",
            "ws.test",
            "web.example.com:443",
            "LOCALHOST.",
        ] {
            assert!(is_test_host(server), "{server}");
        }
        for server in [
            "31.13.64.51:443",
            "[2a03:2880:f200::]:443",
            "wss://web.whatsapp.com/ws/chat",
            "web.whatsapp.com:443",
            "",
            "10.0.0.1:443",
            "198.51.101.1:443",
            "notexample.com",
            "latest:443",
            "[3fff:1000::]:1",
            "unknown",
        ] {
            assert!(!is_test_host(server), "{server}");
        }
    }
}
