//! Reading `product.toml`: everything that is wrong with it, with line and column.

use super::{
    Edition, Export, Keys, Part, Patch, Product, Refused, Registration, Schema, Texts, VersionPolicy, check,
    values,
};
use crate::diag::{Diagnostic, Location};
use crate::id::{Arch, FileVersion, Flavour, UpgradeCode};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;

/// The format that this reader knows.
const FORMAT: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a description of a product", rename_all = "kebab-case")]
struct File {
    format: Spanned<u32>,
    version: VersionPolicy,
    texts: Texts,
    keys: Keys,
    registration: Spanned<Registration>,
    module: Spanned<PartEntry>,
    handler: Option<Spanned<PartEntry>>,
    #[serde(default)]
    others: Vec<String>,
    schema: Option<Spanned<Schema>>,
    messages: Option<Spanned<BTreeMap<String, String>>>,
    patch: Option<Spanned<Patch>>,
    iis: Option<Spanned<EditionEntry>>,
    iisexpress: Option<Spanned<EditionEntry>>,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with `file`, `description` and `exports`",
    rename_all = "kebab-case"
)]
struct PartEntry {
    file: Spanned<String>,
    description: String,
    #[serde(default)]
    original_names: Vec<String>,
    exports: Vec<Export>,
    searched_from: Option<FileVersion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table", rename_all = "kebab-case")]
struct EditionEntry {
    package: Spanned<String>,
    name: String,
    folder: Spanned<String>,
    short_name: Option<String>,
    event_source: String,
    discovery_key: Option<String>,
    provider: BTreeMap<Arch, Vec<String>>,
    provider_feature: String,
    upgrade_code: BTreeMap<Arch, UpgradeCode>,
    #[serde(default)]
    earlier_upgrade_code: BTreeMap<Arch, UpgradeCode>,
    #[serde(default)]
    refused: Vec<Refused>,
}

impl Product {
    /// Reads the description of the product `name`. `file` is what findings call it.
    ///
    /// # Errors
    /// Everything that is wrong: no TOML, unknown keys, missing parts, values of the wrong kind, contradictions.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Product, Vec<Diagnostic>> {
        let mut reader = Reader { file: file.into(), text, findings: Vec::new() };
        let parsed: File = match toml::from_str(text) {
            Ok(parsed) => parsed,
            Err(error) => {
                reader.error("syntax", error.span().unwrap_or_default(), error.message());
                return Err(reader.findings);
            }
        };
        if *parsed.format.get_ref() != FORMAT {
            let message = format!("the product has format {}, expected {FORMAT}", parsed.format.get_ref());
            reader.error("format", parsed.format.span(), message);
        }
        let mut places = check::Places {
            registration: parsed.registration.span(),
            module: parsed.module.get_ref().file.span(),
            handler: parsed.handler.as_ref().map(|part| part.get_ref().file.span()).unwrap_or_default(),
            schema: parsed.schema.as_ref().map(Spanned::span).unwrap_or_default(),
            patch: parsed.patch.as_ref().map(Spanned::span).unwrap_or_default(),
            editions: BTreeMap::new(),
        };
        let messages = reader.messages(parsed.messages);
        let mut flavours = BTreeMap::new();
        for (flavour, entry) in [(Flavour::Iis, parsed.iis), (Flavour::IisExpress, parsed.iisexpress)] {
            let Some(entry) = entry else { continue };
            let place = check::EditionPlaces {
                whole: entry.span(),
                package: entry.get_ref().package.span(),
                folder: entry.get_ref().folder.span(),
            };
            places.editions.insert(flavour, place);
            flavours.insert(flavour, edition(entry.into_inner()));
        }
        let product = Product {
            name: name.to_owned(),
            file: file.to_owned(),
            texts: parsed.texts,
            keys: parsed.keys,
            version: parsed.version,
            registration: parsed.registration.into_inner(),
            module: part(parsed.module.into_inner()),
            handler: parsed.handler.map(|entry| part(entry.into_inner())),
            others: parsed.others.iter().map(|name| name.to_ascii_lowercase()).collect(),
            schema: parsed.schema.map(Spanned::into_inner),
            messages,
            patch: parsed.patch.map(Spanned::into_inner),
            flavours,
        };
        let mut problems = values::problems(text);
        problems.extend(check::problems(&product, &places));
        for check::Problem { place, slug, message } in problems {
            reader.error(slug, place, message);
        }
        if reader.findings.is_empty() { Ok(product) } else { Err(reader.findings) }
    }
}

struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
    findings: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn error(&mut self, slug: &str, span: Range<usize>, message: impl Into<String>) {
        let at = Location::of_offset(&self.file, self.text, span.start);
        self.findings.push(Diagnostic::error(format!("product::{slug}"), message).at(&at));
    }

    fn messages(&mut self, entry: Option<Spanned<BTreeMap<String, String>>>) -> BTreeMap<u32, String> {
        let Some(entry) = entry else { return BTreeMap::new() };
        let span = entry.span();
        let mut messages = BTreeMap::new();
        for (id, text) in entry.into_inner() {
            match id.parse() {
                Ok(number) => drop(messages.insert(number, text)),
                Err(_) => {
                    let message = format!("`{id}` is no id of an event message: expected a number");
                    self.error("messages", span.clone(), message);
                }
            }
        }
        messages
    }
}

/// The name without `.dll`; where there is no such end, `check` says so.
fn part(entry: PartEntry) -> Part {
    let file = entry.file.into_inner();
    let original_names = match entry.original_names.is_empty() {
        true => vec![file.to_ascii_lowercase()],
        false => entry.original_names.iter().map(|name| name.to_ascii_lowercase()).collect(),
    };
    Part {
        base_name: file.strip_suffix(".dll").unwrap_or_default().to_owned(),
        description: entry.description,
        original_names,
        exports: entry.exports,
        searched_from: entry.searched_from,
    }
}

fn edition(entry: EditionEntry) -> Edition {
    Edition {
        package: entry.package.into_inner(),
        name: entry.name,
        folder: entry.folder.into_inner(),
        short_name: entry.short_name,
        event_source: entry.event_source,
        discovery_key: entry.discovery_key,
        providers: entry.provider,
        provider_feature: entry.provider_feature,
        upgrade_codes: entry.upgrade_code,
        earlier_upgrade_codes: entry.earlier_upgrade_code,
        refused: entry.refused,
    }
}
