//! What others report about calls: facts from public code, issues and captures, each with its source and date. They are
//! shown as that, and never count as evidence.

/// Something that others report.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// What it is about: the code of an ack's error, or the id of a question, discrepancy or rule.
    pub about: &'static str,
    /// What they report, in this program's own words.
    pub says: &'static str,
    /// Who reports it.
    pub source: &'static str,
    /// When: a year, or a year and a month.
    pub date: &'static str,
    /// Ids of the rules and questions to look at.
    pub see: &'static [&'static str],
}

const CODE: &str = "public client code";
const CODE_AND_CAPTURES: &str = "public client code and captures";

const fn report(
    about: &'static str,
    source: &'static str,
    date: &'static str,
    see: &'static [&'static str],
    says: &'static str,
) -> Report {
    Report { about, says, source, date, see }
}

/// Everything that is known to be reported.
pub static REPORTS: &[Report] = &[
    report(
        "439",
        "SIG-01 of the spec, and JotaDev66/WaCalls #10",
        "2026-06",
        &["SIG-01/offer-order", "accept-order", "video-position"],
        "The server refuses an offer whose children are out of order, and the call rings nowhere. The order is \
         `privacy` (optional), `audio` at 8000 Hz, `audio` at 16000 Hz, `net`, `capability`, `enc` or `destination`, \
         `encopt`, `device-identity`.",
    ),
    report(
        "463",
        "WhiskeySockets/Baileys #2441 and #2698",
        "2026-07",
        &["ack-error"],
        "The server limits whom the account may contact (`NackCallerReachoutTimelocked`): the stanza lacks the \
         `tctoken` of that contact.",
    ),
    report("403", CODE, "2026", &["ack-error"], "The account is not allowed to do this."),
    report("404", CODE, "2026", &["ack-error"], "There is no such account or device."),
    report("427", CODE, "2026", &["ack-error", "group-stanzas"], "The person cannot be added to the call."),
    report("479", CODE, "2026", &["ack-error"], "The server does not accept the stanza in this form."),
    report("500", CODE, "2026", &["ack-error"], "As the answer to an accept: the call can no longer be accepted."),
    report(
        "reject-without-effect",
        "tulir/whatsmeow #1182",
        "2026-06",
        &["SIG-08/empty"],
        "A `<reject>` with a `<tctoken>` child has no effect: the call rings on until the caller's timeout.",
    ),
    report(
        "auto-reject-reason",
        "oxidezap/whatsapp-rust #1494",
        "2026",
        &["reject-reasons"],
        "Companion devices reject by themselves, with the reason `uncallable` or `enc`; the other devices ring on.",
    ),
    report(
        "raised-hand",
        CODE_AND_CAPTURES,
        "2026",
        &[],
        "A raised hand is `<user_action action=\"raise_hand\"><raise_hand raise-hand-state/></user_action>`.",
    ),
    report(
        "call-reactions",
        CODE,
        "2026",
        &[],
        "Reactions are application data in the media stream (RTP), not signalling.",
    ),
    report(
        "screen-sharing",
        CODE_AND_CAPTURES,
        "2026",
        &[],
        "Screen sharing is `<screen_share screenshare_state version=\"2\"/>`.",
    ),
    report(
        "duration-unit",
        CODE_AND_CAPTURES,
        "2026",
        &["SIG-14/duration-seconds"],
        "Durations are in milliseconds, and the audio's and the video's add up to `duration`.",
    ),
    report(
        "latency-unit",
        CODE_AND_CAPTURES,
        "2026",
        &[],
        "The `latency` of a `<te>` with `relay_name` is 0x2000000 plus milliseconds; with `dl_bw` it is plain \
         milliseconds.",
    ),
    report("video-escalation", CODE, "2026", &[], "The states of a call's video are 11, 6, 4 and 1."),
];

/// What is reported about an error code, a question, a discrepancy or a rule.
pub fn reports(about: &str) -> impl Iterator<Item = &'static Report> {
    REPORTS.iter().filter(move |report| report.about == about)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::pages::{question, rule};

    #[test]
    fn reports_are_about_what_there_is() {
        let is_known = |id: &str| question(id).is_some() || rule(id).is_some();
        for report in REPORTS {
            assert!(report.about.parse::<u16>().is_ok() || is_known(report.about), "{}", report.about);
            assert!(report.see.iter().all(|id| is_known(id)), "{}", report.about);
            assert!(report.date.starts_with("20") && report.says.ends_with('.'), "{}", report.about);
        }
    }
}
