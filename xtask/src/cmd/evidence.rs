//! `cargo xtask dist evidence`: what a release says of itself, beside its packages.

use super::upgrade::{gate, sources};
use crate::console::{Console, counted};
use crate::environment;
use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt;
use crate::output::Output;
use crate::packaging::engine::timestamp;
use crate::packaging::made::{self, MANIFEST, SUMS};
use crate::workspace;
use ancm_installer::msi;
use ancm_installer::release::evidence::{Builder, Release, Subject};
use ancm_installer::release::sha256;
use ancm_installer::release::{self, Gate, PackageEntry};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Flags of `dist evidence`.
#[derive(Debug, Args)]
pub struct Flags {
    /// The folder of the packages [default: dist]
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Where the packages will be downloaded from; their names are put after it. Without it no manifests for winget are written
    #[arg(long, value_name = "ADDRESS")]
    pub url: Option<String>,
    /// What stands before the packages' own names in winget's identifiers [default: the publisher's letters and digits]
    #[arg(long, value_name = "PUBLISHER", requires = "url")]
    pub winget_id: Option<String>,
}

/// Writes the evidence.
///
/// # Errors
/// A package is not the one of the manifest, or something cannot be written.
pub fn run(flags: &Flags, console: &Console) -> Outcome {
    interrupt::listen()?;
    let root = workspace::root()?;
    let folder = flags.folder.clone().unwrap_or_else(|| root.join("dist"));
    let manifest = made::read(&folder)?;
    let gate = gate::open(&root, &workspace::known(&root, &manifest.product)?)?;
    let subjects: Outcome<Vec<Subject>> =
        manifest.packages.iter().map(|package| subject(&folder, package, &gate, console)).collect();
    let release = Release {
        manifest_sha256: sha256(&made::bytes(&folder, MANIFEST)?),
        subjects: subjects?,
        timestamp: timestamp()?,
        builder: builder(),
        url: flags.url.as_ref().map(|url| format!("{}/", url.trim_end_matches('/'))),
        winget_id: flags.winget_id.clone(),
        manifest,
    };
    let documents = release.documents().map_err(|findings| Failure::of(Exit::Usage, findings))?;
    let mut output = Output::open(&folder)?;
    let packages =
        release.manifest.packages.iter().map(|package| (package.file.clone(), package.sha256.clone()));
    let mut sums: BTreeMap<String, String> = packages.collect();
    sums.insert(MANIFEST.to_owned(), release.manifest_sha256.clone());
    for (name, text) in &documents {
        output.add_text(name, text)?;
        sums.insert(name.clone(), sha256(text.as_bytes()));
    }
    let lines = sums.iter().map(|(name, sha256)| (name.as_str(), sha256.as_str()));
    output.add_text(SUMS, &release::checksums(lines))?;
    output.commit()?;
    if flags.url.is_none() {
        console.status("Left out", "manifests for winget: `--url` says where the packages will be");
    }
    if console.json() {
        #[derive(Serialize)]
        struct Written {
            schema: &'static str,
            files: BTreeMap<String, String>,
        }
        console.result(&Written { schema: "ancm-evidence/1", files: sums });
    } else {
        documents.iter().for_each(|(name, _)| console.print(&folder.join(name).display().to_string()));
    }
    Ok(())
}

/// Reads a package, which must be the one of the manifest, and plays the upgrades to it.
fn subject(folder: &Path, entry: &PackageEntry, gate: &Gate, console: &Console) -> Outcome<Subject> {
    interrupt::check()?;
    let progress = console.progress(&entry.file, 1);
    let mut bytes = Vec::new();
    made::copy(folder, entry, &mut bytes)?;
    let (package, _) = sources::open(&entry.file, &mut Cursor::new(&bytes))?;
    let broken = |error: &dyn std::error::Error| {
        Failure::new(Exit::Input, "evidence::package", format!("`{}`: {error}", entry.file))
    };
    let mut msi = msi::Package::open(Cursor::new(&bytes)).map_err(|error| broken(&error))?;
    let signed = release::package_signature(Cursor::new(&bytes)).map_err(|error| broken(&error))?;
    let played = gate.play(&package);
    let subject = Subject::read(&mut msi, &package, played, signed).map_err(|error| broken(&error))?;
    let (files, upgrades) =
        (counted(subject.files.len(), "file"), counted(subject.upgrades.len(), "upgrade"));
    progress.finish("Read", &format!("{}: {files}, {upgrades}", entry.file));
    Ok(subject)
}

/// Who builds, as GitHub Actions and Azure Pipelines say it.
fn builder() -> Builder {
    let together =
        |parts: &[&str]| parts.iter().map(|part| environment::text(part)).collect::<Option<Vec<_>>>();
    if let Some(parts) = together(&["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"]) {
        let source = format!("{}/{}", parts[0], parts[1]);
        return Builder {
            id: environment::text("GITHUB_WORKFLOW_REF").map(|workflow| format!("{}/{workflow}", parts[0])),
            run: Some(format!("{source}/actions/runs/{}", parts[2])),
            source: Some(source),
            commit: environment::text("GITHUB_SHA"),
            reference: environment::text("GITHUB_REF"),
        };
    }
    let run = together(&["SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_BUILDID"]);
    let run = run.map(|parts| format!("{}{}/_build/results?buildId={}", parts[0], parts[1], parts[2]));
    Builder {
        id: run.as_ref().and_then(|_| environment::text("SYSTEM_COLLECTIONURI")),
        run,
        source: environment::text("BUILD_REPOSITORY_URI"),
        commit: environment::text("BUILD_SOURCEVERSION"),
        reference: environment::text("BUILD_SOURCEBRANCH"),
    }
}
