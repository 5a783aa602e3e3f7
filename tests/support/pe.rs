//! Judging images: what our reader and LIEF see, in the same words; and a broken image for every occasion.

use ancm_installer::pe::{self, Directory, Image, Machine, Resource, ResourceId, Target, View};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};

/// A Python with LIEF, for all tests of a program.
struct Lief {
    judge: Child,
    said: BufReader<ChildStdout>,
}

impl Lief {
    /// Nothing where Python or LIEF is absent.
    fn start() -> Option<Lief> {
        let found = Command::new(super::python()?).args(["-c", "import lief"]).output();
        if !found.expect("python3 starts").status.success() {
            return None;
        }
        let mut judge = super::judge("lief_facts.py")?;
        judge.env("PYTHONIOENCODING", "utf-8").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut judge = judge.spawn().expect("python3 starts");
        let said = BufReader::new(judge.stdout.take().expect("piped"));
        Some(Lief { judge, said })
    }

    fn facts(&mut self, image: &Path) -> String {
        let asked = self.judge.stdin.as_mut().expect("piped");
        writeln!(asked, "{}", image.display()).expect("it listens");
        let mut facts = String::new();
        loop {
            let start = facts.len();
            let length = self.said.read_line(&mut facts).expect("UTF-8");
            assert!(length > 0, "LIEF ended after\n{facts}");
            if &facts[start..] == "end\n" {
                facts.truncate(start);
                return facts;
            }
        }
    }
}

/// The facts that `tests/judges/lief_facts.py` prints; prints why and gives nothing where Python or LIEF is absent.
pub fn lief_facts(image: &[u8]) -> Option<String> {
    static LIEF: LazyLock<Option<Mutex<Lief>>> = LazyLock::new(|| Lief::start().map(Mutex::new));
    let Some(lief) = &*LIEF else {
        super::skip("Python has no LIEF; `cargo xtask setup` installs it");
        return None;
    };
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), image).expect("writable");
    Some(lief.lock().expect("it has ended in no other test").facts(file.path()))
}

/// What `tests/judges/arm64x-view.py` says of an ARM64X image; prints why and gives nothing where it cannot run.
pub fn arm64x_view(image: &[u8]) -> Option<Value> {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), image).expect("writable");
    let output = super::run(super::judge("arm64x-view.py")?.arg(file.path()).arg("--json"));
    Some(serde_json::from_slice(&output).expect("JSON"))
}

/// Whether `x64`, mapped, is what `arm64x-view.py` makes of `image` for an x64 process. Prints why and gives nothing where
/// it cannot run.
pub fn mapped_alike(image: &[u8], x64: &[u8]) -> Option<bool> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [image_path, x64_path] = ["image.dll", "x64.dll"].map(|name| folder.path().join(name));
    std::fs::write(&image_path, image).expect("writable");
    std::fs::write(&x64_path, x64).expect("writable");
    let mut judge = super::judge("arm64x_mapped.py")?;
    let output = super::run(judge.arg(super::own("judges/arm64x-view.py")).arg(image_path).arg(x64_path));
    Some(output.starts_with(b"same"))
}

/// A view in the words of `arm64x-view.py --json`.
pub fn as_json(view: &View<'_>) -> Value {
    const NAMES: [&str; Directory::COUNT] = [
        "Export",
        "Import",
        "Resource",
        "Exception",
        "Security",
        "BaseReloc",
        "Debug",
        "Architecture",
        "GlobalPtr",
        "TLS",
        "LoadConfig",
        "BoundImport",
        "IAT",
        "DelayImport",
        "CLR",
        "Reserved",
    ];
    let headers = view.headers();
    let directories: BTreeMap<&str, [u32; 2]> =
        NAMES.into_iter().zip(headers.directories().iter().map(|d| [d.rva, d.size])).collect();
    let exports = view.exports().expect("exports");
    let targets: BTreeMap<String, String> = exports
        .entries
        .into_iter()
        .filter_map(|export| {
            let target = match export.target {
                Target::Code(rva) | Target::Data(rva) => format!("{rva:#x}"),
                Target::Forward(target) => target,
            };
            Some((export.name?, target))
        })
        .collect();
    serde_json::json!({
        "machine": format!("{:#06x}", headers.machine.0),
        "entry": format!("{:#x}", headers.entry_point),
        "directories": directories,
        "exports": targets,
        "dll": exports.module,
    })
}

/// The same facts as [`lief_facts`] from our reader.
pub fn our_facts(bytes: &[u8]) -> String {
    let image = Image::parse(bytes).expect("an image");
    let mut out = String::new();
    for view in image.views() {
        writeln!(out, "machine {:#06x}", view.headers().machine.0).expect("to a string");
        for export in view.exports().expect("exports").entries {
            let target = match export.target {
                Target::Code(rva) | Target::Data(rva) => format!("{rva:#x}"),
                Target::Forward(target) => target,
            };
            let name = export.name.unwrap_or_default();
            writeln!(out, "export {} {name} {target}", export.ordinal).expect("to a string");
        }
        for library in view.imports().expect("imports") {
            writeln!(out, "import {library}").expect("to a string");
        }
    }
    let native = image.native();
    if let Some(info) = native.version().expect("a version resource") {
        writeln!(out, "version {}", info.fixed.expect("numbers").file_version).expect("to a string");
        for (name, value) in info.tables.iter().flat_map(|table| &table.strings) {
            writeln!(out, "string {name} = {value}").expect("to a string");
        }
        for translation in &info.translations {
            writeln!(out, "language {}", translation.language).expect("to a string");
        }
    }
    writeln!(out, "checksum {:#x}", pe::checksum(bytes).expect("a checksum")).expect("to a string");
    for Resource { kind, name, language, data } in native.resources().expect("resources") {
        let text = |id: ResourceId| match id {
            ResourceId::Text(text) => text,
            ResourceId::Number(number) => number.to_string(),
        };
        writeln!(out, "resource {} {} {language} {}", text(kind), text(name), data.len())
            .expect("to a string");
    }
    out
}

