//! The paths to each outcome: `docs/outcomes.json` has the stanzas and what they mean, for other clients to test with too,
//! and `docs/outcomes.md` the same as a table, generated from it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ringtrace::analysis::Analysis;
use ringtrace::call::{Call, Outcome, Party, Side};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::merged::analysis;

#[derive(Deserialize)]
struct Vectors {
    calls: Vec<Vector>,
}

/// A call: what happened, what one device recorded of it, and what follows.
#[derive(Clone, Deserialize)]
struct Vector {
    situation: String,
    device: String,
    stanzas: Vec<Value>,
    outcome: String,
    ended_by: Option<String>,
    legs: Vec<String>,
    #[serde(default)]
    without_effect: usize,
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn vectors() -> Vec<Vector> {
    let text = fs::read_to_string(file("outcomes.json")).unwrap();
    serde_json::from_str::<Vectors>(&text).unwrap().calls
}

impl Vector {
    /// The recording as ringtrace NDJSON, with some of its stanzas.
    fn recording(&self, includes: impl Fn(usize) -> bool) -> String {
        let header =
            json!({"schema": "ringtrace/1", "vantage": "v", "device": [self.device], "window": [[0, 600_000]]});
        let stanzas = self.stanzas.iter().enumerate().filter(|(index, _)| includes(*index));
        let stanzas = stanzas.map(|(_, stanza)| {
            let mut stanza = stanza.clone();
            stanza["vantage"] = "v".into();
            stanza.to_string()
        });
        std::iter::once(header.to_string()).chain(stanzas).collect::<Vec<_>>().join("\n")
    }

