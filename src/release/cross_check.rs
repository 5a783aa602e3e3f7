//! The same package by both engines: every difference is an allowed one, with its reason, or a finding.

use crate::cab;
use crate::diag::Diagnostic;
use crate::id::hexadecimal;
use crate::msi::{self, Difference};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};

/// A difference that is as it must be.
struct Allowance {
    table: &'static str,
    /// The key; empty for any.
    key: &'static str,
    column: &'static str,
    /// What differs, in a few words.
    kind: &'static str,
    why: &'static str,
}

/// Everything that may differ. `_Validation`, which describes tables and is not installed, is not compared; nor are the
/// times that files have in cabinets, which Windows Installer gives to the files that it installs and never compares.
const ALLOWED: [Allowance; 5] = [
    Allowance {
        table: SUMMARY,
        key: "Revision Number",
        column: "",
        kind: "the PackageCode",
        why: "the PackageCode: WiX draws one for each build, and takes none from the source; the embedded engine derives \
              it from the contents",
    },
    Allowance {
        table: SUMMARY,
        key: "Create Time/Date",
        column: "",
        kind: "the time of its making",
        why: "WiX writes the time of the build; the embedded engine writes SOURCE_DATE_EPOCH",
    },
    Allowance {
        table: SUMMARY,
        key: "Last Saved Time/Date",
        column: "",
        kind: "the time of its last change",
        why: "WiX writes the time of the build; the embedded engine writes SOURCE_DATE_EPOCH",
    },
    Allowance {
        table: SUMMARY,
        key: "Creating Application",
        column: "",
        kind: "the name of the program",
        why: "each engine names itself",
    },
    Allowance {
        table: STREAMS,
        key: "",
        column: COMPRESSED,
        kind: "how cabinets are compressed",
        why: "each engine compresses in its own way; the files in the cabinet are compared, by name and SHA-256",
    },
];

const SUMMARY: &str = "_SummaryInformation";
const STREAMS: &str = "_Streams";
/// The bytes of a cabinet, as they stand in the package.
const COMPRESSED: &str = "Compressed";

/// What both engines made of one package.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its file name.
    pub package: String,
    /// Differences that are as they must be.
    pub allowed: Vec<Found>,
    /// The others.
    pub differences: Vec<Found>,
}

/// A difference.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The table.
    pub table: String,
    /// The primary key of the row, cells separated by `|`.
    pub key: String,
    /// The column; empty for a whole row.
    pub column: String,
    /// What the embedded engine has.
    pub embedded: Option<String>,
    /// What WiX has.
    pub wix: Option<String>,
    /// What differs, in a few words, where it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// Why it may differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// Why what an engine made cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The package.
    #[error(transparent)]
    Package(#[from] msi::ReadError),
    /// A cabinet in it.
    #[error("cabinet `{name}`: {source}")]
    Cabinet {
        /// The name of its stream.
        name: String,
        /// What is wrong with it.
        source: cab::ReadError,
    },
}

/// A package, read to be compared.
pub struct Compared {
    database: msi::Database,
    streams: Streams,
}

impl Compared {
    /// Reads it.
    ///
    /// # Errors
    /// It is no package, or broken.
    pub fn read(file: &mut (impl Read + Seek)) -> Result<Compared, Unreadable> {
        file.rewind()?;
        let mut package = msi::Package::open(file)?;
        let streams = streams(&mut package)?;
        Ok(Compared { database: package.into_database(), streams })
    }
}

/// Compares the package `name` by the embedded engine with the same one by WiX.
#[must_use]
pub fn compare(name: &str, embedded: &Compared, wix: &Compared) -> Report {
    let mut found = msi::compare(&embedded.database, &wix.database);
    let names: BTreeSet<_> = embedded.streams.keys().chain(wix.streams.keys()).collect();
    for at @ (key, column) in names {
        let (first, second) = (embedded.streams.get(at).cloned(), wix.streams.get(at).cloned());
        if first != second {
            let (table, key, column) = (STREAMS.to_owned(), key.clone(), (*column).to_owned());
            found.push(Difference { table, key, column, first, second });
        }
    }
    judge(name, found)
}

