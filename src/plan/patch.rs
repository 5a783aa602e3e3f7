//! The package that corrects what another installer has put on an ARM64 machine (`wix/patch.wxs`): its files, which lie in
//! a folder of its own, and the swaps that put them where they work.

use super::package::{ActionDll, defines_of_texts};
use super::{
    EngineInputs, Forwarder, Inputs, Kind, Origin, Package, PackageFile, Plan, PlannedComponent, Refusal,
    Source, Sourced, Swap, code_page, plan,
};
use crate::diag::Diagnostic;
use crate::id::{Arch, Dll, FileVersion, Flavour, ProductVersion, Role};
use crate::ledger::{self, Bits, Holds, KeyPath, Ledger};
use crate::product::{InPlace, Part, Patch};

impl Plan {
    /// Plans the patch of the product: one package, for IIS on ARM64.
    ///
    /// # Errors
    /// The product describes none; else as [`plan`].
    pub fn of_patch(inputs: &Inputs, ledger: &Ledger) -> Result<Plan, Refusal> {
        let product = &inputs.product;
        let Some(patch) = &product.patch else {
            let message = format!("`{}` has no patch: its product.toml has no `[patch]`", product.name);
            let help = "`--product` names another one; docs/patch.md says what a patch is for";
            return Err(vec![Diagnostic::error("plan::patch", message).help(help)].into());
        };
        match &patch.in_place {
            Some(in_place) => in_place_plan(inputs, patch, in_place),
            None => {
                let mut inputs = inputs.clone();
                inputs.arches.value = vec![Arch::Arm64];
                inputs.flavours.value = vec![Flavour::Iis];
                let mut made = plan(&inputs, ledger)?;
                let package = of_payload(&inputs, patch, &made)?;
                made.packages = vec![package];
                Ok(made)
            }
        }
    }
}

/// The plan of a patch whose DLLs are on the machine: a forwarder, and nothing of the payload.
fn in_place_plan(inputs: &Inputs, patch: &Patch, in_place: &InPlace) -> Result<Plan, Refusal> {
    let FileVersion([major, minor, build, _]) = in_place.version;
    let version: ProductVersion = format!("{major}.{minor}.{build}").parse().map_err(|error| {
        let message = format!("no version of a package follows from {}: {error}", in_place.version);
        vec![Diagnostic::error("plan::version", message)]
    })?;
    let version = Sourced::new(version, Origin::Config { file: inputs.product.file.clone(), line: 0 });
    let module = &inputs.product.module;
    let base_name = module.base_name.clone();
    let forwarder = Forwarder {
        dll: Dll::Module,
        kind: Kind::Forwarder,
        reason: "the DLLs that it leads to are in the folder of the worker process".to_owned(),
        stage_path: format!("arm64x/{base_name}.dll"),
        arm64_target: format!("{base_name}_arm64"),
        x64_target: format!("{base_name}_x64"),
        version: in_place.version,
        names: Some(module.exports.iter().map(|export| export.name.clone()).collect()),
        base_name,
    };
    let mut made = Plan {
        schema: "ancm-plan/1",
        product: inputs.product.name.clone(),
        handler_folder: version.value.to_string(),
        manufacturer: inputs.manufacturer.clone(),
        code_page: code_page(&inputs.manufacturer).map_err(|problem| vec![*problem])?,
        flavours: Sourced::default(vec![Flavour::Iis]),
        arches: Sourced::default(vec![Arch::Arm64]),
        payload: inputs.payload.clone(),
        forwarders: vec![forwarder],
        packages: Vec::new(),
        warnings: Vec::new(),
        version,
    };
    let mut draft = Draft::new(inputs, patch, &made);
    let new = draft.forwarder(Dll::Module, module);
    // one below the forwarder's own, so that no DLL is replaced that a repair would put back
    let highest = FileVersion([major, minor, build, in_place.version.0[3].saturating_sub(1)]);
    draft.swaps.push(Swap {
        key: "Module".to_owned(),
        component: new.component,
        file: format!("[System64Folder]{}", in_place.file),
        from: "x64".to_owned(),
        highest: highest.to_string(),
        exports: module.exports.iter().map(|export| export.name.as_str()).collect::<Vec<_>>().join(";"),
        new: new.path,
        kept: format!("{}_x64.dll", module.base_name),
        second: format!("{}_arm64.dll", module.base_name),
        source: format!("[ProgramFiles64Folder]{}", in_place.native),
        second_processor: "arm64".to_owned(),
        backup: in_place.backup.clone().unwrap_or_default(),
        missing: patch.missing.clone(),
        source_missing: in_place.native_missing.clone(),
        ..Swap::default()
    });
    made.packages = vec![draft.finish()];
    Ok(made)
}

