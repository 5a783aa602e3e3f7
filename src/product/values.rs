//! What single values of a description may be, whatever the others are: by their place in the file, each with its own span.

use super::check::{Problem, is_identifier};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What a value is.
#[derive(Clone, Copy)]
enum Kind {
    /// A text that users read, of so many characters.
    Shown(usize),
    /// The address of a page.
    Link,
    /// A name in the tables, which ends so.
    Key(&'static str),
    /// A name in IIS's configuration, in front of the names of files beside it.
    Module,
    /// A section of `system.webServer`.
    Section,
    /// The name of a file that ends so.
    File(&'static str),
    /// A path below a folder of Windows.
    Path,
    /// What a DLL exports.
    Export,
    /// How many parameters of 4 bytes a function has.
    Parameters,
    /// A bit of a provider of traces.
    Bit,
    /// A name below a key of the registry.
    Name,
    /// A key below `HKEY_LOCAL_MACHINE`.
    RegistryKey,
    /// A GUID that is one.
    Guid,
}

/// Each kind of value by its place. `edition` is `iis` or `iisexpress`, `dll` is `module` or `handler`, and `*` any key or
/// number.
const PLACES: [(&str, Kind); 38] = [
    ("texts.title", Kind::Shown(64)),
    ("texts.manufacturer", Kind::Shown(64)),
    ("texts.help-link", Kind::Link),
    ("texts.info-link", Kind::Link),
    ("texts.*", Kind::Shown(255)),
    ("keys.cabinet", Kind::Key(".cab")),
    ("keys.icon", Kind::Key(".ico")),
    ("keys.feature", Kind::Key("")),
    ("others.*", Kind::File(".dll")),
    ("registration.name", Kind::Module),
    ("registration.section", Kind::Section),
    ("registration.trace-area.name", Kind::Key("")),
    ("registration.trace-area.value", Kind::Bit),
    ("dll.file", Kind::File(".dll")),
    ("dll.description", Kind::Shown(128)),
    ("dll.original-names.*", Kind::File(".dll")),
    ("dll.exports.*.name", Kind::Export),
    ("dll.exports.*.parameters", Kind::Parameters),
    ("schema.file", Kind::File(".xml")),
    ("schema.attribute", Kind::Key("")),
    ("messages.*", Kind::Shown(255)),
    ("edition.name", Kind::Shown(200)),
    ("edition.provider-feature", Kind::Key("")),
    ("edition.folder", Kind::Path),
    ("edition.event-source", Kind::Name),
    ("edition.provider.*.*", Kind::Name),
    ("edition.discovery-key", Kind::RegistryKey),
    ("edition.upgrade-code.*", Kind::Guid),
    ("edition.earlier-upgrade-code.*", Kind::Guid),
    ("edition.refused.*.file", Kind::Path),
    ("edition.refused.*.reason", Kind::Shown(255)),
    ("patch.name", Kind::Shown(200)),
    ("patch.folder", Kind::Path),
    ("patch.missing", Kind::Shown(255)),
    ("patch.upgrade-code", Kind::Guid),
    ("patch.in-place.file", Kind::Path),
    ("patch.in-place.native", Kind::Path),
    ("patch.in-place.native-missing", Kind::Shown(255)),
];

/// Modules and sections that IIS has of its own
/// (<https://learn.microsoft.com/iis/get-started/introduction-to-iis/iis-modules-overview>): a package that takes out what it
/// calls its own would take out these.
const MODULES_OF_IIS: &str = "UriCacheModule FileCacheModule TokenCacheModule HttpCacheModule StaticCompressionModule \
    DynamicCompressionModule DefaultDocumentModule DirectoryListingModule ProtocolSupportModule StaticFileModule CgiModule \
    IsapiModule IsapiFilterModule ServerSideIncludeModule HttpLoggingModule CustomLoggingModule CustomErrorModule \
    HttpRedirectionModule RequestFilteringModule AnonymousAuthenticationModule BasicAuthenticationModule \
    WindowsAuthenticationModule DigestAuthenticationModule CertificateMappingAuthenticationModule \
    IISCertificateMappingAuthenticationModule UrlAuthorizationModule IpRestrictionModule DynamicIpRestrictionModule \
    TracingModule FailedRequestsTracingModule RequestMonitorModule ConfigurationValidationModule ManagedEngine \
    ManagedEngine64 ManagedEngineV4.0_32bit ManagedEngineV4.0_64bit FastCgiModule WebDAVModule WebSocketModule \
    ApplicationInitializationModule";
const SECTIONS_OF_IIS: &str = "asp caching cgi defaultDocument directoryBrowse fastCgi globalModules handlers httpCompression \
    httpErrors httpLogging httpProtocol httpRedirect httpTracing isapiFilters management modules odbcLogging security \
    serverRuntime serverSideInclude staticContent tracing urlCompression validation webdav webSocket applicationInitialization";
const SCHEMAS_OF_IIS: &str = "IIS_schema.xml FX_schema.xml ASPNET_schema.xml rscaext.xml";

/// Everything in `text`, which has the form of a description, that is no value of its kind.
pub(super) fn problems(text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Ok(table) = DeTable::parse(text) {
        walk(&mut Vec::new(), &DeValue::Table(table.get_ref().clone()), &table.span(), &mut problems);
    }
    problems
}

fn walk(place: &mut Vec<String>, value: &DeValue<'_>, span: &Range<usize>, problems: &mut Vec<Problem>) {
    let mut below = |name: &str, value: &Spanned<DeValue<'_>>| {
        place.push(name.to_owned());
        walk(place, value.get_ref(), &value.span(), problems);
        place.pop();
    };
    match value {
        DeValue::Table(table) => {
            for (name, value) in table {
                let name: &str = name.get_ref();
                let known = match name {
                    "iis" | "iisexpress" => "edition",
                    "module" | "handler" => "dll",
                    other => other,
                };
                below(known, value);
            }
        }
        DeValue::Array(array) => array.iter().for_each(|value| below("", value)),
        leaf => {
            let text = match leaf {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.as_str().to_owned(),
                _ => return,
            };
            let kind = PLACES.iter().find(|(pattern, _)| matches(pattern, place)).map(|(_, kind)| *kind);
            if let Some(expected) = kind.and_then(|kind| kind.lacks(&text)) {
                let mut shown: String = text.escape_debug().take(60).collect();
                if shown.len() < text.len() {
                    shown.push('…');
                }
                let message = format!("`{shown}`: expected {expected}");
                problems.push(Problem { place: span.clone(), slug: "value", message });
            }
        }
    }
}

fn matches(pattern: &str, place: &[String]) -> bool {
    let names: Vec<&str> = pattern.split('.').collect();
    names.len() == place.len() && names.iter().zip(place).all(|(name, found)| *name == "*" || name == found)
}

impl Kind {
    /// What the value should be, where it is not.
    fn lacks(self, text: &str) -> Option<String> {
        let is_plain = |extra: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
        };
        let has = |list: &str| list.split_whitespace().any(|known| known.eq_ignore_ascii_case(text));
        let (good, expected) = match self {
            Kind::Shown(most) => (
                !text.trim().is_empty() && text.chars().count() <= most && is_literal(text),
                format!("a text of 1 to {most} characters without line ends, brackets, braces and `$(`"),
            ),
            Kind::Link => (
                ["https://", "http://"].iter().any(|start| text.len() > start.len() && text.starts_with(start))
                    && text.chars().all(|c| c.is_ascii_graphic())
                    && text.len() <= 255
                    && is_literal(text),
                "the address of a page: https://…, up to 255 characters".to_owned(),
            ),
            Kind::Key(end) => (
                // no longer than the key of a feature
                is_identifier(text) && text.len() <= 38 && text.ends_with(end) && text != "ALL",
                match end {
                    "" => "up to 38 letters, digits, `_` and `.`, a letter first; not `ALL`".to_owned(),
                    _ => format!("up to 38 letters, digits, `_` and `.`, with `{end}` at the end"),
                },
            ),
            Kind::Module => (
                is_plain("_-.") && text.len() <= 72 && !has(MODULES_OF_IIS),
                "a name of the module's own: up to 72 letters, digits, `_`, `-` and `.`, and none of IIS's".to_owned(),
            ),
            Kind::Section => (
                is_plain("_-") && text.len() <= 72 && !has(SECTIONS_OF_IIS),
                "the name of a section of `system.webServer`, without that, and none of IIS's".to_owned(),
            ),
            Kind::File(end) => (
                text.len() <= 64
                    && text.to_ascii_lowercase().ends_with(end)
                    && text.len() > end.len()
                    && is_name(text)
                    && !has(SCHEMAS_OF_IIS),
                format!("the name of a file that ends with `{end}`, up to 64 characters, and none of IIS's"),
            ),
            Kind::Path => (
                text.len() <= 120 && text.split('\\').all(is_name),
                "names of folders with `\\` between them, up to 120 characters, each a name that Windows allows".to_owned(),
            ),
            Kind::Export => (
                is_plain("_?@$") && text.len() <= 255,
                "the name of an export: letters, digits, `_`, `?`, `@` and `$`".to_owned(),
            ),
            Kind::Parameters => {
                let good = text.parse().is_ok_and(|count: u16| count <= 255);
                (good, "how many parameters it has, 0 to 255".to_owned())
            }
            Kind::Bit => {
                // a column of the table holds no more
                let good = text.parse().is_ok_and(|bit: u32| bit.is_power_of_two() && bit <= 1 << 30);
                (good, "a power of two, 1 to 1073741824".to_owned())
            }
            Kind::Name => (
                !text.trim().is_empty() && text.len() <= 200 && is_literal(text) && !text.contains('\\'),
                "a name of 1 to 200 characters without `\\`, brackets, braces and `$(`".to_owned(),
            ),
            Kind::RegistryKey => (
                text.len() <= 255
                    && is_literal(text)
                    && text.split('\\').all(|name| !name.trim().is_empty())
                    && !text.to_ascii_uppercase().starts_with("HK"),
                "a key below HKEY_LOCAL_MACHINE, without that: names with `\\` between them".to_owned(),
            ),
            Kind::Guid => {
                let good = text.chars().any(|c| !matches!(c, '0' | '-' | '{' | '}'));
                (good, "a GUID of the family's own".to_owned())
            }
        };
        (!good).then_some(expected)
    }
}

/// Nothing that the tables or the preprocessor would take for more than a text.
fn is_literal(text: &str) -> bool {
    !text.contains("$(") && !text.chars().any(|c| c.is_control() || "[]{}".contains(c))
}

/// A name that Windows allows (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>) and that no variable is in.
fn is_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_numbered =
        |device| stem.strip_prefix(device).is_some_and(|rest| matches!(rest.as_bytes(), [b'0'..=b'9']));
    let is_device =
        ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) || is_numbered("COM") || is_numbered("LPT");
    let bad = |c: char| c.is_control() || "<>:\"/\\|?*%$[]{};".contains(c);
    !name.is_empty()
        && !name.starts_with(['.', ' '])
        && !name.ends_with(['.', ' '])
        && !is_device
        && !name.contains(bad)
}
