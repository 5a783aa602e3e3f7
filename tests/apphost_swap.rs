//! Swaps of DLLs, as far as bytes alone decide: what a DLL is, what is kept of it, what the actions hand each other. What
//! they do on a machine is in `xtask/tests/patch.rs`.

use crate::support;
use ancm_installer::apphost::journal::Fingerprint;
use ancm_installer::apphost::swap::{
    Decision, Image, Journal, Kept, LedTo, Present, Processor, Record, Refusal, Role, Swap, Verb, Version,
    parse, to_text,
};
use ancm_installer::pe;
use std::path::{Path, PathBuf};

/// DLLs of the repository, and those of Microsoft's that are beside it.
fn dlls() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("native/prebuilt")];
    folders.extend(support::theirs("data/real"));
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("dll")) {
                found.push(path);
            }
        }
    }
    assert!(found.len() >= 2);
    found
}

/// The reader of the custom actions, without a standard library, against the library's.
#[test]
fn a_dll_is_what_the_reader_of_packages_takes_it_for() {
    for path in dlls() {
        let bytes = std::fs::read(&path).expect("readable");
        let theirs = pe::Image::parse(&bytes).expect("an image");
        let ours = Image::parse(&bytes).unwrap_or_else(|| panic!("{}", path.display()));
        let processor = match (theirs.machine(), theirs.x64().is_some()) {
            (pe::Machine::I386, _) => Processor::X86,
            (pe::Machine::AMD64, _) => Processor::X64,
            (_, false) => Processor::Arm64,
            (_, true) => Processor::Arm64X,
        };
        assert_eq!(ours.processor, processor, "{}", path.display());
        let version = theirs.native().version().expect("readable").and_then(|info| info.fixed);
        let version = version.map(|fixed| Version(fixed.file_version.0));
        assert_eq!(ours.version, version, "{}", path.display());
        let names = theirs.native().exports().expect("readable").entries;
        assert_eq!(ours.exports, names.into_iter().filter_map(|export| export.name).collect());
    }
}

#[test]
fn no_bytes_are_too_broken_to_be_looked_at() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("native/prebuilt/configaction-x64.dll");
    let bytes = std::fs::read(path).expect("committed");
    for length in (0..2048).chain((2048..bytes.len()).step_by(997)) {
        let _ = Image::parse(&bytes[..length]);
    }
    // every byte of the headers, and of a part of the resources and exports, as large and as small as it gets
    for at in (0..1024).chain((1024..bytes.len()).step_by(211)) {
        for value in [0, 0x7F, 0xFF] {
            let mut broken = bytes.clone();
            broken[at] = value;
            let _ = Image::parse(&broken);
        }
    }
    for bytes in
        [&b""[..], b"swap record 1", b"swap record 1\nfile\t1\t1\t9999999999999999999999\n", b"\xFF\n"]
    {
        assert_eq!(Record::parse(bytes), None);
        assert_eq!(Journal::parse(bytes), None);
    }
    assert_eq!(parse("add\tonly"), None);
}

#[test]
fn what_is_kept_is_read_again() {
    let [after, earlier] = [&b"after"[..], b"earlier"].map(Fingerprint::of);
    let record = Record {
        kept: vec![
            Kept { role: Role::Kept, before: None, after: vec![after] },
            Kept {
                role: Role::File,
                before: Some(b"MZ\n\t\0 any bytes\n".to_vec()),
                after: vec![after, earlier],
            },
        ],
    };
    assert_eq!(Record::parse(&record.to_bytes()), Some(record.clone()));
    // what somebody else has put there since is no longer ours
    assert_eq!(record.without_us(Role::File, Some(b"after".to_vec())), record.kept[1].before);
    assert_eq!(record.without_us(Role::File, Some(b"earlier".to_vec())), record.kept[1].before);
    assert_eq!(record.without_us(Role::File, Some(b"theirs".to_vec())), Some(b"theirs".to_vec()));
    assert_eq!(record.without_us(Role::Kept, Some(b"after".to_vec())), None);
    assert_eq!(record.without_us(Role::Second, Some(b"after".to_vec())), Some(b"after".to_vec()));
    // twice the same file is no record of ours
    let twice = Record { kept: vec![record.kept[0].clone(), record.kept[0].clone()] };
    assert_eq!(Record::parse(&twice.to_bytes()), None);
    // and neither can name a file: all that it can say is which of the three
    for role in [r"..\evil.dll", r"C:\evil.dll", "file.exe", ""] {
        let record = format!("swap record 1\n{role}\t1\t1\t2\nMZ");
        assert_eq!(Record::parse(record.as_bytes()), None, "{role}");
        let journal = format!("swap journal 1\t0123\tnone\n{role}\t2\nMZ");
        assert_eq!(Journal::parse(journal.as_bytes()), None, "{role}");
    }

    let journal = Journal {
        run: "0123".to_owned(),
        record: Some(record.to_bytes()),
        files: vec![(Role::Second, None), (Role::File, Some(Vec::new()))],
    };
    assert_eq!(Journal::parse(&journal.to_bytes()), Some(journal));
}

