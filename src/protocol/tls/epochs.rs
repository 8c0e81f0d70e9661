//! The keys of one direction, in order of use.

use super::cipher::{Opener, next_generation};
use super::suite::Suite;
use crate::keys::{TlsSecret, Traffic};

/// The current key of a direction, and those that may follow it.
///
/// Epoch 0 is the handshake of TLS 1.3. Later epochs carry application data, and in TLS 1.3 each key update begins the
/// next one.
pub(super) struct Epochs {
    number: u32,
    opener: Option<Opener>,
    /// What later keys are derived from; `None` in TLS 1.2, which has one key per direction.
    tls13: Option<Tls13>,
}

struct Tls13 {
    suite: Suite,
    secrets: Traffic,
    /// The secret of the current epoch, if known.
    secret: Option<TlsSecret>,
}

/// A later epoch.
pub(super) struct Ahead {
    number: u32,
    secret: TlsSecret,
    /// Its key.
    pub(super) opener: Opener,
}

impl Epochs {
    /// Creates the single epoch of TLS 1.2.
    pub(super) const fn tls12(opener: Opener) -> Self {
        Self { number: 1, opener: Some(opener), tls13: None }
    }

    /// Creates the epochs of TLS 1.3, starting with the handshake.
    pub(super) fn tls13(suite: Suite, secrets: Traffic) -> Self {
        let secret = secrets.handshake.clone();
        let opener = secret.as_ref().and_then(|secret| Opener::tls13(suite, secret));
        Self { number: 0, opener, tls13: Some(Tls13 { suite, secrets, secret }) }
    }

    /// Returns whether the version is TLS 1.3.
    pub(super) const fn is_tls13(&self) -> bool {
        self.tls13.is_some()
    }

    /// Returns the number of the current epoch.
    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    /// Returns the key of the current epoch, if known.
    pub(super) const fn opener(&self) -> Option<&Opener> {
        self.opener.as_ref()
    }

    /// Begins the next epoch, as announced by a message.
    pub(super) fn advance(&mut self) {
        let next = self.number.saturating_add(1);
        let Some(tls13) = &mut self.tls13 else { return };
        let previous = if self.number == 0 { None } else { tls13.secret.take() };
        tls13.secret = tls13.secret_of(next, previous.as_ref());
        self.number = next;
        self.opener = tls13.secret.as_ref().and_then(|secret| Opener::tls13(tls13.suite, secret));
    }

    /// Returns the epochs that a record may belong to if the messages that begin them were lost: the next two, and the next
    /// one in the key log.
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

    /// Begins a later epoch, as proved by one of its records.
    pub(super) fn enter(&mut self, ahead: Ahead) {
        self.number = ahead.number;
        self.opener = Some(ahead.opener);
        if let Some(tls13) = &mut self.tls13 {
            tls13.secret = Some(ahead.secret);
        }
    }
}

impl Tls13 {
    /// Returns the secret of an epoch that carries data: from the key log, or derived from the previous epoch.
    fn secret_of(&self, number: u32, previous: Option<&TlsSecret>) -> Option<TlsSecret> {
        let logged = self.secrets.application.get(&number.checked_sub(1)?);
        logged.cloned().or_else(|| next_generation(self.suite.hash, previous?))
    }
}
