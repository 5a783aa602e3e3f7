//! `File` with what stands in it, and `CopyFile`.

use super::facts::FileFacts;
use super::rows::{Row, rows};
use super::tree::{Build, element};
use super::work::{Work, flags};
use crate::bind::assembly::TOKEN;
use crate::bind::directories::Directories;
use crate::id::Arch;
use crate::msi::Database;
use crate::source::Element;
use crate::symbol::Symbol;
use std::collections::{BTreeMap, BTreeSet};

/// Bits of the Attributes column with their attributes (<https://learn.microsoft.com/windows/win32/msi/file-table>).
const BITS: [(&str, i32); 4] = [("ReadOnly", 1), ("Hidden", 2), ("System", 4), ("Checksum", 1024)];
const VITAL: i32 = 512;
const NONCOMPRESSED: i32 = 8192;
const COMPRESSED: i32 = 16384;

/// Rows of File, Font, SelfReg and DuplicateFile, put into their components. `order` has the number of each file where files
/// are not in the order that the engine gives them.
pub(super) fn files(
    work: &mut Work<'_>,
    facts: &BTreeMap<String, FileFacts>,
    order: Option<&BTreeMap<String, i32>>,
) {
    copies(work);
    let mut disks: Vec<(i32, i32)> =
        work.rows("Media").map(|row| (row.or_zero("LastSequence"), row.or_zero("DiskId"))).collect();
    disks.sort_unstable();
    let keys: BTreeSet<&str> = work.rows("File").filter_map(|row| row.text("File")).collect();
    let fonts: BTreeMap<&str, Row<'_>> = work.rows("Font").map(|row| (row.or_empty("File_"), row)).collect();
    let costs: BTreeMap<&str, Row<'_>> =
        work.rows("SelfReg").map(|row| (row.or_empty("File_"), row)).collect();
    let assemblies: BTreeMap<&str, Row<'_>> =
        work.rows("MsiAssembly").map(|row| (row.or_empty("Component_"), row)).collect();
    for row in work.rows("File") {
        let (id, component) = (row.or_empty("File"), row.or_empty("Component_"));
        let bits = row.or_zero("Attributes");
        let sequence = row.or_zero("Sequence");
        let disk = disks.iter().find(|(last, _)| sequence <= *last).map(|(_, disk)| *disk);
        let version = row.text("Version");
        let companion = version.filter(|version| keys.contains(version));
        let own = facts.get(id);
        let file = work.names(element("File").with("Id", id), "Name", "ShortName", row.or_empty("FileName"));
        let file = file
            .with("Source", work.layout.file(id))
            .flag("KeyPath", work.is_key_path(component, id, 0))
            .with("CompanionFile", companion)
            .with(
                "DefaultVersion",
                version.filter(|_| companion.is_none() && own.is_none_or(|own| !own.has_version)),
            )
            .with(
                "DefaultLanguage",
                row.text("Language").filter(|_| own.is_none_or(|own| !own.has_languages)),
            );
        let file = flags(file, bits, &BITS)
            .with("Vital", (bits & VITAL == 0).then_some("no"))
            .with(
                "Compressed",
                match bits & (COMPRESSED | NONCOMPRESSED) {
                    COMPRESSED => Some("yes"),
                    NONCOMPRESSED => Some("no"),
                    _ => None,
                },
            )
            .with("DiskId", disk.filter(|disk| *disk != 1))
            .with("PatchGroup", order.and_then(|order| order.get(id)).copied())
            .with("FontTitle", fonts.get(id).and_then(|font| font.text("FontTitle")))
            .flag("TrueType", fonts.get(id).is_some_and(|font| font.text("FontTitle").is_none()))
            .with("SelfRegCost", costs.get(id).and_then(|cost| cost.int("Cost")));
        let assembly = assemblies.get(component).filter(|_| work.is_key_path(component, id, 0));
        let file = match (assembly, own) {
            (Some(assembly), Some(own)) => assembled(work, file, (row, *assembly), own),
            _ => file,
        };
        let inside = work.take("File", id);
        work.put("Component", component, file.holding(inside));
    }
}

