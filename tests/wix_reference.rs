//! The reference page of the language, `docs/wix-language.md`: every element and attribute of the schema is put before the
//! engine, and the page says what the engine says of it. It is complete because the list is the schema's.

use crate::support::golden;
use ancm_installer::diag::{Diagnostic, Location, Severity};
use ancm_installer::id::Arch;
use ancm_installer::wix::Compat;
use ancm_installer::wix::compile::{NAMESPACE, compile};
use ancm_installer::wix::report::Report;
use ancm_installer::wix::source::{Attribute, Element, Node};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;
use std::ops::ControlFlow;

/// Name, what may stand inside, attributes; from the schema of WiX 6.0.2.
const SCHEMA: &str = include_str!("../src/wix/compile/language.tsv");

/// What belongs to bundles, patches and merge modules, of which this engine makes none.
const OTHER_OUTPUTS: [&str; 24] = [
    "BootstrapperApplication",
    "BootstrapperApplicationRef",
    "BootstrapperExtension",
    "BootstrapperExtensionRef",
    "Bundle",
    "BundleCustomData",
    "BundleCustomDataRef",
    "BundleExtension",
    "BundleExtensionRef",
    "Container",
    "Merge",
    "MergeRef",
    "Module",
    "PackageGroup",
    "Patch",
    "PatchBaseline",
    "PatchCreation",
    "PatchFamily",
    "PatchFamilyGroup",
    "PatchFamilyGroupRef",
    "PayloadGroup",
    "RelatedBundle",
    "SetVariable",
    "SetVariableRef",
];

/// Elements of packages that the engine refuses.
const REFUSED: [&str; 1] = ["InstanceTransforms"];

struct Kind {
    inside: Vec<&'static str>,
    attributes: Vec<&'static str>,
}

fn schema() -> BTreeMap<&'static str, Kind> {
    let words = |text: &'static str| text.split(' ').filter(|word| !word.is_empty()).collect();
    SCHEMA
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let [name, inside, attributes] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            (name, Kind { inside: words(inside), attributes: words(attributes) })
        })
        .collect()
}

/// The shortest way from `Wix` to each element of a package.
type Ways = BTreeMap<&'static str, Vec<&'static str>>;
/// All that each may stand in.
type Parents = BTreeMap<&'static str, BTreeSet<&'static str>>;

fn places(schema: &BTreeMap<&'static str, Kind>) -> (Ways, Parents) {
    let mut ways = BTreeMap::from([("Wix", vec!["Wix"])]);
    let mut parents: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut queue = VecDeque::from(["Wix"]);
    while let Some(name) = queue.pop_front() {
        for child in &schema[name].inside {
            if OTHER_OUTPUTS.contains(child) || *child == "Variable" || !schema.contains_key(child) {
                continue;
            }
            parents.entry(*child).or_default().insert(name);
            if !ways.contains_key(child) {
                let way: Vec<&str> = ways[name].iter().copied().chain([*child]).collect();
                ways.insert(*child, way);
                queue.push_back(*child);
            }
        }
    }
    (ways, parents)
}

fn at(line: u32) -> Location {
    Location { file: "probe.wxs".into(), line, column: 1 }
}

/// An element whose attributes stand on the lines below its own.
pub fn element(namespace: &str, name: &str, attributes: &[(&str, &str)], line: u32) -> Element {
    let attribute = |(index, (name, value)): (usize, &(&str, &str))| Attribute {
        name: (*name).to_owned(),
        namespace: String::new(),
        value: (*value).to_owned(),
        at: at(line + 1 + u32::try_from(index).expect("few")),
    };
    Element {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        attributes: attributes.iter().enumerate().map(attribute).collect(),
        children: Vec::new(),
        at: at(line),
    }
}

