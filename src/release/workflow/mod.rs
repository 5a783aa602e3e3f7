//! Pipelines that a fork can take as they are: files for GitHub Actions and Azure Pipelines.

use super::Matrix;

/// An action that workflows use, by the commit that a release of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// What templates call it.
    name: &'static str,
    /// Owner and name.
    pub repository: &'static str,
    /// The commit, which cannot be moved as a tag can.
    pub commit: &'static str,
    /// The release that the commit is.
    pub release: &'static str,
}

/// Every action that a workflow of this project or of a fork may use. The commits are those of the tags in the actions'
/// repositories.
pub const ACTIONS: [Action; 5] = [
    Action {
        name: "@checkout@",
        repository: "actions/checkout",
        commit: "3d3c42e5aac5ba805825da76410c181273ba90b1",
        release: "v7.0.1",
    },
    Action {
        name: "@upload@",
        repository: "actions/upload-artifact",
        commit: "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
        release: "v7.0.0",
    },
    Action {
        name: "@download@",
        repository: "actions/download-artifact",
        commit: "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
        release: "v8.0.1",
    },
    Action {
        name: "@cache@",
        repository: "actions/cache",
        commit: "27d5ce7f107fe9357f9df03efb73ab90386fccae",
        release: "v5.0.5",
    },
    Action {
        name: "@attest@",
        repository: "actions/attest-build-provenance",
        commit: "a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32",
        release: "v4.1.0",
    },
];

impl Action {
    /// As a step names it, with its release for people.
    #[must_use]
    pub fn pinned(&self) -> String {
        format!("{}@{} # {}", self.repository, self.commit, self.release)
    }
}

/// The pipelines, by their paths in a repository: one shard for each package of `matrix` where the service cannot ask for them.
#[must_use]
pub fn pipelines(matrix: &Matrix) -> [(&'static str, String); 2] {
    let github = ACTIONS.iter().fold(include_str!("github.yml").to_owned(), |text, action| {
        text.replace(action.name, &action.pinned())
    });
    let row = |shard: &super::Shard| {
        format!("{}:\n              package: {}", shard.package.replace('-', "_"), shard.package)
    };
    let rows: Vec<String> = matrix.include.iter().map(row).collect();
    let azure = include_str!("azure.yml").replace("@matrix@", &rows.join("\n            "));
    [(".github/workflows/packages.yml", github), ("azure-pipelines.yml", azure)]
}
