//! What several recordings together allow to claim.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::sanitize::ringtrace;

/// A vantage's recording of a call that it places and whose offer the server refuses.
struct Recorded {
    technique: &'static str,
    client: &'static str,
    device: &'static str,
    call: &'static str,
}

const ZAPO: Recorded =
    Recorded { technique: "websocket-capture", client: "zapo", device: "10000000000001:7@lid", call: "C1" };

const BAILEYS: Recorded =
    Recorded { technique: "baileys-instrumentation", client: "baileys", device: "10000000000003:2@lid", call: "C2" };

impl Recorded {
    fn lines(&self) -> String {
        let Self { technique, client, device, call } = self;
        let known = if device.is_empty() { String::new() } else { format!(r#""device":["{device}"],"#) };
        let creator = if device.is_empty() { "10000000000009@lid" } else { device };
        format!(
            r#"{{"schema":"ringtrace/1","vantage":"v",{known}"technique":"{technique}","client":"{client}","window":[[0,9000]]}}
{{"vantage":"v","at":1000,"dir":"in","xml":"<call from='10000000000002:4@lid' id='{call}-1'><offer call-id='{call}' call-creator='10000000000002:4@lid'><audio enc='opus' rate='16000'/></offer></call>"}}
{{"vantage":"v","at":2000,"dir":"out","xml":"<call to='10000000000002:4@lid' id='{call}-2'><reject call-id='{call}' call-creator='10000000000002:4@lid'/></call>"}}
{{"vantage":"v","at":2040,"dir":"in","xml":"<ack class='call' id='{call}-2' from='10000000000002:4@lid' to='{creator}' error='404'/>"}}
"#
        )
    }
}

/// The confidence in the answer to `ack-error`.
fn confidence(recorded: &[Recorded], more: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..recorded.len()).map(|index| format!("{index}.ndjson")).collect();
    for (name, recorded) in names.iter().zip(recorded) {
        fs::write(folder.path().join(name), recorded.lines()).unwrap();
    }
    let mut arguments = vec!["questions", "--json"];
    arguments.extend(more.iter().copied().chain(names.iter().map(String::as_str)));
    let output = ringtrace(folder.path(), &arguments);
    let board: Value = serde_json::from_slice(&output.stdout).unwrap();
    let question =
        board["questions"].as_array().unwrap().iter().find(|question| question["id"] == "ack-error").unwrap();
    assert_eq!(question["verdict"], "answered", "{question}");
    question["confidence"].as_str().unwrap().to_owned()
}

#[test]
fn independent_recordings_confirm() {
    assert_eq!(confidence(&[ZAPO, BAILEYS], &[]), "confirmed");
    assert_eq!(confidence(&[BAILEYS, ZAPO], &[]), "confirmed");
    assert_eq!(confidence(&[ZAPO], &[]), "probable");
}

#[test]
fn recordings_of_one_device_or_session_or_of_related_clients_do_not() {
    for (other, what) in [
        (Recorded { device: ZAPO.device, ..BAILEYS }, "one device"),
        (
            Recorded { device: "10000000000001:7@lid\",\"15550000001:7@s.whatsapp.net", ..BAILEYS },
            "one device, by its LID",
        ),
        (Recorded { device: "", ..BAILEYS }, "an unknown device"),
        (Recorded { device: "15550000009:7@s.whatsapp.net", ..BAILEYS }, "an address that cannot be compared"),
        (Recorded { call: ZAPO.call, ..BAILEYS }, "a call in common"),
        (Recorded { technique: ZAPO.technique, ..BAILEYS }, "one technique"),
        (Recorded { technique: "mitm-tls", client: "whatsmeow", ..BAILEYS }, "a client that it was ported from"),
    ] {
        assert_eq!(confidence(&[ZAPO, other], &[]), "probable", "{what}");
    }
}

#[test]
fn a_checkout_of_the_spec_says_what_derives_from_what() {
    let spec = tempfile::tempdir().unwrap();
    let write = |folder: &str, name: &str, text: &str| {
        let folder = spec.path().join("spec").join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), text).unwrap();
    };
    write("stanzas", "call-ack.yaml", "id: call-ack\nopen_questions: []\n");
    let folder: &Path = spec.path();
    let given = ["--spec", folder.to_str().unwrap()];
    assert_eq!(confidence(&[ZAPO, BAILEYS], &given), "confirmed");
    write("flavors", "zapo-caller.yaml", "id: zapo-caller\nname: zapo-caller\nderives_from: [other]\n");
    assert_eq!(confidence(&[ZAPO, BAILEYS], &given), "confirmed");
    write("flavors", "other.yaml", "id: other\nname: Other\nderives_from: [baileys]\n");
    assert_eq!(confidence(&[ZAPO, BAILEYS], &given), "probable");
    write("flavors", "other.yaml", "id: other\nderives_from: baileys and more\n");
    let output = ringtrace(folder, &["questions", "--spec", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("other.yaml"), "{output:?}");
}