/// What elements on the way need for the engine to look inside.
pub(crate) fn needs(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "Wix" | "Fragment" | "UI" | "PackageCertificates" | "PatchCertificates" | "ComplianceCheck" => &[],
        "Package" => &[
            ("Name", "n"),
            ("Manufacturer", "m"),
            ("Version", "1.0"),
            ("UpgradeCode", "{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}"),
        ],
        "Control" => {
            &[("Id", "C"), ("Type", "PushButton"), ("X", "0"), ("Y", "0"), ("Width", "1"), ("Height", "1")]
        }
        "RegistryKey" => &[("Root", "HKLM"), ("Key", "k"), ("ForceCreateOnInstall", "yes")],
        "RegistryValue" => &[("Root", "HKLM"), ("Key", "k"), ("Type", "multiString")],
        "Media" => &[("Id", "1"), ("Cabinet", "a.cab")],
        "ServiceInstall" | "SFPCatalog" => &[("Name", "n")],
        "ListBox" | "ListView" | "ComboBox" | "RadioButtonGroup" => &[("Property", "P")],
        "File" => &[("Id", "F"), ("Name", "f.txt")],
        _ => &[("Id", "ProgramFilesFolder")],
    }
}

/// What the engine finds in the element at the end of `way` with `attributes`; its own line is 1000, and that of its
/// attributes what follows.
fn findings(way: &[&str], attributes: &[(&str, &str)]) -> Vec<Diagnostic> {
    let (last, before) = way.split_last().expect("not empty");
    let mut tree = element(NAMESPACE, last, attributes, 1000);
    for (depth, name) in before.iter().enumerate().rev() {
        let mut outer = element(NAMESPACE, name, needs(name), 10 * (u32::try_from(depth).expect("few") + 1));
        outer.children.push(Node::Element(tree));
        tree = outer;
    }
    let report = Report::default();
    let _ = compile(&tree, Arch::X64, Compat::default(), &[], &report);
    report.into_diagnostics()
}

/// What the engine says of an element or attribute that it does not take, if anything.
pub(crate) fn refusal(findings: &[Diagnostic], line: u32) -> Option<String> {
    let refused = |finding: &&Diagnostic| {
        let code = finding.code.as_str();
        finding.severity == Severity::Error
            && finding.at.as_ref().is_some_and(|at| at.line == line)
            && (["WIX0004", "WIX0005", "WIX0285"].contains(&code) || code.starts_with("wix::"))
    };
    findings.iter().find(refused).map(|finding| format!("{}: {}", finding.code, finding.message))
}

/// What the engine says of an attribute that it does not take, in the element at the end of `way`.
fn refusal_of(way: &[&str], attribute: &str) -> Option<String> {
    let name = way.last().expect("not empty");
    let mut attributes: Vec<(&str, &str)> =
        needs(name).iter().copied().filter(|(known, _)| *known != attribute).collect();
    attributes.push((attribute, "1"));
    let line = 1000 + u32::try_from(attributes.len()).expect("few");
    refusal(&findings(way, &attributes), line)
}

/// Types of controls that have all attributes among them.
const CONTROLS: [&str; 11] = [
    "Bitmap",
    "CheckBox",
    "ComboBox",
    "DirectoryCombo",
    "Edit",
    "ProgressBar",
    "PushButton",
    "RadioButtonGroup",
    "Text",
    "VolumeCostList",
    "VolumeSelectCombo",
];

