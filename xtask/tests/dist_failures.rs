//! Every way that `dist` is known to fail: its own message, its exit code, and nothing left behind.

use crate::made::{self, files, root, said, xtask};
use crate::modules::{VERSION, stand_in, stand_in_files};
use ancm_installer::id::{Arch, Dll, FileVersion};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A folder with an output folder that already holds somebody's file, and room for inputs beside it.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().expect("a temporary folder"));
        place.write("out/keep.txt", b"mine");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        std::fs::write(path, bytes).expect("writable");
    }

    /// The whole stand-in payload in the folder `payload`.
    fn payload(&self) {
        for (name, bytes) in stand_in_files(VERSION) {
            self.write(&format!("payload/{name}"), &bytes);
        }
    }

    /// A copy of the authoring in the folder `wix`, so that this place is a project.
    fn authoring(&self) {
        for (name, bytes) in files(&root().join("wix")) {
            self.write(&format!("wix/{name}"), &bytes);
        }
    }

    /// Changes the first `old` in a file to `new`.
    fn edit(&self, name: &str, old: &str, new: &str) {
        let text = std::fs::read_to_string(self.path(name)).expect("readable");
        assert!(text.contains(old), "{name} has no `{old}`");
        self.write(name, text.replacen(old, new, 1).as_bytes());
    }

    fn dist(&self) -> Command {
        let mut command = xtask();
        command.args(["dist", "--json"]).current_dir(self.0.path()).arg("--out").arg(self.path("out"));
        command
    }

    fn payload_dist(&self) -> Command {
        let mut command = self.dist();
        command.current_dir(root()).arg("--payload").arg(self.path("payload"));
        command
    }

    /// Asserts that `command` fails with this exit code, says this code of finding and these words, and leaves the
    /// output folder as it was.
    fn fails(&self, mut command: Command, exit: i32, code: &str, words: &[&str]) {
        let output = command.output().expect("it starts");
        let said = said(&output);
        assert_eq!(output.status.code(), Some(exit), "{said}");
        let failure: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        assert_eq!(failure["exit_code"], exit);
        let findings = failure["diagnostics"].as_array().expect("findings");
        assert!(findings.iter().any(|finding| finding["code"] == code), "no {code}: {said}");
        for words in words {
            assert!(said.contains(words), "no `{words}`: {said}");
        }
        let left = files(&self.path("out"));
        assert_eq!(left.keys().collect::<Vec<_>>(), ["keep.txt"], "something was left behind");
        let folders = std::fs::read_dir(self.path("out")).expect("there").count();
        assert_eq!(folders, 1, "a folder was left behind");
    }
}

#[test]
fn a_payload_folder_that_is_empty() {
    let place = Place::new();
    std::fs::create_dir(place.path("payload")).expect("writable");
    place.fails(place.payload_dist(), 10, "payload::empty", &[]);
}

#[test]
fn a_payload_folder_that_is_not_there() {
    let place = Place::new();
    place.fails(place.payload_dist(), 10, "payload::unreadable", &["payload"]);
}

#[test]
fn an_image_that_was_cut_short() {
    let place = Place::new();
    place.payload();
    let mut image = std::fs::read(place.path("payload/x64/aspnetcorev2.dll")).expect("readable");
    image.truncate(image.len() / 2);
    place.write("payload/x64/aspnetcorev2.dll", &image);
    place.fails(place.payload_dist(), 10, "payload::truncated", &["x64/aspnetcorev2.dll"]);
}

#[test]
fn an_image_for_the_wrong_machine() {
    let place = Place::new();
    place.payload();
    place.write("payload/x64/aspnetcorev2.dll", &stand_in(Dll::Module, Arch::X86, VERSION));
    place.fails(place.payload_dist(), 10, "plan::missing_role", &["the payload lacks `module x64`"]);
}

#[test]
fn a_role_that_no_file_has() {
    let place = Place::new();
    place.payload();
    std::fs::remove_file(place.path("payload/arm64/aspnetcorev2_outofprocess.dll")).expect("written");
    place.fails(place.payload_dist(), 10, "plan::missing_role", &["the payload lacks", "arm64"]);
}

#[test]
fn two_candidates_for_a_role() {
    let place = Place::new();
    place.payload();
    let other = stand_in(Dll::Module, Arch::X64, FileVersion([20, 0, 26296, 15]));
    place.write("payload/other/aspnetcorev2.dll", &other);
    place.fails(
        place.payload_dist(),
        10,
        "payload::two_candidates",
        &["`x64/aspnetcorev2.dll`", "`other/aspnetcorev2.dll`"],
    );
}

