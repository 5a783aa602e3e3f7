//! The list of .NET's releases: which file the hosting bundle of a version is.
//!
//! Its form: <https://github.com/dotnet/core/blob/main/release-notes/releases-index.json> and the `releases.json` of each
//! channel, such as <https://builds.dotnet.microsoft.com/dotnet/release-metadata/9.0/releases.json>.

use super::fetch::Fetch;
use super::source::{Address, channel, shown};
use crate::environment;
use crate::exit::{Exit, Failure, Outcome};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// Where the lists are; the variable names another place with the same files, such as a mirror.
const LISTS: &str = "https://builds.dotnet.microsoft.com/dotnet/release-metadata";
const VARIABLE: &str = "ANCM_RELEASES";
/// What the hosting bundle is called in every list.
const BUNDLE: &str = "dotnet-hosting-win.exe";
/// How many versions are named where one is not there.
const NAMED: usize = 5;

#[derive(Deserialize)]
struct List {
    releases: Vec<Release>,
}

#[derive(Deserialize)]
struct Release {
    #[serde(rename = "release-version")]
    version: String,
    #[serde(flatten)]
    rest: BTreeMap<String, Part>,
}

/// What else stands beside a release's version; a runtime or an SDK has a version of its own and files.
#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Runtime(Runtime),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Runtime {
    version: String,
    #[serde(default)]
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    name: String,
    url: String,
    hash: String,
}

impl List {
    /// The bundles, the latest first, as the list has them: versions that name one, and what it is.
    fn bundles(&self) -> impl Iterator<Item = ([&str; 2], &File)> {
        self.releases.iter().filter_map(|release| {
            release.rest.values().find_map(|part| {
                let Part::Runtime(runtime) = part else { return None };
                let file = runtime.files.iter().find(|file| file.name == BUNDLE)?;
                Some(([release.version.as_str(), runtime.version.as_str()], file))
            })
        })
    }
}

/// Where the hosting bundle of `version` is published. A list that was fetched before is asked first: what is published
/// stays as it is.
///
/// # Errors
/// The list cannot be had, or does not have it.
pub fn hosting_bundle(version: &str, fetch: &Fetch<'_>) -> Outcome<Address> {
    let channel = channel(version)
        .map_err(|problem| Failure::new(Exit::Usage, "payload::release", problem.to_string()))?;
    let lists = environment::text(VARIABLE);
    let url = format!("{}/{channel}/releases.json", lists.as_deref().unwrap_or(LISTS).trim_end_matches('/'));
    let name = format!("releases-{channel}.json");
    if let Some(known) = fetch.kept(&name)?
        && let Ok(address) = find(version, &known, &url)
    {
        return Ok(address);
    }
    find(version, &fetch.document(&url, &name)?, &url)
}

fn find(version: &str, list: &[u8], url: &str) -> Outcome<Address> {
    let url = shown(url);
    let fail =
        |message: String, help: String| Failure::new(Exit::Input, "payload::release", message).help(help);
    let list: List = serde_json::from_slice(list).map_err(|error| {
        fail(
            format!("`{url}` is not a list of .NET's releases: {error}"),
            format!("`{VARIABLE}` names another place that has the lists; or download the bundle and name the file"),
        )
    })?;
    let Some((_, file)) = list.bundles().find(|(versions, _)| versions.contains(&version)) else {
        let latest: Vec<&str> = list.bundles().map(|(versions, _)| versions[1]).take(NAMED).collect();
        let message = format!("`{url}` has no hosting bundle of {version}");
        return Err(fail(message, format!("the latest that it has are {}", latest.join(", "))));
    };
    // where the list came safely, the file must be the one that it means
    Address::new(&file.url, &file.hash).map_err(|problem| {
        fail(
            format!("`{url}` has no hash for the hosting bundle of {version}: {problem}"),
            "download the bundle, hold it against the hash that is published beside it, and name the file"
                .to_owned(),
        )
    })
}
