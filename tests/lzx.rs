//! LZX: what the encoder writes at every window and effort is decoded by strangers to the same bytes, and nothing gets
//! much larger.

#![allow(
    clippy::disallowed_methods,
    reason = "tests start foreign tools and read a switch for what takes minutes"
)]

use crate::support;
use crate::support::wine::Wine;
use ancm_installer::cab::{self, Cabinet, CabinetFile, Effort, Method, Reader, Source, Window};
use std::fs::{self, File};
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, Stdio};

const FRAME: usize = 32_768;

/// Numbers without a pattern.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }

    /// Words out of a few hundred.
    fn text(&mut self, count: usize) -> Vec<u8> {
        let words: Vec<Vec<u8>> = (0..300)
            .map(|_| {
                let length = 2 + self.next() as usize % 8;
                (0..length).map(|_| b'a' + (self.next() % 26) as u8).chain([b' ']).collect()
            })
            .collect();
        let mut text = Vec::new();
        while text.len() < count {
            text.extend_from_slice(&words[self.next() as usize % words.len()]);
        }
        text.truncate(count);
        text
    }

    /// Calls (E8) near the ends of frames and of the text, with operands at the limits of their translation; the text
    /// begins `start` bytes from the beginning of its folder.
    fn calls(&mut self, count: usize, start: usize) -> Vec<u8> {
        let mut bytes = self.text(count);
        for frame in (0..count + FRAME).step_by(FRAME) {
            let end = (frame + FRAME - (start % FRAME)).min(count);
            for back in (1..=14).chain([21, 28, 70]) {
                let Some(at) = end.checked_sub(back) else { continue };
                let position = (start + at) as i32;
                let choices = [
                    0,
                    1,
                    -1,
                    -position,
                    -position - 1,
                    11_999_999,
                    12_000_000,
                    12_000_000 - position,
                    i32::MIN,
                ];
                let operand = choices[self.next() as usize % choices.len()];
                let call = [&[0xe8][..], &operand.to_le_bytes()].concat();
                let room = (count - at).min(5);
                bytes[at..at + room].copy_from_slice(&call[..room]);
            }
        }
        bytes
    }
}

/// Edges of frames, blocks, matches and calls, and what does not get smaller. `window`: where copies are at its limit.
fn inputs(seed: u64, window: usize) -> Vec<Vec<u8>> {
    let mut noise = Noise(seed);
    let mut inputs: Vec<Vec<u8>> = Vec::new();
    let mut start = 0;
    let mut add = |bytes: Vec<u8>| {
        start += bytes.len();
        inputs.push(bytes);
        start
    };
    for count in [0, 1, 2, 3, 10, 11] {
        add(noise.text(count));
    }
    let mut at = add(noise.text(FRAME - 1 - 27));
    for count in [1, FRAME - 1, FRAME, FRAME + 1] {
        at = add(noise.calls(count, at));
    }
    at = add(vec![0xe8; 4000]);
    add(noise.calls(2 * FRAME + 9, at));
    // What stays as it is, at odd and even places.
    for count in [1, 4097, 8192, FRAME, FRAME + 1] {
        add(noise.bytes(count));
        add(noise.text(8191));
    }
    // One byte, two bytes, periods, long runs with an end in between.
    add(vec![7; 3 * FRAME + 5]);
    add((0..20_000).map(|_| b'a' + (noise.next() % 2) as u8).collect());
    add((0..=255).collect::<Vec<u8>>().repeat(90));
    add([vec![0; 9000], noise.bytes(3), vec![0; 9000]].concat());
    // Copies whose offset is at the window's limit.
    if window <= 1 << 17 {
        for offset in [window - 4, window - 3, window - 2, window] {
            let copy = noise.bytes(64);
            let between: Vec<u8> = noise.text(offset - copy.len());
            add([&copy[..], &between, &copy].concat());
        }
    }
    // Small parts that do and that do not get smaller in turns.
    let parts = (0..24).map(|k| {
        let count = 1 + noise.next() as usize % 5000;
        if k % 2 == 0 { noise.bytes(count) } else { noise.text(count) }
    });
    let mixed: Vec<Vec<u8>> = parts.collect();
    add(mixed.concat());
    inputs
}

