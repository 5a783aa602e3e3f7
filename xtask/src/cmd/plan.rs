//! `cargo xtask plan`: what `dist` would do.

use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Build;
use crate::inputs::{Gathered, gather};
use crate::workspace;
use ancm_installer::ledger::KeyPath;
use ancm_installer::payload::Payload;
use ancm_installer::plan::{self, Plan, Sourced};
use serde::Serialize;
use std::path::PathBuf;

#[derive(Serialize)]
struct Shown<'p> {
    #[serde(flatten)]
    plan: &'p Plan,
    engine: &'p Sourced<crate::config::EngineChoice>,
    out: &'p Sourced<PathBuf>,
    jobs: &'p Sourced<usize>,
    linker: &'p Sourced<crate::tool::linker::LinkerChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    msvc: &'p Option<Sourced<PathBuf>>,
}

/// Plans and shows the plan.
///
/// # Errors
/// Whatever keeps the packages from being made.
pub fn run(flags: &Build, console: &Console) -> Outcome {
    let gathered = gather(flags, |out| out.join(".stage"), console)?;
    let plan = make(&gathered, console)?;
    show(&plan, &gathered, console);
    Ok(())
}

/// Makes the plan; tells what was found of the payload, and what deserves a look.
///
/// # Errors
/// Whatever keeps the packages from being made.
pub fn make(gathered: &Gathered, console: &Console) -> Outcome<Plan> {
    let ledger = workspace::ledger(&gathered.root)?;
    report(&gathered.inputs.payload, console);
    let plan = plan::plan(&gathered.inputs, &ledger).map_err(|findings| {
        let ledger = findings.iter().all(|finding| finding.code.starts_with("plan::ledger"));
        Failure::of(if ledger { Exit::Ledger } else { Exit::Input }, findings)
    })?;
    console.diagnostics(&plan.warnings);
    Ok(plan)
}

fn report(payload: &Payload, console: &Console) {
    for file in payload.files.values() {
        let version = file.version.map_or(String::new(), |version| format!(" {version}"));
        console.detail(&format!("{}: {}{version}, {} bytes", file.path, file.role, file.size));
    }
    if payload.is_stand_in() {
        return;
    }
    console
        .status("Payload", &format!("{} files taken, {} left", payload.files.len(), payload.ignored.len()));
    for ignored in &payload.ignored {
        console.status("Left", &format!("{}: {}", ignored.path, ignored.why));
    }
}

/// Shows a plan: as JSON, or for people.
pub fn show(plan: &Plan, gathered: &Gathered, console: &Console) {
    let Gathered { engine, out, jobs, linker, msvc, .. } = gathered;
    if console.json() {
        return console.result(&Shown { plan, engine, out, jobs, linker, msvc });
    }
    let said = |name: &str, value: &dyn std::fmt::Display, origin: &plan::Origin| {
        console.print(&format!("{name:<13} {value}  ({origin})"));
    };
    said("version", &plan.version.value, &plan.version.origin);
    said("manufacturer", &plan.manufacturer.value, &plan.manufacturer.origin);
    said("out", &out.value.display(), &out.origin);
    said("jobs", &jobs.value, &jobs.origin);
    for forwarder in &plan.forwarders {
        let plan::Forwarder { module, kind, reason, version, arm64_target, x64_target, .. } = forwarder;
        console.print(&format!(
            "\n{:<13} {module} {version}: arm64 → {arm64_target}, x64 → {x64_target}\n  {reason}",
            kind.to_string()
        ));
    }
    for package in &plan.packages {
        console.print(&format!("\n{}\n  {}", package.file_name, package.product_name));
        for component in &package.components {
            let file = component.file.as_ref().map_or(String::new(), |file| match &file.version {
                Some(version) => format!("  {} {version}", file.file),
                None => format!("  {}", file.file),
            });
            let key_path = match &component.key_path {
                KeyPath::File { path, .. } => path.clone(),
                KeyPath::Registry { key, value } => format!(r"{key}\[{value}]"),
            };
            console.print(&format!("  {} {key_path}{file}", component.id));
        }
    }
}
