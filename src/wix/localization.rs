//! Localization: `.wxl` files give the texts that `!(loc.Id)` stands for, and may change dialogs and controls.
//!
//! <https://docs.firegiant.com/wix/schema/wxl/wixlocalization/>.

use super::preprocess::{self, Options};
use super::report::Report;
use super::source::{Element, Node};
use super::variables::{self, Segment};
use crate::diag::{Diagnostic, Location};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The namespace of localization files, of versions 4 to 7.
const NAMESPACE: &str = "http://wixtoolset.org/schemas/v4/wxl";

/// Texts that refer to texts, at the most.
const DEPTH: u32 = 20;

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

/// What a `UI` element changes of a dialog, or of a control of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Left edge; of a dialog, per cent of the screen.
    pub x: Option<i32>,
    /// Upper edge; of a dialog, per cent of the screen.
    pub y: Option<i32>,
    /// Width.
    pub width: Option<i32>,
    /// Height.
    pub height: Option<i32>,
    /// Bits to set in Attributes: 32 right to left, 64 right-aligned, 128 scroll bar on the left.
    pub attributes: i32,
    /// The text, or the dialog's title.
    pub text: Option<String>,
}

impl Localization {
    /// Reads the files at `paths` and keeps those of `cultures`: an earlier culture goes before a later one, and a
    /// file without a culture comes last. Without `cultures` all files count. Problems go to `report`.
    pub fn read(paths: &[PathBuf], cultures: &[String], options: &Options, report: &Report) -> Localization {
        let mut files = Vec::new();
        for path in paths {
            let Some(root) = preprocess::preprocess(path, options, report) else { continue };
            if root.namespace != NAMESPACE || root.name != "WixLocalization" {
                let found = &root.name;
                let message = format!(
                    "the root element is `{found}` of `{}`; expected `WixLocalization` of `{NAMESPACE}`",
                    root.namespace
                );
                report.error(if root.name == "WixLocalization" { 199 } else { 48 }, &root.at, message);
                continue;
            }
            let culture = attribute(&root, "Culture").unwrap_or("").to_ascii_lowercase();
            let rank = match cultures.iter().position(|wanted| matches(wanted, &culture)) {
                Some(rank) => rank,
                None if cultures.is_empty() || culture.is_empty() => cultures.len(),
                None => continue,
            };
            files.push((rank, root));
        }
        files.sort_by_key(|(rank, _)| *rank);
        let mut all = Localization::default();
        for rank in files.chunk_by(|a, b| a.0 == b.0) {
            let mut here = Localization::default();
            rank.iter().for_each(|(_, root)| here.file(root, report));
            all.fall_back_on(here);
        }
        all
    }

    /// Takes from `other` what is not here yet.
    fn fall_back_on(&mut self, other: Localization) {
        self.codepage = self.codepage.take().or(other.codepage);
        self.summary_codepage = self.summary_codepage.take().or(other.summary_codepage);
        self.language = self.language.take().or(other.language);
        for (id, text) in other.texts {
            self.texts.entry(id).or_insert(text);
        }
        for (key, change) in other.changes {
            self.changes.entry(key).or_insert(change);
        }
    }

    /// Defines a text that counts where no file has one of that id.
    pub fn define_default(&mut self, id: &str, value: &str) {
        let at = Location { file: "<standard library>".into(), line: 0, column: 0 };
        let text = Text { value: value.to_owned(), overridable: true, at };
        self.texts.entry(id.to_owned()).or_insert(text);
    }

    fn file(&mut self, root: &Element, report: &Report) {
        let own = |name: &str| attribute(root, name).map(str::to_owned);
        self.codepage = self.codepage.take().or_else(|| own("Codepage"));
        self.summary_codepage = self.summary_codepage.take().or_else(|| own("SummaryInformationCodepage"));
        self.language = self.language.take().or_else(|| own("Language"));
        known(
            root,
            &["Culture", "Codepage", "SummaryInformationCodepage", "Language", "ExtensionCulture"],
            report,
        );
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
        known(element, &["Id", "Value", "Overridable", "Localizable", "Bindable"], report);
        let (Some(id), Some(value)) = (attribute(element, "Id"), attribute(element, "Value")) else {
            let message = "`String` needs the attributes `Id` and `Value`";
            return report.error(10, &element.at, message);
        };
        let overridable = yes(element, "Overridable", report);
        let text = Text { value: value.to_owned(), overridable, at: element.at.clone() };
        match self.texts.get(id) {
            Some(before) if !before.overridable && !overridable => {
                let message = format!("the localization variable `!(loc.{id})` is defined twice");
                let diagnostic = Diagnostic::error("WIX0100", message).at(&element.at);
                report.push(
                    diagnostic
                        .related(&before.at, "first defined here")
                        .help("remove one, or mark one `Overridable=\"yes\"`"),
                );
            }
            Some(before) if !before.overridable => {}
            _ => {
                self.texts.insert(id.to_owned(), text);
            }
        }
    }

