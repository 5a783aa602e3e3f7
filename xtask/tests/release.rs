//! From packages to a release: evidence, signatures, and what may go out; judged by validators and tools of others.

use crate::made::{Tables, dist, files, packages, root, said, xtask};
use crate::support::{judge, run, skip, tool};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON")
}

fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn evidence(folder: &Path, arguments: &[&str]) -> Output {
    xtask().args(["dist", "evidence"]).arg(folder).args(arguments).output().expect("it starts")
}

/// `dist verify` of a folder, with what it ended with and said.
fn verify(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = xtask().args(["dist", "verify"]).arg(folder).args(arguments).output().expect("it starts");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &said(&output))
}

const URL: &str = "https://example.org/download/v1";

#[test]
fn evidence_is_what_the_packages_say_and_validators_of_others_accept_it() {
    let folder = dist(&[]);
    let folder = folder.path();
    let output = evidence(folder, &["--url", URL]);
    assert!(output.status.success(), "{}", said(&output));
    let before = files(folder);
    if let Some(mut judge) = judge("evidence.py") {
        let schemas = ["docs/manifest.schema.json", "tests/data/winget"].map(|path| root().join(path));
        let output = judge.arg(folder).args(schemas).output().expect("it starts");
        let verdict = String::from_utf8_lossy(&output.stdout).into_owned() + &said(&output);
        match verdict.contains("ModuleNotFoundError") {
            true => skip("Python has not the validators; `cargo xtask setup` installs what the tests need"),
            false => assert!(output.status.success(), "{verdict}"),
        }
    }
    if let Some(sha256sum) = tool("sha256sum") {
        let said =
            run(Command::new(sha256sum).args(["--check", "--strict", "SHA256SUMS"]).current_dir(folder));
        let said = String::from_utf8_lossy(&said).into_owned();
        assert_eq!(said.lines().count(), before.len() - 1, "all but the sums themselves: {said}");
    }
    assert_eq!(verify(folder, &["--rebuild"]).0, Some(0));
    assert!(evidence(folder, &["--url", URL]).status.success());
    assert!(files(folder) == before, "evidence is the same each time");

    let sbom = json(&folder.join("sbom.cdx.json"));
    let provenance = json(&folder.join("provenance.intoto.json"));
    let deployment = json(&folder.join("deployment.json"));
    let (notes, install) = (text(folder, "RELEASE-NOTES.md"), text(folder, "INSTALL.md"));
    assert!(
        notes.contains("> **These packages hold stand-ins")
            && notes.contains("> **These packages are not signed")
    );
    assert!(notes.contains("| old-iis-arm64 | ok | ok | ok | ok |"), "{notes}");
    for (index, path) in
        json(&folder.join("manifest.json"))["packages"].as_array().expect("packages").iter().enumerate()
    {
        let file = path["file"].as_str().expect("a name");
        let sha256 = &path["sha256"];
        assert_eq!(provenance["subject"][index]["digest"]["sha256"], *sha256);
        let component = &sbom["components"][index];
        assert_eq!((&component["bom-ref"], &component["hashes"][0]["content"]), (&file.into(), sha256));
        let facts = &deployment["packages"][index];
        assert_eq!(facts["file"], file);
        let Some(tables) = Tables::read(&folder.join(file)) else { return };
        assert_eq!(facts["detection"]["productCode"], tables.property("ProductCode"));
        assert_eq!(facts["publisher"], tables.property("Manufacturer"));
        assert_eq!(facts["perMachine"], tables.property("ALLUSERS") == "1");
        assert!(
            facts["uninstallCommandLine"].as_str().expect("a line").contains(&tables.property("ProductCode"))
        );

        // the files of the package, and its custom actions, with the hashes that others compute
        let Some(contents) = tables.contents(&folder.join(file)) else { return };
        let hash = |bytes: &Vec<u8>| ancm_installer::release::sha256(bytes);
        let mut expected: BTreeSet<String> = contents.values().map(hash).collect();
        let msiinfo = tool("msiinfo").expect("found before");
        let action =
            run(Command::new(msiinfo).arg("extract").arg(folder.join(file)).arg("Binary.ConfigAction"));
        expected.insert(hash(&action));
        let held = component["components"].as_array().expect("files");
        let found: BTreeSet<String> = held
            .iter()
            .map(|held| held["hashes"][1]["content"].as_str().expect("a hash").to_owned())
            .collect();
        assert_eq!(found, expected, "{file}");
        let paths: BTreeSet<&str> = held.iter().map(|held| held["name"].as_str().expect("a path")).collect();
        let mut expected: BTreeSet<String> = tables.paths().into_values().collect();
        expected.insert(r"Binary\ConfigAction".to_owned());
        assert_eq!(paths, expected.iter().map(String::as_str).collect(), "{file}");

        // what may be set is what reaches the elevated half and is set by no row of the package
        let set_by = |table: &str, column: &'static str| -> BTreeSet<String> {
            tables.rows(table).iter().map(|row| row[column].to_owned()).collect()
        };
        let own = &set_by("AppSearch", "Property") | &set_by("Upgrade", "ActionProperty");
        let secure: BTreeSet<String> =
            tables.property("SecureCustomProperties").split(';').map(str::to_owned).collect();
        let settable: Vec<String> = (&secure - &own).into_iter().collect();
        assert_eq!(settable.len(), 1, "{settable:?}");
        assert_eq!(facts["properties"], serde_json::json!(settable));
        assert!(install.contains(&format!("- `{}=…`: ", settable[0])), "{install}");
        assert!(install.contains(&format!("msiexec /i \"{file}\" /qn")), "{install}");
        for row in tables.rows("LaunchCondition") {
            let said =
                ["ProductName", "ProductVersion"].iter().fold(row["Description"].to_owned(), |said, name| {
                    said.replace(&format!("[{name}]"), &tables.property(name))
                });
            assert!(install.contains(&format!("- {said}\n")), "no `{said}` in {install}");
        }
        let id = if file.contains("Express") { "AspNetCoreModuleV2IISExpress" } else { "AspNetCoreModuleV2" };
        let winget = text(
            folder,
            &format!("winget/ANCMinstallerproject.{id}/ANCMinstallerproject.{id}.installer.yaml"),
        );
        for said in [
            format!("InstallerUrl: \"{URL}/{file}\""),
            format!("InstallerSha256: {}", sha256.as_str().expect("a hash").to_uppercase()),
            format!("ProductCode: \"{}\"", tables.property("ProductCode")),
            format!("UpgradeCode: \"{}\"", tables.property("UpgradeCode")),
            format!("DisplayName: \"{}\"", tables.property("ProductName")),
        ] {
            assert!(winget.contains(&said), "no {said} in {winget}");
        }
    }
}

