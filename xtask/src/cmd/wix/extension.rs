//! Extensions: where `-ext` finds them, and `wix extension`, which keeps them there.

use super::nuget_config;
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Output};
use crate::payload::fetch;
use ancm_installer::id::hexadecimal;
use ancm_installer::wix::ExtensionPackage;
use ancm_installer::wix::paths::native;
use serde::Serialize;
use sha2::{Digest, Sha512};
use std::cmp::Ordering;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// `wix extension -h`.
pub const HELP: &str = "\
Keep extensions of WiX for `wix build -ext NAME`, in `.wix/extensions` of the project or the user.

Usage: cargo xtask wix extension add [-g] [-source FOLDER|URL] NAME[/VERSION] | FILE.nupkg
       cargo xtask wix extension list [-g]
       cargo xtask wix extension remove [-g] NAME[/VERSION]

  -g, -global            the user's extensions, and not those of the project
  -source FOLDER|URL     where packages are: a folder, or a feed of NuGet (https://api.nuget.org/v3/index.json)
                         [default: the variable WIX_EXTENSION_SOURCE, else the sources in NuGet.Config]
Nothing is fetched but by `add`. The hash of each package is kept beside it.";

/// An extension that was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name, as `WixToolset.Util.wixext`.
    pub name: String,
    /// The file or folder with it.
    pub path: PathBuf,
}

fn usage(message: String) -> Failure {
    Failure::new(Exit::Usage, "wix::switch", message)
        .help("`cargo xtask wix extension -h` lists the switches")
}

/// Where extensions are kept: of the project in the current folder, and of the user.
fn project() -> PathBuf {
    PathBuf::from(".wix").join("extensions")
}

fn user() -> Option<PathBuf> {
    let home = ["WIX_EXTENSIONS", "USERPROFILE", "HOME"].into_iter().find_map(std::env::var_os);
    home.filter(|home| !home.is_empty()).map(|home| PathBuf::from(home).join(".wix").join("extensions"))
}

/// Where WiX's installer keeps them for everybody.
fn machine() -> impl Iterator<Item = PathBuf> {
    let folders = ["CommonProgramW6432", "CommonProgramFiles", "CommonProgramFiles(x86)"];
    let folders = folders.into_iter().filter_map(std::env::var_os).filter(|folder| !folder.is_empty());
    folders.map(|folder| PathBuf::from(folder).join("WixToolset").join("extensions"))
}

/// The extension that the value of `-ext` means: a path, or NAME[/VERSION] where extensions are kept.
///
/// # Errors
/// WIX0144 if there is none.
pub fn find(value: &str) -> Outcome<Found> {
    let path = native(value);
    if path.exists() {
        return Ok(Found { name: name_of(value), path });
    }
    let (name, version) = split(value);
    let mut looked = vec![path];
    for root in [Some(project()), user()].into_iter().flatten().chain(machine()) {
        match kept(&root, name)
            .into_iter()
            .rfind(|kept| version.is_none_or(|v| v.eq_ignore_ascii_case(&kept.version)))
        {
            Some(kept) => return Ok(Found { name: kept.name, path: kept.folder }),
            None => looked.push(root.join(name).join(version.unwrap_or_default())),
        }
    }
    let looked: Vec<String> = looked.iter().map(|path| format!("`{}`", path.display())).collect();
    let message = format!("the extension `{value}` is not there; looked for {}", looked.join(", "));
    let help = format!("`cargo xtask wix extension add {value}` gets it; or name its .nupkg, folder or DLL");
    Err(Failure::new(Exit::Usage, "WIX0144", message).help(help))
}

/// NAME and VERSION.
fn split(value: &str) -> (&str, Option<&str>) {
    match value.split_once('/') {
        Some((name, version)) => (name, Some(version)),
        None => (value, None),
    }
}

/// The name of the extension that a file or folder is, which ends in `.wixext`.
fn name_of(value: &str) -> String {
    let file = value.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(value);
    const ENDING: &str = ".wixext";
    match file.to_ascii_lowercase().find(ENDING) {
        Some(at) => file[..at + ENDING.len()].to_owned(),
        None => file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned(),
    }
}

/// An extension that is kept.
#[derive(Debug, Serialize)]
struct Kept {
    name: String,
    version: String,
    folder: PathBuf,
}

/// The extensions below `root` that are called `name`, whatever its case, the newest last; all of them without a name.
fn kept(root: &Path, name: &str) -> Vec<Kept> {
    let folders = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.filter(|entry| entry.path().is_dir());
        names.filter_map(|entry| entry.file_name().into_string().ok()).collect::<Vec<String>>()
    };
    let mut all = Vec::new();
    for own in folders(root).into_iter().filter(|own| name.is_empty() || own.eq_ignore_ascii_case(name)) {
        for version in folders(&root.join(&own)) {
            let folder = root.join(&own).join(&version);
            all.push(Kept { name: own.clone(), version, folder });
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| by_version(&a.version, &b.version)));
    all
}

