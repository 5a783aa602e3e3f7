//! Decompiling: an installer database becomes a source that compiles to it again. The inverse of [`super::compile`] and of
//! what follows it, table by table; one file for a table or its family.
//!
//! Functions of tables propose elements for what is usual. [`settle`] compiles what they proposed, takes out what does not give
//! the rows that it stands for, and puts those rows into custom tables: so what is odd in a package, or unknown, is carried over
//! too, and what cannot be is known by table and row.
//!
//! Reads no cabinet and writes no file: [`Layout`] says where extracted files are to be.

mod binary;
mod check;
mod com;
mod compared;
mod component;
mod custom_action;
mod custom_table;
mod dependency;
mod dialog;
mod differences;
mod directory;
mod ext;
mod extensions;
mod extract;
mod facts;
mod feature;
mod file;
mod folder;
mod layout;
mod media;
mod odbc;
mod others;
mod package;
mod permission;
mod property;
mod prune;
mod registry;
mod rows;
mod search;
mod sequence;
mod service;
mod settle;
mod shortcut;
mod tree;
mod ui;
mod upgrade;
mod work;
mod write;

pub use differences::{differences, lost};
pub use extensions::Extensions;
pub use extract::{Write, extract, streams};
pub use facts::FileFacts;
pub use layout::Layout;

use crate::diag::Diagnostic;
use crate::id::Arch;
use crate::msi::Database;
use crate::source::Element;
use extensions::Around;
use std::collections::{BTreeMap, BTreeSet};
use tree::{Build, children, element};
use work::Work;

/// What is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Dialogs, and all that they show.
    pub without_ui: bool,
    /// Tables that Windows Installer does not know.
    pub without_custom_tables: bool,
}

/// The tables of dialogs.
const OF_UI: [&str; 18] = [
    "ActionText",
    "AdminUISequence",
    "BBControl",
    "Billboard",
    "CheckBox",
    "ComboBox",
    "Control",
    "ControlCondition",
    "ControlEvent",
    "Dialog",
    "Error",
    "EventMapping",
    "InstallUISequence",
    "ListBox",
    "ListView",
    "RadioButton",
    "TextStyle",
    "UIText",
];

impl Options {
    fn leave_out(self, table: &str) -> bool {
        let is_custom = || crate::msi::schema::standard_table(table).is_none();
        (self.without_ui && OF_UI.contains(&table)) || (self.without_custom_tables && is_custom())
    }
}

/// A package as a source.
#[derive(Debug)]
pub struct Decompiled {
    root: Element,
    /// The processor that it is to be built for: `-arch`.
    pub arch: Arch,
    /// Texts that the source has in files of their own, by their paths below the folder.
    pub texts: BTreeMap<String, String>,
    /// What the source will not give again as it was, as far as it can be told without files.
    pub lost: Vec<Diagnostic>,
    /// The extensions that it is to be built with: `-ext`.
    pub extensions: Vec<String>,
    /// The cultures of their texts: `-culture`; none where it is their own default.
    pub cultures: Vec<String>,
    /// Extensions that were named, and give something else than the package has: what is theirs stays rows of tables.
    pub unlike: Vec<Diagnostic>,
}

impl Decompiled {
    /// The source, after a comment of these lines.
    #[must_use]
    pub fn source(&self, comment: &[String]) -> String {
        write::document(&self.root, comment)
    }
}

/// The source for `database`, whose streams and files are where `layout` says. `files` has what is known of files that are there
/// already, by key; `extensions` are those whose elements the source may have.
#[must_use]
pub fn decompile(
    database: &Database,
    layout: &Layout,
    files: &BTreeMap<String, FileFacts>,
    options: Options,
    extensions: &Extensions,
) -> Decompiled {
    let kept: Database;
    let database = if options == Options::default() {
        database
    } else {
        let mut some = database.clone();
        some.tables.retain(|name, _| !options.leave_out(name));
        kept = some;
        &kept
    };
    let arch = package::arch(&database.summary);
    let mut around = Around::new(extensions, database);
    let mut unlike = BTreeMap::new();
    // each time, less of an extension is used
    let plain = loop {
        let plain = settled(database, (arch, layout), &around, files, None);
        if plain.1.disputed.is_empty() {
            break plain;
        }
        for (number, dispute) in plain.1.disputed {
            around.give_up(number);
            unlike.entry(number).or_insert(dispute);
        }
    };
    let order = plain.1.compiled.as_ref().and_then(|compiled| file::order(database, &compiled.symbols, arch));
    let (texts, settled) = match order {
        None => plain,
        Some(order) => settled(database, (arch, layout), &around, files, Some(&order)),
    };
    let lost = differences::of_settled(database, &settled);
    let named = named(&settled.root);
    let texts = texts.into_iter().filter(|(path, _)| named.contains(path.as_str())).map(|(_, text)| text);
    let texts = texts.collect();
    let libraries = settled.compiled.as_ref().map(|compiled| compiled.libraries.clone());
    let used = around.used(&settled.root, &libraries.unwrap_or_default());
    let cultures = if used.is_empty() { Vec::new() } else { around.cultures.clone() };
    let unlike = around.unlike(&unlike);
    Decompiled { root: settled.root, arch, texts, lost, extensions: used, cultures, unlike }
}

/// Texts by the path that the source has for them: the path below the folder, and the text.
type Texts = BTreeMap<String, (String, String)>;

/// Everything that attributes say.
fn named(element: &Element) -> BTreeSet<&str> {
    let own = element.attributes.iter().map(|attribute| attribute.value.as_str());
    own.chain(children(element).flat_map(named)).collect()
}

fn settled(
    database: &Database,
    (arch, layout): (Arch, &Layout),
    around: &Around<'_>,
    files: &BTreeMap<String, FileFacts>,
    order: Option<&BTreeMap<String, i32>>,
) -> (Texts, settle::Settled) {
    let mut work = Work::new(database, arch, layout);
    let work = &mut work;
    let (package, made) = package::package(work, around.has_texts());
    media::media(work);
    let covered = upgrade::upgrades(work);
    property::properties(work, &made, &covered);
    // from the inside to the outside
    dependency::dependencies(work);
    ext::elements(work, &around.wanted());
    permission::permissions(work);
    registry::registry(work);
    folder::folders(work);
    folder::lines(work);
    shortcut::shortcuts(work);
    service::services(work);
    odbc::odbc(work);
    com::com(work);
    file::files(work, files, order);
    component::components(work);
    directory::directories(work);
    feature::features(work);
    binary::streams(work);
    custom_action::custom_actions(work);
    ui::texts(work);
    dialog::dialogs(work);
    let ui = work.take("UI", "");
    if !ui.is_empty() {
        work.put("Package", "", element("UI").holding(ui));
    }
    let mut inside = work.definitions();
    inside.extend(work.take("Package", ""));
    let named = std::mem::take(&mut work.texts);
    let texts = named.iter().map(|(path, (_, text))| (path.clone(), text.clone())).collect();
    let settling = settle::Settling::new((database, arch, layout), around, package.holding(inside), texts);
    (named, settling.settle())
}
