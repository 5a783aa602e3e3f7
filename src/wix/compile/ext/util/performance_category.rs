//! `PerformanceCategory` and the `PerformanceCounter`s in it: texts that Windows reads, and registry values.

use super::performance_words::{LANGUAGES, TYPES};
use crate::compile::Compiler;
use crate::compile::component::Host;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::demand_action;
use crate::compile::registry;
use crate::ids::{self, RegistryRoot};
use crate::source::Element;
use crate::symbol::{Id, RegistryValue, fields};

pub(super) const ELEMENTS: &[Rule] = &[("PerformanceCategory", Within::Component(performance_category))];

/// English, and a counter of 32 bits.
const ENGLISH: i32 = 9;
const NUMBER_OF_ITEMS_32: i32 = 65536;

/// A counter.
struct Counter {
    name: String,
    help: Option<String>,
    kind: i32,
    language: i32,
}

/// <https://docs.firegiant.com/wix/schema/util/performancecategory/>.
fn performance_category(c: &mut Compiler, element: &Element, host: &Host) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let name = a.text("Name");
    let help = a.text("Help");
    let language = a.choice("DefaultLanguage", LANGUAGES).unwrap_or(ENGLISH);
    let several = a.flag("MultiInstance");
    // What .NET's own counters have.
    let [library, open, collect, close] = [
        ("Library", "netfxperf.dll"),
        ("Open", "OpenPerformanceData"),
        ("Collect", "CollectPerformanceData"),
        ("Close", "ClosePerformanceData"),
    ]
    .map(|(attribute, default)| a.text(attribute).unwrap_or_else(|| default.to_owned()));
    if id.is_none() && name.is_none() {
        c.report.error(44, &element.at, "`PerformanceCategory` needs `@Id` or `@Name`");
    }
    let name = name.or_else(|| Some(id.as_ref()?.name.clone())).unwrap_or_default();
    let id = id.unwrap_or_else(|| Id::section(ids::identifier("upc", &[&host.id, &name])));
    let mut counters = Vec::new();
    c.children(element, |c, child| {
        let known = child.name == "PerformanceCounter";
        if known {
            counters.extend(performance_counter(c, child, language));
        }
        known
    });
    let at = &element.at;
    let (ini, constants) = (ini(&name, help.as_deref(), language, &counters), constants(counters.len()));
    c.row("Wix4PerformanceCategory", Some(id.clone()), at, fields![&id, &host.id, &name, ini, constants]);

    let escaped = escape(&name);
    let list = |texts: Vec<String>| {
        RegistryValue::MultiString(
            texts.iter().fold("[~]".to_owned(), |list, text| format!("{list}{text}[~]")),
        )
    };
    let names = list(counters.iter().map(|counter| escape(&counter.name)).collect());
    let kinds = list(counters.iter().map(|counter| counter.kind.to_string()).collect());
    let service = format!("SYSTEM\\CurrentControlSet\\Services\\{escaped}");
    let (linkage, performance) = (format!("{service}\\Linkage"), format!("{service}\\Performance"));
    let mut write = |key: &str, name, value| {
        registry::add(c, (RegistryRoot::LocalMachine, key), Some(name), value, &host.id, at)
    };
    write(&linkage, "Export", Some(RegistryValue::String(escaped)));
    // The key goes with what Windows put there.
    write(&performance, "-", None);
    for (name, value) in [("Library", library), ("Open", open), ("Collect", collect), ("Close", close)] {
        write(&performance, name, Some(RegistryValue::String(value)));
    }
    let several = RegistryValue::Integer(i32::from(several).to_string());
    write(&performance, "IsMultiInstance", Some(several));
    write(&performance, "Counter Names", Some(names));
    write(&performance, "Counter Types", Some(kinds));
    demand_action(c, "Wix4InstallPerfCounterData", at);
    demand_action(c, "Wix4UninstallPerfCounterData", at);
}

/// <https://docs.firegiant.com/wix/schema/util/performancecounter/>.
fn performance_counter(c: &mut Compiler, element: &Element, language: i32) -> Option<Counter> {
    let a = c.attributes(element);
    let name = a.required("Name", a.text("Name"));
    let help = a.text("Help");
    let kind = a.choice("Type", TYPES).unwrap_or(NUMBER_OF_ITEMS_32);
    let language = a.choice("Language", LANGUAGES).unwrap_or(language);
    if help.is_none() {
        let message = "`PerformanceCounter/@Help` is missing; Windows XP needs it";
        c.report.warning(5154, &element.at, message);
    }
    c.no_children(element);
    Some(Counter { name: name?, help, kind, language })
}

/// What `lodctr` reads: names and explanations
/// (<https://learn.microsoft.com/windows/win32/perfctrs/adding-counter-names-and-descriptions-to-the-registry>).
fn ini(name: &str, help: Option<&str>, language: i32, counters: &[Counter]) -> String {
    let mut lines = vec![
        "[info]".to_owned(),
        format!("drivername={name}"),
        "symbolfile=wixperf.h".to_owned(),
        String::new(),
        "[objects]".to_owned(),
        format!("OBJECT_1_{language:03}_NAME="),
        String::new(),
        "[languages]".to_owned(),
        format!("{language:03}=LANG{language:03}"),
        String::new(),
        "[text]".to_owned(),
    ];
    let mut text = |what: &str, language: i32, name: &str, help: Option<&str>| {
        lines.push(format!("{what}_{language:03}_NAME={name}"));
        lines.extend(help.map(|help| format!("{what}_{language:03}_HELP={help}")));
    };
    text("OBJECT_1", language, name, help);
    for (at, counter) in counters.iter().enumerate() {
        let what = format!("DEVICE_COUNTER_{}", at + 1);
        text(&what, counter.language, &counter.name, counter.help.as_deref());
    }
    joined(&lines)
}

/// The header that belongs to it: each name is two numbers after the one before.
fn constants(counters: usize) -> String {
    let mut lines = vec!["#define OBJECT_1    0".to_owned()];
    lines.extend((1..=counters).map(|at| format!("#define DEVICE_COUNTER_{at}    {}", 2 * at)));
    lines.push(format!("#define LAST_OBJECT_1_COUNTER_OFFSET    {}", 2 * counters));
    joined(&lines)
}

fn joined(lines: &[String]) -> String {
    lines.iter().fold(String::new(), |text, line| text + line + "\r\n")
}

/// The text with its brackets escaped for a formatted column; what is escaped already stays.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let done = ["[\\[]", "[\\]]"].into_iter().find(|done| rest.starts_with(done));
        let piece = done.map_or(&rest[..first.len_utf8()], |done| done);
        match piece {
            "[" => escaped.push_str("[\\[]"),
            "]" => escaped.push_str("[\\]]"),
            piece => escaped.push_str(piece),
        }
        rest = &rest[piece.len()..];
    }
    escaped
}
