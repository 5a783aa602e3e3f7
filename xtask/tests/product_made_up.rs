//! A product that is made up: it takes its description and nothing else.

use crate::made::{self, packages, said, xtask};
use std::process::Output;

/// A module without handler and section, for both kinds of IIS.
const FOURTH: &str = r#"
format = 1
version = "file"

[texts]
title = "Example Tracer"
description = "Counts requests."
summary = "Installs the Example Tracer."
comments = "A product of a test."
help-link = "https://example.org/help"
info-link = "https://example.org"
manufacturer = "Example"

[keys]
feature = "Tracer"
cabinet = "tracer.cab"
icon = "Tracer.ico"

[registration]
name = "ExampleTracer"

[module]
file = "tracer.dll"
description = "Example Tracer"
exports = [
    { name = "Count", parameters = 1, code = 2 },
    { name = "RegisterModule", parameters = 3, code = 1 },
]

[iis]
package = "Tracer_{arch}_{version}"
name = "Example Tracer for IIS"
folder = 'Example\Tracer'
event-source = "Example Tracer"
provider = { x86 = ["ExampleTracer,x86"], x64 = ["ExampleTracer,x64"], arm64 = ["ExampleTracer,x64"] }
provider-feature = "TracerProvider"
upgrade-code = { x86 = "8F1B7A10-52B1-4C3E-9B7D-000000000001", x64 = "8F1B7A10-52B1-4C3E-9B7D-000000000002", arm64 = "8F1B7A10-52B1-4C3E-9B7D-000000000003" }

[iisexpress]
package = "TracerExpress_{arch}_{version}"
name = "Example Tracer for IIS Express"
folder = 'IIS Express\Tracer'
event-source = "Example Tracer for IIS Express"
provider = { x86 = ["ExampleTracerExpress,x86"], x64 = ["ExampleTracerExpress,x64"], arm64 = ["ExampleTracerExpress,x64"] }
provider-feature = "TracerProvider"
upgrade-code = { x86 = "8F1B7A10-52B1-4C3E-9B7D-000000000004", x64 = "8F1B7A10-52B1-4C3E-9B7D-000000000005", arm64 = "8F1B7A10-52B1-4C3E-9B7D-000000000006" }
"#;

/// A copy of the project's authoring, with one product: `description`.
struct Project(tempfile::TempDir);

