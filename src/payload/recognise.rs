//! What a file is, judged by its bytes.

use super::resolver;
use crate::id::{Arch, Dll, FileVersion, Role};
use crate::pe::{Error, Image, Machine, Target, VersionInfo, View};
use crate::product::{Part, Product};
use roxmltree::Document;
use serde::Serialize;
use std::fmt;

/// Why a file is not part of a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub enum Ignored {
    /// The module's in-process handler: right family, wrong role. Applications bring it in their shared framework;
    /// no package of the module has ever held it.
    InProcessHandler {
        /// What it runs on.
        arch: Arch,
        /// Its version.
        version: FileVersion,
    },
    /// An ARM64X DLL that forwards everything, or a loader in a forwarder's place. We make our own, which match the payload.
    Forwarder,
    /// A PE image of another kind.
    OtherPe {
        /// What keeps it from being one of the module's DLLs.
        detail: String,
    },
    /// A PE image that contradicts itself.
    BrokenPe {
        /// What is wrong.
        detail: String,
    },
    /// The schema of the same section by another product: version 1 of the module, say.
    SchemaOfAnother,
    /// A file of the module, for a processor that no package is made for.
    NotAsked {
        /// What it is for.
        role: Role,
    },
    /// Neither a PE image nor the schema.
    Other,
    /// Has the same bytes as a file that was taken.
    SameAs {
        /// That file.
        path: String,
    },
    /// Longer than any of the module's files.
    TooLarge {
        /// Length in bytes.
        size: u64,
    },
    /// A link to a folder, which is not followed; or neither a file nor a folder.
    NotAFile,
    /// Could not be read.
    Unreadable {
        /// The system's reason.
        detail: String,
    },
}

impl Ignored {
    /// Whether it has to do with the module, so that somebody may wonder why it was left.
    #[must_use]
    pub fn is_of_interest(&self) -> bool {
        !matches!(
            self,
            Ignored::OtherPe { .. } | Ignored::Other | Ignored::SameAs { .. } | Ignored::TooLarge { .. }
        )
    }
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ignored::InProcessHandler { arch, version } => {
                write!(f, "the in-process handler {version} for {arch}, which applications bring themselves")
            }
            Ignored::Forwarder => {
                f.write_str("an ARM64X forwarder or loader; ours are made to match the payload")
            }
            Ignored::OtherPe { detail } => write!(f, "not a DLL of the module: {detail}"),
            Ignored::BrokenPe { detail } => write!(f, "a broken PE image: {detail}"),
            Ignored::SchemaOfAnother => f.write_str("the schema of another version of the module"),
            Ignored::NotAsked { role } => write!(f, "{role}, which no package that is made has"),
            Ignored::Other => f.write_str("neither a PE image nor the schema"),
            Ignored::SameAs { path } => write!(f, "the same bytes as `{path}`"),
            Ignored::TooLarge { size } => write!(f, "{size} bytes, more than any of the module's files has"),
            Ignored::NotAFile => f.write_str("not a file, or a link to a folder"),
            Ignored::Unreadable { detail } => write!(f, "cannot be read: {detail}"),
        }
    }
}

/// What [`recognise`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// A file that packages are made of.
    Payload {
        /// What it is for.
        role: Role,
        /// The version of a DLL; the schema has none.
        version: Option<FileVersion>,
        /// Whether its version resource says that it is a stand-in.
        stand_in: bool,
        /// Whether it certainly loads the handler so that Windows looks for what the handler needs beside the handler.
        searches_handler_folder: bool,
    },
    /// One of the module's DLLs, for a processor that no package is for.
    WrongMachine(Dll, Machine),
    /// A PE image whose end is missing.
    Truncated(String),
    /// Something else.
    Ignored(Ignored),
}

/// Says what a file with the content `bytes` is to `product`.
#[must_use]
pub fn recognise(bytes: &[u8], product: &Product) -> Recognised {
    if bytes.starts_with(b"MZ") {
        return match image(bytes, product) {
            Ok(recognised) => recognised,
            Err(error @ Error::Truncated { .. }) => Recognised::Truncated(error.to_string()),
            Err(error) => Recognised::Ignored(Ignored::BrokenPe { detail: error.to_string() }),
        };
    }
    schema(bytes, product).unwrap_or(Recognised::Ignored(Ignored::Other))
}

