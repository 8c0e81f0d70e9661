//! What a rewritten text has in the place of something.

use std::collections::BTreeMap;

use super::alias::Aliases;
use super::redactor::Redactor;
use crate::protocol::binary::label::{KINDS, labelled};

/// Something in a text that stands for something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// What stands in the text.
    pub shown: String,
    /// What kind of thing it stands for.
    pub kind: &'static str,
    /// What it stands for, where that is known. Of this machine only; untrusted text.
    pub raw: Vec<String>,
    /// How often it stands in the text.
    pub count: usize,
}

/// What a kind of alias stands for, by how [`Aliases::listed`] names them.
fn kind(alias: &str) -> &'static str {
    let numbered = |prefix: &str| {
        let number = alias.strip_prefix(prefix);
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    [("CALL", "a call-id"), ("ID", "a stanza id"), ("IP", "an internet address"), ("G", "a group")]
        .into_iter()
        .find_map(|(prefix, kind)| numbered(prefix).then_some(kind))
        .unwrap_or("a person")
}

impl Redactor {
    /// Everything in a text that stands for something of the captures: people first, then what has a number, then
    /// values of which only the kind and the length are told.
    #[must_use]
    pub fn replaced_in(&self, text: &str) -> Vec<Replaced> {
        let words = words(text);
        let mut found: Vec<Replaced> = Vec::new();
        for (alias, raw) in self.aliases().listed() {
            let kind = kind(&alias);
            let shown = shown(&alias, &raw, self.aliases());
            let count = words.get(shown.as_str()).copied().unwrap_or_default();
            match found.iter_mut().find(|known| known.shown == shown) {
                _ if count == 0 => {}
                Some(known) => known.raw.push(raw),
                None => found.push(Replaced { shown, kind, raw: vec![raw], count }),
            }
        }
        found.extend(labels(text));
        found
    }
}

/// How an alias stands in a text.
fn shown(alias: &str, raw: &str, aliases: &Aliases) -> String {
    match raw.parse() {
        Ok(address) if kind(alias) == "an internet address" => aliases.host(address).to_string(),
        _ => alias.to_owned(),
    }
}

/// How often each word stands in a text that may be an alias: a user before an `@`, and everything else whole.
fn words(text: &str) -> BTreeMap<&str, usize> {
    let mut words = BTreeMap::new();
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || "@.:".contains(c))) {
        let word = word.trim_end_matches(['.', ':']);
        let user = word.split_once('@').map(|(user, _)| user.split_once(':').map_or(user, |(user, _)| user));
        // A letter that is part of no address is a word of the language.
        let Some(word) = user.or((word.len() > 2).then_some(word)) else { continue };
        *words.entry(word).or_default() += 1;
        if let Some((host, port)) = word.rsplit_once(':')
            && port.bytes().all(|byte| byte.is_ascii_digit())
        {
            *words.entry(host).or_default() += 1;
        }
    }
    words
}

/// The longest label, in bytes.
const LONGEST: usize = 16;

/// The labels in a text, and how much content was left out of it.
fn labels(text: &str) -> Vec<Replaced> {
    let mut found: BTreeMap<(usize, String), Replaced> = BTreeMap::new();
    let mut add = |order: usize, shown: String, kind: &'static str| {
        let new = || Replaced { shown: shown.clone(), kind, raw: Vec::new(), count: 0 };
        found.entry((order, shown.clone())).or_insert_with(new).count += 1;
    };
    for (opening, closing) in [("<", ">"), ("&lt;", "&gt;")] {
        for (at, _) in text.match_indices(opening) {
            let rest = text.get(at + opening.len()..).unwrap_or_default();
            let end = rest.bytes().take(LONGEST).position(|byte| closing.as_bytes().first() == Some(&byte));
            let shown = end.and_then(|end| Some(format!("<{}>", rest.get(..end)?))).unwrap_or_default();
            let of = labelled(&shown).and_then(|kind| KINDS.iter().enumerate().find(|(_, (name, _))| *name == kind));
            if let Some((order, (_, kind))) = of {
                add(order, shown, kind);
            }
            if let Some((length, _)) = rest.strip_prefix("!-- ").and_then(|rest| rest.split_once(" bytes -->"))
                && length.bytes().all(|byte| byte.is_ascii_digit())
            {
                add(KINDS.len(), format!("<!-- {length} bytes -->"), "content of an element");
            }
        }
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analysis;

    #[test]
    fn what_stands_for_something_is_found_and_counted() {
        let aliases = "A 10000000000001@lid\nA 20000000000001@s.whatsapp.net\nB 10000000000002@lid\nG1 1200000001\n\
                       CALL1 00AA11BB22CC33DD\nCALL12 00AA11BB22CC33EE\nID1 51736.1-7\nIP1 10.9.8.7\n";
        let redactor = Redactor::new(&Analysis::default(), aliases.parse().unwrap(), []);
        let text = "A call from A:7@lid to A@s.whatsapp.net, CALL1. Again CALL1 at 192.0.2.2:3478\n\
                    <call notify=\"&lt;name:3&gt;\" id=\"ID1\" to=\"G1@g.us\"><enc><!-- 6 bytes --></enc> <digits:12>";
        let found = redactor.replaced_in(text);
        let lines: Vec<_> =
            found.iter().map(|it| format!("{} {} {} {:?}", it.shown, it.kind, it.count, it.raw)).collect();
        assert_eq!(
            lines,
            [
                r#"A a person 2 ["10000000000001@lid", "20000000000001@s.whatsapp.net"]"#,
                r#"G1 a group 1 ["1200000001"]"#,
                r#"CALL1 a call-id 2 ["00AA11BB22CC33DD"]"#,
                r#"ID1 a stanza id 1 ["51736.1-7"]"#,
                r#"192.0.2.2 an internet address 1 ["10.9.8.7"]"#,
                "<name:3> a name that someone chose 1 []",
                "<digits:12> digits 1 []",
                "<!-- 6 bytes --> content of an element 1 []",
            ]
        );
    }
}
