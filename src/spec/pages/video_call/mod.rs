//! What is known of SIG-02 (video-call) of the spec.

mod questions;

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_02: Rows = Rows::coded("SIG-02", "video-call", include_str!("page.md")).about(Situation::Video);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_02.existential(
            1,
            0xbfe2_bec5_a141_84b3,
            "video-attributes",
            "Does the video element of an offer have attributes?",
            &["some", "none"],
            questions::video_attributes,
        ),
        SIG_02
            .existential(
                2,
                0xbcc1_59af_2f41_92b3,
                "accept-video",
                "Does the accept of a video call mention video?",
                &["speaks", "silent"],
                questions::accept_video,
            )
            .about(Situation::VideoAccept)
            .also(&[("call-accept", 3)]),
        SIG_02
            .exclusive(
                3,
                0xd743_cd60_7ab9_4573,
                "video-escalation",
                "How does an audio call become a video call?",
                &["fresh-offer", "other-action"],
                questions::video_escalation,
            )
            .about(Situation::Accept)
            .also(&[("call-mute", 3)]),
        SIG_02.list(
            4,
            0xc196_6a22_de0d_a7b1,
            "video-position",
            "Where is the video element among the children of an offer?",
            questions::video_position,
        ),
    ],
    ..SIG_02.page()
};
