//! `cargo xtask dist`: the packages.

use super::check::Allowances;
use super::upgrade::{gate, sources};
use super::{plan, pools};
use crate::console::Console;
use crate::environment;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Dist;
use crate::inputs::{self, Gathered, gather};
use crate::interrupt;
use crate::output::Output;
use crate::packaging::engine::{self, Engine, Kind};
use crate::packaging::manifest::manifest;
use crate::packaging::package::{self, Setting};
use crate::packaging::sign::Signing;
use crate::packaging::verify::verify;
use crate::packaging::{made, stage, with_wix};
use crate::workspace::{self, Known};
use ancm_installer::diag::{Diagnostic, Severity};
use ancm_installer::payload::IgnoredFile;
use ancm_installer::plan::Package;
use ancm_installer::release::cross_check::{self, Compared, Report};
use ancm_installer::release::{self, Gate, Made, Manifest};
use serde::Serialize;
use std::fs::File;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::NamedTempFile;

/// Steps of a package that its bar shows.
const STEPS: u64 = 2;

type Finished = (NamedTempFile, Made, Vec<Diagnostic>, Option<Report>);

#[derive(Serialize)]
struct Shown<'m> {
    #[serde(flatten)]
    manifest: &'m Manifest,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    cross_check: &'m [Report],
    /// What of the payload went into no package.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    payload_unused: &'m [IgnoredFile],
}

#[derive(Serialize)]
struct Checked<'m> {
    schema: &'static str,
    wix: String,
    packages: &'m [Report],
}

/// Makes the packages.
///
/// # Errors
/// Whatever kept them from being made; then nothing of the run is left.
pub fn run(flags: &Dist, console: &Console) -> Outcome {
    if flags.dry_run {
        return plan::run(&flags.build, flags.cross_check, console);
    }
    interrupt::listen()?;
    let (root, known) = (workspace::root()?, inputs::product(&flags.build)?);
    let shipped = known.clone();
    // What has shipped is read while compilers and linkers are asked and waited for.
    let gate = std::thread::spawn(move || gate::open(&root, &shipped));
    let mut gathered = gather(&flags.build, &known.product, |out| out.to_owned(), console)?;
    let out = gathered.out.value.clone();
    let sign = gathered.sign.take();
    let signing = sign.as_ref().map_or(Signing::None, |command| Signing::Command(&command.value));
    let judged = release::judge(tag().as_deref(), sign.is_some(), gathered.inputs.payload.is_stand_in());
    if judged.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(Failure::of(Exit::Input, judged));
    }
    let asked = Asked { locked: flags.locked, cross_check: flags.cross_check };
    let gate = || gate.join().expect("nothing in it panics").map(Arc::new);
    let Built { manifest, reports } = build(&mut gathered, &known, asked, &signing, gate, console)?;
    console.diagnostics(&judged);
    if console.json() {
        let inputs = &gathered.inputs;
        let unused = inputs.payload.unused(&inputs.product, &inputs.arches.value);
        console.result(&Shown { manifest: &manifest, cross_check: &reports, payload_unused: &unused });
    } else {
        for package in &manifest.packages {
            console.print(&out.join(&package.file).display().to_string());
        }
    }
    Ok(())
}

/// The tag that is being built, as GitHub Actions, Azure Pipelines and GitLab say it.
pub(super) fn tag() -> Option<String> {
    let github = || {
        environment::text("GITHUB_REF_NAME")
            .filter(|_| environment::text("GITHUB_REF_TYPE").as_deref() == Some("tag"))
    };
    let azure = || environment::text("BUILD_SOURCEBRANCH")?.strip_prefix("refs/tags/").map(str::to_owned);
    github().or_else(azure).or_else(|| environment::text("CI_COMMIT_TAG"))
}

/// What is asked of a run besides its settings.
#[derive(Clone, Copy, Default)]
pub(super) struct Asked {
    /// No identity may be new.
    pub locked: bool,
    /// Both engines must agree.
    pub cross_check: bool,
}

/// What a run has made.
pub(super) struct Built {
    /// What it says of it.
    pub manifest: Manifest,
    /// Where the engines differ.
    pub reports: Vec<Report>,
}

