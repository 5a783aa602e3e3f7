//! The stand-in payload: what its modules are, what they return, and that an x64 process reaches them through a
//! forwarder.

use crate::modules::{VERSION, base_name, link, product, schema, stand_in, stand_in_forwarder};
use crate::support::wine::Wine;
use crate::support::{self, pe as judge};
use ancm_installer::id::{Arch, Dll, FileVersion, Role};
use ancm_installer::native::standin;
use ancm_installer::payload::{self, Ignored, Payload, Recognised};
use ancm_installer::pe::{self, Image, Machine, Target};
use std::io::Cursor;
use std::process::Command;

fn result(dll: Dll, export: &str, arch: Arch) -> Option<u32> {
    standin::result(product().part(dll).expect("it has both"), export, arch)
}

#[test]
fn every_module_is_what_it_says_for_every_processor() {
    for module in Dll::ALL {
        for arch in Arch::ALL {
            let bytes = stand_in(module, arch, VERSION);
            assert_eq!(bytes, stand_in(module, arch, VERSION), "{arch}: the same bytes each time");
            let image = Image::parse(&bytes).expect("an image");
            assert_eq!(image.machine(), Machine::from(arch));
            assert!(image.x64().is_none());
            let facts = pe::version::read(&mut Cursor::new(&bytes)).expect("readable").expect("a version");
            assert_eq!((facts.version, facts.languages), (VERSION, vec![0x409]), "PE32 and PE32+ alike");
            let info = image.native().version().expect("readable").expect("a version");
            assert_eq!(info.facts().expect("numbers").version, VERSION);
            let description = info.string("FileDescription").expect("a description");
            assert!(description.starts_with("Stand-in for the ASP.NET Core Module V2"), "{description}");
            assert!(description.ends_with(&format!("({arch})")), "{description}");
            let texts = || info.tables.iter().flat_map(|table| &table.strings);
            assert!(texts().all(|(_, text)| !text.contains("Microsoft")), "{:?}", info.tables);
            if let Some(theirs) = judge::lief_facts(&bytes) {
                assert_eq!(judge::our_facts(&bytes), theirs);
            }
        }
    }
}

#[test]
fn the_exports_and_the_messages_are_those_of_the_module() {
    let bytes = stand_in(Dll::Module, Arch::X86, VERSION);
    let image = Image::parse(&bytes).expect("an image");
    let names = |image: &Image<'_>| -> Vec<String> {
        let exports = image.native().exports().expect("exports").entries;
        exports.into_iter().filter_map(|export| export.name).collect()
    };
    assert_eq!(names(&image), ["GetIISVersion", "RegisterModule"], "undecorated on x86 too");
    let messages = image.native().message_table().expect("readable").expect("a message table").messages;
    assert_eq!(messages.len(), 30);
    assert!(
        messages.keys().all(|id| (1000..=1036).contains(id)),
        "ids of the module: no severity, no facility"
    );
    assert!(messages.values().all(|text| text.contains("%1") && text.ends_with("\r\n")), "{messages:?}");

    let bytes = stand_in(Dll::Handler, Arch::X86, VERSION);
    let image = Image::parse(&bytes).expect("an image");
    assert_eq!(names(&image), ["CreateApplication"]);
    assert_eq!(image.native().message_table(), Ok(None), "the module alone has the messages");
}

#[test]
fn the_schema_describes_the_section_of_the_module() {
    let schema = String::from_utf8(schema()).expect("UTF-8");
    assert!(schema.contains(r#"<sectionSchema name="system.webServer/aspNetCore">"#));
    for name in [
        "processPath",
        "arguments",
        "hostingModel",
        "requestTimeout",
        "handlerSetting",
        "environmentVariable",
    ] {
        assert!(schema.contains(&format!("\"{name}\"")), "{name}");
    }
    let Some(python) = support::tool("python3") else { return };
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), schema).expect("writable");
    support::run(
        Command::new(python)
            .args(["-c", "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])"])
            .arg(file.path()),
    );
}

/// The machine code of an export, `length` bytes of it.
fn code(bytes: &[u8], name: &str, length: usize) -> Vec<u8> {
    let image = Image::parse(bytes).expect("an image");
    let exports = image.native().exports().expect("exports");
    let Target::Code(rva) = exports.named(name).expect("exported").target else { panic!("{exports:?}") };
    let (offset, _) = image.native().headers().file_range(rva).expect("in a section");
    bytes[offset..offset + length].to_vec()
}