/// While one record takes the place of another, power may be lost at any time, and what either has put there is ours.
#[test]
fn a_record_knows_what_the_one_before_it_has_put_there() {
    let kept = |role, after: &[u8]| Kept { role, before: None, after: vec![Fingerprint::of(after)] };
    let old = Record { kept: vec![kept(Role::Kept, b"old"), kept(Role::Second, b"second")] };
    let new = Record { kept: vec![kept(Role::Kept, b"new")] };
    let both = new.beside(&old);
    for (role, bytes) in [(Role::Kept, &b"old"[..]), (Role::Kept, b"new"), (Role::Second, b"second")] {
        assert_eq!(both.without_us(role, Some(bytes.to_vec())), None, "{role:?}");
    }
    assert_eq!(Record::parse(&both.to_bytes()), Some(both));
    assert_eq!(new.beside(&new), new);
}

#[test]
fn what_the_actions_hand_each_other_is_read_again() {
    let plain = Swap {
        verb: Verb::Add,
        run: "0123".to_owned(),
        file: "C:\\a\tb\\rewrite.dll".to_owned(),
        from: Processor::Arm64,
        right: Some(Processor::X86),
        lowest: Some(Version([1, 2, 3, 4])),
        highest: None,
        exports: vec!["RegisterModule".to_owned(), "Other".to_owned()],
        new: r"C:\new\rewrite.dll".to_owned(),
        led_to: None,
        backup: String::new(),
        missing: "not there\nat all".to_owned(),
    };
    let leading = Swap {
        verb: Verb::Forget,
        led_to: Some(LedTo {
            kept: "rewrite_x64.dll".to_owned(),
            second: "rewrite_arm64.dll".to_owned(),
            source: r"C:\IIS Express\rewrite.dll".to_owned(),
            processor: Processor::Arm64,
            missing: "none".to_owned(),
        }),
        ..plain.clone()
    };
    assert_eq!(parse(&to_text(&[&plain, &leading])), Some(vec![plain.clone(), leading.clone()]));
    assert_eq!(plain.path(Role::Kept), None);
    assert_eq!(leading.path(Role::Second).as_deref(), Some("C:\\a\tb\\rewrite_arm64.dll"));
}

