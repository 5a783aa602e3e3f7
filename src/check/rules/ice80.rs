//! ICE80: bits of the package, its components and its folders agree.

use crate::Subject;
use crate::directory::Directories;
use crate::rule::summary;
use crate::rule::{Findings, Rule};
use crate::subject::Row;

/// A package says in its template for which processor it is, and its components and folders agree.
pub(super) const RULE: Rule = Rule {
    code: "ICE80",
    title: "a package says in its template for which processor it is, and its components and folders agree",
    explanation: "Windows Installer decides by the template whether the package is for 64-bit Windows. In a 64-bit package, 32-bit components see the folders and the registry of 32-bit programs. https://learn.microsoft.com/windows/win32/msi/ice80",
    fix: "set the template and the schema (x64 from 200, Arm64 from 500), set or clear the component's 64-bit bit (256), use the folder of the same bits",
    example: "Directory: ProgramFilesFolder | TARGETDIR | .
Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | ProgramFilesFolder | 256 |  | app.exe",
    check,
};

// Numbers of the summary information's properties.
const TEMPLATE: u32 = 7;
const PAGE_COUNT: u32 = 14;

/// `Component.Attributes`.
const COMPONENT_OF_64_BIT: i32 = 0x100;
/// `CustomAction.Type`.
const SCRIPT_OF_64_BIT: i32 = 0x1000;
/// `RegLocator.Type`.
const LOCATOR_OF_64_BIT: i32 = 16;

const OF_32_BIT: [&str; 3] = ["ProgramFilesFolder", "CommonFilesFolder", "SystemFolder"];
const OF_64_BIT: [&str; 3] = ["ProgramFiles64Folder", "CommonFiles64Folder", "System64Folder"];
/// What only 32-bit programs have, in formatted texts.
const TEXTS_OF_32_BIT: [&str; 6] = [
    "[ProgramFilesFolder]",
    "[CommonFilesFolder]",
    "[SystemFolder]",
    "[%ProgramFiles(x86)]",
    "[%CommonProgramFiles(x86)]",
    r"[%WINDIR]\SYSWOW64",
];
/// What only 64-bit programs have, in formatted texts.
const TEXTS_OF_64_BIT: [&str; 3] = ["[ProgramFiles64Folder]", "[CommonFiles64Folder]", "[System64Folder]"];
/// Columns whose texts are looked at.
const TEXTS: [(&str, &str); 3] = [("Environment", "Value"), ("Registry", "Value"), ("Shortcut", "Arguments")];

fn check(package: &Subject<'_>, found: &mut Findings) {
    let template = &package.summary().template;
    if template.is_empty() {
        found.error(summary(TEMPLATE), "the summary information has no template");
        return;
    }
    let schema = package.schema();
    for (platform, least) in [("Intel64", 150), ("x64", 200), ("Arm64", 500)] {
        if package.platforms().any(|name| name == platform) && schema < least {
            found.error(summary(PAGE_COUNT), format!("the template says {platform}, which the schema {schema} does not have: it begins with {least}"));
        }
    }
    if package.is_64_bit() {
        folders(package, found);
    } else {
        in_package_of_32_bit(package, found);
    }
    let languages = template.split_once(';').map_or("", |(_, languages)| languages);
    if let Some(row) = package.find("Property", "ProductLanguage") {
        let language = row.text("Value");
        if !languages.split(',').any(|other| other.trim() == language) {
            found.error(
                row.at("Value"),
                format!("the language {language} of the product is not in the template `{template}`"),
            );
        }
    }
}

