//! What a person sees: the dialogs of our packages, by their tables, as msitools read them; and what the Repair of the
//! maintenance dialog does.

use crate::made::{Tables, dist, packages};
use ancm_installer::condition::{Condition, Lookup, Truth, Value};
use ancm_installer::id::Arch;
use ancm_installer::msi;
use ancm_installer::upgrade::{Ending, Engine, Machine, Options, Package, ReinstallMode, read_payload};
use std::collections::BTreeMap;
use std::path::Path;

type Rows<'t> = Vec<BTreeMap<&'t str, &'t str>>;

/// Rows of a table with these fields.
fn with<'t>(tables: &'t Tables, table: &str, fields: &[(&str, &str)]) -> Rows<'t> {
    let is = |row: &BTreeMap<&str, &str>| fields.iter().all(|(column, value)| row[column] == *value);
    tables.rows(table).into_iter().filter(is).collect()
}

/// The tables of the six packages.
fn ours(check: impl Fn(&str, &Tables)) {
    let folder = dist(&[]);
    for package in packages(folder.path()) {
        let Some(tables) = Tables::read(&package) else { return };
        check(&package.file_name().expect("a name").to_string_lossy(), &tables);
    }
}

/// <https://learn.microsoft.com/windows/win32/msi/filesinuse-dialog> and msirmfilesinuse-dialog
#[test]
fn programs_that_hold_files_are_shown_and_can_be_closed() {
    ours(|package, tables| {
        for dialog in ["FilesInUse", "MsiRMFilesInUse"] {
            let list = with(tables, "Control", &[("Dialog_", dialog), ("Type", "ListBox")]);
            assert_eq!(list.len(), 1, "{package}: {dialog}");
            assert_eq!(list[0]["Property"], "FileInUseProcess", "{package}: {dialog}");
            // Windows Installer shows them by their names, over the progress
            let rows = with(tables, "Dialog", &[("Dialog", dialog)]);
            let attributes: u32 = rows[0]["Attributes"].parse().expect("a number");
            assert_ne!(attributes & 16, 0, "{package}: {dialog} keeps modeless dialogs");
        }
        let event = |dialog: &str, event: &str, argument: &str| {
            let fields = [("Dialog_", dialog), ("Event", event), ("Argument", argument)];
            with(tables, "ControlEvent", &fields).len()
        };
        for argument in ["Retry", "Ignore", "Exit"] {
            assert_eq!(event("FilesInUse", "EndDialog", argument), 1, "{package}: {argument}");
        }
        assert_eq!(event("MsiRMFilesInUse", "RMShutdownAndRestart", "0"), 1, "{package}");
        assert_eq!(event("MsiRMFilesInUse", "EndDialog", "Return"), 1, "{package}");
    });
}

/// Properties that are set; all others are not.
struct Properties<'p>(&'p [(&'p str, &'p str)]);

impl Lookup for Properties<'_> {
    fn property<'v>(&'v self, name: &'v str) -> Value<'v> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        Value::Known(found.map_or("", |(_, value)| *value))
    }

    fn state(&self, _prefix: char, _name: &str) -> Option<i32> {
        None
    }
}

/// Of the descriptions of a dialog, the one that is shown.
fn shown(tables: &Tables, dialog: &str, properties: &[(&str, &str)]) -> String {
    const VISIBLE: u32 = 1;
    let mut texts = Vec::new();
    for control in with(tables, "Control", &[("Dialog_", dialog), ("Type", "Text")]) {
        let name = control["Control"];
        if name == "Heading" {
            continue;
        }
        let mut is_shown = control["Attributes"].parse::<u32>().expect("a number") & VISIBLE != 0;
        for row in with(tables, "ControlCondition", &[("Dialog_", dialog), ("Control_", name)]) {
            let condition: Condition = row["Condition"].parse().expect("a condition");
            if condition.evaluate(&Properties(properties)) == Truth::True {
                is_shown = row["Action"] == "Show";
            }
        }
        if is_shown {
            texts.push(control["Text"].to_owned());
        }
    }
    let [text] = &texts[..] else { panic!("{dialog} with {properties:?}: {texts:?}") };
    text.clone()
}

#[test]
fn the_last_dialog_says_what_was_done_or_what_failed() {
    let removal = [("Installed", "1"), ("REMOVE", "ALL")];
    let repair = [("Installed", "1"), ("REINSTALL", "ALL")];
    ours(|package, tables| {
        for (properties, done, failed) in [
            (&[][..], "was set up", "could not be set up"),
            (&removal, "was removed", "could not be removed"),
            (&repair, "was repaired", "could not be repaired"),
        ] {
            let (exit, fatal) =
                (shown(tables, "ExitDialog", properties), shown(tables, "FatalError", properties));
            assert!(exit.contains(done), "{package}, {properties:?}: {exit}");
            assert!(fatal.contains(failed) && fatal.contains("/l*v"), "{package}, {properties:?}: {fatal}");
        }
        for (dialog, sequence) in [("ExitDialog", "-1"), ("UserExit", "-2"), ("FatalError", "-3")] {
            let rows = with(tables, "InstallUISequence", &[("Action", dialog), ("Sequence", sequence)]);
            assert_eq!(rows.len(), 1, "{package}: {dialog}");
        }
    });
}

