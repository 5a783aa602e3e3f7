//! Nothing goes wrong in a way that costs a configuration: system calls that fail, processes that end, and other programs
//! that write at the same time. The prebuilt DLLs themselves run here, with their system calls led through
//! `windows/actions.c`.

use crate::machine::configurations::{ends_with, repair};
use crate::machine::{IIS, IIS_CONFIG, machine, text};
use crate::modules::repository;
use crate::support::{self, wine::Wine};
use ancm_installer::apphost::job::{self, Job, Shared, Verb};
use std::process::Command;
use std::time::Duration;

/// Stands in the jobs for the name of a run, which the program puts there.
const RUN: &str = "@RUN@";

fn jobs(verb: Verb) -> String {
    job::to_text(&[&Job {
        verb,
        attributes: job::TRACED | job::EVENT_STREAMS | job::HANDLERS,
        shared: Shared::AsBefore,
        run: RUN.into(),
        file: r"C:\conf\applicationHost.config".into(),
        module: "AspNetCoreModuleV2".into(),
        image: r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll".into(),
        section: "aspNetCore".into(),
    }])
}

/// Compiles a program for Windows onto the machine.
fn compiled(wine: &Wine, compiler: &str, name: &str) -> Option<()> {
    support::tool(compiler)?;
    let mut gcc = Command::new(compiler);
    gcc.args(["-O1", "-municode", "-o"]).arg(wine.drive_c().join(format!("{name}.exe")));
    support::run(gcc.arg(repository().join(format!("xtask/tests/windows/{name}.c"))));
    Some(())
}

/// Each system call of check, apply, rollback and commit fails in turn, and the process ends after each in turn; so does
/// each documented outcome of `ReplaceFileW`. After each, the configuration is as before or registered, to the byte, and the
/// next installation, repair and removal succeed and leave nothing.
fn every_call_fails_in_turn(wine: &Wine, compiler: &str, dll: &str) {
    let Some(()) = compiled(wine, compiler, "actions") else { return };
    let put = |name: &str, bytes: &[u8]| std::fs::write(wine.drive_c().join(name), bytes).expect("writable");
    std::fs::create_dir_all(wine.drive_c().join("conf")).expect("writable");
    put("conf/applicationHost.config", include_bytes!("../../tests/apphost/iis10.config"));
    put("add", jobs(Verb::Add).as_bytes());
    put("remove", jobs(Verb::Remove).as_bytes());
    put("action.dll", &std::fs::read(repository().join("native/prebuilt").join(dll)).expect("committed"));
    let arguments = [r"C:\actions.exe", r"C:\action.dll", r"C:\conf", r"C:\add", r"C:\remove"];
    let output = support::wine::bounded(wine.command(&arguments), Duration::from_secs(600));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    let runs: u32 =
        said.split(' ').next().and_then(|runs| runs.trim().parse().ok()).expect("a number of runs");
    assert!(runs > 200, "{said}");
    println!("{dll}: {said}");
}

#[test]
fn every_call_of_every_action_fails_in_turn() {
    let Some(wine) = machine() else { return };
    every_call_fails_in_turn(&wine, "x86_64-w64-mingw32-gcc", "configaction-x64.dll");
}

#[test]
fn no_write_of_another_program_is_lost() {
    for how in [&[][..], &["MOVE"]] {
        let Some(wine) = machine() else { return };
        let Some(()) = compiled(&wine, "x86_64-w64-mingw32-gcc", "scribble") else { return };
        let (_folder, package) = IIS.package("110.0.100");
        let config = format!(r"C:\{}", IIS_CONFIG.replace('/', r"\"));
        let mut command = wine.command(&[&[r"C:\scribble.exe", &config, r"C:\stop"], how].concat());
        let program = command.stdout(std::process::Stdio::piped()).spawn().expect("it starts");
        for _ in 0..3 {
            ends_with(&wine, 0, &["/i", &package]);
            repair(&wine, &package);
            ends_with(&wine, 0, &["/x", &package]);
        }
        ends_with(&wine, 0, &["/i", &package]);
        std::fs::write(wine.drive_c().join("stop"), b"").expect("writable");
        let output = program.wait_with_output().expect("ours");
        let count: u32 = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
        assert!(count > 20, "it wrote {count} times");
        let text = text(&wine, IIS_CONFIG);
        assert!(text.ends_with(&format!("<!-- scribble {count} -->")), "{how:?} {count}\n{text}");
        IIS.is_registered(&wine, IIS_CONFIG);
    }
}
