//! Versions of programs: found in what those say, compared, and read.

use xtask::tool::probe::{Answer, Fit, Range};
use xtask::tool::wix::Version;

#[test]
fn versions_are_found_in_what_programs_say() {
    for (said, version) in [
        ("rustc 1.95.0 (59807616e 2026-04-14)", Some("1.95.0")),
        ("gcab v1.5", Some("1.5")),
        ("wine-8.0 (Debian 8.0~repack-4)", Some("8.0")),
        ("Debian clang version 19.1.7 (3~deb12u1)", Some("19.1.7")),
        ("12-win32", Some("12")),
        ("osslsigncode 2.9, using:\n\tOpenSSL 3.0.13", Some("2.9")),
        ("msiinfo (msitools) version 0.101", Some("0.101")),
        ("Version 7.", Some("7")),
        ("Usage: msibuild MSIFILE [OPTION]", None),
        ("x86 wine64", None),
        ("", None),
    ] {
        for [out, err] in [[said, ""], ["", said]] {
            let answer = Answer { success: true, out: out.to_owned(), err: err.to_owned() };
            assert_eq!(answer.version().as_deref(), version, "{said}");
        }
    }
}

#[test]
fn ranges_compare_numbers_and_not_texts() {
    for (range, version, fit) in [
        (Range::from("1.88"), "1.100.0", Fit::Good),
        (Range::from("1.88"), "1.88", Fit::Good),
        (Range::from("1.88"), "1.87.9", Fit::TooOld),
        (Range::from("1.88"), "2", Fit::Good),
        (Range::within("19", "19"), "19.1.7", Fit::Good),
        (Range::within("19", "19"), "20.0", Fit::TooNew),
        (Range::within("5", "7"), "4.0.6", Fit::TooOld),
        (Range::ANY, "", Fit::Good),
    ] {
        assert_eq!(range.fit(version), fit, "{range} {version}");
    }
    assert_eq!(Range::within("19", "19").to_string(), "19");
    assert_eq!(Range::within("5", "7").to_string(), "5 to 7");
}

#[test]
fn what_wix_says_is_read() {
    for (text, major, shown) in [
        ("6.0.2+b3f9403d", 6, "6.0.2"),
        ("5.0.2", 5, "5.0.2"),
        ("7.0.0-rc.1+x", 7, "7.0.0-rc.1"),
        ("4.0.6.0", 4, "4.0.6.0"),
    ] {
        let version: Version = text.parse().expect(text);
        assert_eq!((version.major, version.to_string().as_str()), (major, shown));
    }
    for text in ["", "6", "wix 6.0.2", "6.x.2", "Windows Installer XML Toolset version 3.14.1.8722"] {
        assert!(text.parse::<Version>().is_err(), "{text}");
    }
}
