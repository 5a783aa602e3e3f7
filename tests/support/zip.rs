//! Zip files, as tests look into them and make them.

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveWriter};
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// The members by name.
pub fn members(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let archive = ZipArchive::from_slice(bytes).expect("a zip file");
    let mut all = BTreeMap::new();
    for entry in archive.entries() {
        let entry = entry.expect("a member");
        let name = String::from_utf8(entry.file_path().as_bytes().to_vec()).expect("a name");
        let found = archive.get_entry(entry.wayfinder()).expect("a member");
        let mut bytes = Vec::new();
        match entry.compression_method() {
            CompressionMethod::DEFLATE => {
                DeflateDecoder::new(found.data()).read_to_end(&mut bytes).expect("deflated");
            }
            _ => bytes.extend(found.data()),
        }
        all.insert(name, bytes);
    }
    all
}

/// A zip file with these members, stored.
pub fn stored(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in members {
        let (mut entry, config) = archive.new_file(*name).start().expect("a member");
        let mut writer = config.wrap(&mut entry);
        writer.write_all(bytes).expect("memory");
        let (_, sums) = writer.finish().expect("memory");
        entry.finish(sums).expect("memory");
    }
    archive.finish().expect("memory")
}
