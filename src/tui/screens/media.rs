//! The media of a call: its flows, with what each carries, and what the packets show.

use std::net::SocketAddr;
use std::sync::Arc;

use ratatui::style::Style;
use ratatui::text::Span;

use crate::diagram;
use crate::media::{Flow, Kind, Leg, LegFlow, Outcome, Role, relay_name};
use crate::origin::Direction;
use crate::print;
use crate::spec::Judged;
use crate::tui::kit::bindings::Context;
use crate::tui::kit::csv::{Table, text};
use crate::tui::kit::list::{Details, List, Scroll, headings, last, row};
use crate::tui::kit::pane::{Canvas, Viewport};
use crate::tui::kit::text::{visible_all, wrap};
use crate::tui::screen::{Formats, Screen, TABLE};
use crate::tui::shared::Shared;
use crate::words::{counted, duration};

/// The widths of the columns; the last takes the rest.
const WIDTHS: [usize; 5] = [14, 28, 8, 8, 7];

/// The media of a call.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Media {
    judged: Arc<Judged>,
    selected: usize,
    details: Details,
}

impl Media {
    /// The media of a call.
    pub(in crate::tui) const fn of(judged: Arc<Judged>) -> Self {
        Self { judged, selected: 0, details: Details::START }
    }

    /// The call.
    pub(in crate::tui) fn judged(&self) -> &Judged {
        &self.judged
    }

    fn legs(&self) -> &[Leg] {
        self.judged.media().map_or(&[][..], |media| &media.path.legs)
    }

    /// The flows of all legs.
    fn flows(&self) -> Vec<(&LegFlow, &Flow)> {
        self.legs().iter().flat_map(Leg::flows).collect()
    }

    /// What a flow leads to.
    fn end(&self, known: &LegFlow) -> String {
        let announced = self.judged.media().map(|media| &media.path.announced);
        match (known.tied.role, announced) {
            (Role::Relay(Some(relay)), Some(announced)) => {
                visible_all(&relay_name(announced, relay, true)).into_owned()
            }
            (Role::Relay(_), _) => "a relay".to_owned(),
            (Role::Peer, _) => "the peer".to_owned(),
        }
    }

    /// What the packets show, and when media flowed.
    fn said(&self) -> Vec<String> {
        let Some(media) = self.judged.media() else { return Vec::new() };
        let mut said = Vec::new();
        for (leg, findings) in media.legs() {
            said.extend(leg.coverage.limit().map(|limit| format!("In this call, {limit}.")));
            said.extend(print::clock(leg));
            let records = |records: Vec<u64>| records.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            if let Some(cause) = &findings.cause {
                let sentence = cause.sentence.say(&media.path.announced, true);
                let records = records(print::cited(cause, &self.judged.call, leg));
                said.push(format!("{} ({}): {sentence} Records {records}.", cause.id.id(), cause.strength.name()));
            }
            for fact in &findings.facts {
                let sentence = fact.sentence.say(&media.path.announced, true);
                let records = records(print::cited(fact, &self.judged.call, leg));
                said.push(format!("{}: {sentence} Records {records}.", fact.id.id()));
            }
        }
        said.extend(diagram::bars(&self.judged));
        said
    }

    /// What is known of a flow.
    fn said_of_flow(&self, known: &LegFlow, flow: &Flow) -> Vec<String> {
        let ties: Vec<String> = known.tied.ties.iter().map(crate::media::Tie::phrase).collect();
        let mut lines = vec![format!("Tied to the call by {}.", ties.join("; "))];
        for way in [Direction::Outbound, Direction::Inbound] {
            let word = if way == Direction::Outbound { "Out" } else { "In" };
            let count = flow.counts[way];
            if let Some((first, last)) = count.first.zip(count.last) {
                let packets = counted(count.packets, "packet");
                lines.push(format!("{word}: {packets}, records {} to {}.", first.record, last.record));
            }
            for stream in known.streams(flow, way) {
                let kinds: Vec<String> = stream.by_type.iter().map(|(kind, _)| kind.to_string()).collect();
                let (first, last) = (stream.count.first, stream.count.last);
                let records = first
                    .zip(last)
                    .map_or_else(String::new, |(first, last)| format!(", records {} to {}", first.record, last.record));
                lines.push(format!(
                    "{word}: RTP stream {:#010x}, payload type {}, {}, {} lost, {} late{records}.",
                    stream.ssrc,
                    kinds.join(" and "),
                    counted(stream.count.packets, "packet"),
                    stream.lost(),
                    stream.late,
                ));
            }
        }
        for asked in known.transactions(flow) {
            let way = if asked.direction == Direction::Outbound { "sent" } else { "received" };
            let answer = match &asked.answer {
                None => "no answer".to_owned(),
                Some((outcome, at)) => {
                    let took =
                        at.since(asked.request).map_or_else(String::new, |took| format!(" after {}", duration(took)));
                    match outcome {
                        Outcome::Success => format!("success in record {}{took}", at.record),
                        Outcome::Error(code, reason) => {
                            let code = code.map_or_else(String::new, |code| format!(" {code}"));
                            format!("error{code} {reason} in record {}{took}", at.record)
                        }
                    }
                }
            };
            lines.push(format!("{} {way} in record {}: {answer}.", asked.method.name(), asked.request.record));
        }
        if flow.unreachable.packets > 0 {
            lines.push(format!("ICMP reported {} as undelivered.", counted(flow.unreachable.packets, "packet")));
        }
        lines.extend(flow.wireshark_filter().map(|filter| format!("Wireshark: {filter}")));
        lines
    }
}