#[test]
fn evidence_is_refused_of_what_was_changed_and_of_fields_that_winget_has_not() {
    let folder = dist(&["--package", "iis-x86"]);
    let folder = folder.path();
    let output = evidence(folder, &["--url", "ftp://example.org", "--winget-id", "Con toso"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("`PackageIdentifier` cannot be `Con toso.AspNetCoreModuleV2`"),
        "{}",
        said(&output)
    );
    assert!(said(&output).contains("`InstallerUrl` cannot be `ftp://example.org/`"), "{}", said(&output));
    let package = packages(folder).remove(0);
    let mut bytes = std::fs::read(&package).expect("readable");
    bytes[600] ^= 1;
    std::fs::write(&package, bytes).expect("writable");
    let output = evidence(folder, &[]);
    assert_eq!(output.status.code(), Some(10), "{}", said(&output));
    let (code, told) = verify(folder, &[]);
    assert_eq!(code, Some(20), "{told}");
    assert!(told.contains("made::changed") && told.contains("has SHA-256"), "{told}");
    assert_eq!(files(folder).len(), 3, "nothing was written");
}

/// A certificate of nobody's, made for one test, with its key behind a password.
struct Certificate(TempDir);

const PASSWORD: &str = "correct horse battery";

impl Certificate {
    fn new() -> Option<Certificate> {
        let openssl = tool("openssl")?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(openssl);
        command.args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-days",
            "2",
            "-subj",
            "/CN=A test of nobody's",
        ]);
        command.args(["-addext", "extendedKeyUsage=codeSigning", "-passout", &format!("pass:{PASSWORD}")]);
        run(command.args(["-keyout", "key.pem", "-out", "cert.pem"]).current_dir(folder.path()));
        Some(Certificate(folder))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }

    /// The command for `--sign`.
    fn command(&self) -> String {
        let (cert, key) = (self.path("cert.pem"), self.path("key.pem"));
        format!(
            "osslsigncode sign -certs \"{cert}\" -key \"{key}\" -pass ${{TEST_PASSWORD}} -h sha256 -in {{in}} -out {{out}}"
        )
    }

    fn dist(&self, out: &Path, arguments: &[&str]) -> Output {
        let mut command = xtask();
        command.args(["dist", "-v", "--sign", &self.command()]).args(arguments).arg("--out").arg(out);
        command.env("TEST_PASSWORD", PASSWORD).output().expect("it starts")
    }
}

