//! Visual C++: what is found, what is taken, and what is said of the rest.
#![cfg(unix)]

use crate::msvc_stand_in::{Machine, PROGRAM_FILES};
use std::path::PathBuf;
use std::time::Duration;
use xtask::tool::msvc::{Msvc, Search};

fn version(search: &Search) -> Option<String> {
    search.found.as_ref().map(Msvc::version)
}

fn verdicts(search: &Search) -> Vec<&str> {
    search.candidates.iter().map(|candidate| candidate.verdict.as_str()).collect()
}

#[test]
fn vswhere_is_asked_for_everything_and_the_newest_release_is_taken() {
    let machine = Machine::new();
    machine.tools("old", "14.30.1", "x64");
    machine.tools("new", "14.44.1", "x64");
    machine.tools("preview", "14.50.1", "x64");
    machine.knows(&[
        ("old", "16.11.2", ""),
        ("preview", "18.0.1", r#", "isPrerelease": true"#),
        ("new", "17.14.36109.1", r#", "productId": "Microsoft.VisualStudio.Product.BuildTools""#),
        ("broken", "17.99.1", r#", "isComplete": false"#),
        ("empty", "17.20.1", ""),
    ]);
    let search = machine.search();
    assert_eq!(version(&search).as_deref(), Some("14.44.1"));
    assert_eq!(
        verdicts(&search),
        [
            "left: its installation is not complete",
            "left: it has no Visual C++",
            "taken: Visual C++ 14.44.1, programs for x64, without lib\\arm64ec",
            "left: another one came first",
            "left: another one came first",
        ]
    );
    let asked = std::fs::read_to_string(machine.path("vswhere.log")).expect("it was started");
    assert_eq!(asked, "-products * -all -prerelease -format json -utf8 -nologo\n", "once");
}

#[test]
fn a_warning_beside_the_answer_is_not_taken_for_a_part_of_it() {
    let machine = Machine::new();
    machine.tools("vs", "14.44.1", "x64");
    machine.knows(&[("vs", "17.14.1", "")]);
    let answer = machine.path("answer.json");
    machine.vswhere(&format!("echo 'Warning: slow' >&2; cat '{}'; echo done >&2", answer.display()));
    assert_eq!(version(&machine.search()).as_deref(), Some("14.44.1"), "{}", machine.search().why_not());
}

#[test]
fn a_preview_is_better_than_nothing() {
    let machine = Machine::new();
    machine.tools("preview", "14.50.1", "x64");
    machine.knows(&[("preview", "18.0.1", r#", "isPrerelease": true"#), ("release", "17.1.1", "")]);
    assert_eq!(version(&machine.search()).as_deref(), Some("14.50.1"));
}

#[test]
fn the_default_version_goes_before_the_newest_and_each_host_has_its_programs() {
    for (arch, folders, found) in [
        ("x86_64", &["x64"][..], Some("x64")),
        ("aarch64", &["x64", "arm64"], Some("arm64")),
        ("aarch64", &["x64"], Some("x64")),
        ("x86_64", &["arm64"], None),
        ("riscv64", &["x64"], None),
    ] {
        let machine = Machine::new();
        for folder in folders {
            machine.tools("vs", "14.40.1", folder);
            machine.tools("vs", "14.9.1", folder);
        }
        machine.knows(&[("vs", "17.1.1", "")]);
        let search = Search::run(&machine.host(arch), None);
        let expected = found
            .map(|host| machine.path(&format!("vs/VC/Tools/MSVC/14.40.1/bin/Host{host}/arm64/link.exe")));
        assert_eq!(search.found.as_ref().map(Msvc::link), expected, "{arch} {folders:?}");
        machine.default_version("vs", "14.9.1");
        let search = Search::run(&machine.host(arch), None);
        assert_eq!(version(&search), found.map(|_| "14.9.1".to_owned()), "{arch} {folders:?}");
    }
}

#[test]
fn what_vswhere_may_answer_instead() {
    for (answer, expected) in [
        ("echo '[]'", "knows no Visual Studio"),
        ("echo 'no such thing'; exit 87", "failed (exit status: 87): no such thing"),
        ("echo '[{\"installationPath\"'", "is not its JSON"),
        ("echo '{}'", "is not its JSON"),
        ("exec sleep 30", "did not end within 1 seconds"),
    ] {
        let machine = Machine::new();
        machine.vswhere(answer);
        let mut host = machine.host("x86_64");
        if answer.contains("sleep") {
            host.patience = Duration::from_secs(1);
        }
        let search = Search::run(&host, None);
        assert!(search.found.is_none());
        assert!(search.why_not().contains(expected), "{answer}: {}", search.why_not());
    }
    let search = Machine::new().search();
    assert_eq!(search.why_not(), "`vswhere.exe` is neither in Program Files nor on the PATH");
    let machine = Machine::new();
    std::fs::create_dir_all(machine.path("vs/VC/Tools/MSVC/14.40.1/bin/Hostx64/x64")).expect("writable");
    machine.knows(&[("vs", "17.1.1", "")]);
    assert!(machine.search().why_not().contains("the ARM64 tools are not installed"));
}

#[test]
fn a_developer_prompt_and_the_users_word_come_first() {
    let machine = Machine::new();
    machine.tools("vs", "14.40.1", "x64");
    machine.knows(&[("vs", "17.1.1", "")]);
    let prompt = machine.tools("other", "14.38.1", "x64");
    let mut host = machine.host("x86_64");
    host.variables.extend([("VCToolsInstallDir", prompt.clone().into_os_string())]);
    assert_eq!(version(&Search::run(&host, None)).as_deref(), Some("14.38.1"));
    assert!(!machine.path("vswhere.log").exists(), "nobody was asked");

    host.variables.extend([("VCToolsInstallDir", machine.path("gone").into_os_string())]);
    let search = Search::run(&host, None);
    assert_eq!(version(&search).as_deref(), Some("14.40.1"));
    assert!(search.candidates[0].verdict.starts_with("left: its folder is gone"), "{:?}", search.candidates);

    for asked in [prompt, machine.path("other")] {
        assert_eq!(version(&Search::run(&host, Some(&asked))).as_deref(), Some("14.38.1"));
    }
    let search = Search::run(&host, Some(&machine.path("gone")));
    assert!(search.found.is_none(), "what the user names is not replaced by something else");
}

#[test]
fn every_layout_of_an_installation_is_found() {
    // which versions the default files of all toolsets, and of v143, name; which one is taken
    let defaults = [
        (None, None, "14.50.35717"),
        (Some("14.44.35207"), None, "14.44.35207"),
        (None, Some("14.44.35207"), "14.44.35207"),
        (Some("14.50.35717"), Some("14.44.35207"), "14.50.35717"),
        // of one that was removed since
        (Some("14.36.1"), Some("14.44.35207"), "14.44.35207"),
        (Some("14.36.1"), None, "14.50.35717"),
    ];
    for edition in ["Enterprise", "Professional", "Community", "BuildTools"] {
        for (year, number) in [("2022", "17.14.36109.1"), ("2026", "18.0.1")] {
            let machine = Machine::new();
            let studio = format!("Program Files/Microsoft Visual Studio/{year}/{edition}");
            for programs in ["x64", "arm64"] {
                machine.tools(&studio, "14.44.35207", programs);
                let newest = machine.tools(&studio, "14.50.35717", programs);
                std::fs::create_dir_all(newest.join("lib/arm64ec")).expect("writable");
            }
            machine.knows(&[(&studio, number, "")]);
            for (all, v143, taken) in defaults {
                let _ = std::fs::remove_dir_all(machine.path(&format!("{studio}/VC/Auxiliary"))); // of the last case
                all.into_iter().for_each(|version| machine.default_version(&studio, version));
                v143.into_iter().for_each(|version| machine.default_of(&studio, "v143.", version));
                for (arch, programs) in [("x86_64", "x64"), ("aarch64", "arm64")] {
                    let search = Search::run(&machine.host(arch), None);
                    let with = if taken == "14.50.35717" { "with" } else { "without" };
                    assert_eq!(
                        verdicts(&search),
                        [format!("taken: Visual C++ {taken}, programs for {programs}, {with} lib\\arm64ec")],
                        "{studio} {all:?} {v143:?} {arch}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_prompt_decides_about_the_version_where_its_variables_belong_together() {
    let machine = Machine::new();
    let prompt = machine.tools("vs", "14.38.1", "x64");
    machine.tools("vs", "14.38.1", "arm64");
    std::fs::create_dir_all(machine.path("other")).expect("writable");
    let [tools, studio, other, gone] =
        [prompt, machine.path("vs"), machine.path("other"), machine.path("gone")]
            .map(PathBuf::into_os_string);
    let taken = "taken: Visual C++ 14.38.1, programs for";
    for (arch, variables, name, verdict) in [
        ("x86_64", &[("VCToolsInstallDir", &tools)][..], "developer prompt", &*format!("{taken} x64")),
        (
            "aarch64",
            &[
                ("VCToolsInstallDir", &tools),
                ("VSINSTALLDIR", &studio),
                ("VCToolsVersion", &"14.38.1".into()),
                ("VSCMD_ARG_HOST_ARCH", &"x64".into()),
                ("VSCMD_ARG_TGT_ARCH", &"arm64".into()),
            ],
            "developer prompt for arm64 on x64",
            &format!("{taken} x64"),
        ),
        // for another target, and on a host whose programs do not run here: the version is what counts
        (
            "x86_64",
            &[
                ("VCToolsInstallDir", &tools),
                ("VSCMD_ARG_HOST_ARCH", &"x86".into()),
                ("VSCMD_ARG_TGT_ARCH", &"x86".into()),
            ],
            "developer prompt for x86 on x86",
            &format!("{taken} x64"),
        ),
        (
            "aarch64",
            &[("VCToolsInstallDir", &tools), ("VSCMD_ARG_HOST_ARCH", &"x86".into())],
            "developer prompt for ? on x86",
            &format!("{taken} arm64"),
        ),
        ("x86_64", &[("VCToolsInstallDir", &gone)], "developer prompt", "left: its folder is gone"),
        (
            "x86_64",
            &[("VCToolsInstallDir", &tools), ("VCToolsVersion", &"14.44.1".into())],
            "developer prompt",
            "left: its VCToolsVersion is 14.44.1: two prompts are mixed",
        ),
        (
            "x86_64",
            &[("VCToolsInstallDir", &tools), ("VSINSTALLDIR", &other)],
            "developer prompt",
            "left: its VSINSTALLDIR is",
        ),
        (
            "x86_64",
            &[("VSINSTALLDIR", &other), ("VSCMD_ARG_TGT_ARCH", &"x64".into())],
            "developer prompt for x64 on ?",
            "left: it does not set VCToolsInstallDir",
        ),
    ] {
        let mut host = machine.host(arch);
        host.variables.extend(variables.iter().map(|(name, value)| (*name, (*value).clone())));
        let candidate = &Search::run(&host, None).candidates[0];
        assert_eq!(candidate.name, name, "{variables:?}");
        assert!(candidate.verdict.starts_with(verdict), "{variables:?}: {}", candidate.verdict);
    }
}

#[test]
fn where_one_vswhere_fails_another_is_asked() {
    let machine = Machine::new();
    machine.tools("vs", "14.44.1", "x64");
    machine.knows(&[("vs", "17.14.1", "")]);
    let good = machine.path(&format!("{PROGRAM_FILES}/Microsoft Visual Studio/Installer/vswhere.exe"));
    for (variable, place) in [
        ("ProgramFiles", "Program Files/Microsoft Visual Studio/Installer/vswhere.exe"),
        ("PATH", "path/vswhere.exe"),
    ] {
        let path = machine.path(place);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        std::fs::rename(&good, &path).expect("moved");
        let folder = if variable == "PATH" { "path" } else { "Program Files" };
        let mut host = machine.host("x86_64");
        host.variables.extend([(variable, machine.path(folder).into_os_string())]);
        assert_eq!(version(&Search::run(&host, None)).as_deref(), Some("14.44.1"), "the only one: {place}");
        machine.vswhere("echo 'Error 0x57: unknown parameter: utf8'; exit 87");
        assert_eq!(version(&Search::run(&host, None)).as_deref(), Some("14.44.1"), "the second one: {place}");
        std::fs::rename(&path, &good).expect("moved back");
    }
}
