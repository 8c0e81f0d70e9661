//! The address of a new issue whose form is filled in already.

use std::fmt::Write;

use super::place::{Api, Repository};
use crate::redact::Redacted;

/// The most bytes of an address. Longer ones are refused on the way, by some at 8 KiB.
const LIMIT: usize = 6_000;

/// An address, and what it leaves to be filled in by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefilled {
    /// The address.
    pub address: String,
    /// The fields, by name, whose values were too long for it.
    pub left_out: Vec<&'static str>,
}

/// The address of a new issue of one of the repository's forms, with as many of its fields as it can hold.
#[must_use]
pub fn prefilled(api: &Api, repository: &Repository, template: &str, fields: &[(&'static str, Redacted)]) -> Prefilled {
    let mut address = format!("{}/{repository}/issues/new?template={}", api.web(), encoded(template));
    let mut left_out = Vec::new();
    for (name, value) in fields {
        let field = format!("&{name}={}", encoded(value.as_str()));
        if address.len() + field.len() <= LIMIT {
            address.push_str(&field);
        } else {
            left_out.push(*name);
        }
    }
    Prefilled { address, left_out }
}

/// Everything but the unreserved characters (RFC 3986, section 2.3) in percent signs.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn what_means_something_in_an_address_is_encoded() {
        assert_eq!(encoded("a b&c=#1\né"), "a%20b%26c%3D%231%0A%C3%A9");
        assert_eq!(encoded("x-y_z.~"), "x-y_z.~");
    }
}
