//! Addresses in stanzas to which packets went: then what was read as an address is one.

use super::leg::Path;
use crate::call::Call;
use crate::origin::{Direction, RecordNumber};
use crate::protocol::stanza::ActionName;
use std::net::SocketAddr;

/// Where in a stanza an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a latency report, next to a name of the relay or not.
    Report {
        /// Whether it has a name too.
        is_named: bool,
    },
    /// In a transport.
    Transport,
}

/// The bytes of an address in a stanza, to which packets of the call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialled {
    /// Index in [`Call::rows`] of the stanza.
    pub row: usize,
    /// Where in it.
    pub place: Place,
    /// Whether it is an address of IPv6.
    pub is_ipv6: bool,
    /// Whether they went to the port in it too.
    pub is_exact: bool,
    /// The capture's first record with such a packet.
    pub record: RecordNumber,
    /// The first record with an answer; `None` if none came.
    pub answer: Option<RecordNumber>,
}

/// Returns the addresses in reports and transports to which packets of the call went. Bytes of zeros are no address.
pub(super) fn dialled(call: &Call, path: &Path) -> Vec<Dialled> {
    let announced = &path.announced;
    let reports = announced.reports.iter().filter_map(|report| {
        let place = Place::Report { is_named: report.name.is_some() };
        Some((report.row, place, report.address?))
    });
    let is_transport = |row: usize| {
        let stanza = call.rows.get(row).map(|row| row.observed.read());
        stanza.and_then(|stanza| stanza.action()).is_some_and(|action| action.name == ActionName::Transport)
    };
    let candidates = announced.candidates.iter().filter(|candidate| is_transport(candidate.row));
    let candidates = candidates.map(|candidate| (candidate.row, Place::Transport, candidate.address));
    let at = |(row, place, address)| dialled_at(path, row, place, address);
    reports.chain(candidates).filter_map(at).collect()
}

fn dialled_at(path: &Path, row: usize, place: Place, address: SocketAddr) -> Option<Dialled> {
    let flows = path.legs.iter().flat_map(|leg| leg.flows()).map(|(_, flow)| flow);
    let tried = flows.filter(|flow| {
        let is_media = flow.media().is_some() && flow.counts[Direction::Outbound].packets > 0;
        is_media && flow.remote.ip() == address.ip()
    });
    let tried = tried.max_by_key(|flow| flow.remote == address)?;
    Some(Dialled {
        row,
        place,
        is_ipv6: address.is_ipv6(),
        is_exact: tried.remote == address,
        record: tried.counts.outbound.first?.record,
        answer: tried.counts.inbound.first.map(|at| at.record),
    })
}
