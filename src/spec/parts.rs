//! The spec's pages and their open questions, as this program knows them.

/// A page of the spec that asks questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its code; `None` for a page without one, a flow or an entry of the stanza catalogue.
    pub code: Option<&'static str>,
    /// Its id. A page with a code and one without can share it.
    pub id: &'static str,
    /// The fingerprint of each of its open questions, in order, by [`fingerprint`].
    pub questions: &'static [u64],
}

impl Page {
    /// Its name here: its code, or its id where it has none.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.code.unwrap_or(self.id)
    }
}

/// The page of that name.
#[must_use]
pub fn page(name: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.name() == name)
}

/// A hash (64-bit FNV-1a) of a question's words: letters and digits of ASCII, lower case, apart by single spaces. A
/// question that is only punctuated or wrapped anew keeps it.
#[must_use]
pub fn fingerprint(wording: &str) -> u64 {
    let words = wording.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join(" ");
    words.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The pages that ask questions, as of the spec's commit 0114515.
pub const PAGES: &[Page] = &[
    Page { code: Some("SIG-01"), id: "call-offer", questions: &[0x5d97_4c19_6880_fd96, 0x6eee_dc90_9d1b_1e67] },
    Page {
        code: Some("SIG-02"),
        id: "video-call",
        questions: &[0xbfe2_bec5_a141_84b3, 0xbcc1_59af_2f41_92b3, 0xd743_cd60_7ab9_4573, 0xc196_6a22_de0d_a7b1],
    },
    Page {
        code: Some("SIG-03"),
        id: "call-accept",
        questions: &[0x055c_d945_5946_15d0, 0x520f_66bf_3a00_6d00, 0x747f_4978_7a53_5ba2],
    },
    Page {
        code: Some("SIG-04"),
        id: "call-preaccept",
        questions: &[0xe365_a829_8298_455f, 0xffc3_4ae0_2356_8e41, 0x03a0_9d08_54a0_dec1],
    },
    Page {
        code: Some("SIG-05"),
        id: "call-transport",
        questions: &[0xbd9f_d17b_ad77_ebe9, 0x6eb7_f80b_ece8_0378, 0x7043_399c_138d_6bad, 0xb76d_d372_1ac1_9e6b],
    },
    Page { code: Some("SIG-06"), id: "group-call", questions: &[0x4f8f_c009_082d_ec07, 0x62df_b1b0_b9ce_a0f1] },
    Page { code: Some("SIG-07"), id: "call-ack", questions: &[0x8c47_4999_3850_c440, 0x176a_b35f_4357_c571] },
    Page { code: Some("SIG-08"), id: "call-reject", questions: &[0x2fec_561a_2cfe_238b, 0xa61d_1b6a_5fb1_9e1e] },
    Page { code: Some("SIG-09"), id: "raise-hand", questions: &[0x33fa_5baf_13fd_bcef] },
    Page { code: Some("SIG-10"), id: "reactions", questions: &[0x653e_9c75_ec46_9a9e] },
    Page { code: Some("SIG-11"), id: "screen-share", questions: &[0x3b41_4c05_105b_79bd] },
    Page {
        code: Some("SIG-12"),
        id: "flow-call-missed",
        questions: &[0x911a_b852_abd6_cf4f, 0x4b5f_b3f6_09e6_1332, 0xf698_8491_1bb0_a598, 0xfbd9_8965_cdb1_54fe],
    },
    Page {
        code: Some("SIG-13"),
        id: "call-mute",
        questions: &[0x9141_9f53_465b_bfa2, 0x4056_8d29_22a6_b66c, 0x5e98_a678_6029_e979, 0x2ac4_9bfc_b6cc_d540],
    },
    Page {
        code: Some("SIG-14"),
        id: "call-terminate",
        questions: &[0xf94b_e442_be9e_0415, 0x89bc_e9ef_357c_a733, 0x8c30_16ea_32dd_fc9b],
    },
    Page {
        code: Some("SIG-15"),
        id: "call-relaylatency",
        questions: &[0xaea4_49a6_3558_f571, 0xc45b_90c7_b15e_7961, 0xc5f7_9912_8477_1f4f, 0x77ca_2411_0c50_bb3c],
    },
    Page {
        code: Some("SIG-16"),
        id: "flow-incoming-1to1",
        questions: &[0xd26c_e880_619f_238a, 0x261d_a27c_0623_086e, 0x5d08_80ae_30e3_989d],
    },
    Page {
        code: Some("SIG-17"),
        id: "flow-outgoing-1to1",
        questions: &[0x0beb_1be1_0a31_2437, 0x5595_d4d2_421a_7e90, 0x4c33_f801_cfc7_7c60, 0x452f_ceb1_d230_2181],
    },
    Page {
        code: Some("SIG-18"),
        id: "flow-call-rejected",
        questions: &[0x49fd_e2b6_3b57_8054, 0x9b4c_99d4_eaab_9c10, 0xbe17_f5fd_f12c_2700],
    },
    Page {
        code: None,
        id: "call-missed-timeout",
        questions: &[0xa433_8658_581e_1719, 0xfd79_7161_c52f_c751, 0x6964_271d_cea8_59d7, 0x16a6_c8c0_163f_1a30],
    },
    Page {
        code: None,
        id: "call-rejected",
        questions: &[0xd6ae_7477_9f62_f714, 0x0635_d5a9_e3f8_2034, 0xe171_c98b_d378_d82b],
    },
    Page {
        code: None,
        id: "incoming-1to1-audio",
        questions: &[0x2a50_ea65_abbe_e56e, 0x3d98_6b51_f466_2598, 0x0117_3809_9b64_a4e2],
    },
    Page {
        code: None,
        id: "outgoing-1to1-audio",
        questions: &[0x65c9_d31e_4497_f33a, 0x5f18_e5e5_6b6c_d80e, 0x3458_ba25_952c_93c4, 0x2780_dad0_0cf4_2791],
    },
    Page {
        code: None,
        id: "call-accept",
        questions: &[0x9eb9_3e67_161f_fc8f, 0xbc08_10f4_daf1_7fa0, 0x5a99_7780_050e_4b66],
    },
    Page {
        code: None,
        id: "call-ack",
        questions: &[0xa2f0_f845_555a_117e, 0x1b87_afc2_2e19_9a0f, 0xf1f7_6c11_ef14_c0d9, 0x702d_a937_8af6_9551],
    },
    Page {
        code: None,
        id: "call-mute",
        questions: &[0x47cf_6947_b2dc_2264, 0x5357_a581_c71c_415d, 0x607b_f0fa_d8b0_666f, 0x2584_a55f_ad4c_4821],
    },
    Page {
        code: None,
        id: "call-offer",
        questions: &[
            0x52c5_0e72_14c0_7da9,
            0x1702_41b9_fb29_ac77,
            0x4fa9_4e2b_154c_1667,
            0x453d_6bf2_be49_a99d,
            0x05e7_e8d2_7ea3_a8b9,
            0x89e2_5f95_f506_831c,
        ],
    },
    Page {
        code: None,
        id: "call-preaccept",
        questions: &[0xc0df_cb5d_613d_9b4c, 0x3b9e_c296_2416_f156, 0x81a2_1aa0_1b94_eeac],
    },
    Page {
        code: None,
        id: "call-reject",
        questions: &[0xa8a9_fbe7_5627_38c4, 0xea3f_48c5_6458_fd33, 0x5059_ebfe_e238_9806],
    },
    Page {
        code: None,
        id: "call-relaylatency",
        questions: &[
            0x905e_6f84_1db6_5d26,
            0xc18a_3264_13fb_f9b9,
            0x06d6_20dc_5034_383f,
            0x6b3e_2c77_c6b3_c78a,
            0xae43_7441_91e8_3471,
        ],
    },
    Page {
        code: None,
        id: "call-terminate",
        questions: &[0x84b0_ca91_b5a7_7cd2, 0x042b_beb1_0ef0_93a4, 0xeccd_6b05_a613_e183],
    },
    Page {
        code: None,
        id: "call-transport",
        questions: &[
            0x128b_7ecb_61f4_6512,
            0x29b4_e26b_655a_7be0,
            0x4fa3_3662_d7a5_da2d,
            0xd761_93bf_bd1a_7e8f,
            0x6e55_2aea_85d3_0444,
        ],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::spec::discrepancies::DISCREPANCIES;
    use crate::spec::questions::QUESTIONS;

    #[test]
    fn every_question_is_in_the_index() {
        for question in QUESTIONS {
            let page = page(question.page).unwrap_or_else(|| panic!("{}: no page {}", question.id, question.page));
            let number = question.number.unwrap_or_else(|| panic!("{} has no number", question.id));
            assert!((1..=page.questions.len()).contains(&usize::from(number)), "{}", question.id);
        }
        for discrepancy in DISCREPANCIES {
            assert!(page(discrepancy.page).is_some() && discrepancy.number.is_none(), "{}", discrepancy.id);
        }
    }

    #[test]
    fn names_ids_and_fingerprints_are_unique() {
        let names: BTreeSet<_> = PAGES.iter().map(Page::name).collect();
        assert_eq!(names.len(), PAGES.len());
        let asked: Vec<_> = QUESTIONS.iter().map(|question| (question.page, question.number)).collect();
        assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len());
        let ids: BTreeSet<_> = QUESTIONS.iter().chain(DISCREPANCIES).map(|question| question.id).collect();
        assert_eq!(ids.len(), QUESTIONS.len() + DISCREPANCIES.len());
        for page in PAGES {
            assert_eq!(page.questions.iter().collect::<BTreeSet<_>>().len(), page.questions.len(), "{}", page.name());
        }
    }

    #[test]
    fn a_fingerprint_is_of_the_words() {
        assert_eq!(fingerprint("Does `x`\nring?"), fingerprint("does X ring"));
        assert_ne!(fingerprint("Does x ring?"), fingerprint("Does y ring?"));
    }
}
