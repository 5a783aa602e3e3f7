//! `cargo xtask patch`: a package that corrects what another installer has put on an ARM64 machine, and puts that back.

use super::check::Allowances;
use super::dist::{make, tag};
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Build;
use crate::inputs::{self, Gathered, gather};
use crate::interrupt;
use crate::output::Output;
use crate::packaging::engine;
use crate::packaging::made;
use crate::packaging::manifest::manifest;
use crate::packaging::package::Setting;
use crate::packaging::sign::Signing;
use crate::packaging::stage;
use crate::packaging::verify::verify;
use crate::workspace::Known;
use ancm_installer::diag::Severity;
use ancm_installer::id::{ProductCode, UpgradeCode};
use ancm_installer::plan::{self, Plan, Swap};
use ancm_installer::release::{self, Manifest};
use clap::Args;
use serde::Serialize;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Flags of `patch`.
#[derive(Debug, Args)]
pub struct Flags {
    /// What to make it from.
    #[command(flatten)]
    pub build: Build,
}

#[derive(Serialize)]
struct Shown<'p> {
    schema: &'static str,
    product: &'p str,
    file: PathBuf,
    sha256: &'p str,
    size: u64,
    version: String,
    product_code: ProductCode,
    upgrade_code: UpgradeCode,
    stand_in: bool,
    swaps: &'p [Swap],
}

/// Makes the patch of a product.
///
/// # Errors
/// The product has none; whatever kept it from being made, and then nothing of the run is left.
pub fn run(flags: &Flags, console: &Console) -> Outcome {
    let asked = &flags.build;
    if !asked.given.arch.is_empty() || !asked.given.flavour.is_empty() || asked.package.is_some() {
        let message = "a patch is for IIS on ARM64: there is nothing to choose";
        return Err(Failure::new(Exit::Usage, "patch::usage", message)
            .help("leave out `--arch`, `--flavour` and `--package`"));
    }
    interrupt::listen()?;
    let known = inputs::product(asked)?;
    let mut gathered = gather(asked, &known.product, |out| out.to_owned(), console)?;
    let sign = gathered.sign.take();
    let signing = sign.as_ref().map_or(Signing::None, |command| Signing::Command(&command.value));
    let stand_in = gathered.inputs.payload.is_stand_in();
    let judged = release::judge(tag().as_deref(), sign.is_some(), stand_in);
    if judged.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(Failure::of(Exit::Input, judged));
    }
    if gathered.out.origin == plan::Origin::Default {
        gathered.out.value.push("patch");
    }
    let Built { manifest, swaps } = build(&mut gathered, &known, &signing, console)?;
    console.diagnostics(&judged);
    let [package] = &manifest.packages[..] else { unreachable!("a patch is one package") };
    let path = gathered.out.value.join(&package.file);
    console.status("Packaged", &format!("{} ({} KiB)", package.file, package.size.div_ceil(1024)));
    if console.json() {
        console.result(&Shown {
            schema: "ancm-patch/1",
            product: &manifest.product,
            file: path,
            sha256: &package.sha256,
            size: package.size,
            version: manifest.version.to_string(),
            product_code: package.product_code,
            upgrade_code: package.upgrade_code,
            stand_in,
            swaps: &swaps,
        });
    } else {
        console.print(&path.display().to_string());
    }
    Ok(())
}

/// What a run has made.
pub(super) struct Built {
    /// What it says of it.
    pub manifest: Manifest,
    /// What the package does to the DLLs of a machine.
    pub swaps: Vec<Swap>,
}

/// Makes the patch that `gathered` asks for, in its folder.
///
/// # Errors
/// Whatever kept it from being made; then nothing of the run is left.
pub(super) fn build(
    gathered: &mut Gathered,
    known: &Known,
    signing: &Signing<'_>,
    console: &Console,
) -> Outcome<Built> {
    let engine = engine::choose(gathered, false)?;
    let family = known.product.patch.as_ref().map(|patch| patch.upgrade_code);
    made::is_free_for(&gathered.out.value, &known.product.name, |other| Some(other) == family)?;
    let mut output = Output::open(&gathered.out.value)?;
    let folder = output.stage()?;
    folder.path().clone_into(&mut gathered.inputs.stage);
    let gathered = &*gathered;
    let plan = Plan::of_patch(&gathered.inputs, &known.ledger).map_err(|refusal| match refusal {
        plan::Refusal::Inputs(findings) => Failure::of(Exit::Input, findings),
        plan::Refusal::Ledger(findings) => Failure::of(Exit::Ledger, findings),
    })?;
    console.diagnostics(&plan.warnings);
    let [package] = &plan.packages[..] else { unreachable!("a patch is one package") };
    let mut staged = stage::lay_out(&plan, known, &|| gathered.linker(), folder.path(), console)?;
    signing.stage(&mut staged, folder.path(), console)?;
    let ledger = PathBuf::from(&known.product.file);
    let effort = gathered.compression_effort.value;
    let setting = Setting {
        root: &gathered.root,
        ledger: &ledger,
        stage: folder.path(),
        output: &output,
        timestamp: engine::timestamp()?,
        console,
        threads: NonZeroUsize::new(gathered.jobs.value).unwrap_or(NonZeroUsize::MIN),
        compat: engine.compat,
        effort,
    };
    let (mut file, mut findings) = make(package, &setting, &engine)?;
    let mut unsigned = None;
    if let Some((after, before)) = signing.package(&package.file_name, &mut file, &output, folder.path())? {
        (file, unsigned) = (after, Some(before));
    }
    let (mut made, more) = verify(file.as_file_mut(), package, &staged, known, false)?;
    made.unsigned_sha256 = unsigned;
    findings.extend(more);
    let judged_findings = Allowances::read(&gathered.root, &[])?.judge(findings, true);
    if judged_findings.count(Severity::Error) > 0 {
        return Err(Failure::of(Exit::Findings, judged_findings.findings));
    }
    console.diagnostics(&judged_findings.findings);
    output.add(file, &package.file_name);
    let packages = [(package, made)];
    let manifest = manifest(&plan, &staged, &engine, effort, &packages, &gathered.inputs.wix)?;
    made::describe(&manifest, &mut output)?;
    drop(folder);
    output.commit()?;
    Ok(Built { manifest, swaps: package.swaps.clone() })
}
