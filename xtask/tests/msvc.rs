//! Visual C++: what is found, what is taken, what is started, and what is made of its answers.
//!
//! Visual C++ cannot be had here. A tree of its layout holds stand-ins: scripts that note how they are started and hand
//! over to drivers that take the same arguments, `rust-lld` for `link` and `clang-cl` for `cl`, or to none.
#![cfg(unix)]

mod made;

use ancm_installer::id::{Arch, Module};
use ancm_installer::native::LinkJob;
use ancm_installer::native::shim::X64Code;
use made::modules::shim::{CLANG, job};
use made::modules::{VERSION, link, stand_in, stand_in_forwarder};
use made::support::{self, pe as judge};
use made::xtask;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use xtask::tool::lld::Lld;
use xtask::tool::msvc::{Host, Msvc, Search};

const PROGRAM_FILES: &str = "Program Files (x86)";

/// A machine with Windows' folders and nothing in them.
struct Machine(TempDir);

/// Writes a program that the shell runs. A child writes it: were it open for writing here, a program that another test
/// starts at that moment would inherit the handle, and the script could not be started.
fn script(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
    let write = r#"printf '#!/bin/sh\n# a stand-in for %s\n%s\n' "$1" "$2" > "$1" && chmod +x "$1""#;
    let mut shell = std::process::Command::new("sh");
    let status = shell.args(["-c", write, "sh"]).args([path.as_os_str(), text.as_ref()]).status();
    assert!(status.expect("a shell").success());
}

