//! The hard configurations of `tests/data/apphost` have the outcomes that their table says, with `roxmltree` as a second
//! eye that shares no code with the editor: what it finds in force is found by rules that are written down again here.

use crate::support;
use ancm_installer::apphost::job::{self, Job, Verb};
use ancm_installer::apphost::record::Record;
use ancm_installer::apphost::{self, Error};
use roxmltree::{Document, Node};
use std::path::PathBuf;

const MODULE: &str = "AspNetCoreModuleV2";
const IMAGE: &str = r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll";

/// A line of the table.
struct Case {
    file: String,
    outcome: String,
    message: String,
    bytes: Vec<u8>,
}

fn cases() -> Vec<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/apphost");
    let table = std::fs::read_to_string(folder.join("outcomes.tsv")).expect("the table");
    let case = |line: &str| {
        let [file, outcome, message, _why] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns: {line}")
        };
        let bytes = std::fs::read(folder.join(file)).expect(file);
        Case { file: file.into(), outcome: outcome.into(), message: message.into(), bytes }
    };
    let cases: Vec<Case> = table.lines().filter(|line| !line.starts_with('#')).map(case).collect();
    let files = std::fs::read_dir(&folder).expect("there").map(|entry| entry.expect("readable").path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "config")).count();
    assert_eq!(cases.len(), files, "a line for each file");
    cases
}

fn job(verb: Verb) -> Job {
    Job {
        verb,
        attributes: job::EVENT_STREAMS | job::HANDLERS,
        shared: job::Shared::AsBefore,
        run: "1".into(),
        file: "applicationHost.config".into(),
        module: MODULE.into(),
        image: IMAGE.into(),
        section: "aspNetCore".into(),
        area: Some(job::Area { name: "ANCM".into(), value: 65536 }),
    }
}

/// The text as Windows reads it: by its mark, or by the encoding that it declares.
fn decoded(bytes: &[u8]) -> Option<String> {
    let encoding = match bytes {
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => encoding_rs::UTF_16LE,
        [0xFE, 0xFF, ..] | [0, b'<', ..] => encoding_rs::UTF_16BE,
        _ => {
            let start = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).to_lowercase();
            let named = ["iso-8859-1", "windows-1252"].iter().any(|name| start.contains(name));
            if named { encoding_rs::WINDOWS_1252 } else { encoding_rs::UTF_8 }
        }
    };
    let (text, _, is_damaged) = encoding.decode(bytes);
    (!is_damaged).then(|| text.into_owned())
}

fn named<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.tag_name().name() == name && prefix(child).is_none())
}

/// A prefix makes another name of an element; a default namespace does not.
fn prefix<'a>(node: &Node<'a, '_>) -> Option<&'a str> {
    let text = &node.document().input_text()[node.range()];
    let name: &str = text.get(1..)?.split([' ', '>', '/', '\t', '\r', '\n']).next()?;
    name.split_once(':').map(|(prefix, _)| prefix)
}

fn path_of<'a>(location: &Node<'a, '_>) -> &'a str {
    location.attribute("path").filter(|path| *path != ".").unwrap_or("")
}

/// The scopes that are read as one: the root and the locations of its own level; then those of each site.
fn scopes<'a, 'i>(document: &'a Document<'i>) -> (Vec<Node<'a, 'i>>, Vec<Node<'a, 'i>>) {
    let root = document.root_element();
    let (own, sites): (Vec<_>, Vec<_>) =
        named(root, "location").partition(|location| path_of(location).is_empty());
    ([vec![root], own].concat(), sites)
}

fn sections<'a, 'i>(scopes: &[Node<'a, 'i>], path: &[&'static str]) -> Vec<Node<'a, 'i>> {
    let mut found: Vec<Node> = scopes.iter().flat_map(|scope| named(*scope, "system.webServer")).collect();
    for name in path {
        found = found.into_iter().flat_map(|node| named(node, name).collect::<Vec<_>>()).collect();
    }
    found
}

/// What is in force of a collection, beginning with what is inherited; `Err` where IIS refuses a duplicate.
fn in_force<'a>(
    inherited: &[Node<'a, 'a>],
    sections: &[Node<'a, 'a>],
    key: &str,
    is_case_sensitive: bool,
) -> Result<Vec<Node<'a, 'a>>, String> {
    let mut found = inherited.to_vec();
    let value = |node: &Node| {
        let value = node.attribute(key).unwrap_or_default().to_owned();
        if is_case_sensitive { value } else { value.to_lowercase() }
    };
    for child in sections.iter().flat_map(|section| section.children()).filter(Node::is_element) {
        match child.tag_name().name() {
            "clear" => found.clear(),
            "remove" => found.retain(|known| value(known) != value(&child)),
            _ if found.iter().any(|known| value(known) == value(&child)) => return Err(value(&child)),
            _ => found.push(child),
        }
    }
    Ok(found)
}

