//! A cabinet divided among several: each is as large as it may be, and everybody reads them as one.

use crate::support;
use ancm_installer::cab::{
    self, Cabinet, CabinetFile, Effort, Method, Parts, Reader, Source, SplitError, Window,
};
use std::fs;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::process::Command;

/// Numbers that do not compress, and a text that does.
fn content() -> Vec<u8> {
    let mut state = 7_u64;
    let mut bytes: Vec<u8> = Vec::new();
    for round in 0..30_000_u32 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend_from_slice(&state.to_le_bytes());
        bytes.extend_from_slice(
            format!(", number {round} of many; ").repeat(1 + round as usize % 3).as_bytes(),
        );
    }
    bytes
}

fn written(method: Method, files: &[(&str, &[u8])]) -> Vec<u8> {
    let file = |(name, bytes): &(&str, &[u8])| CabinetFile {
        name: (*name).to_owned(),
        size: bytes.len() as u64,
        modified: 1_700_000_000,
        source: Source::Bytes(bytes.to_vec()),
    };
    let mut out = Cursor::new(Vec::new());
    let cabinet = Cabinet { method, files: files.iter().map(file).collect() };
    cab::write(&cabinet, NonZeroUsize::MIN, &mut out).expect("a cabinet");
    out.into_inner()
}

fn name(number: usize) -> String {
    format!("part{number}.cab")
}

fn parts(whole: &[u8], most: u32) -> Vec<Vec<u8>> {
    let mut parts = Parts::of(Cursor::new(whole), most).expect("a cabinet of one file");
    let mut found = Vec::new();
    loop {
        let mut out = Cursor::new(Vec::new());
        let more = parts.write_next(&mut out, name).expect("room");
        found.push(out.into_inner());
        if !more {
            return found;
        }
    }
}

#[test]
fn every_part_is_full_and_all_are_read_as_one() {
    let content = content();
    let lzx = Method::Lzx { window: Window::new(18).expect("a window"), effort: Effort::Fast };
    for method in [Method::Stored, Method::MsZip, lzx] {
        let whole = written(method, &[("big.bin", &content)]);
        let size = u32::try_from(whole.len()).expect("small");
        for most in [65_536, 98_305, 100_000, size / 2, size - 1, size] {
            let parts = parts(&whole, most);
            assert_eq!(parts.len() == 1, most == size, "{method}, {most}");
            for part in &parts[..parts.len() - 1] {
                // all but a rest in which no data would have room behind the header of its block
                let left = most as usize - part.len();
                assert!(left <= 8, "{method}: {} of {most}", part.len());
            }
            assert!(parts.iter().all(|part| part.len() <= most as usize));
            let mut reader = Reader::open(Cursor::new(parts[0].as_slice())).expect("a cabinet");
            assert_eq!(reader.is_whole(0), most == size);
            for (number, part) in parts.iter().enumerate().skip(1) {
                assert_eq!(reader.after(), Some(name(number).as_str()));
                reader.join(Cursor::new(part.as_slice())).expect("the next one");
            }
            assert_eq!((reader.after(), reader.is_whole(0)), (None, true));
            let mut found = Vec::new();
            reader.extract(0, &mut found).expect("whole");
            assert!(found == content, "{method}, {most}");
        }
    }
}

#[test]
fn cabextract_and_7z_read_the_parts() {
    let content = content();
    let lzx = Method::Lzx { window: Window::new(21).expect("a window"), effort: Effort::Fast };
    for method in [Method::Stored, Method::MsZip, lzx] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (number, part) in parts(&written(method, &[("big.bin", &content)]), 70_001).iter().enumerate() {
            fs::write(folder.path().join(name(number)), part).expect("room");
        }
        for (tool, arguments) in [("cabextract", &["-q", "-d", "out"][..]), ("7z", &["x", "-y", "-oout"])] {
            let Some(program) = support::tool(tool) else { continue };
            #[allow(clippy::disallowed_methods, reason = "tests start foreign tools")]
            support::run(Command::new(program).current_dir(&folder).args(arguments).arg("part0.cab"));
            let found = fs::read(folder.path().join("out/big.bin")).expect("unpacked");
            assert!(found == content, "{tool}, {method}");
            fs::remove_dir_all(folder.path().join("out")).expect("ours");
        }
    }
}

#[test]
fn what_cannot_be_divided_is_refused() {
    let refused =
        |whole: Vec<u8>, most| Parts::of(Cursor::new(whole), most).err().expect("refused").to_string();
    let two = written(Method::MsZip, &[("a", b"a"), ("b", b"b")]);
    assert!(refused(two, 70_000).contains("2 files in 1 folders; only a cabinet of one file"));
    let one = written(Method::MsZip, &[("a", &content())]);
    assert!(matches!(Parts::of(Cursor::new(&one), 100), Err(SplitError::TooSmall { most: 100 })));
    assert!(refused(b"nothing".to_vec(), 70_000).contains("not a cabinet"));
    for cut in [40, 61, 100, one.len() - 1] {
        let mut cut_off = Parts::of(Cursor::new(&one[..cut]), 70_000);
        let failed = cut_off
            .as_mut()
            .map(|parts| (0..9).any(|_| parts.write_next(&mut Cursor::new(Vec::new()), name).is_err()));
        assert!(!matches!(failed, Ok(false)), "{cut}");
    }
}
