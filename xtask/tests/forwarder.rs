//! ARM64X forwarders: what LLD makes of them, judged by LIEF and `arm64x-view.py`; and what is refused.

use crate::modules::{VERSION, base_name, forwarder_job, link, stand_in, stand_in_forwarder, stand_in_job};
use crate::support;
use crate::support::pe as judge;
use ancm_installer::id::{Arch, Dll, FileVersion};
use ancm_installer::native::{ExpectedExport, LinkJob, Problem, verify};
use ancm_installer::pe::{Image, ResourceId, Target};

const NO_VERSION: FileVersion = FileVersion([0; 4]);

/// A stand-in whose exports are those of a module-definition file.
fn module_with_exports(arch: Arch, definitions: &str, exports: &[(u32, Option<&str>)]) -> Vec<u8> {
    let mut job = stand_in_job(Dll::Module, arch, VERSION);
    let file = job.files.iter_mut().find(|file| file.name == "exports.def").expect("a definition file");
    file.content = format!("EXPORTS\n{definitions}\n").into_bytes();
    let export = |(ordinal, name): &(u32, Option<&str>)| ExpectedExport {
        ordinal: *ordinal,
        name: name.map(str::to_owned),
        forward: None,
    };
    job.expected.views[0].exports = exports.iter().map(export).collect();
    link(&job)
}

/// A job's error.
fn refused(arm64: &[u8], x64: &[u8]) -> String {
    forwarder_job("aspnetcorev2", arm64, x64, NO_VERSION).expect_err("refused").to_string()
}

#[test]
fn both_views_forward_every_export_as_other_readers_see_it() {
    for module in Dll::ALL {
        let job = stand_in_forwarder(module);
        let bytes = link(&job);
        if let Some(theirs) = judge::lief_facts(&bytes) {
            assert_eq!(judge::our_facts(&bytes), theirs);
            let name = base_name(module);
            let export = if module == Dll::Module { "2 RegisterModule" } else { "1 CreateApplication" };
            let function = &export[2..];
            assert!(theirs.contains(&format!("export {export} {name}_arm64.{function}\n")), "{theirs}");
            assert!(theirs.contains(&format!("export {export} {name}_x64.{function}\n")), "{theirs}");
            assert!(theirs.contains("version 20.0.26296.14\n"), "{theirs}");
        }
        if let Some(theirs) = judge::arm64x_view(&bytes) {
            let image = Image::parse(&bytes).expect("an image");
            assert_eq!(judge::as_json(image.native()), theirs["native"]);
            assert_eq!(judge::as_json(image.x64().expect("an x64 view")), theirs["x64"]);
        }
    }
}

/// The picture of native/README.md: what each kind of process gets of one file.
#[test]
fn the_two_views_are_as_the_book_shows_them() {
    let bytes = link(&stand_in_forwarder(Dll::Module));
    let image = Image::parse(&bytes).expect("an image");
    let seen = |view: &ancm_installer::pe::View<'_>| -> Vec<String> {
        let machine = format!("machine {:04X}", view.headers().machine.0);
        let exports =
            view.exports().expect("exports").entries.into_iter().map(|export| match export.target {
                Target::Forward(to) => {
                    format!("{} {} -> {to}", export.ordinal, export.name.unwrap_or_default())
                }
                other => panic!("it has no code: {other:?}"),
            });
        std::iter::once(machine).chain(exports).collect()
    };
    let x64 = seen(image.x64().expect("an x64 view"));
    let arm64 = seen(image.native());
    let width = arm64.iter().map(String::len).max().unwrap_or_default();
    let row = |(left, right): (&String, &String)| format!("| {left:<width$} | {right:<width$} |");
    let heads = ["an ARM64 process sees", "an x64 process sees"].map(str::to_owned);
    let line = format!("+-{}-+-{}-+", "-".repeat(width), "-".repeat(width));
    let mut picture = vec![format!("{}.dll, one file without code", base_name(Dll::Module))];
    picture.extend([line.clone(), row((&heads[0], &heads[1])), line.clone()]);
    picture.extend(arm64.iter().zip(&x64).map(row));
    picture.push(line);
    support::golden::picture("../native/README.md", "views", "text", &picture);
}

