//! Sources of WiX 3 made into sources of WiX 4, as `wix convert` does it, and the layout of sources put in order, as
//! `wix format` does it (<https://docs.firegiant.com/wix/tools/wixexe/>).
//!
//! Works on the text: what is not converted stays byte for byte, with its encoding, its line breaks and its layout. Compiles
//! nothing, and writes no file.

use installer_diag as diag;

mod action;
mod bundle;
mod component;
mod condition;
mod custom_table;
mod dependency;
mod dialog;
mod directory;
mod format;
mod kinds;
mod layout;
mod namespaces;
mod package;
mod parse;
mod reference;
mod registry;
mod renames;
mod rule;
mod session;
mod settings;
mod space;
mod text;
mod tree;
mod variables;
mod walk;

use diag::{Diagnostic, Location};
use installer_wix::preprocess::decode;
pub use kinds::{ALL as KINDS, Kind};
use session::Session;
pub use settings::{Settings, SettingsError};
use space::Space;
use std::collections::BTreeSet;
use tree::{Content, DOCUMENT, Id};

/// Bytes of a source: as many as the engine reads.
const SOURCE_BYTES: usize = 64 << 20;

/// What the user chose.
#[derive(Clone, Debug)]
pub struct Options {
    /// What settings files say; which files are exempt is up to the caller.
    pub settings: Settings,
    /// What tables of one's own are for.
    pub custom_table: Option<CustomTable>,
    /// By how many columns [`format`] indents what stands in an element.
    pub indent: usize,
    /// Variables that say yes or no in one source, and are the `Win64` of another one: see [`shared`].
    pub shared: BTreeSet<String>,
}

impl Default for Options {
    /// As `wix convert` and `wix format` have it without switches.
    fn default() -> Options {
        Options { settings: Settings::default(), custom_table: None, indent: 4, shared: BTreeSet::new() }
    }
}

/// What a table of one's own is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomTable {
    /// A package.
    Msi,
    /// A bundle.
    Bundle,
}

/// What became of a source.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Whether it is a source at all; the findings say why not.
    pub is_source: bool,
    /// The new source; none where there is nothing to change.
    pub bytes: Option<Vec<u8>>,
    /// Files that the new source needs beside it: names without a folder, and what they contain.
    pub beside: Vec<(String, String)>,
    /// How many conversions there were.
    pub conversions: usize,
    /// What was found, with its places in the old source. Errors are what a person has to decide, or why the file is no
    /// source; notes are conversions.
    pub findings: Vec<Diagnostic>,
    /// The same, with its places in the new source; 0 for what is gone.
    pub findings_after: Vec<Diagnostic>,
}

/// The variables that some of `sources` define as yes or no and nothing else, and that are `Win64` in others, which do not
/// define them: converted together, all of them know what is meant. What cannot be read has none.
#[must_use]
pub fn shared<'s>(sources: impl IntoIterator<Item = &'s [u8]>) -> BTreeSet<String> {
    let (mut wanted, mut said, mut other) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for bytes in sources.into_iter().filter(|bytes| bytes.len() <= SOURCE_BYTES) {
        let Ok((text, _)) = decode(bytes) else { continue };
        let Ok(tree) = parse::parse(&text) else { continue };
        let variables = variables::Variables::of(&tree);
        for (name, is_yes_or_no) in variables.all() {
            if is_yes_or_no {
                said.insert(name.to_owned())
            } else {
                other.insert(name.to_owned())
            };
        }
        for id in tree.all() {
            let value = tree.element(id).and_then(|_| tree.value(id, "Win64"));
            let name = value.as_deref().and_then(variables::variable);
            wanted.extend(name.filter(|name| variables.definitions(name).is_empty()).map(str::to_owned));
        }
    }
    wanted.into_iter().filter(|name| said.contains(name) && !other.contains(name)).collect()
}

