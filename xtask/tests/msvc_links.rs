//! Visual C++: what is started, and what is made of its answers. Stand-ins hand the same arguments to drivers that take
//! them, `rust-lld` for `link` and `clang-cl` for `cl`, or to none.
#![cfg(unix)]

use crate::made;
use crate::made::xtask;
use crate::modules::loader::{CLANG, job};
use crate::modules::{VERSION, link, stand_in, stand_in_forwarder};
use crate::msvc_stand_in::Machine;
use crate::script::script;
use crate::support::{self, pe as judge};
use ancm_installer::id::{Arch, Dll};
use ancm_installer::native::LinkJob;
use ancm_installer::native::loader::X64Code;
use ancm_installer::pe::View;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use xtask::tool::lld::Lld;
use xtask::tool::msvc::{Msvc, Search};

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
                    format!("arm64/{CL} /Foloader-native.obj loader.c"),
                    format!("x64/{CL} /Foloader-ec.obj loader.c"),
                ],
            ),
            (
                Some(X64Code::Arm64Ec),
                vec![
                    format!("arm64/{CL} /Foloader-native.obj loader.c"),
                    format!("arm64/{CL} /arm64EC /Foloader-ec.obj loader.c"),
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
            let job = code.map_or_else(|| stand_in_forwarder(Dll::Module), loader_job);
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
    let arguments = stand_in_forwarder(Dll::Module).arguments.join(" ");
    for needed in
        ["/machine:arm64x", "/nodefaultlib", "/dll", "/noentry", "/Brepro", "/def:", "/defArm64Native:"]
    {
        assert!(arguments.contains(needed), "{arguments}");
    }
}

/// Stand-ins that note their arguments and hand over to LLD and clang.
fn working(machine: &Machine, link: &str) -> (Msvc, PathBuf) {
    working_with(machine, link, "")
}

/// The same, with `more` as the last argument of the compiler.
fn working_with(machine: &Machine, link: &str, more: &str) -> (Msvc, PathBuf) {
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
                exec '{}' --driver-mode=cl --target=$t-pc-windows-msvc \"$@\" {more}",
                clang.display()
            );
            script(&bin.join(target).join("cl.exe"), &format!("{}{run}", note(&format!("{target}/cl"))));
        }
    }
    let search = Search::run(&machine.host("x86_64"), Some(&folder));
    (search.found.expect("it is there"), log)
}

fn loader_job(code: X64Code) -> LinkJob {
    let [arm64, x64] = [Arch::Arm64, Arch::X64].map(|arch| stand_in(Dll::Handler, arch, VERSION));
    job(&arm64, &x64, VERSION, code).expect("a job")
}

/// The names of the sections that are not the same bytes in both, or only in one.
fn differing_sections<'v>(one: &'v View<'_>, other: &'v View<'_>) -> BTreeSet<String> {
    let contents = |view: &View<'_>| -> BTreeMap<String, Vec<u8>> {
        let sections = view.headers().sections.iter();
        sections
            .map(|section| {
                let (begin, size) = (section.file_offset as usize, section.file_size as usize);
                (section.name.clone(), view.bytes()[begin..begin + size].to_vec())
            })
            .collect()
    };
    let (one, other) = (contents(one), contents(other));
    one.keys().chain(other.keys()).filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

#[test]
fn the_same_arguments_give_the_same_forwarders_and_loaders() {
    if support::tool(CLANG).is_none() {
        return;
    }
    let machine = Machine::new();
    let (msvc, log) = working(&machine, "exec LLD \"$@\"");
    let forwarder = stand_in_forwarder(Dll::Module);
    // the same linker behind both, and no code: the same bytes
    assert!(msvc.link_job(&forwarder, None).expect("linked") == link(&forwarder));
    let started = std::fs::read_to_string(&log).expect("started");
    assert!(!started.contains("/lldignoreenv"), "an option of LLD only: {started}");
    assert!(started.contains("/machine:arm64x") && started.contains("/nodefaultlib"), "{started}");
    assert!(!started.contains("/FORCE"), "{started}");

    for (code, compiled) in [
        (X64Code::X64, "x64/cl /nologo /c /O1 /GS- /Zl /Brepro /Foloader-ec.obj loader.c"),
        (X64Code::Arm64Ec, "arm64/cl /nologo /c /O1 /GS- /Zl /Brepro /arm64EC /Foloader-ec.obj loader.c"),
    ] {
        let job = loader_job(code);
        let (theirs, ours) = (msvc.link_job(&job, Some(code)).expect("linked"), link(&job));
        let started = std::fs::read_to_string(&log).expect("started");
        assert!(started.contains("arm64/cl /nologo /c /O1 /GS- /Zl /Brepro /Foloader-native.obj loader.c"));
        assert!(started.contains(compiled), "{started}");
        // the compiler and the linker that the prebuilt objects and LLD's modules come from: the same bytes
        assert!(theirs == ours, "{code:?}");
    }
}

/// What Visual C++ does otherwise in any case: code by another optimiser, the time. All that matters is the
/// same all the same, and what differs is named.
#[test]
fn another_compiler_and_linker_make_other_code_and_the_same_module() {
    if support::tool(CLANG).is_none() {
        return;
    }
    let machine = Machine::new();
    let strip =
        "for a; do shift; case $a in /Brepro) ;; *) set -- \"$@\" \"$a\";; esac; done; exec LLD \"$@\"";
    let (msvc, _) = working_with(&machine, strip, "/Od");
    for code in [X64Code::X64, X64Code::Arm64Ec] {
        let job = loader_job(code);
        let (theirs, ours) = (msvc.link_job(&job, Some(code)).expect("linked"), link(&job));
        let image = |bytes| ancm_installer::pe::Image::parse(bytes).expect("an image");
        let (theirs, ours) = (image(&theirs), image(&ours));
        // machines, exports, imports, version and resources of both views, as our reader and LIEF's see them
        for (their, our) in theirs.views().zip(ours.views()) {
            assert_eq!(their.headers().machine, our.headers().machine);
            assert_eq!(their.imports().expect("imports"), our.imports().expect("imports"));
            assert_eq!(their.resources().expect("resources"), our.resources().expect("resources"));
            let names = |view: &View| -> Vec<_> {
                let entries = view.exports().expect("exports").entries;
                entries.into_iter().map(|export| (export.ordinal, export.name)).collect()
            };
            assert_eq!(names(their), names(our));
        }
        let differs = differing_sections(theirs.native(), ours.native());
        assert!(differs.contains(".text") && !differs.contains(".rsrc"), "{code:?} {differs:?}");
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
    let job = loader_job(X64Code::X64);
    assert!(msvc.link_job(&job, Some(X64Code::X64)).expect("linked") == link(&job));
}

/// dotnet/aspnetcore pull request 62585: a symbol that nothing needs is reported missing.
#[test]
fn a_linker_that_reports_lnk2001_is_forced_and_its_module_judged() {
    let job = stand_in_forwarder(Dll::Module);
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
    let problem = msvc.link_job(&job, None).expect_err("junk").to_string();
    assert!(problem.contains("the module is wrong"), "{problem}");
    let machine = Machine::new();
    let (msvc, _) = working(&machine, "echo LNK1104: it is cold");
    let problem = msvc.link_job(&job, None).expect_err("nothing").to_string();
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
