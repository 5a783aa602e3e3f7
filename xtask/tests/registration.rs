//! The registration in the configurations of IIS and IIS Express, as the x64 packages leave it under Wine.
//!
//! The history of ANCM's installers in scenarios, and the tests that are about each:
//!
//! | scenario | test |
//! |---|---|
//! | S1 upgrade from Microsoft's packages | `from_microsoft.rs`: every era × flavour |
//! | S6 removing an older product breaks the newest | `s6_removing_an_older_product_leaves_the_newest_registered` |
//! | S7 an older version after a newer one was removed | `s7_an_older_version_registers_after_a_newer_one_was_removed` |
//! | S8 a shared section goes with the first product | `s8_the_section_stays_while_something_uses_it` |
//! | S9 repair of IIS Express does not help | `s9_a_repair_restores_module_and_section_of_iis_express` |
//! | S10 IIS Express of one bitness | `s10_iis_express_of_one_bitness_is_enough` |
//! | S13 success is reported, and nothing is registered | `s13_what_cannot_be_registered_is_no_success` |
//! | S14 deleted by hand, and another product holds the component | `s14_a_repair_heals_what_was_deleted_by_hand` |
//! | S16 shared configuration | `registration_shared.rs`: `s16_*` |
//! | S18 an entry of V1 without its DLL | `s18_a_stale_entry_of_v1_is_said_and_left_alone` |
//! | S21 IIS removed and added again | `s21_a_repair_registers_after_iis_was_removed_and_added_again` |
//!
//! Not judged here: Wine puts no file back when an installation fails, rolls no repair and no removal back, does not set
//! UPGRADINGPRODUCTCODE, and runs a removal for an upgrade as an installation of its own. What the configurations are
//! after these is what our own actions made of them, and that is what is asserted.

use crate::machine::configurations::{
    configurations, damage, ends_with, is_as_before, names, of_another_family, repair, replace, that_fails,
};
use crate::machine::{
    EXPRESS_CONFIGS, Expected, FAILED, IIS, IIS_CONFIG, IIS_EXPRESS, RECORD, entries, files_left, machine,
    state, text, write,
};
use crate::made;

#[test]
fn a_damaged_configuration_is_repaired_and_gone_without_a_trace_in_the_end() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    let before = configurations(&wine);
    ends_with(&wine, 0, &["/i", &package]);
    let installed = text(&wine, IIS_CONFIG);
    IIS.is_registered(&wine, IIS_CONFIG);

    damage(&wine, &IIS, IIS_CONFIG);
    repair(&wine, &package);
    IIS.is_registered(&wine, IIS_CONFIG);
    assert_eq!(
        text(&wine, IIS_CONFIG).split_whitespace().collect::<String>(),
        installed.split_whitespace().collect::<String>()
    );

    // what was right keeps its bytes
    let right = configurations(&wine);
    repair(&wine, &package);
    is_as_before(&wine, &right);
    ends_with(&wine, 0, &["/x", &package]);
    let packed = |text: String| text.split_whitespace().collect::<String>();
    let original =
        String::from_utf8(before.iter().find(|(name, _)| name == IIS_CONFIG).expect("it is there").1.clone())
            .expect("UTF-8");
    assert_eq!(packed(text(&wine, IIS_CONFIG)), packed(original), "nothing of the module is left");
    assert_eq!(names(&configurations(&wine)), names(&before));
}

#[test]
fn edits_of_others_stay_when_the_module_goes() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    let others = |text: &str| {
        text.replace(
            "<!-- end of the list -->",
            "<add name=\"Theirs\" image=\"theirs.dll\" />\r\n            <!-- end of the list -->",
        )
        .replace("allowDoubleEscaping='false'", "allowDoubleEscaping='true'")
    };
    let before = text(&wine, IIS_CONFIG);
    ends_with(&wine, 0, &["/i", &package]);
    write(&wine, IIS_CONFIG, others(&text(&wine, IIS_CONFIG)).as_bytes());
    ends_with(&wine, 0, &["/x", &package]);
    assert_eq!(text(&wine, IIS_CONFIG), others(&before));
}

#[test]
fn a_failed_installation_leaves_every_configuration_as_it_was() {
    let Some(wine) = machine() else { return };
    let before = configurations(&wine);
    for expected in [&IIS, &IIS_EXPRESS] {
        let (_folder, package) = expected.package("110.0.100");
        let Some(failing) = that_fails(&wine, &package) else { return };
        let log = ends_with(&wine, FAILED, &["/i", &failing]);
        assert!(log.contains("AspNetCoreModuleV2 is registered"), "it came as far as that\n{log}");
        is_as_before(&wine, &before);
        assert_eq!(entries(&wine), [""; 0]);
    }
}

