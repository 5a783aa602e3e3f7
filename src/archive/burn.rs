//! Burn bundles: setup programs with containers, as WiX 3 to 7 make them.
//!
//! The section `.wixburn` says how long the program is and which containers follow it; the first one holds the
//! bootstrapper application and the manifest, which says what is where (`BURN_SECTION_HEADER` in WiX's sources,
//! `src/burn/engine/section.cpp`). Each payload is held against the size and the hash that the manifest states.

mod manifest;
mod verified;

use super::cabinet::Cabinet;
use super::container::{Beside, Container, Member, Names};
use super::kind::{BUNDLE_SECTION, HEAD};
use super::name::relative;
use super::{Error, Source};
use crate::cab;
use crate::pe::Headers;
use manifest::{Manifest, Payload};
use std::collections::BTreeMap;
use std::io::Read;
use verified::Verified;

/// What the section's data begins with.
const MAGIC: u32 = 0x00F1_4300;
/// Magic, version, bundle id, then seven numbers of which the last is the count of containers.
const FIXED: usize = 48;
/// What the section's layout and the containers are called in it.
const VERSION: u32 = 2;
const CABINETS: u32 = 1;
/// The manifest's name in the first container, and the longest one that is read, in bytes.
const MANIFEST: &str = "0";
const LONGEST_MANIFEST: u64 = 16 << 20;
/// What the first container is called here; the manifest has no name for it.
const UX: &str = "WixUXContainer";

/// A bundle.
pub(super) struct Bundle {
    containers: Vec<Cabinet>,
    members: Vec<Member>,
    /// For each member, its container, its number there, and what the manifest states of it.
    places: Vec<(usize, usize, Option<Payload>)>,
    refused: Vec<Error>,
}

impl Bundle {
    /// The bundle `source`; nothing where it is an engine without containers, which is a program like any other.
    pub(super) fn open(source: &Source, beside: &mut dyn Beside) -> Result<Option<Bundle>, Error> {
        let layout = Layout::read(source)?;
        if layout.containers.is_empty() {
            return Ok(None);
        }
        let window = |start: u64, length: u64, name: &str| {
            source.window(start, length).ok_or_else(|| {
                let problem = format!(
                    "its {length} bytes reach beyond the end of the file, {:#x}; an installed bundle's copy in the \
                     package cache and a detached engine have no containers",
                    source.len()
                );
                Error::broken(format!("container `{name}`"), start, problem)
            })
        };
        let ux = window(layout.stub, layout.containers[0], UX)?;
        let manifest = read_manifest(&ux)?;
        let mut bundle =
            Bundle { containers: Vec::new(), members: Vec::new(), places: Vec::new(), refused: Vec::new() };
        let mut names = Names::default();
        bundle.container(UX, ux, &manifest.ux, layout.stub, &mut names);
        for container in &manifest.containers {
            let taken = match container.attached {
                Some(index) => layout.attached(index).ok_or_else(|| {
                    let problem = format!("the file says that it has {} containers", layout.containers.len());
                    Error::broken(format!("container `{}`", container.id), 0, problem)
                }),
                None => Ok((0, 0)),
            };
            let payloads = manifest.packed.get(&container.id).cloned().unwrap_or_default();
            let opened = taken.and_then(|(start, length)| match container.attached {
                Some(_) => Ok((window(start, length, &container.id)?, start)),
                None => {
                    let missing = || Error::Missing {
                        name: container.file.clone(),
                        place: "a container beside the bundle",
                    };
                    let path = relative(&container.file).map_err(|_| missing())?;
                    Ok((beside.take(&path)?.ok_or_else(missing)?, 0))
                }
            });
            match opened {
                Ok((source, start)) => bundle.container(&container.id, source, &payloads, start, &mut names),
                Err(error @ Error::Limit { .. }) => return Err(error),
                Err(error) => bundle.refused.push(error),
            }
        }
        for payload in &manifest.external {
            let is_there = [&payload.source, &payload.file]
                .into_iter()
                .filter_map(|path| relative(path).ok())
                .any(|path| beside.is_there(&path));
            if !is_there {
                let name = payload.file.clone();
                bundle.refused.push(Error::Missing { name, place: "beside the bundle, or downloaded by it" });
            }
        }
        Ok(Some(bundle))
    }

    /// Takes the container `id`, whose bytes are `source` and stand at `start` of the bundle.
    fn container(
        &mut self,
        id: &str,
        source: Source,
        payloads: &BTreeMap<String, Payload>,
        start: u64,
        names: &mut Names,
    ) {
        let reader = cab::Reader::open(Box::new(source.cursor()) as Box<dyn cab::Input>);
        let opened = reader.map_err(Error::from).and_then(|reader| {
            Cabinet::with(reader, |index, name, offset| {
                let path = match payloads.get(name) {
                    Some(payload) => payload.file.as_str(),
                    None if name == MANIFEST && id == UX => "manifest.xml",
                    None => name,
                };
                let offset = start + offset;
                let path = relative(&format!("{id}/{path}"));
                let path = path.map_err(|problem| Error::Name { index, offset, problem })?;
                names.give(&path, offset)?;
                Ok(path)
            })
        });
        let mut cabinet = match opened {
            Ok(cabinet) => cabinet,
            Err(error) => {
                return self.refused.push(Error::broken(
                    format!("container `{id}`"),
                    start,
                    error.to_string(),
                ));
            }
        };
        self.refused.extend(cabinet.refused());
        let stored: Vec<String> = (0..cabinet.members().len()).map(|index| cabinet.stored(index)).collect();
        for (index, (member, stored)) in cabinet.members().iter().zip(&stored).enumerate() {
            self.members.push(member.clone());
            self.places.push((self.containers.len(), index, payloads.get(stored).cloned()));
        }
        for (source, payload) in payloads {
            if !stored.contains(source) {
                let place = "in its container";
                self.refused.push(Error::Missing { name: payload.file.clone(), place });
            }
        }
        self.containers.push(cabinet);
    }
}

