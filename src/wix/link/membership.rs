//! Who belongs to whom: groups are flattened, components get their features, features their parents.

use crate::diag::{Diagnostic, Location};
use crate::report::Report;
use crate::symbol::{Container, Field, Id, Kind, Member, Membership, Symbol, fields};
use std::collections::{BTreeMap, BTreeSet};

/// The feature of a package that has none of its own.
const DEFAULT_FEATURE: &str = "WixDefaultFeature";

/// Something that has members.
type Owner = (Container, String);

/// Adds the rows of FeatureComponents and sets the parents of features.
pub(super) fn connect(symbols: &mut Vec<Symbol>, mut memberships: Vec<Membership>, report: &Report) {
    if !symbols.iter().any(|symbol| symbol.kind.name() == "Feature") {
        default_feature(symbols, &mut memberships);
    }
    let mut owners: BTreeMap<Owner, Vec<Membership>> = BTreeMap::new();
    // Features in the order in which the sources give them something.
    let mut features: Vec<Owner> = Vec::new();
    for membership in memberships {
        let owner = (membership.container, membership.container_id.clone());
        let members = owners.entry(owner.clone()).or_default();
        if members.is_empty() && owner.0 == Container::Feature {
            features.push(owner);
        }
        members.push(membership);
    }
    let mut flattener = Flattener { owners: &owners, done: BTreeMap::new(), report };
    let mut parents: BTreeMap<String, (Option<String>, Location)> = BTreeMap::new();
    let mut primaries: BTreeMap<String, String> = BTreeMap::new();
    let mut pairs: BTreeSet<(String, String)> = BTreeSet::new();
    // The first feature of each component.
    let mut firsts: BTreeMap<String, String> = BTreeMap::new();
    // Circles are found wherever they are, not only below features.
    for owner in owners.keys() {
        flattener.flat(owner, &mut Vec::new());
    }
    for owner in &features {
        for membership in flattener.flat(owner, &mut Vec::new()) {
            let feature = owner.1.clone();
            match membership.member {
                Member::Component => {
                    if membership.primary {
                        primary(&mut primaries, &membership, &feature, report);
                    }
                    firsts.entry(membership.member_id.clone()).or_insert_with(|| feature.clone());
                    pairs.insert((feature, membership.member_id));
                }
                Member::Feature => {
                    let parent = (Some(feature), membership.at.clone());
                    if let Some((Some(other), _)) = parents.insert(membership.member_id.clone(), parent) {
                        let message = format!(
                            "feature `{}` has two parents: `{other}` and `{}`",
                            membership.member_id, owner.1
                        );
                        report.error(95, &membership.at, message);
                    }
                }
                Member::ComponentGroup | Member::FeatureGroup => {}
            }
        }
    }
    cycles(&parents, report);
    orphans(symbols, &pairs, report);
    set_parents(symbols, &parents);
    firsts.extend(primaries);
    set_features(symbols, &firsts, report);
    let at = symbols.first().map(|symbol| symbol.at.clone());
    let rows = pairs.into_iter().zip(at.into_iter().cycle());
    symbols.extend(rows.map(|((feature, component), at)| Symbol {
        id: None,
        at,
        kind: Kind::row("FeatureComponents", fields![feature, component]),
    }));
}

/// A feature that has all components.
fn default_feature(symbols: &mut Vec<Symbol>, memberships: &mut Vec<Membership>) {
    let components: Vec<(String, Location)> = symbols
        .iter()
        .filter(|symbol| matches!(symbol.kind, Kind::Component(_)))
        .filter_map(|symbol| Some((symbol.id.as_ref()?.name.clone(), symbol.at.clone())))
        .collect();
    let Some((_, at)) = components.first().cloned() else { return };
    memberships.extend(components.into_iter().map(|(member_id, at)| Membership {
        container: Container::Feature,
        container_id: DEFAULT_FEATURE.to_owned(),
        member: Member::Component,
        member_id,
        primary: true,
        at,
    }));
    let none = || None::<&str>;
    let fields = fields![DEFAULT_FEATURE, none(), none(), none(), 0, 1, none(), 0];
    let kind = Kind::row("Feature", fields);
    symbols.push(Symbol { id: Some(Id::global(DEFAULT_FEATURE)), at, kind });
}

/// Replaces groups among members by what they group.
struct Flattener<'m> {
    owners: &'m BTreeMap<Owner, Vec<Membership>>,
    done: BTreeMap<Owner, Vec<Membership>>,
    report: &'m Report,
}

/// How deep groups may be nested; a limit so that no source can exhaust the stack.
const MOST_DEPTH: usize = 256;

