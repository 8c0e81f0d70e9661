//! What leaves the screen: copied to the clipboard, or written to a file.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::analysis::{Excerpt, Packing};
use crate::filter::{Completion, Completions};
use crate::tui::dialog::Dialog;
use crate::tui::kit::command::Effect;
use crate::tui::model::Model;
use crate::tui::screen::{CLASSIC, Formats, NEXT_GENERATION};
use crate::tui::screens::draft;
use crate::tui::shared::Shared;

/// The text to copy, as it is shown.
pub(in crate::tui) fn copied(model: &mut Model) -> Option<Effect> {
    if let Some(id) = model.screen().draft(&model.shared) {
        // Sanitised already, and copied exactly as it would be sent.
        let text = draft::text(&mut model.shared, id)?;
        model.shared.say("Draft copied to the clipboard");
        return Some(Effect::Copy(text));
    }
    let Some((what, text)) = model.screen().copied(&model.shared) else {
        model.shared.say("Nothing to copy here");
        return None;
    };
    let others = model.screen().also_copied(&model.shared);
    if others.is_empty() {
        return copy(&mut model.shared, what, text);
    }
    let copies = std::iter::once((what, text)).chain(others).collect();
    model.shared.dialog = Some(Dialog::Copies { copies, selected: 0 });
    None
}

/// Copies a text as it may leave the interface.
pub(super) fn copy(shared: &mut Shared, what: &str, text: String) -> Option<Effect> {
    match shared.released(text) {
        Ok(text) => {
            shared.say(format!("{what} copied to the clipboard"));
            Some(Effect::Copy(text))
        }
        Err(why) => {
            shared.say(why);
            None
        }
    }
}

/// File names for the screen, one per format; empty if it cannot be written.
pub(super) fn file_names(model: &Model) -> Completions {
    let Some((stem, formats)) = model.screen().formats(&model.shared) else { return Completions::default() };
    let entries = formats
        .iter()
        .chain(packet_formats(model))
        .map(|(extension, doc)| Completion { text: format!("{stem}.{extension}"), doc });
    Completions { start: 0, entries: entries.collect() }
}

/// The formats in which packets of the screen's calls can be written: none unless all are recorded as packets.
fn packet_formats(model: &Model) -> Formats {
    let Some(analysis) = &model.shared.analysis else { return &[] };
    let calls = model.screen().packets(&model.shared);
    let captures: BTreeSet<_> = calls.iter().flat_map(|judged| judged.call.captures()).collect();
    let captures: Vec<_> = captures.into_iter().filter_map(|capture| analysis.capture(capture)).collect();
    match captures.as_slice() {
        [capture] if capture.format == Some("pcap") => CLASSIC,
        [_, ..] if captures.iter().all(|capture| capture.has_packets()) => NEXT_GENERATION,
        _ => &[],
    }
}

/// Writes the packets of the screen's calls to a file.
fn packets(model: &mut Model, path: PathBuf, extension: &str, over: bool) -> Option<Effect> {
    if model.shared.names.in_letters {
        model.shared.say("Packets contain addresses: show addresses first (p)");
        return None;
    }
    let calls = model.screen().packets(&model.shared);
    let excerpt = Excerpt::of(calls.iter().map(|judged| judged.call.as_ref()));
    let packing = if extension == "pcap" { Packing::AsRecorded } else { Packing::Pcapng };
    Some(Effect::WritePackets { path, excerpt, packing, over })
}

/// Writes the screen to a file, in the format of its extension; replaces an existing one only if `over`.
pub(super) fn written(model: &mut Model, path: PathBuf, over: bool) -> Option<Effect> {
    if let Some(id) = model.screen().draft(&model.shared) {
        return draft::save(&mut model.shared, id, path, over);
    }
    let Some((_, formats)) = model.screen().formats(&model.shared) else {
        model.shared.say("This screen cannot be written to a file");
        return None;
    };
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    let of_packets = packet_formats(model);
    if of_packets.iter().any(|(known, _)| *known == extension) {
        return packets(model, path, &extension, over);
    }
    let is_known = formats.iter().any(|(known, _)| *known == extension);
    let text = if is_known { model.screen().written(&extension, &model.shared) } else { None };
    if text.is_none() {
        let known = formats
            .iter()
            .chain(of_packets)
            .map(|(extension, doc)| format!(".{extension} {doc}"))
            .collect::<Vec<_>>()
            .join("; ");
        model.shared.say(format!("Not written: unknown file extension (use {known})"));
    }
    match model.shared.released(text?) {
        Ok(text) => Some(Effect::Write { path, text, rest: None, over }),
        Err(why) => {
            model.shared.say(why);
            None
        }
    }
}