/// Versions by their numbers; what has a label after `-` is older than what has none.
fn by_version(a: &str, b: &str) -> Ordering {
    let parts = |version: &str| {
        let version = version.split('+').next().unwrap_or_default().to_owned();
        let (numbers, label) = match version.split_once('-') {
            Some((numbers, label)) => (numbers.to_owned(), Some(label.to_owned())),
            None => (version, None),
        };
        let mut numbers: Vec<u64> = numbers.split('.').map(|part| part.parse().unwrap_or(0)).collect();
        numbers.resize(4.max(numbers.len()), 0);
        (numbers, label.is_none(), label)
    };
    parts(a).cmp(&parts(b))
}

/// Runs `wix extension`.
///
/// # Errors
/// Switches that are wrong, packages that are not there or are none, folders that cannot be written.
pub fn run(arguments: &[OsString], console: &Console) -> Outcome {
    let mut words = Vec::new();
    let (mut global, mut source) = (false, None);
    let mut left = arguments.iter().map(|word| word.to_string_lossy().into_owned());
    while let Some(word) = left.next() {
        match word.to_ascii_lowercase().as_str() {
            "-h" | "-?" | "-help" | "--help" => {
                console.print(HELP);
                return Ok(());
            }
            "-g" | "-global" | "--global" => global = true,
            "-s" | "-source" | "--source" => {
                source = Some(left.next().ok_or_else(|| usage(format!("`{word}` needs a value")))?);
            }
            other if other.starts_with('-') => return Err(usage(format!("unknown switch `{word}`"))),
            _ => words.push(word),
        }
    }
    let root = match global {
        true => {
            user().ok_or_else(|| usage("there is no home folder for the user's extensions".to_owned()))?
        }
        false => project(),
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => {
            console.print(HELP);
            Ok(())
        }
        ["list"] => list(&root, console),
        ["remove", name] => remove(&root, name, console),
        ["add", value] => add(&root, value, source, console),
        ["add" | "remove"] => Err(usage(format!("`wix extension {}` needs a name", words[0]))),
        _ => Err(usage(format!("`wix extension {}` is no command", words.join(" ")))),
    }
}

#[derive(Serialize)]
struct Listed {
    schema: &'static str,
    extensions: Vec<Kept>,
}

fn list(root: &Path, console: &Console) -> Outcome {
    let extensions = kept(root, "");
    if console.json() {
        console.result(&Listed { schema: "ancm-wix-extensions/1", extensions });
    } else {
        extensions.iter().for_each(|kept| console.print(&format!("{} {}", kept.name, kept.version)));
    }
    Ok(())
}

fn remove(root: &Path, value: &str, console: &Console) -> Outcome {
    let (name, version) = split(value);
    let mut found = kept(root, name);
    found.retain(|kept| !name.is_empty() && version.is_none_or(|v| v.eq_ignore_ascii_case(&kept.version)));
    if found.is_empty() {
        let message = format!("the extension `{value}` is not in `{}`", root.display());
        let help = "`cargo xtask wix extension list` says what is; `-g` is for the user's";
        return Err(Failure::new(Exit::Usage, "WIX0144", message).help(help));
    }
    for kept in found {
        let gone = fs::remove_dir_all(&kept.folder);
        gone.map_err(|error| output::failure("remove", &kept.folder, &error))?;
        // the folder of the name stays while another version is there
        let _ = kept.folder.parent().map(fs::remove_dir);
        console.status("Removed", &format!("{} {}", kept.name, kept.version));
    }
    Ok(())
}

fn add(root: &Path, value: &str, source: Option<String>, console: &Console) -> Outcome {
    let path = native(value);
    let (bytes, from) = match path.is_file() {
        true => (read(&path)?, path.display().to_string()),
        false => {
            let named = source.or_else(|| std::env::var("WIX_EXTENSION_SOURCE").ok());
            let sources = match named {
                Some(source) => vec![source],
                None => nuget_config::sources(&std::env::current_dir().unwrap_or_default())?,
            };
            from_sources(&sources, value)?
        }
    };
    let hash = hexadecimal(Sha512::digest(&bytes));
    let broken = |problem: &dyn std::fmt::Display| {
        let message = format!("`{from}` is no extension that can be added: {problem}");
        Failure::new(Exit::Usage, "wix::extension", message)
            .help("give the .nupkg of an extension of WiX 4 or newer")
    };
    let package = ExtensionPackage::read(bytes).map_err(|error| broken(&error))?;
    let (wanted, version) = split(value);
    let is_other = !path.is_file()
        && (!package.id.eq_ignore_ascii_case(wanted)
            || version.is_some_and(|v| !v.eq_ignore_ascii_case(&package.version)));
    if is_other {
        return Err(broken(&format!("it is `{}/{}`, and not `{value}`", package.id, package.version)));
    }
    let folder = root.join(&package.id).join(&package.version);
    let mut output = Output::open(&folder)?;
    for (name, bytes) in &package.files {
        let mut file = output.create()?;
        file.write_all(bytes).map_err(|error| output::failure("write", &folder.join(name), &error))?;
        output.add(file, name);
    }
    output.add_text(&format!("{}.{}.nupkg.sha512", package.id, package.version), &hash)?;
    output.commit()?;
    console.status("Added", &format!("{} {} from {from}, SHA-512 {hash}", package.id, package.version));
    Ok(())
}