#[test]
fn a_forwarder_is_the_same_bytes_from_every_folder() {
    for module in Dll::ALL {
        let job = stand_in_forwarder(module);
        // each run has a scratch folder of its own
        assert_eq!(link(&job), link(&job));
    }
}

#[test]
fn the_resources_of_the_x64_module_are_all_there_unchanged() {
    let x64 = stand_in(Dll::Module, Arch::X64, VERSION);
    let arm64 = stand_in(Dll::Module, Arch::Arm64, VERSION);
    let bytes = link(&forwarder_job("aspnetcorev2", &arm64, &x64, NO_VERSION).expect("a job"));
    let (x64, forwarder) = (Image::parse(&x64).expect("an image"), Image::parse(&bytes).expect("an image"));
    let expected = x64.native().resources().expect("resources");
    assert_eq!(expected.len(), 2, "messages and version");
    for view in forwarder.views() {
        assert_eq!(view.resources().expect("resources"), expected);
        let messages = view.message_table().expect("readable").expect("a message table").messages;
        assert_eq!(messages[&1029], "Stand-in, out-of-process request handler not found: %1\r\n");
    }
}

#[test]
fn a_real_module_is_forwarded_with_all_its_exports_and_resources() {
    let Some(real) = support::theirs("data/real/aspnetcorev2_inprocess.10.0.14.dll") else { return };
    let real = std::fs::read(real).expect("readable");
    let arm64 = stand_in(Dll::Module, Arch::Arm64, VERSION);
    let bytes = link(&forwarder_job("aspnetcorev2_inprocess", &arm64, &real, NO_VERSION).expect("a job"));
    let image = Image::parse(&bytes).expect("an image");
    let x64 = image.x64().expect("an x64 view");
    let exports = x64.exports().expect("exports").entries;
    assert_eq!(exports.len(), 37, "as many as the real module has");
    assert_eq!(
        image.native().exports().expect("exports").entries.len(),
        2,
        "as many as the ARM64 module has"
    );
    let real = Image::parse(&real).expect("an image");
    assert_eq!(x64.resources().expect("resources"), real.native().resources().expect("resources"));
    if let Some(theirs) = judge::lief_facts(&bytes) {
        assert_eq!(judge::our_facts(&bytes), theirs);
    }
}

#[test]
fn the_version_is_never_below_that_of_a_module_or_what_is_asked_for() {
    let [low, high, asked] = [[18, 0, 1, 0], [20, 0, 1, 0], [20, 0, 2, 0]].map(FileVersion);
    for (arm64, x64, least, expected) in [
        (high, high, NO_VERSION, high),
        (low, high, NO_VERSION, high),
        (high, low, NO_VERSION, high),
        (low, high, asked, asked),
    ] {
        let [arm64, x64] = [(Arch::Arm64, arm64), (Arch::X64, x64)]
            .map(|(arch, version)| stand_in(Dll::Handler, arch, version));
        let bytes = link(&forwarder_job("handler", &arm64, &x64, least).expect("a job"));
        let info =
            Image::parse(&bytes).expect("an image").native().version().expect("readable").expect("there");
        let fixed = info.fixed.expect("numbers");
        assert_eq!((fixed.file_version, fixed.product_version), (expected, expected));
        assert_eq!(info.string("FileVersion"), Some(expected.to_string().as_str()));
        assert_eq!(
            info.string("OriginalFilename"),
            Some("aspnetcorev2_outofprocess.dll"),
            "the rest is kept"
        );
    }
}