impl Container for Bundle {
    fn members(&self) -> &[Member] {
        &self.members
    }

    fn open(&mut self, index: usize) -> Result<Box<dyn Read + '_>, Error> {
        let (container, number, stated) = &self.places[index];
        let member = &self.members[index];
        let bytes = self.containers[*container].open(*number)?;
        Ok(match stated {
            Some(payload) => Box::new(Verified::new(bytes, payload, member)),
            None => bytes,
        })
    }

    fn window(&mut self, _index: usize) -> Option<Source> {
        None
    }

    fn refused(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.refused)
    }

    fn rewind(&self, index: usize, after: Option<usize>) -> u64 {
        let place = |index: usize| self.places.get(index).map(|(container, number, _)| (*container, *number));
        let Some((container, number)) = place(index) else { return 0 };
        let last = after.and_then(place).filter(|last| last.0 == container).map(|last| last.1);
        self.containers[container].rewind(number, last)
    }
}

/// What the section says.
struct Layout {
    /// Length of the program, which is where the first container begins.
    stub: u64,
    /// Where the attached containers after the first one begin.
    attached: u64,
    /// Lengths of the containers in the file.
    containers: Vec<u64>,
}

impl Layout {
    fn read(source: &Source) -> Result<Layout, Error> {
        let broken = |offset: u64, problem: String| {
            Error::broken(format!("section `{BUNDLE_SECTION}`"), offset, problem)
        };
        let head = source.head(HEAD).map_err(Error::Io)?;
        let headers = Headers::of(&head).map_err(|error| broken(0, error.to_string()))?;
        let section = headers.sections.iter().find(|section| section.name == BUNDLE_SECTION);
        let section = section.ok_or_else(|| broken(0, "it is not there".to_owned()))?;
        let at = u64::from(section.file_offset);
        let data = source.window(at, section.file_size.into());
        let data = data.ok_or_else(|| broken(at, "it reaches beyond the end of the file".to_owned()))?;
        let data = data.head(HEAD).map_err(Error::Io)?;
        let number = |place: usize| {
            let bytes = data.get(place..place + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().expect("4 bytes")))
        };
        let field = |place| number(place).ok_or_else(|| broken(at, "it is cut short".to_owned()));
        if field(0)? != MAGIC || field(4)? != VERSION || field(40)? != CABINETS {
            let found = format!(
                "it begins with {:#x} {} and has container format {}",
                field(0)?,
                field(4)?,
                field(40)?
            );
            return Err(broken(at, format!("{found}; expected {MAGIC:#x} {VERSION} and {CABINETS}")));
        }
        let (stub, signature, length) = (field(24)?.into(), field(32)?, field(36)?);
        let count = field(44)? as usize;
        if count > (data.len() - FIXED) / 4 {
            return Err(broken(
                at,
                format!("it says that there are {count} containers, and has no room for them"),
            ));
        }
        let containers: Vec<u64> =
            (0..count).map(|index| field(FIXED + 4 * index).map(u64::from)).collect::<Result<_, _>>()?;
        // the program and its first container may have been signed before the others were attached
        let first: u64 = stub + containers.first().copied().unwrap_or(0);
        let attached = match signature {
            0 => first,
            signature => u64::from(signature) + u64::from(length),
        };
        if attached < first {
            return Err(broken(at, "the first container overlaps the others".to_owned()));
        }
        Ok(Layout { stub, attached, containers })
    }

    /// Where the attached container `index` is, and how long; the first one has 0.
    fn attached(&self, index: usize) -> Option<(u64, u64)> {
        let before = self.containers.get(1..index)?;
        Some((self.attached + before.iter().sum::<u64>(), *self.containers.get(index)?))
    }
}

fn read_manifest(ux: &Source) -> Result<Manifest, Error> {
    let reader = cab::Reader::open(Box::new(ux.cursor()) as Box<dyn cab::Input>)?;
    let mut cabinet = Cabinet::with(reader, |_, name, _| Ok(name.to_owned()))?;
    let index = cabinet.members().iter().position(|member| member.path == MANIFEST);
    let index =
        index.ok_or(Error::Missing { name: "manifest".to_owned(), place: "in the first container" })?;
    let mut bytes = Vec::new();
    cabinet.open(index)?.take(LONGEST_MANIFEST + 1).read_to_end(&mut bytes).map_err(Error::of)?;
    if bytes.len() as u64 > LONGEST_MANIFEST {
        let limit = format!("{LONGEST_MANIFEST} bytes");
        return Err(Error::Limit { what: "the manifest", offset: 0, limit });
    }
    Manifest::parse(&bytes).map_err(|problem| Error::broken("the bundle's manifest", 0, problem.to_string()))
}
