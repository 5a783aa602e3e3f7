//! The order of files, their sequence numbers, and the disks and cabinets that they are on.

use super::BoundFile;
use super::directories::Directories;
use crate::diag::{Diagnostic, Location};
use crate::id::Arch;
use crate::report::Report;
use crate::symbol::{Component, Compression, Kind, MediaTemplate, Symbol};
use std::collections::BTreeMap;

/// A disk with what it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disk {
    pub number: i32,
    pub last_sequence: i32,
    pub prompt: Option<String>,
    pub volume: Option<String>,
    pub source: Option<String>,
    /// Where its files go that are in no cabinet.
    pub layout: Option<String>,
    pub cabinet: Option<DiskCabinet>,
    /// Where it was written; none for one that files made necessary.
    pub at: Option<Location>,
    /// Ids of the files that are in no cabinet.
    pub loose: Vec<String>,
}

/// A cabinet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DiskCabinet {
    pub name: String,
    pub embed: bool,
    pub compression: Option<Compression>,
    /// How many bytes it may have before it is divided among several; none where it is not.
    pub most: Option<u32>,
    /// Ids of its files, in their order.
    pub files: Vec<String>,
}

/// The bits of File.Attributes that say where the bytes are.
const NONCOMPRESSED: i32 = 8192;
const COMPRESSED: i32 = 16384;

/// Cabinets of a template, at most.
const MOST_CABINETS: i32 = 999;

/// Variables of the environment that stand for sizes of a `MediaTemplate`, whatever that says, as in WiX.
const UNCOMPRESSED: &str = "WIX_MUMS";
const SPLIT: &str = "WIX_MCSLFS";

/// `template` with the sizes, in MiB, that `environment` has. Problems: WIX0219.
fn limited(
    template: &MediaTemplate,
    environment: &BTreeMap<String, String>,
    report: &Report,
) -> MediaTemplate {
    let size = |name: &str, most: u32| {
        let text = environment.get(name).filter(|text| !text.is_empty())?;
        let size = text.trim().parse::<u32>().ok().filter(|size| (1..=most).contains(size));
        if size.is_none() {
            let message =
                format!("the environment variable `{name}` is `{text}`; expected 1 to {most} (MiB)");
            report.push(Diagnostic::error("WIX0219", message).help("correct it, or remove it"));
        }
        size
    };
    let mut template = template.clone();
    if let Some(size) = size(UNCOMPRESSED, i32::MAX as u32) {
        template.maximum_uncompressed_mib = size;
    }
    template.split_mib = size(SPLIT, 2048).or(template.split_mib);
    template
}

/// Orders `files`, numbers them from 1, and gives the disks. `compressed` says where files go that do not say
/// themselves, `environment` what templates may have as sizes. Problems: WIX0135, WIX0219, WIX0290, WIX0357, WIX0382.
pub(super) fn assign(
    symbols: &[Symbol],
    files: &mut BTreeMap<String, BoundFile>,
    compressed: bool,
    (arch, environment): (Arch, &BTreeMap<String, String>),
    report: &Report,
) -> Vec<Disk> {
    let order = order(symbols, files, arch);
    let template = symbols.iter().find_map(|symbol| match &symbol.kind {
        Kind::MediaTemplate(template) => Some((template, symbol)),
        _ => None,
    });
    let mut disks = authored(symbols, report);
    if let Some((_, symbol)) = template.as_ref().filter(|_| !disks.is_empty()) {
        report.error(
            357,
            &symbol.at,
            "`MediaTemplate` and `Media` cannot be used together; remove one of them",
        );
        return disks;
    }
    if disks.is_empty() {
        let default = MediaTemplate {
            cabinet: "cab{0}.cab".to_owned(),
            embed: false,
            compression: None,
            prompt: None,
            volume: None,
            split_mib: None,
            maximum_uncompressed_mib: 200,
        };
        let template = template.map_or(&default, |(template, _)| template);
        let template = limited(template, environment, report);
        disks = from_template(&template, &order, files, compressed);
        divide(&template, &mut disks, files, report);
    } else {
        onto_authored(&mut disks, &order, files, compressed, report);
    }
    number(&mut disks, &order, files);
    disks
}

