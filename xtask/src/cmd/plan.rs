//! `cargo xtask plan`: what `dist` would do.

use crate::console::{Console, counted};
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Build;
use crate::inputs::{self, Gathered, gather};
use crate::packaging::engine::{self, Engine};
use crate::tool::linker::Linker;
use crate::tool::search::Candidate;
use crate::tool::wix::eula::EulaId;
use crate::workspace::Known;
use ancm_installer::ledger::{KeyPath, Ledger};
use ancm_installer::plan::{self, Inputs, Plan, Sourced};
use ancm_installer::wix;
use ancm_installer::wix::preprocess::Options;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Serialize)]
struct Shown<'p> {
    #[serde(flatten)]
    plan: &'p Plan,
    engine: ShownEngine<'p>,
    out: &'p Sourced<PathBuf>,
    jobs: &'p Sourced<usize>,
    compression_effort: Sourced<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compat: Option<Sourced<String>>,
    cabinets: Vec<Planned>,
    linker: &'p Sourced<crate::tool::linker::LinkerChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    msvc: &'p Option<Sourced<PathBuf>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wix: &'p Option<Sourced<PathBuf>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accept_wix_eula: &'p Option<Sourced<EulaId>>,
    /// The program that signs; its arguments may be secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    sign: Option<Sourced<String>>,
}

/// A cabinet of a package. What compressing it saves is known once it is made (`dist -v`, `manifest.json`).
#[derive(Serialize)]
struct Planned {
    package: String,
    name: String,
    method: String,
}

/// The cabinets that the hand-written sources define; the generated ones define none.
fn cabinets(plan: &Plan, gathered: &Gathered, engine: &Engine) -> Vec<Planned> {
    let mut planned = Vec::new();
    for package in &plan.packages {
        let inputs = &package.engine;
        let sources = inputs.sources.iter().map(|source| gathered.root.join(source));
        let sources: Vec<PathBuf> = sources.filter(|source| source.is_file()).collect();
        let options = Options {
            defines: inputs.defines.clone(),
            include_paths: Vec::new(),
            environment: BTreeMap::new(),
            arch: inputs.arch,
            current_dir: gathered.root.clone(),
            timestamp: 0,
            compat: engine.compat,
        };
        planned.extend(wix::cabinets(&sources, &options).into_iter().map(|(name, compression)| {
            let method = compression.unwrap_or_default().method(gathered.compression_effort.value);
            Planned { package: package.file_name.clone(), name, method: method.to_string() }
        }));
    }
    planned
}

/// What was asked for, and what came of it.
#[derive(Serialize)]
struct ShownEngine<'p> {
    #[serde(flatten)]
    asked: &'p Sourced<crate::settings::EngineChoice>,
    #[serde(flatten)]
    engine: &'p Engine,
    detail: &'p Option<String>,
    candidates: &'p [Candidate],
}

/// Plans and shows the plan: with `cross_check`, that of a `dist` with `--cross-check`.
///
/// # Errors
/// Whatever keeps the packages from being made.
pub fn run(flags: &Build, cross_check: bool, console: &Console) -> Outcome {
    let Known { product, ledger } = inputs::product(flags)?;
    let gathered = gather(flags, &product, |out| out.join(".stage"), console)?;
    let engine = engine::choose(&gathered, cross_check)?;
    let plan = make(&gathered, &ledger, console)?;
    let linker = if plan.forwarders.is_empty() { None } else { Some(gathered.linker()?) };
    console.diagnostics(&engine.warnings());
    show(&plan, &gathered, &engine, linker.as_ref(), console);
    Ok(())
}

/// Makes the plan; tells what was found of the payload, and what deserves a look.
///
/// # Errors
/// Whatever keeps the packages from being made.
pub fn make(gathered: &Gathered, ledger: &Ledger, console: &Console) -> Outcome<Plan> {
    report(&gathered.inputs, console);
    let plan = plan::plan(&gathered.inputs, ledger).map_err(|refusal| match refusal {
        plan::Refusal::Inputs(findings) => Failure::of(Exit::Input, findings),
        plan::Refusal::Ledger(findings) => Failure::of(Exit::Ledger, findings),
    })?;
    console.diagnostics(&plan.warnings);
    Ok(plan)
}