/// Converts the source `bytes` of the file `name` to the language of WiX 4.
#[must_use]
pub fn convert(name: &str, bytes: &[u8], options: &Options) -> Outcome {
    change(name, bytes, options, |session, root, encoding| {
        let declared = session.tree.element(root).is_some_and(|root| {
            root.attributes.iter().any(|attribute| attribute.declares() && attribute.value() == space::WIX_2)
        });
        if declared {
            session.is_foreign = true;
            let help = "convert it to WiX 3 with `WixCop` of WiX 3 first";
            return session.asks(kinds::OLD_SOURCE, root, "this is a source of WiX 2", help);
        }
        let space = session.tree.element(root).map_or(Space::Other, |root| root.space);
        let is_source = match space {
            Space::Wix => matches!(&*session.local(root), "Wix" | "Include"),
            Space::Wxl => session.local(root) == "WixLocalization",
            _ => false,
        };
        if !is_source {
            session.is_foreign = true;
            let message = format!("the root element is `{}`, which is none of WiX", session.local(root));
            let help = "name sources (.wxs), includes (.wxi) and localizations (.wxl)";
            return session.asks(kinds::OLD_SOURCE, root, message, help);
        }
        session.is_old = namespace(session, root) != Some(space.uri().to_owned());
        let is_old = session.is_old;
        if namespace(session, root).is_none() {
            namespaces::declare(session, root);
        }
        walk::localize(session);
        walk::convert(session, DOCUMENT);
        bundle::prerequisites(session);
        component::settle_bitness(session);
        // nobody who has a source of WiX 4 wants it touched for these alone
        if is_old {
            declaration(session, encoding);
            namespaces::tidy(session);
            namespaces::hint(session);
        }
    })
}

/// Puts the layout of the source `bytes` of the file `name` in order.
#[must_use]
pub fn format(name: &str, bytes: &[u8], options: &Options) -> Outcome {
    change(name, bytes, options, |session, _, encoding| {
        declaration(session, encoding);
        format::format(session);
    })
}

type Encoding = installer_wix::preprocess::Encoding;

/// Reads the source, lets `edit` change its tree, and gives what came of it.
fn change(
    name: &str,
    bytes: &[u8],
    options: &Options,
    edit: impl FnOnce(&mut Session, Id, Encoding),
) -> Outcome {
    let refuse = |message: String, (line, column): (u32, u32)| {
        let at = Location { file: name.into(), line, column };
        let finding = Diagnostic::error(kinds::XML.code(), message).at(&at);
        let findings = vec![finding.help("nothing of this file was changed; correct it first")];
        Outcome { findings_after: findings.clone(), findings, ..Outcome::default() }
    };
    if bytes.len() > SOURCE_BYTES {
        let message = format!("not a valid source file: it is larger than {} MiB", SOURCE_BYTES >> 20);
        return refuse(message, (0, 0));
    }
    let (text, encoding) = match decode(bytes) {
        Ok(read) => read,
        Err(message) => return refuse(format!("not a valid source file: {message}"), (0, 0)),
    };
    let tree = match parse::parse(&text) {
        Ok(tree) => tree,
        Err(problem) => return refuse(problem.message, problem.at),
    };
    // where each node begins, in the text as it was read
    let (_, starts) = tree.write();
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut session = Session::new(tree, options, line_break);
    if let Some(root) = session.tree.root() {
        edit(&mut session, root, encoding);
    }
    let (new, new_starts) = session.tree.write();
    let bytes = (new != text).then(|| encoding.encode(&new));
    Outcome {
        is_source: !session.is_foreign,
        bytes,
        findings: session.findings(name, &text, &starts),
        findings_after: session.findings(name, &new, &new_starts),
        conversions: session.conversions,
        beside: session.beside,
    }
}

/// The default namespace, or that of the prefix, that the root declares for itself.
fn namespace(session: &Session, root: Id) -> Option<String> {
    let element = session.tree.element(root)?;
    let declaration = match element.name.split_once(':') {
        Some((prefix, _)) => format!("xmlns:{prefix}"),
        None => "xmlns".to_owned(),
    };
    let found = element.attributes.iter().find(|attribute| attribute.name == declaration);
    found.map(tree::Attribute::value).filter(|uri| !uri.is_empty())
}

/// Removes the XML declaration, unless it says how the text is kept.
fn declaration(session: &mut Session, encoding: Encoding) {
    let Some(first) = session.tree.first(DOCUMENT) else { return };
    let is_declaration =
        matches!(session.tree.content(first), Content::Instruction(raw) if raw.starts_with("<?xml "));
    if !is_declaration || !encoding.needs_no_declaration() {
        return;
    }
    if session.converts(kinds::DECLARATION, first, "the XML declaration says nothing that is not so anyway") {
        session.tree.detach(first);
        if let Some(blank) = session.tree.first(DOCUMENT).filter(|id| session.tree.blank(*id).is_some()) {
            session.tree.detach(blank);
        }
    }
}