/// What osslsigncode says of a file that this certificate has signed.
fn is_signed(file: &Path, certificate: &Path, signer: &str) {
    let mut command = Command::new("osslsigncode");
    command.args(["verify", "-CAfile", &certificate.to_string_lossy(), "-in"]).arg(file);
    let output = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Signature verification: ok"), "{}: {said}", file.display());
    assert!(said.contains(signer), "{said}");
}

/// Files of a folder that was signed, changed by `change` and then told in manifest and checksums as if nothing were.
fn forged(folder: &Path, name: &str, change: impl Fn(&mut Vec<u8>)) -> TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    let original = std::fs::read(folder.join(name)).expect("readable");
    let mut bytes = original.clone();
    change(&mut bytes);
    assert!(bytes != original, "something is changed");
    let hashes = [&original, &bytes].map(|bytes| ancm_installer::release::sha256(bytes));
    for (file, content) in files(folder) {
        let text = ["manifest.json", "SHA256SUMS"].contains(&file.as_str());
        let content = match text {
            true => String::from_utf8(content).expect("UTF-8").replace(&hashes[0], &hashes[1]).into_bytes(),
            false if file == name => bytes.clone(),
            false => content,
        };
        std::fs::write(copy.path().join(file), content).expect("room");
    }
    copy
}

