//! Replacing `!(…)` variables in the texts of symbols.
//!
//! In two passes: localization and `!(wix.…)` first; `!(bind.…)` once files and properties are known.

use super::Binding;
use crate::diag::{Diagnostic, Location};
use crate::wix::report::Report;
use crate::wix::symbol::{Kind, Symbol};
use crate::wix::variables::{Segment, parse};
use std::collections::BTreeMap;

/// Values that refer to values, at the most.
const DEPTH: u32 = 20;

/// Replaces `!(loc.…)` and `!(wix.…)`.
pub(super) fn first_pass(symbols: &mut [Symbol], binding: &Binding<'_>, report: &Report) {
    let wix = wix_variables(symbols, binding);
    for symbol in symbols {
        let at = symbol.at.clone();
        symbol.each_text(&mut |text| {
            if text.contains("!(") {
                let localized = binding.localization.resolve(text, &at, report);
                *text = resolve_wix(&localized, &wix, &at, report, 0);
            }
        });
    }
}

/// The variables that sources and the command line define; the command line wins.
fn wix_variables(symbols: &[Symbol], binding: &Binding<'_>) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, (bool, String)> = BTreeMap::new();
    for symbol in symbols {
        let (Kind::Variable { value, overridable }, Some(id)) = (&symbol.kind, &symbol.id) else { continue };
        let entry = all.entry(id.name.clone()).or_insert_with(|| (*overridable, value.clone()));
        if entry.0 && !overridable {
            *entry = (false, value.clone());
        }
    }
    let mut all: BTreeMap<String, String> = all.into_iter().map(|(name, (_, value))| (name, value)).collect();
    all.extend(binding.bind_variables.clone());
    all
}

fn resolve_wix(
    text: &str,
    variables: &BTreeMap<String, String>,
    at: &Location,
    report: &Report,
    depth: u32,
) -> String {
    let mut out = String::new();
    for (source, segment) in parse(text) {
        let Segment::Wix { name, default } = segment else {
            out.push_str(source);
            continue;
        };
        match variables.get(name).map(String::as_str).or(default) {
            Some(value) if depth < DEPTH => {
                out.push_str(&resolve_wix(value, variables, at, report, depth + 1));
            }
            Some(_) => report.error(197, at, format!("the variable `{source}` refers to itself")),
            None => {
                let message = format!("the variable `{source}` is unknown");
                report.push(
                    Diagnostic::error("WIX0197", message)
                        .at(at)
                        .help(format!("define it with `WixVariable`, or with `-bv {name}=value`")),
                );
            }
        }
    }
    out
}

/// What `!(bind.…)` can ask for, by lower-case name, a dot, and id.
pub(super) type Facts = BTreeMap<String, String>;

/// Replaces `!(bind.…)` by `facts` (WIX0298), and `!!(` by `!(`.
pub(super) fn second_pass(symbols: &mut [Symbol], facts: &Facts, report: &Report) {
    for symbol in symbols {
        let at = symbol.at.clone();
        symbol.each_text(&mut |text| {
            if text.contains("!(") {
                *text = resolve_bind(text, facts, &at, report, 0);
            }
        });
    }
}

pub(super) fn resolve_bind(text: &str, facts: &Facts, at: &Location, report: &Report, depth: u32) -> String {
    let mut out = String::new();
    for (source, segment) in parse(text) {
        match segment {
            Segment::Text(text) => out.push_str(text),
            Segment::Bind { name, id, default } => {
                let key = key(name, id);
                match facts.get(&key).map(String::as_str).or(default) {
                    Some(value) if depth < DEPTH => {
                        out.push_str(&resolve_bind(value, facts, at, report, depth + 1));
                    }
                    Some(_) => report.error(298, at, format!("`{source}` refers to itself")),
                    None => report.push(
                        Diagnostic::error("WIX0298", format!("there is nothing that `{source}` could stand for"))
                            .at(at)
                            .help("expected `!(bind.fileVersion.FileId)`, `!(bind.fileLanguage.FileId)` or `!(bind.property.Name)`"),
                    ),
                }
            }
            _ => out.push_str(source),
        }
    }
    out
}

/// The key of a fact: what is asked for counts whatever its case, as does the id of what.
pub(super) fn key(name: &str, id: &str) -> String {
    format!("{name}.{id}").to_lowercase()
}
