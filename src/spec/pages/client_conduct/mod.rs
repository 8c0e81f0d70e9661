//! What public reports of broken clients claim of clients that are not: no page of the spec, but the same rows.
//!
//! The spec says how stanzas are built. That a hang-up sends one at all, or that one companion does not end the ringing of
//! the others, it takes for granted; clients got each of these wrong in public.

mod rules;

use crate::spec::page::{Page, Rows};
use crate::spec::rule::Grade;

const CLIENT: Rows = Rows::uncoded("client-conduct", include_str!("page.md")).of_two();

pub(super) static CONDUCT: Page = Page {
    rules: &[
        CLIENT.rule(
            Grade::Warning,
            "CLIENT/server-accepts",
            "The server accepts the call stanzas that a client sends.",
            rules::server_accepts,
        ),
        CLIENT.rule(
            Grade::Warning,
            "CLIENT/hang-up-sent",
            "A client that leaves a call sends a terminate or a reject.",
            rules::hang_up_sent,
        ),
        CLIENT.rule(
            Grade::Warning,
            "CLIENT/no-automatic-reject",
            "A companion that cannot take a call leaves it to the other devices.",
            rules::no_automatic_reject,
        ),
        CLIENT.rule(
            Grade::Warning,
            "CLIENT/waits-for-siblings",
            "A caller lets the other devices ring on after the automatic reject of one.",
            rules::waits_for_siblings,
        ),
        CLIENT.rule(
            Grade::Warning,
            "CLIENT/reject-ends-ringing",
            "A call does not ring on after its reject.",
            rules::reject_ends_ringing,
        ),
    ],
    sentences: include_str!("sentences.txt"),
    ..CLIENT.page()
};
