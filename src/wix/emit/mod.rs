//! Emitting: a bound package becomes an installer database, and what lies beside it.

mod codes;
mod divided;
mod files;
mod rows;

pub use divided::{divided, part_name};

use crate::bind::{Bound, Content, Disk};
use crate::cab::{Cabinet, CabinetFile, Effort, Source};
use crate::compat::Compat;
use crate::compile::extension_table;
use crate::culture;
use crate::diag::{Diagnostic, Location};
use crate::id::Arch;
use crate::localization::Localization;
use crate::msi::schema::standard_table;
use crate::msi::{self, Cell, Database, Row, Stream, SummaryInformation, Table};
use crate::report::Report;
use crate::symbol::{Compression, Kind, Package, Scope, Summary, Symbol};
use std::collections::BTreeMap;

/// A file that belongs beside the package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Where, relative to the package: folders and name, none of them `..`.
    pub path: Vec<String>,
    /// What is in it.
    pub content: Stream,
    /// How many bytes a cabinet may have before it is divided among several ([`divided`]); none where it is not.
    pub most: Option<u32>,
}

/// What emitting needs to know besides the package.
pub(crate) struct Emission<'e> {
    pub localization: &'e Localization,
    pub arch: Arch,
    /// The WiX whose ids of directories are made.
    pub compat: Compat,
    /// Seconds since 1970-01-01T00:00:00Z: when the package is said to be made, and its files to be changed.
    pub timestamp: i64,
    /// What the summary information says made the package.
    pub application: &'e str,
    /// How cabinets are compressed whose authoring does not say.
    pub compression: Compression,
    /// How hard matches are looked for where a cabinet is LZX.
    pub effort: Effort,
}

/// Makes the database. Problems go to `report`.
pub(crate) fn emit(
    bound: &Bound,
    emission: &Emission<'_>,
    report: &Report,
) -> Option<(Database, Vec<Beside>)> {
    let codepage = codepage(bound, emission.localization, report);
    let mut tables = Tables { tables: BTreeMap::new(), keys: BTreeMap::new(), codepage, report };
    rows::symbols(&mut tables, bound, emission.compat);
    files::files(&mut tables, bound, report);
    files::media(&mut tables, bound);
    rows::actions(&mut tables, &bound.actions);

    let mut streams = BTreeMap::new();
    let mut beside = Vec::new();
    for disk in &bound.disks {
        place(disk, bound, emission, report, &mut streams, &mut beside);
    }
    files::streams(bound, &mut streams);
    let mut database =
        Database { codepage, summary: summary(bound, emission, report), tables: tables.tables, streams };
    codes::assign(&mut database, &mut beside, bound);
    if report.has_errors() { None } else { Some((database, beside)) }
}

/// Tables by name, and by name and key where each of their rows was written.
pub(crate) type Written = (BTreeMap<String, Table>, BTreeMap<String, BTreeMap<Vec<Cell>, Option<Location>>>);

/// The rows that no file or disk has a part in. Problems go to `report`.
pub(crate) fn rows_without_files(bound: &Bound, compat: Compat, report: &Report) -> Written {
    let codepage = codepage(bound, &Localization::default(), report);
    let mut tables = Tables { tables: BTreeMap::new(), keys: BTreeMap::new(), codepage, report };
    rows::symbols(&mut tables, bound, compat);
    (tables.tables, tables.keys)
}

/// The tables being filled.
pub(crate) struct Tables<'r> {
    tables: BTreeMap<String, Table>,
    /// The keys of rows, by table, with where the row was written.
    keys: BTreeMap<String, BTreeMap<Vec<Cell>, Option<Location>>>,
    /// The code page of the string pool.
    codepage: u32,
    report: &'r Report,
}

