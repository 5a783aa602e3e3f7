//! Localization: `.wxl` files give the texts that `!(loc.Id)` stands for, and may change dialogs and controls.
//!
//! <https://docs.firegiant.com/wix/schema/wxl/wixlocalization/>.

mod change;

pub use change::Change;

use super::compile::Attributes;
use super::culture;
use super::library::Culture;
use super::preprocess::{self, Options};
use super::report::Report;
use super::source::{self, Element, Node};
use super::variables::{self, Replacement, Segment};
use crate::diag::{Diagnostic, Location};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The namespace of localization files, of versions 4 to 7.
const NAMESPACE: &str = "http://wixtoolset.org/schemas/v4/wxl";

/// The texts that a build uses.
#[derive(Clone, Debug, Default)]
pub struct Localization {
    /// The database's code page, where a file names one.
    pub codepage: Option<String>,
    /// The summary information's code page, where a file names one.
    pub summary_codepage: Option<String>,
    /// ProductLanguage, where a file names one.
    pub language: Option<String>,
    texts: BTreeMap<String, Text>,
    changes: BTreeMap<(String, String), Change>,
}

#[derive(Clone, Debug)]
struct Text {
    value: String,
    overridable: bool,
    at: Location,
}

impl Localization {
    /// Reads the files at `paths` and keeps those of `cultures`, in that order, and those without a culture. Without
    /// `cultures`, files without a culture count if there are any; otherwise all do. Problems go to `report`.
    ///
    /// The first file says the code pages and the language.
    pub fn read(paths: &[PathBuf], cultures: &[String], options: &Options, report: &Report) -> Localization {
        Localization::with_libraries(paths, &[], cultures, options, report)
    }

    /// As [`Localization::read`], with the texts of `libraries` after those of the files. Of the texts of extensions, those
    /// of the default culture count where none is asked for.
    pub(crate) fn with_libraries(
        paths: &[PathBuf],
        libraries: &[&Culture],
        cultures: &[String],
        options: &Options,
        report: &Report,
    ) -> Localization {
        Localization::ranked(&roots(paths, options, report), libraries, cultures, report)
    }

    /// The texts of `libraries` alone.
    pub(crate) fn of_libraries(libraries: &[&Culture], cultures: &[String], report: &Report) -> Localization {
        Localization::ranked(&[], libraries, cultures, report)
    }

    fn ranked(
        files: &[(String, Element)],
        libraries: &[&Culture],
        cultures: &[String],
        report: &Report,
    ) -> Localization {
        let neutral = cultures.is_empty() && files.iter().any(|(culture, _)| culture.is_empty());
        let rank = |culture: &str| match cultures.iter().position(|wanted| matches(wanted, culture)) {
            Some(rank) => Some(rank),
            None if culture.is_empty() => Some(cultures.len()),
            None => (cultures.is_empty() && !neutral).then_some(0),
        };
        let files =
            files.iter().filter_map(|(culture, root)| Some((rank(culture)?, Texts::File(culture, root))));
        let counts = |texts: &&&Culture| texts.by_default || !cultures.is_empty() || neutral;
        let libraries = libraries.iter().filter(counts);
        let libraries = libraries.filter_map(|texts| Some((rank(&texts.culture)?, Texts::Library(texts))));
        let mut ranked: Vec<_> = files.chain(libraries).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        let mut all = Localization::default();
        for (at, (_, texts)) in ranked.into_iter().enumerate() {
            match texts {
                Texts::File(culture, root) => all.file(root, culture, at == 0, report),
                Texts::Library(texts) => all.library(texts, at == 0, report),
            }
        }
        all
    }

    /// The texts of the files at `paths` by culture, for a library. Problems go to `report`.
    pub(crate) fn cultures(paths: &[PathBuf], options: &Options, report: &Report) -> Vec<Culture> {
        let mut all: Vec<(Culture, Localization)> = Vec::new();
        for (culture, root) in roots(paths, options, report) {
            let a = |name: &str| root.attributes.iter().find(|attribute| attribute.name == name);
            let place = all.iter().position(|(known, _)| known.culture.eq_ignore_ascii_case(&culture));
            let at = place.unwrap_or(all.len());
            if place.is_none() {
                let number = |name: &str| culture::codepage(&a(name)?.value).map(|number| number.to_string());
                let texts = Culture {
                    culture: culture.clone(),
                    by_default: true,
                    is_extension_default: false,
                    codepage: number("Codepage"),
                    summary_codepage: number("SummaryInformationCodepage"),
                    texts: Vec::new(),
                    changes: Vec::new(),
                };
                all.push((texts, Localization::default()));
            }
            let is_default = a("ExtensionDefaultCulture")
                .is_some_and(|a| matches!(a.value.as_str(), "yes" | "true" | "1"));
            all[at].0.is_extension_default |= is_default;
            all[at].1.file(&root, &culture, false, report);
        }
        let filled = all.into_iter().map(|(mut culture, own)| {
            let texts = own.texts.into_iter();
            culture.texts = texts.map(|(id, text)| (id, text.value, text.overridable, text.at)).collect();
            culture.changes = own.changes.into_iter().collect();
            culture
        });
        filled.collect()
    }