/// Makes the packages that `gathered` asks for, in its folder; `gate`, which may still be read, lets them out.
///
/// # Errors
/// Whatever kept them from being made; then nothing of the run is left.
pub(super) fn build(
    gathered: &mut Gathered,
    known: &Known,
    asked: Asked,
    signing: &Signing<'_>,
    gate: impl FnOnce() -> Outcome<Arc<Gate>>,
    console: &Console,
) -> Outcome<Built> {
    let timestamp = engine::timestamp()?;
    let engine = engine::choose(gathered, asked.cross_check)?;
    let patch = known.product.patch.as_ref().map(|patch| patch.upgrade_code);
    made::is_free_for(&gathered.out.value, &known.product.name, |family| Some(family) != patch)?;
    let mut output = Output::open(&gathered.out.value)?;
    let folder = output.stage()?;
    folder.path().clone_into(&mut gathered.inputs.stage);
    let gathered = &*gathered;
    let plan = plan::make(gathered, &known.ledger, console)?;
    tell(&engine, console);
    let mut staged = stage::lay_out(&plan, known, &|| gathered.linker(), folder.path(), console)?;
    signing.stage(&mut staged, folder.path(), console)?;

    let workers = gathered.jobs.value.clamp(1, plan.packages.len().max(1));
    let threads = NonZeroUsize::new(gathered.jobs.value / workers).unwrap_or(NonZeroUsize::MIN);
    let ledger_file = PathBuf::from(&known.ledger.file);
    let setting = Setting {
        root: &gathered.root,
        ledger: &ledger_file,
        stage: folder.path(),
        output: &output,
        timestamp,
        console,
        threads,
        compat: engine.compat,
        effort: gathered.compression_effort.value,
    };
    let gate = gate()?;
    let mut allowances = Allowances::read(&gathered.root, &[])?;
    let one = |package: &Package| -> Outcome<Finished> {
        interrupt::check()?;
        let name = &package.file_name;
        let progress = console.progress(name, STEPS);
        let (mut file, mut findings) = make(package, &setting, &engine)?;
        progress.step("compiled and written");
        let report = match asked.cross_check {
            true => {
                let (report, more) = check(package, &setting, &engine, file.as_file_mut())?;
                findings.extend(more);
                Some(report)
            }
            false => None,
        };
        let before = match signing.package(name, &mut file, &output, folder.path())? {
            Some((after, before)) => {
                file = after;
                Some(before)
            }
            None => None,
        };
        let (mut made, more) = verify(file.as_file_mut(), package, &staged, known, asked.locked)?;
        made.unsigned_sha256 = before;
        findings.extend(more);
        let (read, dlls) = sources::open(name, file.as_file_mut())?;
        gate::pass(&gate, &read)?;
        findings.extend(pools::check(&read, &dlls, &known.product, gathered.inputs.handler.value)?);
        for cabinet in &made.cabinets {
            console.detail(&format!("{name}: {cabinet}"));
        }
        progress.step("read back and verified");
        progress.finish("Packaged", &format!("{name} ({} KiB)", made.size.div_ceil(1024)));
        Ok((file, made, findings, report))
    };
    let outcomes = parallel(&plan.packages, workers, one);

    let mut failures = Vec::new();
    let mut packages = Vec::new();
    let mut reports = Vec::new();
    let mut told = Vec::new();
    for (package, outcome) in plan.packages.iter().zip(outcomes) {
        match outcome {
            Ok((file, made, findings, report)) => {
                let judged = allowances.judge(findings, true);
                if judged.count(Severity::Error) > 0 {
                    failures.push(Failure::of(Exit::Findings, judged.findings));
                    continue;
                }
                reports.extend(report);
                told.extend(judged.findings);
                output.add(file, &package.file_name);
                packages.push((package, made));
            }
            Err(failure) => failures.push(failure),
        }
    }
    if let Some(failure) = merge(failures) {
        return Err(failure);
    }
    console.diagnostics(&once(told));
    console.diagnostics(&allowances.unused());
    judge(&reports, &engine, console)?;
    let effort = gathered.compression_effort.value;
    let manifest = manifest(&plan, &staged, &engine, effort, &packages, &gathered.inputs.wix)?;
    made::describe(&manifest, &mut output)?;
    drop(folder);
    output.commit()?;
    Ok(Built { manifest, reports })
}

