//! The project's own captures, `captures/<name>/`, and how they are made: a scenario (who says what when) goes
//! through real encoders (WABinary, Noise, WebSocket, TCP) into a capture file, beside its keys and its truth.
//!
//! Everything in them is made up and follows from labels, so every run makes the same bytes. The test compares
//! them with the committed files; `RINGTRACE_BLESS=1 cargo test --test it generated` writes them.
//!
//! A new capture is a file like `answered_and_missed.rs`, a line in [`CAPTURES`] and a `card.toml`.

mod ambient;
mod answered_and_missed;
pub(crate) mod capture_file;
mod client_logs;
mod connection;
mod damaged;
mod handshake_hash;
mod hard_transport;
mod made_up;
mod media_packets;
mod noise;
pub(crate) mod outgoing_media;
mod people;
mod protobuf;
mod recording;
mod script;
mod silent_call;
mod stanzas;
mod truth;
mod websocket;
pub(crate) mod wire;

use std::fs;
use std::path::Path;

pub(crate) use recording::Made;
pub(crate) use wire::Packet;

/// The captures, by what makes them.
const CAPTURES: &[fn() -> Made] = &[answered_and_missed::make, hard_transport::make, damaged::make, silent_call::make];

/// `answered-and-missed`, of which a recorder has only these packets.
pub(crate) fn answered_and_missed_where(recorded: impl FnMut(&Packet) -> bool) -> Made {
    let (mut recording, calls) = answered_and_missed::record();
    recording.packets.retain(recorded);
    answered_and_missed::finish(recording, &calls)
}

/// The packets of `answered-and-missed`.
pub(crate) fn answered_and_missed_packets() -> Vec<Packet> {
    answered_and_missed::record().0.packets
}

/// `hard-transport`, of which a recorder has only these packets.
pub(crate) fn hard_transport_where(recorded: impl FnMut(&Packet) -> bool) -> Made {
    let (mut recording, calls) = hard_transport::record();
    recording.packets.retain(recorded);
    hard_transport::finish(recording, &calls)
}

/// Compares a committed file with what the generator writes, or writes it if `RINGTRACE_BLESS` is set.
fn assert_committed(path: &Path, contents: &[u8]) {
    assert!(contents.len() < 200_000, "{} is too large to commit: {} bytes", path.display(), contents.len());
    if std::env::var_os("RINGTRACE_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    } else {
        let committed = fs::read(path).unwrap_or_default();
        assert!(committed == contents, "{} differs from its generator: see `RINGTRACE_BLESS`", path.display());
    }
}

#[test]
fn committed_captures_are_what_their_scenarios_generate() {
    for make in CAPTURES {
        let made = make();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(made.name);
        for (name, contents) in made.files {
            assert_committed(&folder.join(&name), &contents);
        }
    }
}

#[test]
fn committed_logs_are_what_their_scenario_generates() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/logs");
    for (name, contents) in client_logs::make() {
        assert_committed(&folder.join(name), contents.as_bytes());
    }
}
