//! Names of members of archives: which become paths, and which are refused.

use ancm_installer::archive::{is_one_name, relative};

#[test]
fn names_become_paths_or_are_refused() {
    for (stored, path) in [
        ("a", "a"),
        (r"a\b.dll", "a/b.dll"),
        ("./a//".trim_end_matches('/'), "a"),
        ("lib/net45/x.dll", "lib/net45/x.dll"),
        ("comet/con1/nullable.txt", "comet/con1/nullable.txt"),
        ("..a/b..c", "..a/b..c"),
        ("Größe/測試", "Größe/測試"),
    ] {
        assert_eq!(relative(stored).as_deref(), Ok(path));
    }
    for stored in [
        "",
        ".",
        "..",
        "../a",
        r"a\..\..\b",
        "/etc/passwd",
        r"\\server\share",
        r"C:\a",
        "C:a",
        "a//b",
        "a/",
        "nul",
        "a/CON.txt",
        "COM1",
        "lpt9.x",
        "aux ",
        "a:b",
        "a.",
        "a ",
        "a\0b",
        "a\nb",
        "a|b",
        "b/COM¹",
        "conin$",
        "Con .txt",
    ] {
        assert!(relative(stored).is_err(), "{stored:?}");
    }
    assert!(relative(&"x/".repeat(3000)).is_err());
    assert_eq!(relative("../a").expect_err("climbs").to_string(), "`../a` climbs out of its folder");
}

#[test]
fn one_name_is_one_name() {
    assert!(is_one_name("cab1.cab"));
    assert!(!is_one_name("../cab1.cab") && !is_one_name(r"a\b.cab") && !is_one_name("./a.cab"));
}