#[test]
fn a_failed_upgrade_leaves_the_registration_of_the_old_product() {
    let Some(wine) = machine() else { return };
    let (_first_folder, first) = IIS.package("110.0.100");
    let (_second_folder, second) = IIS.package("110.0.200");
    ends_with(&wine, 0, &["/i", &first]);
    let before = configurations(&wine);
    let Some(failing) = that_fails(&wine, &second) else { return };
    ends_with(&wine, FAILED, &["/i", &failing]);
    is_as_before(&wine, &before);
    IIS.is_registered(&wine, IIS_CONFIG);
}

/// Two products with the module's component; `first` of them goes first.
fn either_goes_first(expected: &Expected, other_goes_first: bool) {
    let Some(wine) = machine() else { return };
    let (_old_folder, old) = expected.package("110.0.100");
    let (_new_folder, new) = expected.package("110.0.200");
    let before = configurations(&wine);
    let Some(other) = of_another_family(&wine, &old) else { return };
    ends_with(&wine, 0, &["/i", &other]);
    ends_with(&wine, 0, &["/i", &new]);
    assert_eq!(entries(&wine).len(), 2, "side by side");
    let registered = configurations(&wine);
    let (goes, stays) = if other_goes_first { (&other, &new) } else { (&new, &other) };
    ends_with(&wine, 0, &["/x", goes]);
    is_as_before(&wine, &registered);
    for config in expected.configs {
        expected.is_registered(&wine, config);
    }
    assert!(wine.drive_c().join(expected.files[0].0).is_file(), "and its DLL is there");
    ends_with(&wine, 0, &["/x", stays]);
    is_as_before(&wine, &before);
}

/// The old bundle of 2.2 took the module from 8.0 and 10.0 (dotnet/aspnetcore issue 65508).
#[test]
fn s6_removing_an_older_product_leaves_the_newest_registered() {
    either_goes_first(&IIS, true);
    either_goes_first(&IIS_EXPRESS, true);
}

#[test]
fn removing_the_newest_product_leaves_an_older_one_registered() {
    either_goes_first(&IIS, false);
    either_goes_first(&IIS_EXPRESS, false);
}

#[test]
fn s7_an_older_version_registers_after_a_newer_one_was_removed() {
    let Some(wine) = machine() else { return };
    let (_first_folder, first) = IIS.package("110.0.100");
    let (_second_folder, second) = IIS.package("110.0.200");
    let untouched = files_left(&wine);
    ends_with(&wine, 0, &["/i", &second]);
    ends_with(&wine, 0, &["/x", &second]);
    ends_with(&wine, 0, &["/i", &first]);
    IIS.is_installed(&wine, "110.0.100", &untouched);
}

/// The section was declared once and went with the first module that was removed (aspnet/IISIntegration issue 828).
#[test]
fn s8_the_section_stays_while_something_uses_it() {
    const SECTION: &str = r#"<section name="aspNetCore" overrideModeDefault="Allow" />"#;
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    let before = text(&wine, IIS_CONFIG);

    // a site's own data in the configuration
    let data = "<system.webServer><aspNetCore processPath=\"dotnet\" /></system.webServer>";
    ends_with(&wine, 0, &["/i", &package]);
    replace(&wine, IIS_CONFIG, "<system.webServer />", data);
    ends_with(&wine, 0, &["/x", &package]);
    let left = text(&wine, IIS_CONFIG);
    assert!(left.contains(SECTION) && left.contains(data) && !left.contains("AspNetCoreModuleV2"), "{left}");

    // the older module, which came later and found the section declared
    write(&wine, IIS_CONFIG, before.as_bytes());
    ends_with(&wine, 0, &["/i", &package]);
    let v1 = r#"<add name="AspNetCoreModule" image="%windir%\System32\inetsrv\aspnetcore.dll" />"#;
    replace(&wine, IIS_CONFIG, "<!-- end of the list -->", &format!("{v1}<!-- end of the list -->"));
    ends_with(&wine, 0, &["/x", &package]);
    let left = text(&wine, IIS_CONFIG);
    assert!(left.contains(SECTION) && left.contains(v1) && !left.contains("AspNetCoreModuleV2"), "{left}");
}