fn cabinet(method: Method, inputs: &[Vec<u8>]) -> Cabinet {
    let file = |(number, bytes): (usize, &Vec<u8>)| CabinetFile {
        name: format!("f{number:02}"),
        size: bytes.len() as u64,
        modified: 0,
        source: Source::Bytes(bytes.clone()),
    };
    Cabinet { method, files: inputs.iter().enumerate().map(file).collect() }
}

fn written(cabinet: &Cabinet) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    cab::write(cabinet, NonZeroUsize::MIN, &mut out).expect("within the limits");
    out.into_inner()
}

fn method(exponent: u8, effort: Effort) -> Method {
    Method::Lzx { window: Window::new(exponent).expect("a window"), effort }
}

/// The sizes of the data blocks, compressed and not: of each, at most 6 KiB more than a frame.
fn blocks(bytes: &[u8]) -> Vec<(usize, usize)> {
    let word = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let mut at = u32::from_le_bytes([bytes[36], bytes[37], bytes[38], bytes[39]]) as usize;
    let mut blocks = Vec::new();
    for _ in 0..word(40) {
        blocks.push((word(at + 4), word(at + 6)));
        at += 8 + word(at + 4);
    }
    assert_eq!(at, bytes.len());
    blocks
}

/// Decoders that are not ours: whether each has decoded `cabinet` into `folder`.
struct Strangers {
    programs: Vec<(&'static str, std::path::PathBuf)>,
    /// Its `cabinet.dll`, through its `extrac32.exe`.
    wine: Option<Wine>,
}

impl Strangers {
    fn new() -> Strangers {
        // gcab is what msiextract decodes with.
        let programs = ["cabextract", "7z", "gcab"].into_iter();
        let programs = programs.filter_map(|name| Some((name, support::tool(name)?))).collect();
        Strangers { programs, wine: Wine::new() }
    }

