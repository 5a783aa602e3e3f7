//! Archives as one tree of named bytes: what is in them, and what is refused.

use crate::support::theirs;
use ancm_installer::archive::{Error, File, Hashing, Kind, Limits, Source, Visitor, walk};
use ancm_installer::cab::{self, Cabinet, CabinetFile};
use ancm_installer::id::hexadecimal;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Everything that a walk shows.
#[derive(Default)]
pub struct Seen {
    pub files: BTreeMap<String, Vec<u8>>,
    pub archives: Vec<(String, Kind)>,
    pub problems: Vec<(String, String)>,
}

impl Visitor for Seen {
    fn enters(&mut self, _depth: usize) -> bool {
        true
    }

    fn archive(&mut self, file: File<'_>, kind: Kind, _source: &Source) -> io::Result<()> {
        self.archives.push((file.path.to_owned(), kind));
        Ok(())
    }

    fn file(&mut self, mut file: File<'_>) -> io::Result<()> {
        let (path, mut bytes) = (file.path.to_owned(), Vec::new());
        file.read_to_end(&mut bytes)?;
        assert!(self.files.insert(path.clone(), bytes).is_none(), "{path} was shown twice");
        Ok(())
    }

    fn problem(&mut self, path: &str, error: Error) {
        self.problems.push((path.to_owned(), error.to_string()));
    }
}

pub fn seen(path: &Path) -> Seen {
    let mut seen = Seen::default();
    walk(path, Limits::default(), &mut seen).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    seen
}

/// The walk through a file with `bytes`; what ended it counts as a problem.
pub fn seen_in(name: &str, bytes: &[u8]) -> Seen {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("writable");
    let mut seen = Seen::default();
    if let Err(error) = walk(&path, Limits::default(), &mut seen) {
        seen.problems.push((name.to_owned(), error.to_string()));
    }
    seen
}

fn data(name: &str) -> PathBuf {
    crate::support::data("bundles").join(name)
}

fn sha256(bytes: &[u8]) -> String {
    hexadecimal(Sha256::digest(bytes))
}

/// Deflates, or stores, files into a zip file.
pub fn zip(files: &[(&str, &[u8])], deflated: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in files {
        // stored as it is, whatever it is
        let name = rawzip::path::EntryPath::verbatim(name.as_bytes().to_vec());
        let method =
            if deflated { rawzip::CompressionMethod::DEFLATE } else { rawzip::CompressionMethod::STORE };
        let (mut entry, config) = archive.new_file(name).compression_method(method).start().expect("room");
        if deflated {
            let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
            let mut writer = config.wrap(encoder);
            writer.write_all(content).expect("room");
            let (encoder, descriptor) = writer.finish().expect("room");
            encoder.finish().expect("room");
            entry.finish(descriptor).expect("room");
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(content).expect("room");
            let (_, descriptor) = writer.finish().expect("room");
            entry.finish(descriptor).expect("room");
        }
    }
    archive.finish().expect("room");
    bytes
}

pub fn cabinet(files: &[(&str, &[u8])]) -> Vec<u8> {
    let files = files.iter().map(|(name, bytes)| CabinetFile {
        name: (*name).to_owned(),
        size: bytes.len() as u64,
        modified: 0,
        source: cab::Source::Bytes(bytes.to_vec()),
    });
    let mut out = io::Cursor::new(Vec::new());
    cab::write(&Cabinet { files: files.collect(), ..Cabinet::default() }, NonZeroUsize::MIN, &mut out)
        .expect("room");
    out.into_inner()
}

#[test]
fn a_bundle_gives_what_wix_extracts_from_it() {
    let seen = seen(&data("hosting-attached.exe"));
    assert_eq!(seen.problems, []);
    let expected = std::fs::read_to_string(data("hosting-attached.sha256")).expect("readable");
    let inside = |path: &str| format!("hosting-attached.exe!{path}");
    for line in expected.lines() {
        let (hash, path) = line.split_once("  ./").expect("as sha256sum writes");
        let path = inside(path);
        let file = seen.files.get(&path).map(|bytes| sha256(bytes));
        let is_archive = seen.archives.iter().any(|(archive, _)| *archive == path);
        let is_cabinet_of_a_package = path.ends_with("two.cab");
        assert!(file.as_deref() == Some(hash) || is_archive || is_cabinet_of_a_package, "{path}");
    }
    let package = inside("WixAttachedContainer/payloads/AspNetCoreModuleV2_x64.msi");
    assert!(seen.archives.contains(&(package.clone(), Kind::Package)));
    for path in [
        "PFiles64/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll",
        "Program Files/IIS/Asp.Net Core Module/V2/20.0.26296/aspnetcorev2_outofprocess.dll",
    ] {
        assert!(seen.files.contains_key(&format!("{package}!{path}")), "{path}");
    }
    let cabinet_beside = inside("WixAttachedContainer/media.msi!PFiles64/Acme Case/a.txt");
    assert!(seen.files.contains_key(&cabinet_beside), "{:?}", seen.files.keys());
    assert!(seen.files.contains_key(&inside("WixUXContainer/manifest.xml")));
}

