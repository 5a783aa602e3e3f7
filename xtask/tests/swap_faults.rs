//! Nothing goes wrong in a way that costs a DLL while it is swapped: system calls that fail, processes that end, power that is
//! lost. The prebuilt DLL itself runs here, with its system calls led through `cross_windows/swaps.c`.

use crate::machine::compiled;
use crate::modules::repository;
use crate::modules::rewrite::{GENUINE, rewrite, rewrite_forwarder};
use crate::registration_faults::RUN;
use crate::support::wine::{self, Wine};
use ancm_installer::apphost::swap::{self, LedTo, Processor, Swap, Verb};
use ancm_installer::id::{Arch, FileVersion};

/// A DLL that comes to lead to two others, and one that another takes the place of.
fn swaps(verb: Verb) -> String {
    let led = Swap {
        verb,
        run: RUN.into(),
        file: r"C:\swap\rewrite.dll".into(),
        from: Processor::X64,
        right: None,
        lowest: None,
        highest: None,
        exports: ["CreateCoreLogic", "EvaluateInput", "RegisterModule"].map(Into::into).into(),
        new: r"C:\swap\own_forwarder.dll".into(),
        led_to: Some(LedTo {
            kept: "rewrite_x64.dll".into(),
            second: "rewrite_arm64.dll".into(),
            source: r"C:\swap\express.dll".into(),
            processor: Processor::Arm64,
            missing: "no IIS Express".into(),
        }),
        backup: "rewrite.dll.bak".into(),
        missing: "no URL Rewrite".into(),
    };
    let alone = Swap {
        file: r"C:\swap\narrow.dll".into(),
        from: Processor::Arm64,
        right: Some(Processor::X86),
        exports: Vec::new(),
        new: r"C:\swap\own_narrow.dll".into(),
        led_to: None,
        backup: String::new(),
        ..led.clone()
    };
    swap::to_text(&[&led, &alone])
}

/// A machine with the files, the swaps, the DLL and the program. `by_script`: the DLL was swapped by hand before.
fn machine(by_script: bool) -> Option<Wine> {
    let wine = Wine::new()?;
    compiled(&wine, "x86_64-w64-mingw32-gcc", "swaps")?;
    let put = |name: &str, bytes: &[u8]| {
        let path = wine.drive_c().join(name);
        std::fs::create_dir_all(path.parent().expect("on the drive")).expect("writable");
        std::fs::write(path, bytes).expect("writable");
    };
    let (x64, arm64) = (rewrite(Arch::X64, GENUINE), rewrite(Arch::Arm64, GENUINE));
    put("swap/rewrite.dll", if by_script { &arm64 } else { &x64 });
    if by_script {
        put("swap/rewrite.dll.bak", &x64);
    }
    put("swap/express.dll", &arm64);
    put("swap/narrow.dll", &arm64);
    put("swap/own_forwarder.dll", &rewrite_forwarder());
    put("swap/own_narrow.dll", &rewrite(Arch::X86, GENUINE));
    put("later.dll", &rewrite(Arch::X64, FileVersion([7, 1, 1993, 2400])));
    put("add", swaps(Verb::Add).as_bytes());
    put("remove", swaps(Verb::Remove).as_bytes());
    let dll = std::fs::read(repository().join("native/prebuilt/configaction-x64.dll")).expect("committed");
    put("action.dll", &dll);
    Some(wine)
}

/// Runs the program, with a last word; gives what it said.
fn said(wine: &Wine, last: Option<&str>) -> String {
    let mut arguments = vec![r"C:\swaps.exe", r"C:\action.dll", r"C:\swap", r"C:\add", r"C:\remove"];
    arguments.extend(last);
    let output = wine::bounded_again("swaps.exe", wine.command(&arguments));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// An installation, a removal or a repair with every fault.
fn every_call_fails_in_turn(what: &str, by_script: bool) {
    let Some(wine) = machine(by_script) else { return };
    let said = said(
        &wine,
        match what {
            "removal" => Some(what),
            "repair" => Some(r"C:\later.dll"),
            _ => None,
        },
    );
    for (kind, least) in [
        ("a failure", 200),
        ("an end", 15),
        ("a loss of power", 15),
        ("a failure of the rollback", 100),
        ("an end of the rollback", 10),
    ] {
        let line = said.lines().find_map(|line| line.strip_prefix(&format!("{what}, {kind}: ")));
        let runs = line.and_then(|line| line.split(' ').next()?.parse::<u32>().ok());
        assert!(runs.is_some_and(|runs| runs >= least), "{what}, {kind}\n{said}");
    }
    println!("{said}");
}

#[test]
fn every_call_of_an_installation_fails_in_turn() {
    every_call_fails_in_turn("installation", false);
}

#[test]
fn every_call_of_a_removal_fails_in_turn() {
    every_call_fails_in_turn("removal", false);
}

/// Another DLL stands there than what was kept, and all files change.
#[test]
fn every_call_of_a_repair_fails_in_turn() {
    every_call_fails_in_turn("repair", false);
}

/// `FAULTS=all` asks for it, since it takes as long again.
#[test]
fn every_call_fails_in_turn_where_a_script_was_before() {
    if std::env::var_os("FAULTS").is_none_or(|which| which != "all") {
        return;
    }
    for what in ["installation", "removal"] {
        every_call_fails_in_turn(what, true);
    }
}

/// Wine has no other users: what the DLL asks about a folder's owner is answered here.
#[test]
fn a_folder_of_a_user_is_left_alone() {
    let Some(wine) = machine(false) else { return };
    assert!(said(&wine, Some("owner")).contains("0 problems"));
}
