//! Secrets from key logs, by identifier.
