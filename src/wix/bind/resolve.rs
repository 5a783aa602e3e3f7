//! Replacing `!(…)` variables in the texts of symbols.
//!
//! In two passes: localization and `!(wix.…)` first; `!(bind.…)` once files and properties are known.

use super::Binding;
use crate::diag::{Diagnostic, Location};
use crate::report::Report;
use crate::stored;
use crate::symbol::{Kind, Symbol};
use crate::variables::{Endless, Replacement, Segment, replace};
use std::collections::BTreeMap;

/// Replaces `!(loc.…)` and `!(wix.…)`.
pub(super) fn first_pass(symbols: &mut [Symbol], binding: &Binding<'_>, report: &Report) {
    let wix = wix_variables(symbols, binding, report);
    for symbol in symbols {
        let at = symbol.at.clone();
        symbol.each_text(&mut |text| {
            if text.contains("!(") {
                if let Some(other) = stored::replaced(text, |name| wix.contains_key(name)) {
                    *text = other.to_owned();
                }
                let localized = binding.localization.resolve(text, &at, report);
                *text = resolve_wix(&localized, &wix, &at, report);
                // The value of a variable may be a localized one.
                if *text != localized && text.contains("!(loc.") {
                    *text = binding.localization.resolve(text, &at, report);
                }
            }
        });
    }
}

/// The variables that sources and the command line define; both may not, unless the source's is overridable
/// (WIX0195).
fn wix_variables(symbols: &[Symbol], binding: &Binding<'_>, report: &Report) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, (bool, String)> = BTreeMap::new();
    for symbol in symbols {
        let (Kind::Variable { value, overridable }, Some(id)) = (&symbol.kind, &symbol.id) else { continue };
        if !overridable && binding.bind_variables.contains_key(&id.name) {
            let message = format!("the variable `{}` is defined here and on the command line", id.name);
            let help = "remove one of them, or mark this one `Overridable=\"yes\"`";
            report.push(Diagnostic::error("WIX0195", message).at(&symbol.at).help(help));
        }
        let entry = all.entry(id.name.clone()).or_insert_with(|| (*overridable, value.clone()));
        if entry.0 && !overridable {
            *entry = (false, value.clone());
        }
    }
    let mut all: BTreeMap<String, String> = all.into_iter().map(|(name, (_, value))| (name, value)).collect();
    all.extend(binding.bind_variables.clone());
    all
}

fn resolve_wix(text: &str, variables: &BTreeMap<String, String>, at: &Location, report: &Report) -> String {
    let resolved = replace(text, &mut |source, segment| {
        let Segment::Wix { name, default } = segment else { return Replacement::Source };
        if let Some(value) = variables.get(*name) {
            return Replacement::Value(value);
        }
        if let Some(default) = default {
            return Replacement::Text((*default).to_owned());
        }
        let message = format!("the variable `{source}` is unknown");
        let help = format!("define it with `WixVariable`, or with `-bv {name}=value`");
        report.push(Diagnostic::error("WIX0197", message).at(at).help(help));
        Replacement::Text(String::new())
    });
    resolved.unwrap_or_else(|Endless| {
        report.error(197, at, "the variables here refer to themselves");
        String::new()
    })
}

/// What `!(bind.…)` can ask for, by lower-case name, a dot, and id.
pub(super) type Facts = BTreeMap<String, String>;

/// Replaces `!(bind.…)` by `facts` (WIX0298), and `!!(` by `!(`.
pub(super) fn second_pass(symbols: &mut [Symbol], facts: &Facts, report: &Report) {
    for symbol in symbols {
        let at = symbol.at.clone();
        symbol.each_text(&mut |text| {
            if text.contains("!(") {
                *text = resolve_bind(text, facts, &at, report);
            }
        });
    }
}

pub(super) fn resolve_bind(text: &str, facts: &Facts, at: &Location, report: &Report) -> String {
    let resolved = replace(text, &mut |source, segment| match segment {
        Segment::Text(text) => Replacement::Text((*text).to_owned()),
        Segment::Bind { name, id, default } => {
            if let Some(value) = facts.get(&key(name, id)) {
                return Replacement::Value(value);
            }
            if default.is_none() {
                let message = format!("there is nothing that `{source}` could stand for");
                report.push(Diagnostic::error("WIX0298", message).at(at).help(
                    "expected `!(bind.fileVersion.FileId)`, `!(bind.fileLanguage.FileId)` or `!(bind.property.Name)`",
                ));
            }
            Replacement::Text(default.unwrap_or_default().to_owned())
        }
        _ => Replacement::Source,
    });
    resolved.unwrap_or_else(|Endless| {
        report.error(298, at, "the variables here refer to themselves");
        String::new()
    })
}

/// The key of a fact: what is asked for counts whatever its case, as does the id of what.
pub(super) fn key(name: &str, id: &str) -> String {
    format!("{name}.{id}").to_lowercase()
}
