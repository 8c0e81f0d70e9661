//! ringtrace, the command.

fn main() {}