#[test]
fn detached_and_uncompressed_parts_are_found_beside_a_bundle() {
    let alone = seen(&data("detached/hosting-detached.exe"));
    assert_eq!(alone.problems, []);
    let module = "Det/ancm-like.msi!PFiles64/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll";
    assert!(alone.files.contains_key(&format!("hosting-detached.exe!{module}")), "{:?}", alone.files.keys());
    assert!(alone.files.contains_key("media.msi!PFiles64/Acme Case/a.txt"), "{:?}", alone.files.keys());
    let in_folder = seen(&data("detached"));
    assert_eq!(in_folder.problems, []);
    assert_eq!(in_folder.files, alone.files, "each file once, whichever way it is found");

    let folder = tempfile::tempdir().expect("a folder");
    let lonely = folder.path().join("hosting-detached.exe");
    std::fs::copy(data("detached/hosting-detached.exe"), &lonely).expect("room");
    let problems = seen(&lonely).problems;
    let missing: Vec<&str> =
        problems.iter().map(|(_, problem)| problem.split('`').nth(1).unwrap_or("")).collect();
    assert_eq!(missing, ["det.cab", "media.msi", "two.cab"]);
}

#[test]
fn a_payload_that_is_not_what_the_manifest_says_is_refused() {
    let mut bytes = std::fs::read(data("hosting-attached.exe")).expect("readable");
    // the program `vc.exe`, whose hash stands in the manifest, is stored in the last blocks of the attached container
    let text = b"Container Id=\"WixAttachedContainer\"";
    assert!(!bytes.windows(text.len()).any(|window| window == text), "the manifest is compressed");
    let manifest =
        seen(&data("hosting-attached.exe")).files["hosting-attached.exe!WixUXContainer/manifest.xml"].clone();
    let changed = String::from_utf8(manifest).expect("text").replace("132A8B44", "132A8B45");
    // a first container of our own with the changed manifest, before the attached one as it was
    let ux = cabinet(&[("0", changed.as_bytes())]);
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4 bytes")) as usize;
    let (section, stub) = (0x600, word(0x600 + 24));
    let attached = bytes.split_off(stub + word(section + 48));
    bytes.truncate(stub);
    bytes.extend_from_slice(&ux);
    bytes[section + 48..section + 52].copy_from_slice(&(ux.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&attached);
    let problems = seen_in("hosting-attached.exe", &bytes).problems;
    assert!(
        problems
            .iter()
            .any(|(path, problem)| path.ends_with("vc.exe") && problem.contains("hash the manifest has")),
        "{problems:?}"
    );
}

#[test]
fn zip_files_are_read_stored_and_deflated_and_inside_one_another() {
    let content = b"content ".repeat(1000);
    let files: [(&str, &[u8]); 3] = [("a/b.txt", &content), ("c.bin", b""), (r"d\e.txt", b"x")];
    for deflated in [false, true] {
        let inner = zip(&files, deflated);
        let outer = zip(&[("inner.zip", &inner), ("lib/x.cab", &cabinet(&files))], deflated);
        let seen = seen_in("outer.nupkg", &outer);
        assert_eq!(seen.problems, []);
        assert_eq!(seen.files.len(), 6);
        assert_eq!(seen.files["outer.nupkg!inner.zip!a/b.txt"], content);
        assert_eq!(seen.files["outer.nupkg!inner.zip!d/e.txt"], b"x");
        assert_eq!(seen.files["outer.nupkg!lib/x.cab!a/b.txt"], content);
    }
}

#[test]
fn names_that_lead_elsewhere_are_refused_with_their_offset() {
    for name in [
        "../up",
        r"..\up",
        "/abs",
        r"\abs",
        r"C:\abs",
        "c:x",
        "a/../../b",
        "aux",
        "a/NUL.txt",
        "x:stream",
        "dot.",
        "a/",
    ] {
        let mut files: Vec<(&str, &[u8])> = vec![("fine", b"1")];
        if name != "a/" {
            files.push((name, b"2"));
        }
        for (archive, bytes) in [("x.zip", zip(&files, true)), ("x.cab", cabinet(&files))] {
            let seen = seen_in(archive, &bytes);
            assert_eq!(seen.files.len(), 1, "{archive} {name}: {:?}", seen.files.keys());
            let refused = usize::from(name != "a/");
            assert_eq!(seen.problems.len(), refused, "{archive} {name}: {:?}", seen.problems);
            assert!(
                seen.problems.iter().all(|(_, problem)| problem.contains("at offset 0x")),
                "{:?}",
                seen.problems
            );
        }
    }
    for names in [["a", "a"], ["a", "A"], ["x/y", r"X\Y"]] {
        let files = names.map(|name| (name, b"1".as_slice()));
        for (archive, bytes) in [("x.zip", zip(&files, false)), ("x.cab", cabinet(&files))] {
            let problems = seen_in(archive, &bytes).problems;
            assert!(
                problems.len() == 1 && problems[0].1.contains("is there twice"),
                "{archive}: {problems:?}"
            );
        }
    }
}

#[test]
fn names_that_no_file_can_have_are_refused_and_the_rest_is_read() {
    let (fits, long) = ("n".repeat(255), "n".repeat(256));
    let seen = seen_in(
        "x.zip",
        &zip(&[("ok", b"1"), (&fits, b"2"), (&long, b"3"), (&format!("{long}/x"), b"4")], true),
    );
    assert_eq!(seen.files.len(), 2);
    assert!(seen.problems.len() == 2 && seen.problems[0].1.contains("255 bytes"), "{:?}", seen.problems);
}

#[test]
fn names_of_old_zip_files_are_in_code_page_437() {
    let mut bytes = zip(&[("caf_.txt", b"1"), ("caf-.txt", b"2"), ("ä.txt", b"3")], true);
    for (plain, letter) in [(b"caf_.txt", 0x82), (b"caf-.txt", 0xA4)] {
        let places = bytes.windows(plain.len()).enumerate().filter(|(_, window)| window == plain);
        let places: Vec<usize> = places.map(|(at, _)| at + 3).collect();
        assert_eq!(places.len(), 2, "in its own header and in the directory");
        places.into_iter().for_each(|at| bytes[at] = letter);
    }
    let seen = seen_in("x.zip", &bytes);
    assert_eq!(seen.problems, []);
    assert_eq!(seen.files.keys().collect::<Vec<_>>(), ["x.zip!café.txt", "x.zip!cafñ.txt", "x.zip!ä.txt"]);
}

#[test]
fn archives_deep_inside_others_are_refused() {
    let mut bytes = zip(&[("leaf.txt", b"leaf")], true);
    for depth in 1..=6 {
        let seen = seen_in("a.zip", &bytes);
        assert_eq!(seen.files.len(), usize::from(depth <= 4), "{depth}");
        assert_eq!(seen.problems.len(), usize::from(depth > 4), "{depth}: {:?}", seen.problems);
        bytes = zip(&[("a.zip", &bytes)], true);
    }
}

#[test]
fn bombs_end_at_the_limits() {
    let zeros = vec![0; 64 << 20];
    let bomb = zip(&[("zeros.bin", &zeros)], true);
    assert!(bomb.len() < 100_000);
    let problems = seen_in("bomb.zip", &bomb).problems;
    assert!(problems.len() == 1 && problems[0].1.contains("times the archive's own length"), "{problems:?}");
    // the same as an archive inside, and as one of many files that would each pass
    let nested = seen_in("bomb.zip", &zip(&[("inner.zip", &bomb)], true)).problems;
    assert!(nested.iter().any(|(_, problem)| problem.contains("own length")), "{nested:?}");
    let parts: Vec<(String, Vec<u8>)> = (0..8).map(|index| (format!("{index}"), vec![0; 8 << 20])).collect();
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let many = seen_in("bomb.zip", &zip(&parts, true)).problems;
    assert!(many.len() == 1 && many[0].1.contains("own length"), "{many:?}");
}

#[test]
fn zip_files_that_contradict_themselves_are_refused() {
    let whole = zip(&[("a.txt", b"0123456789"), ("b.txt", b"0123456789")], false);
    let find = |bytes: &[u8], what: &[u8], from: usize| {
        from + bytes[from..].windows(what.len()).position(|window| window == what).expect("it is there")
    };
    let central = find(&whole, b"PK\x01\x02", 0);
    let second = find(&whole, b"PK\x01\x02", central + 1);
    let problem = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        let problems = seen_in("x.zip", &bytes).problems;
        assert!(!problems.is_empty(), "nothing was refused");
        problems[0].1.clone()
    };
    // the second entry's header is where the first one's is: overlap, and another name
    assert!(problem(&|bytes| bytes[second + 42..second + 46].fill(0)).contains("another name"));
    assert!(problem(&|bytes| bytes[central + 46] = b'z').contains("another name"));
    assert!(problem(&|bytes| bytes[central + 8] |= 1).contains("encrypted"));
    assert!(problem(&|bytes| bytes[central + 10] = 14).contains("method 14"));
    assert!(problem(&|bytes| bytes[central + 16] ^= 1).to_lowercase().contains("checksum"));
    // longer than it is, so that it reaches over the next one
    let long = problem(&|bytes| {
        bytes[central + 20..central + 24].copy_from_slice(&40_u32.to_le_bytes());
        bytes[central + 24..central + 28].copy_from_slice(&40_u32.to_le_bytes());
    });
    assert!(long.contains("overlaps") && long.contains("offset"), "{long}");
    let end = find(&whole, b"PK\x05\x06", 0);
    assert!(problem(&|bytes| bytes[end + 10] = 1).contains("entries"));
}

