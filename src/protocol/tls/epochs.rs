//! The keys of one direction, in the order in which records are protected with them.

use super::cipher::Opener;
use super::schedule::next_generation;
use super::suite::Suite;
use crate::keys::{TlsSecret, Traffic};

/// The key of a direction at a time, and those that may follow it.
///
/// Epoch 0 is the handshake of TLS 1.3; from 1 on application data are carried, and in TLS 1.3 each key update
/// begins the next.
pub(super) struct Epochs {
    number: u32,
    opener: Option<Opener>,
    /// What later keys follow from; `None` in TLS 1.2, which has one key a direction.
    tls13: Option<Tls13>,
}

struct Tls13 {
    suite: Suite,
    secrets: Traffic,
    /// The secret of the epoch, if it is known.
    secret: Option<TlsSecret>,
}

/// An epoch that has not begun.
pub(super) struct Ahead {
    number: u32,
    secret: TlsSecret,
    /// Its key.
    pub(super) opener: Opener,
}

impl Epochs {
    /// The one key of TLS 1.2.
    pub(super) const fn tls12(opener: Opener) -> Self {
        Self { number: 1, opener: Some(opener), tls13: None }
    }

    /// The keys of TLS 1.3, beginning with the handshake's.
    pub(super) fn tls13(suite: Suite, secrets: Traffic) -> Self {
        let secret = secrets.handshake.clone();
        let opener = secret.as_ref().and_then(|secret| Opener::tls13(suite, secret));
        Self { number: 0, opener, tls13: Some(Tls13 { suite, secrets, secret }) }
    }

    /// Whether the version is TLS 1.3.
    pub(super) const fn is_tls13(&self) -> bool {
        self.tls13.is_some()
    }

    /// The epoch.
    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    /// Its key, if it is known.
    pub(super) const fn opener(&self) -> Option<&Opener> {
        self.opener.as_ref()
    }

    /// Begins the next epoch, as a message says.
    pub(super) fn advance(&mut self) {
        let next = self.number.saturating_add(1);
        let Some(tls13) = &mut self.tls13 else { return };
        let previous = if self.number == 0 { None } else { tls13.secret.take() };
        tls13.secret = tls13.secret_of(next, previous.as_ref());
        self.number = next;
        self.opener = tls13.secret.as_ref().and_then(|secret| Opener::tls13(tls13.suite, secret));
    }

    /// The epochs that a record may belong to where the messages that begin them were not seen: the next two, and the
    /// next that the key log names.
    pub(super) fn ahead(&self) -> Vec<Ahead> {
        let Some(tls13) = &self.tls13 else { return Vec::new() };
        let mut found = Vec::new();
        let mut add = |number, secret: &TlsSecret| {
            if let Some(opener) = Opener::tls13(tls13.suite, secret) {
                found.push(Ahead { number, secret: secret.clone(), opener });
            }
        };
        let mut previous = if self.number == 0 { None } else { tls13.secret.clone() };
        let near = self.number.saturating_add(1)..=self.number.saturating_add(2);
        for number in near.clone() {
            previous = tls13.secret_of(number, previous.as_ref());
            if let Some(secret) = &previous {
                add(number, secret);
            }
        }
        if let Some((generation, secret)) = tls13.secrets.application.range(*near.end()..).next() {
            add(generation.saturating_add(1), secret);
        }
        found
    }

    /// Begins an epoch that one of its records proved.
    pub(super) fn enter(&mut self, ahead: Ahead) {
        self.number = ahead.number;
        self.opener = Some(ahead.opener);
        if let Some(tls13) = &mut self.tls13 {
            tls13.secret = Some(ahead.secret);
        }
    }
}

impl Tls13 {
    /// The secret of an epoch that carries data: from the key log, or from the epoch before.
    fn secret_of(&self, number: u32, previous: Option<&TlsSecret>) -> Option<TlsSecret> {
        let logged = self.secrets.application.get(&number.checked_sub(1)?);
        logged.cloned().or_else(|| next_generation(self.suite.hash, previous?))
    }
}
