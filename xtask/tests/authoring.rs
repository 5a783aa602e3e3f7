//! The WiX sources: what is generated, and whether the language's schema takes all of them.

use crate::modules::{VERSION, known, product, repository, stand_in_files};
use crate::support::{run, theirs, tool};
use ancm_installer::authoring;
use ancm_installer::id::{Arch, Flavour};
use ancm_installer::payload::Payload;
use ancm_installer::plan::{HandlerChoice, Inputs, Plan, Sourced, plan};
use std::path::Path;
use std::process::Command;
use xtask::workspace::Known;

fn inputs() -> Inputs {
    Inputs {
        product: product(),
        flavours: Sourced::default(Flavour::ALL.to_vec()),
        arches: Sourced::default(Arch::ALL.to_vec()),
        version: None,
        manufacturer: Sourced::default(product().texts.manufacturer),
        handler: Sourced::default(HandlerChoice::Auto),
        payload: Payload::stand_in(stand_in_files(VERSION), &product()),
        wix: repository().join("wix"),
        stage: "stage".into(),
    }
}

fn planned() -> Plan {
    plan(&inputs(), &known().ledger).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn every_component_says_which_entry_of_the_ledger_it_comes_from() {
    let (plan, Known { product, ledger }) = (planned(), known());
    let lines: Vec<&str> = include_str!("../../wix/products/ancm/identity.toml").lines().collect();
    for package in &plan.packages {
        let text = authoring::components(&plan, package, &ledger, &product);
        assert_eq!(text, authoring::components(&plan, package, &ledger, &product));
        assert!(!text.contains("Guid=\"*\"") && !text.contains("Directory=\"\""), "{text}");
        for component in &package.components {
            let line = lines[component.ledger_line as usize - 1];
            assert_eq!(line, format!("component = \"{}\"", component.component));
            let comment =
                format!("<!-- {}:{}: {} -->\n", ledger.file, component.ledger_line, component.holds);
            let (_, after) = text.split_once(&comment).unwrap_or_else(|| panic!("{comment} in {text}"));
            let start = format!("<Component Id=\"{}\" Guid=\"{}\"", component.component, component.id);
            assert!(after.trim_start().starts_with(&start), "{start} in {text}");
        }
    }
}

/// Runs xmllint on a source. WiX's schemas know the preprocessor's variables, in patterns whose `\$` is an escape for
/// .NET and a mistake for libxml2.
fn assert_valid(schema: &Path, name: &str, source: &str) {
    let Some(xmllint) = tool("xmllint") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [file, mended] = [name, "schema.xsd"].map(|name| folder.path().join(name));
    std::fs::write(&file, source).expect("writable");
    let schema = std::fs::read_to_string(schema).expect("UTF-8");
    std::fs::write(&mended, schema.replace(r"\$", "[$]")).expect("writable");
    run(Command::new(xmllint).args(["--nonet", "--noout", "--schema"]).arg(mended).arg(file));
}

#[test]
fn the_schema_of_the_language_takes_every_source() {
    let Some(schemas) = theirs("facts/wix/xsd/v6.0.2") else { return };
    let mut sources = 0;
    for entry in std::fs::read_dir(repository().join("wix")).expect("readable") {
        let path = entry.expect("readable").path();
        let schema = match path.extension().and_then(|extension| extension.to_str()) {
            Some("wxs") => "wix.xsd",
            Some("wxl") => "wixloc.xsd",
            _ => continue,
        };
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        assert_valid(&schemas.join(schema), &name, &std::fs::read_to_string(&path).expect("UTF-8"));
        sources += 1;
    }
    assert_eq!(sources, 8);
    let Known { product, ledger } = known();
    let patch = Plan::of_patch(&inputs(), &ledger).unwrap_or_else(|problems| panic!("{problems:#?}"));
    for plan in [planned(), patch] {
        for package in &plan.packages {
            let text = authoring::components(&plan, package, &ledger, &product);
            assert_valid(&schemas.join("wix.xsd"), "components.wxs", &text);
        }
    }
}
