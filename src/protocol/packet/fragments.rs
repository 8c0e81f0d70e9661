//! IP packets put together from fragments (RFC 791 section 3.2, RFC 8200 section 4.5).

use std::collections::VecDeque;

use etherparse::defrag::IpDefragBuf;
use etherparse::{IpFragOffset, ip_number};

use super::Packet;
use super::internet::Ends;
use crate::anomaly::{Anomaly, Diagnosis, Kind, Layer, Severity};
use crate::origin::Origin;
use crate::protocol::Sink;

/// Fragments of a TCP segment are absent.
pub(super) const TCP_FRAGMENT: Diagnosis = Diagnosis {
    id: "packet/tcp-fragment",
    layer: Layer::Packet,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "a TCP segment was sent in IP fragments of which not all were captured, so that it could not be put together",
    next: "Fragments but the first have no ports: if you record with a filter, let it name the host only.",
};

/// Fragments of anything else are absent.
pub(super) const FRAGMENT: Diagnosis = Diagnosis {
    id: "packet/fragment",
    layer: Layer::Packet,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "a packet that is not TCP was sent in IP fragments of which not all were captured",
    next: "",
};

/// How many packets are remembered, whole ones included, and so 64 KiB of memory at most for each.
const MOST: usize = 256;

/// After how long, in nanoseconds, the same identification is another packet's, if so many records went by as well.
const ANOTHER_AFTER: u64 = 30_000_000_000;
const ANOTHER_AFTER_RECORDS: u64 = 64;

/// The same, where records have no time.
const ANOTHER_AFTER_UNTIMED_RECORDS: u64 = 4096;

/// What the fragments of a packet have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// Who sent it to whom.
    pub(super) ends: Ends,
    /// What it carries.
    pub(super) carries: u8,
    /// Its number.
    pub(super) identification: u32,
}

/// A fragment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment<'a> {
    /// Which packet it is of.
    pub(super) key: Key,
    /// Where in the packet's payload it belongs.
    pub(super) offset: IpFragOffset,
    /// Whether others come behind it.
    pub(super) more: bool,
    /// The captured bytes.
    pub(super) payload: &'a [u8],
    /// Whether some of its bytes were not captured.
    pub(super) is_cut: bool,
}

/// A packet of which fragments were seen.
#[derive(Clone, Debug)]
struct Assembly {
    key: Key,
    /// From the first fragment that was seen to the last.
    origin: Origin,
    /// Bytes that were seen.
    bytes: u64,
    /// `None` once the packet is whole: a recorder that sees each fragment twice then brings nothing new.
    buffer: Option<IpDefragBuf>,
}

/// The packets of which fragments were seen, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Fragments {
    assemblies: VecDeque<Assembly>,
}

impl Fragments {
    /// Takes a fragment, and gives the payload of the packet that it completes, and where that came from.
    pub(super) fn add<S>(&mut self, fragment: Fragment<'_>, origin: Origin, out: &mut S) -> Option<(Vec<u8>, Origin)>
    where
        S: for<'a> Sink<Packet<'a>>,
    {
        let known = self.assemblies.iter().rposition(|assembly| assembly.key == fragment.key);
        if let Some(index) = known
            && self.assemblies.get(index).is_some_and(|assembly| is_long_after(origin, assembly.origin))
        {
            self.assemblies.remove(index).iter().for_each(|assembly| give_up(assembly, out));
        }
        let index = match self.assemblies.iter().rposition(|assembly| assembly.key == fragment.key) {
            Some(index) => index,
            None => {
                if self.assemblies.len() == MOST {
                    self.assemblies.pop_front().iter().for_each(|assembly| give_up(assembly, out));
                }
                let buffer = IpDefragBuf::new(fragment.key.carries.into(), Vec::new(), Vec::new());
                self.assemblies.push_back(Assembly { key: fragment.key, origin, bytes: 0, buffer: Some(buffer) });
                self.assemblies.len() - 1
            }
        };
        let assembly = self.assemblies.get_mut(index)?;
        let buffer = assembly.buffer.as_mut()?;
        assembly.origin = assembly.origin.to(origin);
        assembly.bytes += fragment.payload.len() as u64;
        let (payload, more) = if fragment.is_cut {
            // What is there of it; the packet stays incomplete.
            (fragment.payload.get(..fragment.payload.len() / 8 * 8).unwrap_or_default(), true)
        } else {
            (fragment.payload, fragment.more)
        };
        if buffer.add(fragment.offset, more, payload).is_err() {
            let contradiction = Anomaly::new(diagnosis(fragment.key), origin).bytes(fragment.payload.len() as u64);
            out.anomaly(contradiction.detail("fragments contradict each other"));
            return None;
        }
        if !buffer.is_complete() {
            return None;
        }
        let (payload, _sections) = assembly.buffer.take()?.take_bufs();
        Some((payload, assembly.origin))
    }

    /// Gives up all packets that are not whole.
    pub(super) fn finish<S>(&mut self, out: &mut S)
    where
        S: for<'a> Sink<Packet<'a>>,
    {
        self.assemblies.drain(..).for_each(|assembly| give_up(&assembly, out));
    }
}

/// Reports a packet that is not whole.
fn give_up<S>(assembly: &Assembly, out: &mut S)
where
    S: for<'a> Sink<Packet<'a>>,
{
    if assembly.buffer.is_some() {
        out.anomaly(Anomaly::new(diagnosis(assembly.key), assembly.origin).bytes(assembly.bytes));
    }
}

fn diagnosis(key: Key) -> &'static Diagnosis {
    if key.carries == ip_number::TCP.0 { &TCP_FRAGMENT } else { &FRAGMENT }
}

/// Whether more has gone by since `earlier` than between the fragments of one packet. A clock that was set is no proof.
fn is_long_after(now: Origin, earlier: Origin) -> bool {
    let records = now.last.saturating_sub(earlier.last);
    match now.time.zip(earlier.time) {
        Some((now, earlier)) => {
            now.nanoseconds_since(earlier).unsigned_abs() >= ANOTHER_AFTER && records >= ANOTHER_AFTER_RECORDS
        }
        None => records >= ANOTHER_AFTER_UNTIMED_RECORDS,
    }
}
