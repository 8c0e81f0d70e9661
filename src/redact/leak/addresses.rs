//! Addresses of the internet in any of their written forms.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::needles::{Leak, What};
use crate::redact::hosts::is_nobodys;

/// The addresses of the captures.
#[derive(Debug, Default)]
pub(super) struct Addresses(BTreeSet<IpAddr>);

/// The groups of an IPv6 address that name a network, at least.
const NETWORK: usize = 2;

impl Addresses {
    pub(super) fn add(&mut self, address: IpAddr) {
        self.0.insert(address.to_canonical());
    }

    /// Adds what is found in a folded text.
    pub(super) fn found_in(&self, folded: &str, found: &mut BTreeSet<Leak>) {
        if self.0.is_empty() {
            return;
        }
        for (number, line) in folded.lines().enumerate() {
            if self.four(line) || self.six(line) {
                found.insert(Leak { line: number + 1, what: What::Address });
            }
        }
    }

    /// Four numbers with a dot between each two, and perhaps brackets or spaces around it.
    fn four(&self, line: &str) -> bool {
        let mut numbers = [None; 4];
        let mut between = String::new();
        let mut rest = line;
        while let Some(at) = rest.find(|character: char| character.is_ascii_digit()) {
            let (before, from) = rest.split_at(at);
            between.push_str(before);
            let end = from.find(|character: char| !character.is_ascii_digit()).unwrap_or(from.len());
            let (digits, after) = from.split_at(end);
            let is_dot = between
                .chars()
                .filter(|character| !character.is_whitespace() && !"[]()".contains(*character))
                .eq(['.']);
            if !is_dot || between.len() > 6 {
                numbers = [None; 4];
            }
            numbers.rotate_left(1);
            if let Some(last) = numbers.last_mut() {
                *last = digits.parse::<u8>().ok();
            }
            if let [Some(a), Some(b), Some(c), Some(d)] = numbers
                && self.has(Ipv4Addr::new(a, b, c, d).into())
            {
                return true;
            }
            between.clear();
            rest = after;
        }
        false
    }

    fn six(&self, line: &str) -> bool {
        let is_part = |character: char| character.is_ascii_hexdigit() || ":.".contains(character);
        line.split(|character| !is_part(character)).filter(|word| word.matches(':').count() > 1).any(|word| {
            let word = word.trim_end_matches('.');
            let whole = word.strip_suffix(':').filter(|rest| !rest.ends_with(':')).unwrap_or(word);
            whole.parse::<Ipv6Addr>().is_ok_and(|address| self.has(address.to_canonical()) || self.has_network(address))
        })
    }

    fn has(&self, address: IpAddr) -> bool {
        !is_nobodys(address) && self.0.contains(&address)
    }

    /// Whether the beginning of an address, up to its last group that is not zero, is that of one of the captures.
    fn has_network(&self, network: Ipv6Addr) -> bool {
        let groups = network.segments();
        let length = groups.iter().rposition(|group| *group != 0).map_or(0, |last| last + 1);
        let begins = |address: &IpAddr| match address {
            IpAddr::V6(address) => address.segments().iter().take(length).eq(groups.iter().take(length)),
            IpAddr::V4(_) => false,
        };
        length >= NETWORK && !is_nobodys(network.into()) && self.0.iter().any(begins)
    }
}

#[cfg(test)]
mod tests {
    use super::super::view::fold;
    use super::*;

    #[test]
    fn an_address_is_found_in_any_spelling() {
        let mut addresses = Addresses::default();
        for address in ["100.64.7.9", "fd00:64::9"] {
            addresses.add(address.parse().unwrap());
        }
        let is_found = |text: &str| {
            let mut found = BTreeSet::new();
            addresses.found_in(&fold(text), &mut found);
            !found.is_empty()
        };
        for text in [
            "at 100.64.7.9",
            "100.064.007.009:3478",
            "100[.]64[.]7[.]9",
            "100 . 64 . 7 . 9",
            "http://100.64.7.9/",
            "x_100.64.7.9_y",
            "::ffff:100.64.7.9",
            "::ffff:6440:709",
            "fd00:64::9",
            "[FD00:64::9]:3478",
            "fd00:64:0:0:0:0:0:9",
            "fd00:0064:0000:0000:0000:0000:0000:0009",
            "fd00:64::/32",
            "\u{ff11}00.64.7.9",
        ] {
            assert!(is_found(text), "{text}");
        }
        for text in ["100.64.7.8", "at 10:06:47.9", "100, 64, 7 and 9", "2.26.9.1", "fd00::", "a::b", "::"] {
            assert!(!is_found(text), "{text}");
        }
    }
}
