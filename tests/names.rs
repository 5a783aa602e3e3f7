//! What Windows takes for the same path, file name or registry value, and what it has itself.

use ancm_installer::condition::Value;
use ancm_installer::id::Arch;
use ancm_installer::names::{Folded, Looker, Pattern, RegistryName, is_of_windows, standard_property};

#[test]
fn paths_compare_as_windows_does() {
    assert_eq!(Folded::path(r"C:\Program Files\\IIS\"), Folded::path(r"c:/program files/iis. "));
    assert_eq!(Folded::path(r"C:\A").join(r"b\C.dll").as_str(), r"C:\A\b\C.dll");
    assert_eq!(Folded::path(r"C:\A\b.dll").name(), "b.dll");
}

/// However a path is given, in one piece or joined, it is the same one.
#[test]
fn joining_is_writing_in_one_piece() {
    let parts =
        ["C:", "A", "b.dll", "", ".", " ", "x. ", r"\c", r"d\", "e/f", r"g\.\h", "/", "É.é", "..", r"a\\b"];
    for folder in parts {
        for name in parts {
            let whole = Folded::path(&format!("{folder}\\{name}"));
            let joined = Folded::path(folder).join(name);
            assert_eq!(
                (joined.as_str(), joined.folded()),
                (whole.as_str(), whole.folded()),
                "{folder} {name}"
            );
            let slow: Vec<&str> = whole.as_str().split('\\').collect();
            assert!(
                slow.iter().all(
                    |part| !part.ends_with(['.', ' ']) && (whole.as_str().is_empty() || !part.is_empty())
                )
            );
        }
    }
}

#[test]
fn patterns_mean_what_windows_finds() {
    let chars = |text: &str| text.chars().collect::<Vec<char>>();
    for (pattern, matching, others) in [
        ("*.ini", "nsclient.ini a.b.ini .ini", "a.inix a.ini.txt ini"),
        ("*.*", "readme a.txt .x", ""),
        ("*", "readme a.txt", ""),
        ("a?c*", "abcdef abc", "abd ac.txt"),
        ("*b*d", "abcbd bd", "abc"),
        ("file?.txt", "file1.txt file.txt", "file12.txt"),
        ("app.*", "app app.exe app.exe.config", "apps.exe"),
        ("*.", "readme", "a.txt"),
        ("*.t?t", "a.txt a.b.tot", "a.text"),
        ("a??", "a ab abc", "abcd a.b"),
        ("LOG*.TXT", "log1.txt log.txt", "alog.txt"),
    ] {
        let pattern_read = Pattern::new(pattern);
        for (names, expected) in [(matching, true), (others, false)] {
            for name in names.split_whitespace() {
                assert_eq!(pattern_read.matches(&chars(name)), expected, "{pattern} {name}");
            }
        }
    }
    for (pattern, name, expected) in [
        ("*.htm", "page.html", true),
        ("*.htm", "page.xhtml", false),
        ("*.htm", "page.htm", false),
        ("*.in", "a.ini", false),
        ("p*.htm", "page.html", false),
    ] {
        assert_eq!(Pattern::new(pattern).may_match_short_name(&chars(name)), expected, "{pattern} {name}");
    }
}

#[test]
fn every_property_is_found() {
    assert_eq!(standard_property(Arch::X64, "VersionNT"), Some(Value::Known("603")));
    assert_eq!(standard_property(Arch::X64, "VersionNT64"), Some(Value::Known("603")));
    assert_eq!(standard_property(Arch::X86, "VersionNT64"), None);
    assert_eq!(standard_property(Arch::Arm64, "SystemFolder"), Some(Value::Known(r"C:\Windows\SysWOW64\")));
    assert_eq!(standard_property(Arch::X86, "Date"), Some(Value::Found));
}

#[test]
fn folders_of_windows_are_always_there() {
    for there in [r"C:", r"c:\programdata", r"C:\Windows\System32", r"C:\Program Files (x86)\Common Files"] {
        assert!(is_of_windows(&Folded::path(there), Arch::X64), "{there}");
    }
    assert!(is_of_windows(&Folded::path(r"C:\Program Files"), Arch::X86));
    for not in [r"C:\ProgramData\Acme", r"C:\Program", r"D:", r"C:\Windows\System32\inetsrv"] {
        assert!(!is_of_windows(&Folded::path(not), Arch::X64), "{not}");
    }
}

fn shown(root: i32, key: &str, wide_component: bool, per_machine: bool) -> String {
    RegistryName::of_row(root, key, "v", Looker { wide_machine: true, wide_component, per_machine })
        .to_string()
}

#[test]
fn one_place_has_one_name() {
    for (names, place) in [
        (
            &[(0, r".foo"), (2, r"Software\Classes\.foo"), (-1, r"SOFTWARE\Classes\.foo")][..],
            r"Classes\.foo : v",
        ),
        (
            &[(0, r"Wow6432Node\CLSID\{1}"), (2, r"Software\Wow6432Node\Classes\CLSID\{1}")],
            r"Classes\CLSID\{1} : v (32-bit view)",
        ),
        (&[(2, r"SOFTWARE\Wow6432Node\Acme")], r"Acme : v (32-bit view)"),
        (&[(2, r"SOFTWARE\WOW6432Node\Classes\.foo")], r"Classes\.foo : v"),
        // slashes, dots and spaces are letters of a key's name
        (
            &[(0, r"Content Type\a/b"), (2, r"\Software\Classes\\Content Type\a/b\")],
            r"Classes\Content Type\a/b : v",
        ),
        (&[(2, r"Software\Acme. \x")], r"Acme. \x : v (64-bit view)"),
    ] {
        for (root, key) in names {
            let found = shown(*root, key, true, true).to_lowercase();
            assert_eq!(found, format!(r"hklm\software\{}", place.to_lowercase()), "{root} {key}");
        }
    }
    assert_eq!(shown(2, r"Software\Acme", false, true), r"HKLM\Software\Acme : v (32-bit view)");
    assert_eq!(shown(0, ".foo", true, false), r"HKCU\Software\Classes\.foo : v");
    assert_eq!(shown(-1, r"Software\Acme", true, false), r"HKCU\Software\Acme : v");
    assert_eq!(
        shown(2, r"Software\Wow6432NodeX", true, true),
        r"HKLM\Software\Wow6432NodeX : v (64-bit view)"
    );
}

#[test]
fn shared_keys_are_one_and_redirected_ones_are_two() {
    let app_paths = r"Software\Microsoft\Windows\CurrentVersion\App Paths\a.exe";
    for (key, shared) in [
        (app_paths, true),
        (r"Software\Policies\Acme", true),
        (r"Software\RegisteredApplications", true),
        (r"SYSTEM\CurrentControlSet\Services\x", true),
        (r"Software\Classes\CLSID\{1}", false),
        (r"Software\Classes\Interface", false),
        (r"Software\Classes\AppID\{1}", true),
        (r"Software\Microsoft\Windows\CurrentVersion\Run", false),
        (r"Software\Microsoft\Windows\CurrentVersion\App PathsX", false),
        ("Software", false),
        ("SoftwareX", true),
    ] {
        assert_eq!(shown(2, key, true, true) == shown(2, key, false, true), shared, "{key}");
    }
    assert_eq!(shown(1, r"Software\Acme", true, true), shown(1, r"Software\Acme", false, true));
    assert_ne!(
        shown(1, r"Software\Classes\CLSID\x", true, true),
        shown(1, r"Software\Classes\CLSID\x", false, true)
    );
}
