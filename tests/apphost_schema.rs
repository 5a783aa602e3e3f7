//! What the rules of IIS take for granted about its schema: held against a table of facts, and that against a genuine
//! `IIS_schema.xml`, which is Microsoft's and not here.

use ancm_installer::apphost::Error;
use ancm_installer::apphost::job::{self, Job, Verb};
use roxmltree::{Document, Node};
use std::collections::BTreeSet;

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fact {
    section: String,
    below: String,
    attribute: String,
    case: bool,
    required: bool,
    key: bool,
}

fn facts() -> BTreeSet<Fact> {
    let fact = |line: &str| {
        let [section, below, attribute, case, required, key] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("six columns: {line}")
        };
        let [section, below, attribute] = [section, below, attribute].map(str::to_owned);
        let [case, required, key] = [case, required, key].map(|word| !word.is_empty());
        Fact { section, below, attribute, case, required, key }
    };
    let table = include_str!("data/apphost/schema.tsv");
    table.lines().filter(|line| !line.starts_with('#')).map(fact).collect()
}

const SERVER: &str = include_str!("apphost/iis10.config");

/// The server's configuration with this at the beginning of a section: the last one of its name, for the lists of modules of
/// sites stand before that of the server.
fn with(section: &str, inner: &str) -> String {
    let start = format!("<{section}>");
    let at = SERVER.rfind(&start).expect("it has one") + start.len();
    format!("{}{inner}{}", &SERVER[..at], &SERVER[at..])
}

fn registered(config: &str) -> Result<String, Error> {
    let job = Job {
        verb: Verb::Add,
        attributes: job::EVENT_STREAMS | job::HANDLERS,
        shared: job::Shared::AsBefore,
        run: "1".into(),
        file: "applicationHost.config".into(),
        module: "AspNetCoreModuleV2".into(),
        image: r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll".into(),
        section: "aspNetCore".into(),
        area: Some(job::Area { name: "ANCM".into(), value: 65536 }),
    };
    let made = job.make(config.as_bytes(), None, None)?;
    Ok(String::from_utf8(made.edited.bytes).expect("UTF-8"))
}

/// What the schema does not say, and IIS cannot do without: the DLL, without which no worker process starts.
const ASKED_FOR_BESIDES: (&str, &str) = ("globalModules", "image");

