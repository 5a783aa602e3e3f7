//! Any bytes as a log: nothing panics, and what is kept is bounded.

#![no_main]

use ancm_installer::explain;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let story = explain::read(input).expect("nothing fails in memory");
    assert_eq!(story.bytes, input.len() as u64);
});