/// The script that CI runs, and what it leaves behind.
#[test]
fn the_dry_run_of_a_release_signs_everything_and_a_signed_release_is_the_rebuild_plus_signatures() {
    if cfg!(windows) || ["bash", "osslsigncode", "openssl"].iter().any(|name| tool(name).is_none()) {
        return;
    }
    let top = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(root().join(".ci/release-dry-run"));
    command.arg(top.path()).env("XTASK", env!("CARGO_BIN_EXE_xtask"));
    for name in xtask::settings::names() {
        command.env_remove(xtask::settings::variable(&name));
    }
    let output = command.output().expect("it starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &said(&output);
    assert!(output.status.success(), "{told}");
    assert!(!told.contains("only for the dry run"), "a secret was told: {told}");
    assert_eq!(told.matches(": signed by Dry run, ").count(), 6, "{told}");
    assert!(told.contains("every package is the same but for signatures"), "{told}");

    let (signed, certificate) = (top.path().join("release"), top.path().join("cert.pem"));
    let manifest = json(&signed.join("manifest.json"));
    let mut dlls: BTreeSet<Vec<u8>> = BTreeSet::new();
    for entry in manifest["packages"].as_array().expect("packages") {
        let file = entry["file"].as_str().expect("a name");
        let package = signed.join(file);
        is_signed(&package, &certificate, "Dry run");
        let after: BTreeSet<&str> = entry["signed"]
            .as_array()
            .expect("files")
            .iter()
            .filter_map(|file| file["after"].as_str())
            .collect();
        let Some(tables) = Tables::read(&package) else { return };
        let Some(mut contents) = tables.contents(&package) else { return };
        let msiinfo = tool("msiinfo").expect("found before");
        let action = run(Command::new(msiinfo).arg("extract").arg(&package).arg("Binary.ConfigAction"));
        contents.insert("ConfigAction".to_owned(), action);
        contents.retain(|_, bytes| bytes.starts_with(b"MZ"));
        let found: BTreeSet<String> =
            contents.values().map(|bytes| ancm_installer::release::sha256(bytes)).collect();
        assert_eq!(after, found.iter().map(String::as_str).collect(), "{file}: all DLLs, and no others");
        assert_ne!(entry["unsigned_sha256"], entry["sha256"]);
        dlls.extend(contents.into_values());
    }
    assert_eq!(dlls.len(), 10, "six of the payload, two forwarders, two with custom actions");
    for bytes in dlls {
        let dll = top.path().join("one.dll");
        std::fs::write(&dll, bytes).expect("room");
        is_signed(&dll, &certificate, "Dry run");
    }
}

#[test]
fn one_changed_byte_is_found_by_the_checksums_and_where_they_were_changed_with_it_by_the_rebuild() {
    if tool("osslsigncode").is_none() {
        return;
    }
    let Some(certificate) = Certificate::new() else { return };
    let top = tempfile::tempdir().expect("a temporary folder");
    let signed = top.path().join("signed");
    let output = certificate.dist(&signed, &["--package", "iis-x64"]);
    assert!(output.status.success(), "{}", said(&output));
    let told = said(&output);
    assert!(!told.contains(PASSWORD) && !told.contains("not signed"), "{told}");
    let package = packages(&signed).remove(0);
    let name = package.file_name().expect("a name").to_str().expect("UTF-8");
    let package = std::fs::read(&package).expect("readable");
    let at = package.windows(4).position(|window| window == b"MSCF").expect("a cabinet") + 3000;
    let forgery = forged(&signed, name, |bytes| bytes[at] ^= 1);
    let (code, told) = verify(forgery.path(), &[]);
    assert_eq!(code, Some(20), "a cabinet has sums of its own: {told}");
    let title = package.windows(7).position(|window| window == b"STAND-I").expect("a text");
    let forgery = forged(&signed, name, |bytes| bytes[title] = b'Z');
    let (code, told) = verify(forgery.path(), &[]);
    assert_eq!(code, Some(20), "{told}");
    assert!(told.contains("WRONG SIGNATURE: the package was changed after it was signed"), "{told}");
    let (code, told) = verify(forgery.path(), &["--rebuild"]);
    assert_eq!(code, Some(20), "{told}");
    assert!(told.contains("verify::rebuild") && told.contains(name) && told.contains("differs"), "{told}");
    let (code, told) = verify(&signed, &["--rebuild", "--manufacturer", "Somebody else"]);
    assert_eq!(code, Some(20), "{told}");
    assert!(told.contains("before it was signed, now"), "{told}");
}

/// As `dist`'s packages are; that it is a patch, and of which product, the folder's own manifest says.
#[test]
fn a_patch_is_built_again_as_it_was_made_and_a_forged_one_is_not() {
    if tool("osslsigncode").is_none() {
        return;
    }
    let Some(certificate) = Certificate::new() else { return };
    let top = tempfile::tempdir().expect("a temporary folder");
    for (product, sign) in [("ancm", false), ("urlrewrite", true)] {
        let folder = top.path().join(product);
        let mut command = xtask();
        command.args(["patch", "--product", product, "--out"]).arg(&folder);
        if sign {
            command.args(["--sign", &certificate.command()]).env("TEST_PASSWORD", PASSWORD);
        }
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{}", said(&output));
        let before = files(&folder);
        let (code, told) = verify(&folder, &["--rebuild"]);
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains("built again, every package is the same"), "{told}");
        assert!(files(&folder) == before, "nothing is written there");
        let (code, told) = verify(&folder, &["--rebuild", "--manufacturer", "Somebody else"]);
        assert_eq!(code, Some(20), "{told}");
        assert!(told.contains("verify::rebuild"), "{told}");

        // a byte of the forwarder's, with hashes that know of it
        let name = packages(&folder)[0].file_name().expect("a name").to_string_lossy().into_owned();
        let byte = |bytes: &mut Vec<u8>| {
            let at = bytes.windows(4).rposition(|window| window == b"MSCF").expect("a cabinet");
            bytes[at + 3] = b'G';
        };
        let (code, told) = verify(forged(&folder, &name, byte).path(), &["--rebuild"]);
        assert_eq!(code, Some(20), "{told}");
        let other = if product == "ancm" { "urlrewrite" } else { "ancm" };
        let (code, told) = verify(&folder, &["--rebuild", "--product", other]);
        assert_eq!(code, Some(20), "{told}");
        assert!(told.contains("of the product"), "{told}");
    }
}