impl Screen for Media {
    fn context(&self) -> Context {
        Context::Media
    }

    fn list(&mut self, _shared: &Shared) -> Option<(&mut usize, usize)> {
        let flows = self.flows().len();
        Some((&mut self.selected, flows))
    }

    fn details(&mut self) -> Option<&mut Details> {
        Some(&mut self.details)
    }

    fn entry_text(&self, index: usize, shared: &Shared) -> Option<String> {
        let flows = self.flows();
        let (known, flow) = flows.get(index)?;
        let [local, remote] = flow.ends().map(end);
        Some(shared.presentable(format!("{} {local} {remote}", self.end(known))))
    }

    fn copied(&self, _shared: &Shared) -> Option<(&'static str, String)> {
        let flows = self.flows();
        let filter = flows.get(self.selected).and_then(|(_, flow)| flow.wireshark_filter());
        filter.map(|filter| ("Wireshark filter", filter))
    }

    fn table(&self, shared: &Shared) -> Option<Table> {
        let flows = self.flows();
        let row = |(known, flow): &(&LegFlow, &Flow)| {
            let [local, remote] = flow.ends().map(end);
            let cells = [
                self.end(known),
                shared.presentable(local),
                shared.presentable(remote),
                kinds(flow),
                flow.counts.outbound.packets.to_string(),
                flow.counts.inbound.packets.to_string(),
            ];
            cells.map(text).to_vec()
        };
        let headings = vec!["end", "local", "remote", "kinds", "packets_out", "packets_in"];
        Some((headings, flows.iter().map(row).collect()))
    }

    fn formats(&self, _shared: &Shared) -> Option<(String, Formats)> {
        Some(("media".to_owned(), TABLE))
    }
}

/// An end of a flow; nothing if it is not known.
fn end(end: Option<SocketAddr>) -> String {
    end.map_or_else(String::new, |end| end.to_string())
}

fn kinds(flow: &Flow) -> String {
    let kinds = crate::media::kinds_of(flow).map(Kind::name);
    kinds.collect::<Vec<_>>().join(" ")
}

/// Draws the media of a call.
pub(in crate::tui) fn draw(screen: &Media, shared: &Shared, scroll: &mut Scroll, canvas: Canvas<'_, '_>) -> Viewport {
    let theme = canvas.theme;
    let flows = screen.flows();
    let heading = headings(&WIDTHS, &["Other end", "Address", "Out", "In", "Carries"]);
    let empty = "No UDP packets of this call were captured.".to_owned();
    let list = List { heading, selected: screen.selected, details: &screen.details, count: flows.len(), empty };
    let entry = |index: usize, columns: usize| {
        let (known, flow) = flows.get(index)?;
        let elected = if known.is_elected == Some(true) { " (elected)" } else { "" };
        let [_, remote] = flow.ends().map(end);
        let texts = [
            (screen.end(known), theme.accent),
            (visible_all(&shared.presentable(remote)).into_owned(), theme.muted),
            (flow.counts.outbound.packets.to_string(), Style::new()),
            (flow.counts.inbound.packets.to_string(), Style::new()),
        ];
        let cells = row(&WIDTHS, texts);
        Some(last(cells, &format!("{}{elected}", kinds(flow)), columns, Style::new()))
    };
    let details = |columns: usize| {
        let said = screen.said().into_iter().map(|line| (line, theme.heading));
        let of_flow = flows.get(screen.selected).map(|(known, flow)| screen.said_of_flow(known, flow));
        let all = said.chain(of_flow.into_iter().flatten().map(|line| (line, Style::new())));
        let wrapped = all
            .flat_map(|(line, style)| wrap(&[Span::styled(visible_all(&shared.presentable(line)), style)], columns, 2));
        wrapped.collect()
    };
    list.draw(scroll, canvas, entry, details)
}