    /// Adds the texts of a library.
    fn library(&mut self, texts: &Culture, first: bool, report: &Report) {
        if first {
            let known = culture::find(&texts.culture);
            let ansi = known.and_then(|(_, ansi)| (ansi != 0).then(|| ansi.to_string()));
            self.codepage = texts.codepage.clone().or(ansi);
            self.summary_codepage = texts.summary_codepage.clone().or_else(|| self.codepage.clone());
            self.language = known.map(|(language, _)| language.to_string());
        }
        for (id, value, overridable, at) in &texts.texts {
            let text = Text { value: value.clone(), overridable: *overridable, at: at.clone() };
            self.define(id.clone(), text, report);
        }
        for (key, change) in &texts.changes {
            self.changes.entry(key.clone()).or_insert_with(|| change.clone());
        }
    }

    /// Defines a text that counts where no file has one of that id.
    pub fn define_default(&mut self, id: &str, value: &str) {
        let at = Location { file: "<standard library>".into(), line: 0, column: 0 };
        let text = Text { value: value.to_owned(), overridable: true, at };
        self.texts.entry(id.to_owned()).or_insert(text);
    }

    /// Adds what stands in a file; the `first` one says the code pages and the language.
    fn file(&mut self, root: &Element, culture: &str, first: bool, report: &Report) {
        let a = Attributes::new(root, report);
        let codepage = a.text("Codepage");
        let summary_codepage = a.text("SummaryInformationCodepage");
        let language = a.text("Language");
        // Matters to extensions only.
        let _ = (a.text_or_empty("Culture"), a.yes_no("ExtensionDefaultCulture"));
        if first {
            let known = culture::find(culture);
            let ansi = known.and_then(|(_, ansi)| (ansi != 0).then(|| ansi.to_string()));
            self.codepage = codepage.or(ansi);
            self.summary_codepage = summary_codepage.or_else(|| self.codepage.clone());
            // As WiX: the attribute is for other tools, and counts only for cultures that are not known here.
            self.language =
                known.map(|(language, _)| language.to_string()).or(language.filter(|_| !culture.is_empty()));
            if known.is_none() && !culture.is_empty() && self.language.is_none() {
                let message = format!("culture `{culture}` is not known to this engine");
                let help = "add `Language` and `Codepage` with its numbers";
                report.push(Diagnostic::error("WIX0021", message).at(a.at("Culture")).help(help));
            }
        }
        for node in &root.children {
            match node {
                Node::Element(child) if child.name == "String" && child.namespace == NAMESPACE => {
                    self.string(child, report);
                }
                Node::Element(child) if child.name == "UI" && child.namespace == NAMESPACE => {
                    self.ui(child, report);
                }
                Node::Element(child) => {
                    let message = format!("`{}` is not known inside `WixLocalization`", child.name);
                    report.push(
                        Diagnostic::error("WIX0005", message).at(&child.at).help("use `String` or `UI`"),
                    );
                }
                Node::Text { at, .. } => report.error(400, at, "`WixLocalization` cannot have text inside"),
            }
        }
    }

    fn string(&mut self, element: &Element, report: &Report) {
        let a = Attributes::new(element, report);
        let id = a.required("Id", a.reference("Id"));
        let value = a.text_or_empty("Value");
        let overridable = a.flag("Overridable");
        // For translators.
        let _ = a.text("Localizable");
        nothing_inside(element, "Value", report);
        // What an older language had inside is one fault, not two.
        let value = if element.children.is_empty() { a.required("Value", value) } else { value };
        let (Some(id), Some(value)) = (id, value) else { return };
        self.define(id, Text { value, overridable, at: element.at.clone() }, report);
    }

    /// Takes a text, unless one is there that it does not replace (WIX0100 if neither gives way).
    fn define(&mut self, id: String, text: Text, report: &Report) {
        match self.texts.get(&id) {
            Some(before) if !before.overridable && !text.overridable => {
                let message = format!("the localization variable `!(loc.{id})` is defined twice");
                let diagnostic = Diagnostic::error("WIX0100", message).at(&text.at);
                report.push(
                    diagnostic
                        .related(&before.at, "first defined here")
                        .help("remove one, or mark one `Overridable=\"yes\"`"),
                );
            }
            Some(before) if !before.overridable || text.overridable => {}
            _ => {
                self.texts.insert(id, text);
            }
        }
    }

