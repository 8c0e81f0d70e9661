//! The address of a new issue whose form is filled in already.

use std::fmt::Write;

use super::place::{Api, Place, Target};
use crate::redact::Redacted;
use crate::report::Released;

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

/// Where a report can be sent by hand: the issue, or the form of a new one with as many of its fields as an address can
/// hold.
#[must_use]
pub fn by_hand(api: &Api, target: &Target, report: &Released) -> Prefilled {
    let issues = format!("{}/{}/issues", api.web(), target.repository);
    let address = match (target.place, report.form.issue()) {
        (Place::Issue(number), _) => format!("{issues}/{number}"),
        (Place::New, None) => issues,
        (Place::New, Some(form)) => {
            let title: (&str, Redacted) = ("title", report.title.clone());
            let fields = std::iter::once(title).chain(report.fields.iter().cloned());
            return prefilled(format!("{issues}/new?template={}", encoded(form.template)), fields);
        }
    };
    Prefilled { address, left_out: Vec::new() }
}

fn prefilled(mut address: String, fields: impl Iterator<Item = (&'static str, Redacted)>) -> Prefilled {
    let mut left_out = Vec::new();
    for (name, value) in fields {
        let field = format!("&{name}={}", encoded(value.as_str()));
        if address.len() + field.len() <= LIMIT {
            address.push_str(&field);
        } else {
            left_out.push(name);
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
