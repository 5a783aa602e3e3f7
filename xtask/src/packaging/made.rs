//! A folder of packages that are made: written, read back, and held against its own manifest.

use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Output};
use ancm_installer::id::{UpgradeCode, hexadecimal};
use ancm_installer::release::{Manifest, PackageEntry};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// The manifest's file.
pub const MANIFEST: &str = "manifest.json";
/// The checksums' file, which is written last.
pub const SUMS: &str = "SHA256SUMS";

/// Bytes of the longest text that is read. A manifest has some 10 thousand.
const MOST: u64 = 16 << 20;

/// Lets the manifest and the checksums wait in `output`.
///
/// # Errors
/// They cannot be written.
pub fn describe(manifest: &Manifest, output: &mut Output) -> Outcome {
    let text =
        serde_json::to_string_pretty(manifest).expect("our types have string keys and no failing parts");
    output.add_text(MANIFEST, &format!("{text}\n"))?;
    output.add_text(SUMS, &manifest.checksums())
}

/// Fails where `folder` has packages of another product, or of another family: its manifest and checksums would be lost.
///
/// # Errors
/// It has.
pub fn is_free_for(folder: &Path, product: &str, of_family: impl Fn(UpgradeCode) -> bool) -> Outcome {
    #[derive(serde::Deserialize)]
    struct Of {
        product: String,
        packages: Vec<Package>,
    }
    #[derive(serde::Deserialize)]
    struct Package {
        file: String,
        upgrade_code: UpgradeCode,
    }
    let path = folder.join(MANIFEST);
    let mut text = String::new();
    let read = File::open(&path).and_then(|file| file.take(MOST).read_to_string(&mut text));
    match read.ok().and_then(|_| serde_json::from_str::<Of>(&text).ok()) {
        Some(of) if of.product != product => {
            let message = format!(
                "`{}` is of packages of `{}`, and those of `{product}` would take its place",
                path.display(),
                of.product
            );
            Err(Failure::new(Exit::Output, "made::other_product", message)
                .help("name a folder for each product with `--out`"))
        }
        Some(of) => match of.packages.iter().find(|package| !of_family(package.upgrade_code)) {
            Some(package) => {
                let message = format!(
                    "`{}` is of `{}`, which this run does not make, and would be lost",
                    path.display(),
                    package.file
                );
                Err(Failure::new(Exit::Output, "made::other_packages", message)
                    .help("name a folder with `--out` for packages, and another one for patches"))
            }
            None => Ok(()),
        },
        None => Ok(()),
    }
}

/// The manifest of the packages in `folder`, whose checksums say the same.
///
/// # Errors
/// There is none, it is of another form, or the run that wrote it did not come to its end.
pub fn read(folder: &Path) -> Outcome<Manifest> {
    let shown = folder.display();
    let unreadable = |what: String| Failure::new(Exit::Input, "made::unreadable", what);
    let text = |name: &str| -> Outcome<Option<String>> {
        let path = folder.join(name);
        let mut text = String::new();
        let read = File::open(&path).and_then(|file| file.take(MOST).read_to_string(&mut text));
        match read {
            Ok(_) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(format!("cannot read `{}`: {error}", path.display()))),
        }
    };
    if !folder.is_dir() {
        return Err(unreadable(format!("`{shown}` is no folder"))
            .help("name the folder that `dist` or `patch` wrote into"));
    }
    let interrupted = |what: String| {
        Failure::new(Exit::Input, "made::interrupted", what)
            .help("the run that made it, or the copy of it, did not come to its end: make it again")
    };
    let Some(manifest) = text(MANIFEST)? else {
        return Err(interrupted(format!("`{shown}` has no `{MANIFEST}`")));
    };
    let manifest: Manifest = serde_json::from_str(&manifest).map_err(|error| {
        let path = folder.join(MANIFEST);
        let message = format!("`{}:{}:{}`: {error}", path.display(), error.line(), error.column());
        Failure::new(Exit::Input, "made::manifest", message)
            .help("it must be as this version of the program writes it: see docs/manifest.schema.json")
    })?;
    let Some(sums) = text(SUMS)? else {
        return Err(interrupted(format!("`{shown}` has no `{SUMS}`, which is written last")));
    };
    let lacks = |line: &&str| !sums.lines().any(|sum| sum == *line);
    if let Some(line) = manifest.checksums().lines().find(lacks) {
        return Err(interrupted(format!(
            "the `{SUMS}` of `{shown}` does not have `{line}`, as its manifest has"
        )));
    }
    Ok(manifest)
}

