//! All calls of an analysis, rewritten so that texts for others can be made of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem;
use std::sync::Arc;

use super::media;
use super::node::{seconds, start};
use super::redactor::Redactor;
use super::remarks::{Remark, remarks};
use crate::analysis::{Analysis, Capture};
use crate::call::{
    Call, Clock, Leg, LocalDevice, Observed, Originator, Party, People, Recording, Row, Shared, Socket, Span, Vantage,
};
use crate::media::CallMedia;
use crate::origin::{CaptureId, Located, Origin, Timestamp};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::Stanza;
use crate::spec::{Context, Judged};

/// An analysis in which nothing raw is left: people, ids and captures go by their aliases, moments are counted from the
/// beginning of the recording, and the calls are judged again.
///
/// Captures, calls, rows and records keep their numbers.
#[derive(Clone, Debug)]
pub struct Sanitised {
    analysis: Analysis,
    remarks: Vec<Remark>,
}

impl Redactor {
    /// Everything that an analysis knows of its calls, sanitised.
    #[must_use]
    pub fn sanitise(&self, analysis: &Analysis) -> Sanitised {
        Rewriting::of(analysis, self).done(analysis, analysis.calls.iter().map(Arc::clone), |_, _| ())
    }

    /// The same of an analysis that nobody needs any more: each call is given up once it is rewritten.
    #[must_use]
    pub fn sanitise_last(&self, analysis: Arc<Analysis>) -> Sanitised {
        self.sanitise_last_showing(analysis, |_, _| ())
    }

    /// The same, where each call is shown before it is given up: its index, and the call as captured and as rewritten.
    #[must_use]
    pub fn sanitise_last_showing(&self, analysis: Arc<Analysis>, show: impl FnMut(usize, [&Call; 2])) -> Sanitised {
        let rewriting = Rewriting::of(&analysis, self);
        let mut analysis = Arc::unwrap_or_clone(analysis);
        let calls = mem::take(&mut analysis.calls);
        rewriting.done(&analysis, calls.into_iter(), show)
    }
}

impl Sanitised {
    /// What is known, rewritten.
    #[must_use]
    pub const fn analysis(&self) -> &Analysis {
        &self.analysis
    }

    /// The same with the calls at these indexes only. They keep their numbers, and what is said of them.
    #[must_use]
    pub fn narrowed(&self, calls: &[usize]) -> Self {
        let places: HashMap<usize, usize> = calls.iter().enumerate().map(|(place, call)| (*call, place)).collect();
        let remark = |remark: &Remark| Some(Remark { call: *places.get(&remark.call)?, ..remark.clone() });
        Self { analysis: self.analysis.narrowed(calls), remarks: self.remarks.iter().filter_map(remark).collect() }
    }

    /// What the user noted on the calls and their stanzas.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }
}

/// What a capture is called where its name may not be said.
fn nameless(index: usize, capture: &Capture) -> Capture {
    Capture {
        name: format!("capture-{}", index + 1),
        path: None,
        digest: None,
        format: capture.format,
        container: None,
        technique_override: capture.technique_override.clone(),
        times_are_relative: true,
        records: capture.records,
        bytes: capture.bytes,
        size: capture.size,
        is_followed: false,
        connections: Vec::new(),
        other: capture.other,
        names_test_server: capture.is_of_test_server(),
        failure: None,
    }
}

/// The moment at which the clock of each capture is set to zero: the same for all that have a date, so that what is
/// between them stays; that of its first stanza for one that has none.
struct Starts {
    dated: i64,
    relative: BTreeMap<CaptureId, i64>,
}

impl Starts {
    fn of(analysis: &Analysis) -> Self {
        let (mut dated, mut relative) = (i64::MAX, BTreeMap::new());
        for row in analysis.judged().flat_map(|judged| &judged.call.rows) {
            for observed in row.observations() {
                let Some(Timestamp(time)) = observed.time() else { continue };
                let capture = observed.capture();
                if analysis.capture(capture).is_some_and(|capture| capture.times_are_relative) {
                    let start = relative.entry(capture).or_insert(time);
                    *start = time.min(*start);
                } else {
                    dated = dated.min(time);
                }
            }
        }
        Self { dated, relative }
    }