/// Files by disk, canonical target folder, name and id.
fn order(symbols: &[Symbol], files: &BTreeMap<String, BoundFile>, arch: Arch) -> Vec<String> {
    let directories = Directories::new(symbols, arch);
    let mut canonical: BTreeMap<&str, String> = BTreeMap::new();
    let components: BTreeMap<&str, &Component> = symbols
        .iter()
        .filter_map(|symbol| match (&symbol.kind, &symbol.id) {
            (Kind::Component(component), Some(id)) => Some((id.name.as_str(), component)),
            _ => None,
        })
        .collect();
    for component in components.values() {
        canonical
            .entry(&component.directory)
            .or_insert_with(|| directories.canonical(&component.directory, false));
    }
    let folder = |file: &BoundFile| {
        components.get(file.component.as_str()).and_then(|c| canonical.get(c.directory.as_str()))
    };
    let mut order: Vec<(&String, &BoundFile)> = files.iter().collect();
    order.sort_by(|(a_id, a), (b_id, b)| {
        let place = |file: &BoundFile| (file.patch_group.is_some(), file.patch_group);
        (place(a), a.disk, folder(a), &a.name, a_id).cmp(&(place(b), b.disk, folder(b), &b.name, b_id))
    });
    order.into_iter().map(|(id, _)| id.clone()).collect()
}

fn authored(symbols: &[Symbol], report: &Report) -> Vec<Disk> {
    let mut disks: Vec<Disk> = Vec::new();
    let mut places: BTreeMap<String, &Symbol> = BTreeMap::new();
    for symbol in symbols {
        let Kind::Media(media) = &symbol.kind else { continue };
        if let Some(name) = &media.cabinet
            && let Some(other) = places.insert(name.to_lowercase(), symbol)
        {
            let message = format!("two disks have the cabinet `{name}`");
            report.push(
                Diagnostic::error("WIX0290", message).at(&symbol.at).related(&other.at, "the first one"),
            );
        }
        let cabinet = media.cabinet.clone().map(|name| DiskCabinet {
            name,
            embed: media.embed,
            compression: media.compression,
            most: None,
            files: Vec::new(),
        });
        disks.push(Disk {
            number: media.disk,
            last_sequence: 0,
            prompt: media.prompt.clone(),
            volume: media.volume.clone(),
            source: media.source.clone(),
            layout: media.layout.clone(),
            cabinet,
            at: Some(symbol.at.clone()),
            loose: Vec::new(),
        });
    }
    disks
}

fn plain_disk(number: i32, cabinet: Option<DiskCabinet>) -> Disk {
    Disk {
        number,
        last_sequence: 0,
        prompt: None,
        volume: None,
        source: None,
        layout: None,
        cabinet,
        at: None,
        loose: Vec::new(),
    }
}

/// A new cabinet, on a disk of its own, whenever the last one has as much as it may.
fn from_template(
    template: &MediaTemplate,
    order: &[String],
    files: &mut BTreeMap<String, BoundFile>,
    compressed: bool,
) -> Vec<Disk> {
    let most = u64::from(template.maximum_uncompressed_mib) * 1024 * 1024;
    let mut disks: Vec<Disk> = Vec::new();
    let mut loose = Vec::new();
    let mut size = 0;
    for id in order {
        let Some(file) = files.get_mut(id) else { continue };
        if file.attributes & NONCOMPRESSED != 0 || !compressed {
            file.disk = 1;
            loose.push(id.clone());
            continue;
        }
        size += file.contents.size;
        let count = i32::try_from(disks.len()).unwrap_or(i32::MAX);
        if disks.is_empty() || (size > most && count < MOST_CABINETS) {
            let name = template.cabinet.replace("{0}", &(count + 1).to_string());
            let (embed, compression) = (template.embed, template.compression);
            let cabinet = DiskCabinet { name, embed, compression, most: None, files: Vec::new() };
            disks.push(plain_disk(count + 1, Some(cabinet)));
            size = file.contents.size;
        }
        if let Some(disk) = disks.last_mut() {
            file.disk = disk.number;
            disk.cabinet.iter_mut().for_each(|cabinet| cabinet.files.push(id.clone()));
        }
    }
    if disks.is_empty() && !loose.is_empty() {
        disks.push(plain_disk(1, None));
    }
    if let Some(disk) = disks.first_mut() {
        disk.loose = loose;
    }
    disks
}