    fn ui(&mut self, element: &Element, report: &Report) {
        const BITS: [(&str, i32); 3] = [("RightToLeft", 32), ("RightAligned", 64), ("LeftScroll", 128)];
        known(
            element,
            &[
                "Dialog",
                "Control",
                "X",
                "Y",
                "Width",
                "Height",
                "Text",
                "RightToLeft",
                "RightAligned",
                "LeftScroll",
            ],
            report,
        );
        let number = |name: &str| {
            let value = attribute(element, name)?;
            let parsed = value.parse().ok();
            if parsed.is_none() {
                report.error(
                    8,
                    &element.at,
                    format!("`UI/@{name}` is `{value}`, which is not a whole number"),
                );
            }
            parsed
        };
        let change = Change {
            x: number("X"),
            y: number("Y"),
            width: number("Width"),
            height: number("Height"),
            attributes: BITS.iter().filter(|(name, _)| yes(element, name, report)).map(|(_, bit)| bit).sum(),
            text: attribute(element, "Text").map(str::to_owned),
        };
        let key = |name| attribute(element, name).unwrap_or("").to_owned();
        let key = (key("Dialog"), key("Control"));
        if key.0.is_empty() && key.1.is_empty() {
            return report.error(10, &element.at, "`UI` needs the attribute `Dialog`, `Control` or both");
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
        self.resolve_within(text, at, report, 0)
    }

    fn resolve_within(&self, text: &str, at: &Location, report: &Report, depth: u32) -> String {
        let mut out = String::new();
        for (source, segment) in variables::parse(text) {
            let Segment::Localization(id) = segment else {
                out.push_str(source);
                continue;
            };
            match self.texts.get(id) {
                Some(_) if depth == DEPTH => {
                    report.error(102, at, format!("the localization variable `{source}` refers to itself"));
                }
                Some(value) => out.push_str(&self.resolve_within(&value.value, at, report, depth + 1)),
                None => {
                    let message = format!("the localization variable `{source}` is unknown");
                    let diagnostic = Diagnostic::error("WIX0102", message).at(at);
                    report.push(diagnostic.help(format!(
                        "add `<String Id=\"{id}\" Value=\"…\" />` to a .wxl file of the culture, and name the file with `-loc`"
                    )));
                }
            }
        }
        out
    }
}

/// Whether a file of `culture` serves where `wanted` is asked for; both lower-case but for `wanted`.
fn matches(wanted: &str, culture: &str) -> bool {
    let neutral = wanted.eq_ignore_ascii_case("neutral") || wanted.is_empty();
    if neutral { culture.is_empty() || culture == "neutral" } else { wanted.eq_ignore_ascii_case(culture) }
}

fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    element.attributes.iter().find(|a| a.name == name && a.namespace.is_empty()).map(|a| a.value.as_str())
}

fn known(element: &Element, names: &[&str], report: &Report) {
    for attribute in element.attributes.iter().filter(|a| !names.contains(&a.name.as_str())) {
        let message = format!("`{}` has no attribute `{}`", element.name, attribute.name);
        let help = format!("the attributes are {}", names.join(", "));
        report.push(Diagnostic::error("WIX0004", message).at(&attribute.at).help(help));
    }
}

fn yes(element: &Element, name: &str, report: &Report) -> bool {
    match attribute(element, name) {
        Some("yes" | "true") => true,
        None | Some("no" | "false") => false,
        Some(other) => {
            report.error(
                15,
                &element.at,
                format!("`{}/@{name}` is `{other}`; expected yes or no", element.name),
            );
            false
        }
    }
}