    fn of_capture(&self, capture: CaptureId) -> i64 {
        self.relative.get(&capture).copied().unwrap_or(self.dated)
    }

    fn since(&self, capture: CaptureId, time: Timestamp) -> Timestamp {
        Timestamp(time.0.saturating_sub(self.of_capture(capture)))
    }
}

struct Rewriting<'r> {
    redactor: &'r Redactor,
    starts: Starts,
    /// By call.
    media: Vec<Option<Arc<CallMedia>>>,
    remarks: Vec<Remark>,
    shared: Shared,
    /// What calls share stays shared: stanzas by capture and ordinal.
    stanzas: HashMap<(CaptureId, u64), Arc<Observed>>,
    recordings: Renewed<Recording>,
    people: Renewed<People>,
}

/// What each was and has become, by where it was, and where nothing else comes to be meanwhile.
type Renewed<T> = HashMap<*const T, [Arc<T>; 2]>;

impl<'r> Rewriting<'r> {
    /// What has to be known of an analysis as a whole.
    fn of(analysis: &Analysis, redactor: &'r Redactor) -> Self {
        let starts = Starts::of(analysis);
        let media = analysis.calls.iter().map(|judged| {
            let since = |capture, time| starts.since(capture, time);
            Some(Arc::new(media::sanitised(judged.media()?, since)))
        });
        Self {
            redactor,
            media: media.collect(),
            remarks: remarks(analysis, redactor.aliases()),
            starts,
            shared: Shared::default(),
            stanzas: HashMap::new(),
            recordings: HashMap::new(),
            people: HashMap::new(),
        }
    }

    /// The analysis with these calls, which are its own, rewritten. Each is shown as it was and as it is.
    fn done(
        mut self,
        analysis: &Analysis,
        calls: impl Iterator<Item = Arc<Judged>>,
        mut show: impl FnMut(usize, [&Call; 2]),
    ) -> Sanitised {
        let rewritten = calls.enumerate().map(|(index, judged)| {
            let rewritten = self.call(&judged.call);
            show(index, [&judged.call, &rewritten]);
            Arc::new(rewritten)
        });
        let calls: Vec<_> = rewritten.collect();
        let media = mem::take(&mut self.media);
        let context = Arc::new(Context::of(&calls, analysis.complete).with_media(&calls, media));
        let calls = calls.into_iter().map(|call| Arc::new(Judged::new(call, Arc::clone(&context)))).collect();
        let strays = analysis.strays.as_ref().map(|strays| Arc::new(self.call(&strays.call)));
        let strays = strays.map(|strays| Arc::new(Judged::of_strays(strays, &context)));
        let captures = analysis.captures.iter().enumerate().map(|(index, capture)| nameless(index, capture));
        let rewritten = Analysis {
            captures: captures.collect(),
            calls,
            context,
            lineage: Arc::clone(&analysis.lineage),
            strays,
            complete: analysis.complete,
            ..Analysis::default()
        };
        Sanitised { analysis: rewritten, remarks: self.remarks }
    }

