//! The page of the reject stanza, SIG-08.

pub(super) mod before_accept;
pub(super) mod empty;
pub(super) mod envelope;
pub(super) mod missing_identity;
pub(super) mod no_counters;
pub(super) mod no_media;
pub(super) mod no_receipt;
pub(super) mod terminal;
pub(super) mod to_is_offer_from;
pub(super) mod two_attributes;
pub(super) mod verbatim;
