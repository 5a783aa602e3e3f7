//! Cabinets: what we write is read back by strangers, what strangers write is read back by us, and nothing broken
//! makes the reader panic.

use crate::support;
use std::fs;
use std::io::{Cursor, Read};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;

use ancm_installer::cab::{
    self, Cabinet, CabinetFile, Effort, Method, ReadError, Reader, Source, Window, WriteError,
};

const TIME: i64 = 1_700_000_000; // 2023-11-14T22:13:20Z

/// Bytes like a program's: repetitive in part, random in part.
fn content(seed: u64, size: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(size + 16);
    while bytes.len() < size {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let word = (state >> 33).to_le_bytes();
        let repeat = if state >> 60 < 6 { 1 } else { 3 };
        (0..repeat).for_each(|_| bytes.extend_from_slice(&word[..4]));
    }
    bytes.truncate(size);
    bytes
}

fn file(name: &str, bytes: Vec<u8>) -> CabinetFile {
    CabinetFile {
        name: name.to_owned(),
        size: bytes.len() as u64,
        modified: TIME,
        source: Source::Bytes(bytes),
    }
}

/// One of each kind.
fn methods() -> Vec<Method> {
    let lzx = |exponent, effort| {
        let window = Window::new(exponent).expect("a window");
        Method::Lzx { window, effort }
    };
    vec![
        Method::Stored,
        Method::MsZip,
        lzx(15, Effort::Fast),
        lzx(18, Effort::Balanced),
        lzx(21, Effort::Fast),
        lzx(21, Effort::Max),
    ]
}

/// Every size around a block and around what a thread takes, and an empty file first, between and last.
fn cabinet() -> Cabinet {
    let sizes = [0, 1, 32_767, 32_768, 0, 32_769, 65_536, 524_287, 3, 524_289, 1_200_000, 5, 0];
    let files = sizes.iter().enumerate();
    Cabinet {
        method: Method::MsZip,
        files: files.map(|(k, size)| file(&format!("fil{k:02}"), content(k as u64, *size))).collect(),
    }
}

fn bytes(file: &CabinetFile) -> &[u8] {
    match &file.source {
        Source::Bytes(bytes) => bytes,
        other => panic!("not in memory: {other:?}"),
    }
}

fn written(cabinet: &Cabinet, threads: usize) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let threads = NonZeroUsize::new(threads).expect("not zero");
    let size = cab::write(cabinet, threads, &mut out).expect("a cabinet within the limits");
    assert_eq!(size, out.position());
    assert_eq!(size, out.get_ref().len() as u64);
    out.into_inner()
}

fn extracted<R: Read + std::io::Seek>(reader: &mut Reader<R>, index: usize) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    reader.extract(index, &mut bytes).map(|()| bytes)
}

#[test]
fn bytes_do_not_depend_on_the_number_of_threads() {
    for method in methods() {
        let cabinet = Cabinet { method, ..cabinet() };
        let one = written(&cabinet, 1);
        for threads in [2, 5] {
            assert!(written(&cabinet, threads) == one, "{method}, {threads} threads");
        }
    }
}

#[test]
fn sources_may_be_files_and_are_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut from_files = cabinet();
    for file in &mut from_files.files {
        let path = folder.path().join(&file.name);
        fs::write(&path, bytes(file)).expect("written");
        file.source = Source::File(path);
    }
    assert!(written(&from_files, 2) == written(&cabinet(), 2));
}

#[test]
fn we_read_what_we_write_in_any_order() {
    let cabinet = cabinet();
    let mut reader = Reader::open(Cursor::new(written(&cabinet, 2))).expect("our own");
    assert_eq!(reader.files().len(), cabinet.files.len());
    let forward = 0..cabinet.files.len();
    for index in forward.clone().chain(forward.rev()) {
        let (file, entry) = (&cabinet.files[index], reader.files()[index].clone());
        assert_eq!((entry.name.as_str(), u64::from(entry.size)), (file.name.as_str(), file.size));
        assert_eq!(entry.modified, TIME);
        assert!(extracted(&mut reader, index).expect("whole") == bytes(file), "{}", file.name);
    }
    for method in methods() {
        let cabinet = Cabinet { method, ..cabinet.clone() };
        let bytes_written = written(&cabinet, 2);
        let mut reader = Reader::open(Cursor::new(&bytes_written)).expect("our own");
        assert_eq!(reader.methods().collect::<Vec<_>>(), [method.to_string()]);
        assert_eq!(reader.size() as usize, bytes_written.len());
        for (index, file) in cabinet.files.iter().enumerate() {
            assert!(extracted(&mut reader, index).expect("whole") == bytes(file), "{method} {}", file.name);
        }
    }
    let beyond = extracted(&mut reader, 99).expect_err("there are 13");
    assert_eq!(beyond.to_string(), "the cabinet has no file 99, only 13");
}

