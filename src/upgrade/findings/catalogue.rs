//! The findings that there are: what each means and what usually cures it.

use crate::diag::Severity;

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its code.
    pub code: &'static str,
    /// How bad it is by itself.
    pub severity: Severity,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What happens, and why.
    pub explanation: &'static str,
    /// The usual cure.
    pub fix: &'static str,
}

const fn kind(
    code: &'static str,
    severity: Severity,
    title: &'static str,
    explanation: &'static str,
    fix: &'static str,
) -> Kind {
    Kind { code, severity, title, explanation, fix }
}

use Severity::{Error, Note, Warning};

/// Every kind, by code.
pub const KINDS: &[Kind] = &[
    kind(
        "U001",
        Error,
        "new ComponentId at an existing path, old product removed late",
        "Windows Installer counts clients by ComponentId, never by path. The old product's component has no other client when the old product goes, so its path is deleted, whatever the new product has just put there.",
        "keep the ComponentId for the path; or remove the old product early; or rename the file",
    ),
    kind(
        "U002",
        Error,
        "version goes backwards, old product removed early",
        "Costing sees the old product's file with the higher version and does not install the component; then the old product goes and takes the file along. A repair brings it back.",
        "raise the file version above every shipped one; or pass REINSTALLMODE=amus, before costing",
    ),
    kind(
        "U002e",
        Note,
        "equal version, early removal, component with more than its key file",
        "Whether costing vetoes a component whose key file has an equal version is contested; nothing suggests it does, and nobody has proved that it does not.",
        "raise the version of the key file with each release",
    ),
    kind(
        "U003",
        Error,
        "unversioned file in place of a versioned one",
        "A package file without a version loses against any versioned file on the disk: costing does not install the component, and the removal of the old product takes the file along.",
        "give the file a version resource and fill File.Version; or make another file the key path",
    ),
    kind(
        "U004",
        Warning,
        "stale: the old file is kept because its version is higher",
        "Costing does not install the component, and the shared ComponentId keeps the old file: it stays, owned by the new product.",
        "raise the file version above every shipped one; or pass REINSTALLMODE=amus",
    ),
    kind(
        "U005",
        Warning,
        "stale: same version, other bytes",
        "Equal versions and languages keep the file on the disk, even if the bytes differ.",
        "raise the file version with every change; or pass REINSTALLMODE=emus or amus",
    ),
    kind(
        "U006",
        Warning,
        "an edited file is kept or lost",
        "An unversioned file that was modified after its creation counts as user data: late removal keeps it, early removal deletes it.",
        "decide: NeverOverwrite with Permanent for settings, a version resource for everything else",
    ),
    kind(
        "U007",
        Error,
        "collateral of a component that was not installed",
        "The veto over a key file holds for the whole component: its other files, registry values, services and shortcuts are not written either.",
        "one file in each component",
    ),
    kind(
        "U008",
        Error,
        "NeverOverwrite with early removal",
        "The key path exists at costing, so the component is not installed; then the old product's removal deletes it.",
        "drop NeverOverwrite; or make the old component permanent; or remove late with the same ComponentId",
    ),
    kind(
        "U009",
        Error,
        "registry value removed by the old product's late removal",
        "The old component goes because its ComponentId has no other client, and registry values are removed by name, whoever wrote them last.",
        "keep the ComponentId; or add a component with the old ComponentId that writes the same values",
    ),
    kind(
        "U010",
        Note,
        "left behind: dropped from a component that lives on",
        "The ComponentId has a client in the new product, so nothing of the old component is removed, not even what the new one does not have.",
        "a RemoveFile row on install in the new package; or a new ComponentId with new paths",
    ),
    kind(
        "U011",
        Warning,
        "same ComponentId, another key path",
        "Windows Installer removes only the files of the old component at the old place; which of its other resources stay is not documented.",
        "a new ComponentId for a new place",
    ),
    kind(
        "U012",
        Error,
        "an old RemoveFile row deletes a new file",
        "RemoveFile rows are not counted: they delete what matches, also what the new product has just installed.",
        "early removal; or keep the ComponentId of the component that owns the row",
    ),
    kind(
        "U013",
        Error,
        "an old registry row deletes a key of the new product",
        "Rows named `-` or `*` delete the key with all below it when their component goes.",
        "early removal; or keep the ComponentId of the component that owns the row",
    ),
    kind(
        "U014",
        Error,
        "service deleted or stopped by the old product's removal",
        "The old ServiceControl row acts when its component goes, after the new product has installed and started the service.",
        "keep the ComponentId; or early removal",
    ),
    kind(
        "U015",
        Error,
        "environment segment removed by the old product's removal",
        "The old row removes its segment when its component goes, also if the new product has written the same.",
        "keep the ComponentId; or early removal",
    ),
    kind(
        "U016",
        Warning,
        "the old product is not found",
        "No Upgrade row matches the installed product (UpgradeCode, language or version range), or the property that takes the answer is not secure, so both stay, with their shared components counted twice.",
        "add an Upgrade row for the old UpgradeCode, for removal and for downgrade detection; list its property in SecureCustomProperties",
    ),
    kind(
        "U016c",
        Warning,
        "the old product is installed for another context",
        "Windows Installer does not upgrade across per-user and per-machine.",
        "keep ALLUSERS as it was",
    ),
    kind(
        "U017",
        Warning,
        "same version in three fields",
        "Windows Installer ignores the fourth field of ProductVersion; without the inclusive bit on the upper bound the old product is not found.",
        "raise one of the first three fields; or set the inclusive bit (AllowSameVersionUpgrades)",
    ),
    kind(
        "U018",
        Error,
        "RemoveExistingProducts at an illegal place",
        "Operations wait to be run when the action's turn comes; Windows Installer stops with error 2613.",
        "move it after InstallValidate, InstallInitialize, InstallExecute or InstallFinalize",
    ),
    kind(
        "U018b",
        Error,
        "same ProductCode",
        "Windows Installer refuses another package of an installed product with error 1638.",
        "a new ProductCode for every release",
    ),
    kind(
        "U019",
        Warning,
        "RemoveExistingProducts is missing, or its condition does not hold",
        "Nothing removes the old product; both stay.",
        "schedule RemoveExistingProducts",
    ),
    kind(
        "U020",
        Error,
        "feature migration loses a resource",
        "A feature takes the state that its namesake has in the old product; what it holds is not installed.",
        "keep feature names, and do not move components into features that may be absent",
    ),
    kind(
        "U021",
        Error,
        "component condition is false in the new package",
        "A component whose condition does not hold is neither installed nor registered, so it protects nothing.",
        "check the condition, or drop the component for good",
    ),
    kind(
        "U022",
        Note,
        "permanent component",
        "The old component is permanent and is never removed; its file takes part in the veto even with early removal.",
        "nothing, if that is wanted",
    ),
    kind(
        "U023",
        Note,
        "SharedDLLs count keeps a file",
        "The count of the path stays above zero, so the file survives the old product, and may survive the new one too.",
        "keep the ComponentId, and leave the SharedDLLs bit off",
    ),
    kind(
        "U024",
        Error,
        "assembly identity unchanged",
        "Costing asks the assembly cache, which has the identity, so the assembly is not installed; then the old product's removal takes it away.",
        "raise the assembly version; or remove the old product after InstallFinalize with the same ComponentId",
    ),
    kind(
        "U025",
        Error,
        "file in use with early removal",
        "The old product's removal schedules the deletion for the next start of Windows; the new product sees the file still there and keeps it; the restart deletes it.",
        "raise the file version; or pass REINSTALLMODE=emus; or stop the process before InstallValidate",
    ),
    kind(
        "U026",
        Note,
        "custom action of the old product runs during the upgrade",
        "The old package is removed with its own authoring; the action's condition holds although UPGRADINGPRODUCTCODE is set.",
        "nothing can change a shipped package; make sure the new one restores what the action undoes",
    ),
    kind(
        "U027",
        Error,
        "version column differs from the file",
        "Windows Installer compares the column before it opens the cabinet; a wrong column gives wrong decisions and repairs without end.",
        "build the package from the files' own version resources",
    ),
    kind(
        "U028",
        Error,
        "companion misused",
        "A companion file must not be a key path, and its parent must exist (error 2616).",
        "give the file a version of its own",
    ),
    kind(
        "U029",
        Error,
        "two components own one path",
        "Removing either component removes what both have there: a file, a registry value, a segment of a variable.",
        "one component for each path, across all products",
    ),
    kind(
        "U030",
        Error,
        "duplicate ComponentId in one package",
        "Client counts of the two are mixed up.",
        "a ComponentId of its own for each component",
    ),
    kind(
        "U031",
        Note,
        "component without ComponentId",
        "It is never registered and never removed.",
        "give it a ComponentId",
    ),
    kind(
        "U032",
        Error,
        "bitness changed with the same ComponentId",
        "The component moves to the other half of the machine while Windows Installer takes it for the same one.",
        "a new ComponentId when the bitness changes",
    ),
    kind(
        "U033",
        Warning,
        "detection stands in one sequence only",
        "FindRelatedProducts or MigrateFeatureStates is missing from the UI or the execute sequence, so silent installs and those with UI differ.",
        "schedule both in both sequences",
    ),
    kind(
        "U034",
        Note,
        "removal and install are not one transaction",
        "If the install fails after the old product is gone, the old one stays gone; if a removal after InstallFinalize fails, both stay.",
        "set `MajorUpgrade/@Schedule` to `afterInstallInitialize`, unless another finding is about that place",
    ),
    kind(
        "U035",
        Warning,
        "REINSTALLMODE with `a`",
        "Every file is overwritten, shared files of other products included.",
        "raise file versions instead; or dmus",
    ),
    kind(
        "U036",
        Warning,
        "only some features of the old product are removed",
        "The Remove column names features; the old product stays registered.",
        "leave the Remove column empty",
    ),
    kind(
        "U037",
        Note,
        "several installed products are replaced",
        "The Upgrade table matches more than one installed product; each is removed in turn.",
        "test every chain that users have",
    ),
    kind(
        "U038",
        Warning,
        "type library with a lower minor version",
        "Registering it unregisters the higher one of the same major version. The registration itself is not simulated.",
        "raise the type library's version",
    ),
    kind(
        "U039",
        Note,
        "removal needs the old package's cached copy",
        "Windows removes the old product with the copy in %WINDIR%\\Installer; if it is gone the upgrade stops with 1612 or 1714.",
        "nothing in the package; a repair of the old product restores the copy",
    ),
    kind(
        "U040",
        Warning,
        "the install folder is not remembered",
        "A user may choose the folder and no search reads the choice back, so an upgrade goes to the default folder, and what was in the other one goes with the old product. `--assume FOLDER=PATH` plays both packages in another folder.",
        "store the folder in the registry and search for it",
    ),
    kind(
        "U041",
        Error,
        "ComponentIds look unstable",
        "None of the old package's ComponentIds is in the new one although paths are the same: they were made from something that changes with each build.",
        "derive ComponentIds from product, path and bitness only",
    ),
    kind(
        "U042",
        Warning,
        "reference to a component that is not installed",
        "`[$component]` is blank where the component is not installed, so a path is written without its folder.",
        "keep references inside one component",
    ),
    kind(
        "U043",
        Error,
        "the bundle removes the old package after the new chain",
        "The new package did not replace the old one, so the bundle uninstalls it at the end, without UPGRADINGPRODUCTCODE: what both own under different ComponentIds goes.",
        "an Upgrade row in the new package, or stable ComponentIds",
    ),
    kind(
        "U044",
        Warning,
        "ComponentIds that two installed products share",
        "Windows Installer takes components with one ComponentId for the same component. At one key path that is how sharing works; at several, the removal of either product takes the files of its component and leaves the rest of it behind.",
        "ComponentIds of its own for each path",
    ),
    kind(
        "U045",
        Warning,
        "a RemoveFile row takes files of the user along",
        "RemoveFile rows delete whatever matches them, also files that no package has installed: settings, logs, data.",
        "name the files that the package made; nothing can change a package that has shipped",
    ),
    kind(
        "U046",
        Warning,
        "property of an Upgrade row that loses its answer",
        "What FindRelatedProducts finds must be in a public property that SecureCustomProperties lists, that no other row has and that nothing sets before (ICE61).",
        "a name in capitals for each row, listed in SecureCustomProperties",
    ),
    kind(
        "U047",
        Note,
        "lower version in the fourth field only",
        "Windows Installer compares three fields of ProductVersion, so that the lower version counts as the same one.",
        "raise one of the first three fields",
    ),
    kind(
        "U048",
        Error,
        "module entry of IIS that points to a deleted DLL",
        "IIS loads every module that applicationHost.config names when an application pool starts. Where the DLL is gone, no pool starts any more.",
        "keep the ComponentId and the path of the module's DLL; or take the entry away with the DLL",
    ),
];

/// The kind with `code`, in any case.
#[must_use]
pub fn explain(code: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.code.eq_ignore_ascii_case(code))
}