fn report(inputs: &Inputs, console: &Console) {
    let payload = &inputs.payload;
    for file in payload.files.values() {
        let version = file.version.map_or(String::new(), |version| format!(" {version}"));
        console.detail(&format!("{}: {}{version}, {} bytes", file.path, file.role, file.size));
    }
    let unused = payload.unused(&inputs.product, &inputs.arches.value);
    if unused.is_empty() && (payload.files.is_empty() || payload.is_stand_in()) {
        return;
    }
    let used = payload.files.len() + payload.ignored.len() - unused.len();
    console.status("Payload", &format!("{} used, {} left unused", counted(used, "file"), unused.len()));
    let mut others = 0;
    for file in &unused {
        let line = format!("{}: {}", file.path, file.why);
        if file.why.is_of_interest() {
            console.status("Unused", &line);
        } else {
            console.detail(&format!("unused {line}"));
            others += 1;
        }
    }
    if others > 0 {
        let said = match others {
            1 => "1 other, which is not of the module (`-v` names it)".to_owned(),
            _ => format!("{others} others, which are not of the module (`-v` lists them)"),
        };
        console.status("Unused", &said);
    }
}

/// Shows a plan: as JSON, or for people.
fn show(plan: &Plan, gathered: &Gathered, engine: &Engine, found: Option<&Linker>, console: &Console) {
    let cabinets = cabinets(plan, gathered, engine);
    let Gathered {
        engine: asked,
        out,
        jobs,
        compression_effort,
        compat,
        linker,
        msvc,
        wix,
        accept_wix_eula,
        ..
    } = gathered;
    if console.json() {
        let Engine { detail, candidates, .. } = engine;
        let engine = ShownEngine { asked, engine, detail, candidates };
        let compression_effort =
            Sourced::new(compression_effort.value.to_string(), compression_effort.origin.clone());
        let compat =
            compat.as_ref().map(|compat| Sourced::new(compat.value.to_string(), compat.origin.clone()));
        return console.result(&Shown {
            plan,
            engine,
            out,
            jobs,
            compression_effort,
            compat,
            cabinets,
            linker,
            msvc,
            wix,
            accept_wix_eula,
            sign: gathered
                .sign
                .as_ref()
                .map(|sign| Sourced::new(sign.value.to_string(), sign.origin.clone())),
        });
    }
    let said = |name: &str, value: &dyn std::fmt::Display, origin: &plan::Origin| {
        console.print(&format!("{name:<13} {value}  ({origin})"));
    };
    console.print(&format!("{:<13} {}", "product", plan.product));
    said("version", &plan.version.value, &plan.version.origin);
    said("manufacturer", &plan.manufacturer.value, &plan.manufacturer.origin);
    said("out", &out.value.display(), &out.origin);
    said("jobs", &jobs.value, &jobs.origin);
    said("compression", &compression_effort.value, &compression_effort.origin);
    compat.iter().for_each(|compat| said("like WiX", &compat.value, &compat.origin));
    if let Some(found) = found {
        said("linker", &found.name(), &linker.origin);
    }
    said("engine", engine, &asked.origin);
    gathered.sign.iter().for_each(|sign| said("sign", &sign.value, &sign.origin));
    engine.candidates.iter().for_each(|candidate| console.print(&format!("{:13} {candidate}", "")));
    for forwarder in &plan.forwarders {
        let plan::Forwarder { dll, kind, reason, version, arm64_target, x64_target, .. } = forwarder;
        console.print(&format!(
            "\n{:<13} {dll} {version}: arm64 → {arm64_target}, x64 → {x64_target}\n  {reason}",
            kind.to_string()
        ));
    }
    for package in &plan.packages {
        console.print(&format!("\n{}\n  {}", package.file_name, package.product_name));
        for Planned { name, method, .. } in
            cabinets.iter().filter(|planned| planned.package == package.file_name)
        {
            console.print(&format!("  cabinet {name}: {method}"));
        }
        let action = &package.configuration_action;
        console
            .print(&format!("  custom actions: {}, {} bytes, {}", action.arch, action.size, action.sha256));
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
