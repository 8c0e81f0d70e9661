//! The files of meowcaller's recorder about media: a line of JSON each, with the recorder's time `ts_ms`. Which file a line is
//! of stands only in the file's name, so that lines are told by their members; the files may be joined in any order.

use std::borrow::Cow;

use data_encoding::HEXLOWER_PERMISSIVE;
use serde::Deserialize;

use super::entry::{LineFormat, LogEntry, LogTime, LoggedNote, NoEntry, Parsed, Text, json};
use crate::input::recorder::MediaNote;
use crate::input::time;
use crate::origin::Direction;

/// The lines about media.
pub(in crate::input) const RECORDER: LineFormat = LineFormat::of_no_client(&["\"ts_ms\":"], read);

/// The members of a line that say something.
#[derive(Deserialize)]
struct Line<'t> {
    ts_ms: i64,
    #[serde(borrow)]
    event: Option<Cow<'t, str>>,
    #[serde(borrow)]
    ipv4: Option<Cow<'t, str>>,
    port: Option<u16>,
    #[serde(borrow)]
    tx_id_hex: Option<Cow<'t, str>>,
    bytes: Option<u64>,
    response_bytes: Option<u64>,
    is_rtp: Option<bool>,
    ssrc: Option<u32>,
    seq: Option<u16>,
    ts: Option<u32>,
    pt: Option<u8>,
    plain_bytes: Option<u64>,
    frame: Option<u64>,
    packet_len: Option<u64>,
    #[serde(borrow)]
    participant_id: Option<Cow<'t, str>>,
    #[serde(borrow)]
    call_id: Option<Cow<'t, str>>,
}

fn read(text: &Text<'_>) -> Parsed {
    // Other programs write `ts_ms` too.
    let line: Line<'_> = json(text.line()).map_err(|_| NoEntry::Unrelated)?;
    let note = note(&line).ok_or(NoEntry::Unrelated)?;
    let time = time::whole_milliseconds(line.ts_ms).map_or(LogTime::None, LogTime::At);
    LogEntry::note(LoggedNote { note, time })
}