#[test]
fn the_cab_crate_reads_what_we_write() {
    let cabinet = cabinet();
    let mut reader = ::cab::Cabinet::new(Cursor::new(written(&cabinet, 3))).expect("a cabinet");
    for file in &cabinet.files {
        let mut found = Vec::new();
        reader.read_file(&file.name).expect("present").read_to_end(&mut found).expect("readable");
        assert!(found == bytes(file), "{}", file.name);
    }
}

/// Extracts `cabinet` with a foreign tool and compares.
fn check_foreign(tool: &str, arguments: impl Fn(&Path, &Path) -> Vec<std::ffi::OsString>) {
    let Some(program) = support::tool(tool) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (path, out) = (folder.path().join("x.cab"), folder.path().join("out"));
    let mut cabinet = cabinet();
    cabinet.files.push(file("Ünïcödé.dll", content(77, 40_000)));
    fs::write(&path, written(&cabinet, 2)).expect("written");

    fs::create_dir(&out).expect("created");
    #[allow(clippy::disallowed_methods, reason = "tests start foreign tools")]
    support::run(Command::new(program).args(arguments(&path, &out)));
    for file in &cabinet.files {
        let found = fs::read(out.join(&file.name)).unwrap_or_else(|error| panic!("{}: {error}", file.name));
        assert!(found == bytes(file), "{}", file.name);
    }
}

#[test]
fn cabextract_reads_what_we_write() {
    check_foreign("cabextract", |path, out| {
        vec!["-q".into(), "-e".into(), "UTF-8".into(), "-d".into(), out.into(), path.into()]
    });
}

#[test]
fn gcab_reads_what_we_write() {
    check_foreign("gcab", |path, out| vec!["-x".into(), "-C".into(), out.into(), path.into()]);
}

#[test]
fn we_read_what_gcab_writes_stored_and_compressed() {
    let Some(program) = support::tool("gcab") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    for option in ["-n", "-zn"] {
        let path = folder.path().join("x.cab");
        let sources: Vec<_> = cabinet().files;
        #[allow(clippy::disallowed_methods, reason = "tests start foreign tools")]
        let mut command = Command::new(&program);
        command.current_dir(&folder).args(["-c", option]).arg(&path);
        for file in &sources {
            fs::write(folder.path().join(&file.name), bytes(file)).expect("written");
            command.arg(&file.name);
        }
        support::run(&mut command);
        let mut reader = Reader::open(fs::File::open(&path).expect("made")).expect("a cabinet");
        assert_eq!(reader.files().len(), sources.len());
        for (index, file) in sources.iter().enumerate() {
            assert_eq!(reader.files()[index].name, file.name);
            assert!(extracted(&mut reader, index).expect("whole") == bytes(file), "{option} {}", file.name);
        }
    }
}

/// A cabinet of one LZX folder with one uncompressed block, made by hand from the format's description: no encoder
/// is to be had on this side of Windows.
#[test]
fn we_read_lzx() {
    let text = b"stored inside an LZX stream, as makecab does with what cannot be compressed";
    let mut bits = Vec::new();
    // E8 translation off (1 bit), block type 3 (3 bits), block size (24 bits), padding; words are little-endian.
    let head = 0b011_u32 << 28 | u32::try_from(text.len()).expect("short") << 4;
    for half in [head >> 16, head & 0xffff] {
        bits.extend_from_slice(&u16::try_from(half).expect("16 bits").to_le_bytes());
    }
    [1u32, 1, 1].iter().for_each(|offset| bits.extend_from_slice(&offset.to_le_bytes()));
    bits.extend_from_slice(text);
    let one = Cabinet { method: Method::MsZip, files: vec![file("a", text.to_vec())] };
    let mut bytes = written(&one, 1);
    let data = 36 + 8 + 16 + 2;
    bytes.truncate(data);
    bytes[42..44].copy_from_slice(&0x1203u16.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&u16::try_from(bits.len()).expect("short").to_le_bytes());
    bytes.extend_from_slice(&u16::try_from(text.len()).expect("short").to_le_bytes());
    bytes.extend_from_slice(&bits);
    let mut reader = Reader::open(Cursor::new(bytes)).expect("a cabinet");
    assert_eq!(extracted(&mut reader, 0).expect("whole"), text);
}

