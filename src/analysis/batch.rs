//! Tasks of one thread, kept until there are enough of them to be worth handing over.

use super::event::{Place, Yield};
use super::shard::{Notice, Shard};
use crate::anomaly::Anomaly;
use crate::input::{Ends, Entry, Recorded};
use crate::origin::{Located, Origin};
use crate::protocol::binary::Node;
use crate::protocol::tcp::{Chunk, End};
use crate::protocol::websocket::{Message, Opcode};

/// How many bytes of streams and messages make a batch.
const BYTES: usize = 128 << 10;

/// How many tasks make a batch, whatever their bytes.
const TASKS: usize = 1 << 10;

/// Tasks in their order, and the bytes that belong to them.
#[derive(Debug, Default)]
pub(super) struct Batch {
    tasks: Vec<(Place, Task)>,
    bytes: Vec<u8>,
}

#[derive(Debug)]
enum Task {
    Entry(Origin, Kept),
    Anomaly(Box<Anomaly>),
    Notice(Notice),
}

/// An [`Entry`] of a connection; lengths are those of its part of the bytes.
#[derive(Debug)]
enum Kept {
    Data(usize),
    Gap(u64),
    End(End),
    Message(Opcode, usize),
    Frame(usize),
    Node(Box<Node>),
    Internal(Box<Node>),
    Ends(Box<[Option<String>; 2]>),
    Recorded(Box<Recorded>),
    Closed,
}

impl Batch {
    /// Adds an entry of a connection.
    pub(super) fn push(&mut self, place: Place, entry: Located<Entry<'_>>) {
        let kept = match entry.item {
            Entry::Chunk(Chunk::Data(data)) => Kept::Data(self.keep(data)),
            Entry::Chunk(Chunk::Gap(length)) => Kept::Gap(length),
            Entry::Chunk(Chunk::End(end)) => Kept::End(end),
            Entry::Message(message) => Kept::Message(message.opcode, self.keep(message.data)),
            Entry::Frame(plaintext) => Kept::Frame(self.keep(plaintext)),
            Entry::Node(node) => Kept::Node(Box::new(node)),
            Entry::Internal(node) => Kept::Internal(Box::new(node)),
            Entry::Ends(Ends { client, server }) => {
                Kept::Ends(Box::new([client, server].map(|end| end.map(str::to_owned))))
            }
            Entry::Recorded(recorded) => Kept::Recorded(Box::new(recorded)),
            Entry::Closed => Kept::Closed,
            Entry::Record(_) | Entry::Secrets(_) | Entry::Event(_) | Entry::Media(_) => return,
        };
        self.tasks.push((place, Task::Entry(entry.origin, kept)));
    }

    /// Adds an anomaly of a layer below on a connection.
    pub(super) fn anomaly(&mut self, place: Place, anomaly: Anomaly) {
        self.tasks.push((place, Task::Anomaly(Box::new(anomaly))));
    }

    /// Adds what concerns all connections.
    pub(super) fn notice(&mut self, place: Place, notice: Notice) {
        self.tasks.push((place, Task::Notice(notice)));
    }

    /// Whether there are no tasks.
    pub(super) const fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Whether there is enough to do.
    pub(super) const fn is_full(&self) -> bool {
        self.bytes.len() >= BYTES || self.tasks.len() >= TASKS
    }

    /// The places of the tasks.
    #[cfg(test)]
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        self.tasks.iter().map(|(place, _)| *place)
    }

    /// Gives the tasks to a shard, and keeps only the room that they took.
    pub(super) fn empty_into(&mut self, shard: &mut Shard, results: &mut Yield) {
        let mut rest = self.bytes.as_slice();
        let mut next = |length: usize| rest.split_off(..length).unwrap_or_default();
        for (place, task) in self.tasks.drain(..) {
            results.place = place;
            let id = place.1;
            let (origin, kept) = match task {
                Task::Entry(origin, kept) => (origin, kept),
                Task::Anomaly(anomaly) => {
                    shard.anomaly(id, *anomaly, results);
                    continue;
                }
                Task::Notice(notice) => {
                    shard.notice(notice, results);
                    continue;
                }
            };
            let mut push = |entry| shard.push(id, Located::new(origin, entry), results);
            match kept {
                Kept::Data(length) => push(Entry::Chunk(Chunk::Data(next(length)))),
                Kept::Gap(length) => push(Entry::Chunk(Chunk::Gap(length))),
                Kept::End(end) => push(Entry::Chunk(Chunk::End(end))),
                Kept::Message(opcode, length) => push(Entry::Message(Message { opcode, data: next(length) })),
                Kept::Frame(length) => push(Entry::Frame(next(length))),
                Kept::Node(node) => push(Entry::Node(*node)),
                Kept::Internal(node) => push(Entry::Internal(*node)),
                Kept::Ends(ends) => {
                    let [client, server] = &*ends;
                    push(Entry::Ends(Ends { client: client.as_deref(), server: server.as_deref() }));
                }
                Kept::Recorded(recorded) => push(Entry::Recorded(*recorded)),
                Kept::Closed => push(Entry::Closed),
            }
        }
        self.bytes.clear();
        // A huge message's room is not kept for all that follow.
        self.bytes.shrink_to(2 * BYTES);
    }

    fn keep(&mut self, data: &[u8]) -> usize {
        self.bytes.extend_from_slice(data);
        data.len()
    }
}
