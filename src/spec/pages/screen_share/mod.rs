//! What is known of SIG-11 (screen-share) of the spec.

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_11: Rows = Rows::coded("SIG-11", "screen-share", include_str!("page.md")).about(Situation::Video);

pub(super) static SIGNALLING: Page = Page { questions: &[SIG_11.declared(0x3b41_4c05_105b_79bd)], ..SIG_11.page() };