impl Project {
    fn of(name: &str, description: &str) -> Project {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join("wix").join(name);
            std::fs::create_dir_all(path.parent().expect("below")).expect("writable");
            std::fs::write(path, bytes).expect("writable");
        };
        let authoring = made::files(&made::root().join("wix")).into_iter();
        for (name, bytes) in authoring.filter(|(name, _)| !name.starts_with("products/")) {
            write(&name, &bytes);
        }
        write(&format!("products/{name}/product.toml"), description.as_bytes());
        Project(folder)
    }

    fn xtask(&self, arguments: &[&str]) -> Output {
        xtask().args(arguments).current_dir(self.0.path()).output().expect("it starts")
    }

    fn works(&self, arguments: &[&str]) -> String {
        let output = self.xtask(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The packages that were made, after every check of them.
    fn checked(&self) -> Vec<String> {
        let made = packages(&self.0.path().join("dist"));
        let mut check = vec!["check"];
        check.extend(made.iter().map(|path| path.to_str().expect("UTF-8")));
        self.works(&check);
        made.iter().map(|path| path.file_name().expect("a name").to_string_lossy().into_owned()).collect()
    }
}

#[test]
fn a_fourth_product_takes_its_description_and_nothing_else() {
    let project = Project::of("tracer", FOURTH);
    project.works(&["dist", "--product", "tracer", "--out", "dist"]);
    let names = project.checked();
    assert_eq!(names.len(), 6, "{names:?}");
    assert!(names.contains(&"TracerExpress_arm64_21.0.27001_standin.msi".to_owned()), "{names:?}");
    let pools = project.works(&["pools", "--product", "tracer"]);
    assert!(pools.contains("iis arm64 pool") && !pools.contains("out-of-process"), "{pools}");
    assert!(project.works(&["identity", "check", "--product", "tracer"]).contains("6 that are planned"));
    let manifest = std::fs::read_to_string(project.0.path().join("dist/manifest.json")).expect("a manifest");
    assert!(manifest.contains(r#""product": "tracer""#), "{manifest}");
    let dist = project.0.path().join("dist");
    let other = xtask()
        .args(["dist", "--product", "httpplatformhandler", "--out"])
        .arg(&dist)
        .output()
        .expect("it starts");
    assert!(said(&other).contains("is of packages of `tracer`"), "{}", said(&other));
    assert_eq!(std::fs::read_to_string(dist.join("manifest.json")).expect("still there"), manifest);

    // what other products are made of is none of its business
    let authored = |more: Option<&str>| {
        if let Some(more) = more {
            let path = project.0.path().join("wix/products").join(more);
            std::fs::create_dir_all(path.parent().expect("below")).expect("writable");
            std::fs::write(path, "a note").expect("writable");
        }
        project.works(&["dist", "--product", "tracer", "--package", "iis-x64", "--out", "again"]);
        let text = std::fs::read(project.0.path().join("again/manifest.json")).expect("a manifest");
        let manifest: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        manifest["authoring_sha256"].as_str().expect("a hash").to_owned()
    };
    let first = authored(None);
    assert_eq!(authored(Some("other/notes.txt")), first);
    assert_ne!(authored(Some("tracer/notes.txt")), first);

    // the first identity that is written down makes the ledger, and takes nothing away
    let path = r"[ProgramFiles64Folder]Example\Tracer\tracer.dll";
    let more = r"[ProgramFiles64Folder]Example\Tracer\more.dll";
    for (path, expected) in [(path, "added active"), (path, "the ledger has it all"), (more, "added active")]
    {
        let to = ["--flavour", "iis", "--arch", "x64", "--holds", "module x64", "--product", "tracer"];
        let said = project.works(&[&["identity", "add", path], &to[..]].concat());
        assert!(said.contains(expected), "{path}: {said}");
    }
    let ledger = std::fs::read_to_string(project.0.path().join("wix/products/tracer/identity.toml"));
    assert!(ledger.expect("it was made").contains(more));
    let plan = project.works(&["plan", "--product", "tracer", "--flavour", "iis", "--arch", "x64"]);
    assert!(plan.contains(path) && plan.contains(more), "{plan}");
}

#[test]
fn a_product_has_nothing_that_another_one_calls_its_own() {
    let project = Project::of("tracer", FOURTH);
    for (from, to) in [
        ("8F1B7A10-52B1-4C3E-9B7D-000000000005", "d7168f76-9dd0-407d-bf22-0b450139e6a7"),
        ("ExampleTracer\"\n", "aspNetCoreModuleV2\"\n"),
    ] {
        let description = FOURTH.replacen(from, to, 1);
        assert_ne!(description, FOURTH);
        for (name, text) in
            [("tracer", description.as_str()), ("ancm", include_str!("../../wix/products/ancm/product.toml"))]
        {
            let path = project.0.path().join("wix/products").join(name).join("product.toml");
            std::fs::create_dir_all(path.parent().expect("below")).expect("writable");
            std::fs::write(path, text).expect("writable");
        }
        let output = project.xtask(&["plan", "--product", "tracer"]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let said = said(&output);
        let before = &description[..description.find(to).expect("put there")];
        let (line, column) =
            (before.matches('\n').count() + 1, before.rsplit('\n').next().map_or(0, str::len) + 1);
        assert!(said.contains("product::taken") && said.contains("`ancm`"), "{said}");
        assert!(said.contains(&format!("product.toml:{line}:{column}")), "{line}:{column}: {said}");
    }
}

/// The same with a handler and a section, for IIS Express alone.
#[test]
fn a_product_may_have_one_kind_of_iis_only() {
    let (head, rest) = FOURTH.split_once("[iis]").expect("it has both");
    let (_, express) = rest.split_once("[iisexpress]").expect("it has both");
    let more = r#"
[handler]
file = "tracer_worker.dll"
description = "Example Tracer"
exports = [{ name = "CreateApplication", parameters = 5, code = 3 }]

[schema]
file = "tracer_schema.xml"

[iisexpress]"#;
    let description =
        format!("{head}{more}{express}").replace("[module]", "section = \"tracer\"\n\n[module]");
    let project = Project::of("tracer", &description);
    project.works(&["dist", "--product", "tracer", "--out", "dist", "--arch", "x86,arm64"]);
    let names = project.checked();
    assert_eq!(
        names,
        ["TracerExpress_arm64_21.0.27001_standin.msi", "TracerExpress_x86_21.0.27001_standin.msi"]
    );
    let pools = project.works(&["pools", "--product", "tracer"]);
    assert!(pools.contains("iisexpress arm64 pool") && pools.contains("out-of-process starts"), "{pools}");
    let refused = project.xtask(&["plan", "--product", "tracer", "--flavour", "iis"]);
    assert_eq!(refused.status.code(), Some(10));
    assert!(said(&refused).contains("`tracer` has no packages for iis (--flavour)"), "{}", said(&refused));
}
