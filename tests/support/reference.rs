//! The collections of sources in `tests/data` that WiX itself compiled: what it made of each, and what it found.

use ancm_installer::diag::{Diagnostic, Location};
use ancm_installer::id::Arch;
use ancm_installer::wix::{BindPath, Compat, Outcome, Request, build, preprocess};
use serde_json::Value;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

/// How many threads read files.
pub const THREADS: NonZeroUsize = NonZeroUsize::new(2).expect("not zero");

/// Files that are too large to be kept: one line, again and again, as `tests/data/README.md` says.
static LARGE: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("big")).expect("room");
    for number in 1..=3 {
        let mut bytes =
            format!("block {number} of the splitting case\n").repeat(700_000 / 30 + 1).into_bytes();
        bytes.truncate(700_000);
        std::fs::write(folder.path().join(format!("big/block-{number}.bin")), bytes).expect("room");
    }
    folder
});

/// One collection.
pub struct Reference {
    /// The folder's name.
    pub name: &'static str,
    folder: PathBuf,
}

/// All of them.
pub fn all() -> [Reference; 2] {
    ["wix", "wix-core"].map(of)
}

/// The one in the folder `name` of `tests/data`.
pub fn of(name: &'static str) -> Reference {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    Reference { name, folder }
}

impl Reference {
    /// A file or folder of it.
    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.join(below)
    }

    /// The names of the sources in `folder` (`cases`, `errors`), sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).expect("readable");
        let paths = entries.map(|entry| entry.expect("readable").path());
        let mut names: Vec<String> = paths
            .filter(|path| path.extension().is_some_and(|extension| extension == "wxs"))
            .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// What `expected/NAME.json`, or another folder's, has.
    pub fn expected(&self, folder: &str, name: &str) -> Option<Value> {
        let text = std::fs::read_to_string(self.path(folder).join(name).with_extension("json")).ok()?;
        Some(serde_json::from_str(&text).expect("JSON"))
    }

    /// `case`, `line severity code` of each row of `expected/LIST.tsv`.
    pub fn findings(&self, list: &str) -> BTreeMap<String, Vec<String>> {
        let text = std::fs::read_to_string(self.path("expected").join(list)).expect("readable");
        let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in text.lines().skip(1) {
            let [case, _, _, line, severity, code] = *row.split('\t').collect::<Vec<_>>() else {
                panic!("{list}: `{row}`")
            };
            let findings = cases.entry(case.to_owned()).or_default();
            if severity != "none" {
                findings.push(format!("{line} {severity} {code}"));
            }
        }
        // A finding once for each line.
        cases.values_mut().for_each(|findings| {
            findings.sort();
            findings.dedup();
        });
        cases
    }

    /// `wix build -arch x64 NAME.wxs -b ../payload` in `folder`, with what NAME.args replaces or adds.
    pub fn request(&self, folder: &str, name: &str, compat: Compat) -> Request {
        let folder = self.path(folder);
        let mut request = request(folder.join(name).with_extension("wxs"), &self.path("payload"));
        request.preprocess.compat = compat;
        if name == "files-in-directory-relative-bindpath" {
            // Here it matters how the folder was named.
            request.bind_paths.insert(0, BindPath { name: None, folder: "../payload".into() });
        }
        if name == "mediatemplate-split-large" {
            request.bind_paths.push(BindPath { name: None, folder: LARGE.path().to_owned() });
        }
        let args = std::fs::read_to_string(folder.join(name).with_extension("args")).unwrap_or_default();
        let mut args = args.split_whitespace();
        while let Some(switch) = args.next() {
            let value = args.next().expect("a value for each switch");
            let (left, right) = value.split_once('=').unwrap_or((value, ""));
            let pair = (left.to_owned(), right.to_owned());
            match switch {
                "-arch" => request.preprocess.arch = value.parse().expect("a processor"),
                "-b" => {
                    let folder = folder.join("..").join(&pair.1);
                    request.bind_paths.push(BindPath { name: Some(pair.0), folder });
                }
                "-bv" => request.bind_variables.extend([pair]),
                "-culture" => request.cultures.push(value.to_owned()),
                "-d" => request.preprocess.defines.extend([pair]),
                "-ext" => request.extensions.push(value.to_owned()),
                "-loc" => request.localizations.push(folder.join(value)),
                other => panic!("{name}.args: {other}"),
            }
        }
        request
    }

    /// Builds `NAME.wxs` of `folder`.
    pub fn build(&self, folder: &str, name: &str, compat: Compat) -> Outcome {
        build(&self.request(folder, name, compat))
    }
}

/// `wix build -arch x64 SOURCE -b PAYLOAD`.
pub fn request(source: PathBuf, payload: &Path) -> Request {
    Request {
        preprocess: preprocess::Options {
            defines: BTreeMap::new(),
            include_paths: Vec::new(),
            environment: BTreeMap::new(),
            arch: Arch::X64,
            current_dir: source.parent().map(Path::to_owned).unwrap_or_default(),
            timestamp: 1_700_000_000,
            compat: Compat::default(),
        },
        sources: vec![source],
        libraries: Vec::new(),
        extension_libraries: Vec::new(),
        extensions: Vec::new(),
        localizations: Vec::new(),
        cultures: Vec::new(),
        bind_paths: vec![BindPath { name: None, folder: payload.to_owned() }],
        bind_variables: BTreeMap::new(),
        timestamp: 1_700_000_000,
        application: "WiX Toolset (6.0.2.0)".to_owned(),
        compression: Default::default(),
        effort: Default::default(),
        threads: THREADS,
        legacy_registry_guids: false,
    }
}

/// Findings with two places: WiX tells two of them, the first at the place that we call related.
const PAIRS: [(&str, &str); 6] = [
    ("WIX0089", "WIX0090"),
    ("WIX0091", "WIX0092"),
    ("WIX0177", "WIX0178"),
    ("WIX0367", "WIX0368"),
    ("WIX1008", "WIX1052"),
    ("WIX7009", "WIX0092"),
];

/// `line severity code`, one for each finding as WiX tells it, sorted: WiX and we go through a source in different
/// orders. A place in what we bring along has no line.
pub fn listed(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut list = Vec::new();
    let line = |at: &Location| match &*at.file {
        "<standard library>" => "-".to_owned(),
        _ => at.line.to_string(),
    };
    for d in diagnostics {
        let own = d.at.as_ref().map_or("-".to_owned(), line);
        let other = d.related.first().map(|(at, _)| line(at));
        match PAIRS.iter().find(|(code, _)| *code == d.code) {
            Some(("WIX0091", _)) => {
                list.push(format!("{} {} WIX0091", other.unwrap_or_else(|| own.clone()), d.severity));
                list.push(format!("{own} {} WIX0092", d.severity));
            }
            Some((code, second)) if matches!(*code, "WIX0177" | "WIX1008" | "WIX7009") => {
                list.push(format!("{own} {} {code}", d.severity));
                list.push(format!("{} {} {second}", other.unwrap_or_else(|| "-".to_owned()), d.severity));
            }
            Some((code, second)) => {
                list.push(format!("{} {} {code}", other.unwrap_or_else(|| own.clone()), d.severity));
                list.push(format!("{own} {} {second}", d.severity));
            }
            None => list.push(format!("{own} {} {}", d.severity, d.code)),
        }
    }
    list.sort();
    list.dedup();
    list
}
