//! Rows and streams of files and disks.

use super::rows::name_cell;
use super::{Tables, optional, text};
use crate::bind::directories::Directories;
use crate::bind::{Bound, BoundFile, Content, Disk};
use crate::diag::Diagnostic;
use crate::msi::{Cell, Stream};
use crate::report::Report;
use crate::symbol::{Field, Kind};
use std::collections::BTreeMap;

/// Adds the rows of File and MsiFileHash.
pub(super) fn files(tables: &mut Tables<'_>, bound: &Bound, report: &Report) {
    for (id, file) in &bound.files {
        // As WiX: what it makes up itself is in no directory while names are.
        let is_made_up = matches!(file.content, Content::Bytes(_));
        let salt = ["File", if is_made_up { "" } else { &file.directory }];
        let name = name_cell(&file.name, file.short_name.as_deref(), true, &salt);
        let size = i32::try_from(file.contents.size).unwrap_or_else(|_| {
            let message = format!("file `{id}` is too large for a package: {} bytes", file.contents.size);
            report.push(Diagnostic::error("WIX0263", message).at(&file.at));
            0
        });
        let row = vec![
            text(id),
            text(&file.component),
            text(&name),
            Cell::Int(size),
            optional(file.version.as_ref()),
            optional(file.language.as_ref()),
            Cell::Int(file.attributes),
            Cell::Int(file.sequence),
        ];
        tables.push("File", row, Some(&file.at));
        if file.hashed {
            let parts = file.contents.hash.map(Cell::Int);
            tables.push(
                "MsiFileHash",
                [text(id), Cell::Int(0)].into_iter().chain(parts).collect(),
                Some(&file.at),
            );
        }
    }
}

/// Adds the rows of Media. `#` before a cabinet's name says that it is in the package.
pub(super) fn media(tables: &mut Tables<'_>, bound: &Bound) {
    for disk in &bound.disks {
        let cabinet = disk.cabinet.as_ref().map(|cabinet| {
            let mark = if cabinet.embed { "#" } else { "" };
            format!("{mark}{}", cabinet.name)
        });
        let row = vec![
            Cell::Int(disk.number),
            Cell::Int(disk.last_sequence),
            optional(disk.prompt.as_ref()),
            optional(cabinet.as_ref()),
            optional(disk.volume.as_ref()),
            optional(disk.source.as_ref()),
        ];
        tables.push("Media", row, disk.at.as_ref());
    }
}

/// Adds the streams behind cells: `Table.Key[.Key…]`.
pub(super) fn streams(bound: &Bound, streams: &mut BTreeMap<String, Stream>) {
    for symbol in &bound.symbols {
        let (Kind::Row { table, fields }, Some(id)) = (&symbol.kind, &symbol.id) else { continue };
        for field in fields {
            let Field::Source(source) = field else { continue };
            let Some((content, _)) = bound.sources.get(source) else { continue };
            let name = format!("{table}.{}", id.name.replace('/', "."));
            let stream = match content {
                Content::File(path) => Stream::File(path.clone()),
                Content::Bytes(bytes) | Content::Stored(bytes) => Stream::Bytes(bytes.clone()),
            };
            streams.insert(name, stream);
        }
    }
}

/// The folders of a relative path, none of them `..`.
pub(super) fn folders(path: Option<&str>) -> impl Iterator<Item = String> {
    let parts = path.unwrap_or_default().split(['\\', '/']);
    parts.filter(|part| !part.is_empty() && *part != "." && *part != "..").map(str::to_owned)
}

/// Where a file lies that is in no cabinet: in the root if the package is compressed otherwise, or else in the folders
/// that its directory has on the medium.
pub(super) fn on_medium(file: &BoundFile, disk: &Disk, bound: &Bound) -> Vec<String> {
    let mut path: Vec<String> = folders(disk.layout.as_deref()).collect();
    if !bound.package.compressed {
        // The processor matters to canonical paths only.
        let directories = Directories::new(&bound.symbols, crate::id::Arch::X86);
        path.extend(directories.on_medium(&file.directory));
    }
    path.push(file.name.clone());
    path.retain(|part| part != "..");
    path
}
