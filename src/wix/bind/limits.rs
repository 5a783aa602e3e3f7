//! What Windows Installer takes at the most: components, and features in features.

use crate::diag::Diagnostic;
use crate::report::Report;
use crate::symbol::{Field, Kind, Symbol};
use std::collections::BTreeMap;

const MOST_COMPONENTS: usize = 65_536;
const MOST_FEATURE_DEPTH: usize = 16;

/// Reports too many components (WIX7502) and features too deep in others (WIX7503).
pub(super) fn check(symbols: &[Symbol], report: &Report) {
    let components = symbols.iter().filter(|symbol| matches!(symbol.kind, Kind::Component(_))).count();
    if components > MOST_COMPONENTS {
        let message =
            format!("the package has {components} components; Windows Installer takes {MOST_COMPONENTS}");
        report.push(Diagnostic::error("WIX7502", message).help("split the package"));
    }
    let mut parents: BTreeMap<&str, (Option<&str>, &Symbol)> = BTreeMap::new();
    for symbol in symbols {
        let (Kind::Row { table, fields }, Some(id)) = (&symbol.kind, &symbol.id) else { continue };
        if table == "Feature" {
            let parent = match fields.get(1) {
                Some(Field::Text(parent)) => Some(parent.as_str()),
                _ => None,
            };
            parents.insert(&id.name, (parent, symbol));
        }
    }
    for (id, (_, symbol)) in &parents {
        let chain = std::iter::successors(Some(*id), |id| parents.get(id).and_then(|(parent, _)| *parent));
        let depth = chain.take(MOST_FEATURE_DEPTH + 1).count();
        if depth > MOST_FEATURE_DEPTH {
            let message = format!("feature `{id}` stands more than {MOST_FEATURE_DEPTH} deep in others");
            report.push(
                Diagnostic::error("WIX7503", message)
                    .at(&symbol.at)
                    .help("move it up: Windows Installer goes no deeper"),
            );
        }
    }
}
