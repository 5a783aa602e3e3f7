//! Held against WiX 6.0.2's own converter.

use ancm_installer::convert::{Options, Outcome, convert};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/wix-convert")
}

/// Where ours differs: file, what stands in WiX's result, what stands in ours, why.
const BETTER: &[(&str, &str, &str, &str)] = &[
    (
        "customactions.wxs",
        r"ScriptSourceFile=C:\src\Script.vbs",
        "ScriptSourceFile=Script.vbs",
        "a path that holds on every machine",
    ),
    (
        "minimal.wxs",
        "",
        "Comments=none",
        "WiX 5 and later have the comments of the summary information again",
    ),
];

fn sources() -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = std::fs::read_dir(data().join("v3"))
        .expect("readable")
        .map(|entry| {
            let entry = entry.expect("readable");
            (entry.file_name().into_string().expect("a name"), std::fs::read(entry.path()).expect("readable"))
        })
        .collect();
    found.sort();
    found
}

fn ours(name: &str, bytes: &[u8]) -> Outcome {
    convert(name, bytes, &Options::default())
}

/// Every element by its path, with its attributes in order of their names and its text; elements in order of these lines, for
/// WiX moves them about.
fn shown(text: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(text.trim_start_matches('\u{FEFF}')).expect("XML");
    let mut lines = Vec::new();
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        let path: Vec<&str> = element.ancestors().map(|around| around.tag_name().name()).collect();
        let mut attributes: Vec<String> =
            element.attributes().map(|a| format!("{}={}", a.name(), a.value())).collect();
        attributes.sort();
        let space = element.tag_name().namespace().unwrap_or_default();
        let text = element.text().unwrap_or_default().trim();
        lines.push(format!("{} {space} {} {text}", path.join("<"), attributes.join(" ")));
    }
    lines.sort();
    lines
}

#[test]
fn the_results_are_those_of_wix() {
    for (name, bytes) in sources() {
        let theirs = std::fs::read_to_string(data().join("v4").join(&name)).expect("readable");
        let mut text = String::from_utf8(ours(&name, &bytes).bytes.expect("converted")).expect("UTF-8");
        for (file, theirs, ours, _) in BETTER {
            if *file == name {
                let (ours, theirs) = (ours.replacen('=', "=\"", 1) + "\"", theirs.replacen('=', "=\"", 1));
                assert!(text.contains(&ours), "{name}: {ours}");
                let theirs = if theirs.is_empty() { String::new() } else { theirs + "\"" };
                text = text.replace(&ours, &theirs);
            }
        }
        assert_eq!(shown(&text), shown(&theirs), "{name}");
    }
}

#[test]
fn the_findings_are_those_of_wix() {
    // `[Converted] … (Name)`, with the number before it
    let theirs = |name: &str| -> BTreeMap<String, usize> {
        let text =
            std::fs::read_to_string(data().join("messages").join(format!("{name}.txt"))).expect("there");
        let mut counted = BTreeMap::new();
        for line in text.lines() {
            let number = line.split_once(" WIX").map(|(_, rest)| &rest[..4]).expect("a number");
            let kind = line.rsplit_once('(').expect("a name").1.trim_end_matches(')');
            *counted.entry(format!("WIX{number} {kind}")).or_default() += 1;
        }
        counted
    };
    for (name, bytes) in sources() {
        let mut counted: BTreeMap<String, usize> = BTreeMap::new();
        for finding in ours(&name, &bytes).findings.iter().filter(|finding| finding.code.starts_with("WIX")) {
            let kind = finding.message.rsplit_once('(').expect("a name").1.trim_end_matches(')');
            *counted.entry(format!("{} {kind}", finding.code)).or_default() += 1;
        }
        assert_eq!(counted, theirs(&name), "{name}");
    }
}

#[test]
fn scripts_come_out_as_wix_writes_them() {
    let bytes = std::fs::read(data().join("v3/customactions.wxs")).expect("readable");
    let script = std::fs::read_to_string(data().join("v4/Script.vbs")).expect("readable");
    assert_eq!(ours("customactions.wxs", &bytes).beside, [("Script.vbs".to_owned(), script)]);
}

#[test]
fn what_is_converted_is_not_converted_again() {
    for (name, bytes) in sources() {
        let once = ours(&name, &bytes).bytes.expect("converted");
        let twice = ours(&name, &once);
        assert!(twice.bytes.is_none() && twice.conversions == 0, "{name}: {:#?}", twice.findings);
    }
}

/// A source that has the new attribute beside the old one, or any other where it does not belong, does not lose its form.
#[test]
fn attributes_that_are_there_already_are_not_made_twice() {
    let mut names: Vec<String> = Vec::new();
    for (name, bytes) in sources() {
        let new = String::from_utf8_lossy(&ours(&name, &bytes).bytes.expect("converted")).into_owned();
        let quoted =
            new.match_indices("=\"").filter_map(|(at, _)| new[..at].rsplit([' ', '\n', '\t']).next());
        names.extend(quoted.filter(|name| name.chars().all(char::is_alphanumeric)).map(str::to_owned));
    }
    names.sort();
    names.dedup();
    assert!(names.len() > 50, "{names:?}");
    let mut tried = 0;
    for (file, bytes) in sources() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let tags: Vec<usize> = text.match_indices('<').map(|(at, _)| at).collect();
        for (number, at) in tags.into_iter().enumerate() {
            let Some(end) = text[at..].find([' ', '>', '/']).map(|length| at + length) else { continue };
            let tag = &text[at..at + text[at..].find('>').unwrap_or(0)];
            if !text[at + 1..].starts_with(char::is_alphabetic) {
                continue;
            }
            for step in 0..6 {
                let name = &names[(number * 7 + step * 31 + file.len()) % names.len()];
                if tag.contains(&format!(" {name}=")) {
                    continue;
                }
                let changed = format!("{} {name}=\"yes\"{}", &text[..end], &text[end..]);
                let outcome = ours(&file, changed.as_bytes());
                let Some(new) = outcome.bytes else { continue };
                let again = ours(&file, &new);
                assert!(again.is_source, "{file}: `{tag}` with {name}: {:?}", again.findings);
                tried += 1;
            }
        }
    }
    assert!(tried > 600, "{tried}");
}