/// `file` as the assembly of .NET that `assembly`, of MsiAssembly, says it is, with its rows of MsiAssemblyName; as it is where
/// the file itself says otherwise, since what it says is what counts.
fn assembled(
    work: &Work<'_>,
    file: Element,
    (row, assembly): (Row<'_>, Row<'_>),
    own: &FileFacts,
) -> Element {
    let names: BTreeMap<&str, &str> = work
        .rows("MsiAssemblyName")
        .filter(|name| name.text("Component_") == assembly.text("Component_"))
        .map(|name| (name.or_empty("Name"), name.or_empty("Value")))
        .collect();
    let long = row.or_empty("FileName");
    let long = long.split_once('|').map_or(long, |(_, long)| long);
    let stem = long.rsplit_once('.').map_or(long, |(stem, _)| stem);
    let is_global = assembly.text("File_Application").is_none();
    let fits = !own.names.is_empty()
        && own.names.iter().all(|(name, value)| names.get(name) == Some(&value.as_str()))
        && (!is_global
            || names.contains_key(TOKEN) && names.get("name").is_some_and(|n| n.eq_ignore_ascii_case(stem)));
    if !fits || assembly.or_zero("Attributes") != 0 {
        return file;
    }
    let said =
        names.iter().map(|(name, value)| element("AssemblyName").with("Id", *name).with("Value", *value));
    file.with("Assembly", ".net")
        .with("AssemblyManifest", assembly.text("File_Manifest"))
        .with("AssemblyApplication", assembly.text("File_Application"))
        .holding(said)
}

/// Rows of DuplicateFile and MoveFile.
fn copies(work: &mut Work<'_>) {
    let directories: BTreeSet<&str> =
        work.rows("Directory").filter_map(|row| row.text("Directory")).collect();
    let place = |copy: Element, folder: Option<&str>, [directory, property]: [&str; 2]| match folder {
        Some(folder) if directories.contains(folder) => copy.with(directory, folder),
        folder => copy.with(property, folder),
    };
    const DESTINATION: [&str; 2] = ["DestinationDirectory", "DestinationProperty"];
    let components: BTreeMap<&str, &str> =
        work.rows("File").map(|row| (row.or_empty("File"), row.or_empty("Component_"))).collect();
    for row in work.rows("DuplicateFile") {
        let (file, component) = (row.or_empty("File_"), row.or_empty("Component_"));
        let is_inside = components.get(file) == Some(&component);
        let copy =
            element("CopyFile").with("Id", row.text("FileKey")).with("FileId", (!is_inside).then_some(file));
        let copy = place(copy, row.text("DestFolder"), DESTINATION);
        let copy = destination(work, copy, row.text("DestName"));
        match is_inside {
            true => work.put("File", file, copy),
            false => work.put("Component", component, copy),
        }
    }
    for row in work.rows("MoveFile") {
        let copy = element("CopyFile")
            .with("Id", row.text("FileKey"))
            .flag("Delete", row.or_zero("Options") != 0)
            .with("SourceName", row.text("SourceName"));
        let copy = place(copy, row.text("SourceFolder"), ["SourceDirectory", "SourceProperty"]);
        let copy = place(copy, row.text("DestFolder"), DESTINATION);
        let copy = destination(work, copy, row.text("DestName"));
        work.put("Component", row.or_empty("Component_"), copy);
    }
}

fn destination(work: &mut Work<'_>, copy: Element, name: Option<&str>) -> Element {
    match name {
        Some(name) => work.names(copy, "DestinationName", "DestinationShortName", name),
        None => copy,
    }
}

/// The number of each file where files are not in the order that the engine gives them; none where they are.
pub(super) fn order(database: &Database, symbols: &[Symbol], arch: Arch) -> Option<BTreeMap<String, i32>> {
    let directories = Directories::new(symbols, arch);
    let homes: BTreeMap<&str, &str> = rows(database, "Component")
        .map(|row| (row.or_empty("Component"), row.or_empty("Directory_")))
        .collect();
    let mut disks: Vec<(i32, i32)> =
        rows(database, "Media").map(|row| (row.or_zero("LastSequence"), row.or_zero("DiskId"))).collect();
    disks.sort_unstable();
    let mut files: Vec<_> = rows(database, "File")
        .map(|row| {
            let sequence = row.or_zero("Sequence");
            let disk = disks.iter().find(|(last, _)| sequence <= *last).map_or(1, |(_, disk)| *disk);
            let folder = homes.get(row.or_empty("Component_")).map(|home| directories.canonical(home, false));
            let name = row.or_empty("FileName");
            let name = name.split_once('|').map_or(name, |(_, long)| long);
            ((disk, folder, name, row.or_empty("File")), sequence)
        })
        .collect();
    files.sort();
    if files.is_sorted_by_key(|(_, sequence)| *sequence) {
        return None;
    }
    files.sort_by_key(|(_, sequence)| *sequence);
    Some(files.iter().zip(1..).map(|(((.., id), _), number)| ((*id).to_owned(), number)).collect())
}
