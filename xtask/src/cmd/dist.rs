//! `cargo xtask dist`: the packages.

use super::upgrade::{Gate, sources};
use super::{plan, pools};
use crate::console::Console;
use crate::dist::manifest::Manifest;
use crate::dist::package::{Setting, make};
use crate::dist::verify::{Made, verify};
use crate::dist::{engine, stage};
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Dist;
use crate::inputs::gather;
use crate::interrupt;
use crate::output::Output;
use crate::workspace;
use ancm_installer::diag::Diagnostic;
use ancm_installer::plan::Package;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use tempfile::NamedTempFile;

/// Steps of a package that its bar shows.
const STEPS: u64 = 2;

type Finished = (NamedTempFile, Made, Vec<Diagnostic>);

/// Makes the packages.
///
/// # Errors
/// Whatever kept them from being made; then nothing of the run is left.
pub fn run(flags: &Dist, console: &Console) -> Outcome {
    if flags.dry_run {
        return plan::run(&flags.build, console);
    }
    interrupt::listen()?;
    let timestamp = engine::timestamp()?;
    let mut gathered = gather(&flags.build, |out| out.to_owned(), console)?;
    let engine = engine::choose(&gathered.engine)?;
    let mut output = Output::open(&gathered.out.value)?;
    let folder = output.stage()?;
    folder.path().clone_into(&mut gathered.inputs.stage);
    let plan = plan::make(&gathered, console)?;
    let ledger = workspace::ledger(&gathered.root)?;
    console.status("Engine", &format!("{}: {}", engine.chosen, engine.reason));
    let staged = stage::lay_out(&plan, &ledger, &|| gathered.linker(), folder.path(), console)?;

    let workers = gathered.jobs.value.clamp(1, plan.packages.len().max(1));
    let threads = NonZeroUsize::new(gathered.jobs.value / workers).unwrap_or(NonZeroUsize::MIN);
    let setting = Setting { root: &gathered.root, output: &output, timestamp, threads };
    let gate = Gate::open(&gathered.root)?;
    let one = |package: &Package| -> Outcome<Finished> {
        interrupt::check()?;
        let progress = console.progress(&package.file_name, STEPS);
        let (mut file, mut findings) = make(package, &setting)?;
        progress.step("compiled and written");
        let (made, more) = verify(file.as_file_mut(), package, &staged, flags.locked)?;
        findings.extend(more);
        let (read, dlls) = sources::open(&package.file_name, file.as_file_mut())?;
        gate.check(&read, package.flavour)?;
        findings.extend(pools::check(&read, &dlls, gathered.inputs.handler.value)?);
        progress.step("read back and verified");
        progress.finish("Packaged", &format!("{} ({} KiB)", package.file_name, made.size.div_ceil(1024)));
        Ok((file, made, findings))
    };
    let outcomes = parallel(&plan.packages, workers, one);

    let mut failures = Vec::new();
    let mut packages = Vec::new();
    for (package, outcome) in plan.packages.iter().zip(outcomes) {
        match outcome {
            Ok((file, made, findings)) => {
                console.diagnostics(&findings);
                output.add(file, &package.file_name);
                packages.push((package, made));
            }
            Err(failure) => failures.push(failure),
        }
    }
    if let Some(failure) = merge(failures) {
        return Err(failure);
    }
    let manifest = Manifest::new(&plan, &staged, &engine, &packages);
    let text =
        serde_json::to_string_pretty(&manifest).expect("our types have string keys and no failing parts");
    output.add_text("manifest.json", &format!("{text}\n"))?;
    output.add_text("SHA256SUMS", &manifest.checksums())?;
    drop(folder);
    output.commit()?;
    if plan.payload.is_stand_in() {
        console.diagnostics(&[Diagnostic::warning(
            "dist::stand_in",
            "these packages hold stand-in DLLs that run no application",
        )
        .help("name the folder with Microsoft's binaries: `cargo xtask dist --payload FOLDER`")]);
    }
    if console.json() {
        console.result(&manifest);
    } else {
        for (package, _) in &packages {
            console.print(&gathered.out.value.join(&package.file_name).display().to_string());
        }
    }
    Ok(())
}

/// Does `one` for each package on `workers` threads; gives the outcomes in the packages' order.
fn parallel<T: Send>(packages: &[Package], workers: usize, one: impl Fn(&Package) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Option<T>>> = packages.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let (Some(package), Some(slot)) = (packages.get(index), done.get(index)) else { break };
                    let outcome = one(package);
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
                }
            });
        }
    });
    let finished = done.into_iter().map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner));
    finished
        .map(|outcome| {
            outcome.expect("every package was given to a worker, and a worker's panic is passed on")
        })
        .collect()
}

/// One failure of several. The six packages share their sources, so the same finding comes up to six times.
fn merge(failures: Vec<Failure>) -> Option<Failure> {
    let interrupted = failures.iter().any(|failure| failure.exit == Exit::Interrupted);
    let mut failures = failures.into_iter();
    let mut first = failures.next()?;
    if interrupted {
        return Some(interrupt::failure());
    }
    for diagnostic in failures.flat_map(|failure| failure.diagnostics) {
        if !first.diagnostics.contains(&diagnostic) {
            first.diagnostics.push(diagnostic);
        }
    }
    Some(first)
}