impl Flattener<'_> {
    /// The components and features of `owner`, those of groups included. `path` has the groups on the way, for
    /// finding cycles (WIX0086).
    fn flat(&mut self, owner: &Owner, path: &mut Vec<Owner>) -> Vec<Membership> {
        if let Some(done) = self.done.get(owner) {
            return done.clone();
        }
        path.push(owner.clone());
        let mut members = Vec::new();
        for membership in self.owners.get(owner).map(Vec::as_slice).unwrap_or_default() {
            let group = match membership.member {
                Member::ComponentGroup => (Container::ComponentGroup, membership.member_id.clone()),
                Member::FeatureGroup => (Container::FeatureGroup, membership.member_id.clone()),
                Member::Component | Member::Feature => {
                    members.push(membership.clone());
                    continue;
                }
            };
            if path.contains(&group) || path.len() > MOST_DEPTH {
                let names: Vec<&str> = path.iter().chain([&group]).map(|(_, id)| id.as_str()).collect();
                let message = format!("groups contain each other: {}", names.join(" → "));
                self.report.error(86, &membership.at, message);
                continue;
            }
            let inner = self.flat(&group, path);
            members.extend(inner.into_iter().map(|member| Membership {
                primary: membership.primary || (member.primary && member.container == Container::Feature),
                ..member
            }));
        }
        path.pop();
        // Groups that reach a member on many ways must not multiply it.
        let mut seen = BTreeSet::new();
        members.retain(|member| {
            seen.insert((member.member, member.member_id.clone(), member.container, member.primary))
        });
        self.done.insert(owner.clone(), members.clone());
        members
    }
}

fn primary(primaries: &mut BTreeMap<String, String>, member: &Membership, feature: &str, report: &Report) {
    match primaries.get(&member.member_id) {
        Some(other) if other != feature => {
            let id = &member.member_id;
            let message = format!("component `{id}` has two primary features: `{other}` and `{feature}`");
            report.error(95, &member.at, message);
        }
        _ => {
            primaries.insert(member.member_id.clone(), feature.to_owned());
        }
    }
}

/// Reports features that are their own ancestors (WIX0086).
fn cycles(parents: &BTreeMap<String, (Option<String>, Location)>, report: &Report) {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for (start, (_, at)) in parents {
        let mut path = vec![start.as_str()];
        let mut current = start.as_str();
        while let Some((Some(parent), _)) = parents.get(current) {
            if known.contains(current) {
                break;
            }
            if path.contains(&parent.as_str()) {
                path.push(parent);
                report.error(86, at, format!("features contain each other: {}", path.join(" ← ")));
                break;
            }
            path.push(parent);
            current = parent;
        }
        known.extend(path);
    }
}

/// Reports components that no feature has (WIX0267).
fn orphans(symbols: &[Symbol], pairs: &BTreeSet<(String, String)>, report: &Report) {
    let owned: BTreeSet<&str> = pairs.iter().map(|(_, component)| component.as_str()).collect();
    for symbol in symbols.iter().filter(|symbol| matches!(symbol.kind, Kind::Component(_))) {
        let Some(id) = &symbol.id else { continue };
        if !owned.contains(id.name.as_str()) {
            let message =
                format!("component `{}` belongs to no feature and would never be installed", id.name);
            report.push(
                Diagnostic::error("WIX0267", message)
                    .at(&symbol.at)
                    .help("refer to it, or to its group, from a `Feature`"),
            );
        }
    }
}

fn set_parents(symbols: &mut [Symbol], parents: &BTreeMap<String, (Option<String>, Location)>) {
    for symbol in symbols {
        let Symbol { id: Some(id), kind: Kind::Row { table, fields }, .. } = symbol else { continue };
        if table == "Feature"
            && let Some((parent, _)) = parents.get(&id.name)
        {
            fields[1] = Field::from(parent.as_ref());
        }
    }
}

/// Replaces [`Field::Feature`] by the feature (WIX0139 if the component has none).
fn set_features(symbols: &mut [Symbol], firsts: &BTreeMap<String, String>, report: &Report) {
    for symbol in symbols {
        let Kind::Row { fields, .. } = &mut symbol.kind else { continue };
        for field in fields {
            let Field::Feature(component) = field else { continue };
            match firsts.get(component) {
                Some(feature) => *field = Field::Text(feature.clone()),
                None => {
                    let message =
                        format!("component `{component}` belongs to no feature, and must to be advertised");
                    report.error(139, &symbol.at, message);
                    *field = Field::Null;
                }
            }
        }
    }
}