#[test]
fn modules_without_a_version_get_a_forwarder_with_the_one_asked_for() {
    let [arm64, x64] =
        [Arch::Arm64, Arch::X64].map(|arch| without_resources(&stand_in(Dll::Handler, arch, VERSION)));
    let bytes = link(&forwarder_job("handler", &arm64, &x64, VERSION).expect("a job"));
    let info = Image::parse(&bytes).expect("an image").native().version().expect("readable").expect("there");
    assert_eq!(info.facts().expect("numbers").version, VERSION);
    assert_eq!(
        info.string("FileDescription"),
        Some("ARM64X forwarder to handler_arm64.dll and handler_x64.dll")
    );
}

/// The image with an empty resource directory entry.
fn without_resources(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let signature = u32::from_le_bytes(bytes[0x3C..0x40].try_into().expect("4 bytes")) as usize;
    let resource = signature + 24 + 112 + 8 * 2;
    bytes[resource..resource + 8].fill(0);
    bytes
}

#[test]
fn ordinals_are_kept_and_exports_without_a_name_forward_by_ordinal() {
    let x64 = module_with_exports(
        Arch::X64,
        "GetIISVersion @9\nRegisterModule @7 NONAME",
        &[(7, None), (9, Some("GetIISVersion"))],
    );
    let arm64 = stand_in(Dll::Module, Arch::Arm64, VERSION);
    let bytes = link(&forwarder_job("aspnetcorev2", &arm64, &x64, NO_VERSION).expect("a job"));
    let Some(theirs) = judge::lief_facts(&bytes) else { return };
    assert_eq!(judge::our_facts(&bytes), theirs);
    assert!(theirs.contains("export 7  aspnetcorev2_x64.#7\n"), "{theirs}");
    assert!(theirs.contains("export 9 GetIISVersion aspnetcorev2_x64.GetIISVersion\n"), "{theirs}");
}

#[test]
fn names_that_a_definition_file_could_misread_are_forwarded_all_the_same() {
    let names = ["DATA", "LIBRARY", "?f@@YAXXZ", "_plain@8", "two words"];
    let definitions: Vec<String> = names.iter().map(|name| format!("\"{name}\"=RegisterModule")).collect();
    let mut sorted = names;
    sorted.sort_unstable();
    let exports: Vec<(u32, Option<&str>)> = (1..).zip(sorted.map(Some)).collect();
    let x64 = module_with_exports(Arch::X64, &definitions.join("\n"), &exports);
    let arm64 = stand_in(Dll::Module, Arch::Arm64, VERSION);
    let bytes = link(&forwarder_job("aspnetcorev2", &arm64, &x64, NO_VERSION).expect("a job"));
    let image = Image::parse(&bytes).expect("an image");
    let exports = image.x64().expect("an x64 view").exports().expect("exports");
    assert!(names.iter().all(|name| exports.named(name).is_some()), "{exports:?}");
}

#[test]
fn what_cannot_be_forwarded_is_refused() {
    let [x64, arm64] = [Arch::X64, Arch::Arm64].map(|arch| stand_in(Dll::Module, arch, VERSION));
    assert_eq!(refused(&x64, &x64), "`aspnetcorev2_arm64.dll` is for x64, expected arm64");
    assert_eq!(refused(&arm64, &arm64), "`aspnetcorev2_x64.dll` is for arm64, expected x64");

    // the section of the functions loses its MEM_EXECUTE bit, which makes them variables
    let image = Image::parse(&x64).expect("an image");
    let text = image.native().headers().sections.iter().position(|s| s.name == ".text").expect("code");
    let signature = u32::from_le_bytes(x64[0x3C..0x40].try_into().expect("4 bytes")) as usize;
    let mut data = x64.clone();
    data[signature + 24 + 240 + 40 * text + 39] &= !0x20;
    assert_eq!(
        refused(&arm64, &data),
        "`aspnetcorev2_x64.dll` exports the variable `GetIISVersion`, and a variable cannot be forwarded"
    );

    let mut none = x64.clone();
    none[signature + 24 + 112..signature + 24 + 120].fill(0);
    let message = "`aspnetcorev2_x64.dll` exports nothing, so a forwarder to it would be of no use";
    assert_eq!(refused(&arm64, &none), message);

    let error = forwarder_job("a.b", &arm64, &x64, NO_VERSION).expect_err("a dot").to_string();
    assert!(error.starts_with("`a.b` cannot be forwarded to"), "{error}");
}

