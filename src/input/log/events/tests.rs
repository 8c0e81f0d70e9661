use proptest::prelude::*;

use super::super::entry::EntryContent;
use super::*;
use crate::input::time;

const ID: &str = "00AA0000000000000000000000000001";

/// The events of an entry, or of a value of several lines.
fn events(text: &str) -> Vec<LoggedEvent> {
    let text = Text { text, is_all: true };
    let parsed = read(&text).or_else(|_| read_value(&text));
    match parsed.map(|entry| entry.content) {
        Ok(EntryContent::Events(events)) => events,
        other => panic!("{}: {other:?}", text.text),
    }
}

#[test]
fn events_of_many_programs_are_read_where_they_are() {
    for (text, program, kind, moment, peer) in [
        (
            r#"{"timestamp":1789398142300,"event":"call.received","payload":{"id":"ID","from":"1@c.us","timestamp":1789398142},"engine":"NOWEB"}"#,
            "WAHA",
            EventKind::Offered,
            "2026-09-14T15:02:22Z",
            "1@s.whatsapp.net",
        ),
        (
            r#"{"name":"IncomingCall","result":[{"id":"ID","sender":"1@lid","offerTime":1789398142 }]}"#,
            "wa-js",
            EventKind::Offered,
            "2026-09-14T15:02:22Z",
            "1@lid",
        ),
        (
            "time=2026-09-14T12:02:22.391-03:00 level=INFO msg=\"call terminated\" call_id=ID peer=1@lid reason=busy",
            "AstraCalls or WaCalls",
            EventKind::Busy,
            "2026-09-14T15:02:22.391Z",
            "1@lid",
        ),
        (
            r#"{"event":"call","instance":"test","data":{"chatId":"1@s.whatsapp.net","from":"1@s.whatsapp.net","id":"ID","date":"2026-09-14T15:02:22.000Z","offline":false,"status":"timeout","isVideo":false,"isGroup":false}}"#,
            "Evolution API",
            EventKind::Missed,
            "2026-09-14T15:02:22.000Z",
            "1@s.whatsapp.net",
        ),
        (
            r#"{"typeWebhook": "incomingCall","instanceData":{"idInstance":1,"wid":"2@c.us"},"timestamp":1789398142,"from":"1@c.us","status":"hangUp","idMessage":"ID"}"#,
            "Green API",
            EventKind::Declined,
            "2026-09-14T15:02:22Z",
            "1@s.whatsapp.net",
        ),
        (
            r#"{"event":"call.offer","device_id":"d","timestamp":"2026-09-14T15:02:22Z","payload":{"call_id":"ID","from":"1@s.whatsapp.net","auto_rejected":false}}"#,
            "GoWA",
            EventKind::Offered,
            "2026-09-14T15:02:22Z",
            "1@s.whatsapp.net",
        ),
        (
            r#"{"level":"info","module":"meowcaller","call_id":"ID","peer":"1@lid","time":"2026-09-14T15:02:22Z","message":"call accepted"}"#,
            "meowcaller",
            EventKind::Accepted,
            "2026-09-14T15:02:22Z",
            "1@lid",
        ),
        (
            "Call {\n  id: 'ID',\n  from: '1@c.us',\n  timestamp: 1789398142,\n  isVideo: false,\n  isGroup: false,\n  fromMe: false,\n  webClientShouldHandle: false\n}\n",
            "whatsapp-web.js",
            EventKind::Other,
            "2026-09-14T15:02:22Z",
            "1@s.whatsapp.net",
        ),
        (
            "[\n  {\n    chatId: '1@lid',\n    id: 'ID',\n    date: 2026-09-14T15:02:22.000Z,\n    status: 'offer'\n  }\n]\n",
            "Baileys",
            EventKind::Offered,
            "2026-09-14T15:02:22.000Z",
            "1@lid",
        ),
        (
            "level=info msg=\"Got call offer\" event=\"&{BasicCallMeta:{From:1@lid Timestamp:2026-09-14 15:02:22 +0000 UTC \
             CallCreator:1@lid CallID:ID GroupJID:} CallRemoteMeta:{RemotePlatform:web}}\"",
            "whatsmeow",
            EventKind::Offered,
            "2026-09-14T15:02:22Z",
            "1@lid",
        ),
        (
            r#"2026-09-14T15:02:22Z INFO voip: call state {"callId":"ID","state":"CALL_ENDED","result":"MISSED"}"#,
            "WhatsApp Web's call engine",
            EventKind::Missed,
            "2026-09-14T15:02:22Z",
            "",
        ),
    ] {
        let text = text.replace("ID\"", &format!("{ID}\"")).replace("'ID'", &format!("'{ID}'"));
        let text = text.replace("call_id=ID", &format!("call_id={ID}")).replace("CallID:ID", &format!("CallID:{ID}"));
        let found = events(&text);
        let [LoggedEvent { event, time }] = found.as_slice() else { panic!("{text}: {found:?}") };
        assert_eq!((event.call_id.as_str(), event.program.name, event.kind), (ID, program, kind), "{text}");
        assert_eq!(*time, LogTime::from(time::rfc3339(moment)), "{text}");
        assert_eq!(event.peer.as_ref().map_or_else(String::new, ToString::to_string), peer, "{text}");
    }
}

