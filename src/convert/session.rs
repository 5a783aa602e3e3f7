//! One source on its way: its tree, what was found, and what a rule may ask of the whole source.

use crate::Options;
use crate::diag::{Diagnostic, Location, Severity};
use crate::kinds::Kind;
use crate::space::Space;
use crate::tree::{Attribute, Id, Tree};
use crate::variables::Variables;
use std::sync::Arc;

/// A source that is being converted.
pub(crate) struct Session<'o> {
    pub(crate) tree: Tree,
    pub(crate) options: &'o Options,
    /// Whether it is one of WiX 3, whose defaults were others.
    pub(crate) is_old: bool,
    /// Whether it is no source that anything here converts.
    pub(crate) is_foreign: bool,
    pub(crate) variables: Variables,
    /// Files that the source needs beside it now: names and contents.
    pub(crate) beside: Vec<(String, String)>,
    /// What has been converted so far; a finding alone is none.
    pub(crate) conversions: usize,
    /// How lines end in it.
    pub(crate) line_break: &'static str,
    findings: Vec<Finding>,
}

struct Finding {
    severity: Severity,
    kind: Kind,
    message: String,
    help: Option<String>,
    /// What it is about, and what that stood in then.
    node: Id,
    around: Option<Id>,
}

impl<'o> Session<'o> {
    pub(crate) fn new(tree: Tree, options: &'o Options, line_break: &'static str) -> Session<'o> {
        let variables = Variables::of(&tree);
        Session {
            tree,
            options,
            is_old: false,
            is_foreign: false,
            variables,
            beside: Vec::new(),
            conversions: 0,
            line_break,
            findings: Vec::new(),
        }
    }

    fn push(&mut self, severity: Severity, kind: Kind, node: Id, message: String, help: Option<&str>) {
        let around = self.tree.parent(node);
        let help = help.map(str::to_owned);
        self.findings.push(Finding { severity, kind, message, help, node, around });
    }

    /// Says what is about to be converted at `node`; false where the settings leave this kind alone.
    #[must_use]
    pub(crate) fn converts(&mut self, kind: Kind, node: Id, message: impl Into<String>) -> bool {
        if self.options.settings.ignored.contains(kind.name) {
            return false;
        }
        self.conversions += 1;
        self.push(Severity::Note, kind, node, message.into(), None);
        true
    }

    /// Says what is worth knowing, and changes nothing.
    pub(crate) fn tells(&mut self, kind: Kind, node: Id, message: impl Into<String>, help: &str) {
        self.says(Severity::Note, kind, node, message.into(), help);
    }

    /// Says what behaves otherwise now, where nothing says that it should not.
    pub(crate) fn warns(&mut self, kind: Kind, node: Id, message: impl Into<String>, help: &str) {
        self.says(Severity::Warning, kind, node, message.into(), help);
    }

    /// Says what a person has to decide at `node`.
    pub(crate) fn asks(&mut self, kind: Kind, node: Id, message: impl Into<String>, help: &str) {
        let is_warning = self.options.settings.warnings.contains(kind.name);
        let severity = if is_warning { Severity::Warning } else { Severity::Error };
        self.says(severity, kind, node, message.into(), help);
    }

    fn says(&mut self, severity: Severity, kind: Kind, node: Id, message: String, help: &str) {
        if !self.options.settings.ignored.contains(kind.name) {
            self.push(severity, kind, node, message, Some(help));
        }
    }

    /// The findings, where they stand in `text`, in which `starts` says where each node begins.
    pub(crate) fn findings(&self, file: &str, text: &str, starts: &[Option<usize>]) -> Vec<Diagnostic> {
        let file: Arc<str> = file.into();
        let start = |id: Id| starts.get(id).copied().flatten();
        let offsets: Vec<_> = self
            .findings
            .iter()
            .map(|finding| start(finding.node).or_else(|| start(finding.around?)))
            .collect();
        let places = places(text, &offsets);
        let located = self.findings.iter().zip(places).map(|(finding, (line, column))| {
            let message = format!("{} ({})", finding.message, finding.kind.name);
            let location = Location { file: file.clone(), line, column };
            let mut diagnostic =
                Diagnostic::new(finding.severity, finding.kind.code(), message).at(&location);
            diagnostic.help.clone_from(&finding.help);
            diagnostic
        });
        located.collect()
    }

    /// The name of the element `id` without its prefix.
    pub(crate) fn local(&self, id: Id) -> String {
        self.tree.element(id).map(|element| element.local().to_owned()).unwrap_or_default()
    }

    /// The prefix with a colon that `space` has in this source, which the root declares from now on.
    pub(crate) fn prefix(&mut self, space: Space) -> String {
        let Some(root) = self.tree.root() else { return String::new() };
        let attributes = self.tree.element(root).map_or(&[][..], |element| &element.attributes);
        let declared =
            |attribute: &&Attribute| attribute.declares() && Space::of(&attribute.value()) == space;
        if let Some(known) = attributes.iter().find(declared) {
            return match known.name.split_once(':') {
                Some((_, prefix)) => format!("{prefix}:"),
                None => String::new(),
            };
        }
        let taken =
            |prefix: &str| attributes.iter().any(|attribute| attribute.name == format!("xmlns:{prefix}"));
        let wanted = space.prefix();
        let mut prefix = wanted.to_owned();
        let mut next = 1;
        while taken(&prefix) {
            prefix = format!("{wanted}{next}");
            next += 1;
        }
        self.tree.set(root, &format!("xmlns:{prefix}"), space.uri());
        format!("{prefix}:")
    }

    /// Gives the attribute `name` of `space` of `id` the `value`.
    pub(crate) fn set_in(&mut self, id: Id, space: Space, name: &str, value: &str) {
        let name = format!("{}{name}", self.prefix(space));
        self.tree.set(id, &name, value);
        if let Some(element) = self.tree.element_mut(id)
            && let Some(attribute) = element.attributes.iter_mut().find(|attribute| attribute.name == name)
        {
            attribute.space = space;
        }
    }

    /// Makes `id` an element of the language itself, named `name`.
    pub(crate) fn make_plain(&mut self, id: Id, name: &str) {
        let name = format!("{}{name}", self.prefix(Space::Wix));
        if let Some(element) = self.tree.element_mut(id) {
            (element.name, element.space) = (name, Space::Wix);
        }
    }
}

/// Lines and columns of the bytes at `offsets` of `text`; 0 for those that are nowhere. One walk over the text.
fn places(text: &str, offsets: &[Option<usize>]) -> Vec<(u32, u32)> {
    let mut order: Vec<(usize, usize)> =
        offsets.iter().enumerate().filter_map(|(index, offset)| Some(((*offset)?, index))).collect();
    order.sort_unstable();
    let mut found = vec![(0, 0); offsets.len()];
    let (mut at, mut line, mut column) = (0, 1, 1);
    for (offset, index) in order {
        for c in text.get(at..offset).unwrap_or_default().chars() {
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        at = offset;
        found[index] = (line, column);
    }
    found
}
