//! The plan: what follows from a payload, where values come from, and what it refuses.

use crate::modules::{self, VERSION, known, product, stand_in_files};
use crate::support;
use ancm_installer::id::{Arch, FileVersion, Flavour, ProductVersion, Role};
use ancm_installer::ledger::{Bits, Ledger};
use ancm_installer::payload::Payload;
use ancm_installer::plan::{HandlerChoice, Inputs, Kind, Origin, Plan, Source, Sourced, plan};
use std::collections::BTreeSet;

fn ledger() -> Ledger {
    known().ledger
}

fn inputs(payload: Payload) -> Inputs {
    Inputs {
        product: product(),
        flavours: Sourced::default(Flavour::ALL.to_vec()),
        arches: Sourced::default(Arch::ALL.to_vec()),
        version: None,
        manufacturer: Sourced::default(product().texts.manufacturer),
        handler: Sourced::default(HandlerChoice::Auto),
        payload,
        wix: "wix".into(),
        stage: "stage".into(),
    }
}

fn stand_in_payload(version: FileVersion) -> Payload {
    Payload::stand_in(stand_in_files(version), &product())
}

/// The same files as if they were the real ones.
fn real(mut payload: Payload) -> Payload {
    payload.source = ancm_installer::payload::Source::Paths(vec!["payload".into()]);
    payload.files.values_mut().for_each(|file| file.stand_in = false);
    payload
}

fn planned(inputs: &Inputs) -> Plan {
    plan(inputs, &ledger()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn six_packages_follow_from_a_payload() {
    let plan = planned(&inputs(real(stand_in_payload(VERSION))));
    let names: Vec<&str> = plan.packages.iter().map(|package| package.file_name.as_str()).collect();
    let expected = [
        "AspNetCoreModuleV2_x86_110.0.26296.msi",
        "AspNetCoreModuleV2_x64_110.0.26296.msi",
        "AspNetCoreModuleV2_arm64_110.0.26296.msi",
        "AspNetCoreModuleV2IISExpress_x86_110.0.26296.msi",
        "AspNetCoreModuleV2IISExpress_x64_110.0.26296.msi",
        "AspNetCoreModuleV2IISExpress_arm64_110.0.26296.msi",
    ];
    assert_eq!(names, expected);
    assert_eq!(plan.version.value.to_string(), "110.0.26296");
    assert_eq!(plan.version.origin, Origin::Payload("arm64/aspnetcorev2.dll".to_owned()));
    assert_eq!(plan.handler_folder, "110.0.26296");
    assert_eq!(plan.warnings, []);
    assert!(plan.packages.iter().all(|package| package.engine.defines["HandlerFolder"] == "110.0.26296"));
    for package in &plan.packages {
        let earlier = package.earlier_upgrade_code.is_some();
        assert_eq!(earlier, package.arch == Arch::Arm64, "T1 is about ARM64: {}", package.file_name);
    }
}

#[test]
fn every_file_has_the_machine_that_its_folder_needs() {
    for package in planned(&inputs(stand_in_payload(VERSION))).packages {
        for component in &package.components {
            let Some(file) = &component.file else { continue };
            match file.source {
                Source::Payload(Role::Dll(_, arch)) => {
                    assert_eq!(arch.is_64_bit(), component.bits == Bits::B64, "{component:?}");
                    assert!(file.version.is_some());
                }
                Source::Forwarder(_) => {
                    assert_eq!((package.arch, component.bits), (Arch::Arm64, Bits::B64));
                    assert!(file.version > Some(VERSION), "above the payload's, so that it replaces it");
                }
                Source::Payload(Role::Schema) => assert_eq!(file.version, None),
            }
        }
        let stage: BTreeSet<&str> = package.files().map(|file| file.stage_path.as_str()).collect();
        let expected: &[&str] = match package.arch {
            Arch::X86 => {
                &["aspnetcore_schema_v2.xml", "x86/aspnetcorev2.dll", "x86/aspnetcorev2_outofprocess.dll"]
            }
            Arch::X64 => &[
                "aspnetcore_schema_v2.xml",
                "x64/aspnetcorev2.dll",
                "x64/aspnetcorev2_outofprocess.dll",
                "x86/aspnetcorev2.dll",
                "x86/aspnetcorev2_outofprocess.dll",
            ],
            Arch::Arm64 => &[
                "arm64/aspnetcorev2.dll",
                "arm64/aspnetcorev2_outofprocess.dll",
                "arm64x/aspnetcorev2.dll",
                "arm64x/aspnetcorev2_outofprocess.dll",
                "aspnetcore_schema_v2.xml",
                "x64/aspnetcorev2.dll",
                "x64/aspnetcorev2_outofprocess.dll",
                "x86/aspnetcorev2.dll",
                "x86/aspnetcorev2_outofprocess.dll",
            ],
        };
        assert_eq!(stage, expected.iter().copied().collect(), "{}", package.file_name);
    }
}

#[test]
fn stand_ins_are_marked_in_every_name() {
    let plan = planned(&inputs(stand_in_payload(VERSION)));
    for package in plan.packages {
        assert!(package.file_name.ends_with("_standin.msi"), "{}", package.file_name);
        assert!(package.product_name.ends_with(" (STAND-IN, not for use)"), "{}", package.product_name);
    }
}

#[test]
fn missing_roles_are_named_only_where_a_package_needs_them() {
    let mut files = stand_in_files(VERSION);
    files.retain(|(name, _)| !name.starts_with("arm64/"));
    let mut inputs = inputs(Payload::stand_in(files, &product()));
    let problems = plan(&inputs, &ledger()).expect_err("arm64 is missing").into_findings();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].code, "plan::missing_role");
    assert_eq!(problems[0].message, "the payload lacks `module arm64`, `handler arm64`");
    inputs.arches = Sourced::new(vec![Arch::X86, Arch::X64], Origin::Flag("--arch".to_owned()));
    let plan = planned(&inputs);
    assert_eq!((plan.packages.len(), plan.forwarders.len()), (4, 0));
}

