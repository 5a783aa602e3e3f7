//! The reference page of the extensions' elements, `docs/wix-extensions.md`: every element and attribute of their schemas is
//! put before the engine, and the page says what it takes.

use crate::support::golden;
use crate::wix_reference::{element, needs, refusal};
use ancm_installer::diag::Diagnostic;
use ancm_installer::id::Arch;
use ancm_installer::wix::Compat;
use ancm_installer::wix::compile::{Extension, NAMESPACE, compile, extension};
use ancm_installer::wix::report::Report;
use ancm_installer::wix::source::Node;
use std::fmt::Write;

/// Extension, name, what it may stand in, attributes; from the schemas of WiX 6.0.2.
const SCHEMA: &str = include_str!("../src/wix/compile/ext-language.tsv");

/// The line of the element that is asked about; its attributes follow.
const OWN: u32 = 1000;

struct Kind {
    extension: &'static Extension,
    name: &'static str,
    parents: Vec<&'static str>,
    attributes: Vec<&'static str>,
}

fn schema() -> Vec<Kind> {
    let lines = SCHEMA.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let [short, name, parents, attributes] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let words = |text: &'static str| text.split(' ').filter(|word| !word.is_empty()).collect();
            let extension = extension(&format!("WixToolset.{short}.wixext")).expect("known");
            // Of bundles, patches and merge modules this engine makes none.
            let mut parents: Vec<&str> = words(parents);
            parents.retain(|parent| !["Bundle", "Module", "PatchFamily"].contains(parent));
            Kind { extension, name, parents, attributes: words(attributes) }
        })
        .collect()
}

/// The prefix that the schema has for an extension.
fn prefix(extension: &Extension) -> &'static str {
    let last = extension.namespace.rsplit('/').next().expect("a last part");
    if last == "powershell" { "ps" } else { last }
}

/// The elements around one in `parent`, the outermost first, with their namespaces.
fn way(schema: &[Kind], parent: &'static str) -> Vec<(&'static str, &'static str)> {
    let core = |names: &[&'static str]| names.iter().map(|name| (NAMESPACE, *name)).collect::<Vec<_>>();
    match parent.split_once(':') {
        None => core(match parent {
            "Package" => &["Wix", "Package"],
            "Fragment" => &["Wix", "Fragment"],
            "UI" => &["Wix", "Fragment", "UI"],
            "Component" => &["Wix", "Fragment", "Component"],
            "Provides" => &["Wix", "Fragment", "Component", "Provides"],
            "File" => &["Wix", "Fragment", "Component", "File"],
            "CreateFolder" => &["Wix", "Fragment", "Component", "CreateFolder"],
            "RegistryKey" => &["Wix", "Fragment", "Component", "RegistryKey"],
            "RegistryValue" => &["Wix", "Fragment", "Component", "RegistryValue"],
            "ServiceInstall" => &["Wix", "Fragment", "Component", "ServiceInstall"],
            other => panic!("no way to `{other}`"),
        }),
        Some((of, name)) => {
            let kind = schema.iter().find(|kind| prefix(kind.extension) == of && kind.name == name);
            let kind = kind.unwrap_or_else(|| panic!("`{parent}` is not in the schema"));
            let outer = kind.parents.iter().find(|outer| !outer.ends_with(&format!(":{name}"))).expect("one");
            let mut way = way(schema, outer);
            way.push((kind.extension.namespace, name));
            way
        }
    }
}

/// What the engine finds in the element of `kind` in `parent` with `attributes`.
fn findings(
    schema: &[Kind],
    kind: &Kind,
    parent: &'static str,
    attributes: &[(&str, &str)],
) -> Vec<Diagnostic> {
    let mut tree = element(kind.extension.namespace, kind.name, attributes, OWN);
    for (depth, (namespace, name)) in way(schema, parent).into_iter().enumerate().rev() {
        let line = 10 * (u32::try_from(depth).expect("few") + 1);
        let attributes = match (namespace == NAMESPACE, name) {
            (true, name) => needs(name),
            (false, "SnapIn") => &[("Id", "S")],
            (false, _) => &[],
        };
        let mut outer = element(namespace, name, attributes, line);
        outer.children.push(Node::Element(tree));
        tree = outer;
    }
    let report = Report::default();
    let _ = compile(&tree, Arch::X64, Compat::default(), &[kind.extension], &report);
    report.into_diagnostics()
}

#[test]
fn every_element_and_attribute_of_the_extensions_schemas_is_taken() {
    let schema = schema();
    let mut page = String::from(
        "# The elements of WiX's extensions\n\n\
         Every element and attribute in the schemas of WiX 6.0.2's extensions that the embedded engine knows. A test writes this page \
         (`UPDATE_GOLDEN=1 cargo test --test suite wix_reference`) by asking the engine about each one. `-ext` must name the \
         extension; `cargo xtask wix extension add` gets it. The custom actions, dialogs and texts behind the elements come from the \
         extension's library.\n\n\
         As in WiX, searches for bundles are accepted in fragments, but do not affect a package.\n\n\
         The elements of WixToolset.ComPlus.wixext are not supported: each is refused with its place (`WIX0200`). The recordings of \
         WiX's output that the engine is tested with have only one of its 25 tables, with one row, so nobody here could tell whether \
         the result would be right. The extension's library is read like any other.\n",
    );
    let mut problems = Vec::new();
    let mut last = "";
    for kind in &schema {
        if kind.extension.name != last {
            last = kind.extension.name;
            let _ = writeln!(page, "\n## {last}\n\nNamespace `{}`.", kind.extension.namespace);
        }
        let places = kind.parents.iter().map(|parent| format!("`{parent}`")).collect::<Vec<_>>().join(", ");
        let prefix = prefix(kind.extension);
        if let Some(attribute) = kind.name.strip_prefix('@') {
            let _ = writeln!(page, "\n### {prefix}:{attribute}\n\nAn attribute of {places}.");
            continue;
        }
        let _ = writeln!(page, "\n### {prefix}:{}\n\nIn {places}.", kind.name);
        for parent in &kind.parents {
            if let Some(refused) = refusal(&findings(&schema, kind, parent, &[]), OWN) {
                problems.push(format!("{} in {parent}: {refused}", kind.name));
            }
        }
        if !kind.attributes.is_empty() {
            let shown: Vec<String> = kind.attributes.iter().map(|name| format!("`{name}`")).collect();
            let _ = writeln!(page, "\nAttributes: {}.", shown.join(", "));
        }
        for attribute in &kind.attributes {
            let taken = kind.parents.iter().any(|parent| {
                refusal(&findings(&schema, kind, parent, &[(attribute, "1")]), OWN + 1).is_none()
            });
            if !taken {
                problems.push(format!("{}/@{attribute}", kind.name));
            }
        }
    }
    golden::check("../../docs/wix-extensions.md", &page);
    assert_eq!(problems, NOT_TAKEN, "the engine takes less than the schemas have");
}

/// What the schemas have and the engine refuses, each on purpose.
const NOT_TAKEN: &[&str] = &[];
