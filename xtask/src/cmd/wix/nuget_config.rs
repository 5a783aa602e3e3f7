//! The sources of packages that a user has configured for NuGet
//! (<https://learn.microsoft.com/nuget/consume-packages/configuring-nuget-behavior>).

use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use ancm_installer::wix::paths::native;
use std::fs;
use std::path::{Path, PathBuf};

/// The most bytes of a configuration.
const MOST: u64 = 1 << 20;

/// The sources that count in `folder`: folders and addresses of feeds, in the order in which they are to be asked.
///
/// # Errors
/// A configuration that cannot be read.
pub fn sources(folder: &Path) -> Outcome<Vec<String>> {
    let mut files: Vec<PathBuf> = user().into_iter().collect();
    // what is nearer counts more, and comes later
    files.extend(folder.ancestors().collect::<Vec<_>>().into_iter().rev().filter_map(beside));
    let mut sources: Vec<(String, String)> = Vec::new();
    let mut disabled: Vec<String> = Vec::new();
    for file in files {
        read(&file, &mut sources, &mut disabled)?;
    }
    sources.retain(|(key, _)| !disabled.contains(key));
    Ok(sources.into_iter().map(|(_, value)| value).collect())
}

/// The user's own configuration.
fn user() -> Option<PathBuf> {
    let below = |variable: &str, path: &str| {
        let home = std::env::var_os(variable).filter(|home| !home.is_empty())?;
        beside(&PathBuf::from(home).join(path))
    };
    below("APPDATA", "NuGet").or_else(|| below("HOME", ".nuget/NuGet"))
}

/// `nuget.config` in `folder`, in any case.
fn beside(folder: &Path) -> Option<PathBuf> {
    let mut entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.find(|path| {
        path.is_file() && path.file_name().is_some_and(|name| name.eq_ignore_ascii_case("nuget.config"))
    })
}

fn read(file: &Path, sources: &mut Vec<(String, String)>, disabled: &mut Vec<String>) -> Outcome {
    let broken = |problem: String| {
        Failure::new(Exit::Usage, "wix::extension", format!("`{}` cannot be read: {problem}", file.display()))
            .help("mend it, or name where packages are: `-source FOLDER|URL`")
    };
    let size = fs::metadata(file).map_err(|error| output::failure("read", file, &error))?.len();
    if size > MOST {
        return Err(broken(format!("it has more than {MOST} bytes")));
    }
    let text = fs::read_to_string(file).map_err(|error| output::failure("read", file, &error))?;
    let document = roxmltree::Document::parse(text.trim_start_matches('\u{feff}'))
        .map_err(|error| broken(error.to_string()))?;
    let sections = document.root_element().children().filter(roxmltree::Node::is_element);
    for section in sections {
        for line in section.children().filter(roxmltree::Node::is_element) {
            let word = |name: &str| line.attribute(name).unwrap_or_default().to_owned();
            let key = word("key").to_lowercase();
            match (section.tag_name().name(), line.tag_name().name()) {
                ("packageSources", "clear") => sources.clear(),
                ("packageSources", "add") => {
                    sources.retain(|(known, _)| *known != key);
                    sources.push((key, placed(file, &word("value"))));
                }
                ("disabledPackageSources", "clear") => disabled.clear(),
                ("disabledPackageSources", "add") => {
                    disabled.retain(|known| *known != key);
                    if word("value").eq_ignore_ascii_case("true") {
                        disabled.push(key);
                    }
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// A folder is one beside the configuration, unless it says more.
fn placed(file: &Path, value: &str) -> String {
    if value.starts_with("https://") || value.starts_with("http://") {
        return value.to_owned();
    }
    let beside = file.parent().unwrap_or(Path::new("")).join(native(value));
    beside.display().to_string()
}