/// The bytes of the file `name` in `folder`, where it is no longer than a text that somebody reads.
///
/// # Errors
/// It cannot be read.
pub fn bytes(folder: &Path, name: &str) -> Outcome<Vec<u8>> {
    let path = folder.join(name);
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(MOST).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", path.display());
        Failure::new(Exit::Input, "made::unreadable", message)
    })
}

/// The files of a folder's checksums, by name, with their hashes.
///
/// # Errors
/// They cannot be read, or a line is of another form.
pub fn sums(folder: &Path) -> Outcome<BTreeMap<String, String>> {
    let text = String::from_utf8_lossy(&bytes(folder, SUMS)?).into_owned();
    let row = |(number, line): (usize, &str)| {
        let parts = line.split_once("  ").filter(|(hash, name)| {
            hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) && is_below(name)
        });
        parts.map(|(hash, name)| (name.to_owned(), hash.to_owned())).ok_or_else(|| {
            let message =
                format!("`{}:{}`: `{}`", folder.join(SUMS).display(), number + 1, line.escape_debug());
            Failure::new(Exit::Input, "made::sums", message)
                .help("expected 64 hexadecimal digits, two blanks, and the name of a file beside it")
        })
    };
    text.lines().enumerate().map(row).collect()
}

/// Whether a name leads to a file in the same folder or below it.
fn is_below(name: &str) -> bool {
    let good = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']);
    name.split('/').all(good)
}

fn changed(path: &Path, what: &str) -> Failure {
    Failure::new(Exit::Input, "made::changed", format!("`{}` {what}", path.display()))
        .help("what was copied is not what was made: copy it again, or make it again")
}

/// Holds the file `name` in `folder` against the `hash` of the checksums.
///
/// # Errors
/// It is another one, or not there.
pub fn hash(folder: &Path, name: &str, hash: &str) -> Outcome {
    let path = folder.join(name);
    let changed = |what: String| changed(&path, &what);
    let mut sha256 = Sha256::new();
    let read = File::open(&path).and_then(|mut file| io::copy(&mut file, &mut sha256));
    read.map_err(|error| changed(format!("cannot be read: {error}")))?;
    let found = hexadecimal(sha256.finalize());
    if found != hash {
        return Err(changed(format!("has SHA-256 {found}, and `{SUMS}` says {hash}")));
    }
    Ok(())
}

/// Copies the package `entry` from `folder` into `to`.
///
/// # Errors
/// It is not there, or not the file that the manifest tells of.
pub fn copy(folder: &Path, entry: &PackageEntry, to: &mut impl Write) -> Outcome {
    let name = &entry.file;
    if !is_below(name) || name.contains('/') {
        let message =
            format!("the manifest of `{}` names a package `{}`", folder.display(), name.escape_debug());
        return Err(
            Failure::new(Exit::Input, "made::name", message).help("a package lies beside its manifest")
        );
    }
    let path = folder.join(name);
    let changed = |what: String| changed(&path, &what);
    let mut file = File::open(&path).map_err(|error| changed(format!("cannot be read: {error}")))?;
    let size = file.metadata().map_err(|error| changed(format!("cannot be read: {error}")))?.len();
    if size != entry.size {
        return Err(changed(format!("has {size} bytes, and its manifest says {}", entry.size)));
    }
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer).map_err(|error| changed(format!("cannot be read: {error}")))?;
        if count == 0 {
            break;
        }
        hash.update(&buffer[..count]);
        to.write_all(&buffer[..count]).map_err(|error| output::failure("copy", &path, &error))?;
    }
    let sha256 = hexadecimal(hash.finalize());
    if sha256 != entry.sha256 {
        return Err(changed(format!("has SHA-256 {sha256}, and its manifest says {}", entry.sha256)));
    }
    Ok(())
}