    fn ui(&mut self, element: &Element, report: &Report) {
        const BITS: [(&str, i32); 3] = [("RightToLeft", 32), ("RightAligned", 64), ("LeftScroll", 128)];
        let a = Attributes::new(element, report);
        let (dialog, control) = (a.reference("Dialog"), a.reference("Control"));
        let [x, y, width, height] =
            ["X", "Y", "Width", "Height"].map(|name| a.integer(name, 0..=i32::from(i16::MAX)));
        let attributes = BITS.iter().filter(|(name, _)| a.flag(name)).map(|(_, bit)| bit).sum();
        let text = a.text_or_empty("Text");
        for (name, _) in BITS {
            a.only_with(name, "Control");
        }
        nothing_inside(element, "Text", report);
        if dialog.is_none() && control.is_none() {
            return report.error(45, &element.at, "`UI` needs `Dialog`, `Control` or both; add one");
        }
        let change = Change { x, y, width, height, attributes, text };
        let key = (dialog.unwrap_or_default(), control.unwrap_or_default());
        if self.changes.contains_key(&key) {
            let message = format!("dialog `{}`, control `{}` is localized twice", key.0, key.1);
            return report.error(374, &element.at, message);
        }
        self.changes.insert(key, change);
    }

    /// What changes of the dialog `dialog`, or of its control `control` where that is not empty.
    #[must_use]
    pub fn change(&self, dialog: &str, control: &str) -> Option<&Change> {
        self.changes.get(&(dialog.to_owned(), control.to_owned()))
    }

    /// `text` with its `!(loc.Id)` variables replaced; other variables and escapes stay. A name that no file defines
    /// is an error at `at` (WIX0102).
    #[must_use]
    pub fn resolve(&self, text: &str, at: &Location, report: &Report) -> String {
        let resolved = variables::replace(text, &mut |source, segment| {
            let Segment::Localization(id) = segment else { return Replacement::Source };
            if let Some(text) = self.texts.get(*id) {
                return Replacement::Value(&text.value);
            }
            let message = format!("the localization variable `{source}` is unknown");
            report.push(Diagnostic::error("WIX0102", message).at(at).help(format!(
                "add `<String Id=\"{id}\" Value=\"…\" />` to a .wxl file of the culture, and name the file with `-loc`"
            )));
            Replacement::Text(String::new())
        });
        resolved.unwrap_or_else(|variables::Endless| {
            let message = "the localization variables here refer to themselves";
            report.push(
                Diagnostic::error("WIX0102", message)
                    .at(at)
                    .help("look for a `String` that has itself in its value"),
            );
            String::new()
        })
    }
}

/// The files at `paths`, each with its culture.
fn roots(paths: &[PathBuf], options: &Options, report: &Report) -> Vec<(String, Element)> {
    let mut files = Vec::new();
    for path in paths {
        let Some(root) = preprocess::preprocess(path, options, report) else { continue };
        if root.name != "WixLocalization" {
            let message = format!("the root element is `{}`; expected `WixLocalization`", root.name);
            report.error(48, &root.at, message);
        } else if root.namespace != NAMESPACE {
            report.push(source::foreign(&root, NAMESPACE));
        } else {
            let culture = root.attributes.iter().find(|attribute| attribute.name == "Culture");
            let culture = culture.map(|attribute| attribute.value.clone()).unwrap_or_default();
            files.push((culture, root));
        }
    }
    files
}

/// The texts of a file, with its culture, or of a library.
enum Texts<'t> {
    File(&'t str, &'t Element),
    Library(&'t Culture),
}

/// Whether a file of `culture` serves where `wanted` is asked for.
fn matches(wanted: &str, culture: &str) -> bool {
    let wanted = if wanted.eq_ignore_ascii_case("neutral") { "" } else { wanted };
    wanted.eq_ignore_ascii_case(culture)
}

/// What an older language put inside an element stands in the attribute `name` (WIX0400).
fn nothing_inside(element: &Element, name: &str, report: &Report) {
    for node in &element.children {
        let (Node::Text { at, .. } | Node::Element(Element { at, .. })) = node;
        let message = format!("`{}` cannot have anything inside", element.name);
        report.push(Diagnostic::error("WIX0400", message).at(at).help(format!("use the attribute `{name}`")));
    }
}