impl Tables<'_> {
    /// The table `name`; a standard one or an extension's is made if it is not there yet.
    fn table(&mut self, name: &str) -> Option<&mut Table> {
        if !self.tables.contains_key(name) {
            self.tables.insert(name.to_owned(), standard_table(name).or_else(|| extension_table(name))?);
        }
        self.tables.get_mut(name)
    }

    /// Adds a row. One whose key another row has (WIX0130), or with a text that the code page lacks characters of
    /// (WIX0311), is an error `at` where it was written.
    fn push(&mut self, name: &str, row: Row, at: Option<&Location>) {
        let (report, codepage) = (self.report, self.codepage);
        let Some(table) = self.table(name) else { return };
        let key = table.key(&row).to_vec();
        for (column, cell) in table.columns.iter().zip(&row) {
            if let Cell::Str(text) = cell
                && !msi::can_encode(codepage, text)
            {
                let message = format!(
                    "`{text}`, in {name}.{}, has a character that code page {codepage} lacks",
                    column.name
                );
                let finding = Diagnostic::error("WIX0311", message);
                let finding = at.into_iter().fold(finding, |finding, at| finding.at(at));
                report.push(
                    finding.help("use `Codepage=\"utf-8\"` in `Package`, or the code page of the language"),
                );
            }
        }
        table.rows.push(row);
        let keys = self.keys.entry(name.to_owned()).or_default();
        if let Some(first) = keys.insert(key.clone(), at.cloned()) {
            let shown: Vec<String> = key.iter().map(shown).collect();
            let message = format!("two rows of table `{name}` have the key `{}`", shown.join("/"));
            let finding = Diagnostic::error("WIX0130", message).help("change or remove one of them");
            // Places in libraries have no columns: the author can change the other one.
            let is_library = |at: &Location| at.column == 0;
            let (here, there) = match (at, &first) {
                (Some(at), Some(first)) if is_library(at) && !is_library(first) => (Some(first), Some(at)),
                (at, first) => (at, first.as_ref()),
            };
            let finding = here.into_iter().fold(finding, |finding, at| finding.at(at));
            report.push(there.into_iter().fold(finding, |finding, at| finding.related(at, "the other one")));
        }
    }
}

/// Puts a disk's cabinet into the package or beside it, and its loose files beside it.
fn place(
    disk: &Disk,
    bound: &Bound,
    emission: &Emission<'_>,
    report: &Report,
    streams: &mut BTreeMap<String, Stream>,
    beside: &mut Vec<Beside>,
) {
    if let Some(cabinet) = &disk.cabinet {
        if let (true, Some(at)) = (cabinet.files.is_empty(), &disk.at) {
            report.push(
                Diagnostic::warning("WIX1079", format!("the cabinet `{}` has no files", cabinet.name))
                    .at(at)
                    .help("remove the `Media`, or give files its `DiskId`"),
            );
        }
        // The same bytes are stored once, as WiX does (`CheckForDuplicateFile` in its `cabcutil.cpp`).
        let mut originals = BTreeMap::new();
        let known = cabinet.files.iter().filter_map(|id| Some((id, bound.files.get(id)?)));
        let files = known.enumerate().map(|(index, (id, file))| {
            let original = *originals.entry(file.contents.sha256).or_insert(index);
            let source = match &file.content {
                _ if original != index => Source::SameAs(original),
                Content::File(path) => Source::File(path.clone()),
                Content::Bytes(bytes) | Content::Stored(bytes) => Source::Bytes(bytes.clone()),
            };
            CabinetFile { name: id.clone(), size: file.contents.size, modified: emission.timestamp, source }
        });
        let method = cabinet.compression.unwrap_or(emission.compression).method(emission.effort);
        let content = Stream::Cabinet(Cabinet { method, files: files.collect() });
        if cabinet.embed {
            streams.insert(cabinet.name.clone(), content);
        } else {
            let path = files::folders(disk.layout.as_deref()).chain([cabinet.name.clone()]).collect();
            beside.push(Beside { path, content, most: cabinet.most });
        }
    }
    for id in &disk.loose {
        let Some(file) = bound.files.get(id) else { continue };
        let path = files::on_medium(file, disk, bound);
        let content = match &file.content {
            Content::File(path) => Stream::File(path.clone()),
            Content::Bytes(bytes) | Content::Stored(bytes) => Stream::Bytes(bytes.clone()),
        };
        beside.push(Beside { path, content, most: None });
    }
}

