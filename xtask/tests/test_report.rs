//! What `cargo xtask test` reads in the output of test programs.

use std::time::Duration;
use xtask::cmd::test::report::{Reader, Report};

#[test]
fn what_a_program_says_is_read() {
    let tests = ["a::good", "a::harsh", "b::bad", "b::none"].map(str::to_owned);
    let (mut reader, mut report) = (Reader::new(tests.to_vec(), 2), Report::default());
    let said = "\nrunning 4 tests\ntest a::harsh - should panic ... ok\ntest a::good ... ok\n\
        test b::bad ... FAILED\ntest b::none ... ignored, not now\n\nsuccesses:\n\n---- a::good stdout ----\n\
        skipped: `wine64` is not on the PATH\nretried: msiexec\ntest x ... ok\n\n\nsuccesses:\n    a::good\n\n\
        failures:\n\n---- b::bad stdout ----\nskipped: no\n\nfailures:\n    b::bad\n";
    let ends = said.lines().filter(|line| reader.line(line, &mut report)).count();
    assert_eq!((ends, report.passed, report.count()), (4, 2, 3));
    assert_eq!(report.failed, ["b::bad"]);
    let own = |what: &str| vec![("a::good".to_owned(), what.to_owned())];
    assert_eq!(report.skipped, own("`wine64` is not on the PATH"));
    assert_eq!(report.retried, own("msiexec"));
    assert!(report.failures.contains("skipped: no") && !report.failures.contains("wine64"));
    assert_eq!(report.slowest().count(), 4);
}

#[test]
fn a_test_begins_where_one_before_it_ends() {
    let tests = ["a", "b", "c"].map(str::to_owned);
    let (mut reader, mut report) = (Reader::new(tests.to_vec(), 1), Report::default());
    let pause = Duration::from_millis(30);
    reader.line("test a ... ok", &mut report);
    std::thread::sleep(pause);
    reader.line("test b ... ok", &mut report);
    reader.line("test c ... ok", &mut report);
    let slowest: Vec<_> = report.slowest().collect();
    assert_eq!(slowest[0].1, "b");
    assert!(slowest[0].0 >= pause);
}