fn in_package_of_32_bit(package: &Subject<'_>, found: &mut Findings) {
    for component in package.rows("Component").filter(|row| row.bits("Attributes") & COMPONENT_OF_64_BIT != 0)
    {
        found.error(
            component.at("Attributes"),
            format!(
                "`{}` is of 64 bits, and the template says nothing of 64 bits",
                component.text("Component")
            ),
        );
    }
    for action in package.rows("CustomAction").filter(|row| row.bits("Type") & SCRIPT_OF_64_BIT != 0) {
        found.error(
            action.at("Action"),
            format!(
                "`{}` is a script of 64 bits, and the template says nothing of 64 bits",
                action.text("Action")
            ),
        );
    }
    for property in OF_64_BIT.into_iter().filter_map(|name| package.find("Property", name)) {
        found.warning(
            property.at("Property"),
            format!("a 32-bit package uses the 64-bit property `{}`", property.text("Property")),
        );
    }
    for locator in package.rows("RegLocator").filter(|row| row.bits("Type") >= LOCATOR_OF_64_BIT) {
        found.warning(locator.at("Type"), "a 32-bit package searches the registry of 64-bit programs");
    }
}

fn folders(package: &Subject<'_>, found: &mut Findings) {
    let directories = Directories::of(package);
    for component in package.rows("Component") {
        let (name, directory) = (component.text("Component"), component.text("Directory_"));
        let (bits, others) = of_other_bits(component);
        if let Some(folder) = directories.chain(directory).find(|at| others.contains(at)) {
            found.error(
                component.at("Directory_"),
                format!("`{name}` is of {bits} bits, and goes into `{folder}`"),
            );
        }
    }
    for (table, column) in TEXTS {
        for row in package.rows(table) {
            let Some(component) = package.find("Component", row.text("Component_")) else { continue };
            let (bits, _) = of_other_bits(component);
            let others: &[&str] = if bits == 64 { &TEXTS_OF_32_BIT } else { &TEXTS_OF_64_BIT };
            let text = row.text(column);
            if let Some(other) = others.iter().find(|other| text.contains(**other)) {
                let name = component.text("Component");
                let message = format!(
                    "`{name}` is of {bits} bits, and `{table}.{column}` of `{}` has {other}",
                    row.name()
                );
                found.error(component.at("Directory_"), message);
            }
        }
    }
}

/// Bits of a component, and the folders of the others.
fn of_other_bits(component: Row<'_>) -> (u8, [&'static str; 3]) {
    match component.bits("Attributes") & COMPONENT_OF_64_BIT {
        0 => (32, OF_64_BIT),
        _ => (64, OF_32_BIT),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn bits_of_components_and_folders() {
        finds(&RULE, RULE.example, &["error Component.Directory_[App]"]);
        finds(
            &RULE,
            "Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | INSTALLDIR | 0 |  | app.exe",
            &["error Component.Directory_[App]"],
        );
        finds(&RULE, "Summary: Template | Intel;1033", &["error Component.Attributes[App]"]);
        finds(
            &RULE,
            "Summary: Template | Intel;1033
Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | INSTALLDIR | 0 |  | app.exe
Property: System64Folder | x
RegLocator: S | 2 | k | n | 18
CustomAction: Act | 4102 | x | y",
            &[
                "error CustomAction.Action[Act]",
                "warning Property.Property[System64Folder]",
                "warning RegLocator.Type[S]",
            ],
        );
        finds(
            &RULE,
            "Environment: E | X | [ProgramFilesFolder]a | App",
            &["error Component.Directory_[App]"],
        );
    }

    #[test]
    fn templates_need_a_schema_and_the_language() {
        finds(&RULE, "Summary: Schema | 199", &["error _SummaryInfo.14"]);
        finds(
            &RULE,
            "Summary: Template | Arm64;1033
Summary: Schema | 405",
            &["error _SummaryInfo.14"],
        );
        finds(&RULE, "Summary: Template | Arm64;1033", &[]);
        finds(&RULE, "Summary: Template |", &["error _SummaryInfo.7"]);
        finds(&RULE, "Summary: Template | x64;1031,1049", &["error Property.Value[ProductLanguage]"]);
        finds(&RULE, "Summary: Template | x64;1031,1033", &[]);
    }
}
