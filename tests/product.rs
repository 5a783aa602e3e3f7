//! Descriptions of products: those in the repository, and what is wrong with a broken one. That the library knows none by
//! name.

use ancm_installer::id::{Arch, Dll, Flavour, Role};
use ancm_installer::ledger::{Holds, Ledger};
use ancm_installer::product::Product;
use std::path::{Path, PathBuf};

const OURS: &str = include_str!("../wix/products/ancm/product.toml");

fn parse(text: &str) -> Product {
    Product::parse("ancm", "product.toml", text).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

/// Everything that is wrong, with its place.
fn findings(text: &str) -> Vec<String> {
    let findings = Product::parse("ancm", "product.toml", text).expect_err("broken");
    findings.iter().map(ToString::to_string).collect()
}

/// The line, from 1, and the column of `needle` in `text`.
fn place(text: &str, needle: &str) -> String {
    let before = &text[..text.find(needle).expect("there")];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().expect("a line").chars().count() + 1;
    format!("product.toml:{line}:{column}: ")
}

#[test]
fn a_description_says_what_a_package_needs_and_where_the_module_is() {
    let product = parse(OURS);
    assert_eq!(product.flavours().collect::<Vec<_>>(), Flavour::ALL);
    assert_eq!(
        product.image(Flavour::Iis).as_deref(),
        Some(r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll")
    );
    assert_eq!(
        product.image(Flavour::IisExpress).as_deref(),
        Some(r"%IIS_BIN%\Asp.Net Core Module\V2\aspnetcorev2.dll")
    );
    assert_eq!(product.needed_by(Arch::X86).len(), 3);
    assert_eq!(product.needed_by(Arch::Arm64).len(), 7);
    assert!(product.needed_by(Arch::X64).contains(&Role::Dll(Dll::Handler, Arch::X86)));
}

#[test]
fn unknown_keys_and_missing_parts_are_told_with_line_and_column() {
    for (from, to, at, message) in [
        ("short-name = ", "shrot-name = ", "shrot-name", "unknown field `shrot-name`"),
        ("[handler]", "[hadler]", "hadler", "unknown field `hadler`"),
        ("name = \"AspNetCoreModuleV2\"\n", "", "[registration]", "missing field `name`"),
        ("help-link = ", "#", "[texts]", "missing field `help-link`"),
        ("version = \"runtime\"", "version = \"semver\"", "\"semver\"", "unknown variant `semver`"),
        ("x86 = \"D7168F76", "x86 = \"Z7168F76", "\"Z7168F76", "is not a GUID"),
        ("format = 1", "format = 2", "2\n", "the product has format 2, expected 1"),
        (
            "x86 = \"D7168F76-9DD0-407D-BF22-0B450139E6A7\", ",
            "",
            "[iis]",
            "`upgrade-code` lacks that of the iis packages for x86",
        ),
        (
            "x86 = [\"IIS_AspNetCore_Module_V2,x86\"], ",
            "",
            "[iis]",
            "`provider` lacks the key of the iis packages for x86",
        ),
        ("[schema]\nfile = \"aspnetcore_schema_v2.xml\"\n", "[schema]\n", "[schema]", "missing field `file`"),
    ] {
        let broken = OURS.replacen(from, to, 1);
        assert_ne!(broken, OURS, "{from}");
        let found = findings(&broken);
        assert!(
            found[0].starts_with(&place(&broken, at)) && found[0].contains(message),
            "{from}: {found:#?}"
        );
    }
}

#[test]
fn contradictions_are_told_with_line_and_column() {
    for (from, to, at, message) in [
        (
            "file = \"aspnetcorev2.dll\"",
            "file = \"aspnetcorev2.exe\"",
            "\"aspnetcorev2.exe\"",
            "the module's `file` is no name of a DLL",
        ),
        (
            "file = \"aspnetcorev2_outofprocess.dll\"",
            "file = \"AspNetCoreV2.dll\"",
            "\"AspNetCoreV2.dll\"",
            "module and handler have the same file name",
        ),
        (
            "\"RegisterModule\"",
            "\"Register\"",
            "\"aspnetcorev2.dll\"",
            "the module does not export `RegisterModule`",
        ),
        (
            "\"CreateApplication\"",
            "\"Create\"",
            "\"aspnetcorev2_outofprocess.dll\"",
            "the handler does not export `CreateApplication`",
        ),
        ("\"GetIISVersion\"", "\"RegisterModule\"", "\"aspnetcorev2.dll\"", "exports `RegisterModule` twice"),
        ("code = 3", "code = 1", "\"aspnetcorev2.dll\"", "which another one has"),
        ("section = \"aspNetCore\"\n", "", "[schema]", "no `section` that it would describe"),
        (
            "section = \"aspNetCore\"",
            "section = \"system.webServer/x\"",
            "\"system.webServer/x\"",
            "expected the name of a section of `system.webServer`",
        ),
        (
            "AspNetCoreModuleV2_{arch}_{version}",
            "AspNetCoreModuleV2_{arch}",
            "\"AspNetCoreModuleV2_{arch}\"",
            "does not have `{version}` once",
        ),
        (
            "AspNetCoreModuleV2_{arch}_{version}",
            "../{arch}_{version}",
            "\"../{arch}_{version}\"",
            "is no name of a file",
        ),
        ("'IIS\\Asp.Net", "'..\\Asp.Net", "'..\\Asp.Net", "expected names of folders"),
        ("'IIS Express\\Asp.Net", "'Express\\Asp.Net", "'Express\\Asp.Net", "is not below `IIS Express`"),
        (
            "arm64 = \"8D50FDE7-0B84-4900-B60D-BD952979BA0B\" }",
            "arm64 = \"D7168F76-9DD0-407D-BF22-0B450139E6A7\" }",
            "[iis]",
            "the same `earlier-upgrade-code` as `upgrade-code`",
        ),
        (
            "DA062C0F-12C2-4703-8ED7-0CAD342A53A1",
            "8D50FDE7-0B84-4900-B60D-BD952979BA0B",
            "[iisexpress]",
            "each would replace the other",
        ),
        (
            "[module]\n",
            "[module]\nsearched-from = \"1.0.0.0\"\n",
            "\"aspnetcorev2.dll\"",
            "belongs into `[handler]`",
        ),
        ("1000 = ", "first = ", "[messages]", "`first` is no id of an event message"),
        (
            "feature = \"AspNetCoreModuleFeature\"",
            "feature = \"the feature\"",
            "\"the feature\"",
            "expected up to 38 letters",
        ),
        ("value = 65536", "value = 65537", "65537", "`65537`: expected a power of two"),
        (
            "[iisexpress]\n",
            "[[iis.refused]]\nfile = 'x.dll'\nreason = \"it is there\"\n\n[iisexpress]\n",
            "[iis]",
            "`x.dll` is no file in a folder below System32",
        ),
    ] {
        let broken = OURS.replacen(from, to, 1);
        assert_ne!(broken, OURS, "{from}");
        let found = findings(&broken);
        let place = place(&broken, at);
        let is_it = |finding: &&String| finding.starts_with(&place) && finding.contains(message);
        assert!(found.iter().any(|finding| is_it(&finding)), "{from}: {place}{message}: {found:#?}");
    }
    let nowhere = OURS[..OURS.find("[iis]").expect("there")].to_owned();
    assert!(findings(&nowhere)[0].contains("packages for no kind of IIS"), "{:?}", findings(&nowhere));
}

/// Values of single keys, in the description of a module with all that there is: what Windows, IIS or the tables would not take,
/// or would take for something else.
#[test]
fn values_that_windows_or_iis_would_not_take_are_told_with_line_and_column() {
    let long = "x".repeat(300);
    let of_texts = ["", "  ", "[INSTALLDIR]", "{Gate}", r"a\nb", r"a\u0000", "$(sys.CURRENTDIR)", &long];
    let of_paths = [
        "",
        r"IIS\\CON",
        r"IIS\\lpt1.x",
        r"IIS\\Gate.",
        r"IIS\\Gate ",
        r"IIS\\a|b",
        r"IIS\\%TEMP%",
        r"\\\\server\\x",
        "C:",
        r"IIS\\..",
        r"IIS\\$(var.X)",
        r"IIS\\a\u0001",
        r"IIS\\\\Gate",
        "IIS/Gate",
        &long,
    ];
    let of_names = ["", r"a\\b", "[X]", r"a\tb", &long];
    let of_keys = ["", "my key", "#key", "../key", "1key", "ALL", &long];
    let modules = ["", r"..\\x", "a:b", "a b", "a<b", "StaticFileModule", "urlauthorizationmodule", &long];
    let sections = ["", "handlers", "a/b", "modules", &long];
    let schemas = ["", ".xml", "../x.xml", "IIS_schema.xml", "fx_schema.xml", "gate.xsd", "nul.xml"];
    let exports = ["", "Register Module", "a,b", "é", r"a\n"];
    let links = ["", "javascript:alert(1)", "https://", "https://exa mple.org", "https://[::1]/"];
    let cases: [(&str, &str, &[&str]); 16] = [
        ("title = ", "expected a text of 1 to 64", &of_texts),
        ("comments = ", "expected a text of 1 to 255", &of_texts),
        ("name = \"ASP.NET Core Module V2 for IIS\"", "expected a text of 1 to 200", &of_texts),
        ("help-link = ", "expected the address of a page", &links),
        ("feature = ", "expected up to 38", &of_keys),
        ("cabinet = ", "`.cab` at the end", &of_keys),
        ("icon = ", "`.ico` at the end", &of_keys),
        ("name = \"AspNetCoreModuleV2\"", "a name of the module's own", &modules),
        ("section = ", "the name of a section of `system.webServer`", &sections),
        ("description = \"ASP.NET Core Module V2\"", "expected a text of 1 to 128", &of_texts),
        ("    { name = ", "the name of an export", &exports),
        ("file = \"aspnetcore_schema_v2.xml\"", "the name of a file that ends with `.xml`", &schemas),
        ("folder = ", "expected names of folders", &of_paths),
        ("event-source = ", "expected a name of 1 to 200", &of_names),
        ("discovery-key = ", "a key below HKEY_LOCAL_MACHINE", &["", r"HKLM\\X", r"a\\\\b", r"a\\[X]"]),
        ("upgrade-code = { x86 = ", "a GUID of the family's own", &["00000000-0000-0000-0000-000000000000"]),
    ];
    for (key, message, values) in cases {
        for value in values {
            let start = OURS.find(key).unwrap_or_else(|| panic!("no {key}"));
            let start = start + key.rfind("= ").unwrap_or_else(|| panic!("no `=` in {key}")) + 2;
            let quote = &OURS[start..=start];
            let end = start + 1 + OURS[start + 1..].find(quote).expect("it ends");
            let broken = format!("{}\"{value}\"{}", &OURS[..start], &OURS[end + 1..]);
            let line = OURS[..start].matches('\n').count() + 1;
            let column = OURS[..start].rsplit('\n').next().expect("a line").chars().count() + 1;
            let place = format!("product.toml:{line}:{column}: ");
            let found = findings(&broken);
            let is_it = |finding: &String| finding.starts_with(&place) && finding.contains(message);
            assert!(found.iter().any(is_it), "{key}{value}: {place}{message}: {found:#?}");
        }
    }
}

/// What is written down of ANCM is what would follow from it, but for identities and names that shipped.
#[test]
fn what_follows_from_a_product_is_what_its_packages_have() {
    let product = parse(OURS);
    let written =
        Ledger::parse("identity.toml", include_str!("../wix/products/ancm/identity.toml"), &product);
    let (written, follows) = (written.expect("our ledger"), Ledger::of(&product));
    for flavour in Flavour::ALL {
        for arch in Arch::ALL {
            let places = |ledger: &Ledger| {
                let mut places: Vec<(String, Holds, String, Option<String>)> = ledger
                    .components(flavour, arch)
                    .map(|c| (c.key_path.text(), c.holds, c.bits.to_string(), c.event_source.clone()))
                    .collect();
                places.sort();
                // T2: each provider has two components, since it shipped under two ids
                places.dedup();
                places
            };
            assert_eq!(places(&follows), places(&written), "{flavour} {arch}");
        }
    }
    assert_eq!(follows.entries(Flavour::Iis).families, written.entries(Flavour::Iis).families);
}

#[test]
fn no_source_of_the_library_knows_a_product_by_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("xtask/src"), &mut files);
    let mut found = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("readable");
        // tests at the end of a file, and documentation, may speak of examples
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        for (number, line) in lines {
            // a shared framework of .NET, which the language of WiX's netfx extension names
            let line = line.to_lowercase().replace("microsoft.aspnetcore.app", "");
            if ["aspnetcore", "asp.net core", "httpplatform"].iter().any(|name| line.contains(name)) {
                found.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