/// Visual Studio lost the module of IIS Express, and a repair did not bring it back (dotnet/aspnetcore issue 40730).
#[test]
fn s9_a_repair_restores_module_and_section_of_iis_express() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS_EXPRESS.package("110.0.100");
    ends_with(&wine, 0, &["/i", &package]);
    EXPRESS_CONFIGS.iter().for_each(|config| damage(&wine, &IIS_EXPRESS, config));
    repair(&wine, &package);
    EXPRESS_CONFIGS.iter().for_each(|config| IIS_EXPRESS.is_registered(&wine, config));
}

/// A search that set a property for one bitness only refused machines with the other (dotnet/aspnetcore issue 1974).
#[test]
fn s10_iis_express_of_one_bitness_is_enough() {
    let (_folder, package) = IIS_EXPRESS.package("110.0.100");
    for (there, gone) in [("Program Files", "Program Files (x86)"), ("Program Files (x86)", "Program Files")]
    {
        let Some(wine) = machine() else { return };
        std::fs::remove_dir_all(wine.drive_c().join(gone).join("IIS Express")).expect("it was made");
        let before = configurations(&wine);
        ends_with(&wine, 0, &["/i", &package]);
        for config in EXPRESS_CONFIGS {
            if config.starts_with(&format!("{there}/")) {
                IIS_EXPRESS.is_registered(&wine, config);
            } else {
                assert!(!wine.drive_c().join(config).exists(), "{config} is not ours to make");
            }
        }
        ends_with(&wine, 0, &["/x", &package]);
        is_as_before(&wine, &before);
    }
}

/// Installers ended well, and there was no module (aspnet/IISIntegration issue 493).
#[test]
fn s13_what_cannot_be_registered_is_no_success() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    let good = text(&wine, IIS_CONFIG);
    for (old, new, reason) in [
        ("</globalModules>", "", "line 61: malformed XML: an end tag without its start tag"),
        (
            "<globalModules>",
            "<globalModules configProtectionProvider=\"P\">",
            "section `system.webServer/globalModules` is encrypted",
        ),
        (
            "<globalModules>",
            "<modules lockElements=\"clear, add\" /><globalModules>",
            "section `location/system.webServer/modules` is locked",
        ),
        ("<configuration>", "<other>", "malformed XML"),
    ] {
        assert!(good.contains(old), "{old}");
        write(&wine, IIS_CONFIG, good.replacen(old, new, 1).as_bytes());
        let before = state(&wine);
        let log = ends_with(&wine, FAILED, &["/i", &package]);
        assert!(
            log.contains(r"inetsrv\config\applicationHost.config") && log.contains(reason),
            "{reason}\n{log}"
        );
        assert_eq!(entries(&wine), [""; 0], "{reason}");
        // nothing was begun, so there is nothing that Wine could fail to put back
        assert!(state(&wine) == before, "{reason}: the machine is as before");
    }
    std::fs::remove_file(wine.drive_c().join(IIS_CONFIG)).expect("it was written");
    let log = ends_with(&wine, FAILED, &["/i", &package]);
    assert!(log.contains(r"inetsrv\config\applicationHost.config"), "{log}");
}

/// Deleted by hand, and an installation did not bring it back: another product held the component
/// (aspnet/AspNetCoreModule issue 39).
#[test]
fn s14_a_repair_heals_what_was_deleted_by_hand() {
    let Some(wine) = machine() else { return };
    let (_old_folder, old) = IIS.package("110.0.100");
    let (_new_folder, new) = IIS.package("110.0.200");
    let Some(other) = of_another_family(&wine, &old) else { return };
    ends_with(&wine, 0, &["/i", &other]);
    ends_with(&wine, 0, &["/i", &new]);
    let dll = wine.drive_c().join(IIS.files[0].0);
    std::fs::remove_file(&dll).expect("installed");
    damage(&wine, &IIS, IIS_CONFIG);
    repair(&wine, &new);
    assert!(dll.is_file());
    IIS.is_registered(&wine, IIS_CONFIG);
}