#[test]
fn messages_and_other_ids_are_no_calls() {
    for text in [
        r#"{"event":"message.received","engine":"NOWEB","payload":{"id":"3EB0C127D7BACC83D6A1","from":"1@c.us"}}"#,
        r#"{"event":"call","instance":"test","data":{"event":"CB:call","packet":{"tag":"call","attrs":{"from":"1@lid"}}}}"#,
        "incoming_call of nobody",
        "call_id=",
        "BasicCallMeta:{CallID:}",
        r#"{"event":"message","payload":{"id":"3EB0C127D7BACC83D6A1","from":"1@c.us","callId":"","message":"call me"}}"#,
        r#"{"typeWebhook":"incomingMessageReceived","idMessage":"3EB0C127D7BACC83D6A1","sender":"1@c.us"}"#,
    ] {
        assert!(read(&Text { text, is_all: true }).is_err(), "{text}");
    }
    assert!(read_value(&Text { text: "{\n  a: 'b'\n}\n", is_all: true }).is_err());
}

#[test]
fn a_call_that_a_program_rejects_by_itself_is_declined() {
    let found = events(
        r#"{"event":"call.offer","payload":{"call_id":"ABC123DEF456","from":"1@s.whatsapp.net","auto_rejected":true}}"#,
    );
    let kinds: Vec<_> = found.iter().map(|found| found.event.kind).collect();
    assert_eq!(kinds, [EventKind::Offered, EventKind::Declined]);
}

#[test]
fn what_an_event_says_of_its_call_is_kept() {
    let found = events(
        "[ { chatId: '15*******11@s.whatsapp.net', id: '9121000000000000000000000000F620', status: 'offer', isVideo: true, \
         isGroup: true, groupJid: undefined } ] call_id",
    );
    let event = &found[0].event;
    assert_eq!((event.is_video, event.is_group, event.peer.clone()), (Some(true), Some(true), None), "masked");
    let line = "3:02PM INF outgoing call call_id=00AA0001 peer=1@lid video=true";
    let event = &events(line)[0].event;
    assert_eq!((event.word.as_str(), event.is_outgoing, event.is_video), ("outgoing call", Some(true), Some(true)));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[{}\\[\\]:=,'\"a0 .\n]{0,40}(call_id=|\"callId\":|BasicCallMeta:\\{|call event fired)[{}\\[\\]:=,'\"a0 .\n]{0,40}") {
        let text = Text { text: &text, is_all: true };
        let _ = (read(&text), read_value(&text));
    }
}
