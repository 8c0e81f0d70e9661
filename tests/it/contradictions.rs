//! What contradicts itself in the input is reported, and nothing is claimed that depends on it.

use std::fs;

use serde_json::Value;

use crate::sanitize::ringtrace;

/// What a caller's client logs of a call that is declined: `TIME in` or `TIME out`, and the stanza.
const CALLER: &str = r#"
15:02:01.000 out <call to="20000000000002@lid" id="1"><offer call-id="00AA" call-creator="10000000000001:7@lid"/></call>
15:02:01.080 in <ack from="20000000000002@lid" class="call" type="offer" id="1"/>
15:02:06.300 in <call from="20000000000002:17@lid" id="b2" t="1778770926"><reject call-id="00AA" call-creator="10000000000001:7@lid"/></call>
15:02:06.310 out <ack to="20000000000002:17@lid" id="b2" class="call" type="reject"/>"#;

/// What the callee's client logs of it.
const CALLEE: &str = r#"
15:02:01.120 in <call from="10000000000001:7@lid" id="1" t="1778770921"><offer call-id="00AA" call-creator="10000000000001:7@lid"/></call>
15:02:01.130 out <ack to="10000000000001:7@lid" id="1" class="call" type="offer"/>
15:02:06.200 out <call to="10000000000001:7@lid" id="b2"><reject call-id="00AA" call-creator="10000000000001:7@lid"/></call>
15:02:06.260 in <ack from="10000000000001:7@lid" class="call" type="reject" id="b2"/>"#;

/// The same as lines of a Baileys log.
fn baileys(lines: &str) -> String {
    let line = |line: &str| {
        let (time, rest) = line.split_once(' ').unwrap();
        let (direction, xml) = rest.split_once(' ').unwrap();
        let message = if direction == "in" { "recv xml" } else { "xml send" };
        let xml = xml.replace('"', "'");
        format!(
            "{{\"level\":10,\"time\":\"2026-05-14T{time}Z\",\"pid\":7,\"class\":\"baileys\",\"xml\":\"{xml}\",\"msg\":\"{message}\"}}\n"
        )
    };
    lines.lines().filter(|text| !text.is_empty()).map(line).collect()
}

/// The same as lines of a whatsmeow log, which have no dates.
fn whatsmeow(lines: &str) -> String {
    let line = |line: &str| {
        let line = line.replacen(" in <", " [Client/Recv DEBUG] <", 1);
        line.replacen(" out <", " [Client/Send DEBUG] <", 1) + "\n"
    };
    lines.lines().filter(|text| !text.is_empty()).map(line).collect()
}

/// The only call of a capture with these options, as in the table, and what is said on standard error.
fn only_call(content: &str, options: &[&str]) -> (Value, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("input"), content).unwrap();
    let mut arguments = vec!["export", "--table", "calls", "--format", "ndjson"];
    arguments.extend(options.iter().copied().chain(["input"]));
    let output = ringtrace(folder.path(), &arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((text.lines().count(), output.status.code()), (1, Some(0)), "{text}{said}");
    (serde_json::from_str(text.trim()).unwrap(), said)
}

#[test]
fn two_clients_in_one_log_are_two_vantages() {
    let interleaved: String =
        CALLER.lines().zip(CALLEE.lines()).flat_map(|(one, other)| [one, "\n", other, "\n"]).collect();
    for lines in [format!("{CALLER}{CALLEE}"), format!("{CALLEE}{CALLER}"), interleaved] {
        let (call, said) = only_call(&baileys(&lines), &[]);
        assert_eq!(call["vantages"], "10000000000001:7@lid;20000000000002:17@lid", "{call}");
        assert_eq!((&call["outcome"], &call["ended_by"]), (&"declined".into(), &"callee".into()), "{call}");
        assert_eq!(call["retransmissions"], 0);
        assert!(said.contains("two clients are in one log") && said.contains("reject sent in record"), "{said}");
        assert!(!said.contains("times fall back"), "{said}");
    }
    let (_, said) = only_call(&baileys(CALLER), &[]);
    assert_eq!(said, "");
}

#[test]
fn a_device_that_the_stanzas_contradict_is_refused() {
    let pasted: String =
        CALLEE.lines().filter_map(|line| Some(line.get(line.find('<')?..)?.to_owned() + "\n")).collect();
    for (content, me, is_refused) in [
        (&pasted, "20000000000002:17@lid", false),
        (&pasted, "10000000000001:7@lid", true),
        (&baileys(CALLEE), "10000000000001:7@lid", true),
        (&baileys(CALLER), "20000000000002:17@lid", true),
        (&baileys(CALLER), "10000000000001:8@lid", true),
        (&baileys(CALLER), "10000000000001:7@lid", false),
    ] {
        let (call, said) = only_call(content, &["--me", me]);
        assert_eq!(
            said.contains(&format!("contradicts the stanzas and was ignored: --me {me}")),
            is_refused,
            "{me}: {said}"
        );
        assert_ne!(call["vantages"] == me, is_refused, "{me}: {call}");
        assert_ne!(call["caller"], call["callee"], "{me}: {call}");
    }
}

#[test]
fn a_clock_that_is_set_back_measures_nothing_across() {
    let lines = CALLER.replace("15:02:06", "15:01:50");
    let (call, said) = only_call(&baileys(&lines), &[]);
    assert!(said.contains("by 10780 ms from record 2 to record 3"), "{said}");
    assert_eq!((&call["outcome"], &call["ring_ms"]), (&"declined".into(), &Value::Null), "{call}");
    let again = format!("{CALLER}\n").replace("01.080", "20.080");
    let (call, said) = only_call(&baileys(&again), &[]);
    assert!(said.contains("times fall back"), "{said}");
    assert_eq!(call["ring_ms"], Value::Null, "5.3 s on the clock, but it was set meanwhile: {call}");
}

#[test]
fn the_end_of_summer_time_is_not_the_next_day() {
    let summer = |lines: &str| lines.replace("15:02:01", "02:59:50").replace("15:02:06", "02:00:20");
    let without_stamps = |lines: &str| lines.replace(" t=\"1778770926\"", "");
    let (call, said) = only_call(&whatsmeow(&without_stamps(&summer(CALLER))), &[]);
    assert_eq!(call["ring_ms"], Value::Null, "{call}");
    assert!(said.contains("times fall back"), "{said}");
    let stamped = summer(CALLER).replace("from=\"20000000000002@lid\"", "from=\"20000000000002@lid\" t=\"1792976390\"");
    let stamped = stamped.replace("1778770926", "1792976420");
    let first = r#"02:59:40.000 in <call from="30000000000003:1@lid" id="0" t="1792976380"><offer call-id="00BB" call-creator="30000000000003:1@lid"/></call>"#;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("log"), whatsmeow(&format!("{first}{stamped}"))).unwrap();
    let output = ringtrace(folder.path(), &["export", "--table", "calls", "--format", "ndjson", "log"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let call: Value = serde_json::from_str(text.lines().find(|line| line.contains("00AA")).unwrap()).unwrap();
    assert_eq!(call["ring_ms"], 30_300.0, "the server's stamps bridge it: {call}");
}

#[test]
fn stanzas_without_ids_are_reported() {
    let (_, said) = only_call(&baileys(&CALLER.replace(" id=\"1\"", "").replace(" id=\"b2\"", "")), &[]);
    assert!(said.contains("stanzas lack the id"), "{said}");
}