/// The code page of the string pool: the author's, the culture's, or UTF-8.
fn codepage(bound: &Bound, localization: &Localization, report: &Report) -> u32 {
    let text = bound.package.codepage.as_ref().or(localization.codepage.as_ref());
    text.map_or(65001, |text| codepage_number(text, report))
}

fn codepage_number(text: &str, report: &Report) -> u32 {
    culture::codepage(text).unwrap_or_else(|| {
        let message = format!("`{text}` is not a code page");
        report.push(
            Diagnostic::error("WIX0134", message)
                .help("expected a number such as 1252, or a name such as utf-8"),
        );
        0
    })
}

/// The summary information (<https://learn.microsoft.com/windows/win32/msi/summary-information-stream>).
fn summary(bound: &Bound, emission: &Emission<'_>, report: &Report) -> SummaryInformation {
    let package = &bound.package;
    let authored = bound.symbols.iter().find_map(|symbol| match &symbol.kind {
        Kind::Summary(summary) => Some(summary.clone()),
        _ => None,
    });
    let authored = authored.unwrap_or_default();
    let Summary { codepage, comments, description, keywords, manufacturer } = authored;
    let codepage = codepage.as_ref().or(emission.localization.summary_codepage.as_ref());
    let codepage = codepage.map_or(1252, |text| codepage_number(text, report));
    let language = package.language.as_deref().unwrap_or("0");
    let comments = comments.unwrap_or_else(|| {
        let name = &package.name;
        format!("This installer database contains the logic and data required to install {name}.")
    });
    SummaryInformation {
        codepage: u16::try_from(codepage).ok().filter(|number| *number <= 32_767).unwrap_or_else(|| {
            let message =
                format!("the summary information cannot have code page {codepage}; expected an ANSI one");
            report.push(Diagnostic::error("WIX0349", message).help("use 1252"));
            0
        }),
        title: "Installation Database".to_owned(),
        subject: description.unwrap_or_else(|| package.name.clone()),
        author: manufacturer.unwrap_or_else(|| package.manufacturer.clone()),
        keywords: keywords.unwrap_or_else(|| "Installer".to_owned()),
        comments,
        template: format!("{};{language}", emission.arch.template()),
        revision_number: String::new(),
        created: Some(emission.timestamp),
        last_saved: Some(emission.timestamp),
        last_printed: None,
        page_count: package.installer_version,
        word_count: word_count(package),
        application: emission.application.to_owned(),
        security: 2,
    }
}

fn word_count(package: &Package) -> i32 {
    let short = i32::from(package.short_names);
    let compressed = if package.compressed { 2 } else { 0 };
    let no_elevation = if package.scope == Scope::User { 8 } else { 0 };
    short | compressed | no_elevation
}

/// The table of a row that a symbol makes, for messages.
fn unknown_table(symbol: &Symbol, table: &str, report: &Report) {
    report.push(
        Diagnostic::error("WIX0182", format!("there is no table `{table}`"))
            .at(&symbol.at)
            .help("define it with `CustomTable`, or check the spelling"),
    );
}

/// A cell of a key, for messages.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Str(text) => text.clone(),
        Cell::Int(number) => number.to_string(),
        Cell::Null | Cell::Stream => String::new(),
    }
}

/// A string cell; null for an empty one.
fn text(text: &str) -> Cell {
    Cell::text(text)
}

/// A string cell; null for none.
fn optional(text: Option<&String>) -> Cell {
    text.map_or(Cell::Null, Cell::text)
}
