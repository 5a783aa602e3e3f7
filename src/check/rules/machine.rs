//! check::machine: programs run on the processors that the package is for.

use crate::Subject;
use crate::directory::Directories;
use crate::pe::Machine;
use crate::rule::{Findings, Rule};

/// Every program and DLL runs where the package installs it.
pub(super) const RULE: Rule = Rule {
    code: "check::machine",
    title: "every program and DLL runs where the package installs it",
    explanation: "Windows Installer never looks into files: a package for ARM64 with x64 programs installs, and so does a DLL of the wrong bits in System32, where nothing can load it. An ARM64X DLL is for x64 processes, too. .NET assemblies are left out, since they run on any.",
    fix: "build the file for the package's processor, or move it into a component and folder of its bits",
    example: "",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let directories = Directories::of(package);
    let platforms: Vec<&str> = package.platforms().collect();
    let runs = |machine: Machine, hybrid: bool| match machine {
        Machine::ARM64 if hybrid => platforms.iter().any(|name| matches!(*name, "x64" | "Arm64")),
        Machine::I386 => true,
        Machine::AMD64 => platforms.iter().any(|name| matches!(*name, "x64" | "Arm64")),
        Machine::ARM64 => platforms.contains(&"Arm64"),
        _ => true,
    };
    for file in package.rows("File") {
        let name = file.text("File");
        let Some(facts) = package.contents().files.get(name).filter(|facts| !facts.managed) else { continue };
        let Some(machine) = facts.machine else { continue };
        if !runs(machine, facts.hybrid) {
            let template = &package.summary().template;
            found.error(
                file.at("File"),
                format!("`{name}` is for {machine}, and the package for `{template}`"),
            );
            continue;
        }
        let Some(component) = package.find("Component", file.text("Component_")) else { continue };
        let wide = machine != Machine::I386;
        let wrong = if wide { "SystemFolder" } else { "System64Folder" };
        if package.is_64_bit() && directories.chain(component.text("Directory_")).any(|at| at == wrong) {
            found.error(
                file.at("File"),
                format!("`{name}` is for {machine} and goes into `{wrong}`, where no program loads it"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;

    use crate::contents::FileFacts;
    use crate::example::Example;
    use crate::pe::Machine;

    fn findings(changes: &str, machine: Machine, managed: bool) -> Vec<String> {
        let mut example = Example::new(changes);
        let facts = FileFacts { machine: Some(machine), managed, ..FileFacts::of(b"") };
        example.contents.files.insert("app.exe".to_owned(), facts);
        example.findings(&RULE)
    }

    /// Both kinds of 64-bit processes can load it; a package for 32-bit Windows has no use for it.
    #[test]
    fn a_program_with_two_views() {
        let of = |changes: &str| {
            let mut example = Example::new(changes);
            let facts = FileFacts { machine: Some(Machine::ARM64), hybrid: true, ..FileFacts::of(b"") };
            example.contents.files.insert("app.exe".to_owned(), facts);
            example.findings(&RULE)
        };
        let none: [&str; 0] = [];
        assert_eq!(of(""), none);
        assert_eq!(of("Summary: Template | Arm64;1033"), none);
        assert_eq!(of("Summary: Template | Intel;1033"), ["error File.File[app.exe]"]);
    }

    #[test]
    fn a_program_for_another_processor() {
        let none: [&str; 0] = [];
        assert_eq!(findings("", Machine::AMD64, false), none);
        assert_eq!(findings("", Machine::ARM64, false), ["error File.File[app.exe]"]);
        assert_eq!(findings("Summary: Template | Arm64;1033", Machine::ARM64, false), none);
        assert_eq!(
            findings("Summary: Template | Intel;1033", Machine::AMD64, false),
            ["error File.File[app.exe]"]
        );
        let system = "Directory: System64Folder | TARGETDIR | .\nComponent: App |  | System64Folder | 256 |  | app.exe";
        assert_eq!(findings(system, Machine::I386, false), ["error File.File[app.exe]"]);
        assert_eq!(findings(system, Machine::I386, true), none);
    }
}