#[test]
fn problems_of_the_payload_stop_the_plan() {
    let mut files = stand_in_files(VERSION);
    files[0].1.truncate(600);
    let problems = plan(&inputs(Payload::stand_in(files, &product())), &ledger())
        .expect_err("a truncated file")
        .into_findings();
    assert_eq!(problems[0].code, "payload::truncated");
}

#[test]
fn a_version_that_windows_installer_cannot_hold_is_refused_unless_one_is_given() {
    let mut inputs = inputs(stand_in_payload(FileVersion([300, 0, 1, 0])));
    let problems = plan(&inputs, &ledger()).expect_err("1290 is above 255").into_findings();
    assert_eq!(problems[0].code, "plan::version");
    assert!(problems[0].message.contains("field 1 is `1290`, expected 0 to 255"), "{}", problems[0].message);
    let version: ProductVersion = "110.0.1".parse().expect("valid");
    inputs.version = Some(Sourced::new(version, Origin::Config { file: "ancm.toml".to_owned(), line: 3 }));
    let plan = planned(&inputs);
    assert_eq!(plan.version.origin.to_string(), "ancm.toml:3");
    assert_eq!(plan.handler_folder, "110.0.1");
}

#[test]
fn versions_that_invite_trouble_are_remarked_on() {
    let codes = |inputs: &Inputs| -> Vec<String> {
        planned(inputs).warnings.into_iter().map(|warning| warning.code).collect()
    };
    let old = FileVersion([20, 0, 26000, 1]);
    assert_eq!(codes(&inputs(real(stand_in_payload(old)))), ["plan::older_than_shipped"]);

    let mut mixed = real(stand_in_payload(VERSION));
    let file = mixed.files.values_mut().next().expect("a file");
    file.version = Some(FileVersion([20, 0, 26296, 13]));
    assert_eq!(codes(&inputs(mixed)), ["plan::mixed_versions"]);

    // the payload goes with 110.0.26296
    for (version, told) in [
        ("20.0.26296", &["plan::version"][..]),
        ("110.0.26296", &[]),
        ("110.0.26297", &["plan::version_ahead"]),
        ("111.0.1", &["plan::version_ahead"]),
    ] {
        let mut named = inputs(real(stand_in_payload(VERSION)));
        named.version =
            Some(Sourced::new(version.parse().expect("valid"), Origin::Flag("--version".to_owned())));
        assert_eq!(codes(&named), told, "{version}");
    }
}