    fn analysis(&self) -> Arc<Analysis> {
        analysis(&self.recording(|_| true))
    }
}

/// Each leg as in the vectors: `device state`.
fn legs(call: &Call) -> Vec<String> {
    let leg = |leg: &ringtrace::call::Leg| match &leg.party {
        Party::Device(jid) => format!("{jid} {}", leg.state().unwrap().name()),
        party => panic!("{party:?} has a leg"),
    };
    call.legs.iter().map(leg).collect()
}

#[test]
fn every_path_leads_to_its_outcome() {
    let mut reached = BTreeSet::new();
    for vector in vectors() {
        let analysis = vector.analysis();
        let call = &analysis.calls[0].call;
        let progress = &call.progress;
        assert_eq!(
            (progress.outcome.name(), progress.ended_by.map(Side::name), legs(call), progress.without_effect.len()),
            (vector.outcome.as_str(), vector.ended_by.as_deref(), vector.legs.clone(), vector.without_effect),
            "{}",
            vector.situation
        );
        reached.insert(progress.outcome);
    }
    use Outcome::{Answered, Busy, Cancelled, CutOff, Declined, Elsewhere, Failed, Missed, Unknown};
    let all = BTreeSet::from([Answered, Busy, Cancelled, CutOff, Declined, Elsewhere, Failed, Missed, Unknown]);
    assert_eq!(reached, all, "every outcome has a path to it");
}

fn outcome(lines: &str) -> Outcome {
    analysis(lines).calls[0].call.progress.outcome
}

fn is_of(stanza: &Value, tags: &[&str]) -> bool {
    let xml = stanza["xml"].as_str().unwrap();
    xml.starts_with("<call") && tags.iter().any(|tag| xml.contains(&format!("<{tag} ")))
}

#[test]
fn a_recording_that_begins_in_the_call_claims_nothing_else() {
    for vector in vectors() {
        let is_offer = |stanza: &Value| {
            let xml = stanza["xml"].as_str().unwrap();
            is_of(stanza, &["offer"]) || xml.starts_with("<ack") && xml.contains("type='offer'")
        };
        let late = vector.recording(|index| !is_offer(&vector.stanzas[index]));
        if late.lines().count() > 1 && vector.stanzas.iter().any(|stanza| !is_offer(stanza)) {
            let claimed = outcome(&late);
            let is_same = claimed.name() == vector.outcome;
            assert!(is_same || claimed == Outcome::Unknown, "{}: {claimed:?}", vector.situation);
        }
    }
}

#[test]
fn a_recording_of_one_direction_never_says_that_nobody_answered() {
    for vector in vectors() {
        for direction in ["in", "out"] {
            let is_kept = |index: usize| vector.stanzas[index]["dir"] == direction;
            if vector
                .stanzas
                .iter()
                .any(|stanza| stanza["dir"] == direction && !stanza["xml"].as_str().unwrap().starts_with("<ack"))
            {
                let claimed = outcome(&vector.recording(is_kept));
                assert_ne!(claimed, Outcome::Cancelled, "{}: only {direction}", vector.situation);
            }
        }
    }
}

#[test]
fn answers_and_ends_that_a_log_has_together_mean_the_same_in_both_orders() {
    let mut pairs = 0;
    for vector in vectors() {
        let decides = |index: &usize| is_of(&vector.stanzas[*index], &["accept", "reject", "terminate"]);
        let deciding: Vec<usize> = (0..vector.stanzas.len()).filter(decides).collect();
        for (nth, first) in deciding.iter().enumerate() {
            for second in &deciding[nth + 1..] {
                if vector.stanzas[*first]["dir"] == vector.stanzas[*second]["dir"] {
                    continue;
                }
                let logged = |one: usize, other: usize| {
                    let moved = [(one, 0.0), (other, 4.0)].map(|(index, after)| {
                        let mut stanza = vector.stanzas[index].clone();
                        stanza["at"] = json!(vector.stanzas[*second]["at"].as_f64().unwrap() + after);
                        stanza
                    });
                    let kept = vector.stanzas.iter().enumerate().filter(|(index, _)| index != first && index != second);
                    let before = kept.clone().filter(|(index, _)| index < second).map(|(_, stanza)| stanza.clone());
                    let after = kept.filter(|(index, _)| index > second).map(|(_, stanza)| stanza.clone());
                    let stanzas: Vec<Value> = before.chain(moved).chain(after).collect();
                    let swapped = Vector { stanzas, ..vector.clone() };
                    let analysis = swapped.analysis();
                    let progress = &analysis.calls[0].call.progress;
                    (progress.outcome, progress.ended_by)
                };
                assert_eq!(
                    logged(*first, *second),
                    logged(*second, *first),
                    "{}: {first} and {second}",
                    vector.situation
                );
                pairs += 1;
            }
        }
    }
    assert!(pairs > 5, "{pairs} pairs");
}

#[test]
fn a_silent_vantage_changes_no_outcome() {
    let silent =
        json!({"schema": "ringtrace/1", "vantage": "s", "device": ["20000000000002:5@lid"], "window": [[0, 600_000]]});
    for vector in vectors() {
        let beside = format!("{silent}\n{}", vector.recording(|_| true));
        assert_eq!(outcome(&beside).name(), vector.outcome, "{}", vector.situation);
    }
}

/// A stanza in a line: `→ offer to :8 :9`.
fn line(stanza: &Value) -> String {
    let xml = stanza["xml"].as_str().unwrap();
    let arrow = if stanza["dir"] == "out" { "→" } else { "←" };
    let attribute = |name: &str| {
        let from = xml.split_once(&format!(" {name}='"))?.1;
        Some(from.split_once('\'')?.0.to_owned())
    };
    let party = attribute("to").or_else(|| attribute("from")).unwrap();
    let device = |jid: &str| jid.split_once(':').map(|(_, rest)| format!(":{}", rest.trim_end_matches("@lid")));
    let named: Vec<String> = xml.split("<to jid='").skip(1).filter_map(|jid| device(jid.split('\'').next()?)).collect();
    let named = if named.is_empty() { device(&party).into_iter().collect() } else { named };
    let (what, error) = match attribute("error") {
        Some(error) => (format!("ack {}", attribute("type").unwrap()), format!(" error={error}")),
        None => (xml.split('<').nth(2).unwrap().split([' ', '/', '>']).next().unwrap().to_owned(), String::new()),
    };
    let reason = attribute("reason").map_or_else(String::new, |reason| format!(" reason={reason}"));
    let at = stanza["at"].as_f64().unwrap() / 1000.0;
    format!("{at:.1} {arrow} {what}{error}{reason} {}", named.join(" ")).trim_end().to_owned()
}

fn page() -> String {
    let mut page = "# How calls end\n\nThis page is generated from `outcomes.json`, which has the stanzas whole: run `RINGTRACE_BLESS=1 cargo test --test it outcomes` to regenerate it. Other clients can test their own reading of calls with the same file.\n\nA call is offered to devices, and each device has a leg of its own; the outcome follows from all legs together. `→` leaves the recorded device and `←` reaches it; numbers are seconds; acks are left out unless they carry an error. `:8` and `:9` are devices of the callee, `:7` is that of the caller.\n\n| what happens | recorded at | stanzas | outcome | ended by | legs |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
    for vector in vectors() {
        let is_told = |stanza: &&Value| {
            let xml = stanza["xml"].as_str().unwrap();
            !xml.starts_with("<ack") || xml.contains(" error=") || xml.contains("voip_settings")
        };
        let stanzas: Vec<_> = vector.stanzas.iter().filter(is_told).map(line).collect();
        let short =
            |text: &str| text.replace("20000000000002:", ":").replace("10000000000001:", ":").replace("@lid", "");
        writeln!(
            page,
            "| {} | {} | {} | **{}** | {} | {} |",
            vector.situation,
            short(&vector.device),
            stanzas.join("<br>"),
            vector.outcome,
            vector.ended_by.as_deref().unwrap_or("-"),
            short(&vector.legs.join("<br>"))
        )
        .unwrap();
    }
    page
}

#[test]
fn the_page_of_outcomes_is_up_to_date() {
    let file = file("outcomes.md");
    if std::env::var_os("RINGTRACE_BLESS").is_some() {
        fs::write(&file, page()).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), page(), "run with RINGTRACE_BLESS=1");
}
