//! The URL of a prefilled issue form, for users without a token.

use std::fmt::Write;

use super::destination::{Api, Place, Target};
use crate::redact::Redacted;
use crate::report::Released;

/// The most bytes of a URL. Some servers and proxies refuse those of 8 KiB.
const LIMIT: usize = 6_000;

/// A URL, and what is left to be filled in by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefilled {
    /// The URL.
    pub url: String,
    /// The names of fields that were too long for it.
    pub left_out: Vec<&'static str>,
}

/// Where to post a report by hand: the issue, or the form of a new one with as many fields as fit into a URL.
#[must_use]
pub fn by_hand(api: &Api, target: &Target, report: &Released) -> Prefilled {
    let issues = format!("{}/{}/issues", api.web(), target.repository);
    let url = match (target.place, report.form.issue()) {
        (Place::Issue(number), _) => format!("{issues}/{number}"),
        (Place::New, None) => issues,
        (Place::New, Some(form)) => {
            let title: (&str, Redacted) = ("title", report.title.clone());
            let fields = std::iter::once(title).chain(report.fields.iter().cloned());
            return prefilled(format!("{issues}/new?template={}", encoded(form.template)), fields);
        }
    };
    Prefilled { url, left_out: Vec::new() }
}

fn prefilled(mut url: String, fields: impl Iterator<Item = (&'static str, Redacted)>) -> Prefilled {
    let mut left_out = Vec::new();
    for (name, value) in fields {
        let field = format!("&{name}={}", encoded(value.as_str()));
        if url.len() + field.len() <= LIMIT {
            url.push_str(&field);
        } else {
            left_out.push(name);
        }
    }
    Prefilled { url, left_out }
}

/// Percent-encodes everything except unreserved characters (RFC 3986, section 2.3).
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
    fn reserved_characters_are_encoded() {
        assert_eq!(encoded("a b&c=#1\né"), "a%20b%26c%3D%231%0A%C3%A9");
        assert_eq!(encoded("x-y_z.~"), "x-y_z.~");
    }
}