/// Our own DLLs play the parts; the one for ARM64 is the one for x64 with another machine in its header.
#[test]
fn what_is_refused_says_which_file_and_why() {
    let read = |arch: &str| {
        let path = format!("native/prebuilt/configaction-{arch}.dll");
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("committed")
    };
    let (x64, x86) = (read("x64"), read("x86"));
    let mut arm64 = x64.clone();
    let header = u32::from_le_bytes(x64[0x3C..0x40].try_into().expect("four bytes")) as usize;
    arm64[header + 4..header + 6].copy_from_slice(&0xAA64_u16.to_le_bytes());
    let image = Image::parse(&x64).expect("a DLL");
    let exports: Vec<String> = image.exports.iter().cloned().collect();
    let names = exports.join(", ");
    let swap = Swap {
        verb: Verb::Add,
        run: "0123".to_owned(),
        file: r"C:\IIS\rewrite.dll".to_owned(),
        from: Processor::X64,
        right: None,
        lowest: None,
        highest: None,
        exports,
        new: r"C:\new\rewrite.dll".to_owned(),
        led_to: Some(LedTo {
            kept: "rewrite_x64.dll".to_owned(),
            second: "rewrite_arm64.dll".to_owned(),
            source: r"C:\IIS Express\rewrite.dll".to_owned(),
            processor: Processor::Arm64,
            missing: "install IIS Express".to_owned(),
        }),
        backup: "rewrite.dll.bak".to_owned(),
        missing: "install URL Rewrite".to_owned(),
    };
    let alone = Swap { led_to: None, ..swap.clone() };
    let from_2 = Swap { lowest: Some(Version([2, 0, 0, 0])), ..swap.clone() };
    let other_exports = Swap { exports: vec!["RegisterModule".to_owned()], ..swap.clone() };
    let file = |bytes: &[u8]| Present { file: Some(bytes.to_vec()), ..Present::default() };
    let sourced = |source: &[u8]| Present { source: Some(source.to_vec()), ..file(&x64) };
    let kept = |backup: &[u8]| Present { backup: Some(backup.to_vec()), ..file(&arm64) };
    let about = |file: &str, refusal| Refusal::Other { file: file.to_owned(), refusal: Box::new(refusal) };
    let is_for = |is, expected| Refusal::Processor { is, expected };
    let (source, backup) = (r"C:\IIS Express\rewrite.dll", "rewrite.dll.bak");
    for (swap, present, refusal, text) in [
        (
            &swap,
            Present::default(),
            Refusal::Missing("install URL Rewrite".to_owned()),
            "install URL Rewrite",
        ),
        (&swap, file(b"MZ"), Refusal::NotADll, "it is no DLL for Windows, or a damaged one"),
        (&alone, file(&x86), is_for(Processor::X86, Processor::X64), "it is for x86, expected x64"),
        (&swap, file(&x86), is_for(Processor::X86, Processor::X64), "it is for x86, expected x64"),
        (
            &swap,
            file(&arm64),
            Refusal::NothingKept {
                is: Processor::Arm64,
                expected: Processor::X64,
                backup: backup.to_owned(),
            },
            "it is for arm64, and what was there before, for x64, is not beside it (rewrite.dll.bak). Repair the product that it \
             belongs to, and run this again",
        ),
        (
            &swap,
            kept(&arm64),
            about(backup, is_for(Processor::Arm64, Processor::X64)),
            "rewrite.dll.bak beside it: it is for arm64, expected x64",
        ),
        (
            &swap,
            kept(b"MZ"),
            about(backup, Refusal::NotADll),
            "rewrite.dll.bak beside it: it is no DLL for Windows, or a damaged one",
        ),
        (&swap, file(&x64), Refusal::Missing("install IIS Express".to_owned()), "install IIS Express"),
        (
            &swap,
            sourced(&x64),
            about(source, is_for(Processor::X64, Processor::Arm64)),
            r"C:\IIS Express\rewrite.dll: it is for x64, expected arm64",
        ),
        (
            &from_2,
            sourced(&arm64),
            Refusal::Version { is: Version([1, 0, 0, 0]), lowest: from_2.lowest, highest: None },
            "it has version 1.0.0.0, and this package is for 2.0.0.0 to any",
        ),
        (
            &other_exports,
            sourced(&arm64),
            Refusal::Exports { are: names.clone(), expected: "RegisterModule".to_owned() },
            &*format!("it exports {names}, expected RegisterModule"),
        ),
    ] {
        let Err(found) = swap.decide(&present) else { panic!("it is swapped: {text}") };
        assert_eq!((found.to_string().as_str(), &found), (text, &refusal));
    }
    let [low, high] = [Version([1, 0, 0, 0]), Version([2, 0, 0, 0])];
    for (lowest, highest, text) in [
        (Some(low), Some(high), "1.0.0.0 to 2.0.0.0"),
        (Some(low), Some(low), "1.0.0.0"),
        (None, Some(low), "any to 1.0.0.0"),
        (Some(low), None, "1.0.0.0 to any"),
    ] {
        let refusal = Refusal::Version { is: Version([3, 0, 0, 0]), lowest, highest };
        assert_eq!(refusal.to_string(), format!("it has version 3.0.0.0, and this package is for {text}"));
    }
    let beside = vec![(Role::Kept, x64.clone()), (Role::Second, arm64.clone())];
    assert!(swap.decide(&sourced(&arm64)) == Ok(Decision::Swap { beside, adopted: false }));
}
