//! The strings in a symbol, for whatever replaces something in all of them.

use super::{ComponentGuid, Field, KeyPath, Kind, RegistryValue};

impl Kind {
    /// Visits the strings; see [`super::Symbol::each_text`].
    pub(super) fn each_text(&mut self, visit: &mut impl FnMut(&mut String)) {
        match self {
            Kind::Row { fields, .. } => {
                for field in fields {
                    match field {
                        Field::Null | Field::Int(_) => {}
                        Field::Text(text)
                        | Field::Source(text)
                        | Field::TextFile(text)
                        | Field::Feature(text) => {
                            visit(text);
                        }
                        Field::Name { long, short, salt } => {
                            visit(long);
                            short.iter_mut().chain(salt).for_each(&mut *visit);
                        }
                    }
                }
            }
            Kind::Component(component) => {
                if let ComponentGuid::Text(text) = &mut component.guid {
                    visit(text);
                }
                if let KeyPath::File(id) | KeyPath::Registry(id) | KeyPath::OdbcDataSource(id) =
                    &mut component.key_path
                {
                    visit(id);
                }
                visit(&mut component.directory);
                component.condition.iter_mut().for_each(visit);
            }
            Kind::File(file) => {
                [&mut file.component, &mut file.directory, &mut file.name, &mut file.source]
                    .into_iter()
                    .for_each(&mut *visit);
                let manifest = file.assembly.as_mut().map(|assembly| &mut assembly.manifest);
                [&mut file.short_name, &mut file.version, &mut file.language, &mut file.tag]
                    .into_iter()
                    .chain(manifest)
                    .flatten()
                    .for_each(visit);
            }
            Kind::Directory(directory) => {
                visit(&mut directory.name);
                [
                    &mut directory.parent,
                    &mut directory.short_name,
                    &mut directory.source_name,
                    &mut directory.short_source_name,
                    &mut directory.guid_seed,
                ]
                .into_iter()
                .flatten()
                .for_each(visit);
            }
            Kind::Media(media) => {
                [
                    &mut media.cabinet,
                    &mut media.prompt,
                    &mut media.volume,
                    &mut media.source,
                    &mut media.layout,
                ]
                .into_iter()
                .flatten()
                .for_each(visit);
            }
            Kind::MediaTemplate(template) => {
                visit(&mut template.cabinet);
                [&mut template.prompt, &mut template.volume].into_iter().flatten().for_each(visit);
            }
            Kind::Registry(registry) => {
                visit(&mut registry.key);
                visit(&mut registry.component);
                registry.name.iter_mut().for_each(&mut *visit);
                match &mut registry.value {
                    None => {}
                    Some(
                        RegistryValue::String(text)
                        | RegistryValue::Expandable(text)
                        | RegistryValue::Integer(text)
                        | RegistryValue::Binary(text)
                        | RegistryValue::MultiString(text)
                        | RegistryValue::Append(text)
                        | RegistryValue::Prepend(text),
                    ) => visit(text),
                }
            }
            Kind::Property(property) => property.value.iter_mut().for_each(visit),
            Kind::Action(action) => action.condition.iter_mut().for_each(visit),
            Kind::Upgrade(upgrade) => {
                visit(&mut upgrade.code);
                visit(&mut upgrade.property);
                [&mut upgrade.minimum, &mut upgrade.maximum, &mut upgrade.language, &mut upgrade.remove]
                    .into_iter()
                    .flatten()
                    .for_each(visit);
            }
            Kind::Variable { value, .. } => visit(value),
            Kind::Package(package) => {
                [&mut package.name, &mut package.manufacturer, &mut package.version]
                    .into_iter()
                    .for_each(&mut *visit);
                [
                    &mut package.language,
                    &mut package.codepage,
                    &mut package.product_code,
                    &mut package.upgrade_code,
                ]
                .into_iter()
                .flatten()
                .for_each(visit);
            }
            Kind::Summary(summary) => {
                [
                    &mut summary.codepage,
                    &mut summary.comments,
                    &mut summary.description,
                    &mut summary.keywords,
                    &mut summary.manufacturer,
                ]
                .into_iter()
                .flatten()
                .for_each(visit);
            }
            Kind::CustomRow(row) => {
                row.cells.iter_mut().filter_map(|cell| cell.value.as_mut()).for_each(visit)
            }
            Kind::Harvest(_)
            | Kind::CustomTable { .. }
            | Kind::EnsureTable(_)
            | Kind::Group(_)
            | Kind::Foreign(_) => {}
        }
    }
}
