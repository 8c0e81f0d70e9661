//! Collecting every identifier in the captures.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::actions::Actions;
use super::alias::{Aliases, is_alias, is_pseudonym};
use super::hosts::{host, is_nobodys};
use super::policy::{Meaning, meaning};
use crate::analysis::{Analysis, Mention, Prefix, mentioned};
use crate::call::People;
use crate::protocol::binary::{Content, Element, Jid, Value};
use crate::protocol::stanza::{ActionName, Body, Stanza};

/// A raw identifier, by what it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identifier {
    /// A phone number, or the number of a LID or a group.
    Number(String),
    /// A call-id or a stanza id.
    Id(String),
    /// A name that a person chose.
    Name(String),
    /// An address of the internet.
    Address(IpAddr),
    /// The beginning of the id of a stanza that belongs to no call.
    Prefix(Prefix),
    /// The path or the name of a file.
    File(String),
    /// A part of a path, or a file's name without its ending.
    Part(String),
    /// The name of the user or of the machine.
    Here(String),
}

/// Everything collected.
pub(super) struct Gathered {
    /// An alias for everyone and everything.
    pub(super) aliases: Aliases,
    /// All raw identifiers.
    pub(super) identifiers: BTreeSet<Identifier>,
    /// The actions of calls that nothing is known of.
    pub(super) actions: Actions,
}

/// Gathers from everything that an analysis keeps, and from the names of the user and the machine.
pub(super) fn gather(analysis: &Analysis, aliases: Aliases, here: impl IntoIterator<Item = String>) -> Gathered {
    let mut gathered = Gathered {
        aliases,
        identifiers: here.into_iter().map(Identifier::Here).collect(),
        actions: Actions::default(),
    };
    let nobody = People::default();
    for judged in &analysis.calls {
        let call = &judged.call;
        gathered.call_id(&call.id);
        for vantage in &call.vantages {
            for jid in [&vantage.device.lid, &vantage.device.phone].into_iter().flatten() {
                gathered.jid(jid, &call.people);
            }
        }
        let named = call.events.iter().flat_map(|event| [&event.item.peer, &event.item.creator, &event.item.own]);
        for jid in named.flatten() {
            gathered.jid(jid, &call.people);
        }
        for row in &call.rows {
            for observed in row.observations() {
                gathered.stanza(observed.read(), &call.people);
            }
        }
    }
    for observed in &analysis.orphans {
        gathered.stanza(observed.read(), &nobody);
    }
    for mention in analysis.mentions.iter() {
        gathered.mention(mention);
    }
    for capture in &analysis.captures {
        gathered.file(&capture.name);
        for connection in &capture.connections {
            gathered.address(&connection.client);
            connection.server.split(" via ").for_each(|server| gathered.address(server));
        }
    }
    for log in analysis.key_logs.iter() {
        gathered.file(&log.name);
    }
    gathered
}

impl Gathered {
    fn call_id(&mut self, id: &str) {
        self.aliases.add_call_id(id);
        self.id(id);
    }

    /// Aliases in already sanitised input identify nobody.
    fn id(&mut self, id: &str) {
        if !is_alias(id) {
            self.add(Identifier::Id(id.to_owned()));
        }
    }

    fn stanza(&mut self, stanza: &Stanza, people: &People) {
        if let Some(id) = &stanza.id {
            self.aliases.add_stanza_id(id);
            self.id(id);
        }
        let action = match &stanza.body {
            Body::Call(action) => action.as_deref(),
            Body::Receipt(receipt) => receipt.action.as_ref(),
            Body::Ack(_) | Body::Login(_) | Body::Other => None,
        };
        if let Some(id) = action.and_then(|action| action.call_id.as_ref()) {
            self.call_id(id);
        }
        if let Some(ActionName::Unknown(tag)) = action.map(|action| &action.name) {
            self.actions.add(tag);
        }
        for mention in mentioned(&stanza.node) {
            self.mention(&mention);
        }
        stanza.node.root().descendants().for_each(|element| self.element(element, people));
    }

    fn element(&mut self, node: Element<'_>, people: &People) {
        for attribute in node.attributes() {
            if attribute.name == "call-id" {
                self.call_id(&attribute.value.to_text());
            }
            // A version can look like an address of the internet.
            self.value(attribute.value, meaning(node.tag(), attribute.name) != Meaning::Version, people);
        }
        if let Content::Value(value) = node.content() {
            self.value(value, true, people);
        }
    }

    fn value(&mut self, value: Value<'_>, may_be_host: bool, people: &People) {
        if let Some(jid) = value.to_jid() {
            self.jid(&jid, people);
        } else if let Value::Text(text) = value
            && may_be_host
        {
            self.address(text);
        }
    }

    fn mention(&mut self, mention: &Mention) {
        match mention {
            Mention::User(user) => self.user(user),
            Mention::Number(number) => self.add(Identifier::Number(number.to_string())),
            Mention::Name(name) => self.add(Identifier::Name(name.to_string())),
            Mention::Host(address) if is_nobodys(*address) => {}
            Mention::Host(address) => self.add(Identifier::Address(*address)),
            Mention::Id(prefix) => self.add(Identifier::Prefix(*prefix)),
        }
    }

    fn add(&mut self, identifier: Identifier) {
        self.identifiers.insert(identifier);
    }

    fn jid(&mut self, jid: &Jid, people: &People) {
        if jid.is_server() {
            return;
        }
        if jid.server == "call" {
            self.call_id(&jid.user);
            return;
        }
        if Aliases::is_group(jid) {
            self.aliases.add_group(&jid.user);
        } else {
            self.aliases.add_person(jid, &people.person(jid));
        }
        self.user(&jid.user);
    }

    /// The user of an address: a number, a name, or numbers with something between them, as of a group. One that has its
    /// alias already is nobody.
    fn user(&mut self, user: &str) {
        if is_pseudonym(user) {
            return;
        }
        for digits in user.split(|character: char| !character.is_ascii_digit()).filter(|digits| !digits.is_empty()) {
            self.add(Identifier::Number(digits.to_owned()));
        }
        if !user.bytes().all(|byte| byte.is_ascii_digit()) {
            self.add(Identifier::Id(user.to_owned()));
            self.add(Identifier::Name(user.to_owned()));
        }
    }

    /// An address of the internet, with a port or without.
    fn address(&mut self, text: &str) {
        if let Some((address, _)) = host(text).filter(|(address, _)| !is_nobodys(*address)) {
            self.aliases.add_host(address);
            self.add(Identifier::Address(address));
        }
    }

    /// A file, by its path, its name, and the parts of both.
    fn file(&mut self, path: &str) {
        let parts = path.split(['/', '\\']);
        let name = parts.clone().next_back().unwrap_or(path);
        for whole in [path, name] {
            self.add(Identifier::File(whole.to_owned()));
        }
        let stem = name.split('.').find(|part| !part.is_empty());
        self.identifiers.extend(parts.chain(stem).map(|part| Identifier::Part(part.to_owned())));
    }
}