#[test]
fn documents_are_no_packages() {
    let mut file = cfb::CompoundFile::create(io::Cursor::new(Vec::new())).expect("room");
    file.create_stream("/WordDocument").expect("room").write_all(b"text").expect("room");
    let bytes = file.into_inner().into_inner();
    let seen = seen_in("old.doc", &bytes);
    assert_eq!((seen.files.len(), seen.problems), (1, vec![]));
    assert_eq!(seen.files["old.doc"], bytes);
}

#[test]
fn whatever_is_cut_or_changed_ends_well() {
    let attached = std::fs::read(data("hosting-attached.exe")).expect("readable");
    let bundle = std::fs::read(data("ancm-like.msi")).expect("readable");
    let det = std::fs::read(data("detached/det.cab")).expect("readable");
    let zipped = zip(&[("a.txt", b"0123456789"), ("x.msi", &bundle)], true);
    let folder: TempDir = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x");
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for whole in [attached, bundle, det, zipped] {
        for round in 0..60 {
            let mut bytes = whole.clone();
            if round % 3 == 0 {
                bytes.truncate(random(whole.len()));
            }
            for _ in 0..round % 8 {
                let at = random(bytes.len().max(1));
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random(256) as u8;
                }
            }
            std::fs::write(&path, &bytes).expect("room");
            let mut seen = Seen::default();
            let _ = walk(&path, Limits::default(), &mut seen);
        }
    }
}