/// What `verify` says of the forwarder of `job` after `change`.
fn problems(job: &LinkJob, change: impl Fn(&mut Vec<u8>)) -> Vec<Problem> {
    let mut bytes = link(job);
    change(&mut bytes);
    verify(&bytes, &job.expected).expect_err("a problem")
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|window| window == what).expect("in the forwarder")
}

#[test]
fn verification_sees_what_is_wrong_in_either_view() {
    let job = stand_in_forwarder(Dll::Module);
    let signature = {
        let bytes = link(&job);
        u32::from_le_bytes(bytes[0x3C..0x40].try_into().expect("4 bytes")) as usize
    };
    let export_of = |text: &'static [u8]| {
        problems(&job, |bytes| {
            let at = find(bytes, text);
            bytes[at] = b'A';
        })
    };
    let said = |found: Vec<Problem>| found.iter().map(|p| format!("{p}\n")).collect::<String>();

    let native = said(export_of(b"aspnetcorev2_arm64.RegisterModule"));
    assert!(native.contains("arm64 view: the export `RegisterModule` @2"), "{native}");
    assert!(!native.contains("x64 view"), "{native}");
    let x64 = said(export_of(b"aspnetcorev2_x64.RegisterModule"));
    assert!(x64.contains("x64 view: the export `RegisterModule` @2"), "{x64}");
    assert!(!x64.contains("arm64 view"), "{x64}");

    let entry = said(problems(&job, |bytes| bytes[signature + 40] = 1));
    assert!(entry.contains("arm64 view: the entry point is 0x1, expected none"), "{entry}");
    let bits = said(problems(&job, |bytes| bytes[signature + 94] = 0));
    assert!(bits.contains("DllCharacteristics is 0x0100, expected the bits 0x0160"), "{bits}");
    let sum = said(problems(&job, |bytes| bytes[signature + 88] ^= 1));
    assert!(sum.starts_with("the checksum is 0x") && sum.lines().count() == 1, "{sum}");
    let directory = said(problems(&job, |bytes| bytes[signature + 24 + 112 + 80..][..8].fill(0)));
    assert!(directory.contains("the module has views for"), "{directory}");
    let message = said(problems(&job, |bytes| {
        let at = find(bytes, b"S\0t\0a\0n\0d\0-\0i\0n\0,\0");
        bytes[at] = b'X';
    }));
    assert!(
        message.contains("the resource of type 11, name 1, language 1033 has other content"),
        "{message}"
    );
    assert!(said(problems(&job, |bytes| bytes.truncate(100))).contains("the module is broken"));

    let mut higher = job.clone();
    higher.expected.least_version = FileVersion([99, 0, 0, 0]);
    let found = verify(&link(&job), &higher.expected).expect_err("too low");
    assert!(said(found).contains("the file version is 20.0.26296.14, expected at least 99.0.0.0"));
    let mut more = job.clone();
    more.expected.resources.retain(|resource| resource.kind == ResourceId::VERSION);
    let found = verify(&link(&job), &more.expected).expect_err("one too many");
    assert!(said(found).contains("the resource of type 11, name 1, language 1033 is not expected"));
}

#[test]
fn broken_variants_of_our_own_modules_are_errors_never_panics() {
    let job = stand_in_forwarder(Dll::Module);
    let bytes = link(&job);
    judge::read_broken_variants(&bytes, 10_000);
    for length in 0..bytes.len() {
        judge::read_everything(&bytes[..length]);
        assert!(verify(&bytes[..length], &job.expected).is_err(), "{length} bytes");
    }
    judge::read_broken_variants(&stand_in(Dll::Module, Arch::X86, VERSION), 10_000);
}
