//! `Media` and `MediaTemplate`.

use super::{Attributes, Compiler, names};
use crate::wix::source::Element;
use crate::wix::symbol::{Compression, Id, Kind, Media, MediaTemplate};

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
    c.no_children(element);
    let Some(disk) = disk else { return };
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
    let size = a.integer("MaximumUncompressedMediaSize", 1..=2047);
    if a.has("MaximumCabinetSizeForLargeFileSplitting") {
        let _ = a.text("MaximumCabinetSizeForLargeFileSplitting");
        a.illegal(4, "MaximumCabinetSizeForLargeFileSplitting", "is not supported by this engine");
    }
    c.no_children(element);
    let template = MediaTemplate {
        cabinet,
        embed,
        compression,
        prompt,
        volume,
        maximum_uncompressed_mib: size.and_then(|size| u32::try_from(size).ok()).unwrap_or(200),
    };
    // The first disk is there to be referred to.
    c.add(Some(Id::global("1")), &element.at, Kind::MediaTemplate(template));
}

fn compression(a: &Attributes<'_>) -> Option<Compression> {
    a.choice(
        "CompressionLevel",
        &[
            ("none", Compression::None),
            ("low", Compression::Low),
            ("medium", Compression::Medium),
            ("high", Compression::High),
            ("mszip", Compression::Mszip),
        ],
    )
}
