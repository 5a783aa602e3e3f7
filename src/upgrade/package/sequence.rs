//! Sequences: actions in the order of their turns, custom ones with what they do.

use super::conditions::Conditions;
use super::table::{PackageError, Rows};
use super::{Action, CustomAction};
use crate::msi::Database;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Standard actions that write operations into the script, so that nothing happens before it runs
/// (<https://learn.microsoft.com/windows/win32/msi/suggested-installexecutesequence>).
const QUEUING: [&str; 50] = [
    "AllocateRegistrySpace",
    "BindImage",
    "CreateFolders",
    "CreateShortcuts",
    "DeleteServices",
    "DuplicateFiles",
    "InstallFiles",
    "InstallODBC",
    "InstallSFPCatalogFile",
    "InstallServices",
    "IsolateComponents",
    "MoveFiles",
    "MsiConfigureServices",
    "MsiPublishAssemblies",
    "MsiUnpublishAssemblies",
    "PatchFiles",
    "ProcessComponents",
    "PublishComponents",
    "PublishFeatures",
    "PublishProduct",
    "RegisterClassInfo",
    "RegisterComPlus",
    "RegisterExtensionInfo",
    "RegisterFonts",
    "RegisterMIMEInfo",
    "RegisterProduct",
    "RegisterProgIdInfo",
    "RegisterTypeLibraries",
    "RegisterUser",
    "RemoveDuplicateFiles",
    "RemoveEnvironmentStrings",
    "RemoveFiles",
    "RemoveFolders",
    "RemoveIniValues",
    "RemoveODBC",
    "RemoveRegistryValues",
    "RemoveShortcuts",
    "SelfRegModules",
    "SelfUnregModules",
    "StartServices",
    "StopServices",
    "UnpublishComponents",
    "UnpublishFeatures",
    "UnregisterClassInfo",
    "UnregisterComPlus",
    "UnregisterFonts",
    "UnregisterTypeLibraries",
    "WriteEnvironmentStrings",
    "WriteIniValues",
    "WriteRegistryValues",
];

/// The actions of the sequence `table`, of which some are `custom` ones.
pub(super) fn sequence(
    database: &Database,
    table: &str,
    custom: &BTreeMap<String, Arc<CustomAction>>,
    conditions: &Conditions,
) -> Result<Vec<Action>, PackageError> {
    let mut actions = Vec::new();
    for row in Rows::of(database, table).with(&["Action", "Condition", "Sequence"])? {
        let sequence = row.number("Sequence", 0)?;
        if sequence > 0 {
            let name = row.required("Action")?;
            actions.push(Action {
                name: name.to_owned(),
                condition: conditions.of(&row, "Condition")?,
                sequence,
                custom: custom.get(name).cloned(),
                is_queued: QUEUING.contains(&name),
            });
        }
    }
    actions.sort_by(|a: &Action, b: &Action| (a.sequence, &a.name).cmp(&(b.sequence, &b.name)));
    // the action is the table's key, so that it has one turn
    let mut seen = BTreeSet::new();
    actions.retain(|action| seen.insert(action.name.clone()));
    Ok(actions)
}

/// Custom actions by key.
pub(super) fn custom_actions(
    database: &Database,
) -> Result<BTreeMap<String, Arc<CustomAction>>, PackageError> {
    Rows::of(database, "CustomAction")
        .with(&["Action", "Type", "Source", "Target"])?
        .iter()
        .map(|row| {
            let name = row.required("Action")?.to_owned();
            let action = CustomAction {
                name: name.clone(),
                kind: row.number("Type", 0)?,
                source: row.text("Source")?.to_owned(),
                target: row.text("Target")?.to_owned(),
            };
            Ok((name, Arc::new(action)))
        })
        .collect()
}
