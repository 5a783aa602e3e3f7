use super::*;

fn build(words: &[&str]) -> Switches {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    match parse(&words) {
        Ok(Parsed::Build(switches)) => *switches,
        other => panic!("{other:?}"),
    }
}

fn refused(words: &[&str]) -> String {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let failure = parse(&words).expect_err("refused");
    let first = &failure.diagnostics[0];
    format!("{} | {}", first.message, first.help.as_deref().unwrap_or(""))
}

#[test]
fn switches_are_those_of_wix_build() {
    let switches = build(&[
        "build", "-nologo", "-lib", "l.wixlib", "M.WIXLIB", "-ARCH", "arm64", "-d", "A=1=2", "-d", "Flag",
        "-b", "Bin=x/y", "-bv", "N=v", "a.wxs", "b.WXL", "-culture", "en-US", "-sw1076", "-wx", "-dcl",
        "high", "-i", "inc",
    ]);
    assert_eq!(switches.output, Path::new("a.msi"));
    assert_eq!(switches.arch, Arch::Arm64);
    assert_eq!(switches.defines, [("A".into(), "1=2".into()), ("Flag".into(), String::new())].into());
    assert_eq!(switches.localizations, [Path::new("b.WXL")]);
    assert_eq!(switches.libraries, [Path::new("l.wixlib"), Path::new("M.WIXLIB")]);
    assert_eq!(build(&["build", "-culture", "null", "-bf", "-trackingfile", "t", "a.wxs"]).cultures, [""; 0]);
    let shown = |number: &str| switches.filter(vec![Diagnostic::warning(number, "x")]);
    assert_eq!(shown("WIX1076"), []);
    assert_eq!(shown("WIX1077")[0].severity, Severity::Error);
}

#[test]
fn a_library_is_made_where_a_switch_or_the_output_says_so() {
    let made = |words: &[&str]| {
        let switches = build(&[&["build", "a.wxs"], words].concat());
        (switches.is_library, switches.bind_files, switches.output.display().to_string())
    };
    assert_eq!(made(&[]), (false, false, "a.msi".into()));
    assert_eq!(made(&["-outputtype", "Library", "-bindfiles"]), (true, true, "a.wixlib".into()));
    assert_eq!(made(&["-o", "x/B.WIXLIB"]), (true, false, "x/B.WIXLIB".into()));
}

#[test]
fn wrong_switches_are_named_with_what_to_do() {
    assert_eq!(
        refused(&["build", "-cultur", "x", "a.wxs"]),
        "unknown switch `-cultur` | did you mean `-culture`?"
    );
    assert!(refused(&["build", "a.wxs", "-o"]).starts_with("`-o` needs a value"));
    assert!(refused(&["build"]).starts_with("no source"));
    assert!(refused(&["convert", "a.wxs"]).contains("one for `build`, and this one begins with `convert`"));
    assert!(
        refused(&["build", "-ext", "No.wixext/9", "a.wxs"])
            .contains("the extension `No.wixext/9` is not there")
    );
    assert!(refused(&["build", "x.wixobj", "a.wxs"]).contains("reads sources and libraries only"));
    assert!(refused(&["build", "a.wxs", "-o", "a.msm"]).contains("build the .msm with WiX itself"));
    assert!(
        refused(&["build", "a.wxs", "-outputtype", "package", "-o", "a.wixlib"]).contains("not a library")
    );
    assert!(refused(&["build", "a.wxs", "-outputtype", "library", "-o", "a.msi"]).contains("not a package"));
    assert!(refused(&["build", "-d", "A=1", "-d", "var.A=2", "a.wxs"]).contains("defined twice"));
    assert!(refused(&["build", "-swabc", "a.wxs"]).starts_with("unknown switch"));
}

#[test]
fn a_response_file_is_split_as_wix_splits_it() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), "build -d \"A=two words\"\n -d B=\\\"q\\\" a.wxs").expect("writable");
    let switches = build(&[&format!("@{}", file.path().display())]);
    assert_eq!(switches.defines, [("A".into(), "two words".into()), ("B".into(), "\"q\"".into())].into());
}
