//! ICE30: no file is installed twice to one place.

use crate::Subject;
use crate::directory::{Directories, file_name};
use crate::rule::{Findings, Rule};
use crate::subject::Row;
use std::collections::BTreeMap;

/// No two components, and no component twice, install a file of one name into one folder.
pub(super) const RULE: Rule = Rule {
    code: "ICE30",
    title: "no two components, and no component twice, install a file of one name into one folder",
    explanation: "Windows Installer counts clients by component. Where two bring the same path, removing one takes the file from the other; where one has conditions, it depends on the machine. Long and short names are looked at by themselves. https://learn.microsoft.com/windows/win32/msi/ice30",
    fix: "keep the file in one component, or give the two exclusive conditions",
    example: "Component: Copy | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 256 |  | copy
File: copy | Copy | APP.EXE | 1024 | 1.0.0.0 | 1033 | 512 | 1",
    check,
};

/// Files of one path that are told pair by pair; beyond, each is told with the first.
const PAIRED: usize = 40;

fn check(package: &Subject<'_>, found: &mut Findings) {
    let directories = Directories::of(package);
    for long in [false, true] {
        let mut paths: BTreeMap<&str, String> = BTreeMap::new();
        let mut same: BTreeMap<String, Vec<(Row<'_>, Row<'_>)>> = BTreeMap::new();
        for file in package.rows("File") {
            let Some(component) = package.find("Component", file.text("Component_")) else { continue };
            let directory = component.text("Directory_");
            let folder = paths.entry(directory).or_insert_with(|| directories.path(directory, long));
            let path = format!("{folder}{}", file_name(file.text("FileName"), long)).to_uppercase();
            same.entry(path).or_default().push((file, component));
        }
        for (path, files) in same.iter().filter(|(_, files)| files.len() > 1) {
            for (at, one) in files.iter().enumerate() {
                let firsts = if files.len() > PAIRED { &files[..at.min(1)] } else { &files[..at] };
                firsts.iter().for_each(|other| pair(path, long, other, one, found));
            }
        }
    }
}

fn pair(
    path: &str,
    long: bool,
    first: &(Row<'_>, Row<'_>),
    second: &(Row<'_>, Row<'_>),
    found: &mut Findings,
) {
    let names = if long { "long" } else { "short" };
    let (one, other) = (first.1.text("Component"), second.1.text("Component"));
    let conditions = [first, second].into_iter().filter(|(_, row)| !row.is_null("Condition")).count();
    let message = match conditions {
        _ if one == other => format!("`{path}` is installed twice by `{one}` ({names} names)"),
        0 => format!("`{path}` is installed by `{one}` and by `{other}` ({names} names)"),
        1 => format!(
            "`{path}` is installed by `{one}` and by `{other}`, one of them on a condition ({names} names)"
        ),
        _ => format!(
            "`{path}` is installed by `{one}` and by `{other}`, unless their conditions exclude one another ({names} names)"
        ),
    };
    for (file, _) in [first, second] {
        if conditions == 2 && one != other {
            found.warning(file.at("File"), message.clone());
        } else {
            found.error(file.at("File"), message.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn both_files_are_named_for_short_and_for_long_names() {
        finds(
            &RULE,
            RULE.example,
            &[
                "error File.File[app.exe]",
                "error File.File[copy]",
                "error File.File[app.exe]",
                "error File.File[copy]",
            ],
        );
        finds(
            &RULE,
            "Component: Copy | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 256 |  | copy
File: copy | Copy | app~1.exe|app.exe | 1024 | 1.0.0.0 | 1033 | 512 | 1",
            &["error File.File[app.exe]", "error File.File[copy]"],
        );
        finds(
            &RULE,
            "Component: Copy | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | TARGETDIR | 256 |  | copy
File: copy | Copy | app.exe | 1024 | 1.0.0.0 | 1033 | 512 | 1",
            &[],
        );
    }

    #[test]
    fn conditions_make_the_difference() {
        let both = "Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | INSTALLDIR | 256 | A | app.exe\nComponent: Copy | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | HERE | 256 | B | copy\nDirectory: HERE | INSTALLDIR | .\nFile: copy | Copy | app.exe | 1024 | 1.0.0.0 | 1033 | 512 | 1";
        let warning = ["warning File.File[app.exe]", "warning File.File[copy]"];
        finds(&RULE, both, &[warning, warning].concat());
    }
}