/// The instructions as `llvm-mc` assembles them from the text beside them. This is all that can be had for x86 and ARM64
/// here: Debian's 64-bit Wine runs no 32-bit process, and no ARM64 one.
#[test]
fn the_machine_code_is_that_of_an_assembler() {
    let x86 = |module, name, length| code(&stand_in(module, Arch::X86, VERSION), name, length);
    // mov eax, 0xa0ac1086; ret 12
    let register = [0xB8, 0x86, 0x10, 0xAC, 0xA0, 0xC2, 0x0C, 0x00];
    assert_eq!(x86(Dll::Module, "RegisterModule", 8), register);
    // mov eax, 0xa0ac2086; ret 20
    let create = [0xB8, 0x86, 0x20, 0xAC, 0xA0, 0xC2, 0x14, 0x00];
    assert_eq!(x86(Dll::Handler, "CreateApplication", 8), create);
    // movz w0, #0x1a64; movk w0, #0xa0ac, lsl 16; ret
    let arm64 = [0x80, 0x4C, 0x83, 0x52, 0x80, 0x15, 0xB4, 0x72, 0xC0, 0x03, 0x5F, 0xD6];
    assert_eq!(code(&stand_in(Dll::Module, Arch::Arm64, VERSION), "RegisterModule", 12), arm64);
}

#[test]
fn an_x64_process_reaches_the_stand_ins_through_the_forwarders() {
    let Some(compiler) = support::tool("x86_64-w64-mingw32-gcc") else { return };
    let Some(wine) = Wine::new() else { return };
    let folder = wine.drive_c().join("modules");
    std::fs::create_dir(&folder).expect("a new folder");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/loader.c");
    support::run(Command::new(compiler).args(["-O1", "-s", "-o"]).arg(folder.join("loader.exe")).arg(source));

    for (module, export) in [(Dll::Module, "RegisterModule"), (Dll::Handler, "CreateApplication")] {
        let bytes = link(&stand_in_forwarder(module));
        // what the loader of an ARM64 Windows makes of the forwarder for an x64 process
        let x64 = Image::parse(&bytes).expect("an image").x64().expect("an x64 view").bytes().to_vec();
        let name = format!("{}.dll", base_name(module));
        std::fs::write(folder.join(&name), x64).expect("writable");
        let call = |name: &str| {
            let output = wine.run(&[r"C:\modules\loader.exe", &format!(r"C:\modules\{name}"), export]);
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        assert_eq!(call(&name), "GetProcAddress: error 127", "without the module behind it");
        let behind = format!("{}_x64.dll", base_name(module));
        std::fs::write(folder.join(&behind), stand_in(module, Arch::X64, VERSION)).expect("writable");
        let result = format!("{:#x}", result(module, export, Arch::X64).expect("an export"));
        assert_eq!(call(&behind), result, "the stand-in itself");
        assert_eq!(call(&name), result, "through the forwarder");
    }
}

#[test]
fn results_say_which_export_of_which_processor_returned_them() {
    let all = [
        (Dll::Module, "RegisterModule", [0xA0AC_1086, 0xA0AC_1064, 0xA0AC_1A64]),
        (Dll::Handler, "CreateApplication", [0xA0AC_2086, 0xA0AC_2064, 0xA0AC_2A64]),
        (Dll::Module, "GetIISVersion", [0xA0AC_3086, 0xA0AC_3064, 0xA0AC_3A64]),
    ];
    for (module, name, results) in all {
        assert_eq!(Arch::ALL.map(|arch| result(module, name, arch).expect("an export")), results);
    }
    assert_eq!(result(Dll::Module, "CreateApplication", Arch::X64), None);
}

#[test]
fn the_payload_is_complete_and_each_file_is_taken_for_what_it_stands_in_for() {
    let mut files = vec![("any name.xml".to_owned(), schema())];
    for module in Dll::ALL {
        for arch in Arch::ALL {
            files.push((format!("{arch}-{module}"), stand_in(module, arch, VERSION)));
        }
        let forwarder = link(&stand_in_forwarder(module));
        assert_eq!(payload::recognise(&forwarder, &product()), Recognised::Ignored(Ignored::Forwarder));
    }
    let payload = Payload::stand_in(files, &product());
    assert_eq!(payload.missing(&product(), &Arch::ALL), []);
    assert!(payload.problems.is_empty(), "{:?}", payload.problems);
    let module = &payload.files[&Role::Dll(Dll::Module, Arch::Arm64)];
    assert_eq!((module.path.as_str(), module.version), ("arm64-module", Some(VERSION)));
}

#[test]
fn any_version_is_taken() {
    for version in ["0.0.0.0", "65535.65535.65535.65535"] {
        let version: FileVersion = version.parse().expect("a version");
        let bytes = stand_in(Dll::Handler, Arch::X64, version);
        let info =
            Image::parse(&bytes).expect("an image").native().version().expect("readable").expect("there");
        assert_eq!(info.string("ProductVersion"), Some(version.to_string().as_str()));
    }
}