/// What a second pair of eyes sees in a registered file; `site` says that a site adds the module itself.
fn look(file: &str, text: &str, site: bool) {
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let (own, sites) = scopes(&document);
    let collection = |path: &[&'static str], key, case| {
        let inherited =
            in_force(&[], &sections(&own, path), key, case).unwrap_or_else(|k| panic!("{file}: {k} twice"));
        for site in &sites {
            in_force(&inherited, &sections(&[*site], path), key, case)
                .unwrap_or_else(|key| panic!("{file}: {key} of {} twice", path_of(site)));
        }
        inherited
    };
    for (path, expected) in [("globalModules", 1), ("modules", usize::from(!site))] {
        let entries = collection(&[path], "name", true);
        let ours: Vec<_> = entries.iter().filter(|entry| entry.attribute("name") == Some(MODULE)).collect();
        assert_eq!(ours.len(), expected, "{file}: {path}");
        for entry in ours {
            assert!(
                !entry.attribute("preCondition").unwrap_or_default().contains("bitness"),
                "{file}: {path}"
            );
            if path == "globalModules" {
                assert!(
                    entry.attribute("image").is_some_and(|image| image.eq_ignore_ascii_case(IMAGE)),
                    "{file}"
                );
            }
        }
    }
    collection(&["httpCompression", "dynamicTypes"], "mimeType", false);
    for provider in collection(&["tracing", "traceProviderDefinitions"], "name", false) {
        let areas: Vec<Node> = named(provider, "areas").collect();
        in_force(&[], &areas, "name", false).unwrap_or_else(|area| panic!("{file}: area {area} twice"));
    }
    let groups = named(document.root_element(), "configSections").flat_map(|all| named(all, "sectionGroup"));
    let declared = groups
        .filter(|group| group.attribute("name") == Some("system.webServer"))
        .flat_map(|group| named(group, "section"))
        .filter(|section| section.attribute("name") == Some("aspNetCore"));
    assert_eq!(declared.count(), 1, "{file}: the section is declared once");
}

/// Whether IIS would look for the DLL.
fn names_the_dll(text: &str) -> bool {
    let document = Document::parse(text).expect("well-formed");
    let (own, _) = scopes(&document);
    let entries = in_force(&[], &sections(&own, &["globalModules"]), "name", true).expect("no duplicates");
    entries.iter().any(|entry| {
        entry.attribute("name") == Some(MODULE)
            || entry.attribute("image").is_some_and(|image| image.eq_ignore_ascii_case(IMAGE))
    })
}

#[test]
fn every_hard_file_has_the_outcome_that_the_table_says() {
    for Case { file, outcome, message, bytes } in cases() {
        let made = job(Verb::Add).make(&bytes, None, None);
        let text = decoded(&bytes);
        match (outcome.as_str(), made) {
            ("registered" | "site", Ok(made)) => {
                let registered = decoded(&made.edited.bytes).expect("in its encoding");
                look(&file, &registered, outcome == "site");
                let sites = apphost::sites_that_add(&made.edited.bytes, MODULE).expect("readable");
                assert_eq!(sites.is_empty(), outcome != "site", "{file}: {sites:?}");
                let back = apphost::undo(&made.edited.bytes, &made.edited.inverse).expect("readable");
                assert!(back.bytes == bytes, "{file}: a rollback");
                let again =
                    job(Verb::Add).make(&made.edited.bytes, made.record.as_ref(), None).expect("editable");
                assert!(
                    again.edited.bytes == made.edited.bytes && again.record == made.record,
                    "{file}: twice"
                );
                let gone =
                    job(Verb::Remove).make(&made.edited.bytes, made.record.as_ref(), None).expect("editable");
                assert!(
                    !names_the_dll(&decoded(&gone.edited.bytes).expect("in its encoding")),
                    "{file}: removed"
                );
                let back = apphost::undo(&gone.edited.bytes, &gone.edited.inverse).expect("readable");
                assert!(back.bytes == made.edited.bytes, "{file}: a removal that is rolled back");
            }
            ("malformed" | "refused", Err(error)) => {
                assert!(!message.is_empty() && error.to_string().contains(&message), "{file}: {error}");
                let is_malformed = text.is_some_and(|text| Document::parse(&text).is_err());
                assert!(outcome != "malformed" || is_malformed, "{file}: a second parser takes it");
            }
            (_, made) => panic!("{file}: {outcome}, and it was {:?}", made.map(|made| made.edited.inverse)),
        }
    }
}