#[test]
fn the_json_says_where_values_come_from_and_is_the_same_every_time() {
    let mut inputs = inputs(stand_in_payload(VERSION));
    inputs.arches = Sourced::new(vec![Arch::X64], Origin::Flag("--arch".to_owned()));
    let json = serde_json::to_value(planned(&inputs)).expect("JSON");
    assert_eq!(json["schema"], "ancm-plan/1");
    assert_eq!(json["arches"], serde_json::json!({"value": ["x64"], "origin": "--arch"}));
    assert_eq!(json["flavours"]["origin"], "default");
    assert_eq!(json["version"]["origin"], "payload: arm64/aspnetcorev2.dll");
    let module = &json["packages"][0]["components"][0];
    assert_eq!(module["id"], "{3A692941-59BE-43CF-98A8-6ED01B12A519}");
    assert_eq!(module["holds"], "module x64");
    assert_eq!(module["file"]["source"], serde_json::json!({"payload": "module x64"}));
    let twice = [planned(&inputs), planned(&inputs)].map(|plan| serde_json::to_string(&plan).expect("JSON"));
    assert_eq!(twice[0], twice[1]);
}

/// The stand-in payload with an `aspnetcorev2.dll` for x64 that loads its handler with `flags`.
fn loads_with(flags: u32) -> Payload {
    let mut files = stand_in_files(VERSION);
    let module = files.iter_mut().find(|(name, _)| name == "x64/aspnetcorev2.dll").expect("a module");
    module.1 = modules::loader::that_loads_with(&module.1, flags);
    Payload::stand_in(files, &product())
}

#[test]
fn the_handler_is_what_the_payload_needs_unless_somebody_asks() {
    if support::tool(modules::loader::CLANG).is_none() {
        return;
    }
    let kind = |payload: Payload, handler: HandlerChoice| {
        let handler = Sourced::new(handler, Origin::Flag("--handler".to_owned()));
        let plan = planned(&Inputs { handler, ..inputs(payload) });
        let warned = plan.warnings.iter().any(|warning| warning.code == "plan::handler");
        let [module, handler] = &plan.forwarders[..] else { panic!("{:?}", plan.forwarders) };
        assert_eq!(module.kind, Kind::Forwarder, "IIS finds what the module's own forwarder forwards to");
        (handler.kind, warned, handler.reason.clone())
    };
    let (own_folder, plain) = (|| loads_with(0x1100), || loads_with(0x800));

    let (found, warned, reason) = kind(own_folder(), HandlerChoice::Auto);
    assert_eq!((found, warned), (Kind::Forwarder, false), "{reason}");
    for payload in [plain(), stand_in_payload(VERSION)] {
        let (found, warned, reason) = kind(payload, HandlerChoice::Auto);
        assert_eq!((found, warned), (Kind::Loader, false));
        assert!(reason.contains("was not found to pass LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR"), "{reason}");
    }
    assert_eq!(
        kind(own_folder(), HandlerChoice::Loader),
        (Kind::Loader, false, "--handler asks for it".to_owned())
    );
    assert_eq!(kind(plain(), HandlerChoice::LoaderArm64Ec).0, Kind::LoaderArm64Ec);
    let (found, warned, _) = kind(plain(), HandlerChoice::Forwarder);
    assert_eq!((found, warned), (Kind::Forwarder, true), "done, and warned of");
}