    fn call(&mut self, call: &Call) -> Call {
        let first = start(call.rows.iter().filter_map(|row| seconds(&row.observed.read().node.text("t")?)));
        let rows: Vec<_> = call.rows.iter().map(|row| self.row(row, first)).collect();
        let on_wire: BTreeSet<Socket> = call
            .rows
            .iter()
            .flat_map(Row::observations)
            .filter(|seen| seen.read().is_from_wire())
            .map(|seen| seen.socket())
            .collect();
        let recordings = call
            .recordings
            .iter()
            .map(|(socket, recording)| (*socket, self.recording(socket.0, recording, on_wire.contains(socket))));
        let recordings = recordings.collect();
        let jid = |jid: &Option<Jid>| jid.as_ref().map(|jid| self.redactor.jid(jid));
        let shift = |vantage: usize| {
            let row = call.rows.iter().find(|row| row.vantage == vantage);
            row.map_or(0, |row| self.starts.of_capture(row.observed.capture()))
        };
        let vantages = call.vantages.iter().enumerate().map(|(index, vantage)| Vantage {
            clock: vantage.clock.map(|clock| {
                let shift = shift(index).saturating_sub(shift(0));
                Clock { least: clock.least.saturating_add(shift), most: clock.most.saturating_add(shift) }
            }),
            device: LocalDevice {
                lid: jid(&vantage.device.lid),
                phone: jid(&vantage.device.phone),
                found_by: vantage.device.found_by,
                account: jid(&vantage.device.account),
                refused: jid(&vantage.device.refused),
            },
            ..vantage.clone()
        });
        let mut progress = call.progress.clone();
        progress.end_reason = progress.ended.and_then(|ended| reason(&rows, ended));
        let legs = call.legs.iter().map(|leg| match &leg.party {
            Party::Device(device) => Leg { party: Party::Device(self.redactor.jid(device)), ..leg.clone() },
            Party::Local | Party::Server => leg.clone(),
        });
        let legs = legs.collect();
        Call {
            id: self.redactor.call_id(&call.id).into(),
            creator: jid(&call.creator),
            caller: jid(&call.caller),
            callee: jid(&call.callee),
            vantages: vantages.collect(),
            people: self.people(&call.people),
            recordings,
            rows,
            // What programs write is free text.
            events: Vec::new(),
            progress,
            legs,
            ..call.clone()
        }
    }

    fn row(&mut self, row: &Row, first: Option<i64>) -> Row {
        let device = row.originator.device.as_ref().map(|jid| self.redactor.jid(jid));
        Row {
            observed: self.observed(&row.observed, first),
            also: row.also.iter().map(|observed| self.observed(observed, first)).collect(),
            originator: Originator { device, ..row.originator.clone() },
            ..row.clone()
        }
    }

    fn observed(&mut self, observed: &Arc<Observed>, first: Option<i64>) -> Arc<Observed> {
        if let Some(known) = self.stanzas.get(&(observed.capture(), observed.seq)) {
            return Arc::clone(known);
        }
        let origin = observed.stanza.origin;
        let time = origin.time.map(|time| self.starts.since(origin.capture, time));
        let mut stanza = Stanza::read(self.redactor.node(&observed.read().node, first), None);
        self.shared.share(&mut stanza);
        let rewritten = Observed { seq: observed.seq, stanza: Located::new(Origin { time, ..origin }, stanza) };
        let rewritten = Arc::new(rewritten);
        self.stanzas.insert((observed.capture(), observed.seq), Arc::clone(&rewritten));
        rewritten
    }

    /// The links between addresses, which all calls share.
    fn people(&mut self, people: &Arc<People>) -> Arc<People> {
        let redactor = self.redactor;
        let renamed = || [Arc::clone(people), Arc::new(people.renamed(|jid| redactor.jid(jid)))];
        let [_, renamed] = self.people.entry(Arc::as_ptr(people)).or_insert_with(renamed);
        Arc::clone(renamed)
    }

    /// The recording, which says itself that it was made on the network where the ciphertext no longer does.
    fn recording(&mut self, capture: CaptureId, recording: &Arc<Recording>, on_wire: bool) -> Arc<Recording> {
        if let Some([_, known]) = self.recordings.get(&Arc::as_ptr(recording)) {
            return Arc::clone(known);
        }
        let since = |time| self.starts.since(capture, time);
        let spans = recording.spans.iter().map(|span| Span { from: since(span.from), until: since(span.until) });
        let is_from_wire = recording.is_from_wire || on_wire;
        let rewritten = Arc::new(Recording { spans: spans.collect(), is_from_wire, ..recording.as_ref().clone() });
        self.recordings.insert(Arc::as_ptr(recording), [Arc::clone(recording), Arc::clone(&rewritten)]);
        rewritten
    }
}

/// The reason that a row's stanza gives.
fn reason(rows: &[Row], index: usize) -> Option<Box<str>> {
    rows.get(index)?.observed.read().action()?.reason.clone()
}
