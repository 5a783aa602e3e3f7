//! How large the ARM64X DLLs are, and how long one takes to describe, link and verify.

#[path = "../tests/modules/mod.rs"]
mod modules;
#[path = "../../tests/support/mod.rs"]
mod support;

use ancm_installer::id::Dll;
use ancm_installer::native::LinkJob;
use ancm_installer::native::loader::X64Code;
use std::time::{Duration, Instant};
use xtask::tool::lld::Lld;

const ROUNDS: usize = 21;

fn measure(what: &str, lld: &Lld, job: &LinkJob) {
    let mut size = 0;
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            size = lld.link(job).unwrap_or_else(|error| panic!("{error}")).len();
            start.elapsed()
        })
        .collect();
    times.sort();
    println!("{what}: {size} bytes, {:?} (median of {ROUNDS})", times[ROUNDS / 2]);
}

fn main() {
    let lld = Lld::find().unwrap_or_else(|error| panic!("{error}"));
    measure("forwarder", &lld, &modules::stand_in_forwarder(Dll::Handler));
    for x64_code in X64Code::ALL {
        measure(&format!("loader, {x64_code} code"), &lld, &modules::loader::stand_in_job(x64_code));
    }
}