/// An entry whose DLL is gone stops every application pool (dotnet/aspnetcore issue 19149).
#[test]
fn s18_a_stale_entry_of_v1_is_said_and_left_alone() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    let v1 = r#"<add name="AspNetCoreModule" image="%SystemRoot%\system32\inetsrv\aspnetcore.dll" />"#;
    replace(&wine, IIS_CONFIG, "<!-- end of the list -->", &format!("{v1}<!-- end of the list -->"));
    let log = ends_with(&wine, 0, &["/i", &package]);
    assert!(log.contains("AspNetCoreModule") && log.contains(r"inetsrv\aspnetcore.dll"), "{log}");
    assert_eq!(text(&wine, IIS_CONFIG).matches(v1).count(), 1);
    IIS.is_registered(&wine, IIS_CONFIG);
}

/// A configuration that Windows made anew knows nothing of the module (dotnet/aspnetcore issue 59371).
#[test]
fn s21_a_repair_registers_after_iis_was_removed_and_added_again() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    let fresh = text(&wine, IIS_CONFIG);
    ends_with(&wine, 0, &["/i", &package]);
    for name in [IIS_CONFIG.to_owned(), format!("{IIS_CONFIG}{RECORD}")] {
        std::fs::remove_file(wine.drive_c().join(name)).expect("it was there");
    }
    write(&wine, IIS_CONFIG, fresh.as_bytes());
    repair(&wine, &package);
    IIS.is_registered(&wine, IIS_CONFIG);

    // with the record of the configuration that is gone
    write(&wine, IIS_CONFIG, fresh.as_bytes());
    repair(&wine, &package);
    IIS.is_registered(&wine, IIS_CONFIG);

    // and without IIS, the package can still be removed
    std::fs::remove_file(wine.drive_c().join(IIS_CONFIG)).expect("it was there");
    ends_with(&wine, 0, &["/x", &package]);
    assert_eq!(entries(&wine), [""; 0]);
}

#[test]
fn a_users_own_configuration_is_registered_only_where_it_is_named() {
    const MINE: &str = "users/me/Documents/IISExpress/config/applicationhost.config";
    const THEIRS: &str = "users/you/Documents/IISExpress/config/applicationhost.config";
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS_EXPRESS.package("110.0.100");
    let config = text(&wine, EXPRESS_CONFIGS[0]);
    for name in [MINE, THEIRS] {
        write(&wine, name, config.as_bytes());
    }
    let named = format!(r"ANCM_USER_CONFIGS=C:\{}", MINE.replace('/', r"\"));
    ends_with(&wine, 0, &["/i", &package, &named]);
    IIS_EXPRESS.is_registered(&wine, MINE);
    assert_eq!(text(&wine, THEIRS), config);
    ends_with(&wine, 0, &["/x", &package, &named]);
    assert_eq!(text(&wine, MINE), config);
}

/// What `upgrade` says of the entry: 10.0 preview 2 takes its own along when it goes, and ours writes it again.
#[test]
fn the_simulation_knows_who_registers_the_module() {
    let folder = made::dist(&["--flavour", "iis", "--arch", "arm64"]);
    let new = made::package(folder.path(), IIS.base, "arm64");
    for old in ["broken-iis-arm64", "old-iis-arm64", "fixed-iis-arm64"] {
        let output = made::xtask().args(["upgrade", "--json", old]).arg(&new).output().expect("it starts");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        let resources = report["resources"].as_array().expect("resources");
        let entry = resources.iter().find(|resource| resource["name"] == "AspNetCoreModuleV2 (IIS)");
        assert_eq!(entry.expect("the entry")["verdict"], "present-new", "over {old}");
        assert!(!report["findings"].to_string().contains("the new one does not write it"), "over {old}");
    }
}

#[test]
fn configurations_of_every_kind_come_back_to_the_byte() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    let old = include_str!("../../tests/apphost/iis75.config");
    let wide: Vec<u8> = old.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (what, bytes) in [
        ("Windows Server 2008 R2", old.as_bytes().to_vec()),
        ("almost empty", include_bytes!("../../tests/apphost/bare.config").to_vec()),
        ("UTF-8 with mark", [&[0xEF, 0xBB, 0xBF], old.as_bytes()].concat()),
        ("UTF-16", [&[0xFF, 0xFE][..], &wide].concat()),
    ] {
        write(&wine, IIS_CONFIG, &bytes);
        let read = || std::fs::read(wine.drive_c().join(IIS_CONFIG)).expect("readable");
        ends_with(&wine, 0, &["/i", &package]);
        assert!(read() != bytes, "{what}: registered");
        ends_with(&wine, 0, &["/x", &package]);
        assert!(read() == bytes, "{what}: as before");
    }
}