/// Says which engine it is, and why.
fn tell(engine: &Engine, console: &Console) {
    console.status("Engine", &engine.to_string());
    engine.candidates.iter().for_each(|candidate| console.detail(&candidate.to_string()));
    console.diagnostics(&engine.warnings());
}

/// Makes a package with the engine of the run.
pub(super) fn make(
    package: &Package,
    setting: &Setting<'_>,
    engine: &Engine,
) -> Outcome<(NamedTempFile, Vec<Diagnostic>)> {
    match (&engine.wix, engine.chosen) {
        (Some(wix), Kind::Wix) => with_wix::make(package, setting, wix),
        _ => package::make(package, setting),
    }
}

/// Makes it with the other engine, too, and compares; gives what that engine said besides.
fn check(
    package: &Package,
    setting: &Setting<'_>,
    engine: &Engine,
    made: &mut File,
) -> Outcome<(Report, Vec<Diagnostic>)> {
    let name = &package.file_name;
    match (&engine.wix, engine.chosen) {
        (Some(wix), Kind::Embedded) => {
            let (mut other, findings) = with_wix::make(package, setting, wix)?;
            Ok((compare(name, made, other.as_file_mut())?, findings))
        }
        _ => {
            let (mut other, findings) = package::make(package, setting)?;
            Ok((compare(name, other.as_file_mut(), made)?, findings))
        }
    }
}

/// Compares what the embedded engine and WiX made.
fn compare(name: &str, embedded: &mut File, wix: &mut File) -> Outcome<Report> {
    let read = |file: &mut File, by: &str| {
        Compared::read(file).map_err(|error| {
            let message = format!("`{name}`, made by {by}, cannot be read back: {error}");
            Failure::new(Exit::Findings, "cross_check::unreadable", message)
        })
    };
    Ok(cross_check::compare(name, &read(embedded, "the embedded engine")?, &read(wix, "WiX")?))
}

/// Fails where the engines disagree.
fn judge(reports: &[Report], engine: &Engine, console: &Console) -> Outcome {
    let Some(wix) = engine.wix.as_ref().filter(|_| !reports.is_empty()) else { return Ok(()) };
    for report in reports {
        for found in &report.allowed {
            let why = found.reason.unwrap_or_default();
            console.detail(&format!("{}: {} {} may differ: {why}", report.package, found.table, found.key));
        }
    }
    let findings: Vec<Diagnostic> = reports.iter().flat_map(Report::findings).collect();
    if findings.is_empty() {
        let names: Vec<&str> = reports.iter().map(|report| report.package.as_str()).collect();
        let kinds = cross_check::kinds(reports).join(", ");
        let said = format!("with WiX {}: the same but for {kinds}", wix.version);
        console.status("Compared", &format!("{said}: {}", names.join(", ")));
        return Ok(());
    }
    if console.json() {
        let wix = wix.version.to_string();
        console.result(&Checked { schema: "ancm-cross-check/1", wix, packages: reports });
    }
    Err(Failure::of(Exit::Findings, findings))
}

/// Does `one` for each package on `workers` threads; gives the outcomes in the packages' order. The last ones begin: they are
/// for ARM64, and have the most to prove, since all packages for other processors are older ones of theirs.
fn parallel<T: Send>(packages: &[Package], workers: usize, one: impl Fn(&Package) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Option<T>>> = packages.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = packages.len().checked_sub(next.fetch_add(1, Ordering::Relaxed) + 1);
                    let Some((package, slot)) = index.and_then(|i| packages.get(i).zip(done.get(i))) else {
                        break;
                    };
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
    first.diagnostics.extend(failures.flat_map(|failure| failure.diagnostics));
    first.diagnostics = once(first.diagnostics);
    Some(first)
}

/// Each finding once, and in how many packages it is where they are several.
fn once(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut found: Vec<(Diagnostic, usize)> = Vec::new();
    for finding in findings {
        match found.iter_mut().find(|(known, _)| *known == finding) {
            Some((_, packages)) => *packages += 1,
            None => found.push((finding, 1)),
        }
    }
    let said = |(mut finding, packages): (Diagnostic, usize)| {
        if packages > 1 {
            finding.message.push_str(&format!(" (in {packages} packages)"));
        }
        finding
    };
    found.into_iter().map(said).collect()
}
