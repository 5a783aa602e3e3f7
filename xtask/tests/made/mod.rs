//! Packages made by our own program, as a user makes them, and what independent tools read in them.

use crate::support;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use xtask::console::{ColorChoice, Console, Verbosity};

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is below it")
}

/// `cargo xtask`, in the project's folder, untouched by the settings of whoever runs the tests.
pub fn xtask() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    for name in xtask::settings::names() {
        command.env_remove(xtask::settings::variable(&name));
    }
    if cfg!(windows) {
        // a WiX that is there would be taken, and what it makes differs from build to build
        command.env("ANCM_ENGINE", "embedded");
    }
    // what a pipeline says of a tag, which nothing unsigned is made for
    for name in ["GITHUB_REF_TYPE", "BUILD_SOURCEBRANCH", "CI_COMMIT_TAG"] {
        command.env_remove(name);
    }
    command.env_remove("SOURCE_DATE_EPOCH").env_remove("CLICOLOR_FORCE").current_dir(root());
    command
}

/// What a program said on standard error.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What `cargo xtask wix` with these words is refused with: message and help.
pub fn refused(words: &[&str]) -> String {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let console = Console::new(Verbosity::Quiet, ColorChoice::Never, false);
    let failure = xtask::cmd::wix::run(&words, &console).expect_err("refused");
    let first = &failure.diagnostics[0];
    format!("{} | {}", first.message, first.help.as_deref().unwrap_or(""))
}

/// `cargo xtask dist` into a fresh folder.
pub fn dist(arguments: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output =
        xtask().arg("dist").args(arguments).arg("--out").arg(folder.path()).output().expect("it starts");
    assert!(output.status.success(), "dist {arguments:?}: {}\n{}", output.status, said(&output));
    folder
}

/// Bytes that take their time to compress, and do not become fewer.
pub fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

/// The names and contents of all files in a folder and below it, hidden ones too, with `/` between names.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display())) {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below it").to_string_lossy().replace('\\', "/");
                files.insert(name, std::fs::read(&path).expect("readable"));
            }
        }
    }
    files
}

/// The packages in a folder, by name.
pub fn packages(folder: &Path) -> Vec<PathBuf> {
    let names = files(folder).into_keys().filter(|name| name.ends_with(".msi"));
    names.map(|name| folder.join(name)).collect()
}

/// The package of a folder whose name begins with `BASE_ARCH_`.
pub fn package(folder: &Path, base: &str, arch: &str) -> PathBuf {
    let begin = format!("{base}_{arch}_");
    let is_it = |path: &PathBuf| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&begin));
    packages(folder).into_iter().find(is_it).unwrap_or_else(|| panic!("no {begin}*.msi in {folder:?}"))
}

/// The tables of a package as msitools read them, through `tests/judges/msi-tables.py`; prints why and gives nothing
/// where they cannot be read.
pub struct Tables(Value);

impl Tables {
    pub fn read(package: &Path) -> Option<Tables> {
        support::tool("msiinfo")?;
        let json = support::run(support::judge("msi-tables.py")?.arg(package));
        Some(Tables(serde_json::from_slice(&json).expect("JSON")))
    }

    /// A field of the summary information, in msiinfo's words.
    pub fn summary(&self, name: &str) -> &str {
        self.0["summary"][name].as_str().unwrap_or_else(|| panic!("no `{name}` in {}", self.0["summary"]))
    }

    /// The rows of a table, each as a map from column to text.
    pub fn rows(&self, table: &str) -> Vec<BTreeMap<&str, &str>> {
        let list = |what: &str| self.0["tables"][table][what].as_array().expect("such a table");
        let columns: Vec<&str> =
            list("columns").iter().filter_map(|column| column.as_str()?.split(' ').next()).collect();
        list("rows")
            .iter()
            .map(|row| {
                let cells = row.as_array().expect("cells").iter().map(|cell| cell.as_str().unwrap_or(""));
                columns.iter().copied().zip(cells).collect()
            })
            .collect()
    }

    pub fn property(&self, name: &str) -> String {
        let rows = self.rows("Property");
        let row = rows.iter().find(|row| row["Property"] == name);
        row.unwrap_or_else(|| panic!("no property {name}"))["Value"].to_owned()
    }

    /// The key of each file, and the path that it is installed to: `[Root]\Folder\Name`.
    pub fn paths(&self) -> BTreeMap<String, String> {
        let (directories, components) = (self.rows("Directory"), self.rows("Component"));
        let folder = |key: &str| {
            let mut key = key;
            let mut names: Vec<&str> = Vec::new();
            loop {
                let row = directories.iter().find(|row| row["Directory"] == key).expect("a directory");
                let target = row["DefaultDir"].split(':').next().unwrap_or("");
                match row["Directory_Parent"] {
                    "TARGETDIR" if target == "." || target == "SourceDir" || key.ends_with("Folder") => {
                        names.insert(0, ""); // for the separator before the file's name
                        names.reverse();
                        return format!("[{key}]{}", names.join("\\"));
                    }
                    parent => {
                        if target != "." {
                            names.push(target.rsplit('|').next().unwrap_or(target));
                        }
                        key = parent;
                    }
                }
            }
        };
        self.rows("File")
            .iter()
            .map(|file| {
                let component = components.iter().find(|row| row["Component"] == file["Component_"]);
                let folder = folder(component.expect("a component")["Directory_"]);
                let name = file["FileName"].rsplit('|').next().unwrap_or("");
                (file["File"].to_owned(), format!("{folder}{name}"))
            })
            .collect()
    }

    /// The files of a package's cabinet, by key, as cabextract unpacks them.
    pub fn contents(&self, package: &Path) -> Option<BTreeMap<String, Vec<u8>>> {
        let cabextract = support::tool("cabextract")?;
        let msiinfo = support::tool("msiinfo")?;
        let media = self.rows("Media");
        let [media] = media.as_slice() else { panic!("one cabinet expected") };
        let stream = media["Cabinet"].strip_prefix('#').expect("embedded");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cabinet = support::run(Command::new(msiinfo).arg("extract").arg(package).arg(stream));
        let path = folder.path().join("one.cab");
        std::fs::write(&path, cabinet).expect("writable");
        support::run(
            Command::new(&cabextract)
                .args(["--quiet", "--directory"])
                .arg(folder.path().join("all"))
                .arg(&path),
        );
        Some(files(&folder.path().join("all")))
    }
}