impl Machine {
    fn new() -> Machine {
        Machine(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn host(&self, arch: &'static str) -> Host {
        let variables = [("ProgramFiles(x86)", self.path(PROGRAM_FILES).into_os_string())];
        Host { arch, variables: variables.into(), patience: Duration::from_secs(1) }
    }

    fn search(&self) -> Search {
        Search::run(&self.host("x86_64"), None)
    }

    /// A `vswhere` of which this is all.
    fn vswhere(&self, text: &str) {
        script(&self.path(&format!("{PROGRAM_FILES}/Microsoft Visual Studio/Installer/vswhere.exe")), text);
    }

    /// A `vswhere` that knows these: folder, version, further fields.
    fn knows(&self, instances: &[(&str, &str, &str)]) {
        let one = |(folder, version, more): &(&str, &str, &str)| {
            format!(
                r#"{{"installationPath": "{}", "installationVersion": "{version}", "displayName": "VS"{more}}}"#,
                self.path(folder).display()
            )
        };
        let list: Vec<String> = instances.iter().map(one).collect();
        let log = self.path("vswhere.log");
        let answer = self.path("answer.json");
        std::fs::write(&answer, format!("[{}]", list.join(","))).expect("writable");
        self.vswhere(&format!("echo \"$@\" >> '{}'; cat '{}'", log.display(), answer.display()));
    }

    /// A version of Visual C++ in a Visual Studio, with programs for `host` that make ARM64 code.
    fn tools(&self, studio: &str, version: &str, host: &str) -> PathBuf {
        let folder = self.path(&format!("{studio}/VC/Tools/MSVC/{version}"));
        script(&folder.join(format!("bin/Host{host}/arm64/link.exe")), "exit 1");
        folder
    }

    fn default_version(&self, studio: &str, version: &str) {
        self.default_of(studio, "", version);
    }

    /// What the installer notes as the default of a toolset, such as `v143.`.
    fn default_of(&self, studio: &str, toolset: &str, version: &str) {
        let name = format!("Microsoft.VCToolsVersion.{toolset}default.txt");
        let file = self.path(&format!("{studio}/VC/Auxiliary/Build/{name}"));
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
        std::fs::write(file, format!("{version}\r\n")).expect("writable");
    }
}

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
        let search = machine.search();
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
    host.variables.insert("VCToolsInstallDir", prompt.clone().into_os_string());
    assert_eq!(version(&Search::run(&host, None)).as_deref(), Some("14.38.1"));
    assert!(!machine.path("vswhere.log").exists(), "nobody was asked");

    host.variables.insert("VCToolsInstallDir", machine.path("gone").into_os_string());
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
            for (all, v143, taken) in defaults {
                for (arch, programs) in [("x86_64", "x64"), ("aarch64", "arm64")] {
                    let machine = Machine::new();
                    let studio = format!("Program Files/Microsoft Visual Studio/{year}/{edition}");
                    machine.tools(&studio, "14.44.35207", programs);
                    let newest = machine.tools(&studio, "14.50.35717", programs);
                    std::fs::create_dir_all(newest.join("lib/arm64ec")).expect("writable");
                    all.into_iter().for_each(|version| machine.default_version(&studio, version));
                    v143.into_iter().for_each(|version| machine.default_of(&studio, "v143.", version));
                    machine.knows(&[(&studio, number, "")]);
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
        host.variables.insert(variable, machine.path(folder).into_os_string());
        assert_eq!(version(&Search::run(&host, None)).as_deref(), Some("14.44.1"), "the only one: {place}");
        machine.vswhere("echo 'Error 0x57: unknown parameter: utf8'; exit 87");
        assert_eq!(version(&Search::run(&host, None)).as_deref(), Some("14.44.1"), "the second one: {place}");
        std::fs::rename(&path, &good).expect("moved back");
    }
}

/// What is started, word by word, for each host and each kind of code; `folder` is that of Visual C++.
#[test]
fn each_command_line_is_the_documented_one() {
    const CL: &str = "cl.exe /nologo /c /O1 /GS- /Zl /Brepro";
    for (arch, host) in [("x86_64", "x64"), ("aarch64", "arm64"), ("aarch64", "x64")] {
        for (code, compiled) in [
            (None, vec![]),
            (
                Some(X64Code::X64),
                vec![
                    format!("arm64/{CL} /Foshim-native.obj shim.c"),
                    format!("x64/{CL} /Foshim-ec.obj shim.c"),
                ],
            ),
            (
                Some(X64Code::Arm64Ec),
                vec![
                    format!("arm64/{CL} /Foshim-native.obj shim.c"),
                    format!("arm64/{CL} /arm64EC /Foshim-ec.obj shim.c"),
                ],
            ),
        ] {
            let machine = Machine::new();
            let folder = machine.path("14.44.1");
            let bin = folder.join(format!("bin/Host{host}"));
            let log = machine.path("started.log");
            for program in ["arm64/link.exe", "arm64/cl.exe", "x64/cl.exe"] {
                // the environment is ours: nothing that changes what is made, and the host's own folder in front
                let note = format!(
                    "echo \"{program} $* [${{PATH%%:*}}] $CL$_CL_$LIB$INCLUDE$LINK\" >> '{}'
                    for a; do case $a in /Fo*) echo object > ${{a#/Fo}};; esac; done",
                    log.display()
                );
                script(&bin.join(program), &note);
            }
            let msvc = Search::run(&machine.host(arch), Some(&folder)).found.expect("it is there");
            let job = code.map_or_else(|| stand_in_forwarder(Module::Shim), shim_job);
            msvc.link_job(&job, code).expect_err("a stand-in that writes no module");
            let linked: Vec<&str> = job
                .arguments
                .iter()
                .map(String::as_str)
                .filter(|argument| *argument != "/lldignoreenv")
                .collect();
            let linked = format!("arm64/link.exe {}", linked.join(" "));
            let forced = format!("{linked} /FORCE:UNRESOLVED");
            let expected = compiled.into_iter().chain([linked, forced]);
            let own = bin.join(host);
            let expected: Vec<String> = expected.map(|line| format!("{line} [{}] ", own.display())).collect();
            let started = std::fs::read_to_string(&log).expect("started");
            assert_eq!(started.lines().collect::<Vec<_>>(), expected, "{arch} {host} {code:?}");
        }
    }
    let arguments = stand_in_forwarder(Module::Shim).arguments.join(" ");
    for needed in
        ["/machine:arm64x", "/nodefaultlib", "/dll", "/noentry", "/Brepro", "/def:", "/defArm64Native:"]
    {
        assert!(arguments.contains(needed), "{arguments}");
    }
}

/// Stand-ins that note their arguments and hand over to LLD and clang.
fn working(machine: &Machine, link: &str) -> (Msvc, PathBuf) {
    let folder = machine.path("14.44.1");
    let log = machine.path("started.log");
    let note = |name: &str| format!("echo \"{name} $*\" >> '{}'\n", log.display());
    let lld = Lld::find().expect("found by every test that links");
    let bin = folder.join("bin/Hostx64");
    let link = link.replace("LLD", &format!("'{}' -flavor link", lld.path().display()));
    script(&bin.join("arm64/link.exe"), &format!("{}{link}", note("link")));
    if let Some(clang) = support::tool(CLANG) {
        for (target, triple) in [("arm64", "aarch64"), ("x64", "x86_64")] {
            // clang-cl does not change a target that it is given for `/arm64EC`
            let run = format!(
                "case \"$*\" in */arm64EC*) t=arm64ec;; *) t={triple};; esac
                exec '{}' --driver-mode=cl --target=$t-pc-windows-msvc \"$@\"",
                clang.display()
            );
            script(&bin.join(target).join("cl.exe"), &format!("{}{run}", note(&format!("{target}/cl"))));
        }
    }
    let search = Search::run(&machine.host("x86_64"), Some(&folder));
    (search.found.expect("it is there"), log)
}

fn shim_job(code: X64Code) -> LinkJob {
    let [arm64, x64] = [Arch::Arm64, Arch::X64].map(|arch| stand_in(Module::Handler, arch, VERSION));
    job(&arm64, &x64, VERSION, code).expect("a job")
}

#[test]
fn forwarders_and_shims_are_what_the_other_linker_makes_in_all_that_matters() {
    if support::tool(CLANG).is_none() {
        return;
    }
    let machine = Machine::new();
    let (msvc, log) = working(&machine, "exec LLD \"$@\"");
    let forwarder = stand_in_forwarder(Module::Shim);
    // the same linker behind both, and no code: the same bytes
    assert!(msvc.link_job(&forwarder, None).expect("linked") == link(&forwarder));
    let started = std::fs::read_to_string(&log).expect("started");
    assert!(!started.contains("/lldignoreenv"), "an option of LLD only: {started}");
    assert!(started.contains("/machine:arm64x") && started.contains("/nodefaultlib"), "{started}");
    assert!(!started.contains("/FORCE"), "{started}");

    for (code, compiled) in [
        (X64Code::X64, "x64/cl /nologo /c /O1 /GS- /Zl /Brepro /Foshim-ec.obj shim.c"),
        (X64Code::Arm64Ec, "arm64/cl /nologo /c /O1 /GS- /Zl /Brepro /arm64EC /Foshim-ec.obj shim.c"),
    ] {
        let job = shim_job(code);
        let (theirs, ours) = (msvc.link_job(&job, Some(code)).expect("linked"), link(&job));
        let started = std::fs::read_to_string(&log).expect("started");
        assert!(started.contains("arm64/cl /nologo /c /O1 /GS- /Zl /Brepro /Foshim-native.obj shim.c"));
        assert!(started.contains(compiled), "{started}");
        // machines, exports, imports, version and resources of both views, as our reader and LIEF's see them
        let image = |bytes| ancm_installer::pe::Image::parse(bytes).expect("an image");
        let (theirs, ours) = (image(&theirs), image(&ours));
        for (their, our) in theirs.views().zip(ours.views()) {
            assert_eq!(their.headers().machine, our.headers().machine);
            assert_eq!(their.imports().expect("imports"), our.imports().expect("imports"));
            assert_eq!(their.resources().expect("resources"), our.resources().expect("resources"));
            let names = |view: &ancm_installer::pe::View| -> Vec<_> {
                let entries = view.exports().expect("exports").entries;
                entries.into_iter().map(|export| (export.ordinal, export.name)).collect()
            };
            assert_eq!(names(their), names(our));
        }
        if let Some(facts) = judge::lief_facts(theirs.native().bytes()) {
            assert_eq!(judge::our_facts(theirs.native().bytes()), facts);
        }
    }
}

#[test]
fn without_a_compiler_the_prebuilt_objects_serve() {
    let machine = Machine::new();
    let (msvc, _) = working(&machine, "exec LLD \"$@\"");
    for target in ["arm64", "x64"] {
        let _ = std::fs::remove_file(machine.path(&format!("14.44.1/bin/Hostx64/{target}/cl.exe")));
    }
    let job = shim_job(X64Code::X64);
    assert!(msvc.link_job(&job, Some(X64Code::X64)).expect("linked") == link(&job));
}

/// dotnet/aspnetcore pull request 62585: a symbol that nothing needs is reported missing.
#[test]
fn a_linker_that_reports_lnk2001_is_forced_and_its_module_judged() {
    let job = stand_in_forwarder(Module::Shim);
    let machine = Machine::new();
    let complains = "case \"$*\" in *FORCE*) exec LLD \"$@\";; esac
        echo 'LINK : error LNK2001: unresolved external symbol x'; exit 1120";
    let (msvc, log) = working(&machine, complains);
    assert!(msvc.link_job(&job, None).is_ok());
    let started = std::fs::read_to_string(log).expect("started");
    assert!(started.lines().last().expect("a line").ends_with("/FORCE:UNRESOLVED"), "{started}");

    // exit code 0, and not the module that was asked for
    let machine = Machine::new();
    let (msvc, _) = working(&machine, "echo junk > aspnetcorev2.dll");
    let problem = msvc.link_job(&job, None).expect_err("junk");
    assert!(problem.contains("the module is wrong"), "{problem}");
    let machine = Machine::new();
    let (msvc, _) = working(&machine, "echo LNK1104: it is cold");
    let problem = msvc.link_job(&job, None).expect_err("nothing");
    assert!(problem.contains("no module was written") && problem.contains("LNK1104"), "{problem}");
}

#[test]
fn dist_links_with_what_it_is_told_to() {
    let machine = Machine::new();
    let (_, log) = working(&machine, "exec LLD \"$@\"");
    let out = machine.path("out");
    let dist = |more: &[&str]| {
        let mut command = xtask();
        command.args(["dist", "--flavour", "iis", "--arch", "arm64", "--out"]).arg(&out).args(more);
        command.output().expect("it starts")
    };
    let folder = machine.path("14.44.1");
    let made = dist(&["--msvc", &folder.to_string_lossy()]);
    assert!(made.status.success(), "{}", made::said(&made));
    assert!(
        made::said(&made).contains("Linked 2 ARM64X DLLs with Visual C++ 14.44.1"),
        "{}",
        made::said(&made)
    );
    assert!(log.is_file());
    let refused = dist(&["--msvc", &machine.path("gone").to_string_lossy()]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(
        made::said(&refused)
            .contains("there is no Visual C++ with ARM64 tools: the folder that was asked for")
    );
    assert_eq!(dist(&["--linker", "lnk"]).status.code(), Some(2));
}

#[test]
fn where_visual_cpp_makes_no_right_module_lld_does_and_that_is_said() {
    let machine = Machine::new();
    working(&machine, "echo 'LINK : fatal error LNK1000: Internal error'; exit 1000");
    let made = |out: &str, more: &[&str]| {
        let mut command = xtask();
        command
            .args(["dist", "--flavour", "iis", "--arch", "arm64", "--out"])
            .arg(machine.path(out))
            .args(more);
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{}", made::said(&output));
        let text = std::fs::read_to_string(machine.path(out).join("manifest.json")).expect("a manifest");
        let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        (made::said(&output), manifest)
    };
    let (said, manifest) = made("msvc", &["--msvc", &machine.path("14.44.1").to_string_lossy()]);
    let (_, plain) = made("lld", &["--linker", "rust-lld"]);
    assert!(said.contains("warning[msvc::fallback]") && said.contains("LNK1000"), "{said}");
    assert!(said.contains("Linked 0 ARM64X DLLs with Visual C++ 14.44.1, 2 with rust-lld"), "{said}");
    assert_eq!(manifest["linker"], "Visual C++ 14.44.1");
    for forwarder in manifest["forwarders"].as_array().expect("a list") {
        assert!(forwarder["linker"].as_str().expect("a name").starts_with("rust-lld "), "{forwarder}");
    }
    assert_eq!(manifest["packages"][0]["sha256"], plain["packages"][0]["sha256"], "the same bytes");
}
