//! What is known of SIG-09 (raise-hand) of the spec.

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_09: Rows = Rows::coded("SIG-09", "raise-hand", include_str!("page.md")).about(Situation::Group);

pub(super) static SIGNALLING: Page = Page { questions: &[SIG_09.declared(0x33fa_5baf_13fd_bcef)], ..SIG_09.page() };