#[test]
fn no_files_and_only_empty_files_are_cabinets_too() {
    let none = written(&Cabinet::default(), 2);
    assert_eq!(none.len(), 36);
    assert!(Reader::open(Cursor::new(none)).expect("a cabinet").files().is_empty());
    let empty =
        written(&Cabinet { method: Method::MsZip, files: vec![file("a", vec![]), file("b", vec![])] }, 2);
    let mut reader = Reader::open(Cursor::new(empty)).expect("a cabinet");
    assert_eq!(extracted(&mut reader, 1).expect("nothing to read"), b"");
}

fn refused(files: Vec<CabinetFile>) -> WriteError {
    let mut out = Cursor::new(Vec::new());
    cab::write(&Cabinet { method: Method::MsZip, files }, NonZeroUsize::MIN, &mut out)
        .expect_err("past a limit")
}

#[test]
fn limits_are_named() {
    let large = |size| CabinetFile { size, ..file("big.dll", vec![]) };
    assert_eq!(
        refused(vec![large(2_147_450_881)]).to_string(),
        "the file `big.dll` has 2147450881 bytes, but a cabinet takes at most 2147450880"
    );
    let many = (0..65_536).map(|k| file(&format!("f{k}"), vec![])).collect();
    assert_eq!(refused(many).to_string(), "65536 files, but a cabinet holds at most 65535; use a second one");
    for name in [String::new(), "x".repeat(256), "a\0b".to_owned()] {
        assert!(
            matches!(refused(vec![file(&name, vec![])]), WriteError::Name { name: found } if found == name)
        );
    }
}

#[test]
fn a_source_that_is_missing_or_has_changed_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("gone.dll");
    let source = CabinetFile { size: 10, source: Source::File(path.clone()), ..file("filGone", vec![]) };
    let error = refused(vec![file("a", vec![1; 100_000]), source.clone()]).to_string();
    assert_eq!(error, format!("cannot read `{}` for the cabinet file `filGone`", path.display()));
    fs::write(&path, b"nine byte").expect("written");
    let error = refused(vec![source.clone()]).to_string();
    assert_eq!(error, "the cabinet file `filGone` was to have 10 bytes, but its source has 9");
    fs::write(&path, b"eleven byte").expect("written");
    let error = refused(vec![source]).to_string();
    assert_eq!(error, "the cabinet file `filGone` was to have 10 bytes, but its source has more");
}

/// Opens and extracts whatever `bytes` are; only errors may come of it.
fn exercise(bytes: &[u8]) {
    let Ok(mut reader) = Reader::open(Cursor::new(bytes)) else { return };
    for index in 0..reader.files().len().min(20) {
        let size = u64::from(reader.files()[index].size);
        if let Ok(bytes) = extracted(&mut reader, index) {
            assert_eq!(bytes.len() as u64, size);
        }
    }
}

#[test]
fn nothing_broken_makes_the_reader_panic() {
    let files = (0..6).map(|k| file(&format!("f{k}"), content(k, 9000 * usize::try_from(k).expect("small"))));
    let whole = written(&Cabinet { method: Method::MsZip, files: files.collect() }, 2);
    for length in (0..300).chain((300..whole.len()).step_by(331)) {
        exercise(&whole[..length]);
    }
    for position in (0..300).chain((300..whole.len()).step_by(97)) {
        for value in [whole[position] ^ 1, whole[position] ^ 0x80, 0, 0xff] {
            let mut broken = whole.clone();
            broken[position] = value;
            exercise(&broken);
        }
    }
}

#[test]
fn a_wrong_byte_is_found_by_its_checksum() {
    let mut bytes =
        written(&Cabinet { method: Method::MsZip, files: vec![file("a", content(1, 50_000))] }, 1);
    let last = bytes.len() - 10;
    bytes[last] ^= 1;
    let mut reader = Reader::open(Cursor::new(bytes)).expect("the directory is whole");
    assert_eq!(
        extracted(&mut reader, 0).expect_err("a bit is wrong").to_string(),
        "the data of `a` is broken: a wrong checksum in block 1 of folder 0"
    );
}
