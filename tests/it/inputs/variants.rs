//! What tools write differently, and what they leave out.

use ringtrace::origin::{Direction, Timestamp};
use ringtrace::protocol::websocket::Opcode;

use super::reading::{Seen, read, read_as};

fn seen(connection: u32, direction: Direction, record: u64, time: Option<i64>, data: &[u8]) -> Seen {
    Seen { connection, direction, opcode: Opcode::Binary, data: data.to_vec(), record, time: time.map(Timestamp) }
}

#[test]
fn a_har_may_be_written_in_any_way() {
    let text = "\u{feff}\n{ \"log\" : {\"entries\":[\r\n\t{\"_webSocketMessages\" :[ {\"data\":\"aG\\u0056sbG8\\u003d\",\
                \"opcode\":2,\"extra\":{\"a\":[1,\"}]\"]},\"time\":1.5,\"ty\\u0070e\":\"send\"} ,\
                {\"type\":\"receive\",\"opcode\":2,\"data\":\"\"},\
                {\"type\":\"receive\",\"time\":1e3,\"opcode\":1,\"data\":\"\\\"_webSocketMessages\\\":[\\ud800\"},\
                {\"type\":\"send\",\"time\":null,\"opcode\":9,\"data\":\"\"}],\
                \"request\":{\"headers\":[{\"name\":\"url\",\"value\":\"wss://no\"}],\"url\":\"ws://host:8080/ws\"}},\
                [], null, 7, {\"request\":{\"url\":\"https://other/\"},\"response\":{\"status\":200}}],\
                \"pages\":{\"entries\":[{\"_webSocketMessages\":[{}]}]}},\"entries\":[{\"_webSocketMessages\":[{}]}]}";
    let reading = read(text.as_bytes()).unwrap();
    assert_eq!((reading.format, &reading.servers[..]), ("har", &["host:8080".to_owned()][..]));
    assert_eq!(reading.anomalies, <[String; 0]>::default());
    assert_eq!(reading.messages[0], seen(0, Direction::Outbound, 1, Some(1_500_000_000), b"hello"));
    assert_eq!(reading.messages[1], seen(0, Direction::Inbound, 2, None, b""));
    assert_eq!((reading.messages[2].opcode, reading.messages[2].record), (Opcode::Text, 3));
    assert!(reading.messages[2].data.starts_with(b"\"_webSocketMessages\":["));
    assert_eq!(reading.messages.len(), 3, "control frames are no messages");
}