fn image(bytes: &[u8], product: &Product) -> Result<Recognised, Error> {
    let image = Image::parse(bytes)?;
    let native = image.native();
    whole(native)?;
    if image.x64().is_some() && image.views().all(forwards_everything) {
        return Ok(Recognised::Ignored(Ignored::Forwarder));
    }
    let exports = native.exports()?;
    // the module itself is not ARM64X in any release
    if image.x64().is_some() && exports.named(Dll::Handler.entry()).is_some() {
        return Ok(Recognised::Ignored(Ignored::Forwarder));
    }
    let Some(exported) = Dll::ALL.into_iter().find(|dll| exports.named(dll.entry()).is_some()) else {
        return Ok(other("exports neither `RegisterModule` nor `CreateApplication`"));
    };
    let Some(version) = native.version()? else { return Ok(other("has no version resource")) };
    let Some(fixed) = version.fixed else { return Ok(other("has no version number")) };
    let arch = native.headers().machine.arch();
    Ok(match (family(&version, product), exported, arch) {
        (Some(Member::Part(part)), exported, arch) if part == exported => match arch {
            Some(arch) => {
                let role = Role::Dll(exported, arch);
                let stand_in = version.string("FileDescription").is_some_and(|d| d.starts_with("Stand-in"));
                let searches_handler_folder =
                    exported == Dll::Module && resolver::searches_folder_of_handler(native)?;
                Recognised::Payload {
                    role,
                    version: Some(fixed.file_version),
                    stand_in,
                    searches_handler_folder,
                }
            }
            None => Recognised::WrongMachine(exported, native.headers().machine),
        },
        (Some(Member::BroughtByApplications), Dll::Handler, Some(arch)) => {
            Recognised::Ignored(Ignored::InProcessHandler { arch, version: fixed.file_version })
        }
        _ => other("its version resource names another product"),
    })
}

fn other(detail: &str) -> Recognised {
    Recognised::Ignored(Ignored::OtherPe { detail: detail.to_owned() })
}

/// The linker writes every section's data; a file that ends earlier was cut short on its way.
fn whole(view: &View<'_>) -> Result<(), Error> {
    let length = view.bytes().len() as u64;
    let cut = view.headers().sections.iter().find(|section| {
        section.file_size > 0 && u64::from(section.file_offset) + u64::from(section.file_size) > length
    });
    cut.map_or(Ok(()), |section| {
        Err(Error::Truncated { what: "the data of a section", offset: section.file_offset as usize })
    })
}

fn forwards_everything(view: &View<'_>) -> bool {
    view.exports().is_ok_and(|exports| {
        !exports.entries.is_empty()
            && exports.entries.iter().all(|export| matches!(export.target, Target::Forward(_)))
    })
}

/// DLLs of a product's family, as their version resources tell them apart.
enum Member {
    Part(Dll),
    BroughtByApplications,
}

/// Other versions of a module and forks of it export the same functions; the texts of the resource tell them apart.
fn family(version: &VersionInfo, product: &Product) -> Option<Member> {
    let description = version.string("FileDescription")?;
    let original = version.string("OriginalFilename")?.to_ascii_lowercase();
    let is_part =
        |part: &Part| description.contains(&part.description) && part.original_names.contains(&original);
    if let Some((dll, _)) = product.parts().find(|(_, part)| is_part(part)) {
        return Some(Member::Part(dll));
    }
    let is_other = description.contains(&product.module.description) && product.others.contains(&original);
    is_other.then_some(Member::BroughtByApplications)
}

/// The schema file: XML with `<sectionSchema name="system.webServer/…">`.
fn schema(bytes: &[u8], product: &Product) -> Option<Recognised> {
    let name = product.section()?;
    let attribute = product.schema.as_ref()?.attribute.as_deref();
    let text = std::str::from_utf8(bytes).ok()?;
    let document = Document::parse(text.trim_start_matches('\u{FEFF}')).ok()?;
    let mut elements = document.descendants();
    let section =
        elements.find(|e| e.has_tag_name("sectionSchema") && e.attribute("name") == Some(name.as_str()))?;
    let is_ours = attribute.is_none_or(|attribute| {
        section.children().any(|e| e.has_tag_name("attribute") && e.attribute("name") == Some(attribute))
    });
    Some(match is_ours {
        true => Recognised::Payload {
            role: Role::Schema,
            version: None,
            stand_in: false,
            searches_handler_folder: false,
        },
        false => Recognised::Ignored(Ignored::SchemaOfAnother),
    })
}
