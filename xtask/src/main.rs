//! `cargo xtask`: the command line. It parses flags, calls the library, prints, and returns an exit code.

fn main() {}