/// The package that `value` means, of the first of `sources` that has it; else what the last one said.
fn from_sources(sources: &[String], value: &str) -> Outcome<(Vec<u8>, String)> {
    let (name, version) = split(value);
    let message = format!("`{value}` is no file, and nothing says where packages are");
    let mut failure = usage(message).help(
        "name a folder or a feed, `-source https://api.nuget.org/v3/index.json`, or add it to NuGet.Config",
    );
    for source in sources {
        let found = match source.starts_with("https://") || source.starts_with("http://") {
            true => from_feed(source, name, version),
            false => from_folder(&native(source), name, version),
        };
        match found {
            Ok(found) => return Ok(found),
            Err(problem) => failure = problem,
        }
    }
    Err(failure)
}

/// The most bytes of a package.
const MOST: u64 = 512 << 20;

fn read(path: &Path) -> Outcome<Vec<u8>> {
    let facts = fs::metadata(path).map_err(|error| output::failure("read", path, &error))?;
    if facts.len() > MOST {
        return Err(usage(format!(
            "`{}` is larger than {MOST} bytes, the most of a package",
            path.display()
        )));
    }
    fs::read(path).map_err(|error| output::failure("read", path, &error))
}

fn missing(name: &str, version: Option<&str>, source: &str) -> Failure {
    let version = version.map(|version| format!(" {version}")).unwrap_or_default();
    let message = format!("there is no package `{name}`{version} in `{source}`");
    Failure::new(Exit::Usage, "wix::extension", message).help("check the name, the version, and `-source`")
}

/// The package `name` in a folder of packages.
fn from_folder(folder: &Path, name: &str, version: Option<&str>) -> Outcome<(Vec<u8>, String)> {
    let entries = fs::read_dir(folder).map_err(|error| output::failure("read", folder, &error))?;
    let prefix = format!("{}.", name.to_ascii_lowercase());
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let file =
            path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        let own = file.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".nupkg"));
        if let Some(own) = own.filter(|own| own.starts_with(|first: char| first.is_ascii_digit()))
            && version.is_none_or(|version| version.eq_ignore_ascii_case(own))
        {
            found.push((own.to_owned(), path.clone()));
        }
    }
    found.sort_by(|a, b| by_version(&a.0, &b.0));
    let (_, path) = found.pop().ok_or_else(|| missing(name, version, &folder.display().to_string()))?;
    Ok((read(&path)?, path.display().to_string()))
}

/// The package `name` of a feed of NuGet (<https://learn.microsoft.com/nuget/api/package-base-address-resource>).
fn from_feed(source: &str, name: &str, version: Option<&str>) -> Outcome<(Vec<u8>, String)> {
    let is_name =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte));
    if !is_name(name) || !version.is_none_or(is_name) || name.is_empty() {
        return Err(usage(format!("`{name}` is no name of a package")));
    }
    let broken = || {
        let message = format!("`{source}` does not answer as a feed of NuGet");
        Failure::new(Exit::Usage, "wix::extension", message)
            .help("name its index, as https://api.nuget.org/v3/index.json")
    };
    let json = |url: &str| -> Outcome<serde_json::Value> {
        serde_json::from_slice(&fetch::bytes(url, 16 << 20)?).map_err(|_| broken())
    };
    let index = json(source)?;
    let resources = index["resources"].as_array().ok_or_else(broken)?;
    let base = resources.iter().find(|one| one["@type"].as_str() == Some("PackageBaseAddress/3.0.0"));
    let base = base.and_then(|one| one["@id"].as_str()).ok_or_else(broken)?.trim_end_matches('/');
    let id = name.to_ascii_lowercase();
    let version = match version {
        Some(version) => version.to_ascii_lowercase(),
        None => {
            let versions = json(&format!("{base}/{id}/index.json"))?;
            let versions = versions["versions"].as_array().ok_or_else(broken)?;
            let mut versions: Vec<&str> = versions.iter().filter_map(|version| version.as_str()).collect();
            versions.sort_by(|a, b| by_version(a, b));
            // the newest that is ready, if there is one
            let ready = versions.iter().rfind(|version| !version.contains('-')).or(versions.last());
            ready.map(|version| (*version).to_owned()).ok_or_else(|| missing(name, None, source))?
        }
    };
    let url = format!("{base}/{id}/{version}/{id}.{version}.nupkg");
    Ok((fetch::bytes(&url, MOST)?, url))
}