#[test]
fn versions_that_windows_installer_cannot_hold() {
    let place = Place::new();
    for (name, bytes) in stand_in_files(FileVersion([300, 0, 1, 0])) {
        place.write(&format!("payload/{name}"), &bytes);
    }
    place.fails(place.payload_dist(), 10, "plan::version", &["300.0.1.0"]);

    let output = xtask().args(["dist", "--version", "256.0.0"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("field 1 is `256`, expected 0 to 255"), "{}", said(&output));
}

/// What is wrong in the authoring: the edit, the code of the finding, its line and words.
fn authoring_fails(old: &str, new: &str, code: &str, words: &[&str]) {
    let place = Place::new();
    place.authoring();
    place.edit("wix/package.wxs", old, new);
    let text = std::fs::read_to_string(place.path("wix/package.wxs")).expect("readable");
    let at = text.find(new).expect("edited");
    let line = text[..at].matches('\n').count() + 1;
    let mut command = place.dist();
    command.args(["--arch", "x64", "--flavour", "iis"]);
    place.fails(command, 13, code, &[&[format!("package.wxs:{line}:").as_str()], words].concat());
}

#[test]
fn a_source_that_is_no_xml() {
    authoring_fails("<Feature Id=\"$(ProviderFeature)\"", "<Feature Id=\"$(ProviderFeature)", "WIX0104", &[]);
}

#[test]
fn an_element_that_nobody_knows() {
    authoring_fails("<Icon Id=", "<Icone Id=", "WIX0005", &["Icone"]);
}

#[test]
fn an_id_that_is_taken() {
    let new = "<Property Id=\"ARPNOMODIFY\" Value=\"2\" /><Property Id=\"ARPCONTACT\"";
    authoring_fails("<Property Id=\"ARPCONTACT\"", new, "WIX0091", &["ARPNOMODIFY"]);
}

#[test]
fn a_reference_to_nothing() {
    authoring_fails(
        "<PropertyRef Id=\"NATIVEPROCESSOR\" />",
        "<PropertyRef Id=\"NOSUCHPROPERTY\" />",
        "WIX0094",
        &["NOSUCHPROPERTY"],
    );
}

#[test]
fn a_guid_that_is_taken() {
    let old = "<ComponentGroupRef Id=\"Provider\" />";
    let new = "<Component Id=\"Mine\" Directory=\"TARGETDIR\" Guid=\"3A692941-59BE-43CF-98A8-6ED01B12A519\">\
               <CreateFolder /></Component><ComponentGroupRef Id=\"Provider\" />";
    authoring_fails(old, new, "WIX0369", &["`Mine` has the GUID {3A692941-59BE-43CF-98A8-6ED01B12A519}"]);
}

#[test]
fn a_guid_that_the_ledger_has_twice() {
    // the ledger issues the GUIDs of the generated components: found where it is written down
    let place = Place::new();
    place.authoring();
    place.edit(
        "wix/products/ancm/identity.toml",
        "id = \"1B8ECBA0-C002-442A-92C0-0FA9C0F21DF4\"",
        "id = \"3A692941-59BE-43CF-98A8-6ED01B12A519\"",
    );
    place.fails(
        place.dist(),
        11,
        "ledger::duplicate_id",
        &["3A692941-59BE-43CF-98A8-6ED01B12A519", "identity.toml:"],
    );
}

#[test]
fn an_output_folder_that_cannot_be_made() {
    let place = Place::new();
    let blocked = place.path("out/keep.txt").join("below");
    let mut command = xtask();
    command.args(["dist", "--json", "--arch", "x86", "--flavour", "iis", "--out"]).arg(&blocked);
    place.fails(command, 14, "output::failed", &["keep.txt"]);
    assert_eq!(std::fs::read(place.path("out/keep.txt")).expect("still there"), b"mine");
}

/// A disk that is full is simulated by a limit on the size of files, with the signal that would come with it ignored:
/// the write fails, as on a full disk, and the program has to say so and clean up.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full() {
    let place = Place::new();
    let mut command = Command::new("bash");
    command
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 40; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_xtask"),
            "dist",
            "--json",
        ])
        .args(["--arch", "x64", "--flavour", "iis", "--out"])
        .arg(place.path("out"))
        .current_dir(root());
    place.fails(command, 14, "output::failed", &["cannot", "nothing of this run was left behind"]);
}

/// Ctrl-C while packages of some size are being written.
#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted() {
    let place = Place::new();
    place.payload();
    // what follows the last section belongs to no image, and takes its time to compress
    let noise = made::noise(24 << 20);
    for arch in Arch::ALL {
        let name = format!("payload/{arch}/aspnetcorev2.dll");
        let mut image = std::fs::read(place.path(&name)).expect("written");
        image.extend(&noise);
        place.write(&name, &image);
    }
    let mut command = place.payload_dist();
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let started = |folder: &Path| std::fs::read_dir(folder).expect("there").count() > 2;
    let start = std::time::Instant::now();
    while !started(&place.path("out")) {
        assert!(child.try_wait().expect("ours").is_none(), "it ended before it was interrupted");
        assert!(start.elapsed().as_secs() < 120, "it never began to write");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let signalled = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(signalled.success());
    let output = child.wait_with_output().expect("ours");
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert!(said(&output).contains("interrupted; nothing of this run was left behind"), "{}", said(&output));
    let left: Vec<_> = std::fs::read_dir(place.path("out"))
        .expect("there")
        .map(|e| e.expect("readable").file_name())
        .collect();
    assert_eq!(left, ["keep.txt"]);
}

#[test]
fn a_time_that_is_none() {
    let place = Place::new();
    let mut command = place.dist();
    command.current_dir(root()).env("SOURCE_DATE_EPOCH", "yesterday");
    place.fails(command, 2, "engine::timestamp", &["SOURCE_DATE_EPOCH is `yesterday`"]);
}