/// Breaks if the element takes the attribute inside `outer`: what it has depends on that for some.
fn probe(outer: &[&'static str], name: &'static str, attribute: &str) -> ControlFlow<()> {
    let way: Vec<&str> = outer.iter().copied().chain([name]).collect();
    let takes = |kind: &str| {
        let attributes = needs(name).iter().map(|pair| if pair.0 == "Type" { ("Type", kind) } else { *pair });
        let mut attributes: Vec<(&str, &str)> = attributes.filter(|(known, _)| *known != attribute).collect();
        attributes.push((attribute, "1"));
        let line = 1000 + u32::try_from(attributes.len()).expect("few");
        refusal(&findings(&way, &attributes), line).is_none()
    };
    let is_taken = match name {
        // What a control has depends on its type.
        "Control" => CONTROLS.iter().any(|kind| takes(kind)),
        _ => refusal_of(&way, attribute).is_none(),
    };
    if is_taken { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

#[test]
fn every_element_and_attribute_of_the_schema_is_in_the_reference() {
    let schema = schema();
    let (ways, parents) = places(&schema);
    let mut page = String::from(
        "# The WiX language\n\n\
         Every element and attribute in the schema of WiX 6.0.2, and whether the embedded engine accepts it. A test writes this page \
         (`UPDATE_GOLDEN=1 cargo test --test suite wix_reference`) by asking the engine about each one. Attributes listed without a \
         remark are accepted.\n\n\
         Elements of extensions (Util, Firewall, Iis, …) have [a page of their own](wix-extensions.md).\n",
    );
    let mut problems = Vec::new();
    for (name, way) in &ways {
        if *name == "Wix" {
            continue;
        }
        let places: Vec<&str> = parents[name]
            .iter()
            .copied()
            .filter(|parent| {
                let way: Vec<&str> = ways[parent].iter().copied().chain([*name]).collect();
                let found = findings(&way, &[]);
                found.iter().all(|finding| {
                    finding.code != "WIX0005" || finding.at.as_ref().is_none_or(|at| at.line != 1000)
                })
            })
            .collect();
        let missing: Vec<&&str> = parents[name].iter().filter(|parent| !places.contains(*parent)).collect();
        if !missing.is_empty() {
            problems.push(format!("{name} is refused in {missing:?}"));
        }
        let _ = writeln!(
            page,
            "\n## {name}\n\nIn {}.",
            places.iter().map(|place| format!("`{place}`")).collect::<Vec<_>>().join(", ")
        );
        let inner: &[(&str, &str)] = if *name == "InstanceTransforms" { &[("Property", "P")] } else { &[] };
        let mut whole = findings(way, inner);
        if REFUSED.contains(name) {
            whole = findings(&[way.as_slice(), &["Instance"]].concat(), &[("Id", "I"), ("ProductCode", "*")]);
        }
        let own = whole.iter().find(|finding| finding.code.starts_with("wix::instance"));
        if let Some(finding) = own {
            let _ = writeln!(page, "\nRefused: {} (`{}`).", finding.message, finding.code);
        }
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for attribute in &schema[name].attributes {
            match parents[name].iter().try_for_each(|parent| probe(&ways[parent], name, attribute)) {
                ControlFlow::Break(()) => taken.push(format!("`{attribute}`")),
                ControlFlow::Continue(()) => {
                    let message = refusal_of(way, attribute).unwrap_or_default();
                    refused.push((*attribute, message));
                }
            }
        }
        if !taken.is_empty() {
            let _ = writeln!(page, "\nAttributes: {}.", taken.join(", "));
        }
        for (attribute, message) in refused {
            let _ = writeln!(page, "\nRefused: `{attribute}` ({message}).");
            problems.push(format!("{name}/@{attribute}: {message}"));
        }
    }
    let others: Vec<String> =
        schema.keys().filter(|name| !ways.contains_key(*name)).map(|name| format!("`{name}`")).collect();
    let _ = writeln!(
        page,
        "\n## Elements of bundles, patches and merge modules\n\nThis engine makes packages only. Refused with WIX0005: {}.",
        others.join(", ")
    );
    golden::check("../../docs/wix-language.md", &page);
    assert_eq!(problems, KNOWN_GAPS, "the engine takes less than the schema has");
}

/// What the schema has and the engine refuses, each on purpose.
const KNOWN_GAPS: &[&str] = &[
    // WiX takes any name as an action, and ends with an exception where the sequence has none of it.
    "InstallAdminPackage is refused in [\"AdminUISequence\"]",
    "InstallFiles is refused in [\"AdminUISequence\"]",
    "InstallFinalize is refused in [\"AdminUISequence\"]",
    "InstallInitialize is refused in [\"AdminUISequence\"]",
    "InstallValidate is refused in [\"AdminUISequence\"]",
    // WiX refuses these too.
    "RegistryKey/@Action: WIX0004: `RegistryKey` has no attribute `Action` here",
    "SoftwareTag/@InstallPath: WIX0285: `SoftwareTag/@InstallPath` is for tags of a `Bundle`; use `@InstallDirectory`",
    // A slip of the schema.
    "TypeLib/@HelpSubirectory: WIX0004: `TypeLib` has no attribute `HelpSubirectory` here",
];