/// Sorts differences, the first of each being the embedded engine's, into what is allowed and what is not.
#[must_use]
pub fn judge(package: &str, found: Vec<Difference>) -> Report {
    let allowance = |d: &Difference| {
        let fits =
            |a: &&Allowance| a.table == d.table && a.column == d.column && ["", &d.key].contains(&a.key);
        // one engine without it is another matter
        ALLOWED.iter().find(fits).filter(|_| d.first.is_some() && d.second.is_some())
    };
    let mut report = Report { package: package.to_owned(), allowed: Vec::new(), differences: Vec::new() };
    for difference in found {
        let (kind, reason) = allowance(&difference).map(|allowance| (allowance.kind, allowance.why)).unzip();
        let Difference { table, key, column, first, second } = difference;
        let found = Found { table, key, column, embedded: first, wix: second, kind, reason };
        if reason.is_some() { &mut report.allowed } else { &mut report.differences }.push(found);
    }
    report
}

/// What is in each stream, by name and kind: for a cabinet its files, each by name and SHA-256.
type Streams = BTreeMap<(String, &'static str), String>;

fn streams<R: Read + Seek>(package: &mut msi::Package<R>) -> Result<Streams, Unreadable> {
    let mut found = Streams::new();
    let names: Vec<String> = package.database().streams.keys().cloned().collect();
    for name in names {
        let mut stream = package.stream(&name)?;
        let mut hash = Sha256::new();
        let size = io::copy(&mut stream, &mut hash)?;
        let sha256 = format!("{size} bytes, SHA-256 {}", hexadecimal(hash.finalize()));
        stream.rewind()?;
        let mut magic = [0; 4];
        let is_cabinet = stream.read_exact(&mut magic).is_ok() && magic == *b"MSCF";
        if is_cabinet {
            stream.rewind()?;
            let files = files(stream).map_err(|source| Unreadable::Cabinet { name: name.clone(), source })?;
            found
                .extend(files.into_iter().map(|(file, sha256)| ((format!("{name}|{file}"), "Data"), sha256)));
        }
        found.insert((name, if is_cabinet { COMPRESSED } else { "Data" }), sha256);
    }
    Ok(found)
}

/// SHA-256 of every file in a cabinet, by name.
fn files(cabinet: impl Read + Seek) -> Result<BTreeMap<String, String>, cab::ReadError> {
    let mut reader = cab::Reader::open(cabinet)?;
    let mut found = BTreeMap::new();
    for index in 0..reader.files().len() {
        let name = reader.files()[index].name.clone();
        let mut hash = Sha256::new();
        reader.extract(index, &mut hash)?;
        found.insert(name, hexadecimal(hash.finalize()));
    }
    Ok(found)
}

/// How many differences of a package are told one by one; `--json` has all.
const TOLD: usize = 40;

/// The kinds of differences that `reports` allow, in the order of [`ALLOWED`].
#[must_use]
pub fn kinds(reports: &[Report]) -> Vec<&'static str> {
    let found: BTreeSet<&str> =
        reports.iter().flat_map(|report| &report.allowed).filter_map(|found| found.kind).collect();
    ALLOWED.iter().map(|allowance| allowance.kind).filter(|kind| found.contains(kind)).collect()
}

impl Report {
    /// What is not allowed, as findings.
    #[must_use]
    pub fn findings(&self) -> Vec<Diagnostic> {
        let side =
            |side: &Option<String>| side.as_ref().map_or("nothing".to_owned(), |text| format!("`{text}`"));
        let one = |found: &Found| {
            let Found { table, key, column, embedded, wix, .. } = found;
            let place = match (key.as_str(), column.as_str()) {
                ("", "") => table.clone(),
                (key, "") => format!("{table}, row `{key}`"),
                ("", column) => format!("{table}, column {column}"),
                (key, column) => format!("{table}, row `{key}`, column {column}"),
            };
            let message = format!(
                "`{}`: {place}: the embedded engine has {}, WiX has {}",
                self.package,
                side(embedded),
                side(wix)
            );
            Diagnostic::error("cross_check::differs", message)
        };
        let mut findings: Vec<Diagnostic> = self.differences.iter().take(TOLD).map(one).collect();
        if self.differences.len() > TOLD {
            let message = format!("`{}`: {} more differences", self.package, self.differences.len() - TOLD);
            findings
                .push(Diagnostic::error("cross_check::differs", message).help("`--json` has all of them"));
        }
        findings
    }
}
