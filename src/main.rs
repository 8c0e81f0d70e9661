//! ringtrace, the command: arguments in, exit code out.

mod cli;

use std::process::ExitCode;

/// Stanzas are many small allocations, at which the allocators of most systems are slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
