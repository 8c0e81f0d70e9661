//! Node to stanza: the typed reading of `call`, `ack` and `receipt`.
