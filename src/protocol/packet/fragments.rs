//! IP packets reassembled from fragments (RFC 791 section 3.2, RFC 8200 section 4.5).

use std::collections::VecDeque;

use etherparse::defrag::IpDefragBuf;
use etherparse::ip_number;

use super::PacketSink;
use super::diagnoses::{FRAGMENT, TCP_FRAGMENT};
use super::internet::{Fragment, Key};
use crate::anomaly::{Anomaly, Diagnosis};
use crate::origin::Origin;

/// The most packets that are remembered, complete ones included. Each takes at most 64 KiB of memory.
const MOST: usize = 256;

/// Senders reuse identifications. After this many nanoseconds, and at least this many records, the same identification
/// belongs to another packet.
const ANOTHER_AFTER: u64 = 30_000_000_000;
const ANOTHER_AFTER_RECORDS: u64 = 64;

/// The same for captures without times, in records.
const ANOTHER_AFTER_UNTIMED_RECORDS: u64 = 4096;

/// A packet that is being reassembled, or was.
#[derive(Clone, Debug)]
struct Assembly {
    key: Key,
    /// From the first captured fragment to the last.
    origin: Origin,
    /// Captured bytes.
    bytes: u64,
    /// `None` once the packet is complete, so that a recorder that sees each fragment twice adds nothing.
    buffer: Option<IpDefragBuf>,
}

/// The packets that arrived in fragments, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Fragments {
    assemblies: VecDeque<Assembly>,
}

impl Fragments {
    /// Adds a fragment. Returns the payload and the origin of the packet that it completes, if any.
    pub(super) fn add(
        &mut self,
        fragment: Fragment<'_>,
        origin: Origin,
        out: &mut impl PacketSink,
    ) -> Option<(Vec<u8>, Origin)> {
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
                let buffer = IpDefragBuf::new(fragment.key.protocol.into(), Vec::new(), Vec::new());
                self.assemblies.push_back(Assembly { key: fragment.key, origin, bytes: 0, buffer: Some(buffer) });
                self.assemblies.len() - 1
            }
        };
        let assembly = self.assemblies.get_mut(index)?;
        let buffer = assembly.buffer.as_mut()?;
        assembly.origin = assembly.origin.to(origin);
        assembly.bytes += fragment.payload.len() as u64;
        let (payload, more) = if fragment.is_cut {
            // The packet stays incomplete, but the captured part still counts.
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

    /// Gives up all incomplete packets.
    pub(super) fn finish(&mut self, out: &mut impl PacketSink) {
        self.assemblies.drain(..).for_each(|assembly| give_up(&assembly, out));
    }
}

/// Reports a packet that is incomplete.
fn give_up(assembly: &Assembly, out: &mut impl PacketSink) {
    if assembly.buffer.is_some() {
        out.anomaly(Anomaly::new(diagnosis(assembly.key), assembly.origin).bytes(assembly.bytes));
    }
}

fn diagnosis(key: Key) -> &'static Diagnosis {
    if key.protocol == ip_number::TCP.0 { &TCP_FRAGMENT } else { &FRAGMENT }
}

/// Returns whether more time has passed since `earlier` than between fragments of one packet. Time alone does not
/// suffice, because the recorder's clock may have been set.
fn is_long_after(now: Origin, earlier: Origin) -> bool {
    let records = now.last.saturating_sub(earlier.last);
    match now.time.zip(earlier.time) {
        Some((now, earlier)) => {
            now.nanoseconds_since(earlier).unsigned_abs() >= ANOTHER_AFTER && records >= ANOTHER_AFTER_RECORDS
        }
        None => records >= ANOTHER_AFTER_UNTIMED_RECORDS,
    }
}
