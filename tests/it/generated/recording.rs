//! What a recorder has at the end: packets of several connections, and beside them keys and truth.

use super::connection::{Connection, Told};
use super::stanzas::Call;
use super::truth;
use super::wire::Packet;

/// A capture in the making.
pub(crate) struct Recording {
    pub packets: Vec<Packet>,
    told: Vec<Told>,
    transport_keys: String,
    private_keys: String,
}

/// The files of one capture.
pub(crate) struct Made {
    pub name: &'static str,
    /// Their names and contents.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Recording {
    pub(crate) fn new() -> Self {
        Self {
            packets: Vec::new(),
            told: Vec::new(),
            transport_keys: "# Transport keys of a synthetic capture.\n".to_owned(),
            private_keys: "# Private keys of the client of a synthetic capture.\n".to_owned(),
        }
    }

    /// Adds a connection that is over.
    pub(crate) fn add(&mut self, connection: Connection) {
        self.transport_keys.extend([connection.transport_line(), "\n"]);
        self.private_keys.extend([connection.private_line(), "\n"]);
        let (packets, told) = connection.finish();
        self.packets.extend(packets);
        self.told.extend(told);
    }

    /// Puts the packets into the order of their times, which are cut to the unit of their interface.
    pub(crate) fn sort(&mut self, unit: impl Fn(usize) -> u64) {
        for packet in &mut self.packets {
            packet.time -= packet.time % unit(packet.interface);
        }
        self.packets.sort_by_key(|packet| packet.time);
    }

    /// The capture file, and the texts beside it.
    pub(crate) fn finish(self, name: &'static str, extension: &str, file: Vec<u8>, calls: &[Call]) -> Made {
        let readable = truth::readable(&self.packets, &self.told);
        let texts = [
            ("noisekeys.txt", self.transport_keys),
            ("noisekeys-private.txt", self.private_keys),
            ("truth.jsonl", truth::lines(&readable)),
            ("calls.json", truth::calls(calls, &readable)),
        ];
        let mut files = vec![(format!("{name}.{extension}"), file)];
        files.extend(texts.map(|(extension, text)| (format!("{name}.{extension}"), text.into_bytes())));
        Made { name, files }
    }
}