/// Says which cabinets are divided where they get larger than `MaximumCabinetSizeForLargeFileSplitting`: those of a single
/// file that is as large as `MaximumUncompressedMediaSize` allows a cabinet to be (`CabinetBuilder.CreateCabinet` of WiX). One
/// in the package cannot be: WIX0376, where it would be too large without compression.
fn divide(
    template: &MediaTemplate,
    disks: &mut [Disk],
    files: &BTreeMap<String, BoundFile>,
    report: &Report,
) {
    let Some(most) = template.split_mib.map(|size| size << 20) else { return };
    let alone = u64::from(template.maximum_uncompressed_mib) << 20;
    for cabinet in disks.iter_mut().filter_map(|disk| disk.cabinet.as_mut()) {
        let [id] = &cabinet.files[..] else { continue };
        let Some(file) = files.get(id).filter(|file| file.contents.size >= alone) else { continue };
        if !cabinet.embed {
            cabinet.most = Some(most);
        } else if file.contents.size > u64::from(most) {
            let message = format!(
                "`{}` is larger than `MaximumCabinetSizeForLargeFileSplitting`, and a cabinet in the package is not divided",
                file.name
            );
            report.push(Diagnostic::error("WIX0376", message).at(&file.at).help(
                "leave `EmbedCab` or `MaximumCabinetSizeForLargeFileSplitting` out of the `MediaTemplate`",
            ));
        }
    }
}

fn onto_authored(
    disks: &mut [Disk],
    order: &[String],
    files: &BTreeMap<String, BoundFile>,
    compressed: bool,
    report: &Report,
) {
    for (id, file) in order.iter().filter_map(|id| Some((id, files.get(id)?))) {
        let Some(disk) = disks.iter_mut().find(|disk| disk.number == file.disk) else {
            let message = format!("file `{id}` is on disk {}, which no `Media` defines", file.disk);
            report.push(
                Diagnostic::error("WIX0382", message).at(&file.at).help("add a `Media`, or another `DiskId`"),
            );
            continue;
        };
        let in_cabinet =
            file.attributes & COMPRESSED != 0 || (compressed && file.attributes & NONCOMPRESSED == 0);
        match (&mut disk.cabinet, in_cabinet) {
            (Some(cabinet), true) => cabinet.files.push(id.clone()),
            (_, false) => disk.loose.push(id.clone()),
            (None, true) => {
                let message =
                    format!("file `{id}` is to be compressed, and disk {} has no cabinet", file.disk);
                report.push(
                    Diagnostic::error("WIX0135", message)
                        .at(&file.at)
                        .help("give the `Media` a `Cabinet`, or the file `Compressed=\"no\"`"),
                );
            }
        }
    }
}

/// Numbers the files. A disk's last number is that of its last file; a disk without files keeps 0.
fn number(disks: &mut [Disk], order: &[String], files: &mut BTreeMap<String, BoundFile>) {
    for (sequence, id) in (1..).zip(order) {
        let Some(file) = files.get_mut(id) else { continue };
        file.sequence = sequence;
        if let Some(disk) = disks.iter_mut().find(|disk| disk.number == file.disk) {
            disk.last_sequence = sequence;
        }
    }
}