#[test]
fn attributes_of_the_lists_of_modules_are_those_of_the_schema() {
    for section in ["globalModules", "modules"] {
        let path = format!("system.webServer/{section}");
        let facts: Vec<Fact> = facts().into_iter().filter(|fact| fact.section == path).collect();
        assert_eq!(facts.len(), 3, "{section}");
        let entry = |without: &str, more: &str| {
            let attributes = facts.iter().filter(|fact| fact.attribute != without);
            let attributes = attributes.map(|fact| format!(r#" {}="Theirs""#, fact.attribute));
            with(section, &format!("<add{}{more} />", attributes.collect::<String>()))
        };
        registered(&entry("", "")).unwrap_or_else(|error| panic!("{section}: {error}"));
        for fact in &facts {
            let name = &fact.attribute;
            // an attribute is known by its name to the letter
            let outcome = registered(&entry(name, &format!(r#" {}="Theirs""#, name.to_uppercase())));
            assert!(
                matches!(outcome, Err(Error::Unrecognized { .. } | Error::Incomplete { .. })),
                "{section}/@{name} in capitals: {outcome:?}"
            );
            let is_asked_for = fact.required || (section, name.as_str()) == ASKED_FOR_BESIDES;
            let outcome = registered(&entry(name, ""));
            assert_eq!(outcome.is_err(), is_asked_for, "{section} without {name}: {outcome:?}");
        }
        let outcome = registered(&entry("", r#" image2="Theirs""#));
        assert!(matches!(outcome, Err(Error::Unrecognized { .. })), "{section}: {outcome:?}");
    }
}

/// An entry whose key is written otherwise is the same one where the schema has no `caseSensitive`, and another one where it
/// has.
#[test]
fn keys_are_the_same_where_the_schema_says_so() {
    let key = |section: &str, below: &str| {
        let path = format!("system.webServer/{section}");
        let mut found =
            facts().into_iter().filter(|fact| fact.section == path && fact.below == below && fact.key);
        let fact = found.next().unwrap_or_else(|| panic!("{section}: no key"));
        (fact.attribute, fact.case)
    };
    for (section, below, entry, ours) in [
        (
            "globalModules",
            "",
            r#"<add name="aspnetcoremodulev2" image="theirs.dll" />"#,
            r#"<add name="AspNetCoreModuleV2" image="#,
        ),
        ("modules", "", r#"<add name="aspnetcoremodulev2" />"#, r#"<add name="AspNetCoreModuleV2" />"#),
        (
            "httpCompression",
            "dynamicTypes",
            r#"<add mimeType="Text/Event-Stream" enabled="false" />"#,
            r#"<add mimeType="text/event-stream" "#,
        ),
        (
            "tracing/traceProviderDefinitions",
            "areas",
            r#"<add name="ancm" value="65536" />"#,
            r#"<add name="ANCM" "#,
        ),
    ] {
        let (attribute, counts) = key(section, below);
        assert!(entry.contains(&format!("{attribute}=")), "{section}");
        // the areas of the provider that has the module's
        let config = match below {
            "areas" => {
                let last = r#"<add name="Compression" value="64" />"#;
                SERVER.replacen(last, &format!("{last}{entry}"), 1)
            }
            _ => with(if below.is_empty() { section } else { below }, entry),
        };
        assert!(config.contains(entry), "{section}");
        let text = registered(&config).unwrap_or_else(|error| panic!("{section}: {error}"));
        assert!(text.contains(entry), "{section}: theirs stays\n{text}");
        assert_eq!(text.contains(ours), counts, "{section}: another entry\n{text}");
    }
}

/// A lock on the list itself binds lower levels, and there are none of it: IIS takes our entry.
#[test]
fn a_lock_on_the_list_of_global_modules_keeps_nobody_out() {
    for lock in [
        r#"lockItem="true""#,
        r#"lockElements="add""#,
        r#"lockElements="*""#,
        r#"lockAttributes="name,image""#,
        r#"lockAllElementsExcept="remove""#,
        r#"lockAllAttributesExcept="preCondition""#,
    ] {
        let config = SERVER.replacen("<globalModules>", &format!("<globalModules {lock}>"), 1);
        let text = registered(&config).unwrap_or_else(|error| panic!("{lock}: {error}"));
        assert!(text.contains(r#"<add name="AspNetCoreModuleV2" image="#), "{lock}\n{text}");
        assert!(text.contains(&format!("<globalModules {lock}>")), "{lock} stays\n{text}");
    }
}

/// `ANCM_IIS_SCHEMA` names the file of IIS, where somebody has it: `%windir%\System32\inetsrv\config\schema\IIS_schema.xml`, or
/// that of the repository which the table names.
#[test]
fn the_table_is_what_iis_schema_says() {
    #[allow(clippy::disallowed_methods, reason = "who has the file says where it is")]
    let Some(path) = std::env::var_os("ANCM_IIS_SCHEMA") else {
        eprintln!("skipped: `IIS_schema.xml` is not ours to publish; ANCM_IIS_SCHEMA names it where it is");
        return;
    };
    let text = std::fs::read_to_string(path).expect("readable");
    let document = Document::parse(text.trim_start_matches('\u{FEFF}')).expect("XML");
    let facts = facts();
    let mut found = BTreeSet::new();
    for schema in document.descendants().filter(|node| node.has_tag_name("sectionSchema")) {
        let section = schema.attribute("name").unwrap_or_default();
        for attribute in schema.descendants().filter(|node| node.has_tag_name("attribute")) {
            let Some(collection) = attribute.parent().filter(|node| node.has_tag_name("collection")) else {
                continue;
            };
            let elements = collection.ancestors().take_while(|node| *node != schema);
            let below: Vec<&str> = elements
                .filter(|node: &Node<'_, '_>| node.has_tag_name("element"))
                .filter_map(|node| node.attribute("name"))
                .collect();
            let is = |name: &str| attribute.attribute(name) == Some("true");
            found.insert(Fact {
                section: section.to_owned(),
                below: below.into_iter().rev().collect::<Vec<_>>().join("/"),
                attribute: attribute.attribute("name").unwrap_or_default().to_owned(),
                case: is("caseSensitive"),
                required: is("required"),
                key: is("isUniqueKey"),
            });
        }
    }
    let places: BTreeSet<(&str, &str)> = facts.iter().map(|fact| (&*fact.section, &*fact.below)).collect();
    found.retain(|fact| places.contains(&(&*fact.section, &*fact.below)));
    assert_eq!(found, facts);
}
