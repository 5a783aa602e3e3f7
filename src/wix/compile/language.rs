//! The schema's names: what may stand in what, and which attributes there are. Only what is wrong is looked up here, to say
//! what was meant; what the engine takes, each element's function decides.

use super::NAMESPACE;
use crate::diag::meant;
use std::sync::LazyLock;

/// Elements of the core language: name, what may stand inside, attributes.
const CORE: &str = include_str!("language.tsv");
/// Elements of extensions: extension, name, what it may stand in, attributes.
const EXTENSIONS: &str = include_str!("ext-language.tsv");

/// Elements of the core that lead to no package of ours; nobody is told to put something there.
const NOT_MADE: [&str; 11] = [
    "Bundle",
    "Include",
    "Merge",
    "MergeRef",
    "Module",
    "Patch",
    "PatchBaseline",
    "PatchCreation",
    "PatchFamily",
    "PatchFamilyGroup",
    "RelatedBundle",
];

/// So many names are listed.
const LISTED: usize = 12;

/// An element of the schema.
struct Known {
    /// As it is written where the core's elements have no prefix.
    name: String,
    parents: Vec<&'static str>,
    attributes: &'static str,
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

/// The prefix that the schemas have for the elements of `namespace`, with its colon; none for the core.
fn prefix(namespace: &str) -> String {
    match namespace.rsplit('/').next() {
        Some(extension) if namespace != NAMESPACE => prefix_of(extension),
        _ => String::new(),
    }
}

/// The prefix of an extension's elements; its namespace ends with its name.
fn prefix_of(extension: &str) -> String {
    match extension.to_ascii_lowercase().as_str() {
        "powershell" => "ps:".to_owned(),
        "visualstudio" => "vs:".to_owned(),
        other => format!("{other}:"),
    }
}

/// Every element.
static ALL: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let core = || rows(CORE).filter_map(|row| Some((*row.first()?, *row.get(1)?, *row.get(2)?)));
    let parents = |name: &str| {
        let takes = |inside: &str| inside.split(' ').any(|child| child == name);
        core().filter(|(_, inside, _)| takes(inside)).map(|(parent, ..)| parent).collect()
    };
    let of_core = core().map(|(name, _, attributes)| Known {
        name: name.to_owned(),
        parents: parents(name),
        attributes,
    });
    let of_extensions = rows(EXTENSIONS).filter_map(|row| {
        let [extension, name, parents, attributes] = row[..] else { return None };
        let name = format!("{}{name}", prefix_of(extension));
        Some(Known { name, parents: parents.split(' ').collect(), attributes })
    });
    of_core.chain(of_extensions).collect()
});

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The page of an element.
fn page(element: &str) -> String {
    let element = element.rsplit(':').next().unwrap_or(element).to_ascii_lowercase();
    format!("<https://docs.firegiant.com/wix/schema/wxs/{element}/>")
}

/// What to do about the element `child` that its parent, `parent`, does not take; each with its namespace.
pub(super) fn misplaced(child: (&str, &str), parent: (&str, &str)) -> String {
    let full = |(namespace, name): (&str, &str)| format!("{}{name}", prefix(namespace));
    let (child, parent) = (full(child), full(parent));
    let is_made = |known: &&Known| !NOT_MADE.contains(&known.name.as_str());
    let inside = || ALL.iter().filter(|known| known.parents.contains(&parent.as_str())).filter(is_made);
    if let Some(known) = ALL.iter().find(|known| known.name == child) {
        let mut parents = known.parents.clone();
        parents.retain(|parent| !NOT_MADE.contains(parent));
        return match parents[..] {
            [] => "it is for bundles, merge modules or patches, which this engine does not make; build it with WiX itself"
                .to_owned(),
            _ if parents.contains(&parent.as_str()) => {
                "WiX has it there, and this engine does not; build it with WiX itself".to_owned()
            }
            _ => format!("it may stand in {}", listed(&parents)),
        };
    }
    if let Some(near) = meant(&child, inside().map(|known| known.name.as_str())) {
        return format!("did you mean `{near}`?");
    }
    let inside: Vec<&str> = inside().map(|known| known.name.as_str()).collect();
    match inside[..] {
        [] => format!("`{parent}` has nothing inside; remove it"),
        _ if inside.len() <= LISTED => format!("`{parent}` may have {} inside", listed(&inside)),
        _ => format!("check the spelling; what may stand inside `{parent}`: {}", page(&parent)),
    }
}

/// What to do about the attribute `name`, which the element does not take.
pub(super) fn no_attribute(name: &str, (namespace, element): (&str, &str)) -> String {
    let full = format!("{}{element}", prefix(namespace));
    let Some(known) = ALL.iter().find(|known| known.name == full) else {
        return "check the spelling, or remove it".to_owned();
    };
    match meant(name, known.attributes.split(' ').filter(|other| *other != name && !other.is_empty())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("check the spelling, or remove it; attributes of `{full}`: {}", page(&full)),
    }
}
