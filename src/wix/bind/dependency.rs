//! The registry values of `Requires`: who depends on whom.

use crate::ids::{self, RegistryRoot};
use crate::symbol::{Field, Id, Kind, Registry, RegistryValue, Symbol};
use std::collections::BTreeMap;

/// Adds what the rows of Wix4DependencyRef say.
pub(super) fn add(symbols: &mut Vec<Symbol>) {
    let rows = |wanted: &'static str| {
        symbols.iter().filter_map(move |symbol| match &symbol.kind {
            Kind::Row { table, fields } if table == wanted => Some((symbol, fields)),
            _ => None,
        })
    };
    let by_id = |table: &'static str| -> BTreeMap<&str, &Vec<Field>> {
        rows(table).filter_map(|(symbol, fields)| Some((symbol.id.as_ref()?.name.as_str(), fields))).collect()
    };
    let (required, providers) = (by_id("Wix4Dependency"), by_id("Wix4DependencyProvider"));
    let mut added = Vec::new();
    for (symbol, fields) in rows("Wix4DependencyRef") {
        let [Field::Text(provider), Field::Text(requires)] = fields.as_slice() else { continue };
        let (Some(required), Some(provider_row)) =
            (required.get(requires.as_str()), providers.get(provider.as_str()))
        else {
            continue;
        };
        let (Some(key), Some(component)) = (text(&required[1]), text(&provider_row[1])) else { continue };
        let key = format!(r"Software\Classes\Installer\Dependencies\{requires}\Dependents\{key}");
        let mut write = |what: &str, name: &str, value: Option<String>| {
            let id = ids::identifier("reg", &[provider, requires, what]);
            let registry = Registry {
                root: RegistryRoot::MachineUser,
                key: key.clone(),
                name: Some(name.to_owned()),
                value: value.map(RegistryValue::String),
                component: component.to_owned(),
            };
            let kind = Kind::Registry(registry);
            added.push(Symbol { id: Some(Id::section(id)), at: symbol.at.clone(), kind });
        };
        // `*`: the key is there while the component is.
        write("(Default)", "*", None);
        for (name, column) in [("MinVersion", 2), ("MaxVersion", 3)] {
            if let Some(version) = text(&required[column]) {
                write(name, name, Some(version.to_owned()));
            }
        }
        if let Field::Int(attributes @ 1..) = required[4] {
            write("Attributes", "Attributes", Some(format!("#{attributes}")));
        }
    }
    symbols.extend(added);
}

fn text(field: &Field) -> Option<&str> {
    match field {
        Field::Text(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}