/// Where the section of [`image`] is in memory.
pub const SECTION: u32 = 0x1000;
/// Where it is in the file.
pub const HEADERS: usize = 0x400;
/// Where the headers are.
pub const SIGNATURE: usize = 0x40;

/// Writes `value` over what is at `at`.
pub fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

/// A PE32+ image with one section of `data` at [`SECTION`].
pub fn image(machine: Machine, data: &[u8], directories: &[(Directory, u32, u32)]) -> Vec<u8> {
    let length = data.len() as u32;
    let mut bytes = vec![0; HEADERS];
    put(&mut bytes, 0, b"MZ");
    put(&mut bytes, 0x3C, &(SIGNATURE as u32).to_le_bytes());
    let file_header = SIGNATURE + 4;
    put(&mut bytes, SIGNATURE, b"PE\0\0");
    put(&mut bytes, file_header, &machine.0.to_le_bytes());
    put(&mut bytes, file_header + 2, &1u16.to_le_bytes()); // NumberOfSections
    put(&mut bytes, file_header + 16, &240u16.to_le_bytes()); // SizeOfOptionalHeader
    let optional = file_header + 20;
    put(&mut bytes, optional, &0x20Bu16.to_le_bytes());
    put(&mut bytes, optional + 56, &(SECTION + length).to_le_bytes()); // SizeOfImage
    put(&mut bytes, optional + 60, &(HEADERS as u32).to_le_bytes()); // SizeOfHeaders
    put(&mut bytes, optional + 108, &16u32.to_le_bytes()); // NumberOfRvaAndSizes
    for (directory, rva, size) in directories {
        let at = optional + 112 + 8 * *directory as usize;
        put(&mut bytes, at, &rva.to_le_bytes());
        put(&mut bytes, at + 4, &size.to_le_bytes());
    }
    let section = optional + 240;
    put(&mut bytes, section, b".data");
    for (index, field) in [length, SECTION, length, HEADERS as u32].into_iter().enumerate() {
        put(&mut bytes, section + 8 + 4 * index, &field.to_le_bytes());
    }
    bytes.extend(data);
    bytes
}

/// Numbers of four bytes.
pub fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A resource directory with `count` entries that all lead to `leads_to`.
pub fn resource_directory(count: u16, leads_to: u32) -> Vec<u8> {
    let mut data = words(&[0, 0, 0]);
    data.extend([0, 0]);
    data.extend(count.to_le_bytes());
    data.extend(words(&[16, leads_to]).repeat(usize::from(count)));
    data
}

/// Reads everything that there is to read; for broken images, where only not panicking counts.
pub fn read_everything(bytes: &[u8]) {
    let _ = pe::version::read(&mut Cursor::new(bytes));
    let Ok(image) = Image::parse(bytes) else { return };
    for view in image.views() {
        let _ = (view.exports(), view.imports(), view.resources(), view.version(), view.message_table());
    }
}

/// Reads `count` broken variants of `bytes`: cut short, and with up to four fields overwritten. The fields are those
/// that the reader follows: headers and the beginnings of data directories. The same variants on every run.
pub fn read_broken_variants(bytes: &[u8], count: usize) {
    let mut places: Vec<(usize, usize)> = vec![(0, 0x400)];
    let image = Image::parse(bytes).expect("an image");
    for view in image.views() {
        let headers = view.headers();
        let directories = headers.directories().iter().filter_map(|d| headers.file_range(d.rva));
        places.extend(directories.map(|(offset, left)| (offset, left.min(0x400))));
        if let Some(relocations) = headers.sections.last() {
            places.push((relocations.file_offset as usize, relocations.file_size as usize));
        }
    }
    let mut state: u64 = 0x2545_F491_4F6C_DD1D;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    const VALUES: [u32; 8] = [0, 1, 7, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF];
    let mut broken = bytes.to_vec();
    for round in 0..count {
        let mut undo = Vec::new();
        for _ in 0..1 + random(4) {
            let (offset, length) = places[random(places.len())];
            let at = offset + random(length);
            let value = if random(3) == 0 { random(256) as u32 } else { VALUES[random(VALUES.len())] };
            let width = [1, 2, 4][random(3)];
            if let Some(field) = broken.get_mut(at..at + width) {
                undo.push((at, field.to_vec()));
                field.copy_from_slice(&value.to_le_bytes()[..width]);
            }
        }
        let (offset, length) = places[random(places.len())];
        let cut = if round % 4 == 0 { (offset + random(length)).min(broken.len()) } else { broken.len() };
        read_everything(&broken[..cut]);
        for (at, old) in undo.into_iter().rev() {
            broken[at..at + old.len()].copy_from_slice(&old);
        }
    }
    assert_eq!(broken, bytes, "every change was undone");
}