#[test]
fn a_har_without_messages_says_so() {
    let har = |entries: &str| read(format!(r#"{{"log":{{"entries":[{entries}]}}}}"#).as_bytes()).unwrap().anomalies;
    assert_eq!(har(""), ["input/no-websocket: "]);
    assert_eq!(har(r#"{"request":{"url":"https://a/"}}"#), ["input/no-websocket: "]);
    for named in [
        r#"{"request":{"url":"wss://a/"}}"#,
        r#"{"request":{"url":"https://a/"},"response":{"status":101}}"#,
        r#"{"_resourceType":"websocket","request":{"url":"https://a/"}}"#,
    ] {
        assert_eq!(har(named), ["input/messages-not-recorded: a:443"], "{named}");
    }
    let of = |url: &str| har(&format!(r#"{{"request":{{"url":"{url}"}}}}"#));
    assert_eq!(of("wss://web.whatsapp.com/ws/chat"), ["input/messages-not-recorded: web.whatsapp.com:443"]);
    assert_eq!(of("wss://chat.example.test/"), ["input/others-not-recorded: chat.example.test:443"]);
    assert_eq!(har(r#"{"_webSocketMessages":[],"request":{"url":"wss://a/"}}"#), <[String; 0]>::default());
}

#[test]
fn a_message_that_cannot_be_read_does_not_hide_the_next() {
    let messages = [
        (r#"{"type":"send","opcode":2,"data":"no base64"}"#, "its bytes are not base64"),
        (r#"{"type":"send","opcode":2,"data":7}"#, "invalid type: integer `7`"),
        (r#"{"type":"send","opcode":2}"#, "missing field `data`"),
        (r#"{"type":"both","opcode":2,"data":""}"#, "it was neither sent nor received"),
        (r#""text""#, "invalid type: string"),
        (r#"{"type":"send","opcode":2,"data":"\q"}"#, "invalid escape"),
        (r#"{"type":"send" "opcode":2}"#, "expected `,` or `}`"),
    ];
    let good = r#"{"type":"receive","opcode":2,"data":"AA=="}"#;
    for (bad, why) in messages {
        let text = format!(r#"{{"log":{{"entries":[{{"_webSocketMessages":[{bad},{good}]}}]}}}}"#);
        let reading = read(text.as_bytes()).unwrap();
        assert_eq!(reading.messages, [seen(0, Direction::Inbound, 2, None, b"\0")], "{bad}");
        let [anomaly] = &reading.anomalies[..] else { panic!("{bad}: {:?}", reading.anomalies) };
        assert!(anomaly.starts_with("input/message-unreadable: ") && anomaly.contains(why), "{bad}: {anomaly}");
    }
    let failed = r#"{"type":"error","opcode":-1,"data":"Connection reset"}"#;
    let text = format!(r#"{{"log":{{"entries":[{{"_webSocketMessages":[{failed}]}}]}}}}"#);
    assert_eq!(read(text.as_bytes()).unwrap().anomalies, ["input/websocket-failed: Connection reset"]);
}

#[test]
fn devtools_without_a_wall_clock_give_no_time() {
    let frame = |id: &str, session: &str, at: &str, data: &str| {
        format!(
            r#"{{"method":"Network.webSocketFrameSent","params":{{"requestId":"{id}","timestamp":{at},"response":{{"opcode":2,"payloadData":"{data}"}}}}{session}}}"#
        )
    };
    let lines = [
        r#"{"id":1,"result":{}}"#.to_owned(),
        frame("a", "", "10.5", "AA=="),
        "not an event".to_owned(),
        r#"{"method":"Network.requestWillBeSent","params":{"requestId":"x","timestamp":11,"wallTime":100.25}}"#
            .to_owned(),
        frame("a", "", "12", "AQ=="),
        frame("a", r#","sessionId":"tab""#, "12", "Ag=="),
        r#"{"method":"Network.webSocketClosed","params":{"requestId":"a","timestamp":13}}"#.to_owned(),
        frame("a", "", "14", "Aw=="),
        r#"{"method":"Network.webSocketFrameError","params":{"requestId":"a","timestamp":13,"errorMessage":"gone"}}"#
            .to_owned(),
        frame("a", "", "14", "?"),
        frame("a", "", "14", "").replace("\"opcode\":2,", ""),
        frame("a", "", "14", "").replace("{\"opcode\"", "[\"opcode\""),
    ];
    let reading = read(lines.join("\n").as_bytes()).unwrap();
    assert_eq!(reading.format, "devtools");
    let out = Direction::Outbound;
    let expected = [
        seen(0, out, 2, None, &[0]),
        seen(0, out, 5, Some(101_250_000_000), &[1]),
        seen(1, out, 6, Some(101_250_000_000), &[2]),
        seen(2, out, 8, Some(103_250_000_000), &[3]),
    ];
    assert_eq!(reading.messages, expected);
    assert_eq!(reading.anomalies.len(), 4, "{:?}", reading.anomalies);
    assert_eq!(reading.anomalies[0], "input/websocket-failed: gone");
    assert_eq!(reading.anomalies[1], "input/message-unreadable: its bytes are not base64");
    assert_eq!(reading.anomalies[2], "input/message-unreadable: it has no opcode");
    assert!(reading.anomalies[3].starts_with("input/message-unreadable: "));
    let other = r#"{"method":"Page.frameNavigated","params":{}}"#;
    assert_eq!(read(other.as_bytes()).unwrap().anomalies, ["input/no-websocket: "]);
}

#[test]
fn logs_of_other_kinds_are_not_taken_for_these() {
    for text in [
        r#"{"log":"a line of docker's\n","stream":"stdout","time":"2026-05-14T15:02:22Z"}"#,
        r#"{"schema":"other/1","method":"offer"}"#,
        r#"[{"a":1}]"#,
        r#"{"index":1}"#,
        "5:hello,",
        "1.5\t2\t3\n",
        "peers of mine\n",
    ] {
        assert!(read(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn flows_that_are_unlike_others_are_read_as_far_as_they_are_alike() {
    let message = |fields: &str| format!("{}:{fields}]", fields.len());
    let flow = |messages: &[String], version: &str| {
        let list = messages.concat();
        let inside = format!("8:messages;{}:{list}]", list.len());
        let members = format!("9:websocket;{}:{inside}}}7:version;{}:{version}#", inside.len(), version.len());
        format!("{}:{members}}}", members.len())
    };
    let good = message("1:2#4:true!1:A,3:1.5^5:false!5:false!");
    let expected = |record| seen(0, Direction::Outbound, record, Some(1_500_000_000), b"A");
    let check = |messages: &[String], version: &str, found: &[Seen], anomalies: &[&str]| {
        let reading = read(flow(messages, version).as_bytes()).unwrap();
        assert_eq!((reading.format, &reading.messages[..]), ("mitmproxy", found));
        assert_eq!(reading.anomalies, anomalies);
    };
    check(std::slice::from_ref(&good), "21", &[expected(1)], &[]);
    check(std::slice::from_ref(&good), "99", &[expected(1)], &["input/flow-version: version 99"]);
    let unreadable = "input/message-unreadable: it is not written as websocket messages are";
    for odd in ["1:2#", "", "1:2#1:A,4:true!3:1.5^", "0:~0:~0:~0:~", "1:2#4:true!1:A,3:1.5?"] {
        check(&[message(odd), good.clone()], "21", &[expected(2)], &[unreadable]);
    }
    let withheld = message("1:2#4:true!1:A,3:1.5^4:true!5:false!");
    let made_up = message("1:2#4:true!1:B,3:1.5^5:false!4:true!");
    check(&[withheld, made_up], "21", &[expected(1)], &["input/message-altered: "; 2]);
    let damaged = flow(&[good.clone(), "x".to_owned()], "21") + &flow(&[good], "21");
    let reading = read(damaged.as_bytes()).unwrap();
    assert_eq!(reading.messages, [expected(1), Seen { connection: 1, ..expected(2) }]);
    assert!(reading.anomalies[0].starts_with("input/flow-damaged: flow 1 at byte "), "{:?}", reading.anomalies);
    let none = "14:4:type;4:http;}";
    let reading = read(format!("{none}garbage").as_bytes()).unwrap();
    assert!(reading.anomalies[0].starts_with("input/damaged: no flow"), "{:?}", reading.anomalies);
}

#[test]
fn tables_need_their_columns() {
    let anomalies = |text: &str| read(text.as_bytes()).unwrap().anomalies;
    let absent = "input/tshark-fields-absent: tcp.stream, websocket.mask";
    assert_eq!(anomalies("websocket.opcode\tdata.data\n2\t00\n"), [absent, "input/no-websocket: "][..1]);
    let header = "tcp.stream;websocket.mask;websocket.opcode;data.data\n";
    let table = |row: &str| read(format!("{header}{row}\n").as_bytes()).unwrap();
    assert_eq!(table("7;True;2;\"00:01\"").messages, [seen(7, Direction::Outbound, 2, None, &[0, 1])]);
    assert_eq!(table("7;1;2,2;0001,02").messages.len(), 0, "which way the second went is not told");
    assert_eq!(table("7;1,0;2,2;0001,02").messages[1], seen(7, Direction::Inbound, 2, None, &[2]));
    assert_eq!(table("7;1;2;").anomalies, ["input/tshark-no-payload: "]);
    assert_eq!(table("7;1;2;0g").anomalies, ["input/message-unreadable: its bytes are no hexadecimal digits"]);
    assert_eq!(table("7;1;2").anomalies[0], "input/message-unreadable: its line has 3 columns instead of 4");
    assert!(read_as(b"hello", Some("tshark-fields")).is_err());
    let flat = r#"[{"_index":"p","_source":{"layers":{"websocket.opcode":["2"],"data.data":["00"]}}}]"#;
    assert_eq!(read(flat.as_bytes()).unwrap().anomalies[0], "input/tshark-fields-absent: tcp.stream");
}
