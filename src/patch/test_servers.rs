//! Which calls were recorded against a test server: they show how a program acts, not what the service does.

use std::collections::BTreeSet;

use crate::analysis::Analysis;
use crate::call::{Call, Original};
use crate::origin::CaptureId;
use crate::spec::Sessions;

/// What everything says that is written on the evidence of a test server.
pub(super) const TEST_SERVER: &str = "(test server)";

/// The sessions whose server was a test server.
#[derive(Clone, Debug, Default)]
pub struct TestServers {
    sessions: Sessions,
    roots: BTreeSet<Original>,
    captures: BTreeSet<CaptureId>,
}

impl TestServers {
    /// Finds them by the addresses of servers, and by the captures whose cards say that they are `synthetic`. A client's
    /// log of such a session, which names no server, is one of them: it shares a call with the capture.
    #[must_use]
    pub fn of(analysis: &Analysis, synthetic: impl IntoIterator<Item = CaptureId>) -> Self {
        let sessions = Sessions::of(&analysis.calls);
        let mut captures: BTreeSet<CaptureId> = synthetic.into_iter().collect();
        for (index, capture) in (0_u32..).zip(&analysis.captures) {
            if capture.is_of_test_server() {
                captures.insert(CaptureId(index));
            }
        }
        let originals = analysis.calls.iter().flat_map(|judged| originals(&judged.call));
        let roots = originals.filter(|original| captures.contains(&original.0)).map(|it| sessions.root(it)).collect();
        Self { sessions, roots, captures }
    }

    /// Whether a call was recorded against one.
    #[must_use]
    pub fn has(&self, call: &Call) -> bool {
        originals(call).any(|original| self.roots.contains(&self.sessions.root(original)))
    }

    /// Whether a capture is of one.
    #[must_use]
    pub fn is_capture(&self, capture: CaptureId) -> bool {
        self.captures.contains(&capture)
    }
}

fn originals(call: &Call) -> impl Iterator<Item = Original> {
    call.rows.iter().flat_map(|row| call.originals_of(row))
}
