//! Addresses of the internet, and those for documents that stand for them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The ranges of IPv4 addresses that belong to nobody and are for documents (RFC 5737), each of 254.
const DOCUMENTATION: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];

/// The address, and the port, if a text is one of the internet.
pub(super) fn host(text: &str) -> Option<(IpAddr, Option<u16>)> {
    let with_port = text.parse::<SocketAddr>().map(|address| (address.ip(), Some(address.port())));
    with_port.or_else(|_| text.parse::<IpAddr>().map(|address| (address, None))).ok()
}

/// Whether an address says nothing about anybody: it is every machine's own, or for documents.
pub(super) fn is_nobodys(address: IpAddr) -> bool {
    let for_documents = match address {
        IpAddr::V4(address) => address.is_documentation(),
        IpAddr::V6(address) => address.segments().starts_with(&[0x2001, 0xdb8]),
    };
    for_documents || address == Ipv4Addr::LOCALHOST || address == Ipv6Addr::LOCALHOST || address.is_unspecified()
}

/// The `number`th address for documents, of the same family as `address`.
pub(super) fn for_documents(address: IpAddr, number: usize) -> IpAddr {
    match address {
        IpAddr::V4(_) => {
            let [range, place] = [number / 254 % DOCUMENTATION.len(), number % 254 + 1];
            let [a, b, c] = DOCUMENTATION.get(range).copied().unwrap_or_default();
            Ipv4Addr::new(a, b, c, u8::try_from(place).unwrap_or_default()).into()
        }
        IpAddr::V6(_) => {
            let [high, low] = [number >> 16, number & 0xffff].map(|part| u16::try_from(part).unwrap_or_default());
            Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, high, low).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_documents_is_nobodys() {
        let [v4, v6]: [IpAddr; 2] = ["10.9.8.7", "fd00::7"].map(|address| address.parse().unwrap());
        assert_eq!(for_documents(v4, 1).to_string(), "192.0.2.2");
        assert_eq!(for_documents(v6, 2).to_string(), "2001:db8::2");
        for number in 3..800 {
            for address in [v4, v6] {
                let alias = for_documents(address, number);
                assert!(is_nobodys(alias), "{alias} for {number}");
            }
        }
        assert!(!is_nobodys(v4) && !is_nobodys(v6));
    }

    #[test]
    fn an_address_may_have_a_port() {
        assert_eq!(host("10.9.8.7:3478"), Some(("10.9.8.7".parse().unwrap(), Some(3478))));
        assert_eq!(host("fd00::7"), Some(("fd00::7".parse().unwrap(), None)));
        assert_eq!(host("2.26.9"), None);
    }
}
