//! What is known of SIG-10 (reactions) of the spec.

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_10: Rows = Rows::coded("SIG-10", "reactions", include_str!("page.md")).about(Situation::Accept);

pub(super) static SIGNALLING: Page = Page { questions: &[SIG_10.declared(0x653e_9c75_ec46_9a9e)], ..SIG_10.page() };