#[test]
fn a_command_that_signs_nothing_or_more_is_refused_and_tells_no_secret() {
    let top = tempfile::tempdir().expect("a temporary folder");
    let out = top.path().join("out");
    let dist = |sign: &str| {
        let mut command = xtask();
        command.args(["dist", "--package", "iis-x86", "--sign", sign, "--out"]).arg(&out);
        command.env("SECRET", "hunter2").output().expect("it starts")
    };
    for (sign, code, words) in [
        ("sh -c \"echo wrong ${SECRET} >&2; exit 3\" {file}", 3, "wrong ***"),
        ("sh -c exit {file}", 20, "signed: it has no signature"),
        ("sh -c \"printf x >> $0\" {file}", 20, "it has no signature"),
        ("sh -c \"exit 0\" {in} {out}", 3, "made no signed file"),
        ("no-such-program {file}", 3, "cannot start `no-such-program`"),
        ("sh ${NOT_SET_ANYWHERE} {file}", 2, "the environment variable `NOT_SET_ANYWHERE` is not set"),
        ("sh", 2, "it names no file"),
    ] {
        let output = dist(sign);
        let told = said(&output);
        assert_eq!(output.status.code(), Some(code), "{sign}: {told}");
        assert!(told.contains(words), "{sign}: no `{words}`: {told}");
        assert!(!told.contains("hunter2"), "a secret was told: {told}");
        assert!(!out.exists(), "{sign}: something was left behind");
    }
}

#[test]
fn on_a_tag_nothing_goes_out_that_is_unsigned_or_a_stand_in() {
    let top = tempfile::tempdir().expect("a temporary folder");
    let out = top.path().join("out");
    for (name, value, more) in [
        ("GITHUB_REF_NAME", "v110.0.1", Some(("GITHUB_REF_TYPE", "tag"))),
        ("BUILD_SOURCEBRANCH", "refs/tags/v110.0.1", None),
        ("CI_COMMIT_TAG", "v110.0.1", None),
    ] {
        let mut command = xtask();
        command.args(["dist", "--package", "iis-x86", "--out"]).arg(&out).env(name, value).envs(more);
        let output = command.output().expect("it starts");
        let told = said(&output);
        assert_eq!(output.status.code(), Some(10), "{told}");
        for code in ["error[sign::unsigned]", "error[dist::stand_in]", "the tag `v110.0.1` is a release"] {
            assert!(told.contains(code), "{told}");
        }
        assert!(!out.exists());
    }
    let mut command = xtask();
    command.args(["dist", "--package", "iis-x86", "--out"]).arg(&out).env("GITHUB_REF_NAME", "main");
    let output = command.env("GITHUB_REF_TYPE", "branch").output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("warning[sign::unsigned]: these packages are not signed"),
        "{}",
        said(&output)
    );
}

/// The program of a folder of packages and nothing else: `path` is one of its files.
#[test]
fn checksums_of_a_stranger_lead_nowhere_else() {
    let folder = dist(&["--package", "iis-x86"]);
    let sums: PathBuf = folder.path().join("SHA256SUMS");
    let good = std::fs::read_to_string(&sums).expect("readable");
    for line in [
        format!("{}  ../../etc/passwd", "0".repeat(64)),
        "nonsense".to_owned(),
        format!("{}  /etc/passwd", "0".repeat(64)),
    ] {
        std::fs::write(&sums, format!("{good}{line}\n")).expect("writable");
        let (code, told) = verify(folder.path(), &[]);
        assert_eq!(code, Some(10), "{told}");
        assert!(told.contains("made::sums") && told.contains("SHA256SUMS:2"), "{told}");
    }
}