/// The button's own mode, played: `e` writes a file of the same version again, `o` would leave it.
#[test]
fn repair_mends_a_corrupt_dll_of_the_same_version() {
    let folder = dist(&["--flavour", "iis", "--arch", "x64"]);
    let path = &packages(folder.path())[0];
    let Some(tables) = Tables::read(path) else { return };
    let fields = [("Dialog_", "MaintenanceDlg"), ("Control_", "Repair"), ("Event", "ReinstallMode")];
    let rows = with(&tables, "ControlEvent", &fields);
    assert_eq!(rows[0]["Argument"], "emus");
    let all =
        [("Dialog_", "MaintenanceDlg"), ("Control_", "Repair"), ("Event", "Reinstall"), ("Argument", "ALL")];
    assert_eq!(with(&tables, "ControlEvent", &all).len(), 1);

    let package = load(path);
    for (mode, mended) in [("emus", true), ("omus", false)] {
        let mut engine = Engine::new(Machine::new(Arch::X64));
        assert_eq!(engine.install(&package, &Options::default()).ending, Ending::Done);
        let dll =
            engine.machine.files.keys().find(|path| path.name() == "aspnetcorev2.dll").expect("laid").clone();
        engine.machine.files.get_mut(&dll).expect("laid").modified = true;
        let options = Options { mode: Some(ReinstallMode::new(mode)), ..Options::default() };
        let run = engine.repair(package.product_code, &options).expect("installed");
        assert_eq!(run.ending, Ending::Done);
        assert_eq!(!engine.machine.files[&dll].modified, mended, "{mode}");
    }
}

fn load(path: &Path) -> Package {
    let mut msi = msi::Package::open(std::fs::File::open(path).expect("readable")).expect("a package");
    let payload = read_payload(&mut msi).expect("cabinets");
    Package::load("package", msi.database(), &payload).expect("a package")
}

/// How long a path may be that a program opens without a prefix (`MAX_PATH`, with the zero at its end).
const LONGEST_PATH: usize = 259;
/// Of an 8-point Tahoma: a dialog's unit is a quarter of an average character wide and an eighth of a line high.
const UNITS: (usize, usize) = (4, 8);

/// Error 25002 with the longest path, and with the longest reason that has a second one: by the size of the control; how wide
/// letters are is not known here, and so a quarter of the room stays free.
#[test]
fn the_error_dialog_has_room_for_the_longest_path() {
    ours(|package, tables| {
        let text = with(tables, "Control", &[("Dialog_", "ErrorDlg"), ("Control", "ErrorText")]);
        let size = |column: &str| text[0][column].parse::<usize>().expect("a number");
        let room = (size("Width") / UNITS.0) * (size("Height") / UNITS.1);
        let error = with(tables, "Error", &[("Error", "25002")]);
        let message = error[0]["Message"];
        assert!(message.contains("[2]") && message.contains("[3]"), "{package}: {message}");
        // "the path leads to PATH through a link, and what runs as SYSTEM follows none", and the like
        let longest = message.len() + 2 * LONGEST_PATH + 120;
        assert!(longest <= room * 3 / 4, "{package}: {longest} characters, room for {room}");
    });
}

#[test]
fn apps_and_features_has_addresses_for_help() {
    ours(|package, tables| {
        for name in ["ARPHELPLINK", "ARPURLINFOABOUT"] {
            let address = tables.property(name);
            assert!(
                address.starts_with("https://") && !address.contains(' '),
                "{package}: {name} = {address}"
            );
        }
    });
}

/// What is spelled otherwise in American English; the culture is en-US.
const BRITISH: [&str; 16] = [
    "licence",
    "colour",
    "behaviour",
    "favour",
    "centre",
    "catalogue",
    "cancelled",
    "cancelling",
    "organis",
    "recognis",
    "initialis",
    "customis",
    "authoris",
    "dialogue",
    "programme",
    "whilst",
];

#[test]
fn texts_are_spelled_as_in_america() {
    ours(|package, tables| {
        assert_eq!(tables.property("ProductLanguage"), "1033", "{package}");
        for (table, columns) in [
            ("Control", &["Text"][..]),
            ("Error", &["Message"]),
            ("ActionText", &["Description", "Template"]),
            ("LaunchCondition", &["Description"]),
            ("RadioButton", &["Text"]),
            ("UIText", &["Text"]),
            ("Feature", &["Title", "Description"]),
            ("Dialog", &["Title"]),
        ] {
            for row in tables.rows(table) {
                for text in columns.iter().map(|column| row[column]) {
                    // what begins with a brace and a backslash is rich text, and has the licence itself
                    let lower = text.to_lowercase();
                    let found = BRITISH.iter().find(|word| lower.contains(*word));
                    assert!(
                        text.starts_with(r"{\rtf") || found.is_none(),
                        "{package}: {table}: {found:?} in `{text}`"
                    );
                }
            }
        }
        for name in ["ARPCOMMENTS", "ProductName", "Manufacturer"] {
            let text = tables.property(name).to_lowercase();
            assert!(!BRITISH.iter().any(|word| text.contains(word)), "{package}: {name}: {text}");
        }
    });
}
