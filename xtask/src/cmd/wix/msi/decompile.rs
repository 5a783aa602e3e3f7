//! `cargo xtask wix msi decompile`: a package as a source, with the switches of WiX's own command.

use super::super::extension;
use super::switches::{self, Took, Words};
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt;
use crate::output::{self, Output};
use crate::packaging::engine::timestamp;
use ancm_installer::diag::{Diagnostic, Severity};
use ancm_installer::msi;
use ancm_installer::wix::decompile::{self, Decompiled, Extensions, FileFacts, Layout, Options};
use ancm_installer::wix::{self, Request, paths, preprocess};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const COMMAND: &str = "decompile";

const HELP: &str = "\
Make a WiX v4 source of a Windows Installer package, and extract its files, so that it can be built again.

Usage: cargo xtask wix msi decompile [SWITCHES] PACKAGE.msi

  -o, -out FILE.wxs   the source [default: the package's name, .wxs, beside it]
  -x FOLDER           extract files, binaries and icons to this folder; the source is then built, and what differs from the
                      package is said, here and in the source. Without it, sources are named as `SourceDir\\...`
  -sct                leave out tables that Windows Installer does not know
  -sui                leave out dialogs and what they show
  -ext NAME|PATH      an extension that the package was built with: rows of its tables become its elements, and what comes of
                      its library is left to that
  -type msi           what the input is, where its name does not say
Taken and without effect here: -sdet (empty tables are kept), -sras (actions have numbers), -intermediateFolder FOLDER, -nologo,
-v";

/// Differences that are told in the source.
const MOST_TOLD: usize = 50;

#[derive(Debug, Default)]
struct Switches {
    package: PathBuf,
    output: PathBuf,
    /// The folder to extract to, as it was written.
    extract: Option<String>,
    options: Options,
    /// Extensions, as they were given, each with its name and where it is.
    extensions: Vec<(String, String, PathBuf)>,
}

impl Switches {
    /// The extensions that the source is built with.
    fn needed(&self, decompiled: &Decompiled) -> impl Iterator<Item = &(String, String, PathBuf)> {
        self.extensions.iter().filter(|(_, name, _)| decompiled.extensions.contains(name))
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    output: &'a Path,
    arch: String,
    extensions: &'a [String],
    cultures: &'a [String],
    extracted: usize,
    diagnostics: &'a [Diagnostic],
}

/// Runs `decompile`.
///
/// # Errors
/// Switches that are wrong, a package that cannot be read, an output that cannot be written.
pub fn run(arguments: &[OsString], console: &Console) -> Outcome {
    let Some(switches) = parse(arguments)? else {
        console.print(HELP);
        return Ok(());
    };
    interrupt::listen()?;
    let (mut package, ()) = switches::open(&switches.package, |_| Ok(()))?;
    let extensions = opened(&switches, &mut package)?;
    let (decompiled, mut findings, extracted) = match &switches.extract {
        None => {
            let layout = Layout::of(package.database(), None);
            let (database, files) = (package.database(), BTreeMap::new());
            let decompiled = decompile::decompile(database, &layout, &files, switches.options, &extensions);
            let findings = decompiled.lost.clone();
            (decompiled, findings, 0)
        }
        Some(folder) => extracted(&mut package, folder, &switches, &extensions)?,
    };
    findings.extend(decompiled.unlike.iter().cloned());
    let text = decompiled.source(&comment(&switches, &decompiled, &findings));
    let folder =
        switches.output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut output = Output::open(folder)?;
    output.add_text(&switches.output.file_name().unwrap_or_default().to_string_lossy(), &text)?;
    output.commit()?;
    console.diagnostics(&findings);
    if console.json() {
        console.result(&Answer {
            schema: "ancm-wix-decompile/1",
            output: &switches.output,
            arch: decompiled.arch.to_string(),
            extensions: &decompiled.extensions,
            cultures: &decompiled.cultures,
            extracted,
            diagnostics: &findings,
        });
    }
    Ok(())
}

/// The extensions that were named; the package's streams are hashed to be held against theirs.
fn opened(switches: &Switches, package: &mut msi::Package<File>) -> Outcome<Extensions> {
    if switches.extensions.is_empty() {
        return Ok(Extensions::default());
    }
    let named: Vec<(String, PathBuf)> =
        switches.extensions.iter().map(|(_, name, path)| (name.clone(), path.clone())).collect();
    Extensions::open(&named, decompile::streams(package))
        .map_err(|diagnostics| Failure::of(Exit::Input, diagnostics))
}

/// Extracts to `folder`, decompiles, and builds what came of it; gives what differs, and how many files were extracted.
fn extracted(
    package: &mut msi::Package<File>,
    folder: &str,
    switches: &Switches,
    extensions: &Extensions,
) -> Outcome<(Decompiled, Vec<Diagnostic>, usize)> {
    let target = paths::native(folder);
    let out = Output::open(&target)?;
    let stage = out.stage()?;
    let staged = stage.path().to_string_lossy().into_owned();
    let layout = Layout::of(package.database(), Some(&staged));
    let beside =
        switches.package.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unwritable = |error: &io::Error| output::failure("write to", &target, error);
    let mut written = Vec::new();
    let mut write = |path: &str, bytes: &mut dyn Read| -> io::Result<()> {
        let place = stage.path().join(path);
        fs::create_dir_all(place.parent().unwrap_or(stage.path()))?;
        io::copy(bytes, &mut File::create_new(&place)?)?;
        written.push(path.to_owned());
        interrupt::check().map_err(|_| io::ErrorKind::Interrupted.into())
    };
    let mut findings =
        decompile::extract(package, &layout, beside, &mut write).map_err(|error| unwritable(&error))?;
    let facts: BTreeMap<String, FileFacts> = layout
        .files()
        .iter()
        .map(|(key, path)| (key.clone(), FileFacts::read(&stage.path().join(path))))
        .collect();
    let database = package.database();
    let in_stage = decompile::decompile(database, &layout, &facts, switches.options, extensions);
    for (path, text) in &in_stage.texts {
        let place = stage.path().join(path);
        fs::create_dir_all(place.parent().unwrap_or(stage.path())).map_err(|error| unwritable(&error))?;
        fs::write(&place, text).map_err(|error| unwritable(&error))?;
        written.push(path.clone());
    }
    if findings.is_empty() && switches.options == Options::default() {
        findings = again(&in_stage, database, (&stage, switches)).map_err(|error| unwritable(&error))?;
    } else {
        findings.extend(in_stage.lost.iter().cloned());
    }
    // the same source, with the paths that it is to have
    let layout = Layout::of(database, Some(folder));
    let decompiled = decompile::decompile(database, &layout, &facts, switches.options, extensions);
    for path in &written {
        let place = target.join(path);
        fs::create_dir_all(place.parent().unwrap_or(&target)).map_err(|error| unwritable(&error))?;
        fs::rename(stage.path().join(path), &place)
            .map_err(|error| output::failure("write", &place, &error))?;
    }
    let count = written.len();
    drop(stage);
    out.commit()?;
    Ok((decompiled, findings, count))
}

/// Builds what was decompiled to the folder `stage`; gives what the package that comes of it has otherwise.
fn again(
    decompiled: &Decompiled,
    database: &msi::Database,
    (stage, switches): (&TempDir, &Switches),
) -> io::Result<Vec<Diagnostic>> {
    let source = stage.path().join("decompiled.wxs");
    fs::write(&source, decompiled.source(&[]))?;
    let request = Request {
        sources: vec![source],
        localizations: Vec::new(),
        libraries: Vec::new(),
        extension_libraries: switches.needed(decompiled).map(|(.., path)| path.clone()).collect(),
        extensions: decompiled.extensions.clone(),
        cultures: decompiled.cultures.clone(),
        preprocess: preprocess::Options {
            defines: BTreeMap::new(),
            include_paths: Vec::new(),
            environment: BTreeMap::new(),
            arch: decompiled.arch,
            current_dir: stage.path().to_owned(),
            timestamp: timestamp().unwrap_or_default(),
            compat: wix::Compat::default(),
        },
        bind_paths: Vec::new(),
        bind_variables: BTreeMap::new(),
        timestamp: timestamp().unwrap_or_default(),
        application: String::new(),
        compression: Default::default(),
        effort: Default::default(),
        threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        legacy_registry_guids: false,
    };
    let outcome = wix::build(&request);
    Ok(match outcome.output {
        Some(output) => decompile::differences(database, &output.database),
        None => {
            let errors = outcome.diagnostics.into_iter().filter(|found| found.severity == Severity::Error);
            let error = |found: Diagnostic| {
                let message = format!("the source does not compile: {}", found.message);
                Diagnostic::warning("wix::not_carried_over", message)
            };
            errors.map(error).collect()
        }
    })
}

/// What stands at the beginning of the source.
fn comment(switches: &Switches, decompiled: &Decompiled, findings: &[Diagnostic]) -> Vec<String> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let more = if switches.extract.is_some() { "" } else { " -b FOLDER" };
    let mut how = format!("-arch {}", decompiled.arch);
    switches.needed(decompiled).for_each(|(given, ..)| how.push_str(&format!(" -ext {given}")));
    decompiled.cultures.iter().for_each(|culture| how.push_str(&format!(" -culture {culture}")));
    let mut lines = vec![
        format!("Decompiled from {}.", name(&switches.package)),
        format!("Build it: cargo xtask wix build {how}{more} {}", name(&switches.output)),
    ];
    if switches.extract.is_none() {
        lines.push(
            "FOLDER has the files that are named SourceDir here; `-x FOLDER` would have extracted them."
                .to_owned(),
        );
    }
    if !findings.is_empty() {
        lines.push(String::new());
        lines.push("What is not as it was in the package:".to_owned());
        let told = findings.iter().take(MOST_TOLD).map(|found| format!("  {}", found.message));
        lines.extend(told.map(|line| line.replace(['\n', '\r'], " ")));
        if findings.len() > MOST_TOLD {
            lines.push(format!("  and {} more", findings.len() - MOST_TOLD));
        }
    }
    lines
}

/// The switches; none where help is asked for.
fn parse(arguments: &[OsString]) -> Outcome<Option<Switches>> {
    let mut switches = Switches::default();
    let mut kind: Option<String> = None;
    let words = switches::read(COMMAND, arguments, |name, value| {
        match name {
            "x" => switches.extract = Some(value()?),
            "sct" => switches.options.without_custom_tables = true,
            "sui" => switches.options.without_ui = true,
            "sdet" | "sras" => {}
            "ext" => {
                let given = value()?;
                let found = extension::find(&given)?;
                switches.extensions.push((given, found.name, found.path));
            }
            "type" => kind = Some(value()?),
            "data" => {
                let message = "`-data`: the embedded engine writes sources, and no data of WiX's own";
                return Err(switches::usage(COMMAND, message.to_owned()).help("leave it out"));
            }
            _ => return Ok(Took::Unknown),
        }
        Ok(Took::Own)
    })?;
    let Some(Words { package, output }) = words else { return Ok(None) };
    let ending = package.extension().map(|ending| ending.to_string_lossy().into_owned());
    let kind = kind.or(ending).unwrap_or_default().to_ascii_lowercase();
    if let "msm" | "mergemodule" | "module" | "mst" | "transform" | "msp" = kind.as_str() {
        let message = format!("the embedded engine decompiles packages, and no .{kind}");
        return Err(switches::usage(COMMAND, message).help("name an .msi file"));
    }
    switches.output = output.unwrap_or_else(|| package.with_extension("wxs"));
    switches.package = package;
    Ok(Some(switches))
}
