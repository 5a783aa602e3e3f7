//! Nothing goes wrong in a way that costs a configuration: system calls that fail, processes that end, power that is lost, and
//! other programs that write at the same time. The prebuilt DLLs themselves run here, with their system calls led through
//! `cross_windows/actions.c`.

use crate::machine::configurations::{REPAIR, repair};
use crate::machine::{IIS, IIS_CONFIG, compiled, machine, text};
use crate::modules::repository;
use crate::support::wine::{self, Wine};
use ancm_installer::apphost::job::{self, Job, Shared, Verb};
use std::process::Stdio;

/// Stands in the jobs for the name of a run, which the program puts there (`cross_windows/faults.h`).
pub const RUN: &str = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";

fn jobs(verb: Verb) -> String {
    job::to_text(&[&Job {
        verb,
        attributes: job::EVENT_STREAMS | job::HANDLERS,
        shared: Shared::AsBefore,
        run: RUN.into(),
        file: r"C:\conf\applicationHost.config".into(),
        module: "AspNetCoreModuleV2".into(),
        image: r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll".into(),
        section: "aspNetCore".into(),
        area: Some(job::Area { name: "ANCM".into(), value: 65536 }),
    }])
}

/// Each system call of check, apply, rollback and commit fails in turn; the process ends, and power is lost, after each in
/// turn; and `ReplaceFileW` has each of its documented outcomes. After each, the configuration is as before or registered, to
/// the byte, and the next installation, repair and removal succeed and leave nothing.
fn every_call_fails_in_turn(wine: &Wine, compiler: &str, dll: &str, how: &[&str]) {
    let Some(()) = compiled(wine, compiler, "actions") else { return };
    let put = |name: &str, bytes: &[u8]| std::fs::write(wine.drive_c().join(name), bytes).expect("writable");
    std::fs::create_dir_all(wine.drive_c().join("conf")).expect("writable");
    put("conf/applicationHost.config", include_bytes!("../../tests/apphost/iis10.config"));
    put("add", jobs(Verb::Add).as_bytes());
    put("remove", jobs(Verb::Remove).as_bytes());
    put("action.dll", &std::fs::read(repository().join("native/prebuilt").join(dll)).expect("committed"));
    let arguments =
        [&[r"C:\actions.exe", r"C:\action.dll", r"C:\conf", r"C:\add", r"C:\remove"], how].concat();
    let output = wine::bounded_again("actions.exe", wine.command(&arguments));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    // an end after a call that changes nothing leaves what an end before it leaves
    for (kind, least) in [("a failure", 100), ("an end", 10), ("a loss of power", 10)] {
        for what in ["installation", "removal"] {
            let line = said.lines().find_map(|line| line.strip_prefix(&format!("{what}, {kind}: ")));
            let runs = line.and_then(|line| line.split(' ').next()?.parse::<u32>().ok());
            assert!(runs.is_some_and(|runs| runs >= least), "{what}, {kind}\n{said}");
        }
    }
    for outcome in ["1175", "1176", "1177", "1177 and another's file"] {
        assert!(said.contains(&format!("installation, {outcome}: 1 runs")), "{outcome}\n{said}");
    }
    println!("{dll}: {said}");
}

#[test]
fn every_call_of_every_action_fails_in_turn() {
    let Some(wine) = machine() else { return };
    every_call_fails_in_turn(&wine, "x86_64-w64-mingw32-gcc", "configaction-x64.dll", &[]);
}

/// The same of a read-only one, whose attribute is taken off and put back: `FAULTS=all` asks for it, since it takes as long
/// again.
#[test]
fn every_call_fails_in_turn_of_a_read_only_configuration() {
    if std::env::var_os("FAULTS").is_none_or(|which| which != "all") {
        return;
    }
    let Some(wine) = machine() else { return };
    every_call_fails_in_turn(&wine, "x86_64-w64-mingw32-gcc", "configaction-x64.dll", &["readonly"]);
}

/// Another program writes in place, or moves a file of its own there, as editors do. It counts what it has written; each time
/// it finds less than that in the file, a write of it was lost. A file that is moved there at the very moment when ours is
/// about to be (error 1177) is taken for what the configuration is, and edited.
#[test]
fn no_write_of_another_program_is_lost() {
    for how in [&[][..], &["MOVE"]] {
        let Some(wine) = machine() else { return };
        let Some(()) = compiled(&wine, "x86_64-w64-mingw32-gcc", "scribble") else { return };
        let (_folder, package) = IIS.package("110.0.100");
        let config = format!(r"C:\{}", IIS_CONFIG.replace('/', r"\"));
        let mut command =
            wine.command(&[&[r"C:\scribble.exe", &config, r"C:\stop", r"C:\count"], how].concat());
        // no pipes: a server that Wine leaves behind would keep them open
        let mut program = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let ends = |arguments: &[&str]| {
            let (code, log) = wine.msiexec(arguments);
            assert_eq!(code, 0, "{how:?}: msiexec {arguments:?}\n{log}");
        };
        ends(&["/i", &package]);
        ends(&[&["/i", &package][..], &REPAIR].concat());
        ends(&["/x", &package]);
        ends(&["/i", &package]);
        std::fs::write(wine.drive_c().join("stop"), b"").expect("writable");
        assert!(program.wait().expect("ours").success(), "{how:?}");
        let count: u32 = text(&wine, "count").trim().parse().expect("a number");
        assert!(count > 20, "it wrote {count} times");
        let text = text(&wine, IIS_CONFIG);
        assert!(text.ends_with(&format!("<!-- scribble {count} -->")), "{how:?} {count}\n{text}");
        if !how.is_empty() {
            // what read the file before us and moves its own there after us takes ours away, and nobody can keep it from that
            repair(&wine, &package);
        }
        IIS.is_registered(&wine, IIS_CONFIG);
    }
}
