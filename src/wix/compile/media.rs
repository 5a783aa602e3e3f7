//! `Media` and `MediaTemplate`.

use super::elements::{Rule, Within};
use super::{Attributes, Compiler, certificates, names, symbol_path};
use crate::source::Element;
use crate::symbol::{Compression, Id, Kind, Media, MediaTemplate};

pub(super) const ELEMENTS: &[Rule] =
    &[("Media", Within::Definition(media)), ("MediaTemplate", Within::Definition(media_template))];

/// `Media`: <https://docs.firegiant.com/wix/schema/wxs/media/>.
pub(super) fn media(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let disk = a.required("Id", a.integer("Id", 1..=i32::from(i16::MAX)));
    let cabinet = a.text("Cabinet");
    let embed = a.flag("EmbedCab");
    let compression = compression(&a);
    a.only_with("CompressionLevel", "Cabinet");
    if embed && cabinet.is_none() {
        a.illegal(10, "EmbedCab", "needs `@Cabinet`, the name of the cabinet");
    }
    match &cabinet {
        Some(name) if embed && name.len() > 62 => {
            a.illegal(32, "Cabinet", format_args!("has {} characters; expected at most 62", name.len()));
        }
        Some(name) if !embed && !names::is_long_name(name) && !names::is_variable(name) => {
            let message = format!("`{name}` cannot be a cabinet's file name");
            c.report.warning(1033, a.at("Cabinet"), message);
        }
        _ => {}
    }
    let prompt = a.text("DiskPrompt");
    if prompt.is_some() {
        c.refer("Property", "DiskPrompt", a.at("DiskPrompt"));
    }
    let (volume, source, layout) = (a.text("VolumeLabel"), a.text("Source"), a.text("Layout"));
    c.children(element, |c, child| {
        match child.name.as_str() {
            "DigitalSignature" if embed => {
                c.report.error(
                    211,
                    &child.at,
                    "a cabinet inside the package is signed with the package; remove this",
                );
            }
            "DigitalSignature" if cabinet.is_none() => {
                c.report.error(212, &child.at, "there is no cabinet to sign; give the `Media` a `Cabinet`");
            }
            "DigitalSignature" => {
                let disk = disk.map(|disk| disk.to_string()).unwrap_or_default();
                certificates::digital_signature(c, child, &disk);
            }
            "SymbolPath" => symbol_path::symbol_path(c, child),
            _ => return false,
        }
        true
    });
    let Some(disk) = disk else { return };
    // A name that begins with `#` is that of a stream already.
    let (cabinet, embed) = match cabinet.as_deref().and_then(|name| name.strip_prefix('#')) {
        Some(stream) => (Some(stream.to_owned()), true),
        None => (cabinet, embed),
    };
    let media = Media { disk, cabinet, embed, compression, prompt, volume, source, layout };
    c.add(Some(Id::global(disk.to_string())), &element.at, Kind::Media(media));
}

/// `MediaTemplate`: <https://docs.firegiant.com/wix/schema/wxs/mediatemplate/>.
pub(super) fn media_template(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let cabinet = a.text("CabinetTemplate").unwrap_or_else(|| "cab{0}.cab".to_owned());
    if !cabinet.contains("{0}") || !names::is_long_name(&cabinet.replace("{0}", "1")) {
        a.illegal(
            358,
            "CabinetTemplate",
            format_args!("is `{cabinet}`; expected a file name with `{{0}}` in it"),
        );
    }
    let embed = a.flag("EmbedCab");
    let compression = compression(&a);
    let prompt = a.text("DiskPrompt");
    if prompt.is_some() {
        c.refer("Property", "DiskPrompt", a.at("DiskPrompt"));
    }
    let volume = a.text("VolumeLabel");
    for name in ["DiskPrompt", "VolumeLabel"].into_iter().filter(|name| a.has(name)) {
        let message = format!("`MediaTemplate/@{name}` is reserved; a disk of its own needs `Media`");
        c.report.warning(1142, a.at(name), message);
    }
    let size = a.integer("MaximumUncompressedMediaSize", 1..=i32::MAX);
    let split = a.integer("MaximumCabinetSizeForLargeFileSplitting", 20..=2048);
    c.no_children(element);
    let template = MediaTemplate {
        cabinet,
        embed,
        compression,
        prompt,
        volume,
        split_mib: split.and_then(|size| u32::try_from(size).ok()),
        maximum_uncompressed_mib: size.and_then(|size| u32::try_from(size).ok()).unwrap_or(200),
    };
    // The first disk is there to be referred to.
    c.add(Some(Id::global("1")), &element.at, Kind::MediaTemplate(template));
}

fn compression(a: &Attributes<'_>) -> Option<Compression> {
    let text = a.text("CompressionLevel")?;
    let found = Compression::NAMES.into_iter().find(|(name, _)| *name == text);
    if found.is_none() {
        let levels: Vec<String> = Compression::NAMES.iter().map(|(name, _)| format!("`{name}`")).collect();
        a.illegal(277, "CompressionLevel", format_args!("is `{text}`; expected {}", levels.join(", ")));
    }
    found.map(|(_, level)| level)
}
