//! Payloads: what paths promise, and bytes do not keep. What is recognised at all, tests of `xtask` ask of linked DLLs.

use crate::support::pe::{SECTION, image, resource_directory, words};
use ancm_installer::payload::Payload;
use ancm_installer::pe::{Directory, FixedFileInfo, Machine, StringTable, VersionInfo};
use ancm_installer::product::Product;

/// The module of `product` for x64, as far as anybody looks who asks what it is.
fn module(product: &Product) -> Vec<u8> {
    let part = &product.module;
    let strings = vec![
        ("FileDescription".to_owned(), part.description.clone()),
        ("OriginalFilename".to_owned(), part.original_names[0].clone()),
    ];
    let tables = vec![StringTable { key: "040904b0".to_owned(), strings }];
    let fixed = Some(FixedFileInfo::default());
    let version = VersionInfo { fixed, tables, translations: Vec::new() }.to_bytes();

    // one function, whose name is the last thing before the resources
    let (functions, names, ordinals, name) = (SECTION + 40, SECTION + 44, SECTION + 48, SECTION + 52);
    let mut data = words(&[0, 0, 0, name, 1, 1, 1, functions, names, ordinals, SECTION, name, 0]);
    data.extend(b"RegisterModule\0\0");
    let resources = SECTION + data.len() as u32;
    for below in [24, 48] {
        data.extend(resource_directory(1, 0x8000_0000 | below));
    }
    data.extend(resource_directory(1, 72));
    data.extend(words(&[resources + 88, version.len() as u32, 0, 0]));
    data.extend(&version);
    let end = SECTION + data.len() as u32;
    image(
        Machine::AMD64,
        &data,
        &[(Directory::Export, SECTION, 40), (Directory::Resource, resources, end - resources)],
    )
}

#[test]
fn the_word_nearest_to_the_file_promises() {
    let text = include_str!("../wix/products/ancm/product.toml");
    let product = Product::parse("ancm", "product.toml", text).expect("ours");
    let module = module(&product);
    for (path, promise) in [
        ("arm64/aspnetcorev2_x64.dll", None),
        ("arm64/amd64/aspnetcorev2.dll", None),
        ("bin/aspnetcorev2.dll", None),
        ("x64/aspnetcorev2_arm64.dll", Some(("arm64", "arm64"))),
        ("AArch64/aspnetcorev2.dll", Some(("AArch64", "arm64"))),
        ("bin/Win32/Release/aspnetcorev2.dll", Some(("Win32", "x86"))),
        ("i386/aspnetcorev2.dll", Some(("i386", "x86"))),
        ("x86/aspnetcorev2.dll", Some(("x86", "x86"))),
    ] {
        let payload = Payload::stand_in(vec![(path.to_owned(), module.clone())], &product);
        assert_eq!((payload.files.len(), &payload.problems), (1, &Vec::new()), "{path}: {payload:#?}");
        let found: Vec<&str> = payload.warnings.iter().map(|warning| warning.message.as_str()).collect();
        let expected = promise.map(|(word, arch)| {
            format!(
                "`{path}` is a module for x64, and nothing else is one for {arch}, as `{word}` in its path promises"
            )
        });
        assert_eq!(found, Vec::from_iter(expected.as_deref()), "{path}");
    }
}
