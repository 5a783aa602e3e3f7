//! The folders of the module: nobody chooses others than IIS's configuration names, and what upgrades left behind goes.

use crate::machine::configurations::{changed, ends_with, repair};
use crate::machine::{Expected, FAILED, IIS, IIS_EXPRESS, machine, state, write};
use crate::support::wine::Wine;

const HANDLER: &str = "aspnetcorev2_outofprocess.dll";

/// The folders that have a folder for each version of the handler, 64-bit and 32-bit.
fn folders(expected: &Expected) -> [&'static str; 2] {
    [0, 2].map(|file| expected.files[file].0.rsplit_once('/').expect("in a folder").0)
}

fn is_there(wine: &Wine, name: &str) -> bool {
    wine.drive_c().join(name).exists()
}

/// What Microsoft's upgrades leave behind goes, several at once; what is somebody's stays.
fn the_abandoned_go(expected: &Expected) {
    let Some(wine) = machine() else { return };
    let [native, wow] = folders(expected);
    let put = |name: String| write(&wine, &name, b"an old handler");

    // another product with the components of ours, and one with components of its own
    let (_family_folder, family) = expected.package("110.0.50");
    let codes = |number: u8| {
        [
            format!(
                "UPDATE `Property` SET `Value` = '{{22222222-0000-4000-8000-0000000000A{number}}}' WHERE `Property` = 'ProductCode'"
            ),
            format!(
                "UPDATE `Property` SET `Value` = '{{22222222-0000-4000-8000-0000000000B{number}}}' WHERE `Property` = 'UpgradeCode'"
            ),
            "DELETE FROM `Upgrade`".to_owned(),
        ]
    };
    let [code, upgrade_code, alone] = codes(1);
    let Some(family) = changed(&wine, &family, "family.msi", &[&code, &upgrade_code, &alone]) else { return };
    let (_own_folder, own) = expected.package("110.0.60");
    let [code, upgrade_code, alone] = codes(2);
    let ids = [("AspNetCoreModuleHandler", 1), ("AspNetCoreModuleHandler.wow", 2)].map(|(component, number)| {
        format!("UPDATE `Component` SET `ComponentId` = '{{22222222-0000-4000-8000-0000000000C{number}}}' WHERE `Component` = '{component}'")
    });
    let queries = [&code, &upgrade_code, &alone, &ids[0], &ids[1]].map(String::as_str);
    let Some(own) = changed(&wine, &own, "own.msi", &queries) else { return };
    ends_with(&wine, 0, &["/i", &family]);
    ends_with(&wine, 0, &["/i", &own]);

    let gone = ["19.0.25104", "18.0.26176", "13.1.19331.0", "20.0.26296"];
    for folder in gone {
        put(format!("{native}/{folder}/{HANDLER}"));
    }
    put(format!("{native}/20.0.26296/aspnetcorev2_outofprocess_x64.dll"));
    put(format!("{wow}/19.0.25104/{}", HANDLER.to_uppercase()));
    std::fs::create_dir_all(wine.drive_c().join(format!("{native}/17.0.1"))).expect("writable");
    let kept = ["backup", "1.0", "19.0.25104-mine", "21.0.1"];
    for folder in kept {
        put(format!("{native}/{folder}/{HANDLER}"));
    }
    put(format!("{native}/21.0.1/notes.txt"));

    let (_folder, package) = expected.package("110.0.100");
    let log = ends_with(&wine, 0, &["/i", &package]);
    for folder in gone.iter().chain(&["17.0.1"]) {
        assert!(!is_there(&wine, &format!("{native}/{folder}")), "{folder} goes\n{log}");
    }
    assert!(!is_there(&wine, &format!("{wow}/19.0.25104")), "{log}");
    for folder in kept.iter().chain(&["110.0.50", "110.0.60", "110.0.100"]) {
        assert!(is_there(&wine, &format!("{native}/{folder}/{HANDLER}")), "{folder} stays\n{log}");
    }
    assert!(is_there(&wine, &format!("{native}/21.0.1/notes.txt")));
    for folder in ["110.0.50", "110.0.60", "110.0.100"] {
        assert!(is_there(&wine, &format!("{wow}/{folder}/{HANDLER}")), "{folder} stays\n{log}");
    }

    // a repair and a removal look for others, too
    put(format!("{native}/19.0.25104/{HANDLER}"));
    repair(&wine, &package);
    assert!(!is_there(&wine, &format!("{native}/19.0.25104")));
    for product in [&family, &own] {
        ends_with(&wine, 0, &["/x", product]);
    }
    put(format!("{native}/19.0.25104/{HANDLER}"));
    ends_with(&wine, 0, &["/x", &package]);
    assert!(!is_there(&wine, &format!("{native}/19.0.25104")));
    assert!(is_there(&wine, &format!("{native}/backup/{HANDLER}")));
}

#[test]
fn folders_of_handlers_that_no_product_owns_go_and_no_others() {
    the_abandoned_go(&IIS);
    the_abandoned_go(&IIS_EXPRESS);
}

#[test]
fn a_folder_cannot_be_chosen() {
    for expected in [&IIS, &IIS_EXPRESS] {
        let Some(wine) = machine() else { return };
        let (_folder, package) = expected.package("110.0.100");
        let before = state(&wine);
        // the others stand in the same condition
        for name in ["INSTALLLOCATION", "INSTALLDIR"] {
            let log = ends_with(&wine, FAILED, &["/i", &package, &format!(r"{name}=C:\elsewhere")]);
            assert!(log.contains("LaunchConditions. Return value 0"), "{name}\n{log}");
            assert!(state(&wine) == before, "{name}: nothing has changed");
        }
        // what other names there are for folders changes nothing
        let names = ["TARGETDIR", "ROOTDRIVE", "VERSIONDIR", "HandlerVersionDir", "ProgramFiles64Folder"];
        let others = names.map(|name| format!(r"{name}=C:\elsewhere\"));
        let arguments: Vec<&str> =
            ["/i", &package].into_iter().chain(others.iter().map(String::as_str)).collect();
        ends_with(&wine, 0, &arguments);
        expected.is_installed(&wine, "110.0.100", &before.0);
        // who has it on the command line all the same can still repair and remove
        let chosen = r"INSTALLLOCATION=C:\elsewhere";
        ends_with(&wine, 0, &["/i", &package, "REINSTALL=ALL", "REINSTALLMODE=omus", chosen]);
        expected.is_installed(&wine, "110.0.100", &before.0);
        ends_with(&wine, 0, &["/x", &package, chosen]);
        assert!(!is_there(&wine, "elsewhere"));
    }
}
