//! check::action_machine: custom action DLLs are for processors that Windows Installer runs them on.

use crate::Subject;
use crate::id::Arch;
use crate::pe::Machine;
use crate::rule::cell;
use crate::rule::{Findings, Rule};
use std::collections::BTreeSet;

/// Custom action DLLs run on every machine that the package is for.
pub(super) const RULE: Rule = Rule {
    code: "check::action_machine",
    title: "custom action DLLs run on every machine that the package is for",
    explanation: "Windows Installer runs a DLL in a process of its processor, and has none for some: an x86 machine for x64 DLLs, an ARM64 machine for x64 ones. On ARM64, an ARM64 DLL fails where a package for x64 has left its process behind (https://github.com/wixtoolset/issues/issues/9322); x86 always works there.",
    fix: "build the DLL for the package's processor, for x86 where the package is for ARM64",
    example: "",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let dlls: BTreeSet<&str> = package
        .rows("CustomAction")
        .filter(|row| row.bits("Type") & 0x3F == DLL_IN_BINARY)
        .map(|row| row.text("Source"))
        .collect();
    let arch = package.platforms().find_map(|platform| match platform {
        "x64" => Some(Arch::X64),
        "Arm64" => Some(Arch::Arm64),
        "Intel" | "" => Some(Arch::X86),
        _ => None,
    });
    let Some(arch) = arch else { return };
    for name in dlls {
        let Some(facts) = package.contents().binaries.get(name) else { continue };
        let place = cell("Binary", "Data", &[name]);
        let Some(machine) = facts.machine else {
            found.error(place, format!("custom action DLL `{name}`: it is no program or DLL"));
            continue;
        };
        let (fits, expected): (&[Arch], _) = match arch {
            Arch::X86 => (&[Arch::X86], "x86"),
            Arch::X64 => (&[Arch::X86, Arch::X64], "x64 or x86"),
            Arch::Arm64 => (&[Arch::X86], "x86"),
        };
        if machine.arch().is_some_and(|arch| fits.contains(&arch)) {
            continue;
        }
        let message = format!(
            "custom action DLL `{name}`: it is for {machine}, and Windows Installer runs custom actions of {arch} packages for {expected}"
        );
        if machine == Machine::ARM64 && arch == Arch::Arm64 {
            found.warning(place, message);
        } else {
            found.error(place, message);
        }
    }
}

/// The kind of custom action that is an entry of a DLL in the Binary table
/// (<https://learn.microsoft.com/windows/win32/msi/custom-action-type-1>).
const DLL_IN_BINARY: i32 = 1;

#[cfg(test)]
mod tests {
    use super::RULE;

    use crate::contents::FileFacts;
    use crate::example::Example;
    use crate::pe::Machine;

    fn findings(template: &str, machine: Option<Machine>) -> Vec<String> {
        let rows = format!(
            "CustomAction: Act | 1 | Dll | Entry\nBinary: Dll | x\nSummary: Template | {template};1033"
        );
        let mut example = Example::new(&rows);
        let facts = FileFacts { machine, ..FileFacts::of(b"") };
        example.contents.binaries.insert("Dll".to_owned(), facts);
        example.findings(&RULE)
    }

    #[test]
    fn processors_that_there_is_a_process_for() {
        let none: [&str; 0] = [];
        for (package, dll) in [
            ("Intel", Machine::I386),
            ("x64", Machine::I386),
            ("x64", Machine::AMD64),
            ("Arm64", Machine::I386),
        ] {
            assert_eq!(findings(package, Some(dll)), none, "{package} {dll}");
        }
        for (package, dll) in [
            ("Intel", Machine::AMD64),
            ("Intel", Machine::ARM64),
            ("x64", Machine::ARM64),
            ("Arm64", Machine::AMD64),
        ] {
            assert_eq!(findings(package, Some(dll)), ["error Binary.Data[Dll]"], "{package} {dll}");
        }
        assert_eq!(findings("Arm64", Some(Machine::ARM64)), ["warning Binary.Data[Dll]"]);
        assert_eq!(findings("x64", None), ["error Binary.Data[Dll]"]);
    }
}
