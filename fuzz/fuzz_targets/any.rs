//! Any target under libFuzzer: `TARGET=pcap cargo +nightly fuzz run any`.
#![no_main]

use std::env;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use ringtrace_fuzz::targets::{TARGETS, Target};

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = env::var("TARGET").expect("TARGET names a target");
    TARGETS.iter().find(|target| target.name == name).expect("TARGET is one of those that `-- list` prints")
});

fuzz_target!(|data: &[u8]| (TARGET.run)(data));
