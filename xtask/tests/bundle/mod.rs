//! Bundles and cabinets that a test puts together.

use crate::support::data;
use ancm_installer::cab::{self, Cabinet, CabinetFile};
use std::io::Cursor;
use std::num::NonZeroUsize;

/// A cabinet with these names and contents.
pub fn cabinet(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let file = |(name, bytes): &(String, Vec<u8>)| CabinetFile {
        name: name.clone(),
        size: bytes.len() as u64,
        modified: 0,
        source: cab::Source::Bytes(bytes.clone()),
    };
    let mut out = Cursor::new(Vec::new());
    let cabinet = Cabinet { files: files.iter().map(file).collect(), ..Cabinet::default() };
    cab::write(&cabinet, NonZeroUsize::MIN, &mut out).expect("room");
    out.into_inner()
}

/// A bundle with `payloads` in its attached container: the engine of a bundle by the real WiX, and around it containers and
/// a manifest in the form that WiX 6 gives them, made here.
pub fn bundle(payloads: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = std::fs::read(data("bundles").join("hosting-attached.exe")).expect("readable");
    let (section, count) = (0x600, payloads.len());
    let listed: String = payloads
        .iter()
        .enumerate()
        .map(|(index, (name, bytes))| {
            format!(
                r#"<Payload Id="p{index}" FilePath="{name}" FileSize="{}" Packaging="embedded" SourcePath="a{index}" Container="WixAttachedContainer"/>"#,
                bytes.len()
            )
        })
        .collect();
    let manifest = format!(
        r#"<BurnManifest xmlns="http://wixtoolset.org/schemas/v4/2008/Burn"><UX/><Container Id="WixAttachedContainer" FilePath="x.exe" AttachedIndex="1" Attached="yes"/>{listed}</BurnManifest>"#
    );
    let ux = cabinet(&[("0".to_owned(), manifest.into_bytes())]);
    let packed: Vec<(String, Vec<u8>)> =
        (0..count).map(|index| (format!("a{index}"), payloads[index].1.clone())).collect();
    let attached = cabinet(&packed);
    let stub = u32::from_le_bytes(bytes[section + 24..section + 28].try_into().expect("4 bytes")) as usize;
    bytes.truncate(stub);
    for (place, container) in [(48, &ux), (52, &attached)] {
        let at = section + place;
        bytes[at..at + 4].copy_from_slice(&(container.len() as u32).to_le_bytes());
        bytes.extend_from_slice(container);
    }
    bytes
}