#[test]
fn names_compare_as_iis_compares_them() {
    let file = |name: &str| cases().into_iter().find(|case| case.file == name).expect(name).bytes;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let registered =
        |name: &str| text(job(Verb::Add).make(&file(name), None, None).expect(name).edited.bytes);
    let mime = registered("mime_upper_case.config");
    assert!(mime.contains("Text/Event-Stream") && !mime.contains("text/event-stream"), "{mime}");
    let area = registered("area_lower_case.config");
    assert!(area.contains(r#"name="ancm""#) && !area.contains(r#"name="ANCM""#), "{area}");
    let provider = registered("provider_lower_case.config");
    assert!(
        provider.contains(r#"name="WWW SERVER""#) && !provider.contains(r#"name="WWW Server""#),
        "{provider}"
    );
    let module = registered("lower_case_name.config");
    assert!(module.contains(r#"<add name="aspnetcoremodulev2" image="old.dll" />"#), "{module}");
    assert_eq!(module.matches(r#"name="AspNetCoreModuleV2""#).count(), 2, "{module}");
}

const SERVER: &str = include_str!("apphost/iis10.config");

/// A declaration that keeps the section out of where sites have it is no less in the way than a lock.
#[test]
fn the_section_may_stand_where_sites_have_it() {
    let group = "<sectionGroup name=\"system.webServer\">";
    for (attributes, right) in [
        ("allowDefinition=\"MachineOnly\"", "allowDefinition=\"MachineToApplication\""),
        ("allowDefinition=\"AppHostOnly\"", "allowDefinition=\"MachineToApplication\""),
        ("allowDefinition='MachineToRootWeb'", "allowDefinition=\"MachineToApplication\""),
        ("allowDefinition=\"everywhere\"", "allowDefinition=\"everywhere\""),
        ("allowLocation=\"false\"", "allowLocation=\"true\""),
        ("allowLocation='True'", "allowLocation='True'"),
        ("", "<section name=\"aspNetCore\"  />"),
    ] {
        let declared = format!("{group}<section name=\"aspNetCore\" {attributes} />");
        let file = SERVER.replacen(group, &declared, 1);
        assert_ne!(file, SERVER, "the group is there");
        let made = job(Verb::Add).make(file.as_bytes(), None, None).expect("editable");
        let text = String::from_utf8(made.edited.bytes.clone()).expect("UTF-8");
        assert!(
            text.contains(&format!("{group}<section name=\"aspNetCore\"")) && text.contains(right),
            "{text}"
        );
        let back = apphost::undo(&made.edited.bytes, &made.edited.inverse).expect("readable");
        assert!(back.bytes == file.as_bytes(), "{attributes}: a rollback");
        let record = made.record.expect("kept");
        assert_eq!(Record::parse(&record.to_text()), Some(record.clone()), "{attributes}");
        let gone = job(Verb::Remove).make(&made.edited.bytes, Some(&record), None).expect("editable");
        assert!(gone.edited.bytes == file.as_bytes(), "{attributes}: a removal");
    }
}

/// "Unrecognized element", says IIS of what stands inside of an entry.
#[test]
fn an_entry_that_holds_an_element_is_refused() {
    for (list, entry) in
        [("globalModules", "name=\"Other\" image=\"other.dll\""), ("modules", "name=\"Other\"")]
    {
        let start = format!("<{list}>");
        // the last one: those of sites stand before that of the server
        let at = SERVER.rfind(&start).expect("it has one") + start.len();
        let file = format!("{}<add {entry}><more /></add>{}", &SERVER[..at], &SERVER[at..]);
        let error = job(Verb::Add).make(file.as_bytes(), None, None).expect_err("IIS refuses it");
        assert!(error.to_string().contains("`more`"), "{list}: {error}");
    }
}

#[test]
fn one_tag_with_sixty_thousand_attributes_is_read_at_once() {
    let attributes: String = (0..60_000).map(|number| format!(" name{number}=\"path\"")).collect();
    let file = format!("<configuration{attributes}><system.webServer{attributes} /></configuration>");
    let started = support::processor_time();
    job(Verb::Add).make(file.as_bytes(), None, None).expect("editable");
    // not optimized; quadratic, it took 79 s optimized
    let took = support::processor_time() - started;
    assert!(took.as_secs() < 30, "{took:?}");
    let twice = file.replacen(" name7=", " name8=", 1);
    let error = job(Verb::Add).make(twice.as_bytes(), None, None).expect_err("malformed");
    assert_eq!(error, Error::Malformed { line: 1, problem: "an attribute is given twice" });
}

/// One that stays would be looked for by IIS, and no pool would start.
#[test]
fn no_entry_of_the_dll_is_left_however_it_is_spelled() {
    let remove = job(Verb::Remove);
    for image in [
        r"C:\Program Files\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll",
        r"D:\Program Files (x86)\IIS\Asp.Net Core Module\V2\ASPNETCOREV2.DLL",
        r"%ProgramW6432%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll",
        "%SystemDrive%/Program Files/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll",
        r"%ProgramFiles(x86)%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll",
    ] {
        let config = format!(
            r#"<configuration><system.webServer><globalModules><add name="Mine" image="{image}" /><add name="Other" image="C:\other.dll" /></globalModules><modules><add name="Mine" /></modules></system.webServer></configuration>"#
        );
        assert!(remove.names_the_dll(config.as_bytes(), false), "{image}");
        let made = remove.make(config.as_bytes(), None, None).expect("editable");
        let left = String::from_utf8(made.edited.bytes).expect("UTF-8");
        assert!(!left.contains("Mine") && left.contains("Other"), "{left}");
    }
    let other = r#"<configuration><system.webServer><globalModules><add name="Mine" image="C:\Program Files\Mine\aspnetcorev2.dll" /></globalModules></system.webServer></configuration>"#;
    assert!(!remove.names_the_dll(other.as_bytes(), false));
}

/// Sixty thousand of anything are no reason to wait.
#[test]
fn what_is_there_thousands_of_times_takes_no_time() {
    let many = |piece: &dyn Fn(usize) -> String| (0..8000).map(piece).collect::<String>();
    let modules = |inner: String| {
        format!(
            "<configuration><system.webServer><globalModules>{inner}</globalModules></system.webServer></configuration>"
        )
    };
    let ours = modules(many(&|_| format!(r#"<add name="{MODULE}" image="x" />"#)));
    let images = modules(many(&|number| format!(r#"<add name="m{number}" image="{IMAGE}" />"#)));
    let pairs =
        modules(many(&|number| format!(r#"<add name="m{number}" image="x" /><remove name="n{number}" />"#)));
    let areas =
        many(&|_| r#"<add name="WWW Server"><areas><add name="ANCM" value="1" /></areas></add>"#.to_owned());
    let areas = format!(
        "<configuration><system.webServer><tracing><traceProviderDefinitions>{areas}</traceProviderDefinitions></tracing></system.webServer></configuration>"
    );
    let sites = many(&|number| {
        format!(r#"<location path="s{number}"><system.webServer><handlers /></system.webServer></location>"#)
    });
    let sites = format!("<configuration>{sites}</configuration>");
    let started = support::processor_time();
    for (file, is_refused) in
        [(&ours, true), (&images, false), (&pairs, false), (&areas, true), (&sites, false)]
    {
        let added = job(Verb::Add).make(file.as_bytes(), None, None);
        match &added {
            Err(error) => assert!(is_refused && matches!(error, Error::Crowded(_)), "{error}"),
            Ok(_) => assert!(!is_refused),
        }
        // whatever comes of it, a removal takes no longer
        let (bytes, record) = match &added {
            Ok(made) => (made.edited.bytes.as_slice(), made.record.as_ref()),
            Err(_) => (file.as_bytes(), None),
        };
        let _ = job(Verb::Remove).make(bytes, record, None);
    }
    // it took minutes optimized; without optimizing, seconds
    let took = support::processor_time() - started;
    assert!(took.as_secs() < 60, "{took:?}");
}