    /// Has each decode `path` and compares.
    fn decode(&self, path: &Path, folder: &Path, inputs: &[Vec<u8>], what: &str) {
        for (name, program) in &self.programs {
            let out = folder.join(name);
            let mut command = Command::new(program);
            match *name {
                "cabextract" => command.arg("-q").arg("-d").arg(&out).arg(path),
                "7z" => command.arg("x").arg("-y").arg(format!("-o{}", out.display())).arg(path),
                _ => command.arg("-x").arg("-C").arg(&out).arg(path),
            };
            fs::create_dir_all(&out).expect("room");
            support::run(&mut command);
            compare(&out, inputs, &format!("{name}: {what}"));
        }
        if let Some(wine) = &self.wine {
            let out = wine.drive_c().join("out");
            fs::create_dir_all(&out).expect("room");
            fs::copy(path, wine.drive_c().join("x.cab")).expect("room");
            let output = wine.run(&["extrac32", "/Y", "/E", "/L", "C:\\out", "C:\\x.cab"]);
            assert!(output.status.success(), "extrac32: {what}: {}", String::from_utf8_lossy(&output.stdout));
            compare(&out, inputs, &format!("Wine: {what}"));
            fs::remove_dir_all(out).expect("removed");
        }
    }
}

fn compare(folder: &Path, inputs: &[Vec<u8>], what: &str) {
    for (index, input) in inputs.iter().enumerate() {
        let found = fs::read(folder.join(format!("f{index:02}"))).expect("extracted");
        assert!(found == *input, "{what}: f{index:02}");
    }
}

/// Part of a real program: this one.
fn program() -> Vec<u8> {
    let mut file = File::open(std::env::current_exe().expect("known")).expect("readable");
    let size = file.metadata().expect("readable").len();
    file.seek(SeekFrom::Start(size / 3)).expect("within");
    let mut bytes = Vec::new();
    file.take(150_000).read_to_end(&mut bytes).expect("readable");
    bytes
}

#[test]
fn strangers_decode_every_window_and_effort() {
    let strangers = Strangers::new();
    let folder = tempfile::tempdir().expect("a folder");
    let mut tried = 0;
    for exponent in 15..=21 {
        for effort in [Effort::Fast, Effort::Balanced, Effort::Max] {
            let mut inputs = inputs(u64::from(exponent) * 3 + effort as u64, 1 << exponent);
            inputs.push(program());
            let bytes = written(&cabinet(method(exponent, effort), &inputs));
            assert!(blocks(&bytes).iter().all(|(size, _)| *size <= FRAME + 6144), "{exponent} {effort}");
            let mut reader = Reader::open(Cursor::new(&bytes)).expect("a cabinet");
            for (index, input) in inputs.iter().enumerate() {
                let mut found = Vec::new();
                reader.extract(index, &mut found).expect("whole");
                assert!(found == *input, "our reader: {exponent} {effort} f{index:02}");
            }
            let path = folder.path().join(format!("{exponent}{effort}.cab"));
            fs::write(&path, &bytes).expect("written");
            let what = format!("{exponent} {effort}");
            strangers.decode(&path, &folder.path().join(&what), &inputs, &what);
            tried += inputs.len();
        }
    }
    assert!(tried >= 500, "{tried} inputs");
}

#[test]
fn a_call_of_the_first_byte_of_a_folder_comes_back() {
    // zero, translated, is not negative ([MS-PATCH] 2.3.2)
    let mut input = vec![0x90; 100];
    input[50..55].copy_from_slice(&[0xe8, 0xce, 0xff, 0xff, 0xff]);
    let bytes = written(&cabinet(method(15, Effort::Fast), std::slice::from_ref(&input)));
    let mut found = Vec::new();
    Reader::open(Cursor::new(bytes)).expect("a cabinet").extract(0, &mut found).expect("whole");
    assert_eq!(found, input);
}

/// The largest folder, nearly all zeros, with calls on both sides of 1 GiB, where translation ends.
#[test]
fn two_gibibytes_with_calls_past_the_first() {
    if std::env::var_os("LZX_LARGE").is_none() {
        eprintln!("skipped: some minutes and 4 GiB of sparse files; LZX_LARGE=1 asks for it");
        return;
    }
    const SIZE: u64 = 65_535 * FRAME as u64;
    const GIB: u64 = 1 << 30;
    let folder = tempfile::tempdir().expect("a folder");
    let (input, path) = (folder.path().join("f00"), folder.path().join("x.cab"));
    let mut file = File::create(&input).expect("room");
    file.set_len(SIZE).expect("sparse");
    for start in [0, GIB - 3 * FRAME as u64, GIB, SIZE - 70_000] {
        file.seek(SeekFrom::Start(start)).expect("within");
        file.write_all(&Noise(start).calls(60_000, start as usize)).expect("room");
    }
    let source = Source::File(input.clone());
    let files = vec![CabinetFile { name: "f00".to_owned(), size: SIZE, modified: 0, source }];
    let mut out = File::create(&path).expect("room");
    let cabinet = Cabinet { method: method(21, Effort::Fast), files };
    let size = cab::write(&cabinet, NonZeroUsize::MIN, &mut out).expect("within the limits");
    assert!(size < 20 << 20, "{size}");
    let mut judges = vec![same(&input, |out| {
        let mut reader = Reader::open(File::open(&path).expect("written")).expect("a cabinet");
        reader.extract(0, out).expect("whole");
    })];
    for (program, arguments) in [("cabextract", &["-q", "-p"][..]), ("7z", &["x", "-so"])] {
        let Some(program) = support::tool(program) else { continue };
        judges.push(same(&input, |out| {
            let mut child = Command::new(&program)
                .args(arguments)
                .arg(&path)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("started");
            std::io::copy(child.stdout.as_mut().expect("piped"), out).expect("read");
            assert!(child.wait().expect("ended").success());
        }));
    }
    assert!(judges.iter().all(|same| *same), "our reader, cabextract, 7z: {judges:?}");
}

/// Whether what is written to the sink given is the file.
fn same(path: &Path, write: impl FnOnce(&mut Compared)) -> bool {
    let mut compared = Compared { file: File::open(path).expect("readable"), same: true, size: 0 };
    write(&mut compared);
    compared.same && compared.size == compared.file.metadata().expect("readable").len()
}

struct Compared {
    file: File,
    same: bool,
    size: u64,
}

impl Write for Compared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut expected = vec![0; bytes.len()];
        self.same &= self.file.read_exact(&mut expected).is_ok() && expected == bytes;
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_does_not_get_smaller_grows_by_the_headers_of_its_blocks() {
    for (count, effort) in [
        (1, Effort::Max),
        (100, Effort::Max),
        (FRAME, Effort::Fast),
        (700_001, Effort::Fast),
        (300_001, Effort::Max),
    ] {
        let input = Noise(9).bytes(count);
        let bytes = written(&cabinet(method(21, effort), std::slice::from_ref(&input)));
        let blocks = blocks(&bytes);
        let grown: usize = blocks.iter().map(|(size, _)| *size).sum::<usize>().saturating_sub(count);
        // 33 bits before the first; 27 bits, up to 16 to the end of a word and 12 bytes for each.
        assert!(
            grown <= 6 + 20 * blocks.len(),
            "{count} {effort}: {grown} bytes more in {} blocks",
            blocks.len()
        );
    }
}

#[test]
fn one_byte_over_and_over_takes_next_to_nothing() {
    for effort in [Effort::Fast, Effort::Balanced, Effort::Max] {
        let bytes = written(&cabinet(method(21, effort), &[vec![0x55; 4_000_000]]));
        // Each data block has a header of 8 bytes; the longest match has 257.
        assert!(bytes.len() < 4_000_000 / FRAME * 64, "{effort}: {}", bytes.len());
    }
}

#[test]
fn more_effort_is_fewer_bytes() {
    let inputs = inputs(1, 1 << 18);
    let sizes = [Effort::Fast, Effort::Balanced, Effort::Max]
        .map(|effort| written(&cabinet(method(18, effort), &inputs)).len());
    assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
}

#[test]
fn nothing_broken_makes_the_reader_panic_or_grow() {
    let inputs = [Noise(1).text(40_000), Noise(2).calls(50_000, 40_000), Noise(3).bytes(3000)];
    let whole = written(&cabinet(method(16, Effort::Balanced), &inputs));
    let mut noise = Noise(4);
    for round in 0..1500 {
        let mut broken = whole.clone();
        // The directory first, then anything; checksums of 0 are not looked at.
        let changes = 1 + noise.next() as usize % 4;
        for _ in 0..changes {
            let at = noise.next() as usize % if round < 300 { 140 } else { broken.len() };
            broken[at] = noise.next() as u8;
        }
        let mut at = u32::from_le_bytes([whole[36], whole[37], whole[38], whole[39]]) as usize;
        for (size, _) in blocks(&whole) {
            broken[at..at + 4].fill(0);
            at += 8 + size;
        }
        let Ok(mut reader) = Reader::open(Cursor::new(broken)) else { continue };
        for index in 0..reader.files().len().min(4) {
            let size = reader.files()[index].size as usize;
            let mut found = Vec::new();
            if reader.extract(index, &mut found).is_ok() {
                assert_eq!(found.len(), size);
            }
            assert!(found.len() <= size);
        }
    }
}