#[test]
fn microsoft_s_runtime_pack_is_read() {
    let Some(real) = theirs("data/real") else { return };
    let name = "microsoft.aspnetcore.app.runtime.win-x64.10.0.14.nupkg";
    let seen = seen(&real.join(name));
    assert_eq!(seen.problems, []);
    let handler = format!("{name}!runtimes/win-x64/native/aspnetcorev2_inprocess.dll");
    let alone = std::fs::read(real.join("aspnetcorev2_inprocess.10.0.14.dll")).expect("readable");
    assert_eq!(sha256(&seen.files[&handler]), sha256(&alone));
}

#[test]
fn parts_add_up_to_the_hash_of_all() {
    // so much is hashed at once
    const PART: usize = 1 << 18;
    let bytes: Vec<u8> =
        (0..3 * PART as u32 + 7).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for length in [0, 1, PART - 1, PART, PART + 1, bytes.len()] {
        for step in [100_000, PART, 10 * PART] {
            let mut hashing = Hashing::<_, Sha256>::new(&bytes[..length]);
            let mut buffer = vec![0; step];
            let mut read = Vec::new();
            while let count @ 1.. = hashing.read(&mut buffer).expect("memory") {
                read.extend_from_slice(&buffer[..count]);
            }
            assert!(read == bytes[..length]);
            assert_eq!(hashing.length(), length as u64);
            assert_eq!(hashing.finish(), hexadecimal(Sha256::digest(&bytes[..length])), "{length} {step}");
        }
    }
}
