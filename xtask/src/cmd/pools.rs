//! `cargo xtask pools`: which application pools would start with a package, and why not.

use super::upgrade::sources;
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::OfProduct;
use crate::workspace;
use ancm_installer::diag::{Diagnostic, Severity};
use ancm_installer::id::Arch;
use ancm_installer::plan::HandlerChoice;
use ancm_installer::pools::{Dlls, Finding, Judged, Pool, Refused, Verdict};
use ancm_installer::product::Product;
use ancm_installer::upgrade::Package;
use clap::Args;
use serde::Serialize;

/// Flags of `pools`.
#[derive(Debug, Args)]
pub struct Flags {
    /// Whose module the pools load.
    #[command(flatten)]
    pub of: OfProduct,
    /// Packages, each judged by itself: .msi files, or names of baselines [default: dist/*.msi]
    #[arg(value_name = "PACKAGE")]
    pub packages: Vec<String>,
    /// What is installed before it; several in the order in which they are installed
    #[arg(long, value_name = "PACKAGE")]
    pub over: Vec<String>,
    /// The machine's processor [default: the package's]
    #[arg(long, value_name = "ARCH")]
    pub machine: Option<Arch>,
}

/// Why there are no pools to judge, and what to do.
fn refused(refused: Refused) -> Failure {
    let (code, help) = match &refused {
        Refused::Machine { .. } => ("pools::refused", Some("leave out `--machine`".to_owned())),
        Refused::Fails { .. } => ("pools::refused", None),
        Refused::NoModule { folders, .. } => {
            let folders: Vec<String> = folders.iter().map(|folder| format!("`…\\{folder}`")).collect();
            let help = match &folders[..] {
                [] => "`--product` names another one".to_owned(),
                _ => format!("its DLLs belong in {}; `--product` names another one", folders.join(" or ")),
            };
            ("pools::no_module", Some(help))
        }
    };
    let failure = Failure::new(Exit::Input, code, refused.to_string());
    match help {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// Judges packages.
///
/// # Errors
/// A package cannot be read or does not install the module; a pool would certainly not start.
pub fn run(flags: &Flags, console: &Console) -> Outcome {
    let root = workspace::root_or_here()?;
    let product = workspace::product_anywhere(&root, &flags.of.product)?;
    let names = if flags.packages.is_empty() { sources::built(&root)? } else { flags.packages.clone() };
    let mut dlls = Dlls::new();
    let mut load = |name: &String| -> Outcome<Package> {
        let (package, more) = sources::package_with_dlls(&root, name)?;
        dlls.extend(more);
        Ok(package)
    };
    let over: Vec<Package> = flags.over.iter().map(&mut load).collect::<Outcome<_>>()?;
    let packages: Vec<Package> = names.iter().map(&mut load).collect::<Outcome<_>>()?;
    let mut judged = Vec::new();
    for package in &packages {
        let over = over.iter().collect();
        judged.push(Judged::of(over, package, flags.machine, &dlls, &product).map_err(refused)?);
    }
    let fails = |pool: &&Pool| pool.verdict() == Verdict::Fails;
    let failing = judged.iter().flat_map(|judged| &judged.pools).filter(fails).count();
    if console.json() {
        #[derive(Serialize)]
        struct Answer<'a> {
            schema: &'static str,
            packages: &'a [Judged],
        }
        console.result(&Answer { schema: "ancm-pools/1", packages: &judged });
    } else {
        judged.iter().for_each(|judged| show(judged, console));
    }
    if failing > 0 {
        let message =
            format!("{failing} kinds of application pool would not start, or not run out-of-process");
        return Err(
            Failure::new(Exit::Findings, "pools::fails", message).help("`--verbose` shows the whole way")
        );
    }
    Ok(())
}

fn show(judged: &Judged, console: &Console) {
    let stand_in = judged.pools.iter().any(|pool| pool.module.stand_in);
    let note = if stand_in { " (stand-ins: loaded like the real module, and refuse to run)" } else { "" };
    console.print(&format!("{} on {}{note}", judged.package, judged.machine));
    for it in &judged.presumed {
        console.print(&format!("  taken to be there: `{}` for {}", it.path, it.arch));
    }
    for pool in &judged.pools {
        let verdicts: Vec<String> =
            pool.findings().map(|(what, finding)| format!("{what} {:<9}", finding.verdict)).collect();
        console.print(&format!("  {:<22} {}", pool.to_string(), verdicts.join("  ").trim_end()));
        for (what, finding) in pool.findings() {
            for step in shown(finding, console) {
                console.print(&format!("      {what}: {step}"));
            }
        }
    }
}

/// The whole way with `--verbose`, else what stopped it.
fn shown<'a>(finding: &'a Finding, console: &Console) -> &'a [String] {
    match finding.verdict {
        _ if console.verbose() => &finding.steps,
        Verdict::Starts => &[],
        Verdict::Fails | Verdict::Uncertain => &finding.steps[finding.steps.len().saturating_sub(1)..],
    }
}

/// What `dist` asks before it lets a package out: whether every kind of pool would start. Gives what is uncertain, and
/// what fails out-of-process because the user chose the handler against the plan's advice (`chosen`).
///
/// # Errors
/// A pool would certainly not start.
pub fn check(
    package: &Package,
    dlls: &Dlls,
    product: &Product,
    chosen: HandlerChoice,
) -> Outcome<Vec<Diagnostic>> {
    let judged = Judged::of(Vec::new(), package, None, dlls, product).map_err(refused)?;
    let is_error = |finding: &Diagnostic| finding.severity == Severity::Error;
    let (failures, doubts): (Vec<_>, Vec<_>) = judged.findings(chosen).into_iter().partition(is_error);
    if failures.is_empty() { Ok(doubts) } else { Err(Failure::of(Exit::Findings, failures)) }
}