/// The patch of a package that has DLLs for ARM64 in the folder of 32-bit ones, and none for x64.
fn of_payload(inputs: &Inputs, patch: &Patch, made: &Plan) -> Result<Package, Refusal> {
    let edition = inputs.product.edition(Flavour::Iis).expect("checked when the product was read");
    let mut draft = Draft::new(inputs, patch, made);
    for (dll, part) in inputs.product.parts() {
        let role = Role::Dll(dll, Arch::Arm64);
        let Some(version) = inputs.payload.files.get(&role).and_then(|file| file.version) else {
            let message = format!("the payload's {role} has no version, by which an installed one is known");
            return Err(vec![Diagnostic::error("plan::version", message)].into());
        };
        let folder = match dll {
            Dll::Module => edition.folder.clone(),
            Dll::Handler => format!(r"{}\{}", edition.folder, made.handler_folder),
        };
        let (base, file) = (&part.base_name, part.file_name());
        let new = draft.forwarder(dll, part);
        let second = draft.payload(dll, part, Arch::X64);
        let narrow = draft.payload(dll, part, Arch::X86);
        let swap = Swap {
            key: key(dll).to_owned(),
            component: new.component,
            file: format!(r"[ProgramFiles64Folder]{folder}\{file}"),
            from: "arm64".to_owned(),
            lowest: version.to_string(),
            highest: version.to_string(),
            new: new.path,
            kept: format!("{base}_arm64.dll"),
            second: format!("{base}_x64.dll"),
            source: second.path,
            second_processor: "x64".to_owned(),
            missing: patch.missing.clone(),
            source_missing: "the package has not brought it".to_owned(),
            ..Swap::default()
        };
        draft.swaps.push(Swap {
            key: format!("{}32", swap.key),
            component: narrow.component,
            file: format!(r"[ProgramFilesFolder]{folder}\{file}"),
            right: "x86".to_owned(),
            new: narrow.path,
            from: swap.from.clone(),
            lowest: swap.lowest.clone(),
            highest: swap.highest.clone(),
            missing: swap.missing.clone(),
            ..Swap::default()
        });
        draft.swaps.push(swap);
    }
    // what leads to a handler comes after the handler
    draft.swaps.reverse();
    Ok(draft.finish())
}

fn key(dll: Dll) -> &'static str {
    match dll {
        Dll::Module => "Module",
        Dll::Handler => "Handler",
    }
}

/// A file of the patch where it is installed.
struct Installed {
    component: String,
    /// Formatted.
    path: String,
}

struct Draft<'a> {
    inputs: &'a Inputs,
    patch: &'a Patch,
    plan: &'a Plan,
    components: Vec<PlannedComponent>,
    swaps: Vec<Swap>,
}

impl<'a> Draft<'a> {
    fn new(inputs: &'a Inputs, patch: &'a Patch, plan: &'a Plan) -> Draft<'a> {
        Draft { inputs, patch, plan, components: Vec::new(), swaps: Vec::new() }
    }

    fn forwarder(&mut self, dll: Dll, part: &Part) -> Installed {
        let forwarder = self.plan.forwarders.iter().find(|forwarder| forwarder.dll == dll);
        let version = forwarder.map(|forwarder| forwarder.version);
        self.file(dll, part, "arm64x", Source::Forwarder(dll), Holds::Forwarder(dll), version)
    }

    fn payload(&mut self, dll: Dll, part: &Part, arch: Arch) -> Installed {
        let role = Role::Dll(dll, arch);
        let version = self.inputs.payload.files.get(&role).and_then(|file| file.version);
        self.file(dll, part, &arch.to_string(), Source::Payload(role), Holds::Payload(role), version)
    }

    fn file(
        &mut self,
        dll: Dll,
        part: &Part,
        processor: &str,
        source: Source,
        holds: Holds,
        version: Option<FileVersion>,
    ) -> Installed {
        let component = format!("{}.{processor}", key(dll));
        let name = part.file_name();
        let path = format!(r"[ProgramFiles64Folder]{}\{processor}\{name}", self.patch.folder);
        let file = PackageFile {
            file: format!("{component}.File"),
            source,
            stage_path: format!("{processor}/{name}"),
            version,
            size: None,
        };
        self.components.push(PlannedComponent {
            component: component.clone(),
            id: ledger::issue(Flavour::Iis, Bits::B64, &path),
            key_path: KeyPath::File { path: path.clone(), file: file.file.clone() },
            bits: Bits::B64,
            holds,
            event_source: None,
            file: Some(file),
            ledger_line: 0,
        });
        Installed { component, path }
    }

    fn finish(self) -> Package {
        let Draft { inputs, patch, plan, components, swaps } = self;
        let stand_in = inputs.payload.is_stand_in();
        let file_name = patch.package.replace("{version}", &plan.version.value.to_string());
        let product_name = match stand_in {
            true => format!("{} (STAND-IN, not for use)", patch.name),
            false => patch.name.clone(),
        };
        let mut defines = defines_of_texts(&inputs.product);
        for (name, value) in [
            ("ProductName", product_name.clone()),
            ("Manufacturer", inputs.manufacturer.value.clone()),
            ("CodePage", plan.code_page.to_string()),
            ("Version", plan.version.value.to_string()),
            ("UpgradeCode", patch.upgrade_code.to_string()),
        ] {
            defines.insert(name.to_owned(), value);
        }
        let wix = &inputs.wix;
        Package {
            flavour: Flavour::Iis,
            arch: Arch::X64,
            file_name: format!("{file_name}{}.msi", if stand_in { "_standin" } else { "" }),
            product_name,
            upgrade_code: patch.upgrade_code,
            earlier_upgrade_code: None,
            components,
            swaps,
            configuration_action: ActionDll::plan(Arch::X64),
            engine: EngineInputs {
                arch: Arch::X64,
                sources: vec![wix.join("patch.wxs"), inputs.stage.join("swaps.wxs")],
                localizations: vec![wix.join("patch-en-us.wxl")],
                culture: "en-US".to_owned(),
                defines,
                bind_paths: vec![
                    wix.join("products").join(&inputs.product.name),
                    wix.clone(),
                    inputs.stage.clone(),
                ],
            },
        }
    }
}