fn note(line: &Line<'_>) -> Option<MediaNote> {
    let id = || {
        let bytes = HEXLOWER_PERMISSIVE.decode(line.tx_id_hex.as_deref()?.as_bytes()).ok()?;
        bytes.try_into().ok()
    };
    let rtp = |direction| {
        let (ssrc, sequence, timestamp) = (line.ssrc?, line.seq?, line.ts?);
        Some(MediaNote::Rtp { direction, ssrc, sequence, timestamp, payload_type: line.pt?, bytes: line.bytes })
    };
    match line.event.as_deref() {
        Some("endpoint") => {
            let address = line.ipv4.as_deref()?.parse().ok()?;
            Some(MediaNote::Endpoint((std::net::IpAddr::V4(address), line.port?).into()))
        }
        Some("packet_in") => Some(MediaNote::Arrived { bytes: line.bytes?, is_rtp: line.is_rtp? }),
        Some("allocate_sent") => Some(MediaNote::Allocate { id: id()?, bytes: line.bytes? }),
        Some("consent_ping_sent" | "keepalive") => Some(MediaNote::Ping { id: id()? }),
        Some("binding_request_answered") => Some(MediaNote::CheckAnswered(line.response_bytes?)),
        Some("in") if line.plain_bytes.is_some() => Some(MediaNote::Rtcp { ssrc: line.ssrc? }),
        Some("auth_failed") => Some(MediaNote::Rtcp { ssrc: line.ssrc? }),
        Some("in" | "unknown_payload") => rtp(Direction::Inbound),
        Some("out") => rtp(Direction::Outbound),
        Some("unprotect_failed") => Some(MediaNote::Unopened { ssrc: line.ssrc? }),
        Some(_) => None,
        None if line.participant_id.is_some() && line.call_id.is_some() => Some(MediaNote::OwnAudio(line.ssrc?)),
        None => Some(MediaNote::AudioOut { number: line.frame?, bytes: line.packet_len? }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::log::entry::EntryContent;

    fn noted(line: &str) -> Option<MediaNote> {
        match read(&Text { text: line, is_all: true }) {
            Ok(LogEntry { content: EntryContent::Note(note), .. }) => Some(note.note),
            _ => None,
        }
    }

    #[test]
    fn lines_are_told_by_their_members() {
        let id = [0xab; 12];
        for (line, expected) in [
            (
                r#"{"event":"endpoint","ipv4":"203.0.113.10","port":3478,"relay_name":"syn1c01","token_id":0,"ts_ms":1773738000000}"#,
                MediaNote::Endpoint(([203, 0, 113, 10], 3478).into()),
            ),
            (
                r#"{"bytes":68,"event":"packet_in","group_header_bytes":0,"group_wrapped":false,"is_rtp":false,"ts_ms":1}"#,
                MediaNote::Arrived { bytes: 68, is_rtp: false },
            ),
            (
                r#"{"bytes":304,"event":"allocate_sent","stream_ssrcs":[1,2,3,4,5,6,7,8,9],"ts_ms":1,"tx_id_hex":"abababababababababababab"}"#,
                MediaNote::Allocate { id, bytes: 304 },
            ),
            (
                r#"{"event":"keepalive","ping_hex":"08010000","tick":3,"ts_ms":1,"tx_id_hex":"abababababababababababab"}"#,
                MediaNote::Ping { id },
            ),
            (r#"{"event":"binding_request_answered","response_bytes":44,"ts_ms":1}"#, MediaNote::CheckAnswered(44)),
            (
                r#"{"event":"in","has_pid":false,"marker":false,"participant_id":"1@lid","pid":0,"pt":120,"seq":7,"ssrc":258,"ts":960,"ts_ms":1}"#,
                MediaNote::Rtp {
                    direction: Direction::Inbound,
                    ssrc: 258,
                    sequence: 7,
                    timestamp: 960,
                    payload_type: 120,
                    bytes: None,
                },
            ),
            (
                r#"{"event":"in","index":1,"plain_bytes":28,"requests_keyframe":false,"ssrc":258,"ts_ms":1}"#,
                MediaNote::Rtcp { ssrc: 258 },
            ),
            (r#"{"bytes":70,"event":"unprotect_failed","ssrc":258,"ts_ms":1}"#, MediaNote::Unopened { ssrc: 258 }),
            (
                r#"{"frame":0,"frame_samples":960,"packet_len":46,"payload_len":26,"pcm_rms":0,"ts_ms":1}"#,
                MediaNote::AudioOut { number: 0, bytes: 46 },
            ),
            (
                r#"{"app_data_ssrc":3,"call_id":"C1","participant_id":"1:0@lid","self_lid":"1@lid","ssrc":258,"stream_ssrcs":[1],"ts_ms":1,"video_ssrc":2}"#,
                MediaNote::OwnAudio(258),
            ),
        ] {
            assert_eq!(noted(line), Some(expected), "{line}");
        }
    }

    #[test]
    fn lines_that_say_nothing_about_packets_are_none() {
        for line in [
            r#"{"call_id":"C1","call_key_hex":"00","direction":"in","from":"1@lid","ts_ms":1}"#,
            r#"{"event":"keying","relay_key_bytes":24,"token_bytes":150,"token_count":2,"token_id":0,"ts_ms":1}"#,
            r#"{"event":"frame_authenticated","participant_id":"1@lid","seq":7,"ssrc":258,"ts_ms":1}"#,
            r#"{"event":"endpoint","ipv4":"relay.example.test","port":3478,"ts_ms":1}"#,
            r#"{"event":"in","handled":true,"participant_id":"1@lid","seq":7,"ssrc":258,"ts":9,"ts_ms":1}"#,
            r#"{"event":"packet_in","bytes":-1,"is_rtp":true,"ts_ms":1}"#,
            r#"{"event":"allocate_sent","bytes":304,"tx_id_hex":"abab","ts_ms":1}"#,
            r#"{"event":"in","pt":120,"seq":70000,"ssrc":258,"ts":960,"ts_ms":1}"#,
            r#"{"level":"debug","message":"connected","ts_ms":1}"#,
            r#"{"ts_ms":1"#,
        ] {
            assert_eq!(noted(line), None, "{line}");
        }
    }
}
